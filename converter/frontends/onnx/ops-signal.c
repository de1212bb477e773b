#include "attr.h"
#include "node.h"
#include "table.h"

#include <math.h>

/* Signals: Fourier transforms as products with matrices of cosines and sines, windows,
 * mel filters. */

/* A transform; lengths are scalars of i64, most of them known. */
typedef struct {
  OnnxNode *n;
  WeirPort length;        /* of the transform */
  WeirPort rows, columns; /* of the matrices */
  gboolean inverse;
  gboolean onesided;
} Fourier;

/* 2 pi row column / length for all rows and columns. */
static WeirPort
angles (const Fourier *f)
{
  OnnxNode *n = f->n;
  WeirPort rows =
               weir_make_unsqueeze (&n->make, weir_make_counting (&n->make, f->rows), 1),
           y;

  y = WEIR_MAKE (&n->make, "Multiply", rows, weir_make_counting (&n->make, f->columns));
  y = weir_make_convert (&n->make, WEIR_MAKE (&n->make, "FloorMod", y, f->length),
                         WEIR_DTYPE_F32);
  y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, 2 * G_PI));
  return WEIR_MAKE (&n->make, "Divide", y,
                    weir_make_convert (&n->make, f->length, WEIR_DTYPE_F32));
}

/* An inverse divides by the length, and half of a spectrum stands for its mirrored half
 * too: all but the first and, of an even length, the last of its elements. */
static WeirPort
weights (const Fourier *f)
{
  OnnxNode *n = f->n;
  WeirPort one, size = weir_make_convert (&n->make, f->length, WEIR_DTYPE_F32), at, twice,
                single;

  one = WEIR_MAKE (&n->make, "Divide", weir_make_scalar (&n->make, size, 1), size);
  if (!f->onesided)
    return one;
  at = weir_make_counting (&n->make, f->columns);
  twice = WEIR_MAKE (&n->make, "Multiply", at, weir_make_int (&n->make, 2));
  single = WEIR_MAKE (&n->make, "LogicalOr",
                      WEIR_MAKE (&n->make, "Equal", at, weir_make_int (&n->make, 0)),
                      WEIR_MAKE (&n->make, "Equal", twice, f->length));
  return WEIR_MAKE (&n->make, "Select", single, one,
                    WEIR_MAKE (&n->make, "Add", one, one));
}

static WeirPort
component (OnnxNode *n, WeirPort x, gint64 index)
{
  return weir_make_gather (&n->make, x, WEIR_MAKE_INTS (&n->make, index), -1);
}

/* @x is [..., columns, 1 or 2]: real numbers, or complex ones. */
static WeirPort
transform (const Fourier *f, WeirPort x, gboolean complex)
{
  OnnxNode *n = f->n;
  WeirPort angle = angles (f), parts[2], cosines = WEIR_MAKE (&n->make, "Cos", angle);
  WeirPort sines = WEIR_MAKE (&n->make, "Sin", angle);

  x = weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
  if (f->inverse) {
    cosines = WEIR_MAKE (&n->make, "Multiply", cosines, weights (f));
    sines = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Negative", sines),
                       weights (f));
  }
  cosines = WEIR_MAKE (&n->make, "MatMul", weir_make_known (&n->make, cosines), x);
  sines = WEIR_MAKE (&n->make, "MatMul", weir_make_known (&n->make, sines), x);
  if (!complex) {
    parts[0] = cosines;
    parts[1] = WEIR_MAKE (&n->make, "Negative", sines);
  } else {
    parts[0] =
        WEIR_MAKE (&n->make, "Add", component (n, cosines, 0), component (n, sines, 1));
    parts[1] = WEIR_MAKE (&n->make, "Subtract", component (n, cosines, 1),
                          component (n, sines, 0));
  }
  return f->inverse && f->onesided ? parts[0] : weir_make_concat (&n->make, parts, 2, -1);
}

/* Elements of half a spectrum. */
static WeirPort
half_of (OnnxNode *n, WeirPort length)
{
  length = WEIR_MAKE (&n->make, "Divide", length, weir_make_int (&n->make, 2));
  return weir_make_known (
      &n->make, WEIR_MAKE (&n->make, "Add", length, weir_make_int (&n->make, 1)));
}

