#pragma once

#include "rewrite.h"

/**
 * WeirPassSlice:
 * @rank: dimensions of what is sliced
 * @whole: dimensions that are not
 *
 * A Slice, or a StridedSlice that keeps all dimensions, by its constant positions.
 */
typedef struct {
  int rank;
  gint64 begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK], step[WEIR_MAX_RANK];
  gboolean whole[WEIR_MAX_RANK];
} WeirPassSlice;

/** weir_pass_slice_of: %FALSE where @node is none, or its positions are not constant. */
gboolean weir_pass_slice_of (const WeirGraph *graph, const WeirNode *node,
                             WeirPassSlice *slice);
/** weir_pass_slice_build: a Slice of @x. */
WeirPort weir_pass_slice_build (WeirBuilder *builder, const char *name, WeirPort x,
                                const WeirPassSlice *slice);
