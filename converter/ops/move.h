#pragma once

#include "ops.h"

/* Nested loops that copy elements of any type: what every operation that only moves data
 * comes down to. */

#define WEIR_MOVE_LOOPS (2 * WEIR_MAX_RANK)

/**
 * WeirMove:
 * @n: number of loops, the innermost last
 * @count: steps of each loop
 * @from, @to: elements between two steps in the source and in the target; a step of 0 in
 *   the source repeats, a negative one runs backwards
 *
 * Built with weir_move_loop() from an empty one; run with weir_move_run().
 */
typedef struct {
  guint n;
  gint64 count[WEIR_MOVE_LOOPS];
  gint64 from[WEIR_MOVE_LOOPS];
  gint64 to[WEIR_MOVE_LOOPS];
} WeirMove;

/** weir_move_loop: adds a loop inside of those that are there; loops of one step vanish.
 */
void weir_move_loop (WeirMove *move, gint64 count, gint64 from, gint64 to);

/**
 * weir_move_run:
 * @from_start, @to_start: the elements that the first step touches
 *
 * Copies. Both tensors hold elements of the same type, and the caller answers for every
 * position lying inside of them.
 */
void weir_move_run (const WeirMove *move, const WeirTensor *from, gint64 from_start,
                    WeirTensor *to, gint64 to_start);

/** weir_move_fill: every element of @to becomes the first one of @from, of the same type.
 */
void weir_move_fill (const WeirTensor *from, WeirTensor *to);

/** weir_move_steps: weir_shape_strides() in the signed numbers that loops take. */
void weir_move_steps (const WeirShape *shape, gint64 steps[WEIR_MAX_RANK]);
