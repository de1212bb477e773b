#include "ops.h"

#include "interpolate-taps.h"

#include <math.h>
#include <string.h>

/* Interpolate: resizing along chosen axes. Every mode is separable, so that the axes are
 * resized one after another, each by the taps of its mode. */

static const WeirAttrRow attrs[] = {
  { "mode", WEIR_ATTR_STRING, NULL,
    "nearest|linear|linear_onnx|cubic|area|bilinear_pillow|bicubic_pillow", 0, 0 },
  { "shape_calculation_mode", WEIR_ATTR_STRING, NULL, "sizes|scales", 4, 0 },
  { "coordinate_transformation_mode", WEIR_ATTR_STRING, "half_pixel",
    "half_pixel|pytorch_half_pixel|asymmetric|tf_half_pixel_for_nn|align_corners", 4, 0 },
  { "nearest_mode", WEIR_ATTR_STRING, "round_prefer_floor",
    "round_prefer_floor|round_prefer_ceil|floor|ceil|simple", 4, 0 },
  { "antialias", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "pads_begin", WEIR_ATTR_INTS, "0", "0..65535", 0, 0 },
  { "pads_end", WEIR_ATTR_INTS, "0", "0..65535", 0, 0 },
  { "cube_coeff", WEIR_ATTR_FLOAT, "-0.75", NULL, 4, 0 },
  { "axes", WEIR_ATTR_INTS, NULL, "0..", 1, 3 },
  { "align_corners", WEIR_ATTR_BOOL, "true", NULL, 1, 3 },
  { NULL }
};

/* Which version is in which words. */
static const struct {
  const char *mode;
  guint since, until;
} modes[] = {
  { "linear_onnx", 4, 0 },
  { "area", 1, 3 },
  { "bilinear_pillow", 11, 0 },
  { "bicubic_pillow", 11, 0 },
};

/* The contents of the inputs after the data, or NULL where they are not known. */
typedef struct {
  const WeirTensor *sizes, *scales, *axes;
  gboolean axes_given;
} Targets;

typedef struct {
  int rank;
  gboolean axes_known;
  gboolean resized[WEIR_MAX_RANK];
  gint64 pad_begin[WEIR_MAX_RANK];
  WeirResize axis[WEIR_MAX_RANK];
} Geometry;

static gboolean
check_mode (const WeirNode *node, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (weir_node_string_is (node, "mode", modes[i].mode) &&
        (node->version < modes[i].since ||
         (modes[i].until != 0 && node->version > modes[i].until)))
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "attribute 'mode': version %u does not have '%s'", node->version,
                        modes[i].mode);
  if (weir_node_string_is (node, "mode", "area"))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "mode 'area' is not supported");
  return TRUE;
}

/* Sizes with pads; what is not known stays -1. */
static gboolean
init_axes (Geometry *g, const WeirNode *node, const WeirShape *x, GError **error)
{
  g->rank = x->rank;
  for (int i = 0; i < x->rank; i++) {
    gint64 end = weir_node_int_at (node, "pads_end", (gsize) i, 0);

    g->pad_begin[i] = weir_node_int_at (node, "pads_begin", (gsize) i, 0);
    weir_resize_init_copy (&g->axis[i]);
    g->axis[i].in = WEIR_DIM_UNKNOWN;
    if (x->dims[i] >= 0 &&
        !weir_add_i64 (x->dims[i], g->pad_begin[i] + end, &g->axis[i].in))
      return weir_fail (error, WEIR_ERROR_SHAPE, "dimension %d with pads is too large",
                        i);
    g->axis[i].out = g->axis[i].in;
  }
  return TRUE;
}

static gsize
axis_count (const Geometry *g, const WeirNode *node, const Targets *targets)
{
  gsize n;

  if (node->version < 4) {
    weir_node_ints (node, "axes", &n);
    return n;
  }
  return targets->axes_given ? weir_tensor_count (targets->axes) : (gsize) g->rank;
}

static gint64
axis_at (const WeirNode *node, const Targets *targets, gsize i)
{
  if (node->version < 4)
    return weir_node_int_at (node, "axes", i, 0);
  return targets->axes_given ? weir_tensor_get_int (targets->axes, i) : (gint64) i;
}

static gboolean
resize_by_scale (WeirResize *axis, float scale, GError **error)
{
  float size;

  if (!(scale > 0) || !isfinite (scale))
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected a positive scale, found %g",
                      (double) scale);
  axis->scale = scale;
  if (axis->in < 0)
    return TRUE;
  /* The small addition and single precision are OpenVINO's: sizes must agree with it. */
  size = floorf ((float) axis->in * (scale + 1e-6f));
  if (!(size < 0x1p31f))
    return weir_fail (error, WEIR_ERROR_LIMIT, "a scale of %g is too large",
                      (double) scale);
  axis->out = (gint64) size;
  return TRUE;
}

