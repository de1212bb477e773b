#include "node.h"

#include <string.h>

const char *
mx_attr (const MxNode *n, const char *name)
{
  const char *text = mx_entry_attr (n->entry, name);

  return text == NULL || strcmp (text, "None") == 0 ? NULL : text;
}

static void
fail_value (MxNode *n, const char *name, const char *expected)
{
  weir_make_invalid (&n->make, "attribute '%s': expected %s, found '%.80s'", name,
                     expected, mx_attr (n, name));
}

gint64
mx_int (MxNode *n, const char *name, gint64 fallback)
{
  const char *text = mx_attr (n, name);
  gint64 value;

  if (text == NULL)
    return fallback;
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return value;
  fail_value (n, name, "a whole number");
  return fallback;
}

double
mx_float (MxNode *n, const char *name, double fallback)
{
  const char *text = mx_attr (n, name);
  double value;
  char *end;

  if (text == NULL)
    return fallback;
  value = g_ascii_strtod (text, &end);
  if (end != text && *end == '\0')
    return value;
  fail_value (n, name, "a number");
  return fallback;
}

gboolean
mx_bool (MxNode *n, const char *name, gboolean fallback)
{
  const char *text = mx_attr (n, name);

  if (text == NULL)
    return fallback;
  if (g_ascii_strcasecmp (text, "true") == 0 || strcmp (text, "1") == 0)
    return TRUE;
  if (g_ascii_strcasecmp (text, "false") != 0 && strcmp (text, "0") != 0)
    fail_value (n, name, "True or False");
  return FALSE;
}

const char *
mx_string (const MxNode *n, const char *name, const char *fallback)
{
  const char *text = mx_attr (n, name);

  return text != NULL ? text : fallback;
}

/* The items between brackets; Python 2 wrote long numbers with an L. */
static GStrv
split_list (const char *text)
{
  g_autofree char *inner = g_strdup (text);

  g_strdelimit (inner, "()[]L", ' ');
  return g_strsplit (inner, ",", -1);
}

guint
mx_floats (MxNode *n, const char *name, double *values, guint max)
{
  const char *text = mx_attr (n, name);
  g_auto (GStrv) items = text != NULL ? split_list (text) : NULL;
  guint count = 0;

  for (guint i = 0; items != NULL && items[i] != NULL; i++) {
    char *item = g_strstrip (items[i]), *end;

    if (*item == '\0')
      continue;
    if (count == max) {
      fail_value (n, name, "a shorter list");
      return 0;
    }
    values[count++] = g_ascii_strtod (item, &end);
    if (*end != '\0') {
      fail_value (n, name, "a list of numbers");
      return 0;
    }
  }
  return count;
}

guint
mx_ints (MxNode *n, const char *name, gint64 values[WEIR_MAX_RANK])
{
  const char *text = mx_attr (n, name);
  g_auto (GStrv) items = text != NULL ? split_list (text) : NULL;
  guint count = 0;

  for (guint i = 0; items != NULL && items[i] != NULL; i++) {
    char *item = g_strstrip (items[i]);

    if (*item == '\0')
      continue;
    if (count == WEIR_MAX_RANK) {
      fail_value (n, name, "a shorter list");
      return 0;
    }
    values[count] = G_MININT64;
    if (strcmp (item, "None") != 0 &&
        !g_ascii_string_to_signed (item, 10, G_MININT64, G_MAXINT64, &values[count],
                                   NULL)) {
      fail_value (n, name, "a list of whole numbers");
      return 0;
    }
    count++;
  }
  return count;
}

static const struct {
  const char *name;
  WeirDtype dtype;
} dtypes[] = {
  { "float32", WEIR_DTYPE_F32 }, { "float64", WEIR_DTYPE_F64 },
  { "float16", WEIR_DTYPE_F16 }, { "uint8", WEIR_DTYPE_U8 },
  { "int8", WEIR_DTYPE_I8 },     { "int32", WEIR_DTYPE_I32 },
  { "int64", WEIR_DTYPE_I64 },   { "bool", WEIR_DTYPE_BOOL },
};

WeirDtype
mx_attr_dtype (MxNode *n, const char *name, WeirDtype fallback)
{
  const char *text = mx_attr (n, name);

  if (text == NULL)
    return fallback;
  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (text, dtypes[i].name) == 0)
      return dtypes[i].dtype;
  if (g_ascii_isdigit (*text))
    return mx_dtype (mx_int (n, name, 0));
  fail_value (n, name, "an element type");
  return fallback;
}
