#pragma once

#include "rewrite.h"

/**
 * WeirPassOrder:
 * @rank: number of dimensions; 0 where there is none
 * @at: dimension i of the transposed value is dimension at[i] of the value
 *
 * The order of a Transpose.
 */
typedef struct {
  int rank;
  gint8 at[WEIR_MAX_RANK];
} WeirPassOrder;

/** weir_pass_order_of: the order of the Transpose @node; %FALSE if it is not constant. */
gboolean weir_pass_order_of (const WeirGraph *graph, const WeirNode *node,
                             WeirPassOrder *order);
WeirPassOrder weir_pass_order_inverse (const WeirPassOrder *order);
gboolean weir_pass_order_equal (const WeirPassOrder *a, const WeirPassOrder *b);
gboolean weir_pass_order_is_identity (const WeirPassOrder *order);
/** weir_pass_order_position: where dimension @axis has gone. */
int weir_pass_order_position (const WeirPassOrder *order, int axis);
/** weir_pass_order_moves_nothing: whether the dimensions of a value of @shape that are
 * not 1 stay in their order, so that a Transpose is a Reshape. */
gboolean weir_pass_order_moves_nothing (const WeirPassOrder *order,
                                        const WeirShape *shape);

/** weir_pass_order_build: a Transpose of @port. */
WeirPort weir_pass_order_build (WeirBuilder *builder, const char *name, WeirPort port,
                                const WeirPassOrder *order);
/** weir_pass_order_tensor: (transfer full) (nullable): @tensor of the same rank,
 * transposed; its elements take whole bytes. */
WeirTensor *weir_pass_order_tensor (const WeirTensor *tensor, const WeirPassOrder *order,
                                    GError **error);
