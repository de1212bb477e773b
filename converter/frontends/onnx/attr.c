#include "attr.h"

#include "tensor.h"

#include <string.h>

static const char *const type_names[] = { "nothing",  "a float",  "an int",
                                          "a string", "a tensor", "a graph",
                                          "floats",   "ints",     "strings" };

static const Onnx__AttributeProto *
find (Onnx__AttributeProto *const *attrs, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    if (attrs[i]->name != NULL && strcmp (attrs[i]->name, name) == 0)
      return attrs[i];
  return NULL;
}

/* What an attribute of a function body refers to: the calling node's, else the default.
 */
static const Onnx__AttributeProto *
resolve (const OnnxScope *scope, const char *name)
{
  const Onnx__AttributeProto *attr =
      scope->caller != NULL ? onnx_attr (scope->caller, name) : NULL;

  if (attr == NULL && scope->function != NULL)
    attr =
        find (scope->function->attribute_proto, scope->function->n_attribute_proto, name);
  return attr;
}

const Onnx__AttributeProto *
onnx_attr (const OnnxNode *n, const char *name)
{
  const Onnx__AttributeProto *attr =
      find (n->proto->attribute, n->proto->n_attribute, name);

  if (attr != NULL && attr->ref_attr_name != NULL && *attr->ref_attr_name != '\0')
    return resolve (n->scope, attr->ref_attr_name);
  return attr;
}

/* Files of IR version 2 and older leave the type out. */
static int
type_of (const Onnx__AttributeProto *attr)
{
  if (attr->type > 0)
    return attr->type;
  return attr->has_f           ? ONNX_ATTR_FLOAT
         : attr->has_i         ? ONNX_ATTR_INT
         : attr->has_s         ? ONNX_ATTR_STRING
         : attr->t != NULL     ? ONNX_ATTR_TENSOR
         : attr->g != NULL     ? ONNX_ATTR_GRAPH
         : attr->n_floats > 0  ? ONNX_ATTR_FLOATS
         : attr->n_ints > 0    ? ONNX_ATTR_INTS
         : attr->n_strings > 0 ? ONNX_ATTR_STRINGS
                               : ONNX_ATTR_UNDEFINED;
}

OnnxAttrKind
onnx_attr_kind (const OnnxNode *n, const char *name)
{
  const Onnx__AttributeProto *attr = onnx_attr (n, name);
  int type = attr != NULL ? type_of (attr) : ONNX_ATTR_UNDEFINED;

  return type <= ONNX_ATTR_STRINGS ? (OnnxAttrKind) type : ONNX_ATTR_UNDEFINED;
}

/* The attribute if it is there and of @type. */
static const Onnx__AttributeProto *
typed (OnnxNode *n, const char *name, int type)
{
  const Onnx__AttributeProto *attr = onnx_attr (n, name);
  int found = attr != NULL ? type_of (attr) : type;

  if (found == type || found == ONNX_ATTR_UNDEFINED)
    return attr;
  weir_make_invalid (
      &n->make, "attribute '%s': expected %s, found %s", name, type_names[type],
      found < (int) G_N_ELEMENTS (type_names) ? type_names[found] : "another type");
  return NULL;
}

gint64
onnx_attr_int (OnnxNode *n, const char *name, gint64 fallback)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_INT);

  return attr != NULL ? attr->i : fallback;
}

double
onnx_attr_float (OnnxNode *n, const char *name, double fallback)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_FLOAT);

  return attr != NULL ? attr->f : fallback;
}

const char *
onnx_attr_string (OnnxNode *n, const char *name, const char *fallback)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_STRING);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (attr == NULL)
    return fallback;
  text = weir_wire_text (n->scope->import->wire, &attr->s, WEIR_MAX_NAME, &error);
  if (text != NULL)
    return g_string_chunk_insert_const (n->scope->import->names, text);
  weir_make_invalid (&n->make, "attribute '%s': %s", name, error->message);
  return fallback;
}

gboolean
onnx_attr_is (OnnxNode *n, const char *name, const char *fallback, const char *value)
{
  return strcmp (onnx_attr_string (n, name, fallback), value) == 0;
}

const gint64 *
onnx_attr_ints (OnnxNode *n, const char *name, gsize *count)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_INTS);

  *count = attr != NULL ? attr->n_ints : 0;
  return attr != NULL ? attr->ints : NULL;
}

const float *
onnx_attr_floats (OnnxNode *n, const char *name, gsize *count)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_FLOATS);

  *count = attr != NULL ? attr->n_floats : 0;
  return attr != NULL ? attr->floats : NULL;
}

char **
onnx_attr_strings (OnnxNode *n, const char *name, gsize *count)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_STRINGS);
  g_auto (GStrv) texts = NULL;
  g_autoptr (GError) error = NULL;

  *count = 0;
  if (attr == NULL)
    return NULL;
  texts = g_new0 (char *, attr->n_strings + 1);
  for (gsize i = 0; i < attr->n_strings; i++) {
    texts[i] =
        weir_wire_text (n->scope->import->wire, &attr->strings[i], WEIR_MAX_NAME, &error);
    if (texts[i] == NULL) {
      weir_make_invalid (&n->make, "attribute '%s': %s", name, error->message);
      return NULL;
    }
  }
  *count = attr->n_strings;
  return g_steal_pointer (&texts);
}

const Onnx__GraphProto *
onnx_attr_graph (OnnxNode *n, const char *name)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_GRAPH);

  if (attr != NULL && attr->g != NULL)
    return attr->g;
  weir_make_invalid (&n->make, "attribute '%s' is missing: expected a graph", name);
  return NULL;
}

WeirTensor *
onnx_attr_tensor (OnnxNode *n, const char *name)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_TENSOR);
  WeirTensor *tensor;

  if (attr == NULL || attr->t == NULL || n->make.b->error != NULL)
    return NULL;
  tensor = onnx_tensor_read (n->scope->import, attr->t, &n->make.b->error);
  if (tensor == NULL)
    g_prefix_error (&n->make.b->error, "attribute '%s': ", name);
  return tensor;
}

WeirPort
onnx_list (OnnxNode *n, const char *name, guint index)
{
  gsize count;
  const gint64 *values = onnx_attr_ints (n, name, &count);

  if (onnx_attr (n, name) != NULL)
    return weir_build_i64 (n->make.b, n->make.name, values, count);
  if (!onnx_has (n, index))
    return WEIR_PORT_NONE;
  return weir_build_convert (n->make.b, n->make.name, onnx_in (n, index), WEIR_DTYPE_I64);
}

WeirDtype
onnx_attr_dtype (OnnxNode *n, const char *name, WeirDtype fallback)
{
  const Onnx__AttributeProto *attr = typed (n, name, ONNX_ATTR_INT);
  WeirDtype dtype = attr != NULL ? onnx_dtype_from (attr->i) : fallback;

  if (attr != NULL && dtype == WEIR_DTYPE_UNKNOWN)
    weir_make_unsupported (&n->make, "elements of type %s", onnx_dtype_name (attr->i));
  return dtype;
}
