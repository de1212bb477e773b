#include "ops.h"

#include <math.h>

/* RegionYolo and ReorgYolo: the heads of YOLO versions 2 and 3. */

static const WeirAttrRow region_attrs[] = {
  { "anchors", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },
  { "axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { "coords", WEIR_ATTR_INT, NULL, "2..65536", 0, 0 },
  { "classes", WEIR_ATTR_INT, NULL, "0..16777216", 0, 0 },
  { "end_axis", WEIR_ATTR_INT, NULL, NULL, 0, 0 },
  { "num", WEIR_ATTR_INT, NULL, "0..65536", 0, 0 },
  { "do_softmax", WEIR_ATTR_BOOL, "true", NULL, 0, 0 },
  { "mask", WEIR_ATTR_INTS, "", NULL, 0, 0 },
  { NULL }
};

/* Anchors of this layer: all of them with softmax (version 2), else those of the mask. */
static gint64
regions_of (const WeirNode *node)
{
  gsize n;

  if (weir_node_bool (node, "do_softmax"))
    return weir_node_int (node, "num");
  weir_node_ints (node, "mask", &n);
  return (gint64) n;
}

static gint64
channels_of (const WeirNode *node)
{
  return weir_node_int (node, "coords") + 1 + weir_node_int (node, "classes");
}

/* Joins the dimensions from axis to end_axis into one. */
static gboolean
flatten (const WeirNode *node, const WeirShape *x, WeirShape *y, GError **error)
{
  int axis, end;

  if (!weir_shape_axis (weir_node_int (node, "axis"), x->rank, &axis, error) ||
      !weir_shape_axis (weir_node_int (node, "end_axis"), x->rank, &end, error))
    return FALSE;
  if (end < axis)
    return weir_fail (error, WEIR_ERROR_SHAPE, "end_axis %d is before axis %d", end,
                      axis);
  *y = (WeirShape){ .rank = x->rank - (end - axis) };
  for (int i = 0; i < y->rank; i++)
    y->dims[i] = x->dims[i <= axis ? i : i + end - axis];
  for (int i = axis + 1; i <= end; i++) {
    if (x->dims[i] < 0 || y->dims[axis] < 0)
      y->dims[axis] = WEIR_DIM_UNKNOWN;
    else if (!weir_mul_i64 (y->dims[axis], x->dims[i], &y->dims[axis]))
      return weir_fail (error, WEIR_ERROR_LIMIT, "too many elements");
  }
  return TRUE;
}

static gboolean
region_infer (WeirInfer *infer, GError **error)
{
  const WeirNode *node = infer->node;
  gint64 channels = regions_of (node) * channels_of (node);
  WeirShape x =
      WEIR_SHAPE (WEIR_DIM_UNKNOWN, channels, WEIR_DIM_UNKNOWN, WEIR_DIM_UNKNOWN);
  WeirShape y;

  if (!weir_shape_merge (&x, &infer->inputs[0].shape)) {
    g_autofree char *found = weir_shape_to_string (&infer->inputs[0].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected [batch,%" G_GINT64_FORMAT
                      ",height,width] for %" G_GINT64_FORMAT " anchors, found %s",
                      channels, regions_of (node), found);
  }
  y = x;
  if (weir_node_bool (node, "do_softmax") && !flatten (node, &x, &y, error))
    return FALSE;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

typedef struct {
  const WeirTensor *x;
  WeirTensor *y;
  gsize cells;
} Planes;

/* Applies the sigmoid, or nothing, to planes @first to @first + @count. */
static void
copy_planes (const Planes *p, gsize first, gsize count, gboolean squash)
{
  for (gsize i = first * p->cells; i < (first + count) * p->cells; i++) {
    double value = weir_tensor_get (p->x, i);

    weir_dtype_store (weir_tensor_dtype (p->y), weir_tensor_writable (p->y), i,
                      squash ? sigmoid (value) : value);
  }
}

/* Softmax over @count planes at each cell. */
static void
soften_planes (const Planes *p, gsize first, gsize count)
{
  for (gsize cell = 0; cell < p->cells; cell++) {
    double largest = -INFINITY, sum = 0;

    for (gsize i = 0; i < count; i++)
      largest = MAX (largest, weir_tensor_get (p->x, (first + i) * p->cells + cell));
    for (gsize i = 0; i < count; i++)
      sum += exp (weir_tensor_get (p->x, (first + i) * p->cells + cell) - largest);
    for (gsize i = 0; i < count; i++) {
      gsize at = (first + i) * p->cells + cell;

      weir_dtype_store (weir_tensor_dtype (p->y), weir_tensor_writable (p->y), at,
                        exp (weir_tensor_get (p->x, at) - largest) / sum);
    }
  }
}

static gboolean
region_evaluate (WeirEval *eval, GError **error)
{
  const WeirShape *shape = weir_tensor_shape (eval->inputs[0]);
  gsize coords = (gsize) weir_node_int (eval->node, "coords");
  gsize classes = (gsize) weir_node_int (eval->node, "classes");
  gsize anchors = (gsize) (shape->dims[0] * regions_of (eval->node));
  Planes planes = { .x = eval->inputs[0],
                    .y = weir_eval_inferred (eval, 0, error),
                    .cells = (gsize) (shape->dims[2] * shape->dims[3]) };

  if (planes.y == NULL)
    return FALSE;
  for (gsize i = 0; i < anchors; i++) {
    gsize first = i * (coords + 1 + classes);

    copy_planes (&planes, first, 2, TRUE);
    copy_planes (&planes, first + 2, coords - 2, FALSE);
    copy_planes (&planes, first + coords, 1, TRUE);
    if (weir_node_bool (eval->node, "do_softmax"))
      soften_planes (&planes, first + coords + 1, classes);
    else
      copy_planes (&planes, first + coords + 1, classes, TRUE);
  }
  return TRUE;
}

WEIR_OP_DEFINE (region_yolo) = {
  .name = "RegionYolo",
  .versions = { 1 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = region_attrs,
  .summary = "Activations of a YOLO head: places, objectness and classes of each anchor",
  .infer = region_infer,
  .evaluate = region_evaluate,
};

static const WeirAttrRow reorg_attrs[] = {
  { "stride", WEIR_ATTR_INTS, NULL, "1..65536", 0, 0 }, { NULL }
};

static gboolean
reorg_infer (WeirInfer *infer, GError **error)
{
  gint64 stride = weir_node_int_at (infer->node, "stride", 0, 1);
  WeirShape y = weir_shape_unknown (4);

  if (!weir_shape_merge (&y, &infer->inputs[0].shape))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected rank 4, found rank %d",
                      infer->inputs[0].shape.rank);
  if (y.dims[1] >= 0 && (y.dims[1] == 0 || y.dims[1] % (stride * stride) != 0))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%" G_GINT64_FORMAT
                      " channels are no multiple of the square of the "
                      "stride %" G_GINT64_FORMAT,
                      y.dims[1], stride);
  if (y.dims[1] >= 0 && !weir_mul_i64 (y.dims[1], stride * stride, &y.dims[1]))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many channels");
  for (int i = 2; i < 4; i++) {
    if (y.dims[i] >= 0 && y.dims[i] % stride != 0)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "dimension %d of %" G_GINT64_FORMAT
                        " is no multiple of the stride %" G_GINT64_FORMAT,
                        i, y.dims[i], stride);
    if (y.dims[i] >= 0)
      y.dims[i] /= stride;
  }
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

/* Darknet's own way, which trained networks count on: the input is looked at as if it
 * were a picture of C / stride^2 channels, stride times as high and wide, and each place
 * of the stride's square of that picture becomes a group of channels of the input's size;
 * the result is those bytes under the output's shape. */
static gboolean
reorg_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const gint64 *in = weir_tensor_shape (x)->dims;
  gint64 stride = weir_node_int_at (eval->node, "stride", 0, 1);
  gint64 channels = in[1] / (stride * stride), width = in[3] * stride;
  WeirTensor *y = weir_eval_inferred (eval, 0, error);
  gsize at = 0;

  if (y == NULL)
    return FALSE;
  for (gint64 n = 0; n < in[0]; n++)
    for (gint64 c = 0; c < in[1]; c++)
      for (gint64 i = 0; i < in[2] * in[3]; i++) {
        gint64 place = c / channels, channel = n * channels + c % channels;
        gint64 row = channel * in[2] * stride + i / in[3] * stride + place / stride;
        gint64 column = i % in[3] * stride + place % stride;

        weir_dtype_store (weir_tensor_dtype (y), weir_tensor_writable (y), at++,
                          weir_tensor_get (x, (gsize) (row * width + column)));
      }
  return TRUE;
}

WEIR_OP_DEFINE (reorg_yolo) = {
  .name = "ReorgYolo",
  .versions = { 2 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = 1,
  .attrs = reorg_attrs,
  .summary = "Moves blocks of a picture into channels, as YOLO version 2 does",
  .infer = reorg_infer,
  .evaluate = reorg_evaluate,
};
