#include "resize-matrix.h"

#include "node.h"

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
  return weir_make_scalar (&a->n->make, a->in, value);
}

static WeirPort
times (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->make.b, "Multiply", a->n->make.name, x, y);
}

static WeirPort
plus (const Axis *a, WeirPort x, double value)
{
  return weir_build2 (a->n->make.b, "Add", a->n->make.name, x, number (a, value));
}

static WeirPort
minus (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->make.b, "Subtract", a->n->make.name, x, y);
}

static WeirPort
over (const Axis *a, WeirPort x, WeirPort y)
{
  return weir_build2 (a->n->make.b, "Divide", a->n->make.name, x, y);
}

/* @steps spread over @width elements, from first to last; in the middle of @alone where
 * there is but one. */
static WeirPort
spread (const Axis *a, WeirPort at, WeirPort steps, WeirPort width, WeirPort alone)
{
  OnnxNode *n = a->n;
  WeirPort single = WEIR_MAKE (&n->make, "Equal", width, number (a, 1)),
           gaps = plus (a, width, -1);

  gaps = WEIR_MAKE (&n->make, "Select", single, number (a, 1), gaps);
  at = over (a, times (a, at, steps), gaps);
  return WEIR_MAKE (&n->make, "Select", single, alone, at);
}

/* Where each element of the output lies in the input. */
static WeirPort
sources (const Axis *a)
{
  OnnxNode *n = a->n;
  const char *mode = a->r->coordinates;
  WeirPort at = weir_make_convert (&n->make, weir_make_counting (&n->make, a->out),
                                   WEIR_DTYPE_F32),
           centre, extent;
  WeirPort width = times (a, a->scale, a->in), last = plus (a, a->in, -1);

  if (strcmp (mode, "asymmetric") == 0)
    return over (a, at, a->scale);
  if (strcmp (mode, "align_corners") == 0)
    return spread (a, at, last, width, number (a, 0));
  if (strcmp (mode, "tf_crop_and_resize") == 0) {
    extent = times (a, minus (a, a->end, a->begin), last);
    at = spread (a, at, extent, width, times (a, extent, number (a, 0.5)));
    return WEIR_MAKE (&n->make, "Add", at, times (a, a->begin, last));
  }
  at = plus (a, over (a, plus (a, at, 0.5), a->scale), -0.5);
  if (strcmp (mode, "pytorch_half_pixel") == 0)
    return WEIR_MAKE (&n->make, "Select",
                      WEIR_MAKE (&n->make, "Equal", width, number (a, 1)),
                      number (a, -0.5), at);
  if (strcmp (mode, "half_pixel_symmetric") != 0)
    return at;
  extent = over (a, weir_make_convert (&n->make, a->out, WEIR_DTYPE_F32), width);
  centre = times (a, a->in, number (a, 0.5));
  centre = minus (a, centre, times (a, centre, extent));
  return WEIR_MAKE (&n->make, "Add", at, centre);
}

static WeirPort
nearest_weights (const Axis *a, WeirPort at, WeirPort columns)
{
  OnnxNode *n = a->n;
  const char *mode = a->r->nearest;

  if (strcmp (mode, "round_prefer_floor") == 0)
    at = WEIR_MAKE (&n->make, "Ceiling", plus (a, at, -0.5));
  else if (strcmp (mode, "round_prefer_ceil") == 0)
    at = WEIR_MAKE (&n->make, "Floor", plus (a, at, 0.5));
  else
    at = WEIR_MAKE (&n->make, strcmp (mode, "ceil") == 0 ? "Ceiling" : "Floor", at);
  at = WEIR_MAKE (&n->make, "Maximum", at, number (a, 0));
  at = WEIR_MAKE (&n->make, "Minimum", at, plus (a, a->in, -1));
  at = WEIR_MAKE (&n->make, "Equal", weir_make_unsqueeze (&n->make, at, 1), columns);
  return weir_make_convert (&n->make, at, WEIR_DTYPE_F32);
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
  WeirPort near, far, x = WEIR_MAKE (&n->make, "Abs", distance);

  if (strcmp (a->r->mode, "linear") == 0)
    return WEIR_MAKE (&n->make, "Maximum", minus (a, number (a, 1), x), number (a, 0));
  near = WEIR_MAKE (&n->make, "LessEqual", x, number (a, 1));
  far = WEIR_MAKE (&n->make, "Less", x, number (a, 2));
  far = WEIR_MAKE (&n->make, "Select", far, cubic (a, x, outer), number (a, 0));
  return WEIR_MAKE (&n->make, "Select", near, cubic (a, x, inner), far);
}

/* How much narrower than the input's the output's raster is. */
static WeirPort
narrowing (const Axis *a)
{
  return a->r->antialias ? weir_build2 (a->n->make.b, "Minimum", a->n->make.name,
                                        a->scale, number (a, 1))
                         : number (a, 1);
}

/* Elements beyond either border that a kernel reaches. */
static WeirPort
reach (const Axis *a)
{
  OnnxNode *n = a->n;
  double width = strcmp (a->r->mode, "linear") == 0 ? 1 : 2;
  WeirPort most =
      WEIR_MAKE (&n->make, "Ceiling", over (a, number (a, width), narrowing (a)));

  return weir_make_known (
      &n->make, weir_make_convert (&n->make, plus (a, most, 1), WEIR_DTYPE_I64));
}

static WeirPort
kernel_weights (const Axis *a, WeirPort at, WeirPort columns)
{
  OnnxNode *n = a->n;
  WeirPort w =
      kernel (a, times (a, minus (a, weir_make_unsqueeze (&n->make, at, 1), columns),
                        narrowing (a)));

  return over (
      a, w,
      weir_make_reduce (&n->make, "ReduceSum", w, WEIR_MAKE_INTS (&n->make, 1), TRUE));
}

