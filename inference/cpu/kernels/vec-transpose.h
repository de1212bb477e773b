#pragma once

#include "simd.h"

#if VLEN == 16
#define LOWER 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif VLEN == 8
#define LOWER 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOWER 0, 4, 1, 5
#define UPPER 2, 6, 3, 7
#endif

/* Rows become columns: as often as VLEN can be halved, rows of the upper half go between
 * those of the lower half, lane by lane. */
ALWAYS_INLINE void
vec_transpose (Vec rows[VLEN])
{
  for (guint n = VLEN; n > 1; n /= 2) {
    Vec next[VLEN];

    UNROLLED (i, VLEN / 2) {
      next[2 * i] = __builtin_shufflevector (rows[i], rows[i + VLEN / 2], LOWER);
      next[2 * i + 1] = __builtin_shufflevector (rows[i], rows[i + VLEN / 2], UPPER);
    }
    UNROLLED (i, VLEN)
      rows[i] = next[i];
  }
}

#undef LOWER
#undef UPPER

#if VLEN == 16 && defined(__SSE2__)
#define VEC_TRANSPOSES_BYTES

/* 16 rows of 16 bytes: each round interleaves both halves. */
ALWAYS_INLINE void
vec_transpose_bytes (__m128i rows[16])
{
  UNROLLED (round, 4) {
    __m128i next[16];

    UNROLLED (i, 8) {
      next[2 * i] = _mm_unpacklo_epi8 (rows[i], rows[i + 8]);
      next[2 * i + 1] = _mm_unpackhi_epi8 (rows[i], rows[i + 8]);
    }
    UNROLLED (i, 16)
      rows[i] = next[i];
  }
}
#endif
