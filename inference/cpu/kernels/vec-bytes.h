#pragma once

#include "simd-bytes.h"

/* Bytes in memory, whole numbers from 0 to 255 in lanes; and sums of products of bytes
 * with weights of 8 bits and a sign, which never saturate. */

typedef guint8 VecBytes __attribute__ ((vector_size (VLEN)));
typedef guint8 VecBytesLoose __attribute__ ((vector_size (VLEN), aligned (1), may_alias));

ALWAYS_INLINE VecBytes
vec_bytes (const guint8 *from)
{
  return *(const VecBytesLoose *) from;
}

ALWAYS_INLINE VecBytes
vec_max_bytes (VecBytes a, VecBytes b)
{
#if VLEN == 16 && defined(__SSE2__)
  return (VecBytes) _mm_max_epu8 ((__m128i) a, (__m128i) b);
#else
  VecBytes more = (VecBytes) (a > b);

  return (a & more) | (b & ~more);
#endif
}

ALWAYS_INLINE VecInt
vec_load_bytes (const guint8 *from)
{
#if VLEN == 16 && defined(__AVX512F__)
  return (VecInt) _mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const __m128i *) from));
#elif VLEN == 8 && defined(__AVX2__)
  return (VecInt) _mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const __m128i *) from));
#elif VLEN == 4 && defined(__SSE2__)
  int four;

  memcpy (&four, from, sizeof four);
  return (VecInt) _mm_unpacklo_epi16 (
      _mm_unpacklo_epi8 (_mm_cvtsi32_si128 (four), _mm_setzero_si128 ()),
      _mm_setzero_si128 ());
#else
  return __builtin_convertvector(*(const VecBytesLoose *) from, VecInt);
#endif
}

/* To the nearest whole number, to the even one from half-way: beyond 2^23 floats have no
 * fractions. For numbers from -2^22 to 2^22. */
#define VEC_WHOLE 12582912.0f

ALWAYS_INLINE Vec
vec_round (Vec x)
{
  Vec whole = x + VEC_WHOLE;

  return whole - VEC_WHOLE;
}

/* Rounds numbers from 0 to 255: the last bits of a float beyond 2^23 count. */
ALWAYS_INLINE void
vec_store_bytes (guint8 *to, Vec x)
{
  VecInt whole = (VecInt) (x + VEC_WHOLE);

#if VLEN == 16 && defined(__AVX512F__)
  _mm_storeu_si128 ((__m128i *) to, _mm512_cvtepi32_epi8 ((__m512i) whole));
#elif VLEN == 8 && defined(__AVX2__)
  __m256i low = (__m256i) (whole & 255);
  __m128i pairs =
      _mm_packs_epi32 (_mm256_castsi256_si128 (low), _mm256_extracti128_si256 (low, 1));

  _mm_storel_epi64 ((__m128i *) to, _mm_packus_epi16 (pairs, pairs));
#elif VLEN == 4 && defined(__SSE2__)
  __m128i pairs = _mm_packs_epi32 ((__m128i) (whole & 255), (__m128i) (whole & 255));
  int four = _mm_cvtsi128_si32 (_mm_packus_epi16 (pairs, pairs));

  memcpy (to, &four, sizeof four);
#else
  *(VecBytesLoose *) to = __builtin_convertvector(whole, VecBytes);
#endif
}

/* The same for four vectors of any numbers below 2^31: those beyond a byte become the
 * nearest one. */
ALWAYS_INLINE void
vec_store_four_bytes (guint8 *to, const Vec *x)
{
#if VLEN == 16 && defined(__AVX512BW__)
  const __m512i order =
      _mm512_set_epi32 (15, 11, 7, 3, 14, 10, 6, 2, 13, 9, 5, 1, 12, 8, 4, 0);
  __m512i a = _mm512_packs_epi32 (_mm512_cvtps_epi32 (x[0]), _mm512_cvtps_epi32 (x[1]));
  __m512i b = _mm512_packs_epi32 (_mm512_cvtps_epi32 (x[2]), _mm512_cvtps_epi32 (x[3]));

  _mm512_storeu_si512 (to, _mm512_permutexvar_epi32 (order, _mm512_packus_epi16 (a, b)));
#elif VLEN == 8 && defined(__AVX2__)
  const __m256i order = _mm256_set_epi32 (7, 3, 6, 2, 5, 1, 4, 0);
  __m256i a = _mm256_packs_epi32 (_mm256_cvtps_epi32 (x[0]), _mm256_cvtps_epi32 (x[1]));
  __m256i b = _mm256_packs_epi32 (_mm256_cvtps_epi32 (x[2]), _mm256_cvtps_epi32 (x[3]));

  _mm256_storeu_si256 ((__m256i *) to,
                       _mm256_permutevar8x32_epi32 (_mm256_packus_epi16 (a, b), order));
#elif VLEN == 4 && defined(__SSE2__)
  __m128i a = _mm_packs_epi32 (_mm_cvtps_epi32 (x[0]), _mm_cvtps_epi32 (x[1]));
  __m128i b = _mm_packs_epi32 (_mm_cvtps_epi32 (x[2]), _mm_cvtps_epi32 (x[3]));

  _mm_storeu_si128 ((__m128i *) to, _mm_packus_epi16 (a, b));
#else
  for (guint i = 0; i < 4; i++)
    vec_store_bytes (to + i * VLEN, vec_clamp (x[i], vec_set (0), vec_set (255)));
#endif
}

/* DOT_WORDS: how many vectors the weights of four channels take: one of bytes where there
 * is an instruction for that, else two of pairs of 16 bits, of channels 0 and 2, then 1
 * and 3. */
#if (VLEN == 16 && defined(__AVX512VNNI__)) || (VLEN == 8 && defined(__AVXVNNI__))
#define DOT_WORDS 1
#else
#define DOT_WORDS 2
#endif

/** dot_pack: the weight of channel @channel (0 .. 3) into its place in one lane: @to is
 * the first of DOT_WORDS, @stride numbers apart. */
static inline void
dot_pack (gint32 *to, gsize stride, guint channel, gint32 weight)
{
#if DOT_WORDS == 1
  (void) stride;
  *to |= (gint32) ((guint32) (weight & 0xff) << 8 * channel);
#else
  to[channel % 2 * stride] |=
      (gint32) ((guint32) (weight & 0xffff) << (channel / 2 * 16));
#endif
}

/** DotInput: four bytes in each lane, ready to be multiplied. */
typedef struct {
  VecInt words[DOT_WORDS];
} DotInput;

ALWAYS_INLINE DotInput
dot_input (VecInt bytes)
{
#if DOT_WORDS == 1
  return (DotInput){ { bytes } };
#else
  return (DotInput){ { vec_even_bytes (bytes), vec_odd_bytes (bytes) & 0x00ff00ff } };
#endif
}

/* @weights: DOT_WORDS vectors */
ALWAYS_INLINE VecInt
dot_add (VecInt sum, DotInput in, const VecInt *weights)
{
#if DOT_WORDS == 1 && VLEN == 16
  return (VecInt) _mm512_dpbusd_epi32 ((__m512i) sum, (__m512i) in.words[0],
                                       (__m512i) weights[0]);
#elif DOT_WORDS == 1
  return (VecInt) _mm256_dpbusd_avx_epi32 ((__m256i) sum, (__m256i) in.words[0],
                                           (__m256i) weights[0]);
#else
  return sum + vec_dot_pairs (in.words[0], weights[0]) +
         vec_dot_pairs (in.words[1], weights[1]);
#endif
}
