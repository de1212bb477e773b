#include "resize.h"

#include "attr.h"
#include "node.h"
#include "resize-matrix.h"

#include <math.h>
#include <string.h>

/* Resize and Upsample as Interpolate. */

typedef struct {
  const char *mode; /* of the IR */
  const char *coordinates;
  const char *nearest;
  double cube;
  gboolean scales; /* the target is given by factors */
} Manner;

/* What version 4 wants beside the factors, or beside the sizes. */
static WeirPort
counterpart (OnnxNode *n, WeirPort x, WeirPort target, WeirPort axes, gboolean scales)
{
  const WeirTensor *list = weir_make_value (&n->make, axes),
                   *value = weir_make_value (&n->make, target);
  gsize count = weir_tensor_count (value);
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 sizes[WEIR_MAX_RANK];
  float factors[WEIR_MAX_RANK];

  for (gsize i = 0; i < count; i++) {
    gint64 axis = list != NULL ? weir_tensor_get_int (list, i) : (gint64) i;
    double dim = (double) shape->dims[axis < 0 ? axis + shape->rank : axis];

    weir_dtype_store (WEIR_DTYPE_I64, sizes, i, dim * weir_tensor_get (value, i));
    factors[i] = (float) (weir_tensor_get (value, i) / MAX (dim, 1));
  }
  return scales
             ? weir_make_ints (&n->make, sizes, count)
             : weir_make_constant (
                   &n->make, weir_tensor_new_f32 (&WEIR_SHAPE ((gint64) count), factors));
}

/* Version 4 is read by older runtimes but wants sizes and factors both; version 11 does
 * with one of them, so that it serves where these are not known. */
static gboolean
fits_version_4 (const OnnxNode *n, WeirPort x, WeirPort target, WeirPort axes)
{
  const WeirTensor *value = weir_make_value (&n->make, target),
                   *list = weir_make_value (&n->make, axes);
  const WeirShape *shape = weir_make_shape (&n->make, x);

  if (value == NULL || shape->rank < 0 || !weir_shape_is_static (shape) ||
      (!weir_port_is_none (axes) && list == NULL))
    return FALSE;
  for (gsize i = 0; list != NULL && i < weir_tensor_count (list); i++)
    if (!weir_shape_axis (weir_tensor_get_int (list, i), shape->rank, &(int){ 0 }, NULL))
      return FALSE;
  return (gsize) shape->rank >= weir_tensor_count (value) &&
         (list == NULL || weir_tensor_count (list) == weir_tensor_count (value));
}

static WeirPort
interpolate (OnnxNode *n, WeirPort x, WeirPort target, WeirPort axes, const Manner *m)
{
  gboolean old = fits_version_4 (n, x, target, axes);
  WeirPort inputs[4] = { x, target }, other;
  guint count = 2;
  WeirNode *node;

  if (old) {
    other = counterpart (n, x, target, axes, m->scales);
    inputs[1] = m->scales ? other : target;
    inputs[2] = m->scales ? target : other;
    count = 3;
  }
  if (!weir_port_is_none (axes))
    inputs[count++] = axes;
  node = weir_make_begin_version (&n->make, "Interpolate", old ? 4 : 11, inputs, count);
  weir_node_set_string (node, "mode", m->mode);
  weir_node_set_string (node, "shape_calculation_mode", m->scales ? "scales" : "sizes");
  weir_node_set_string (node, "coordinate_transformation_mode", m->coordinates);
  weir_node_set_string (node, "nearest_mode", m->nearest);
  weir_node_set_float (node, "cube_coeff", m->cube);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ 0 }, 1);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ 0 }, 1);
  return weir_make_end (&n->make, node);
}

/* Factors of 1 and sizes that stay are left out, where they are known: an engine need not
 * look at the batch and the channels then. */
static WeirPort
without_fixed (OnnxNode *n, WeirPort x, WeirPort target, gboolean scales, WeirPort *axes)
{
  const WeirTensor *value = weir_make_value (&n->make, target);
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 kept[WEIR_MAX_RANK];
  gsize count = 0;

  if (value == NULL || weir_tensor_count (value) > WEIR_MAX_RANK ||
      !weir_port_is_none (*axes) || (int) weir_tensor_count (value) != shape->rank)
    return target;
  for (int i = 0; i < shape->rank; i++)
    if (scales ? weir_tensor_get (value, (gsize) i) != 1
               : weir_tensor_get_int (value, (gsize) i) != shape->dims[i])
      kept[count++] = i;
  if (count == 0 || (int) count == shape->rank)
    return target;
  *axes = weir_make_ints (&n->make, kept, count);
  return weir_make_gather (&n->make, target, *axes, 0);
}

