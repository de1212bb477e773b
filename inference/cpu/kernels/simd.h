#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

/* One vector type for all kernels. The build sets VLEN, the number of floats: 4, 8 or 16.
 * Arithmetic is written with operators, which the compilers turn into the instructions of
 * the set that a file is built for; below are the few that operators cannot say. */

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#define ALWAYS_INLINE static inline __attribute__ ((always_inline))

/* UNROLLED: a loop over few known numbers, so that arrays of vectors become registers. */
#ifdef WEIR_ROLLED
#define UNROLLED(i, n) for (guint i = 0; i < (n); i++)
#elif defined(__clang__)
#define UNROLLED(i, n) _Pragma ("unroll") for (guint i = 0; i < (n); i++)
#else
#define UNROLLED(i, n) _Pragma ("GCC unroll 32") for (guint i = 0; i < (n); i++)
#endif

typedef float Vec __attribute__ ((vector_size (VLEN * 4)));
typedef gint32 VecInt __attribute__ ((vector_size (VLEN * 4)));
typedef float VecLoose __attribute__ ((vector_size (VLEN * 4), aligned (4), may_alias));

ALWAYS_INLINE Vec
vec_load (const float *from)
{
  return *(const VecLoose *) from;
}

ALWAYS_INLINE void
vec_store (float *to, Vec x)
{
  *(VecLoose *) to = x;
}

ALWAYS_INLINE Vec
vec_set (float x)
{
  return x - (Vec){ 0 };
}

/* The first @n floats, zeros behind them. */
ALWAYS_INLINE Vec
vec_load_part (const float *from, guint n)
{
  float padded[VLEN] = { 0 };

  memcpy (padded, from, n * sizeof (float));
  return vec_load (padded);
}

ALWAYS_INLINE void
vec_store_part (float *to, Vec x, guint n)
{
  float padded[VLEN];

  vec_store (padded, x);
  memcpy (to, padded, n * sizeof (float));
}

/* Where @mask is all ones @a, where it is zero @b. */
ALWAYS_INLINE Vec
vec_select (VecInt mask, Vec a, Vec b)
{
  return (Vec) ((mask & (VecInt) a) | (~mask & (VecInt) b));
}

#if VLEN == 16 && defined(__AVX512F__)

ALWAYS_INLINE Vec
vec_fma (Vec a, Vec b, Vec c)
{
  return _mm512_fmadd_ps (a, b, c);
}

/* Of a NaN in either, the second operand is the result: pass what may be NaN there. */
ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return _mm512_min_ps (a, b);
}

ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return _mm512_max_ps (a, b);
}

ALWAYS_INLINE Vec
vec_reciprocal_guess (Vec x)
{
  return _mm512_rcp14_ps (x);
}

#elif VLEN == 8 && defined(__AVX2__) && defined(__FMA__)

ALWAYS_INLINE Vec
vec_fma (Vec a, Vec b, Vec c)
{
  return _mm256_fmadd_ps (a, b, c);
}

ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return _mm256_min_ps (a, b);
}

ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return _mm256_max_ps (a, b);
}

ALWAYS_INLINE Vec
vec_reciprocal_guess (Vec x)
{
  return _mm256_rcp_ps (x);
}

#else

ALWAYS_INLINE Vec
vec_fma (Vec a, Vec b, Vec c)
{
  return a * b + c;
}

ALWAYS_INLINE Vec
vec_min (Vec a, Vec b)
{
  return vec_select (a < b, a, b);
}

ALWAYS_INLINE Vec
vec_max (Vec a, Vec b)
{
  return vec_select (a > b, a, b);
}

ALWAYS_INLINE Vec
vec_reciprocal_guess (Vec x)
{
  return 1.0f / x;
}

#endif

ALWAYS_INLINE Vec
vec_clamp (Vec x, Vec low, Vec high)
{
  return vec_min (high, vec_max (low, x));
}

ALWAYS_INLINE Vec
vec_abs (Vec x)
{
  return (Vec) ((VecInt) x & 0x7fffffff);
}

/* 1 / x to the last bit or two, from a guess of 11 bits at least: one step of Newton's.
 */
ALWAYS_INLINE Vec
vec_reciprocal (Vec x)
{
  Vec guess = vec_reciprocal_guess (x);

  return guess * vec_fma (-x, guess, vec_set (2));
}

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