static void
fourier_init (Fourier *f, WeirPort size, WeirPort length)
{
  OnnxNode *n = f->n;

  if (weir_port_is_none (length) && f->inverse && f->onesided) {
    length = WEIR_MAKE (&n->make, "Subtract", size, weir_make_int (&n->make, 1));
    length = WEIR_MAKE (&n->make, "Multiply", length, weir_make_int (&n->make, 2));
  }
  f->length = weir_make_known (&n->make, weir_port_is_none (length) ? size : length);
  f->rows = f->onesided && !f->inverse ? half_of (n, f->length) : f->length;
  f->columns = f->onesided && f->inverse ? half_of (n, f->length) : f->length;
  f->columns =
      weir_make_known (&n->make, WEIR_MAKE (&n->make, "Minimum", f->columns, size));
}

/* The dimensions in order, @axis and the last but one exchanged. */
static WeirPort
exchange (OnnxNode *n, WeirPort axis, int rank)
{
  WeirPort all = weir_make_range (&n->make, 0, rank),
           last = weir_make_int (&n->make, rank - 2), order;

  order =
      WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "Equal", all, last), axis, all);
  order = WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "Equal", all, axis), last,
                     order);
  return weir_make_known (&n->make, order);
}

/* The axis is an input from version 20 on. */
static WeirPort
axis_of (OnnxNode *n, int rank)
{
  WeirPort axis =
      weir_make_int (&n->make, n->version < 20 ? onnx_attr_int (n, "axis", 1) : -2);

  if (n->version >= 20 && onnx_has (n, 2))
    axis = weir_make_convert (&n->make, weir_make_scalar_of (&n->make, onnx_in (n, 2)),
                              WEIR_DTYPE_I64);
  return weir_make_known (
      &n->make, WEIR_MAKE (&n->make, "FloorMod", axis, weir_make_int (&n->make, rank)));
}

static WeirPort
dft (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axis, order, size, length = WEIR_PORT_NONE;
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  const WeirShape shape = *weir_make_shape (&n->make, x);
  Fourier f = { .n = n,
                .inverse = onnx_attr_int (n, "inverse", 0) != 0,
                .onesided = onnx_attr_int (n, "onesided", 0) != 0 };

  if (shape.rank < 2 || shape.dims[shape.rank - 1] < 1)
    return weir_make_unsupported (&n->make, "a signal that may be real or complex");
  axis = axis_of (n, shape.rank);
  order = exchange (n, axis, shape.rank);
  size = weir_make_gather (&n->make, weir_make_shape_of (&n->make, x), axis, 0);
  if (onnx_has (n, 1))
    length = weir_make_convert (&n->make, weir_make_scalar_of (&n->make, onnx_in (n, 1)),
                                WEIR_DTYPE_I64);
  fourier_init (&f, size, length);
  x = WEIR_MAKE (&n->make, "Transpose", x, order);
  x = weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, 0),
                       weir_make_unsqueeze (&n->make, f.columns, 0), shape.rank - 2);
  x = transform (&f, x, shape.dims[shape.rank - 1] == 2);
  return weir_make_convert (&n->make, WEIR_MAKE (&n->make, "Transpose", x, order), dtype);
}

/* [batch, samples, parts] as [batch, frames, length, parts]. */
static WeirPort
frames_of (OnnxNode *n, WeirPort x, WeirPort step, WeirPort length)
{
  WeirPort count = WEIR_MAKE (&n->make, "Subtract", weir_make_length_of (&n->make, x, 1),
                              length),
           first;

  count = WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Divide", count, step),
                     weir_make_int (&n->make, 1));
  first = WEIR_MAKE (&n->make, "Multiply", weir_make_counting (&n->make, count), step);
  first = WEIR_MAKE (&n->make, "Add", weir_make_unsqueeze (&n->make, first, 1),
                     weir_make_counting (&n->make, length));
  return weir_make_gather (&n->make, x, weir_make_known (&n->make, first), 1);
}

