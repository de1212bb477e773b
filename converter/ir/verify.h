#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * weir_graph_verify:
 *
 * Checks every invariant: ports exist, use-lists match, arity, attribute ranges, no
 * cycle, constants hold what their types say, parameters and results are listed once,
 * bodies hold all this too. Runs between passes in debug builds and in tests.
 */
gboolean weir_graph_verify (const WeirGraph *graph, GError **error);

WEIR_END_DECLS