static gboolean
resize_axis (WeirResize *axis, const WeirNode *node, const Targets *targets, gsize i,
             GError **error)
{
  gboolean by_scale = node->version >= 4 &&
                      weir_node_string_is (node, "shape_calculation_mode", "scales");
  const WeirTensor *source = by_scale ? targets->scales : targets->sizes;

  axis->out = WEIR_DIM_UNKNOWN;
  if (source == NULL)
    return TRUE;
  if (by_scale) {
    if (!resize_by_scale (axis, (float) weir_tensor_get (source, i), error))
      return FALSE;
  } else {
    axis->out = weir_tensor_get_int (source, i);
    axis->scale = axis->in > 0 ? (float) axis->out / (float) axis->in : 1;
  }
  if (axis->in == 0 || (axis->in > 0 && axis->out < 1) || axis->out > G_MAXINT32)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "cannot resize %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                      " elements",
                      axis->in, axis->out);
  return TRUE;
}

static gboolean
check_counts (const WeirNode *node, const Targets *targets, gsize n, GError **error)
{
  gboolean scales = node->version >= 4 &&
                    weir_node_string_is (node, "shape_calculation_mode", "scales");
  const WeirTensor *source = scales ? targets->scales : targets->sizes;

  if (source != NULL && weir_tensor_count (source) != n)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "expected %s for %zu axes, found %zu of them",
                      scales ? "scales" : "sizes", n, weir_tensor_count (source));
  return TRUE;
}

static gboolean
geometry_init (Geometry *g, const WeirNode *node, const WeirShape *x,
               const Targets *targets, GError **error)
{
  WeirResize resize;
  gsize n;

  *g = (Geometry){ .axes_known = !targets->axes_given || targets->axes != NULL };
  if (!init_axes (g, node, x, error))
    return FALSE;
  if (!g->axes_known)
    return TRUE;
  n = axis_count (g, node, targets);
  if (!check_counts (node, targets, n, error))
    return FALSE;
  weir_resize_init (&resize, node, x->rank);
  for (gsize i = 0; i < n; i++) {
    int at;

    if (!weir_shape_axis (axis_at (node, targets, i), x->rank, &at, error))
      return FALSE;
    if (g->resized[at])
      return weir_fail (error, WEIR_ERROR_SHAPE, "axis %d is resized twice", at);
    resize.in = g->axis[at].in;
    g->axis[at] = resize;
    g->resized[at] = TRUE;
    if (!resize_axis (&g->axis[at], node, targets, i, error)) {
      g_prefix_error (error, "axis %d: ", at);
      return FALSE;
    }
  }
  return TRUE;
}

/* Where each version has its inputs: 1: sizes; 4: sizes, scales, axes; 11: either, axes.
 */
static Targets
targets_of (const WeirNode *node, const WeirTensor *const *values, guint n)
{
  Targets targets = { .sizes = values[1] };

  if (node->version >= 11)
    targets.scales = values[1];
  else if (node->version >= 4 && n > 2)
    targets.scales = values[2];
  targets.axes_given = node->version >= 4 && n > (node->version >= 11 ? 2 : 3);
  if (targets.axes_given)
    targets.axes = values[n - 1];
  return targets;
}

static gboolean
check_arity (const WeirNode *node, GError **error)
{
  guint low = node->version >= 4 && node->version < 11 ? 3 : 2;
  guint high = node->version < 4 ? 2 : node->version < 11 ? 4 : 3;

  if (node->n_inputs < low || node->n_inputs > high)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "version %u expects %u to %u inputs, found %u", node->version, low,
                      high, node->n_inputs);
  return TRUE;
}

static gboolean
interpolate_infer (WeirInfer *infer, GError **error)
{
  const WeirShape *x = &infer->inputs[0].shape;
  const WeirTensor *values[4] = { NULL };
  WeirShape y = *x;
  Targets targets;
  Geometry g;

  if (!check_arity (infer->node, error) || !check_mode (infer->node, error))
    return FALSE;
  for (guint i = 1; i < infer->n_inputs; i++)
    values[i] = infer->inputs[i].value;
  targets = targets_of (infer->node, values, infer->n_inputs);
  if (x->rank < 0)
    return weir_infer_same (infer, error);
  if (!geometry_init (&g, infer->node, x, &targets, error))
    return FALSE;
  for (int i = 0; i < y.rank; i++)
    y.dims[i] = g.axes_known ? g.axis[i].out : WEIR_DIM_UNKNOWN;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &y);
}

/* Elements before and behind the axis that a pass works on. */
typedef struct {
  gsize outer, inner;
  gint64 size;
  gint64 pad_begin;
  const WeirResize *axis;
} Pass;

