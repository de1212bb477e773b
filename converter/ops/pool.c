#include "window.h"

#include <float.h>

/* MaxPool and AvgPool by a sliding window, AdaptiveMaxPool and AdaptiveAvgPool by windows
 * that divide the input into as many parts as are asked for. */

static const WeirAttrRow max_attrs[] = {
  { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "dilations", WEIR_ATTR_INTS, "", "1..", 8, 0 },
  { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "kernel", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "rounding_type", WEIR_ATTR_STRING, "floor", "floor|ceil|ceil_torch", 0, 0 },
  { "auto_pad", WEIR_ATTR_STRING, "explicit", "explicit|same_upper|same_lower|valid", 0,
    0 },
  { "index_element_type", WEIR_ATTR_DTYPE, "i64", NULL, 8, 0 },
  { "axis", WEIR_ATTR_INT, "0", NULL, 8, 0 },
  { NULL }
};

static const WeirAttrRow average_attrs[] = {
  { "kernel", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "strides", WEIR_ATTR_INTS, NULL, "1..", 0, 0 },
  { "dilations", WEIR_ATTR_INTS, "", "1..", 16, 0 },
  { "pads_begin", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "pads_end", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { "exclude-pad", WEIR_ATTR_BOOL, NULL, NULL, 0, 0 },
  { "auto_pad", WEIR_ATTR_STRING, "explicit", "explicit|same_upper|same_lower|valid", 0,
    0 },
  { "rounding_type", WEIR_ATTR_STRING, "floor", "floor|ceil|ceil_torch", 0, 0 },
  { NULL }
};

static const WeirAttrRow adaptive_max_attrs[] = {
  { "index_element_type", WEIR_ATTR_DTYPE, "i64", NULL, 0, 0 }, { NULL }
};

/* How positions of the output see the input; unused dimensions are of size 1. */
typedef struct {
  WeirWindow window;
  gboolean adaptive;
  gboolean whole; /* what a mean that counts pads divides by */
  gint64 in[WEIR_MAX_SPATIAL], out[WEIR_MAX_SPATIAL];
  gsize in_size, out_size;
} Pool;

static gboolean
window_init (WeirWindow *window, const WeirNode *node, const WeirShape *x, GError **error)
{
  gint64 kernel[WEIR_MAX_SPATIAL];
  gsize n;

  weir_node_ints (node, "kernel", &n);
  if (n > WEIR_MAX_SPATIAL || n != (gsize) (x->rank - 2))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "a kernel of %" G_GSIZE_FORMAT
                      " dimensions does not fit to an input of rank %d",
                      n, x->rank);
  for (gsize i = 0; i < n; i++)
    kernel[i] = weir_node_int_at (node, "kernel", i, 1);
  if (!weir_window_init (window, node, x, kernel, error))
    return FALSE;
  window->torch = weir_node_string_is (node, "rounding_type", "ceil_torch");
  window->ceil = window->torch || weir_node_string_is (node, "rounding_type", "ceil");
  return TRUE;
}

static gboolean
set_outputs (WeirInfer *infer, const WeirShape *y)
{
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, y) &&
         (infer->n_outputs < 2 ||
          weir_infer_set (infer, 1, weir_node_dtype (infer->node, "index_element_type"),
                          y));
}

static gboolean
check_index_type (const WeirInfer *infer, GError **error)
{
  WeirDtype dtype;

  if (infer->n_outputs < 2)
    return TRUE;
  dtype = weir_node_dtype (infer->node, "index_element_type");
  if (dtype != WEIR_DTYPE_I64 && dtype != WEIR_DTYPE_I32)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "attribute 'index_element_type': expected i64 or i32, found %s",
                      weir_dtype_name (dtype));
  return TRUE;
}

static gboolean
pool_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  WeirShape y = *x;
  WeirWindow window;
  int axis;

  if (!check_index_type (infer, error))
    return FALSE;
  if (x->rank < 0)
    return set_outputs (infer, &y);
  if (infer->n_outputs > 1 &&
      !weir_shape_axis (weir_node_int (infer->node, "axis"), x->rank, &axis, error))
    return FALSE;
  if (!window_init (&window, infer->node, x, error))
    return FALSE;
  for (int i = 0; i < window.n; i++)
    if (!weir_window_size (&window, i, x->dims[i + 2], &y.dims[i + 2], error))
      return FALSE;
  return set_outputs (infer, &y);
}

