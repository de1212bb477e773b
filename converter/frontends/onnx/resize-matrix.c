#include "resize-matrix.h"

#include "onnx-build.h"

#include <string.h>

/* One axis; all ports are scalars. */
typedef struct {
  OnnxNode *n;
  const OnnxResize *r;
  WeirPort in;         /* f32: length of the input */
  WeirPort out;        /* i64: length of the output */
  WeirPort scale;      /* f32 */
  WeirPort begin, end; /* f32: the region of interest, in lengths of the input */
} Axis;

static WeirPort
number (const Axis *a, double value)
{
  return onnx_scalar (a->n, a->in, value);
}

static WeirPort
times (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->b, "Multiply", a->n->name, x, y);
}

static WeirPort
plus (const Axis *a, WeirPort x, double value)
{
  return weir_build2 (a->n->b, "Add", a->n->name, x, number (a, value));
}

static WeirPort
minus (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->b, "Subtract", a->n->name, x, y);
}

static WeirPort
over (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->b, "Divide", a->n->name, x, y);
}

/* @steps spread over @width elements, from first to last; in the middle of @alone where
 * there is but one. */
static WeirPort
spread (const Axis *a, WeirPort at, WeirPort steps, WeirPort width, WeirPort alone)
{
  OnnxNode *n = a->n;
  WeirPort single = ONNX_OP (n, "Equal", width, number (a, 1)),
           gaps = plus (a, width, -1);

  gaps = ONNX_OP (n, "Select", single, number (a, 1), gaps);
  at = over (a, times (a, at, steps), gaps);
  return ONNX_OP (n, "Select", single, alone, at);
}

/* Where each element of the output lies in the input. */
static WeirPort
sources (const Axis *a)
{
  OnnxNode *n = a->n;
  const char *mode = a->r->coordinates;
  WeirPort at = onnx_convert (n, onnx_counting (n, a->out), WEIR_DTYPE_F32), centre,
           extent;
  WeirPort width = times (a, a->scale, a->in), last = plus (a, a->in, -1);

  if (strcmp (mode, "asymmetric") == 0)
    return over (a, at, a->scale);
  if (strcmp (mode, "align_corners") == 0)
    return spread (a, at, last, width, number (a, 0));
  if (strcmp (mode, "tf_crop_and_resize") == 0) {
    extent = times (a, minus (a, a->end, a->begin), last);
    at = spread (a, at, extent, width, times (a, extent, number (a, 0.5)));
    return ONNX_OP (n, "Add", at, times (a, a->begin, last));
  }
  at = plus (a, over (a, plus (a, at, 0.5), a->scale), -0.5);
  if (strcmp (mode, "pytorch_half_pixel") == 0)
    return ONNX_OP (n, "Select", ONNX_OP (n, "Equal", width, number (a, 1)),
                    number (a, -0.5), at);
  if (strcmp (mode, "half_pixel_symmetric") != 0)
    return at;
  extent = over (a, onnx_convert (n, a->out, WEIR_DTYPE_F32), width);
  centre = times (a, a->in, number (a, 0.5));
  centre = minus (a, centre, times (a, centre, extent));
  return ONNX_OP (n, "Add", at, centre);
}

static WeirPort
nearest_weights (const Axis *a, WeirPort at, WeirPort columns)
{
  OnnxNode *n = a->n;
  const char *mode = a->r->nearest;

  if (strcmp (mode, "round_prefer_floor") == 0)
    at = ONNX_OP (n, "Ceiling", plus (a, at, -0.5));
  else if (strcmp (mode, "round_prefer_ceil") == 0)
    at = ONNX_OP (n, "Floor", plus (a, at, 0.5));
  else
    at = ONNX_OP (n, strcmp (mode, "ceil") == 0 ? "Ceiling" : "Floor", at);
  at = ONNX_OP (n, "Maximum", at, number (a, 0));
  at = ONNX_OP (n, "Minimum", at, plus (a, a->in, -1));
  at = ONNX_OP (n, "Equal", onnx_unsqueeze (n, at, 1), columns);
  return onnx_convert (n, at, WEIR_DTYPE_F32);
}

