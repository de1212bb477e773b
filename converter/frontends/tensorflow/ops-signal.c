#include "table.h"

#include <string.h>

/* Complex numbers: their parts are one more dimension of 2 behind the others. Fourier
 * transforms count axes without it. */

static WeirPort
part (TfNode *n, WeirPort x, gint64 index)
{
  return weir_make_gather (&n->make, x, weir_make_int (&n->make, index), -1);
}

static WeirPort
complex_of (TfNode *n, WeirPort real, WeirPort imaginary)
{
  WeirPort parts[2] = { weir_make_unsqueeze (&n->make, real, -1),
                        weir_make_unsqueeze (&n->make, imaginary, -1) };

  return weir_make_concat (&n->make, parts, 2, -1);
}

/* How many dimensions: the last character but one of "FFT2D". */
static WeirPort
transform_axes (TfNode *n)
{
  const char *end = strstr (n->proto->op, "FFT") + 3;
  int count = *end != '\0' ? *end - '0' : 1;

  return weir_make_range (&n->make, -count, 0);
}

static WeirPort
transform (TfNode *n)
{
  return weir_make_2 (&n->make, n->row->ir, tf_in (n, 0), transform_axes (n));
}

/* Input 1: how long the dimensions are outside of the frequencies. */
static WeirPort
real_transform (TfNode *n)
{
  return WEIR_MAKE (&n->make, n->row->ir, tf_in (n, 0), transform_axes (n), tf_in (n, 1));
}

static WeirPort
make_complex (TfNode *n)
{
  return complex_of (n, tf_in (n, 0), tf_in (n, 1));
}

static WeirPort
real (TfNode *n)
{
  return part (n, tf_in (n, 0), 0);
}

static WeirPort
imaginary (TfNode *n)
{
  return part (n, tf_in (n, 0), 1);
}

static WeirPort
complex_abs (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  x = weir_make_2 (&n->make, "Multiply", x, x);
  x = weir_make_reduce (&n->make, "ReduceSum", x, WEIR_MAKE_INTS (&n->make, -1), FALSE);
  return weir_make_1 (&n->make, "Sqrt", x);
}

static WeirPort
angle (TfNode *n)
{
  WeirPort x = tf_in (n, 0);

  return tf_atan2 (n, part (n, x, 1), part (n, x, 0));
}

static WeirPort
conjugate (TfNode *n)
{
  WeirPort x = tf_in (n, 0), signs;

  if (!tf_is_complex (n))
    return x;
  signs = weir_make_constant (
      &n->make, weir_tensor_new_f32 (&WEIR_SHAPE (2), (const float[]){ 1, -1 }));
  return weir_make_2 (&n->make, "Multiply", x, signs);
}

/* Of complex numbers, by their parts. */
static WeirPort
multiply (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort a = tf_in (n, 0), b = tf_in (n, 1), x[2], y[2], outer, inner;

  if (!tf_is_complex (n))
    return weir_make_2 (m, "Multiply", a, b);
  for (int i = 0; i < 2; i++) {
    x[i] = part (n, a, i);
    y[i] = part (n, b, i);
  }
  outer = weir_make_2 (m, "Subtract", weir_make_2 (m, "Multiply", x[0], y[0]),
                       weir_make_2 (m, "Multiply", x[1], y[1]));
  inner = weir_make_2 (m, "Add", weir_make_2 (m, "Multiply", x[0], y[1]),
                       weir_make_2 (m, "Multiply", x[1], y[0]));
  return complex_of (n, outer, inner);
}

const TfRow tf_rows_signal[] = {
  { "FFT", transform, "DFT", .is_complex = TRUE },
  { "FFT2D", transform, "DFT", .is_complex = TRUE },
  { "FFT3D", transform, "DFT", .is_complex = TRUE },
  { "IFFT", transform, "IDFT", .is_complex = TRUE },
  { "IFFT2D", transform, "IDFT", .is_complex = TRUE },
  { "IFFT3D", transform, "IDFT", .is_complex = TRUE },
  { "RFFT", real_transform, "RDFT", .is_complex = TRUE },
  { "RFFT2D", real_transform, "RDFT", .is_complex = TRUE },
  { "RFFT3D", real_transform, "RDFT", .is_complex = TRUE },
  { "IRFFT", real_transform, "IRDFT", .is_complex = TRUE },
  { "IRFFT2D", real_transform, "IRDFT", .is_complex = TRUE },
  { "IRFFT3D", real_transform, "IRDFT", .is_complex = TRUE },
  { "Complex", make_complex, .is_complex = TRUE },
  { "Real", real, .is_complex = TRUE },
  { "Imag", imaginary, .is_complex = TRUE },
  { "ComplexAbs", complex_abs, .is_complex = TRUE },
  { "Angle", angle, .is_complex = TRUE },
  { "Mul", multiply, .is_complex = TRUE },
  { "Conj", conjugate, .is_complex = TRUE },
  { NULL },
};
