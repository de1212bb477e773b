#pragma once

#include "vec-bytes.h"

/**
 * BytesFinish:
 * @scale, @bias: of the first channel
 * @factor, @shift: of the rounding
 * @low, @high: bounds of bytes, before they are rounded
 * @out: the first channel's block of the output
 *
 * How sums of whole numbers become bytes where nothing but one rounding follows: simple
 * enough to be done while they are in registers.
 */
typedef struct {
  const float *scale, *bias;
  float factor, shift, low, high;
  guint8 *out;
} BytesFinish;

/** bytes_level: a byte, before it is rounded. */
ALWAYS_INLINE Vec
bytes_level (const BytesFinish *f, VecInt sum, Vec scale, Vec bias)
{
  Vec x = vec_alone (vec_from_int (sum) * scale) + bias;

  return vec_clamp (vec_alone (x * f->factor) + f->shift, vec_set (f->low),
                    vec_set (f->high));
}
