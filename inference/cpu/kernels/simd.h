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

/* A product that is rounded by itself: no compiler may join it with a sum. */
ALWAYS_INLINE Vec
vec_alone (Vec x)
{
#if defined(__x86_64__) || defined(__i386__)
  __asm__("" : "+x"(x));
#elif defined(__aarch64__)
  __asm__("" : "+w"(x));
#endif
  return x;
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
