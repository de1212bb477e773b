#include "attr.h"
#include "onnx-build.h"
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
  WeirPort rows = onnx_unsqueeze (n, onnx_counting (n, f->rows), 1), y;

  y = ONNX_OP (n, "Multiply", rows, onnx_counting (n, f->columns));
  y = onnx_convert (n, ONNX_OP (n, "FloorMod", y, f->length), WEIR_DTYPE_F32);
  y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, 2 * G_PI));
  return ONNX_OP (n, "Divide", y, onnx_convert (n, f->length, WEIR_DTYPE_F32));
}

/* An inverse divides by the length, and half of a spectrum stands for its mirrored half
 * too: all but the first and, of an even length, the last of its elements. */
static WeirPort
weights (const Fourier *f)
{
  OnnxNode *n = f->n;
  WeirPort one, size = onnx_convert (n, f->length, WEIR_DTYPE_F32), at, twice, single;

  one = ONNX_OP (n, "Divide", onnx_scalar (n, size, 1), size);
  if (!f->onesided)
    return one;
  at = onnx_counting (n, f->columns);
  twice = ONNX_OP (n, "Multiply", at, onnx_int (n, 2));
  single = ONNX_OP (n, "LogicalOr", ONNX_OP (n, "Equal", at, onnx_int (n, 0)),
                    ONNX_OP (n, "Equal", twice, f->length));
  return ONNX_OP (n, "Select", single, one, ONNX_OP (n, "Add", one, one));
}

static WeirPort
component (OnnxNode *n, WeirPort x, gint64 index)
{
  return onnx_gather (n, x, ONNX_INTS (n, index), -1);
}

/* @x is [..., columns, 1 or 2]: real numbers, or complex ones. */
static WeirPort
transform (const Fourier *f, WeirPort x, gboolean complex)
{
  OnnxNode *n = f->n;
  WeirPort angle = angles (f), parts[2], cosines = ONNX_OP (n, "Cos", angle);
  WeirPort sines = ONNX_OP (n, "Sin", angle);

  x = onnx_convert (n, x, WEIR_DTYPE_F32);
  if (f->inverse) {
    cosines = ONNX_OP (n, "Multiply", cosines, weights (f));
    sines = ONNX_OP (n, "Multiply", ONNX_OP (n, "Negative", sines), weights (f));
  }
  cosines = ONNX_OP (n, "MatMul", onnx_known (n, cosines), x);
  sines = ONNX_OP (n, "MatMul", onnx_known (n, sines), x);
  if (!complex) {
    parts[0] = cosines;
    parts[1] = ONNX_OP (n, "Negative", sines);
  } else {
    parts[0] = ONNX_OP (n, "Add", component (n, cosines, 0), component (n, sines, 1));
    parts[1] =
        ONNX_OP (n, "Subtract", component (n, cosines, 1), component (n, sines, 0));
  }
  return f->inverse && f->onesided ? parts[0] : onnx_concat (n, parts, 2, -1);
}

/* Elements of half a spectrum. */
static WeirPort
half_of (OnnxNode *n, WeirPort length)
{
  length = ONNX_OP (n, "Divide", length, onnx_int (n, 2));
  return onnx_known (n, ONNX_OP (n, "Add", length, onnx_int (n, 1)));
}

static void
fourier_init (Fourier *f, WeirPort size, WeirPort length)
{
  OnnxNode *n = f->n;

  if (weir_port_is_none (length) && f->inverse && f->onesided) {
    length = ONNX_OP (n, "Subtract", size, onnx_int (n, 1));
    length = ONNX_OP (n, "Multiply", length, onnx_int (n, 2));
  }
  f->length = onnx_known (n, weir_port_is_none (length) ? size : length);
  f->rows = f->onesided && !f->inverse ? half_of (n, f->length) : f->length;
  f->columns = f->onesided && f->inverse ? half_of (n, f->length) : f->length;
  f->columns = onnx_known (n, ONNX_OP (n, "Minimum", f->columns, size));
}

/* The dimensions in order, @axis and the last but one exchanged. */
static WeirPort
exchange (OnnxNode *n, WeirPort axis, int rank)
{
  WeirPort all = onnx_range (n, 0, rank), last = onnx_int (n, rank - 2), order;

  order = ONNX_OP (n, "Select", ONNX_OP (n, "Equal", all, last), axis, all);
  order = ONNX_OP (n, "Select", ONNX_OP (n, "Equal", all, axis), last, order);
  return onnx_known (n, order);
}

