#pragma once

#include "simd.h"

/* Functions of vectors that are approximated: within what float results may differ. */

/* e^x within 3e-7 of itself (1e-6 where it is very large or small); beyond the range of
 * floats it saturates short of infinity and of zero.
 *
 * e^x = 2^n 2^f: adding 1.5 * 2^23 leaves no bits behind the point, so that n then stands
 * in the lowest bits, and a shift makes it an exponent. 2^f on -1/2..1/2 by the
 * polynomial of degree 5 with the least relative error that is 1 at 0. */
ALWAYS_INLINE Vec
vec_exp (Vec x)
{
  const Vec log2e = vec_set (1.442695f), magic = vec_set (12582912);
  Vec n, f, p;

  x = vec_clamp (x, vec_set (-87.3f), vec_set (88.3f));
  n = vec_fma (x, log2e, magic);
  f = vec_fma (x, log2e, magic - n);
  p = vec_fma (vec_set (1.3264727e-3f), f, vec_set (9.671513e-3f));
  p = vec_fma (p, f, vec_set (5.5507336e-2f));
  p = vec_fma (p, f, vec_set (2.4022242e-1f));
  p = vec_fma (p, f, vec_set (6.93147e-1f));
  p = vec_fma (p, f, vec_set (1));
  return (Vec) ((VecInt) p + ((VecInt) n << 23));
}

ALWAYS_INLINE Vec
vec_sigmoid (Vec x)
{
  return vec_reciprocal (1 + vec_exp (-x));
}

ALWAYS_INLINE Vec
vec_tanh (Vec x)
{
  return 1 - 2 * vec_reciprocal (1 + vec_exp (x + x));
}

/* Abramowitz and Stegun 7.1.26: within 1.5e-7. */
ALWAYS_INLINE Vec
vec_erf (Vec x)
{
  Vec a = vec_abs (x),
      t = vec_reciprocal (vec_fma (a, vec_set (0.3275911f), vec_set (1)));
  Vec p = vec_fma (vec_set (1.061405429f), t, vec_set (-1.453152027f));

  p = vec_fma (p, t, vec_set (1.421413741f));
  p = vec_fma (p, t, vec_set (-0.284496736f));
  p = vec_fma (p, t, vec_set (0.254829592f));
  p = 1 - p * t * vec_exp (-a * a);
  return vec_select (x < 0, -p, p);
}

/* x * tanh (ln (1 + e^x)) without the logarithm: with n = e^x (e^x + 2), the hyperbolic
 * tangent is n / (n + 2). */
ALWAYS_INLINE Vec
vec_mish (Vec x)
{
  Vec e = vec_exp (vec_min (vec_set (20), x));
  Vec n = e * (e + 2);

  return x * n * vec_reciprocal (n + 2);
}
