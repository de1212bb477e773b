#include "ops.h"

/* ShapeOf: the beginning of every shape calculation. Its contents are known as soon as
 * the shape is, whatever the input holds. */

static const WeirAttrRow attrs[] = {
  { "output_type", WEIR_ATTR_DTYPE, "i64", NULL, 3, 0 },
  { NULL },
};

static gboolean
shape_tensor (const WeirNode *node, const WeirShape *shape, WeirTensor **result,
              GError **error)
{
  WeirDtype dtype =
      node->version >= 3 ? weir_node_dtype (node, "output_type") : WEIR_DTYPE_I64;
  g_autoptr (WeirTensor) dims = weir_tensor_new_i64 (shape->dims, (gsize) shape->rank);

  for (int i = 0; dtype == WEIR_DTYPE_I32 && i < shape->rank; i++)
    if (shape->dims[i] > G_MAXINT32)
      return weir_fail (error, WEIR_ERROR_LIMIT,
                        "dimension %d of %" G_GINT64_FORMAT " does not fit into i32", i,
                        shape->dims[i]);
  *result = weir_tensor_convert (dims, dtype, error);
  return *result != NULL;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirDtype dtype = infer->node->version >= 3
                        ? weir_node_dtype (infer->node, "output_type")
                        : WEIR_DTYPE_I64;

  if (dtype != WEIR_DTYPE_I64 && dtype != WEIR_DTYPE_I32)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'output_type': expected i32 or i64, found %s",
                      weir_dtype_name (dtype));
  weir_infer_set (infer, 0, dtype,
                  &WEIR_SHAPE (x->rank < 0 ? WEIR_DIM_UNKNOWN : x->rank));
  for (int i = 0; i < x->rank; i++) {
    infer->outputs[0].partial.mask |= (guint8) ((x->dims[i] >= 0) << i);
    infer->outputs[0].partial.values[i] = x->dims[i];
  }
  return !weir_shape_is_static (x) ||
         shape_tensor (infer->node, x, &infer->outputs[0].value, error);
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  return shape_tensor (eval->node, weir_tensor_shape (eval->inputs[0]), &eval->outputs[0],
                       error);
}

WEIR_OP_DEFINE (shape_of) = {
  .name = "ShapeOf",
  .versions = { 1, 3 },
  .preferred = 3,
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = attrs,
  .summary = "The dimensions of a tensor as a tensor",
  .infer = infer,
  .evaluate = evaluate,
};
