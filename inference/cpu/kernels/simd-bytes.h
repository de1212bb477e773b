#pragma once

#include "simd.h"

#if VLEN == 4 && defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Bytes on their way to floats: two a lane, as halves of 16 bits, of which products are
 * summed. VEC_WINDOWS: bytes can be picked from memory in any order. */

typedef gint32 VecIntLoose
    __attribute__ ((vector_size (VLEN * 4), aligned (4), may_alias));
typedef guint16 VecHalves __attribute__ ((vector_size (VLEN * 4)));

ALWAYS_INLINE VecInt
vec_load_int (const guint32 *from)
{
  return *(const VecIntLoose *) from;
}

/* Bytes 0 and 2 of each lane. */
ALWAYS_INLINE VecInt
vec_even_bytes (VecInt x)
{
  return x & 0x00ff00ff;
}

/* Bytes 1 and 3 of each lane. */
ALWAYS_INLINE VecInt
vec_odd_bytes (VecInt x)
{
  return (VecInt) ((VecHalves) x >> 8);
}

ALWAYS_INLINE Vec
vec_from_int (VecInt x)
{
  return __builtin_convertvector(x, Vec);
}

/* The sum of the products of both halves, which have signs. */
ALWAYS_INLINE VecInt
vec_dot_pairs (VecInt a, VecInt b)
{
#if VLEN == 16 && defined(__AVX512BW__)
  return (VecInt) _mm512_madd_epi16 ((__m512i) a, (__m512i) b);
#elif VLEN == 8 && defined(__AVX2__)
  return (VecInt) _mm256_madd_epi16 ((__m256i) a, (__m256i) b);
#elif VLEN == 4 && defined(__SSE2__)
  return (VecInt) _mm_madd_epi16 ((__m128i) a, (__m128i) b);
#else
  return (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

#if defined(__AVX2__) && VLEN >= 8
#define VEC_WINDOWS

/* Window @i: 16 bytes, or twice 8 where it is made of halves. */
ALWAYS_INLINE __m128i
vec_window (const guint8 *from, const guint32 *starts, guint i, gboolean halves)
{
  if (!halves)
    return _mm_loadu_si128 ((const __m128i *) (from + starts[i]));
  return (__m128i) _mm_loadh_pi (
      (__m128) _mm_loadl_epi64 ((const __m128i *) (from + starts[2 * i])),
      (const __m64 *) (from + starts[2 * i + 1]));
}

/* Windows @i and @i + 2. */
ALWAYS_INLINE __m256i
vec_two_windows (const guint8 *from, const guint32 *starts, guint i, gboolean halves)
{
  return _mm256_inserti128_si256 (
      _mm256_castsi128_si256 (vec_window (from, starts, i, halves)),
      vec_window (from, starts, i + 2, halves), 1);
}

/* Lanes 2 i and 2 i + 1 are made of window i: of four of its bytes each, whose indices
 * are in @picks; an index of 0x80 makes zero. */
ALWAYS_INLINE VecInt
vec_pick (const guint8 *from, const guint32 *starts, gboolean halves, VecInt picks)
{
  __m256i even = vec_two_windows (from, starts, 0, halves);
  __m256i odd = vec_two_windows (from, starts, 1, halves);

#if VLEN == 16
  __m512i all_even = _mm512_inserti64x4 (_mm512_castsi256_si512 (even),
                                         vec_two_windows (from, starts, 4, halves), 1);
  __m512i all_odd = _mm512_inserti64x4 (_mm512_castsi256_si512 (odd),
                                        vec_two_windows (from, starts, 5, halves), 1);

  return (VecInt) _mm512_mask_blend_epi32 (
      0xcccc, _mm512_shuffle_epi8 (all_even, (__m512i) picks),
      _mm512_shuffle_epi8 (all_odd, (__m512i) picks));
#else
  return (VecInt) _mm256_blend_epi32 (_mm256_shuffle_epi8 (even, (__m256i) picks),
                                      _mm256_shuffle_epi8 (odd, (__m256i) picks), 0xcc);
#endif
}
#endif
