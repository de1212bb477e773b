#include "list.h"
#include "move.h"
#include "order.h"

#include <math.h>

/* TopK: the largest or smallest elements of an axis, with their indices. Equal elements
 * stand in the order of their indices always, not only where "stable" asks for it; NaN
 * comes last. */

static const WeirAttrRow attrs[] = {
  { "axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { "mode", WEIR_ATTR_STRING, NULL, "min|max", 0, 0 },
  { "sort", WEIR_ATTR_STRING, NULL, "none|index|value", 0, 0 },
  { "index_element_type", WEIR_ATTR_DTYPE, "i32", NULL, 0, 0 },
  { "stable", WEIR_ATTR_BOOL, "false", NULL, 11, 0 },
  { NULL },
};

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirDtype index = weir_node_dtype (infer->node, "index_element_type");
  WeirShape y = *x;
  WeirList k;
  int axis;

  if (index != WEIR_DTYPE_I32 && index != WEIR_DTYPE_I64)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'index_element_type': expected i32 or i64, found %s",
                      weir_dtype_name (index));
  if (!weir_list_input (infer, 1, "k", &k, error) ||
      !weir_list_length (&k, "k", 1, error))
    return FALSE;
  if (k.known && k.values[0] < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "k is %" G_GINT64_FORMAT ", expected at least 0", k.values[0]);
  if (x->rank >= 0) {
    if (!weir_shape_axis (weir_node_int (infer->node, "axis"), x->rank, &axis, error))
      return FALSE;
    if (k.known && x->dims[axis] >= 0 && k.values[0] > x->dims[axis])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "k is %" G_GINT64_FORMAT ", more than the %" G_GINT64_FORMAT
                        " of dimension %d",
                        k.values[0], x->dims[axis], axis);
    y.dims[axis] = k.known ? k.values[0] : WEIR_DIM_UNKNOWN;
  }
  weir_infer_set (infer, 1, index, &y);
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

/* The elements of one line, @step apart from @start on. */
typedef struct {
  WeirDtype dtype;
  const void *data;
  gsize start, step;
  gboolean max;
} Line;

static gboolean
is_nan (const Line *line, gsize at)
{
  return weir_dtype_is_float (line->dtype) &&
         isnan (weir_dtype_load (line->dtype, line->data, at));
}

static int
compare (const void *a, const void *b, void *data)
{
  const Line *line = data;
  guint32 i = *(const guint32 *) a, j = *(const guint32 *) b;
  gsize p = line->start + i * line->step, q = line->start + j * line->step;
  int order = weir_order (line->dtype, line->data, p, line->data, q);

  if (line->max && !is_nan (line, p) && !is_nan (line, q))
    order = -order;
  return order != 0 ? order : (i > j) - (i < j);
}

static int
compare_indices (const void *a, const void *b, void *data)
{
  guint32 i = *(const guint32 *) a, j = *(const guint32 *) b;

  (void) data;
  return (i > j) - (i < j);
}

static void
take (WeirEval *eval, const Line *line, guint32 *order, gint64 n, gint64 k, gint64 to)
{
  const WeirMove one = { 0 };

  for (gint64 i = 0; i < n; i++)
    order[i] = (guint32) i;
  g_qsort_with_data (order, (gint) n, sizeof *order, compare, (void *) line);
  if (weir_node_string_is (eval->node, "sort", "index"))
    g_qsort_with_data (order, (gint) k, sizeof *order, compare_indices, NULL);
  for (gint64 i = 0; i < k; i++) {
    gint64 at = to + i * (gint64) line->step;

    weir_move_run (&one, eval->inputs[0], (gint64) (line->start + order[i] * line->step),
                   eval->outputs[0], at);
    weir_dtype_store_int (eval->infos[1].dtype, weir_tensor_writable (eval->outputs[1]),
                          (gsize) at, order[i]);
  }
}

static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirShape *shape = weir_tensor_shape (x);
  gint64 steps[WEIR_MAX_RANK], outer = 1, n, k;
  Line line = { weir_tensor_dtype (x), weir_tensor_data (x), 0, 0,
                weir_node_string_is (eval->node, "mode", "max") };
  guint32 *order;
  int axis;

  if (weir_eval_inferred (eval, 0, error) == NULL ||
      weir_eval_inferred (eval, 1, error) == NULL ||
      !weir_shape_axis (weir_node_int (eval->node, "axis"), shape->rank, &axis, error))
    return FALSE;
  n = shape->dims[axis];
  k = eval->infos[0].shape.dims[axis];
  if (n > G_MAXINT)
    return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large to sort", axis);
  if (weir_tensor_count (eval->outputs[0]) == 0)
    return TRUE;
  order = weir_try_alloc ((gsize) n * sizeof *order, error);
  if (order == NULL)
    return FALSE;
  weir_move_steps (shape, steps);
  line.step = (gsize) steps[axis];
  for (int i = 0; i < axis; i++)
    outer *= shape->dims[i];
  for (gint64 o = 0; o < outer; o++)
    for (gint64 i = 0; i < steps[axis]; i++) {
      line.start = (gsize) (o * n * steps[axis] + i);
      take (eval, &line, order, n, k, o * k * steps[axis] + i);
    }
  weir_free (order);
  return TRUE;
}

WEIR_OP_DEFINE (topk) = {
  .name = "TopK",
  .versions = { 1, 3, 11 },
  .preferred = 3,
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 2,
  .attrs = attrs,
  .summary = "The largest or smallest elements of an axis and where they were",
  .infer = infer,
  .evaluate = evaluate,
};
