#include "ops.h"

#include <math.h>

/* Pictures from and to planes of brightness and colour (BT.601, limited range): NV12 and
 * I420, whose colours have half the size. The planes come one by one, or all in one of
 * 3/2 the height. Elements are u8, or floats of the same range. */

enum { LUMA, BLUE, RED, N_PLANES };

static gboolean
check_type (const WeirInfer *infer, GError **error)
{
  for (guint i = 0; i < infer->n_inputs; i++) {
    WeirDtype dtype = infer->inputs[i].dtype;

    if (dtype != WEIR_DTYPE_UNKNOWN && dtype != WEIR_DTYPE_U8 &&
        !weir_dtype_is_float (dtype))
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected u8 or floats, found %s", i,
                        weir_dtype_name (dtype));
    if (dtype != infer->inputs[0].dtype && dtype != WEIR_DTYPE_UNKNOWN &&
        infer->inputs[0].dtype != WEIR_DTYPE_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", i,
                        weir_dtype_name (infer->inputs[0].dtype),
                        weir_dtype_name (dtype));
  }
  return TRUE;
}

static gboolean
merge_input (const WeirInfer *infer, guint port, WeirShape *want, GError **error)
{
  WeirShape merged = *want;

  if (weir_shape_merge (&merged, &infer->inputs[port].shape)) {
    *want = merged;
    return TRUE;
  } else {
    g_autofree char *expected = weir_shape_to_string (want);
    g_autofree char *found = weir_shape_to_string (&infer->inputs[port].shape);
    return weir_fail (error, WEIR_ERROR_SHAPE, "input %u: expected %s, found %s", port,
                      expected, found);
  }
}

static gboolean
check_even (const char *what, gint64 size, GError **error)
{
  if (size < 0 || size % 2 == 0)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "expected a picture of even size, found a %s of %" G_GINT64_FORMAT,
                    what, size);
}

static gint64
half (gint64 size)
{
  return size < 0 ? size : size / 2;
}

/* Size of the picture that a single plane holds. */
static gboolean
single_size (WeirShape *picture, const WeirShape *plane, GError **error)
{
  gint64 height = plane->dims[1];

  picture->dims[0] = plane->dims[0];
  picture->dims[2] = plane->dims[2];
  if (height < 0)
    return TRUE;
  if (height % 3 != 0)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected a plane of 3/2 the picture's height, found one of "
                      "%" G_GINT64_FORMAT,
                      height);
  picture->dims[1] = height / 3 * 2;
  return TRUE;
}

/* What the first plane leaves open, the planes of half the size tell. */
static gboolean
colour_sizes (const WeirInfer *infer, WeirShape *picture, GError **error)
{
  for (guint i = 1; i < infer->n_inputs; i++) {
    WeirShape want = WEIR_SHAPE (picture->dims[0], half (picture->dims[1]),
                                 half (picture->dims[2]), infer->n_inputs == 2 ? 2 : 1);

    if (!merge_input (infer, i, &want, error))
      return FALSE;
    picture->dims[0] = want.dims[0];
    for (int k = 1; k < 3; k++)
      if (want.dims[k] >= 0 && !weir_mul_i64 (want.dims[k], 2, &picture->dims[k]))
        return weir_fail (error, WEIR_ERROR_LIMIT, "dimension %d is too large", k);
  }
  return TRUE;
}

static gboolean
from_infer (WeirInfer *infer, GError **error)
{
  WeirShape plane = WEIR_SHAPE (-1, -1, -1, 1), picture = weir_shape_unknown (4);

  if (infer->n_inputs != 1 && infer->n_inputs != infer->node->op->max_inputs)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected 1 or %u planes, found %u",
                      infer->node->op->max_inputs, infer->n_inputs);
  if (!check_type (infer, error) || !merge_input (infer, 0, &plane, error))
    return FALSE;
  if (infer->n_inputs > 1)
    picture = plane;
  else if (!single_size (&picture, &plane, error))
    return FALSE;
  if (!check_even ("height", picture.dims[1], error) ||
      !check_even ("width", picture.dims[2], error) ||
      !colour_sizes (infer, &picture, error))
    return FALSE;
  picture.dims[3] = 3;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &picture);
}

