#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * weir_partial_infer:
 *
 * Fills in what is known of the contents of @outputs where @inputs are known in part: the
 * shape calculations of a network whose batch is open still give its height and width. A
 * list that turns out known as a whole becomes a value. For operations that compute
 * element by element, and for those that say with #WeirOp.moves what they do with their
 * inputs.
 */
void weir_partial_infer (const WeirNode *node, const WeirValueInfo *inputs,
                         WeirValueInfo *outputs);

WEIR_END_DECLS