static void
pass_at (const Pass *pass, const WeirTaps *taps, const double *x, double *y, gint64 at)
{
  const WeirResize *axis = pass->axis;

  for (gsize o = 0; o < pass->outer; o++)
    for (gint64 t = 0; t < taps->count; t++) {
      gint64 from = taps->first + t - pass->pad_begin;
      double *out = y + (o * (gsize) axis->out + (gsize) at) * pass->inner;
      const double *row;

      if (from < 0 || from >= pass->size)
        continue;
      row = x + (o * (gsize) pass->size + (gsize) from) * pass->inner;
      for (gsize i = 0; i < pass->inner; i++)
        out[i] += taps->weight[t] * row[i];
    }
}

static void
round_all (double *values, gsize n, WeirDtype dtype)
{
  for (gsize i = 0; i < n; i++) {
    _Alignas(8) guint8 stored[8] = { 0 };

    weir_dtype_store (dtype, stored, 0, round (values[i]));
    values[i] = weir_dtype_load (dtype, stored, 0);
  }
}

/* Replaces *values, of @shape, by the values resized along dimension @at. */
static gboolean
resize_dimension (const Geometry *g, WeirShape *shape, int at, double **values,
                  GError **error)
{
  Pass pass = { .outer = 1,
                .inner = 1,
                .size = shape->dims[at],
                .pad_begin = g->pad_begin[at],
                .axis = &g->axis[at] };
  WeirTaps taps;
  double *resized;
  gsize size;

  for (int i = 0; i < at; i++)
    pass.outer *= (gsize) shape->dims[i];
  for (int i = at + 1; i < shape->rank; i++)
    pass.inner *= (gsize) shape->dims[i];
  shape->dims[at] = pass.axis->out;
  if (!weir_tensor_bytes (WEIR_DTYPE_F64, shape, &size, error))
    return FALSE;
  taps.weight = weir_try_alloc ((gsize) pass.axis->in * sizeof (double), error);
  resized = taps.weight != NULL ? weir_try_alloc (size, error) : NULL;
  for (gint64 i = 0; resized != NULL && i < pass.axis->out; i++) {
    pass.axis->taps (pass.axis, i, &taps);
    pass_at (&pass, &taps, *values, resized, i);
  }
  weir_free (taps.weight);
  if (resized == NULL)
    return FALSE;
  weir_free (*values);
  *values = resized;
  return TRUE;
}

/* The last dimension first: Pillow rounds integers in between, so order matters there. */
static gboolean
resize (const Geometry *g, const WeirTensor *x, gboolean round_between, double **values,
        GError **error)
{
  WeirShape shape = *weir_tensor_shape (x);

  for (int i = g->rank - 1; i >= 0; i--) {
    const WeirResize *axis = &g->axis[i];

    if (axis->in == axis->out && axis->in == shape.dims[i] && axis->scale == 1)
      continue;
    if (!resize_dimension (g, &shape, i, values, error))
      return FALSE;
    if (round_between)
      round_all (*values, weir_shape_elements (&shape), weir_tensor_dtype (x));
  }
  return TRUE;
}

static gboolean
interpolate_evaluate (WeirEval *eval, GError **error)
{
  const WeirTensor *x = eval->inputs[0];
  const WeirTensor *inputs[4] = { NULL };
  WeirDtype dtype = weir_tensor_dtype (x);
  gboolean integer = weir_dtype_is_integer (dtype);
  gboolean pillow = weir_node_string_is (eval->node, "mode", "bilinear_pillow") ||
                    weir_node_string_is (eval->node, "mode", "bicubic_pillow");
  WeirShape shape = *weir_tensor_shape (x);
  Targets targets;
  Geometry g;
  WeirTensor *y;
  double *values;

  for (guint i = 1; i < eval->n_inputs; i++)
    inputs[i] = eval->inputs[i];
  targets = targets_of (eval->node, inputs, eval->n_inputs);
  if (!geometry_init (&g, eval->node, &shape, &targets, error))
    return FALSE;
  for (int i = 0; i < g.rank; i++)
    shape.dims[i] = g.axis[i].out;
  y = weir_eval_output (eval, 0, dtype, &shape, error);
  if (y != NULL && weir_tensor_count (y) == 0)
    return TRUE;
  values =
      y != NULL ? weir_try_alloc (weir_tensor_count (x) * sizeof (double), error) : NULL;
  if (values == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (x); i++)
    values[i] = weir_tensor_get (x, i);
  if (!resize (&g, x, integer && pillow, &values, error)) {
    weir_free (values);
    return FALSE;
  }
  for (gsize i = 0; i < weir_tensor_count (y); i++)
    weir_dtype_store (dtype, weir_tensor_writable (y), i,
                      integer ? round (values[i]) : values[i]);
  weir_free (values);
  return TRUE;
}

WEIR_OP_DEFINE (interpolate) = {
  .name = "Interpolate",
  .versions = { 1, 4, 11 },
  .preferred = 4,
  .min_inputs = 2,
  .max_inputs = 4,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Resizing along chosen axes: nearest, linear, cubic",
  .infer = interpolate_infer,
  .evaluate = interpolate_evaluate,
};
