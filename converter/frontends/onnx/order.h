#pragma once

#include "onnx.h"

/**
 * onnx_order:
 *
 * The nodes of a graph in an order in which each stands after those whose outputs it or a
 * sub-graph of it reads; that of the file where it is such an order, as it should be.
 *
 * Returns: (transfer full) (element-type gsize) (nullable): indices of @nodes; %NULL with
 * an error where nodes wait for each other or write the same tensor.
 */
GArray *onnx_order (Onnx__NodeProto **nodes, gsize n_nodes, GError **error);
/** onnx_node_reads: adds the names that @node reads: its inputs, then those that its
 * sub-graphs read; some of these may be local there, which does no harm. */
void onnx_node_reads (const Onnx__NodeProto *node, GPtrArray *reads);