static WeirPort
repeat_border (OnnxNode *n, WeirPort x, WeirPort width, int axis, int rank)
{
  WeirPort parts[3], pads,
      before = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                                    WEIR_MAKE_INTS (&n->make, axis));
  WeirNode *node;

  parts[0] = before;
  parts[1] = weir_make_unsqueeze (&n->make, width, 0);
  parts[2] = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                                  WEIR_MAKE_INTS (&n->make, rank - 1 - axis));
  pads = weir_make_concat (&n->make, parts, 3, 0);
  node = WEIR_MAKE_BEGIN (&n->make, "Pad", x, pads, pads);
  weir_node_set_string (node, "pad_mode", "edge");
  return weir_make_end (&n->make, node);
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
    x = weir_make_transpose (&n->make, x, order, (gsize) rank);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x, weir_make_known (&n->make, w));
  weir_node_set_bool (node, "transpose_b", TRUE);
  x = weir_make_end (&n->make, node);
  return axis != rank - 1 ? weir_make_transpose (&n->make, x, order, (gsize) rank) : x;
}

static WeirPort
resize_axis (Axis *a, WeirPort x, int axis, int rank)
{
  OnnxNode *n = a->n;
  gboolean nearest = strcmp (a->r->mode, "nearest") == 0;
  WeirPort at = sources (a), columns, length, width, y, outside, last;
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  length = weir_make_convert (&n->make, a->in, WEIR_DTYPE_I64);
  columns =
      weir_make_convert (&n->make, weir_make_counting (&n->make, length), WEIR_DTYPE_F32);
  y = x;
  if (!nearest && !a->r->exclude_outside) {
    width = reach (a);
    length =
        WEIR_MAKE (&n->make, "Add", length,
                   WEIR_MAKE (&n->make, "Multiply", width, weir_make_int (&n->make, 2)));
    columns = weir_make_convert (&n->make, weir_make_counting (&n->make, length),
                                 WEIR_DTYPE_F32);
    columns = minus (a, columns, weir_make_convert (&n->make, width, WEIR_DTYPE_F32));
    y = repeat_border (n, x, width, axis, rank);
  }
  y = apply (n, y,
             nearest ? nearest_weights (a, at, columns) : kernel_weights (a, at, columns),
             axis, rank);
  if (strcmp (a->r->coordinates, "tf_crop_and_resize") != 0)
    return y;
  last = plus (a, a->in, -1);
  outside =
      WEIR_MAKE (&n->make, "LogicalOr", WEIR_MAKE (&n->make, "Less", at, number (a, 0)),
                 WEIR_MAKE (&n->make, "Greater", at, last));
  dims[axis] = -1;
  outside = weir_make_reshape (&n->make, outside, dims, (gsize) rank);
  return WEIR_MAKE (&n->make, "Select", outside, number (a, a->r->extrapolation), y);
}

static WeirPort
element (OnnxNode *n, WeirPort vector, gint64 index)
{
  return weir_make_known (
      &n->make, weir_make_gather (&n->make, vector, weir_make_int (&n->make, index), 0));
}

/* The length of the output is cut where the factor is given, the factor follows from the
 * length else. */
static void
axis_init (Axis *a, OnnxNode *n, const OnnxResize *r, WeirPort x, guint index)
{
  WeirPort length = weir_make_length_of (&n->make, x, r->axes[index]);

  *a = (Axis){ .n = n,
               .r = r,
               .in = weir_make_convert (&n->make, length, WEIR_DTYPE_F32) };
  a->in = weir_make_known (&n->make, a->in);
  if (!weir_port_is_none (r->scales)) {
    a->scale =
        weir_make_convert (&n->make, element (n, r->scales, index), WEIR_DTYPE_F32);
    a->out = WEIR_MAKE (&n->make, "Floor", times (a, a->scale, a->in));
    a->out =
        weir_make_known (&n->make, weir_make_convert (&n->make, a->out, WEIR_DTYPE_I64));
  } else {
    a->out = element (n, r->sizes, index);
    a->scale = over (a, weir_make_convert (&n->make, a->out, WEIR_DTYPE_F32), a->in);
  }
  if (weir_port_is_none (r->roi))
    return;
  a->begin = weir_make_convert (&n->make, element (n, r->roi, index), WEIR_DTYPE_F32);
  a->end = weir_make_convert (&n->make, element (n, r->roi, (gint64) r->n_axes + index),
                              WEIR_DTYPE_F32);
}

static gboolean
is_one (const OnnxNode *n, WeirPort scale)
{
  const WeirTensor *value = weir_make_value (&n->make, scale);

  return value != NULL && weir_tensor_get (value, 0) == 1;
}

WeirPort
onnx_resize_by_matrix (OnnxNode *n, WeirPort x, const OnnxResize *r)
{
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  gboolean crop = strcmp (r->coordinates, "tf_crop_and_resize") == 0;
  int rank = weir_make_rank (&n->make, x);

  if (crop && weir_port_is_none (r->roi))
    return weir_make_invalid (&n->make, "input 1, the region of interest, is missing");
  x = weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
  for (guint i = 0; i < r->n_axes && !weir_build_failed (n->make.b); i++) {
    int axis = onnx_axis (n, r->axes[i], rank);
    Axis a;

    axis_init (&a, n, r, x, i);
    if (crop || !is_one (n, a.scale))
      x = resize_axis (&a, x, axis, rank);
  }
  return weir_make_convert (&n->make, x, dtype);
}
