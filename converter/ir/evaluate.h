#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * WeirState:
 *
 * The variables of a network with memory (ReadValue, Assign), by name. An unset variable
 * reads as its initial value.
 */
WeirState *weir_state_new (void);
void weir_state_free (WeirState *state);
/** weir_state_reset: forgets everything. */
void weir_state_reset (WeirState *state);
/** weir_state_get: (transfer none) (nullable) */
WeirTensor *weir_state_get (WeirState *state, const char *variable);
void weir_state_set (WeirState *state, const char *variable, WeirTensor *value);

/**
 * weir_node_evaluate:
 * @inputs: as many as @node has
 * @outputs: (out): n_outputs tensors, each a new reference; all %NULL on failure
 *
 * Runs the reference implementation of one node.
 */
gboolean weir_node_evaluate (const WeirNode *node, WeirTensor *const *inputs,
                             WeirTensor **outputs, WeirState *state, GError **error);

/**
 * weir_graph_evaluate:
 * @inputs: one a parameter, in order
 * @outputs: (out): one a result, each a new reference; all %NULL on failure
 *
 * Runs a whole graph with the reference implementations: the oracle of every test.
 * Shapes of @inputs may differ from the graph's where those are unknown.
 */
gboolean weir_graph_evaluate (const WeirGraph *graph, WeirTensor *const *inputs,
                              WeirTensor **outputs, WeirState *state, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirState, weir_state_free)

WEIR_END_DECLS
