#include "context.h"

#include "base/error.h"

/* The way from an operation's node to the callbacks of the library that brought it. */

static const ExtOp *
op_of (const WeirNode *node)
{
  return node->op->extension->data;
}

static gboolean
infer_like_input (WeirInfer *infer)
{
  for (guint i = 0; i < infer->n_outputs; i++)
    weir_infer_set (infer, i, infer->inputs[0].dtype, &infer->inputs[0].shape);
  return TRUE;
}

gboolean
ext_infer (WeirInfer *infer, GError **error)
{
  const ExtOp *op = op_of (infer->node);
  WeirExtensionContext c = { .kind = EXT_INFER, .node = infer->node, .infer = infer };

  if (op->infer == NULL)
    return infer_like_input (infer);
  if (!ext_call (&c, op->infer, op->user_data, error))
    return FALSE;
  for (guint i = 0; i < infer->n_outputs; i++)
    if (infer->outputs[i].dtype == WEIR_DTYPE_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_INTERNAL,
                        "the extension's infer has not set output %u", i);
  return TRUE;
}

gboolean
ext_evaluate (WeirEval *eval, GError **error)
{
  const ExtOp *op = op_of (eval->node);
  WeirExtensionContext c = { .kind = EXT_EVALUATE, .node = eval->node, .eval = eval };

  if (!ext_call (&c, op->evaluate, op->user_data, error))
    return FALSE;
  for (guint i = 0; i < eval->n_outputs; i++)
    if (eval->outputs[i] == NULL)
      return weir_fail (error, WEIR_ERROR_INTERNAL,
                        "the extension's evaluate has not made output %u", i);
  return TRUE;
}
