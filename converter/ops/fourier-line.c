#include "fourier-line.h"

#include <math.h>

WeirTensor *
weir_line_room (WeirLine *line, gint64 n, double sign, GError **error)
{
  WeirTensor *room = weir_tensor_new (WEIR_DTYPE_F64, &WEIR_SHAPE (2, n, 2), error);

  if (room == NULL)
    return NULL;
  line->in = weir_tensor_writable (room);
  line->out = line->in + 2 * n;
  line->sign = sign;
  return room;
}

/* The transform of @n numbers, @step apart: even and odd places first while @n is even.
 */
static void
transform (double sign, const double *in, gsize step, double *out, gsize n)
{
  gsize half = n / 2;

  if (n % 2 != 0) {
    for (gsize k = 0; k < n; k++) {
      double re = 0, im = 0;

      for (gsize j = 0; j < n; j++) {
        double angle = sign * 2 * G_PI * (double) (j * k % n) / (double) n;
        const double *x = in + 2 * j * step;

        re += x[0] * cos (angle) - x[1] * sin (angle);
        im += x[0] * sin (angle) + x[1] * cos (angle);
      }
      out[2 * k] = re;
      out[2 * k + 1] = im;
    }
    return;
  }
  transform (sign, in, step * 2, out, half);
  transform (sign, in + 2 * step, step * 2, out + 2 * half, half);
  for (gsize k = 0; k < half; k++) {
    double angle = sign * 2 * G_PI * (double) k / (double) n;
    double *a = out + 2 * k, *b = out + 2 * (k + half);
    double re = b[0] * cos (angle) - b[1] * sin (angle);
    double im = b[0] * sin (angle) + b[1] * cos (angle);

    b[0] = a[0] - re;
    b[1] = a[1] - im;
    a[0] += re;
    a[1] += im;
  }
}

void
weir_line_transform (const WeirLine *line, gsize n)
{
  transform (line->sign, line->in, 1, line->out, n);
}