/* The axis is an input from version 20 on. */
static WeirPort
axis_of (OnnxNode *n, int rank)
{
  WeirPort axis = onnx_int (n, n->version < 20 ? onnx_attr_int (n, "axis", 1) : -2);

  if (n->version >= 20 && onnx_has (n, 2))
    axis = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 2)), WEIR_DTYPE_I64);
  return onnx_known (n, ONNX_OP (n, "FloorMod", axis, onnx_int (n, rank)));
}

static WeirPort
dft (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axis, order, size, length = WEIR_PORT_NONE;
  WeirDtype dtype = onnx_dtype (n, x);
  const WeirShape shape = *onnx_shape (n, x);
  Fourier f = { .n = n,
                .inverse = onnx_attr_int (n, "inverse", 0) != 0,
                .onesided = onnx_attr_int (n, "onesided", 0) != 0 };

  if (shape.rank < 2 || shape.dims[shape.rank - 1] < 1)
    return onnx_unsupported (n, "a signal that may be real or complex");
  axis = axis_of (n, shape.rank);
  order = exchange (n, axis, shape.rank);
  size = onnx_gather (n, onnx_shape_of (n, x), axis, 0);
  if (onnx_has (n, 1))
    length = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 1)), WEIR_DTYPE_I64);
  fourier_init (&f, size, length);
  x = ONNX_OP (n, "Transpose", x, order);
  x = onnx_slice (n, x, ONNX_INTS (n, 0), onnx_unsqueeze (n, f.columns, 0),
                  shape.rank - 2);
  x = transform (&f, x, shape.dims[shape.rank - 1] == 2);
  return onnx_convert (n, ONNX_OP (n, "Transpose", x, order), dtype);
}

/* [batch, samples, parts] as [batch, frames, length, parts]. */
static WeirPort
frames_of (OnnxNode *n, WeirPort x, WeirPort step, WeirPort length)
{
  WeirPort count = ONNX_OP (n, "Subtract", onnx_length_of (n, x, 1), length), first;

  count = ONNX_OP (n, "Add", ONNX_OP (n, "Divide", count, step), onnx_int (n, 1));
  first = ONNX_OP (n, "Multiply", onnx_counting (n, count), step);
  first = ONNX_OP (n, "Add", onnx_unsqueeze (n, first, 1), onnx_counting (n, length));
  return onnx_gather (n, x, onnx_known (n, first), 1);
}

static WeirPort
stft (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), step = onnx_scalar_of (n, onnx_in (n, 1)), window, length;
  const WeirShape *shape = onnx_shape (n, x);
  gboolean complex = shape->rank == 3 && shape->dims[2] == 2;
  Fourier f = { .n = n, .onesided = onnx_attr_int (n, "onesided", 1) != 0 };
  WeirDtype dtype = onnx_dtype (n, x);

  if (shape->rank != 3 || shape->dims[2] < 1)
    return onnx_unsupported (n, "a signal that may be real or complex");
  if (!onnx_has (n, 2) && !onnx_has (n, 3))
    return onnx_invalid (n, "neither a window nor a length of frames");
  length = onnx_has (n, 2) ? onnx_length_of (n, onnx_in (n, 2), 0)
                           : onnx_scalar_of (n, onnx_in (n, 3));
  length = onnx_known (n, onnx_convert (n, length, WEIR_DTYPE_I64));
  x = frames_of (n, x, onnx_convert (n, step, WEIR_DTYPE_I64), length);
  if (onnx_has (n, 2)) {
    window = onnx_reshape (n, onnx_in (n, 2), (const gint64[]){ -1, 1 }, 2);
    x = ONNX_OP (n, "Multiply", x, window);
  }
  fourier_init (&f, length, WEIR_PORT_NONE);
  return onnx_convert (n, transform (&f, x, complex), dtype);
}

