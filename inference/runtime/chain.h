#pragma once

#include "runtime/plan.h"

/* Values of which only some rows are in memory at a time. */

/** weir_ring_begin: makes the ring of @value, whose element (0,0,0,0) is at @data, empty:
 * all borders are zero. */
void weir_ring_begin (const WeirValue *value, void *data);

/**
 * weir_ring_move:
 * @data: where element (0,0,0,0) is, or would be
 * @from: the row that the memory begins with
 * @part: what will be computed next
 *
 * Makes room for the rows of @part by moving up those that are still needed. Returns
 * where element (0,0,0,0) would be after that.
 */
void *weir_ring_move (const WeirValue *value, void *data, gssize from,
                      const WeirPart *part);
