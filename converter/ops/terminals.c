#include "ops.h"

/* Where values enter, stand and leave: Parameter, Constant, Result. */

static const WeirAttrRow parameter_attrs[] = {
  { "shape", WEIR_ATTR_STRING, "...", NULL, 0, 0 },
  { "element_type", WEIR_ATTR_DTYPE, NULL, NULL, 0, 0 },
  { NULL }
};

static gboolean
parameter_infer (WeirInfer *infer, GError **error)
{
  WeirShape shape;

  if (!weir_shape_parse (weir_node_string (infer->node, "shape"), &shape, error))
    return FALSE;
  return weir_infer_set (infer, 0, weir_node_dtype (infer->node, "element_type"), &shape);
}

WEIR_OP_DEFINE (parameter) = {
  .name = "Parameter",
  .versions = { 1 },
  .outputs = 1,
  .attrs = parameter_attrs,
  .summary = "An input of the network",
  .infer = parameter_infer,
};

static gboolean
constant_infer (WeirInfer *infer, GError **error)
{
  WeirTensor *value = infer->node->outputs[0].info.value;

  if (value == NULL)
    return weir_fail (error, WEIR_ERROR_INTERNAL, "a constant without contents");
  infer->outputs[0].value = weir_tensor_ref (value);
  return weir_infer_set (infer, 0, weir_tensor_dtype (value), weir_tensor_shape (value));
}

WEIR_OP_DEFINE (constant) = {
  .name = "Constant",
  .xml_type = "Const",
  .versions = { 1 },
  .outputs = 1,
  .summary = "A value that is part of the network",
  .infer = constant_infer,
};

static gboolean
result_infer (WeirInfer *infer, GError **error)
{
  (void) infer;
  (void) error;
  return TRUE;
}

WEIR_OP_DEFINE (result) = {
  .name = "Result",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 0,
  .summary = "An output of the network",
  .infer = result_infer,
};
