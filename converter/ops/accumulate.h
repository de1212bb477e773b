#pragma once

#include <glib.h>

/* The inner loops of the reference's sums of products: floats in, sums in double, so that
 * the order of the terms does not show in a float's digits. */

/** weir_add_scaled: sums[i] += a * x[i * step] */
static inline void
weir_add_scaled (double *sums, double a, const float *x, gsize step, gsize n)
{
  if (step == 1)
    for (gsize i = 0; i < n; i++)
      sums[i] += a * (double) x[i];
  else
    for (gsize i = 0; i < n; i++)
      sums[i] += a * (double) x[i * step];
}

/** weir_add_scaled4: the same for four rows at once: row k begins at x + k * apart. */
static inline void
weir_add_scaled4 (double *sums, const double *a, const float *x, gsize apart, gsize n)
{
  const float *x1 = x + apart, *x2 = x1 + apart, *x3 = x2 + apart;

  for (gsize i = 0; i < n; i++)
    sums[i] += a[0] * (double) x[i] + a[1] * (double) x1[i] + a[2] * (double) x2[i] +
               a[3] * (double) x3[i];
}

/** weir_dot: sum of a[i] * x[i]; four partial sums let the compiler use vectors. */
static inline double
weir_dot (const double *a, const float *x, gsize n)
{
  double part[4] = { 0 }, sum = 0;
  gsize i = 0;

  for (; i + 4 <= n; i += 4)
    for (gsize k = 0; k < 4; k++)
      part[k] += a[i + k] * (double) x[i + k];
  for (; i < n; i++)
    sum += a[i] * (double) x[i];
  return sum + (part[0] + part[1]) + (part[2] + part[3]);
}