static const char *
mode_of (OnnxNode *n)
{
  const char *mode = onnx_attr_string (n, "mode", "nearest");

  if (strcmp (mode, "nearest") == 0 || strcmp (mode, "cubic") == 0)
    return mode;
  if (strcmp (mode, "linear") != 0 && strcmp (mode, "bilinear") != 0)
    weir_make_invalid (
        &n->make, "attribute 'mode': expected nearest, linear or cubic, found %s", mode);
  return "linear_onnx";
}

static WeirPort
old_scales (OnnxNode *n, WeirPort x, guint index)
{
  gsize count;
  const float *scales = onnx_attr_floats (n, "scales", &count);
  float sides[] = { 1, 1, 1, 1 };
  WeirShape shape = WEIR_SHAPE ((gint64) count);

  if (onnx_has (n, index))
    return onnx_in (n, index);
  if (scales != NULL)
    return weir_make_constant (
        &n->make,
        weir_tensor_new_copy (WEIR_DTYPE_F32, &shape, scales, &n->make.b->error));
  if (onnx_attr (n, "height_scale") == NULL || weir_make_shape (&n->make, x)->rank != 4)
    return weir_make_invalid (&n->make, "the scales are missing");
  sides[2] = (float) onnx_attr_float (n, "height_scale", 1);
  sides[3] = (float) onnx_attr_float (n, "width_scale", 1);
  return weir_make_constant (&n->make, weir_tensor_new_f32 (&WEIR_SHAPE (4), sides));
}

/* Upsample, and Resize of version 10. */
WeirPort
onnx_upsample (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes = WEIR_PORT_NONE, scales = old_scales (n, x, 1);
  Manner manner = { .mode = mode_of (n),
                    .coordinates = "asymmetric",
                    .nearest = "floor",
                    .cube = -0.75,
                    .scales = TRUE };

  scales = without_fixed (n, x, scales, TRUE, &axes);
  return interpolate (n, x, scales, axes, &manner);
}

static gboolean
is_empty (const OnnxNode *n, guint index)
{
  const WeirShape *shape;

  if (!onnx_has (n, index))
    return TRUE;
  shape = weir_make_shape (&n->make, n->inputs[index].port);
  return shape->rank == 1 && shape->dims[0] == 0;
}

/* The axes that are resized: those of the attribute, else all. */
static guint
axes_of (OnnxNode *n, WeirPort x, gint64 *axes)
{
  gsize count;
  const gint64 *given = onnx_attr_ints (n, "axes", &count);
  int rank = weir_make_rank (&n->make, x);

  if (count > WEIR_MAX_RANK) {
    weir_make_invalid (&n->make, "attribute 'axes': %zu of them", count);
    return 0;
  }
  for (gsize i = 0; i < count; i++)
    axes[i] = onnx_axis (n, given[i], rank);
  for (int i = 0; count == 0 && i < rank; i++)
    axes[i] = i;
  return count > 0 ? (guint) count : (guint) rank;
}

/* Sizes of which only the tightest, or the widest, counts for all axes. */
static WeirPort
keep_aspect (OnnxNode *n, WeirPort x, WeirPort sizes, const gint64 *axes, guint n_axes)
{
  const char *policy = onnx_attr_string (n, "keep_aspect_ratio_policy", "stretch");
  gboolean larger = strcmp (policy, "not_larger") == 0;
  WeirPort dims, scale;

  if (strcmp (policy, "stretch") == 0)
    return sizes;
  dims = weir_make_gather (&n->make, weir_make_shape_of (&n->make, x),
                           weir_make_ints (&n->make, axes, n_axes), 0);
  dims = weir_make_convert (&n->make, dims, WEIR_DTYPE_F32);
  scale = WEIR_MAKE (&n->make, "Divide",
                     weir_make_convert (&n->make, sizes, WEIR_DTYPE_F32), dims);
  scale = weir_make_reduce (&n->make, larger ? "ReduceMin" : "ReduceMax", scale,
                            WEIR_MAKE_INTS (&n->make, 0), TRUE);
  dims = WEIR_MAKE (&n->make, "Multiply", dims, scale);
  dims = WEIR_MAKE (
      &n->make, "Floor",
      WEIR_MAKE (&n->make, "Add", dims, weir_make_scalar (&n->make, dims, 0.5)));
  return weir_make_known (&n->make, weir_make_convert (&n->make, dims, WEIR_DTYPE_I64));
}

