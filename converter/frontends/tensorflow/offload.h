#pragma once

#include "node.h"

/**
 * SECTION: offload
 *
 * Parts of a graph that TensorFlow itself shall run (options
 * tensorflow_subgraph_patterns, tensorflow_operation_patterns,
 * offload_unsupported_operations_to_tf). Each becomes one node of the IR,
 * TFCustomSubgraphCall, whose input 0 holds the part as a GraphDef.
 */

/** TfOffload: the parts, and to which of them nodes belong. */
typedef struct _TfOffload TfOffload;

/** tf_offload_new: (transfer full) (nullable): %NULL without an error where no option
 * asks for it.
 * @graph: whose nodes @scope has
 * @outputs: (element-type TfWanted): what is wanted of it
 * @reached: what these depend on, a set of TfEntry
 * @more: names of nodes that have no other conversion */
TfOffload *tf_offload_new (TfScope *scope, const Tf__GraphDef *graph,
                           const GPtrArray *outputs, GHashTable *reached,
                           GHashTable *more, GError **error);
void tf_offload_free (TfOffload *offload);
/** tf_offload_redirect: lets @ref name the output of a part where it names that of a node
 * in one. */
void tf_offload_redirect (const TfOffload *offload, TfRef *ref);
/** tf_offload_is_call: whether @entry stands for a part. */
gboolean tf_offload_is_call (const TfOffload *offload, const TfEntry *entry);
/** tf_offload_output_name: (transfer full): what output @i of the part @call is in the
 * graph, "node:0". */
char *tf_offload_output_name (const TfEntry *call, guint i);
/** tf_offload_call: builds the node of the part that @n stands for. */
gboolean tf_offload_call (TfNode *n, GError **error);