static WeirPort
stft (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), step = weir_make_scalar_of (&n->make, onnx_in (n, 1)),
           window, length;
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gboolean complex = shape->rank == 3 && shape->dims[2] == 2;
  Fourier f = { .n = n, .onesided = onnx_attr_int (n, "onesided", 1) != 0 };
  WeirDtype dtype = weir_make_dtype (&n->make, x);

  if (shape->rank != 3 || shape->dims[2] < 1)
    return weir_make_unsupported (&n->make, "a signal that may be real or complex");
  if (!onnx_has (n, 2) && !onnx_has (n, 3))
    return weir_make_invalid (&n->make, "neither a window nor a length of frames");
  length = onnx_has (n, 2) ? weir_make_length_of (&n->make, onnx_in (n, 2), 0)
                           : weir_make_scalar_of (&n->make, onnx_in (n, 3));
  length =
      weir_make_known (&n->make, weir_make_convert (&n->make, length, WEIR_DTYPE_I64));
  x = frames_of (n, x, weir_make_convert (&n->make, step, WEIR_DTYPE_I64), length);
  if (onnx_has (n, 2)) {
    window = weir_make_reshape (&n->make, onnx_in (n, 2), (const gint64[]){ -1, 1 }, 2);
    x = WEIR_MAKE (&n->make, "Multiply", x, window);
  }
  fourier_init (&f, length, WEIR_PORT_NONE);
  return weir_make_convert (&n->make, transform (&f, x, complex), dtype);
}

/* a - b cos (2 pi i / N) + c cos (4 pi i / N) */
static WeirPort
window_of (OnnxNode *n, double a, double b, double c)
{
  WeirPort size = weir_make_scalar_of (&n->make, onnx_in (n, 0)), angle, y, last = size;
  WeirDtype dtype = onnx_attr_dtype (n, "output_datatype", WEIR_DTYPE_F32);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Range", weir_make_scalar (&n->make, size, 0), size,
                       weir_make_scalar (&n->make, size, 1));

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_F32);
  angle = weir_make_end (&n->make, node);
  if (onnx_attr_int (n, "periodic", 1) == 0)
    last = WEIR_MAKE (&n->make, "Subtract", size, weir_make_scalar (&n->make, size, 1));
  angle = WEIR_MAKE (&n->make, "Divide", angle,
                     weir_make_convert (&n->make, last, WEIR_DTYPE_F32));
  angle = WEIR_MAKE (&n->make, "Multiply", angle,
                     weir_make_scalar (&n->make, angle, 2 * G_PI));
  y = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Cos", angle),
                 weir_make_scalar (&n->make, angle, -b));
  y = WEIR_MAKE (&n->make, "Add", y, weir_make_scalar (&n->make, angle, a));
  angle = WEIR_MAKE (
      &n->make, "Cos",
      WEIR_MAKE (&n->make, "Multiply", angle, weir_make_scalar (&n->make, angle, 2)));
  y = WEIR_MAKE (
      &n->make, "Add", y,
      WEIR_MAKE (&n->make, "Multiply", angle, weir_make_scalar (&n->make, angle, c)));
  return weir_make_convert (&n->make, y, dtype);
}

static WeirPort
hann (OnnxNode *n)
{
  return window_of (n, 0.5, 0.5, 0);
}

static WeirPort
hamming (OnnxNode *n)
{
  return window_of (n, 25.0 / 46, 21.0 / 46, 0);
}

static WeirPort
blackman (OnnxNode *n)
{
  return window_of (n, 0.42, 0.5, 0.08);
}

static WeirPort
mel_scale (OnnxNode *n, guint index)
{
  WeirPort hertz = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, onnx_in (n, index)), WEIR_DTYPE_F64);
  WeirPort y =
      WEIR_MAKE (&n->make, "Divide", hertz, weir_make_scalar (&n->make, hertz, 700));

  y = WEIR_MAKE (&n->make, "Log",
                 WEIR_MAKE (&n->make, "Add", y, weir_make_scalar (&n->make, y, 1)));
  return WEIR_MAKE (&n->make, "Multiply", y,
                    weir_make_scalar (&n->make, y, 2595 / log (10)));
}

