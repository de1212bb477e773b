#include "attr.h"

#include "base/error.h"
#include "base/limits.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Beyond this a list is no attribute but an attack. */
#define MAX_LIST 65536

void
weir_attr_clear (WeirAttr *attr)
{
  g_free (attr->s);
  g_free (attr->ints);
  g_free (attr->floats);
  *attr = (WeirAttr){ 0 };
}

void
weir_attr_copy (WeirAttr *attr, const WeirAttr *from)
{
  weir_attr_clear (attr);
  *attr = *from;
  attr->s = g_strdup (from->s);
  attr->ints = g_memdup2 (from->ints, from->n * sizeof *from->ints);
  attr->floats = g_memdup2 (from->floats, from->n * sizeof *from->floats);
}

/* As f32 where that can hold them: an IR keeps no more digits. */
static gboolean
double_equal (double a, double b)
{
  return a == b || (isnan (a) && isnan (b)) ||
         ((float) a == (float) b && isfinite ((float) a));
}

static gboolean
doubles_equal (const double *a, const double *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (!double_equal (a[i], b[i]))
      return FALSE;
  return TRUE;
}

gboolean
weir_attr_equal (const WeirAttr *a, const WeirAttr *b)
{
  if (a->i != b->i || !double_equal (a->f, b->f) || g_strcmp0 (a->s, b->s) != 0 ||
      a->n != b->n || (a->ints == NULL) != (b->ints == NULL) ||
      (a->floats == NULL) != (b->floats == NULL))
    return FALSE;
  if (a->ints != NULL && memcmp (a->ints, b->ints, a->n * sizeof *a->ints) != 0)
    return FALSE;
  return a->floats == NULL || doubles_equal (a->floats, b->floats, a->n);
}

static gboolean
parse_int (const char *text, gint64 *value)
{
  char *end;

  errno = 0;
  *value = g_ascii_strtoll (text, &end, 10);
  return errno == 0 && end != text && *end == '\0';
}

static gboolean
parse_float (const char *text, double *value)
{
  char *end;

  *value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
parse_bool (const char *text, gint64 *value)
{
  static const char *const words[] = { "false", "true", "0", "1" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0) {
      *value = i % 2;
      return TRUE;
    }
  return FALSE;
}

static gboolean
parse_list (WeirAttrType type, const char *text, WeirAttr *attr)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", MAX_LIST + 1);
  gsize n = g_strv_length (parts);
  gboolean good = n <= MAX_LIST;

  if (n == 1 && *g_strstrip (parts[0]) == '\0')
    n = 0;
  attr->n = n;
  if (type == WEIR_ATTR_INTS)
    attr->ints = g_new0 (gint64, MAX (n, 1));
  else
    attr->floats = g_new0 (double, MAX (n, 1));
  for (gsize i = 0; good && i < n; i++) {
    const char *part = g_strstrip (parts[i]);

    good = type == WEIR_ATTR_INTS ? parse_int (part, &attr->ints[i])
                                  : parse_float (part, &attr->floats[i]);
  }
  return good;
}

static gboolean
parse_value (const WeirAttrRow *row, const char *text, WeirAttr *attr)
{
  switch (row->type) {
  case WEIR_ATTR_INT:
    return parse_int (text, &attr->i);
  case WEIR_ATTR_FLOAT:
    return parse_float (text, &attr->f);
  case WEIR_ATTR_BOOL:
    return parse_bool (text, &attr->i);
  case WEIR_ATTR_STRING:
    attr->s = weir_dup_name (text);
    return TRUE;
  case WEIR_ATTR_DTYPE:
    attr->i = weir_dtype_parse (text);
    return attr->i != WEIR_DTYPE_UNKNOWN || g_ascii_strcasecmp (text, "dynamic") == 0 ||
           g_ascii_strcasecmp (text, "undefined") == 0;
  case WEIR_ATTR_INTS:
  case WEIR_ATTR_FLOATS:
    return parse_list (row->type, text, attr);
  }
  return FALSE;
}

gboolean
weir_attr_parse (const WeirAttrRow *row, const char *text, WeirAttr *attr, GError **error)
{
  WeirAttr value = { .set = TRUE };

  if (!parse_value (row, text, &value)) {
    weir_attr_clear (&value);
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute '%s': expected %s, found '%.80s'", row->name,
                      weir_attr_type_name (row->type), text);
  }
  if (!weir_attr_check (row, &value, error)) {
    weir_attr_clear (&value);
    return FALSE;
  }
  weir_attr_clear (attr);
  *attr = value;
  return TRUE;
}

