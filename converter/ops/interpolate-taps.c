#include "interpolate-taps.h"

#include "base/checked.h"

#include <math.h>

/* Specification: Interpolate-4 and Interpolate-11. Coordinates are computed in single
 * precision, as OpenVINO does: a tie between two neighbours must fall on the same side.
 */

static float
half_pixel (const WeirResize *axis, float at)
{
  return (at + 0.5f) / axis->scale - 0.5f;
}

static float
pytorch_half_pixel (const WeirResize *axis, float at)
{
  return axis->out > 1 ? half_pixel (axis, at) : 0;
}

static float
asymmetric (const WeirResize *axis, float at)
{
  return at / axis->scale;
}

static float
tf_half_pixel_for_nn (const WeirResize *axis, float at)
{
  return (at + 0.5f) / axis->scale;
}

static float
align_corners (const WeirResize *axis, float at)
{
  return axis->out > 1 ? at * (float) (axis->in - 1) / (float) (axis->out - 1) : 0;
}

static const struct {
  const char *name;
  WeirResizeCoordinate function;
} coordinates[] = {
  { "half_pixel", half_pixel },       { "pytorch_half_pixel", pytorch_half_pixel },
  { "asymmetric", asymmetric },       { "tf_half_pixel_for_nn", tf_half_pixel_for_nn },
  { "align_corners", align_corners },
};

/* The place in the input; kept small enough to be an integer whatever the scale is. */
static float
source (const WeirResize *axis, gint64 at)
{
  float place = (float) at;

  if (axis->scale == 1 || axis->in == axis->out)
    return place;
  place = axis->coordinate (axis, place);
  return place > -0x1p40f ? MIN (place, 0x1p40f) : -0x1p40f;
}

static gint64
round_prefer_floor (const WeirResize *axis, float at)
{
  (void) axis;
  return (gint64) ceilf (at - 0.5f);
}

static gint64
round_prefer_ceil (const WeirResize *axis, float at)
{
  (void) axis;
  return (gint64) floorf (at + 0.5f);
}

static gint64
to_floor (const WeirResize *axis, float at)
{
  (void) axis;
  return (gint64) floorf (at);
}

static gint64
to_ceil (const WeirResize *axis, float at)
{
  (void) axis;
  return (gint64) ceilf (at);
}

static gint64
simple (const WeirResize *axis, float at)
{
  return axis->scale < 1 ? (gint64) ceilf (at) : (gint64) at;
}

static const struct {
  const char *name;
  WeirResizeNearest function;
} nearests[] = {
  { "round_prefer_floor", round_prefer_floor },
  { "round_prefer_ceil", round_prefer_ceil },
  { "floor", to_floor },
  { "ceil", to_ceil },
  { "simple", simple },
};

static void
taps_nearest (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  gint64 position = axis->nearest (axis, source (axis, at));

  taps->first = CLAMP (position, 0, axis->in - 1);
  taps->count = 1;
  taps->weight[0] = 1;
}

static void
taps_linear_onnx (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  float place = CLAMP (source (axis, at), 0, (float) (axis->in - 1));
  gint64 low = MIN ((gint64) place, axis->in - 1);

  taps->first = low;
  taps->count = MIN (2, axis->in - low);
  taps->weight[0] = taps->count == 1 ? 1 : 1 - ((double) place - (double) low);
  if (taps->count > 1)
    taps->weight[1] = (double) place - (double) low;
}

/* Divides by the sum; weights that are all zero stay so. */
static void
normalize (WeirTaps *taps)
{
  double sum = 0;

  for (gint64 i = 0; i < taps->count; i++)
    sum += taps->weight[i];
  for (gint64 i = 0; sum != 0 && i < taps->count; i++)
    taps->weight[i] /= sum;
}

static double
triangle (double x, double parameter)
{
  (void) parameter;
  return MAX (0, 1 - fabs (x));
}

/* Keys' cubic convolution. */
static double
cubic (double x, double a)
{
  x = fabs (x);
  if (x < 1)
    return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2)
    return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/* A triangle around the place, widened to the step between outputs where that is asked
 * for; what lies outside of the input does not count. */
