#pragma once

#include "rewrite.h"

#define WEIR_PASS_MAX_CONE       20
#define WEIR_PASS_CONE_ARGUMENTS 3

typedef struct WeirPassConeFunction WeirPassConeFunction;

/**
 * WeirPassConeStep:
 * @function: what the node calculates
 * @from: for each argument the node of the cone that gives it, the cone's number of nodes
 *   for what comes from outside
 * @is_x: whether an argument from outside is the cone's own
 * @constant: the value of an argument that is a constant
 */
typedef struct {
  const WeirPassConeFunction *function;
  guint from[WEIR_PASS_CONE_ARGUMENTS];
  gboolean is_x[WEIR_PASS_CONE_ARGUMENTS];
  double constant[WEIR_PASS_CONE_ARGUMENTS];
} WeirPassConeStep;

/**
 * WeirPassCone:
 * @nodes: the last one first
 * @steps: what each node calculates, once the cone is closed
 * @x: the value that everything else is calculated from
 *
 * Nodes that calculate one value, element by element, from one other and scalar
 * constants: a function of one number.
 */
typedef struct {
  const WeirGraph *graph;
  const WeirNode *nodes[WEIR_PASS_MAX_CONE];
  WeirPassConeStep steps[WEIR_PASS_MAX_CONE];
  guint n;
  WeirPort x;
} WeirPassCone;

/** weir_pass_cone_init: begins with @node alone; %FALSE if it is no such operation. */
gboolean weir_pass_cone_init (WeirPassCone *cone, const WeirGraph *graph,
                              const WeirNode *node);
/** weir_pass_cone_grow: takes in one more node that only the cone reads; %FALSE if there
 * is none. */
gboolean weir_pass_cone_grow (WeirPassCone *cone);
/** weir_pass_cone_closed: whether all depends on one value; fills in @x and @steps. */
gboolean weir_pass_cone_closed (WeirPassCone *cone);
/** weir_pass_cone_at: the function of a closed cone at @x; may be infinite or NaN. */
double weir_pass_cone_at (const WeirPassCone *cone, double x);
