#pragma once

#include "runtime/group.h"

#include <math.h>

/**
 * WeirRounding:
 * @factor, @shift: an input x becomes byte x * @factor + @shift, rounded
 * @top: the largest byte
 * @step, @low: a byte becomes byte * @step + @low
 * @levels: the same in whole steps from zero
 *
 * A FakeQuantize of one range for all elements, whose output counts from zero in whole
 * steps. Numbers are computed in float as its specification says, so that who computes
 * with them rounds as it does.
 */
typedef struct {
  float factor, shift, top;
  float step, low;
  WeirLevels levels;
} WeirRounding;

/** weir_rounding_read: (out @rounding): whether @node, a FakeQuantize, is one. */
gboolean weir_rounding_read (const WeirGraph *graph, const WeirNode *node,
                             WeirRounding *rounding);

/** weir_levels_equal: whether the same bytes mean the same. */
gboolean weir_levels_equal (const WeirLevels *a, const WeirLevels *b);

/** weir_levels_byte: the byte nearest to @x; the smallest for what is not a number. */
static inline guint8
weir_levels_byte (const WeirLevels *levels, float x)
{
  float byte = rintf (x / levels->step) + (float) levels->zero;

  return (guint8) fminf (fmaxf (byte, 0), 255);
}