static gboolean
adaptive_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *x = &infer->inputs[0], *sizes = &infer->inputs[1];
  WeirShape y = x->shape;
  gint64 values[WEIR_MAX_RANK * 2];
  gsize n;

  if (!check_index_type (infer, error))
    return FALSE;
  if (x->dtype != WEIR_DTYPE_UNKNOWN && !weir_dtype_is_float (x->dtype))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected floating point, found %s",
                      weir_dtype_name (x->dtype));
  if (y.rank < 0)
    return set_outputs (infer, &y);
  if (y.rank < 3 || y.rank > WEIR_MAX_SPATIAL + 2)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected an input of rank 3 to 5, found rank %d", y.rank);
  for (int i = 2; i < y.rank; i++)
    y.dims[i] = WEIR_DIM_UNKNOWN;
  if (sizes->value == NULL)
    return set_outputs (infer, &y);
  if (!weir_infer_ints (infer, 1, values, &n) || n != (gsize) y.rank - 2)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "output_shape must be %d integers for an input of rank %d",
                      y.rank - 2, y.rank);
  for (gsize i = 0; i < n; i++) {
    if (values[i] < 1)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "output_shape: dimension %" G_GSIZE_FORMAT " is %" G_GINT64_FORMAT
                        ", expected at least 1",
                        i, values[i]);
    y.dims[i + 2] = values[i];
  }
  return set_outputs (infer, &y);
}

/* A mean that counts pads divides by the whole window, as OpenVINO does, even where it
 * reaches beyond the pads; without any pads, and by PyTorch's rule, only by what lies in
 * the padded input. */
static gboolean
counts_whole (const WeirWindow *window)
{
  for (int i = 0; i < window->n && !window->torch; i++)
    if (window->pad_begin[i] != 0 || window->pad_end[i] != 0)
      return TRUE;
  return FALSE;
}

static gboolean
pool_init (Pool *pool, const WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  const WeirShape *y = &eval->infos[0].shape;

  *pool = (Pool){ .in_size = 1, .out_size = 1 };
  pool->adaptive = eval->n_inputs > 1;
  if (!pool->adaptive && !window_init (&pool->window, eval->node, x, error))
    return FALSE;
  pool->whole = !pool->adaptive && counts_whole (&pool->window);
  for (int i = 0; i < WEIR_MAX_SPATIAL; i++) {
    pool->in[i] = i + 2 < x->rank ? x->dims[i + 2] : 1;
    pool->out[i] = i + 2 < x->rank ? y->dims[i + 2] : 1;
    pool->in_size *= (gsize) pool->in[i];
    pool->out_size *= (gsize) pool->out[i];
  }
  return TRUE;
}

/* The elements that one position sees: where they begin, how far apart they are, how many
 * there are, and how many there would be with the pads. */
typedef struct {
  gint64 first[WEIR_MAX_SPATIAL], step[WEIR_MAX_SPATIAL], n[WEIR_MAX_SPATIAL];
  gint64 inside, padded;
} Region;

static gint64
steps_until (gint64 end, gint64 step, gint64 most)
{
  return end <= 0 ? 0 : MIN (most, (end - 1) / step + 1);
}

static void
slide (const Pool *pool, int i, gint64 at, Region *region)
{
  const WeirWindow *w = &pool->window;
  gint64 begin = at * w->stride[i] - w->pad_begin[i];
  gint64 skipped = begin < 0 ? (-begin + w->dilation[i] - 1) / w->dilation[i] : 0;

  region->step[i] = w->dilation[i];
  region->first[i] = begin + skipped * w->dilation[i];
  region->n[i] =
      MAX (0, steps_until (pool->in[i] - begin, w->dilation[i], w->kernel[i]) - skipped);
  region->padded *= pool->whole ? w->kernel[i]
                                : steps_until (pool->in[i] + w->pad_end[i] - begin,
                                               w->dilation[i], w->kernel[i]);
}

static void
divide (const Pool *pool, int i, gint64 at, Region *region)
{
  gint64 end = ((at + 1) * pool->in[i] + pool->out[i] - 1) / pool->out[i];

  region->step[i] = 1;
  region->first[i] = at * pool->in[i] / pool->out[i];
  region->n[i] = end - region->first[i];
}

static Region
region_at (const Pool *pool, gsize position)
{
  Region region = { .inside = 1, .padded = 1 };

  for (int i = WEIR_MAX_SPATIAL - 1; i >= 0; i--) {
    gint64 at = (gint64) (position % (gsize) pool->out[i]);

    position /= (gsize) pool->out[i];
    if (pool->adaptive)
      divide (pool, i, at, &region);
    else
      slide (pool, i, at, &region);
    region.inside *= region.n[i];
  }
  return region;
}

/* Where row (@a, @b) of a region begins within the plane. */
static gsize
row_at (const Pool *pool, const Region *region, gint64 a, gint64 b)
{
  a = region->first[0] + a * region->step[0];
  b = region->first[1] + b * region->step[1];
  return (gsize) ((a * pool->in[1] + b) * pool->in[2] + region->first[2]);
}