/* Where the values of one plane are: its first, and the steps to the next ones. */
typedef struct {
  WeirTensor *tensor;
  gint64 start, batch, row, column;
} Plane;

/* @tensors: one for all, or one a plane (the colours of NV12 share theirs). */
static void
planes_init (Plane planes[N_PLANES], WeirTensor *const *tensors, guint n, gint64 height,
             gint64 width, gboolean paired)
{
  gint64 luma = height * width, colour = luma / 4, all = luma + 2 * colour;
  gint64 row = paired ? width : width / 2, column = paired ? 2 : 1;

  planes[LUMA] = (Plane){ tensors[0], 0, n == 1 ? all : luma, width, 1 };
  for (int i = BLUE; i < N_PLANES; i++) {
    gint64 own = i == BLUE ? 0 : paired ? 1 : n == 1 ? colour : 0;

    planes[i] = (Plane){ tensors[MIN ((guint) i, n - 1)], n == 1 ? luma + own : own,
                         n == 1   ? all
                         : paired ? 2 * colour
                                  : colour,
                         row, column };
  }
}

static gsize
place (const Plane *plane, gint64 batch, gint64 y, gint64 x)
{
  return (gsize) (plane->start + batch * plane->batch + y * plane->row +
                  x * plane->column);
}

static float
plane_get (const Plane *plane, gint64 batch, gint64 y, gint64 x)
{
  return (float) weir_tensor_get (plane->tensor, place (plane, batch, y, x));
}

static float
clip (const WeirTensor *tensor, float value)
{
  value = weir_tensor_dtype (tensor) == WEIR_DTYPE_U8 ? roundf (value) : value;
  return value > 0 ? MIN (value, 255) : 0;
}

static void
store (WeirTensor *tensor, gsize index, float value)
{
  weir_dtype_store (weir_tensor_dtype (tensor), weir_tensor_writable (tensor), index,
                    clip (tensor, value));
}

static gboolean
from_evaluate (WeirEval *eval, GError **error)
{
  const gint64 *out = eval->infos[0].shape.dims;
  gsize red = g_str_has_suffix (eval->node->op->name, "BGR") ? 2 : 0;
  WeirTensor *picture = weir_eval_inferred (eval, 0, error);
  Plane planes[N_PLANES];

  if (picture == NULL)
    return FALSE;
  planes_init (planes, eval->inputs, eval->n_inputs, out[1], out[2],
               g_str_has_prefix (eval->node->op->name, "NV12"));
  for (gsize i = 0; i < weir_tensor_count (picture) / 3; i++) {
    gint64 row = (gint64) i / out[2], x = (gint64) i % out[2];
    gint64 n = row / out[1], y = row % out[1];
    float c = 1.164f * (plane_get (&planes[LUMA], n, y, x) - 16);
    float d = plane_get (&planes[BLUE], n, y / 2, x / 2) - 128;
    float e = plane_get (&planes[RED], n, y / 2, x / 2) - 128;

    store (picture, i * 3 + red, c + 1.596f * e);
    store (picture, i * 3 + 1, c - 0.391f * d - 0.813f * e);
    store (picture, i * 3 + 2 - red, c + 2.018f * d);
  }
  return TRUE;
}

#define WEIR_OP_PLANES_DEFINE(id, op, inputs, text) \
  WEIR_OP_DEFINE (id) = {                           \
    .name = op,                                     \
    .versions = { 8 },                              \
    .min_inputs = 1,                                \
    .max_inputs = inputs,                           \
    .outputs = 1,                                   \
    .summary = text,                                \
    .infer = from_infer,                            \
    .evaluate = from_evaluate,                      \
  }

WEIR_OP_PLANES_DEFINE (nv12_to_bgr, "NV12toBGR", 2,
                       "Picture of an NV12 frame, blue first");
WEIR_OP_PLANES_DEFINE (nv12_to_rgb, "NV12toRGB", 2,
                       "Picture of an NV12 frame, red first");
WEIR_OP_PLANES_DEFINE (i420_to_bgr, "I420toBGR", 3,
                       "Picture of an I420 frame, blue first");
WEIR_OP_PLANES_DEFINE (i420_to_rgb, "I420toRGB", 3,
                       "Picture of an I420 frame, red first");

