#include "extension.h"

#include "attr.h"
#include "frontends/extension-ops.h"
#include "tensor.h"

/* Operations that an extension translates. */

#define FRAMEWORK "onnx"

static const WeirTranslation *
find (const OnnxNode *n)
{
  const char *domain = n->proto->domain;

  return weir_extension_op (FRAMEWORK, g_strcmp0 (domain, "ai.onnx") == 0 ? "" : domain,
                            n->proto->op_type);
}

gboolean
onnx_extension_find (const OnnxNode *n)
{
  return find (n) != NULL;
}

/* Element types are numbers of ONNX's own. */
static gboolean
take_int (gint64 number, WeirAttrType wanted, WeirAttrType *found, WeirAttr *value)
{
  gboolean is_dtype = wanted == WEIR_ATTR_DTYPE;

  *found = is_dtype ? WEIR_ATTR_DTYPE : WEIR_ATTR_INT;
  value->i = is_dtype ? (gint64) onnx_dtype_from (number) : number;
  return TRUE;
}

static gboolean
take_floats (OnnxNode *n, const char *name, WeirAttr *value)
{
  const float *values = onnx_attr_floats (n, name, &value->n);

  value->floats = g_new0 (double, MAX (value->n, 1));
  for (gsize i = 0; i < value->n; i++)
    value->floats[i] = values[i];
  return TRUE;
}

static gboolean
take_ints (OnnxNode *n, const char *name, WeirAttr *value)
{
  const gint64 *values = onnx_attr_ints (n, name, &value->n);

  value->ints = g_new0 (gint64, MAX (value->n, 1));
  for (gsize i = 0; i < value->n; i++)
    value->ints[i] = values[i];
  return TRUE;
}

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  OnnxNode *n = (OnnxNode *) node->source;

  switch (onnx_attr_kind (n, name)) {
  case ONNX_ATTR_INT:
    return take_int (onnx_attr_int (n, name, 0), wanted, found, value);
  case ONNX_ATTR_FLOAT:
    *found = WEIR_ATTR_FLOAT;
    value->f = onnx_attr_float (n, name, 0);
    return TRUE;
  case ONNX_ATTR_STRING:
    *found = WEIR_ATTR_STRING;
    value->s = g_strdup (onnx_attr_string (n, name, ""));
    return TRUE;
  case ONNX_ATTR_INTS:
    *found = WEIR_ATTR_INTS;
    return take_ints (n, name, value);
  case ONNX_ATTR_FLOATS:
    *found = WEIR_ATTR_FLOATS;
    return take_floats (n, name, value);
  default:
    return FALSE;
  }
}

static gboolean
take_inputs (OnnxNode *n, WeirPort *inputs)
{
  for (guint i = 0; i < n->n_inputs; i++) {
    inputs[i] = n->inputs[i].port;
    if (n->inputs[i].items != NULL) {
      weir_make_unsupported (&n->make, "input %u: extensions do not get sequences", i);
      return FALSE;
    }
  }
  return TRUE;
}

void
onnx_extension_convert (OnnxNode *n)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n->n_inputs, 1));
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n->n_outputs, 1));
  WeirForeignNode node = { .framework = FRAMEWORK,
                           .domain = n->proto->domain != NULL ? n->proto->domain : "",
                           .op = n->proto->op_type,
                           .name = n->make.name,
                           .inputs = inputs,
                           .n_inputs = n->n_inputs,
                           .outputs = outputs,
                           .n_outputs = n->n_outputs,
                           .find = find_attr,
                           .source = n };

  while (node.n_outputs > 0 && !onnx_wants (n, node.n_outputs - 1))
    node.n_outputs--;
  if (!take_inputs (n, inputs) || !weir_extension_op_convert (find (n), &node, n->make.b))
    return;
  for (guint i = 0; i < node.n_outputs; i++)
    onnx_out (n, i, outputs[i]);
}
