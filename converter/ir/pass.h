#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * WeirRewrite:
 * @op: (nullable): name of the operation that the rewrite starts from; %NULL: every one
 * @rewrite: looks at @node and its surroundings; returns %FALSE on a failure; sets
 *   @changed when it has edited the graph. It may remove @node and what feeds it.
 */
typedef struct {
  const char *op;
  gboolean (*rewrite) (WeirGraph *graph, WeirNode *node, gboolean *changed,
                       GError **error);
} WeirRewrite;

/**
 * weir_rewrite_graph:
 * @rows: ended by a row without a function
 *
 * Visits every node in order, and again until nothing changes (at most 50 visits a node;
 * more is an internal error), bodies included.
 */
gboolean weir_rewrite_graph (WeirGraph *graph, const WeirRewrite *rows, gboolean *changed,
                             GError **error);

WEIR_END_DECLS
