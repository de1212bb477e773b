#pragma once

#include <glib.h>

/* The inner loops of the reference's sums of products: floats in, sums in double, so that
 * the order of the terms does not show in a float's digits. */

/** weir_add_scaled: sums[i * sums_step] += a * x[i * x_step] */
static inline void
weir_add_scaled (double *sums, gsize sums_step, double a, const float *x, gsize x_step,
                 gsize n)
{
  if (sums_step == 1 && x_step == 1)
    for (gsize i = 0; i < n; i++)
      sums[i] += a * (double) x[i];
  else
    for (gsize i = 0; i < n; i++)
      sums[i * sums_step] += a * (double) x[i * x_step];
}

/** weir_add_scaled4: sums[i] of four rows at once, neighbours @apart from each other. */
static inline void
weir_add_scaled4 (double *sums, const double *a, const float *x, gsize x_step,
                  gsize apart, gsize n)
{
  const float *x1 = x + apart, *x2 = x1 + apart, *x3 = x2 + apart;
  const double a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3];

  if (x_step == 1)
    for (gsize i = 0; i < n; i++)
      sums[i] += a0 * (double) x[i] + a1 * (double) x1[i] + a2 * (double) x2[i] +
                 a3 * (double) x3[i];
  else
    for (gsize i = 0, k = 0; i < n; i++, k += x_step)
      sums[i] += a0 * (double) x[k] + a1 * (double) x1[k] + a2 * (double) x2[k] +
                 a3 * (double) x3[k];
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
