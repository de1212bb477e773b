#include "foreign.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* Whole numbers beyond this are not all doubles. */
#define LARGEST_WHOLE 9007199254740992.0

/* What an attribute says, whatever its type: a list of numbers, or text. */
typedef struct {
  const WeirAttr *attr;
  WeirAttrType type;
} View;

static gboolean
is_list (WeirAttrType type)
{
  return type == WEIR_ATTR_INTS || type == WEIR_ATTR_FLOATS;
}

static gboolean
is_number (WeirAttrType type)
{
  return type == WEIR_ATTR_INT || type == WEIR_ATTR_FLOAT || type == WEIR_ATTR_BOOL;
}

static gsize
view_count (const View *v)
{
  return is_list (v->type) ? v->attr->n : 1;
}

static double
view_float (const View *v, gsize i)
{
  switch (v->type) {
  case WEIR_ATTR_INTS:
    return (double) v->attr->ints[i];
  case WEIR_ATTR_FLOATS:
    return v->attr->floats[i];
  case WEIR_ATTR_FLOAT:
    return v->attr->f;
  default:
    return (double) v->attr->i;
  }
}

static gboolean
view_int (const View *v, gsize i, gint64 *value)
{
  double f;

  if (v->type == WEIR_ATTR_INT || v->type == WEIR_ATTR_BOOL) {
    *value = v->attr->i;
    return TRUE;
  }
  if (v->type == WEIR_ATTR_INTS) {
    *value = v->attr->ints[i];
    return TRUE;
  }
  f = view_float (v, i);
  if (!(fabs (f) <= LARGEST_WHOLE) || f != trunc (f))
    return FALSE;
  *value = (gint64) f;
  return TRUE;
}

static gboolean
to_list (const View *v, WeirAttrType to, WeirAttr *result)
{
  gsize n = view_count (v);

  result->n = n;
  if (to == WEIR_ATTR_FLOATS)
    result->floats = g_new0 (double, MAX (n, 1));
  else
    result->ints = g_new0 (gint64, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    if (to == WEIR_ATTR_FLOATS)
      result->floats[i] = view_float (v, i);
    else if (!view_int (v, i, &result->ints[i]))
      return FALSE;
  return TRUE;
}

static gboolean
to_number (const View *v, WeirAttrType to, WeirAttr *result)
{
  if (view_count (v) != 1)
    return FALSE;
  if (to == WEIR_ATTR_FLOAT) {
    result->f = view_float (v, 0);
    return TRUE;
  }
  return view_int (v, 0, &result->i) &&
         (to == WEIR_ATTR_INT || result->i == 0 || result->i == 1);
}

/* Frameworks put lists into brackets. */
static gboolean
from_text (const char *name, const char *text, WeirAttrType to, WeirAttr *result,
           GError **error)
{
  const WeirAttrRow row = { .name = name, .type = to };
  g_autofree char *plain = g_strdup (text);

  g_strstrip (plain);
  if (is_list (to) && *plain != '\0' && strchr ("[(", *plain) != NULL) {
    g_strdelimit (plain, "[](){}", ' ');
    g_strstrip (plain);
    if (g_str_has_suffix (plain, ","))
      plain[strlen (plain) - 1] = '\0';
  }
  return weir_attr_parse (&row, to == WEIR_ATTR_STRING ? text : plain, result, error);
}

gboolean
weir_foreign_convert (const char *name, WeirAttrType from, WeirAttrType to,
                      WeirAttr *value, GError **error)
{
  WeirAttr result = { .set = TRUE };
  View view = { .attr = value, .type = from };
  gboolean good = FALSE;

  if (from == to)
    return TRUE;
  if (from == WEIR_ATTR_STRING) {
    if (!from_text (name, value->s != NULL ? value->s : "", to, &result, error))
      return FALSE;
    good = TRUE;
  } else if ((is_number (from) || is_list (from)) && is_list (to)) {
    good = to_list (&view, to, &result);
  } else if ((is_number (from) || is_list (from)) && is_number (to)) {
    good = to_number (&view, to, &result);
  }
  if (!good) {
    weir_attr_clear (&result);
    return weir_fail (error, WEIR_ERROR_FORMAT, "attribute '%s': expected %s, found %s",
                      name, weir_attr_type_name (to), weir_attr_type_name (from));
  }
  weir_attr_clear (value);
  *value = result;
  return TRUE;
}

gboolean
weir_foreign_attr (const WeirForeignNode *node, const char *name, WeirAttrType type,
                   WeirAttr *value, GError **error)
{
  WeirAttrType found = type;

  *value = (WeirAttr){ 0 };
  if (!node->find (node, name, type, &found, value)) {
    weir_attr_clear (value);
    return TRUE;
  }
  value->set = TRUE;
  if (weir_foreign_convert (name, found, type, value, error))
    return TRUE;
  weir_attr_clear (value);
  return FALSE;
}
