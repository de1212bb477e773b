#pragma once

#include "rewrite.h"

#define WEIR_PASS_MAX_CONE 20

/**
 * WeirPassCone:
 * @nodes: the last one first
 * @x: the value that everything else is calculated from
 *
 * Nodes that calculate one value, element by element, from one other and scalar
 * constants: a function of one number.
 */
typedef struct {
  const WeirGraph *graph;
  const WeirNode *nodes[WEIR_PASS_MAX_CONE];
  guint n;
  WeirPort x;
} WeirPassCone;

/** weir_pass_cone_init: begins with @node alone; %FALSE if it is no such operation. */
gboolean weir_pass_cone_init (WeirPassCone *cone, const WeirGraph *graph,
                              const WeirNode *node);
/** weir_pass_cone_grow: takes in one more node that only the cone reads; %FALSE if there
 * is none. */
gboolean weir_pass_cone_grow (WeirPassCone *cone);
/** weir_pass_cone_closed: whether all depends on one value; fills in @x. */
gboolean weir_pass_cone_closed (WeirPassCone *cone);
/** weir_pass_cone_at: the function at @x; may be infinite or NaN. */
double weir_pass_cone_at (const WeirPassCone *cone, double x);
