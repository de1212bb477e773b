#pragma once

#include "ops.h"

/* Dense arrays side by side, where some repeat along some dimensions. */

#define WEIR_WALK_MAX 6

/**
 * WeirWalk:
 * @more: whether there is a row
 * @row: elements of a row
 * @at: index of the row's first element in the walked shape
 * @offset: the same in each operand
 * @step: elements between neighbours of a row in each operand: 0 where it repeats
 *
 * Goes over a shape row by row, and over operands that broadcast to it by NumPy's rule:
 *
 *     for (weir_walk_init (&walk, shape, operands, n); walk.more; weir_walk_next (&walk))
 *
 * Neighbouring dimensions are joined where all operands allow it, so that rows are long.
 */
typedef struct {
  gboolean more;
  gsize row;
  gsize at;
  gsize offset[WEIR_WALK_MAX];
  gsize step[WEIR_WALK_MAX];
  guint n;
  int rank;
  gsize dims[WEIR_MAX_RANK];
  gsize index[WEIR_MAX_RANK];
  gsize strides[WEIR_WALK_MAX][WEIR_MAX_RANK];
} WeirWalk;

/** weir_walk_init: @operands: (array length=n): static shapes that broadcast to @shape.
 */
void weir_walk_init (WeirWalk *walk, const WeirShape *shape,
                     const WeirShape *const *operands, guint n);
void weir_walk_next (WeirWalk *walk);

/** WEIR_ROW_AUTO_BROADCAST: the attribute row that weir_broadcast_by() reads. */
#define WEIR_ROW_AUTO_BROADCAST                                                   \
  {                                                                               \
    "auto_broadcast", WEIR_ATTR_STRING, "numpy", "none|explicit|numpy|pdpd", 0, 0 \
  }

/**
 * weir_broadcast_by:
 *
 * The shape of @a with @b by the rule that @node's auto_broadcast names: "none" wants
 * equal shapes; "pdpd" lets only @b repeat, whose first dimension is that of @a.
 */
gboolean weir_broadcast_by (const WeirNode *node, const WeirShape *a, const WeirShape *b,
                            WeirShape *result, GError **error);

/** weir_broadcast_aligned: @b as it goes over a shape of @rank by @node's rule: with ones
 * behind it for "pdpd". */
WeirShape weir_broadcast_aligned (const WeirNode *node, const WeirShape *b, int rank);