/* c0 + c1 x + c2 x^2 + c3 x^3 */
static WeirPort
cubic (const Axis *a, WeirPort x, const double c[4])
{
  WeirPort y = number (a, c[3]);

  for (int i = 2; i >= 0; i--)
    y = plus (a, times (a, y, x), c[i]);
  return y;
}

/* What an element at a distance weighs. */
static WeirPort
kernel (const Axis *a, WeirPort distance)
{
  OnnxNode *n = a->n;
  double c = a->r->cube;
  const double inner[] = { 1, 0, -(c + 3), c + 2 },
               outer[] = { -4 * c, 8 * c, -5 * c, c };
  WeirPort near, far, x = ONNX_OP (n, "Abs", distance);

  if (strcmp (a->r->mode, "linear") == 0)
    return ONNX_OP (n, "Maximum", minus (a, number (a, 1), x), number (a, 0));
  near = ONNX_OP (n, "LessEqual", x, number (a, 1));
  far = ONNX_OP (n, "Less", x, number (a, 2));
  far = ONNX_OP (n, "Select", far, cubic (a, x, outer), number (a, 0));
  return ONNX_OP (n, "Select", near, cubic (a, x, inner), far);
}

/* How much narrower than the input's the output's raster is. */
static WeirPort
narrowing (const Axis *a)
{
  return a->r->antialias
             ? weir_build2 (a->n->b, "Minimum", a->n->name, a->scale, number (a, 1))
             : number (a, 1);
}

/* Elements beyond either border that a kernel reaches. */
static WeirPort
reach (const Axis *a)
{
  OnnxNode *n = a->n;
  double width = strcmp (a->r->mode, "linear") == 0 ? 1 : 2;
  WeirPort most = ONNX_OP (n, "Ceiling", over (a, number (a, width), narrowing (a)));

  return onnx_known (n, onnx_convert (n, plus (a, most, 1), WEIR_DTYPE_I64));
}

static WeirPort
kernel_weights (const Axis *a, WeirPort at, WeirPort columns)
{
  OnnxNode *n = a->n;
  WeirPort w =
      kernel (a, times (a, minus (a, onnx_unsqueeze (n, at, 1), columns), narrowing (a)));

  return over (a, w, onnx_reduce (n, "ReduceSum", w, ONNX_INTS (n, 1), TRUE));
}

static WeirPort
repeat_border (OnnxNode *n, WeirPort x, WeirPort width, int axis, int rank)
{
  WeirPort parts[3], pads,
      before = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, axis));
  WeirNode *node;

  parts[0] = before;
  parts[1] = onnx_unsqueeze (n, width, 0);
  parts[2] = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, rank - 1 - axis));
  pads = onnx_concat (n, parts, 3, 0);
  node = ONNX_BEGIN (n, "Pad", x, pads, pads);
  weir_node_set_string (node, "pad_mode", "edge");
  return onnx_end (n, node);
}

/* The product of each row along @axis with the rows of @w. */
static WeirPort
apply (OnnxNode *n, WeirPort x, WeirPort w, int axis, int rank)
{
  gint64 order[WEIR_MAX_RANK];
  WeirNode *node;

  for (int i = 0; i < rank; i++)
    order[i] = i;
  order[axis] = rank - 1;
  order[rank - 1] = axis;
  if (axis != rank - 1)
    x = onnx_transpose (n, x, order, (gsize) rank);
  node = ONNX_BEGIN (n, "MatMul", x, onnx_known (n, w));
  weir_node_set_bool (node, "transpose_b", TRUE);
  x = onnx_end (n, node);
  return axis != rank - 1 ? onnx_transpose (n, x, order, (gsize) rank) : x;
}

