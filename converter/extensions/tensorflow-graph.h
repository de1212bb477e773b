#pragma once

#include "ir/graph.h"
#include "tensorflow-library.h"

/**
 * WeirTfGraph:
 *
 * A sub-graph that TensorFlow has read, for inputs of certain types and shapes, and what
 * it says of the outputs. Those that were used last are kept; any thread may run one.
 */
typedef struct _WeirTfGraph WeirTfGraph;

/** weir_tf_graph_find: (transfer full):
 * @node: whose attributes name inputs and outputs
 * @bytes: the GraphDef
 * @inputs: types and shapes of its inputs */
WeirTfGraph *weir_tf_graph_find (const WeirTensorflow *tf, const WeirNode *node,
                                 WeirTensor *bytes, const WeirValueInfo *inputs,
                                 guint n_inputs, GError **error);
void weir_tf_graph_unref (WeirTfGraph *graph);

guint weir_tf_graph_n_outputs (const WeirTfGraph *graph);
/** weir_tf_graph_output: type and shape of output @i, as far as they are known. */
const WeirValueInfo *weir_tf_graph_output (const WeirTfGraph *graph, guint i);
/** weir_tf_graph_run: @results: (out): one tensor an output, to be deleted. */
gboolean weir_tf_graph_run (WeirTfGraph *graph, WeirTensor *const *inputs,
                            TfTensor **results, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirTfGraph, weir_tf_graph_unref)