static gboolean
word_allowed (const char *range, const char *word)
{
  gsize length = strlen (word);

  for (const char *at = range; at != NULL; at = strchr (at, '|')) {
    at += *at == '|';
    if (g_ascii_strncasecmp (at, word, length) == 0 &&
        (at[length] == '|' || at[length] == '\0'))
      return TRUE;
  }
  return FALSE;
}

static gboolean
number_allowed (const char *range, double value)
{
  const char *high = strstr (range, "..");

  if (high != range && !(value >= g_ascii_strtod (range, NULL)))
    return FALSE;
  return high == NULL || high[2] == '\0' || value <= g_ascii_strtod (high + 2, NULL);
}

static gboolean
in_range (const WeirAttrRow *row, const WeirAttr *attr)
{
  switch (row->type) {
  case WEIR_ATTR_STRING:
    return word_allowed (row->range, attr->s != NULL ? attr->s : "");
  case WEIR_ATTR_INT:
    return number_allowed (row->range, (double) attr->i);
  case WEIR_ATTR_FLOAT:
    return number_allowed (row->range, attr->f);
  case WEIR_ATTR_INTS:
    for (gsize i = 0; i < attr->n; i++)
      if (!number_allowed (row->range, (double) attr->ints[i]))
        return FALSE;
    return TRUE;
  case WEIR_ATTR_FLOATS:
    for (gsize i = 0; i < attr->n; i++)
      if (!number_allowed (row->range, attr->floats[i]))
        return FALSE;
    return TRUE;
  default:
    return TRUE;
  }
}

gboolean
weir_attr_check (const WeirAttrRow *row, const WeirAttr *attr, GError **error)
{
  g_autofree char *found = NULL;

  if (row->range == NULL || in_range (row, attr))
    return TRUE;
  found = weir_attr_print (row, attr);
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "attribute '%s': expected a value of %s, found '%.80s'", row->name,
                    row->range, found);
}

char *
weir_print_float (double value, gboolean single)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("nan");
  if (isinf (value))
    return g_strdup (value > 0 ? "inf" : "-inf");
  for (int digits = 6; digits <= 17; digits++) {
    char format[8];
    double back;

    g_snprintf (format, sizeof format, "%%.%dg", digits);
    g_ascii_formatd (buffer, sizeof buffer, format, value);
    back = g_ascii_strtod (buffer, NULL);
    if (back == value || (single && (float) back == (float) value))
      break;
  }
  return g_strdup (buffer);
}

char *
weir_attr_print (const WeirAttrRow *row, const WeirAttr *attr)
{
  GString *text;

  switch (row->type) {
  case WEIR_ATTR_INT:
    return g_strdup_printf ("%" G_GINT64_FORMAT, attr->i);
  case WEIR_ATTR_FLOAT:
    return weir_print_float (attr->f, TRUE);
  case WEIR_ATTR_BOOL:
    return g_strdup (attr->i != 0 ? "true" : "false");
  case WEIR_ATTR_STRING:
    return g_strdup (attr->s != NULL ? attr->s : "");
  case WEIR_ATTR_DTYPE:
    return g_strdup (weir_dtype_name ((WeirDtype) attr->i));
  case WEIR_ATTR_INTS:
  case WEIR_ATTR_FLOATS:
    break;
  }
  text = g_string_new (NULL);
  for (gsize i = 0; i < attr->n; i++) {
    g_autofree char *one = row->type == WEIR_ATTR_INTS
                               ? g_strdup_printf ("%" G_GINT64_FORMAT, attr->ints[i])
                               : weir_print_float (attr->floats[i], TRUE);
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", one);
  }
  return g_string_free (text, FALSE);
}

const char *
weir_attr_type_name (WeirAttrType type)
{
  static const char *const names[] = {
    [WEIR_ATTR_INT] = "int",
    [WEIR_ATTR_FLOAT] = "float",
    [WEIR_ATTR_BOOL] = "boolean",
    [WEIR_ATTR_STRING] = "string",
    [WEIR_ATTR_DTYPE] = "element type",
    [WEIR_ATTR_INTS] = "int list",
    [WEIR_ATTR_FLOATS] = "float list",
  };

  return names[type];
}