static const WeirAttrRow to_attrs[] = {
  { "single_plane", WEIR_ATTR_BOOL, "true", NULL, 0, 0 }, { NULL }
};

static gboolean
to_infer (WeirInfer *infer, GError **error)
{
  WeirShape in = WEIR_SHAPE (-1, -1, -1, 3), out;
  gboolean single = weir_node_bool (infer->node, "single_plane");
  WeirDtype dtype = infer->inputs[0].dtype;

  if (infer->n_outputs != (single ? 1 : 2))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %d outputs, found %u",
                      single ? 1 : 2, infer->n_outputs);
  if (!check_type (infer, error) || !merge_input (infer, 0, &in, error) ||
      !check_even ("height", in.dims[1], error) ||
      !check_even ("width", in.dims[2], error))
    return FALSE;
  out = in;
  out.dims[3] = 1;
  if (!single) {
    weir_infer_set (infer, 1, dtype,
                    &WEIR_SHAPE (in.dims[0], half (in.dims[1]), half (in.dims[2]), 2));
  } else if (out.dims[1] >= 0 && !weir_add_i64 (in.dims[1], in.dims[1] / 2, &out.dims[1]))
    return weir_fail (error, WEIR_ERROR_LIMIT, "dimension 1 is too large");
  return weir_infer_set (infer, 0, dtype, &out);
}

/* The four pixels that share their colour: brightness of each, the mean of the colours.
 */
static void
to_block (const WeirTensor *picture, gint64 width, gsize red, const Plane *planes,
          gint64 batch, gint64 row, gint64 x)
{
  gint64 height = weir_tensor_shape (picture)->dims[1], y = row % height;
  float blues = 0, reds = 0;

  for (gint64 i = 0; i < 4; i++) {
    gsize at = (gsize) ((row + i / 2) * width + x + i % 2) * 3;
    float r = (float) weir_tensor_get (picture, at + red);
    float g = (float) weir_tensor_get (picture, at + 1);
    float b = (float) weir_tensor_get (picture, at + 2 - red);

    store (planes[LUMA].tensor, place (&planes[LUMA], batch, y + i / 2, x + i % 2),
           0.257f * r + 0.504f * g + 0.098f * b + 16);
    blues += clip (picture, -0.148f * r - 0.291f * g + 0.439f * b + 128);
    reds += clip (picture, 0.439f * r - 0.368f * g - 0.071f * b + 128);
  }
  store (planes[BLUE].tensor, place (&planes[BLUE], batch, y / 2, x / 2), blues / 4);
  store (planes[RED].tensor, place (&planes[RED], batch, y / 2, x / 2), reds / 4);
}

static gboolean
to_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *picture = eval->inputs[0];
  const gint64 *in = weir_tensor_shape (picture)->dims;
  gsize red = weir_node_is (eval->node, "BGRtoNV12") ? 2 : 0;
  gboolean empty = weir_tensor_count (picture) == 0;
  Plane planes[N_PLANES];

  for (guint i = 0; i < eval->n_outputs; i++)
    if (weir_eval_inferred (eval, i, error) == NULL)
      return FALSE;
  planes_init (planes, eval->outputs, eval->n_outputs, in[1], in[2], TRUE);
  for (gint64 row = 0; !empty && row < in[0] * in[1]; row += 2)
    for (gint64 x = 0; x < in[2]; x += 2)
      to_block (picture, in[2], red, planes, row / in[1], row, x);
  return TRUE;
}

WEIR_OP_DEFINE (bgr_to_nv12) = {
  .name = "BGRtoNV12",
  .versions = { 17 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = WEIR_ANY_NUMBER,
  .attrs = to_attrs,
  .summary = "NV12 frame of a picture whose blue is first",
  .infer = to_infer,
  .evaluate = to_evaluate,
};

WEIR_OP_DEFINE (rgb_to_nv12) = {
  .name = "RGBtoNV12",
  .versions = { 17 },
  .min_inputs = 1,
  .max_inputs = 1,
  .outputs = WEIR_ANY_NUMBER,
  .attrs = to_attrs,
  .summary = "NV12 frame of a picture whose red is first",
  .infer = to_infer,
  .evaluate = to_evaluate,
};
