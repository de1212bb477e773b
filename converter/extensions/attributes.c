#include "context.h"

#include "base/error.h"

#include <string.h>

/* Attributes for callbacks: of the operation by its rows, of a framework's node by what
 * its frontend finds. */

/* Booleans and element types are asked for as ints. */
static gboolean
is_asked (WeirAttrType type, WeirAttrType asked)
{
  return type == asked ||
         (asked == WEIR_ATTR_INT && (type == WEIR_ATTR_BOOL || type == WEIR_ATTR_DTYPE));
}

static const WeirAttr *
own_attr (WeirExtensionContext *c, const char *name, WeirAttrType type,
          WeirAttrType *found)
{
  const WeirAttrRow *rows = c->node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    if (strcmp (rows[i].name, name) != 0)
      continue;
    *found = rows[i].type;
    if (is_asked (rows[i].type, type))
      return &c->node->attrs[i];
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for attribute '%s' as %s", name,
              weir_attr_type_name (type));
    return NULL;
  }
  ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for attribute '%.80s'", name);
  return NULL;
}

static const WeirAttr *
foreign_attr (WeirExtensionContext *c, const char *name, WeirAttrType type)
{
  WeirAttr *value = g_new0 (WeirAttr, 1);
  GError *error = NULL;

  g_ptr_array_add (c->kept, value);
  if (weir_foreign_attr (c->foreign, name, type, value, &error))
    return value->set ? value : NULL;
  ext_fail (c, error->code, "%s", error->message);
  g_error_free (error);
  return NULL;
}

static const WeirAttr *
attr (WeirExtensionContext *c, const char *name, WeirAttrType type, WeirAttrType *found)
{
  *found = type;
  if (name == NULL) {
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for an attribute without name");
    return NULL;
  }
  return c->kind == EXT_TRANSLATE ? foreign_attr (c, name, type)
                                  : own_attr (c, name, type, found);
}

bool
ext_attr_int (WeirExtensionContext *c, const char *name, int64_t *value)
{
  WeirAttrType found;
  const WeirAttr *a = attr (c, name, WEIR_ATTR_INT, &found);

  if (a == NULL)
    return false;
  *value =
      found == WEIR_ATTR_DTYPE ? (int64_t) ext_type ((WeirDtype) a->i) : (int64_t) a->i;
  return true;
}

bool
ext_attr_float (WeirExtensionContext *c, const char *name, double *value)
{
  WeirAttrType found;
  const WeirAttr *a = attr (c, name, WEIR_ATTR_FLOAT, &found);

  if (a == NULL)
    return false;
  *value = a->f;
  return true;
}

const char *
ext_attr_string (WeirExtensionContext *c, const char *name)
{
  WeirAttrType found;
  const WeirAttr *a = attr (c, name, WEIR_ATTR_STRING, &found);

  if (a == NULL)
    return NULL;
  return a->s != NULL ? a->s : "";
}

const int64_t *
ext_attr_ints (WeirExtensionContext *c, const char *name, size_t *n)
{
  G_STATIC_ASSERT (sizeof (gint64) == sizeof (int64_t));
  static const int64_t none;
  WeirAttrType found;
  const WeirAttr *a = attr (c, name, WEIR_ATTR_INTS, &found);

  *n = a != NULL ? a->n : 0;
  if (a == NULL)
    return NULL;
  return a->ints != NULL ? (const int64_t *) a->ints : &none;
}

const double *
ext_attr_floats (WeirExtensionContext *c, const char *name, size_t *n)
{
  static const double none;
  WeirAttrType found;
  const WeirAttr *a = attr (c, name, WEIR_ATTR_FLOATS, &found);

  *n = a != NULL ? a->n : 0;
  if (a == NULL)
    return NULL;
  return a->floats != NULL ? a->floats : &none;
}
