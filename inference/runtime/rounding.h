#pragma once

#include "runtime/group.h"

/**
 * WeirRounding:
 * @factor, @shift: an input x becomes byte x * @factor + @shift, rounded
 * @top: the largest byte
 * @levels: what a byte stands for in the output
 *
 * A FakeQuantize of one range for all elements, whose output counts from zero in whole
 * steps.
 */
typedef struct {
  float factor, shift, top;
  WeirLevels levels;
} WeirRounding;

/** weir_rounding_read: (out @rounding): whether @node, a FakeQuantize, is one. */
gboolean weir_rounding_read (const WeirGraph *graph, const WeirNode *node,
                             WeirRounding *rounding);

/** weir_levels_equal: whether the same bytes mean the same. */
gboolean weir_levels_equal (const WeirLevels *a, const WeirLevels *b);
