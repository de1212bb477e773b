#include "list.h"
#include "move.h"
#include "order.h"

#include <float.h>

/* SegmentMax: the largest of the slices that have the same number; the numbers ascend. */

static const WeirAttrRow attrs[] = {
  { "fill_mode", WEIR_ATTR_STRING, NULL, "ZERO|LOWEST", 0, 0 }, { NULL }
};

/* Numbers must ascend from 0; the last one says how many there are, at least. */
static gboolean
check_ids (const WeirTensor *ids, gint64 *next, GError **error)
{
  *next = 0;
  for (gsize i = 0; i < weir_tensor_count (ids); i++) {
    gint64 id = weir_tensor_get_int (ids, i);

    if (id < 0 || id < *next - 1 || id >= G_MAXINT64)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "expected ascending segments, found %" G_GINT64_FORMAT " at %zu",
                        id, i);
    *next = id + 1;
  }
  return TRUE;
}

static gboolean
count_segments (const WeirInfer *infer, gint64 *count, GError **error)
{
  const WeirTensor *ids = infer->inputs[1].value;
  WeirList number;

  *count = WEIR_DIM_UNKNOWN;
  if (ids != NULL && !check_ids (ids, count, error))
    return FALSE;
  if (infer->n_inputs < 3)
    return TRUE;
  if (!weir_list_input (infer, 2, "num_segments", &number, error) ||
      !weir_list_length (&number, "num_segments", 1, error))
    return FALSE;
  if (number.known && number.values[0] < 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "num_segments is %" G_GINT64_FORMAT ", expected at least 0",
                      number.values[0]);
  *count = number.known ? number.values[0] : WEIR_DIM_UNKNOWN;
  return TRUE;
}

static gboolean
infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape ids = WEIR_SHAPE (x->rank > 0 ? x->dims[0] : WEIR_DIM_UNKNOWN), y = *x;

  if (x->rank == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected data of rank 1 or more");
  if (!weir_infer_indices (infer, 1, error))
    return FALSE;
  if (!weir_shape_merge (&ids, &infer->inputs[1].shape)) {
    g_autofree char *expected = weir_shape_to_string (&ids);
    g_autofree char *found = weir_shape_to_string (&infer->inputs[1].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected segment_ids %s, found %s",
                      expected, found);
  }
  if (!count_segments (infer, &y.dims[0], error))
    return FALSE;
  return weir_infer_sized (infer, 0, infer->inputs[0].dtype, &y, error);
}

/* The least number of a type that is finite. */
static double
lowest (WeirDtype dtype)
{
  switch (dtype) {
  case WEIR_DTYPE_F64:
    return -DBL_MAX;
  case WEIR_DTYPE_F32:
    return -(double) FLT_MAX;
  case WEIR_DTYPE_F16:
    return -65504;
  case WEIR_DTYPE_BF16:
    return -0x1.fep127;
  default:
    return -0x1p63; /* saturates */
  }
}

static void
fill (const WeirNode *node, WeirTensor *y)
{
  double value = weir_node_string_is (node, "fill_mode", "LOWEST")
                     ? lowest (weir_tensor_dtype (y))
                     : 0;

  for (gsize i = 0; i < weir_tensor_count (y); i++)
    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i, value);
}

/* Slices of numbers beyond the output are left out. */
static gboolean
evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0], *ids = eval->inputs[1];
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize n = weir_tensor_count (ids), slice;
  const WeirMove one = { 0 };

  if (y == NULL)
    return FALSE;
  fill (eval->node, y);
  slice = n > 0 ? weir_tensor_count (x) / n : 0;
  for (gsize i = 0; i < n; i++) {
    gint64 id = weir_tensor_get_int (ids, i);
    gboolean first = i == 0 || weir_tensor_get_int (ids, i - 1) != id;

    if (id >= weir_tensor_shape (y)->dims[0])
      break;
    for (gsize k = 0; k < slice; k++) {
      gsize from = i * slice + k, to = (gsize) id * slice + k;

      if (first || weir_order (weir_tensor_dtype (y), weir_tensor_data (x), from,
                               weir_tensor_data (y), to) > 0)
        weir_move_run (&one, x, (gint64) from, y, (gint64) to);
    }
  }
  return TRUE;
}

WEIR_OP_DEFINE (segment_max) = {
  .name = "SegmentMax",
  .versions = { 16 },
  .min_inputs = 2,
  .max_inputs = 3,
  .outputs = 1,
  .attrs = attrs,
  .summary = "The largest of the slices that have the same number",
  .infer = infer,
  .evaluate = evaluate,
};
