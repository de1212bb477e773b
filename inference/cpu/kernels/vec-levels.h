#pragma once

#include "runtime/group.h"
#include "vec-bytes.h"

/* Bytes and the numbers that they stand for. */

ALWAYS_INLINE Vec
vec_decode (const WeirLevels *levels, Vec byte)
{
  return (byte - (float) levels->zero) * levels->step;
}

/** bytes_translate: each of @n bytes becomes what @table has for it; what lies behind
 * them, up to a multiple of 64, is written too. */
#if defined(__AVX512VBMI__) && VLEN == 16
/* 64 bytes at a time: bit 7 chooses between the halves of the table. */
ALWAYS_INLINE void
bytes_translate (const guint8 *table, guint8 *bytes, gsize n)
{
  __m512i parts[4];

  for (guint i = 0; i < 4; i++)
    parts[i] = _mm512_loadu_si512 (table + 64 * i);
  for (gsize i = 0; i < n; i += 64) {
    __m512i x = _mm512_loadu_si512 (bytes + i);

    _mm512_storeu_si512 (
        bytes + i,
        _mm512_mask_blend_epi8 (_mm512_movepi8_mask (x),
                                _mm512_permutex2var_epi8 (parts[0], x, parts[1]),
                                _mm512_permutex2var_epi8 (parts[2], x, parts[3])));
  }
}
#else
ALWAYS_INLINE void
bytes_translate (const guint8 *table, guint8 *bytes, gsize n)
{
  for (gsize i = 0; i < n; i++)
    bytes[i] = table[bytes[i]];
}
#endif
