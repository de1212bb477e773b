#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * weir_graph_demand_rank:
 *
 * Whoever reads @port takes values of @rank dimensions alone. Where its rank is not
 * known, the input of the network behind it, through operations that keep the rank, gets
 * that many dimensions. Where another rank could come to the same, nothing is changed.
 * Shapes of what reads the input are to be inferred again.
 *
 * Returns: whether an input was changed.
 */
gboolean weir_graph_demand_rank (WeirGraph *graph, WeirPort port, int rank);

WEIR_END_DECLS
