#include "list.h"
#include "move.h"

/* CumSum: sums of everything up to each element of an axis. */

static const WeirAttrRow attrs[] = {
  { "exclusive", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "reverse", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { NULL },
};

static gboolean
infer (WeirInfer *infer, GError **error)
{
  int axis;

  return (infer->n_inputs < 2 ||
          weir_list_axis (infer, 1, infer->inputs[0].shape.rank, &axis, error)) &&
         weir_infer_same (infer, error);
}

static void
sum_line (WeirEval *eval, gsize start, gssize step, gint64 n)
{
  const WeirTensor *x = eval->inputs[0];
  gboolean exclusive = weir_node_bool (eval->node, "exclusive");
  WeirDtype dtype = weir_tensor_dtype (x);
  gboolean is_float = weir_dtype_is_float (dtype);
  void *y = weir_tensor_writable (eval->outputs[0]);
  guint64 whole = 0;
  double sum = 0;

  for (gint64 i = 0; i < n; i++) {
    gsize at = (gsize) ((gssize) start + i * step);
    double before = sum;
    guint64 whole_before = whole;

    if (is_float) {
      sum += weir_tensor_get (x, at);
      weir_dtype_store (dtype, y, at, exclusive ? before : sum);
    } else {
      whole += (guint64) weir_tensor_get_int (x, at);
      weir_dtype_store_int (dtype, y, at, (gint64) (exclusive ? whole_before : whole));
    }
  }
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 axis_value = eval->n_inputs > 1 ? weir_tensor_get_int (eval->inputs[1], 0) : 0;
  gboolean reverse = weir_node_bool (eval->node, "reverse");
  gint64 steps[WEIR_MAX_RANK], outer = 1, n;
  int axis;

  if (!weir_shape_axis (axis_value, shape->rank, &axis, error) ||
      weir_eval_inferred (eval, 0, error) == NULL)
    return FALSE;
  if (weir_tensor_count (x) == 0)
    return TRUE;
  weir_move_steps (shape, steps);
  n = shape->dims[axis];
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  for (gint64 o = 0; o < outer; o++)
    for (gint64 i = 0; i < steps[axis]; i++) {
      gint64 first = o * n * steps[axis] + i;

      sum_line (eval, (gsize) (reverse ? first + (n - 1) * steps[axis] : first),
                reverse ? -steps[axis] : steps[axis], n);
    }
  return TRUE;
}

WEIR_OP_DEFINE (cum_sum) = {
  .name = "CumSum",
  .versions = { 3 },
  .min_inputs = 1,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Running sums along an axis",
  .infer = infer,
  .evaluate = evaluate,
};