/* Corners of the triangles, in bins of the spectrum: bands + 2 of them. */
static WeirPort
mel_corners (OnnxNode *n, WeirPort bands, WeirPort length)
{
  WeirPort low = mel_scale (n, 3),
           step = WEIR_MAKE (&n->make, "Subtract", mel_scale (n, 4), low);
  WeirPort rate = weir_make_convert (
               &n->make, weir_make_scalar_of (&n->make, onnx_in (n, 2)), WEIR_DTYPE_F64),
           y;

  bands = WEIR_MAKE (&n->make, "Add", bands, weir_make_scalar (&n->make, bands, 2));
  step = WEIR_MAKE (&n->make, "Divide", step, bands);
  y = WEIR_MAKE (&n->make, "Multiply", weir_make_counting (&n->make, bands), step);
  y = WEIR_MAKE (&n->make, "Add", y, low);
  y = WEIR_MAKE (&n->make, "Exp",
                 WEIR_MAKE (&n->make, "Multiply", y,
                            weir_make_scalar (&n->make, y, log (10) / 2595)));
  y = WEIR_MAKE (&n->make, "Subtract", y, weir_make_scalar (&n->make, y, 1));
  y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, 700));
  length = WEIR_MAKE (&n->make, "Add", length, weir_make_scalar (&n->make, length, 1));
  return WEIR_MAKE (
      &n->make, "Floor",
      WEIR_MAKE (&n->make, "Divide", WEIR_MAKE (&n->make, "Multiply", y, length), rate));
}

/* Rising from the first corner to the second, falling to the third; a side without width
 * is a step. */
static WeirPort
mel_weights (OnnxNode *n)
{
  WeirPort bands = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, onnx_in (n, 0)), WEIR_DTYPE_F64);
  WeirPort length = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, onnx_in (n, 1)), WEIR_DTYPE_F64);
  WeirPort corners = mel_corners (n, bands, length), corner[3], bin, up, down, one, y,
           inside;
  WeirDtype dtype = onnx_attr_dtype (n, "output_datatype", WEIR_DTYPE_F32);

  for (gint64 i = 0; i < 3; i++)
    corner[i] = weir_make_slice (&n->make, corners, WEIR_MAKE_INTS (&n->make, i),
                                 i < 2 ? WEIR_MAKE_INTS (&n->make, i - 2)
                                       : WEIR_MAKE_INTS (&n->make, G_MAXINT64),
                                 0);
  one = weir_make_scalar (&n->make, bands, 1);
  bin = WEIR_MAKE (
      &n->make, "Floor",
      WEIR_MAKE (&n->make, "Divide", length, weir_make_scalar (&n->make, length, 2)));
  bin = weir_make_unsqueeze (
      &n->make, weir_make_counting (&n->make, WEIR_MAKE (&n->make, "Add", bin, one)), 1);
  up = WEIR_MAKE (&n->make, "Maximum",
                  WEIR_MAKE (&n->make, "Subtract", corner[1], corner[0]), one);
  up = WEIR_MAKE (&n->make, "Divide", WEIR_MAKE (&n->make, "Subtract", bin, corner[0]),
                  up);
  up = WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "Equal", corner[0], corner[1]),
                  one, up);
  down = WEIR_MAKE (&n->make, "Maximum",
                    WEIR_MAKE (&n->make, "Subtract", corner[2], corner[1]), one);
  down = WEIR_MAKE (&n->make, "Divide", WEIR_MAKE (&n->make, "Subtract", corner[2], bin),
                    down);
  y = WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "LessEqual", bin, corner[1]),
                 up, down);
  inside = WEIR_MAKE (
      &n->make, "LogicalAnd", WEIR_MAKE (&n->make, "GreaterEqual", bin, corner[0]),
      WEIR_MAKE (&n->make, "LogicalOr", WEIR_MAKE (&n->make, "Less", bin, corner[2]),
                 WEIR_MAKE (&n->make, "Equal", bin, corner[1])));
  y = WEIR_MAKE (&n->make, "Select", inside, y, weir_make_scalar (&n->make, y, 0));
  return weir_make_convert (&n->make, y, dtype);
}

const OnnxRow onnx_rows_signal[] = {
  { "BlackmanWindow", NULL, 0, 0, blackman },
  { "DFT", NULL, 0, 0, dft },
  { "HammingWindow", NULL, 0, 0, hamming },
  { "HannWindow", NULL, 0, 0, hann },
  { "MelWeightMatrix", NULL, 0, 0, mel_weights },
  { "STFT", NULL, 0, 0, stft },
  { NULL },
};