/* a - b cos (2 pi i / N) + c cos (4 pi i / N) */
static WeirPort
window_of (OnnxNode *n, double a, double b, double c)
{
  WeirPort size = onnx_scalar_of (n, onnx_in (n, 0)), angle, y, last = size;
  WeirDtype dtype = onnx_attr_dtype (n, "output_datatype", WEIR_DTYPE_F32);
  WeirNode *node =
      ONNX_BEGIN (n, "Range", onnx_scalar (n, size, 0), size, onnx_scalar (n, size, 1));

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_F32);
  angle = onnx_end (n, node);
  if (onnx_attr_int (n, "periodic", 1) == 0)
    last = ONNX_OP (n, "Subtract", size, onnx_scalar (n, size, 1));
  angle = ONNX_OP (n, "Divide", angle, onnx_convert (n, last, WEIR_DTYPE_F32));
  angle = ONNX_OP (n, "Multiply", angle, onnx_scalar (n, angle, 2 * G_PI));
  y = ONNX_OP (n, "Multiply", ONNX_OP (n, "Cos", angle), onnx_scalar (n, angle, -b));
  y = ONNX_OP (n, "Add", y, onnx_scalar (n, angle, a));
  angle = ONNX_OP (n, "Cos", ONNX_OP (n, "Multiply", angle, onnx_scalar (n, angle, 2)));
  y = ONNX_OP (n, "Add", y, ONNX_OP (n, "Multiply", angle, onnx_scalar (n, angle, c)));
  return onnx_convert (n, y, dtype);
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
  WeirPort hertz =
      onnx_convert (n, onnx_scalar_of (n, onnx_in (n, index)), WEIR_DTYPE_F64);
  WeirPort y = ONNX_OP (n, "Divide", hertz, onnx_scalar (n, hertz, 700));

  y = ONNX_OP (n, "Log", ONNX_OP (n, "Add", y, onnx_scalar (n, y, 1)));
  return ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, 2595 / log (10)));
}

/* Corners of the triangles, in bins of the spectrum: bands + 2 of them. */
static WeirPort
mel_corners (OnnxNode *n, WeirPort bands, WeirPort length)
{
  WeirPort low = mel_scale (n, 3), step = ONNX_OP (n, "Subtract", mel_scale (n, 4), low);
  WeirPort rate = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 2)), WEIR_DTYPE_F64), y;

  bands = ONNX_OP (n, "Add", bands, onnx_scalar (n, bands, 2));
  step = ONNX_OP (n, "Divide", step, bands);
  y = ONNX_OP (n, "Multiply", onnx_counting (n, bands), step);
  y = ONNX_OP (n, "Add", y, low);
  y = ONNX_OP (n, "Exp", ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, log (10) / 2595)));
  y = ONNX_OP (n, "Subtract", y, onnx_scalar (n, y, 1));
  y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, 700));
  length = ONNX_OP (n, "Add", length, onnx_scalar (n, length, 1));
  return ONNX_OP (n, "Floor",
                  ONNX_OP (n, "Divide", ONNX_OP (n, "Multiply", y, length), rate));
}

/* Rising from the first corner to the second, falling to the third; a side without width
 * is a step. */
static WeirPort
mel_weights (OnnxNode *n)
{
  WeirPort bands = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 0)), WEIR_DTYPE_F64);
  WeirPort length = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 1)), WEIR_DTYPE_F64);
  WeirPort corners = mel_corners (n, bands, length), corner[3], bin, up, down, one, y,
           inside;
  WeirDtype dtype = onnx_attr_dtype (n, "output_datatype", WEIR_DTYPE_F32);

  for (gint64 i = 0; i < 3; i++)
    corner[i] = onnx_slice (n, corners, ONNX_INTS (n, i),
                            i < 2 ? ONNX_INTS (n, i - 2) : ONNX_INTS (n, G_MAXINT64), 0);
  one = onnx_scalar (n, bands, 1);
  bin = ONNX_OP (n, "Floor", ONNX_OP (n, "Divide", length, onnx_scalar (n, length, 2)));
  bin = onnx_unsqueeze (n, onnx_counting (n, ONNX_OP (n, "Add", bin, one)), 1);
  up = ONNX_OP (n, "Maximum", ONNX_OP (n, "Subtract", corner[1], corner[0]), one);
  up = ONNX_OP (n, "Divide", ONNX_OP (n, "Subtract", bin, corner[0]), up);
  up = ONNX_OP (n, "Select", ONNX_OP (n, "Equal", corner[0], corner[1]), one, up);
  down = ONNX_OP (n, "Maximum", ONNX_OP (n, "Subtract", corner[2], corner[1]), one);
  down = ONNX_OP (n, "Divide", ONNX_OP (n, "Subtract", corner[2], bin), down);
  y = ONNX_OP (n, "Select", ONNX_OP (n, "LessEqual", bin, corner[1]), up, down);
  inside = ONNX_OP (n, "LogicalAnd", ONNX_OP (n, "GreaterEqual", bin, corner[0]),
                    ONNX_OP (n, "LogicalOr", ONNX_OP (n, "Less", bin, corner[2]),
                             ONNX_OP (n, "Equal", bin, corner[1])));
  y = ONNX_OP (n, "Select", inside, y, onnx_scalar (n, y, 0));
  return onnx_convert (n, y, dtype);
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
