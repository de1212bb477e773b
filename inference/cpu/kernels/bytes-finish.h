#pragma once

#include "vec-bytes.h"

/**
 * BytesFinish:
 * @scale, @bias: of the first channel
 * @factor, @shift: of the rounding
 * @low, @high: bounds of bytes, before they are rounded
 * @saturates: the bounds are those of a byte, and no number comes near 2^31
 * @out: the first channel's block of the output
 *
 * How sums of whole numbers become bytes where nothing but one rounding follows: simple
 * enough to be done while they are in registers.
 */
typedef struct {
  const float *scale, *bias;
  float factor, shift, low, high;
  gboolean saturates;
  guint8 *out;
} BytesFinish;

/** bytes_level: a byte, before it is rounded and put in bounds. */
ALWAYS_INLINE Vec
bytes_level (const BytesFinish *f, VecInt sum, Vec scale, Vec bias)
{
  Vec x = vec_alone (vec_from_int (sum) * scale) + bias;

  return vec_alone (x * f->factor) + f->shift;
}

/** bytes_store: @sum as a byte a lane. */
ALWAYS_INLINE void
bytes_store (const BytesFinish *f, VecInt sum, Vec scale, Vec bias, guint8 *to)
{
  vec_store_bytes (to, vec_clamp (bytes_level (f, sum, scale, bias), vec_set (f->low),
                                  vec_set (f->high)));
}

/** bytes_store_line: @n sums of one block, to neighbours. */
ALWAYS_INLINE void
bytes_store_line (const BytesFinish *f, const VecInt *sums, Vec scale, Vec bias,
                  guint8 *to, const guint n)
{
  if (!f->saturates) {
    UNROLLED (i, n)
      bytes_store (f, sums[i], scale, bias, to + i * VLEN);
    return;
  }
  UNROLLED (i, n / 4) {
    Vec x[4];

    UNROLLED (k, 4)
      x[k] = bytes_level (f, sums[4 * i + k], scale, bias);
    vec_store_four_bytes (to + 4 * i * VLEN, x);
  }
  UNROLLED (i, n % 4)
    bytes_store (f, sums[n / 4 * 4 + i], scale, bias, to + (n / 4 * 4 + i) * VLEN);
}
