#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/* Questions that passes and the compiler ask about the surroundings of a node. */

/** weir_match: (nullable): the node behind @port if it is operation @op. */
WeirNode *weir_match (const WeirGraph *graph, WeirPort port, const char *op);
/** weir_match_input: (nullable): the node that feeds input @index if it is @op. */
WeirNode *weir_match_input (const WeirGraph *graph, const WeirNode *node, guint index,
                            const char *op);
/** weir_match_only_use: (nullable): the one node that reads @port; %NULL if there are
 * more uses, or none. */
WeirNode *weir_match_only_use (const WeirGraph *graph, WeirPort port);
/** weir_match_constant: (transfer none) (nullable): the tensor at input @index of @node
 * if its contents are known: a Constant, or small and computed from Constants. */
WeirTensor *weir_match_constant (const WeirGraph *graph, const WeirNode *node,
                                 guint index);
/** weir_match_scalar: whether input @index is a constant whose elements are all equal. */
gboolean weir_match_scalar (const WeirGraph *graph, const WeirNode *node, guint index,
                            double *value);
/**
 * weir_match_binary:
 * @data: (out): the input of a binary node that is not constant
 * @constant: (out): the other one, a constant
 *
 * Splits a commutative binary node with exactly one constant input.
 */
gboolean weir_match_binary (const WeirGraph *graph, const WeirNode *node, WeirPort *data,
                            WeirTensor **constant);
/** weir_match_channel: whether @tensor, broadcast to rank @rank, is a scalar or varies
 * only along dimension 1: shapes [], [C,1,1], [1,C,1,1]; @channels is 1 or C. */
gboolean weir_match_channel (const WeirTensor *tensor, int rank, gsize *channels);

WEIR_END_DECLS