/* A window that sees nothing gives the lowest number, and where its plane begins. */
static double
max_of (const Pool *pool, const Region *region, const WeirTensor *x, gsize plane,
        gsize *index)
{
  double largest = -(double) FLT_MAX;
  gboolean any = FALSE;

  *index = plane;
  for (gint64 a = 0; a < region->n[0]; a++)
    for (gint64 b = 0; b < region->n[1]; b++) {
      gsize at = plane + row_at (pool, region, a, b);

      for (gint64 c = 0; c < region->n[2]; c++, at += (gsize) region->step[2]) {
        double value = weir_tensor_get (x, at);

        if (any && !(value > largest))
          continue;
        largest = value;
        *index = at;
        any = TRUE;
      }
    }
  return largest;
}

static double
sum_of (const Pool *pool, const Region *region, const WeirTensor *x, gsize plane)
{
  double sum = 0;

  for (gint64 a = 0; a < region->n[0]; a++)
    for (gint64 b = 0; b < region->n[1]; b++) {
      gsize at = plane + row_at (pool, region, a, b);

      for (gint64 c = 0; c < region->n[2]; c++, at += (gsize) region->step[2])
        sum += weir_tensor_get (x, at);
    }
  return sum;
}

static gboolean
max_evaluate (WeirEval *eval, gsize index_size, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  WeirTensor *y, *indices = NULL;
  Pool pool;

  if (!pool_init (&pool, eval, error) ||
      (y = weir_eval_inferred (eval, 0, error)) == NULL ||
      (eval->n_outputs > 1 && (indices = weir_eval_inferred (eval, 1, error)) == NULL))
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (y); i++) {
    Region region = region_at (&pool, i % pool.out_size);
    gsize index, plane = i / pool.out_size * pool.in_size;

    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i,
                      max_of (&pool, &region, x, plane, &index));
    if (indices != NULL)
      weir_dtype_store_int (weir_tensor_dtype (indices), weir_tensor_writable (indices),
                            i, (gint64) (index % index_size));
  }
  return TRUE;
}

/* Indices count from the attribute's axis on. */
static gboolean
max_pool_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  gsize size = 1;
  int axis = 0;

  if (eval->n_outputs > 1 &&
      !weir_shape_axis (weir_node_int (eval->node, "axis"), x->rank, &axis, error))
    return FALSE;
  for (int i = axis; i < x->rank; i++)
    size *= (gsize) MAX (x->dims[i], 1);
  return max_evaluate (eval, size, error);
}

static gboolean
adaptive_max_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  gsize size = 1;

  for (int i = 2; i < x->rank; i++)
    size *= (gsize) MAX (x->dims[i], 1);
  return max_evaluate (eval, size, error);
}

static gboolean
average_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  gboolean only_inside = eval->n_inputs > 1 || weir_node_bool (eval->node, "exclude-pad");
  WeirTensor *y;
  Pool pool;

  if (!pool_init (&pool, eval, error) ||
      (y = weir_eval_inferred (eval, 0, error)) == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (y); i++) {
    Region region = region_at (&pool, i % pool.out_size);
    gint64 count = only_inside ? region.inside : region.padded;
    gsize plane = i / pool.out_size * pool.in_size;
    double sum = sum_of (&pool, &region, x, plane);

    weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), i,
                      count > 0 ? sum / (double) count : 0);
  }
  return TRUE;
}

WEIR_OP_DEFINE (max_pool) = {
  .name = "MaxPool",
  .versions = { 1, 8, 14 },
  .preferred = 8,
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 2,
  .outputs_since = 8,
  .attrs = max_attrs,
  .summary = "The largest element of each window, and where it is",
  .infer = pool_infer,
  .evaluate = max_pool_evaluate,
};

WEIR_OP_DEFINE (avg_pool) = {
  .name = "AvgPool",
  .versions = { 1, 14, 16 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = average_attrs,
  .summary = "Mean of each window",
  .infer = pool_infer,
  .evaluate = average_evaluate,
};

WEIR_OP_DEFINE (adaptive_avg_pool) = {
  .name = "AdaptiveAvgPool",
  .versions = { 8 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .summary = "Mean of each part of an input that is divided into a given number of parts",
  .infer = adaptive_infer,
  .evaluate = average_evaluate,
};

WEIR_OP_DEFINE (adaptive_max_pool) = {
  .name = "AdaptiveMaxPool",
  .versions = { 8 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 2,
  .attrs = adaptive_max_attrs,
  .summary = "The largest element of each part, and where it is in its plane",
  .infer = adaptive_infer,
  .evaluate = adaptive_max_evaluate,
};