static WeirPort
resize_axis (Axis *a, WeirPort x, int axis, int rank)
{
  OnnxNode *n = a->n;
  gboolean nearest = strcmp (a->r->mode, "nearest") == 0;
  WeirPort at = sources (a), columns, length, width, y, outside, last;
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  length = onnx_convert (n, a->in, WEIR_DTYPE_I64);
  columns = onnx_convert (n, onnx_counting (n, length), WEIR_DTYPE_F32);
  y = x;
  if (!nearest && !a->r->exclude_outside) {
    width = reach (a);
    length = ONNX_OP (n, "Add", length, ONNX_OP (n, "Multiply", width, onnx_int (n, 2)));
    columns = onnx_convert (n, onnx_counting (n, length), WEIR_DTYPE_F32);
    columns = minus (a, columns, onnx_convert (n, width, WEIR_DTYPE_F32));
    y = repeat_border (n, x, width, axis, rank);
  }
  y = apply (n, y,
             nearest ? nearest_weights (a, at, columns) : kernel_weights (a, at, columns),
             axis, rank);
  if (strcmp (a->r->coordinates, "tf_crop_and_resize") != 0)
    return y;
  last = plus (a, a->in, -1);
  outside = ONNX_OP (n, "LogicalOr", ONNX_OP (n, "Less", at, number (a, 0)),
                     ONNX_OP (n, "Greater", at, last));
  dims[axis] = -1;
  outside = onnx_reshape (n, outside, dims, (gsize) rank);
  return ONNX_OP (n, "Select", outside, number (a, a->r->extrapolation), y);
}

static WeirPort
element (OnnxNode *n, WeirPort vector, gint64 index)
{
  return onnx_known (n, onnx_gather (n, vector, onnx_int (n, index), 0));
}

/* The length of the output is cut where the factor is given, the factor follows from the
 * length else. */
static void
axis_init (Axis *a, OnnxNode *n, const OnnxResize *r, WeirPort x, guint index)
{
  WeirPort length = onnx_length_of (n, x, r->axes[index]);

  *a = (Axis){ .n = n, .r = r, .in = onnx_convert (n, length, WEIR_DTYPE_F32) };
  a->in = onnx_known (n, a->in);
  if (!weir_port_is_none (r->scales)) {
    a->scale = onnx_convert (n, element (n, r->scales, index), WEIR_DTYPE_F32);
    a->out = ONNX_OP (n, "Floor", times (a, a->scale, a->in));
    a->out = onnx_known (n, onnx_convert (n, a->out, WEIR_DTYPE_I64));
  } else {
    a->out = element (n, r->sizes, index);
    a->scale = over (a, onnx_convert (n, a->out, WEIR_DTYPE_F32), a->in);
  }
  if (weir_port_is_none (r->roi))
    return;
  a->begin = onnx_convert (n, element (n, r->roi, index), WEIR_DTYPE_F32);
  a->end =
      onnx_convert (n, element (n, r->roi, (gint64) r->n_axes + index), WEIR_DTYPE_F32);
}

static gboolean
is_one (const OnnxNode *n, WeirPort scale)
{
  const WeirTensor *value = onnx_value (n, scale);

  return value != NULL && weir_tensor_get (value, 0) == 1;
}

WeirPort
onnx_resize_by_matrix (OnnxNode *n, WeirPort x, const OnnxResize *r)
{
  WeirDtype dtype = onnx_dtype (n, x);
  gboolean crop = strcmp (r->coordinates, "tf_crop_and_resize") == 0;
  int rank = onnx_rank (n, x);

  if (crop && weir_port_is_none (r->roi))
    return onnx_invalid (n, "input 1, the region of interest, is missing");
  x = onnx_convert (n, x, WEIR_DTYPE_F32);
  for (guint i = 0; i < r->n_axes && !weir_build_failed (n->b); i++) {
    int axis = onnx_axis (n, r->axes[i], rank);
    Axis a;

    axis_init (&a, n, r, x, i);
    if (crop || !is_one (n, a.scale))
      x = resize_axis (&a, x, axis, rank);
  }
  return onnx_convert (n, x, dtype);
}