/* Whether all factors are known and make the output a whole number of elements. */
static gboolean
is_whole (const OnnxNode *n, WeirPort x, const OnnxResize *r)
{
  const WeirTensor *scales = weir_make_value (&n->make, r->scales);
  const WeirShape *shape = weir_make_shape (&n->make, x);

  if (scales == NULL || weir_tensor_count (scales) != r->n_axes)
    return FALSE;
  for (guint i = 0; i < r->n_axes; i++) {
    double size = (double) shape->dims[r->axes[i]] * weir_tensor_get (scales, i);

    if (weir_tensor_get (scales, i) != 1 &&
        (shape->dims[r->axes[i]] < 0 || size != floor (size)))
      return FALSE;
  }
  return TRUE;
}

/* Whether Interpolate does not know this manner. Corners are aligned by the exact factor
 * in ONNX, by the sizes in the IR. */
static gboolean
needs_matrix (OnnxNode *n, WeirPort x, const OnnxResize *r)
{
  gboolean nearest = strcmp (r->mode, "nearest") == 0;

  if (strcmp (r->coordinates, "tf_crop_and_resize") == 0 ||
      strcmp (r->coordinates, "half_pixel_symmetric") == 0)
    return TRUE;
  if (strcmp (r->coordinates, "align_corners") == 0 && !weir_port_is_none (r->scales) &&
      !is_whole (n, x, r))
    return TRUE;
  return !nearest &&
         (r->antialias || (r->exclude_outside && strcmp (r->mode, "cubic") == 0));
}

static WeirPort
as_interpolate (OnnxNode *n, WeirPort x, const OnnxResize *r)
{
  gboolean linear = strcmp (r->mode, "linear") == 0;
  gboolean some = onnx_attr (n, "axes") != NULL;
  WeirPort axes = some ? weir_make_ints (&n->make, r->axes, r->n_axes) : WEIR_PORT_NONE,
           target;
  Manner manner = { .mode = linear ? "linear_onnx" : r->mode,
                    .coordinates = r->coordinates,
                    .nearest = r->nearest,
                    .cube = r->cube,
                    .scales = !weir_port_is_none (r->scales) };

  target = manner.scales ? r->scales : r->sizes;
  target = without_fixed (n, x, target, manner.scales, &axes);
  return interpolate (n, x, target, axes, &manner);
}

WeirPort
onnx_resize (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), none = WEIR_PORT_NONE;
  gint64 axes[WEIR_MAX_RANK];
  OnnxResize r = { .axes = axes, .scales = none, .sizes = none, .roi = none };

  if (n->version < 11)
    return onnx_upsample (n);
  r.mode = onnx_attr_string (n, "mode", "nearest");
  r.coordinates = onnx_attr_string (n, "coordinate_transformation_mode", "half_pixel");
  r.nearest = onnx_attr_string (n, "nearest_mode", "round_prefer_floor");
  r.cube = onnx_attr_float (n, "cubic_coeff_a", -0.75);
  r.extrapolation = onnx_attr_float (n, "extrapolation_value", 0);
  r.antialias = onnx_attr_int (n, "antialias", 0) != 0;
  r.exclude_outside = onnx_attr_int (n, "exclude_outside", 0) != 0;
  r.n_axes = axes_of (n, x, axes);
  if (weir_build_failed (n->make.b))
    return none;
  if (!is_empty (n, 2)) {
    r.scales = onnx_in (n, 2);
  } else {
    r.sizes = weir_make_convert (&n->make, onnx_in (n, 3), WEIR_DTYPE_I64);
    r.sizes = keep_aspect (n, x, r.sizes, axes, r.n_axes);
  }
  if (!is_empty (n, 1))
    r.roi = onnx_in (n, 1);
  return needs_matrix (n, x, &r) ? onnx_resize_by_matrix (n, x, &r)
                                 : as_interpolate (n, x, &r);
}