static void
taps_linear (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  double a = axis->antialias && axis->scale < 1 ? axis->scale : 1;
  double place = source (axis, at);
  gint64 last = weir_whole (floor (place + 1 / a), -1, (double) (axis->in - 1));

  taps->first = weir_whole (ceil (place - 1 / a), 0, (double) axis->in);
  taps->count = MAX (last - taps->first + 1, 0);
  for (gint64 i = 0; i < taps->count; i++)
    taps->weight[i] = triangle (a * (place - (double) (taps->first + i)), 0);
  normalize (taps);
}

/* Four neighbours; those beyond the edges are the edge. */
static void
taps_cubic (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  double place = source (axis, at), low = floor (place);
  gint64 base = (gint64) low - 1;
  gint64 last = CLAMP (base + 3, 0, axis->in - 1);

  taps->first = CLAMP (base, 0, axis->in - 1);
  taps->count = last - taps->first + 1;
  for (gint64 i = 0; i < taps->count; i++)
    taps->weight[i] = 0;
  for (gint64 i = 0; i < 4; i++)
    taps->weight[CLAMP (base + i, 0, axis->in - 1) - taps->first] +=
        cubic (place - (low - 1 + (double) i), axis->cube_coeff);
}

/* Pillow's filters: their support grows with the step between outputs. */
static void
taps_pillow (const WeirResize *axis, gint64 at, WeirTaps *taps, double support,
             double (*filter) (double, double))
{
  double step = (double) axis->in / (double) axis->out, wide = MAX (step, 1);
  double center = ((double) at + 0.5) * step;
  gint64 last = weir_whole (center + support * wide + 0.5, 0, (double) axis->in);

  taps->first = weir_whole (center - support * wide + 0.5, 0, (double) axis->in);
  taps->count = MAX (last - taps->first, 0);
  for (gint64 i = 0; i < taps->count; i++)
    taps->weight[i] =
        filter (((double) (taps->first + i) - center + 0.5) / wide, axis->cube_coeff);
  normalize (taps);
}

static void
taps_bilinear_pillow (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  taps_pillow (axis, at, taps, 1, triangle);
}

static void
taps_bicubic_pillow (const WeirResize *axis, gint64 at, WeirTaps *taps)
{
  taps_pillow (axis, at, taps, 2, cubic);
}

static const struct {
  const char *name;
  WeirResizeTaps function;
} modes[] = {
  { "nearest", taps_nearest },
  { "linear", taps_linear },
  { "linear_onnx", taps_linear_onnx },
  { "cubic", taps_cubic },
  { "bilinear_pillow", taps_bilinear_pillow },
  { "bicubic_pillow", taps_bicubic_pillow },
};

void
weir_resize_init_copy (WeirResize *axis)
{
  *axis = (WeirResize){ .in = 1,
                        .out = 1,
                        .scale = 1,
                        .coordinate = asymmetric,
                        .nearest = to_floor,
                        .taps = taps_nearest };
}

/* Interpolate-1 knows no modes of coordinates; its pictures were made by these. */
static void
init_first_version (WeirResize *axis, const WeirNode *node, int rank)
{
  axis->coordinate = weir_node_bool (node, "align_corners") ? align_corners : asymmetric;
  axis->nearest = simple;
  if (weir_node_string_is (node, "mode", "linear") && rank < 5)
    axis->taps = taps_linear_onnx;
}

void
weir_resize_init (WeirResize *axis, const WeirNode *node, int rank)
{
  weir_resize_init_copy (axis);
  axis->antialias = weir_node_bool (node, "antialias");
  axis->cube_coeff = weir_node_float (node, "cube_coeff");
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (weir_node_string_is (node, "mode", modes[i].name))
      axis->taps = modes[i].function;
  if (node->version < 4) {
    init_first_version (axis, node, rank);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (coordinates); i++)
    if (weir_node_string_is (node, "coordinate_transformation_mode", coordinates[i].name))
      axis->coordinate = coordinates[i].function;
  for (guint i = 0; i < G_N_ELEMENTS (nearests); i++)
    if (weir_node_string_is (node, "nearest_mode", nearests[i].name))
      axis->nearest = nearests[i].function;
}
