#include "node.h"

#include <string.h>

static const Tf__AttrValue *
find (Tf__AttrEntry **entries, gsize count, const char *name)
{
  for (gsize i = 0; i < count; i++)
    if (g_strcmp0 (entries[i]->key, name) == 0)
      return entries[i]->value;
  return NULL;
}

/* The body of a function may leave an attribute to its call. */
const Tf__AttrValue *
tf_attr (const TfNode *n, const char *name)
{
  const Tf__AttrValue *value = find (n->proto->attr, n->proto->n_attr, name);

  if (value == NULL || value->placeholder == NULL)
    return value;
  return find (n->scope->given, n->scope->n_given, value->placeholder);
}

gint64
tf_attr_int (const TfNode *n, const char *name, gint64 fallback)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  return value != NULL && value->has_i ? value->i : fallback;
}

double
tf_attr_float (const TfNode *n, const char *name, double fallback)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  return value != NULL && value->has_f ? (double) value->f : fallback;
}

gboolean
tf_attr_bool (const TfNode *n, const char *name, gboolean fallback)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  return value != NULL && value->has_b ? value->b : fallback;
}

const char *
tf_attr_string (TfNode *n, const char *name, const char *fallback)
{
  const Tf__AttrValue *value = tf_attr (n, name);
  TfImport *import = n->scope->import;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (value == NULL || !value->has_s)
    return fallback;
  text = weir_wire_text (import->file->wire, &value->s, WEIR_MAX_NAME, &error);
  if (text != NULL)
    return g_string_chunk_insert_const (import->names, text);
  weir_make_invalid (&n->make, "attribute '%s': %s", name, error->message);
  return fallback;
}

const gint64 *
tf_attr_ints (const TfNode *n, const char *name, gsize *count)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  *count = value != NULL && value->list != NULL ? value->list->n_i : 0;
  return *count > 0 ? value->list->i : NULL;
}

WeirDtype
tf_attr_dtype (TfNode *n, const char *name)
{
  const Tf__AttrValue *value = tf_attr (n, name);
  WeirDtype dtype;

  if (value == NULL || !value->has_type) {
    weir_make_invalid (&n->make, "attribute '%s' is missing: expected a type", name);
    return WEIR_DTYPE_UNKNOWN;
  }
  dtype = tf_dtype (value->type);
  if (dtype == WEIR_DTYPE_UNKNOWN)
    weir_make_unsupported (&n->make, "attribute '%s': elements of type %s", name,
                           tf_dtype_name (value->type));
  return dtype;
}

WeirShape
tf_attr_shape (TfNode *n, const char *name)
{
  const Tf__AttrValue *value = tf_attr (n, name);
  g_autoptr (GError) error = NULL;
  WeirShape shape;

  if (!tf_shape (value != NULL ? value->shape : NULL, &shape, &error))
    weir_make_unsupported (&n->make, "attribute '%s': %s", name, error->message);
  return shape;
}

gboolean
tf_is_nhwc (TfNode *n)
{
  const char *format = tf_attr_string (n, "data_format", "NHWC");

  return strcmp (format, "NHWC") == 0 || strcmp (format, "NDHWC") == 0;
}

gboolean
tf_is_complex (const TfNode *n)
{
  for (gsize i = 0; i < n->proto->n_attr; i++) {
    const Tf__AttrValue *value = n->proto->attr[i]->value;

    if (value != NULL && value->has_type &&
        (value->type == TF__DATA_TYPE__DT_COMPLEX64 ||
         value->type == TF__DATA_TYPE__DT_COMPLEX128))
      return TRUE;
  }
  return FALSE;
}
