#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * weir_node_infer:
 *
 * Checks arity and attributes of @node, infers its outputs, and computes the contents of
 * small outputs whose inputs are all known. The error names the node and its operation.
 */
gboolean weir_node_infer (WeirGraph *graph, WeirNode *node, GError **error);

/** weir_graph_infer: every node, in order; contents found earlier are found anew. */
gboolean weir_graph_infer (WeirGraph *graph, GError **error);

/** weir_graph_set_shape: a new shape for a Parameter; infer the graph afterwards. */
void weir_graph_set_shape (WeirNode *parameter, const WeirShape *shape);

WEIR_END_DECLS
