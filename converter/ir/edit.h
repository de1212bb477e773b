#pragma once

#include "graph.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: edit
 *
 * The only way to change a graph. Use-lists and the lists of parameters and results are
 * kept right by these; types and shapes are not: run weir_node_infer() or
 * weir_graph_infer() afterwards.
 */

/**
 * weir_edit_add:
 * @op: the operation
 * @version: one of its versions, 0 for the preferred one
 * @name: name of the node; need not be unique yet
 * @inputs: (array length=n_inputs): existing ports
 * @n_outputs: only for operations whose number of outputs depends on the node, else 0
 *
 * Adds a node with default attributes and unknown outputs.
 *
 * Returns: (transfer none): the node; %NULL only beyond %WEIR_MAX_NODES, or where an
 * input names no port.
 */
WeirNode *weir_edit_add (WeirGraph *graph, const WeirOp *op, guint version,
                         const char *name, const WeirPort *inputs, guint n_inputs,
                         guint n_outputs, GError **error);

/** weir_edit_remove: removes a node that nobody uses any more. */
void weir_edit_remove (WeirGraph *graph, WeirNode *node);
/** weir_edit_remove_unused: removes @node if unused, then what only it has used. */
void weir_edit_remove_unused (WeirGraph *graph, WeirNode *node);
/** weir_edit_remove_all_unused: every node that nothing reads, and what only it reads. */
void weir_edit_remove_all_unused (WeirGraph *graph);
/** weir_edit_set_input: lets input @index of @node read @port. */
void weir_edit_set_input (WeirGraph *graph, WeirNode *node, guint index, WeirPort port);
/** weir_edit_append_input: one more input. */
void weir_edit_append_input (WeirGraph *graph, WeirNode *node, WeirPort port);
/** weir_edit_truncate_inputs: drops the inputs from @count on. */
void weir_edit_truncate_inputs (WeirGraph *graph, WeirNode *node, guint count);
/** weir_edit_replace: everyone who reads @from reads @to; tensor names move along. */
void weir_edit_replace (WeirGraph *graph, WeirPort from, WeirPort to);
/**
 * weir_edit_bypass:
 *
 * Like weir_edit_replace(), but keeps the names of the network's inputs and outputs. If
 * @from is a network output, its name becomes the first of @to; if @to has a name of that
 * kind already, the Results keep reading @from.
 *
 * Returns: whether nobody reads @from any more.
 */
gboolean weir_edit_bypass (WeirGraph *graph, WeirPort from, WeirPort to);
/** weir_edit_redirect: like weir_edit_replace(), but names stay and @except keeps @from.
 */
void weir_edit_redirect (WeirGraph *graph, WeirPort from, WeirPort to, WeirNodeId except);

/** weir_edit_set_version: another version of the node's operation, for attributes and
 * rules that the preferred one does not have; the number of outputs must be the same. */
void weir_edit_set_version (WeirNode *node, guint version);
void weir_edit_rename (WeirNode *node, const char *name);
/** weir_edit_add_tensor_name: one more name for a port; a name it has is not doubled. */
void weir_edit_add_tensor_name (WeirGraph *graph, WeirPort port, const char *name);
/** weir_edit_drop_tensor_name: takes a name away from a port. */
void weir_edit_drop_tensor_name (WeirGraph *graph, WeirPort port, const char *name);
void weir_edit_set_layout (WeirGraph *graph, WeirPort port, const char *layout);
/** weir_edit_set_rt_info: a note on a node; %NULL takes it away. */
void weir_edit_set_rt_info (WeirNode *node, const char *name, const char *value);

/** weir_edit_set_exact: see weir_node_is_exact(). */
void weir_edit_set_exact (WeirNode *node);

/** weir_edit_add_body: (transfer none): an empty body of @node, to be filled. */
WeirBody *weir_edit_add_body (WeirNode *node);
/** weir_edit_copy_bodies: adds copies of the bodies of @from, which may be a node of
 * another graph. */
void weir_edit_copy_bodies (WeirNode *node, const WeirNode *from);

/** weir_edit_set_constant: the contents of a Constant. */
void weir_edit_set_constant (WeirNode *node, WeirTensor *value);

/** weir_edit_order_parameters: (array length=n): a new order, a permutation of the ids.
 */
void weir_edit_order_parameters (WeirGraph *graph, const WeirNodeId *ids, guint n);
void weir_edit_order_results (WeirGraph *graph, const WeirNodeId *ids, guint n);

/* Attributes by name; the name must be a row of the operation. Ranges are checked by
 * weir_graph_verify() and by weir_node_infer(). */
void weir_node_set_int (WeirNode *node, const char *attr, gint64 value);
void weir_node_set_float (WeirNode *node, const char *attr, double value);
void weir_node_set_bool (WeirNode *node, const char *attr, gboolean value);
void weir_node_set_dtype (WeirNode *node, const char *attr, WeirDtype value);
void weir_node_set_string (WeirNode *node, const char *attr, const char *value);
void weir_node_set_ints (WeirNode *node, const char *attr, const gint64 *values, gsize n);
void weir_node_set_floats (WeirNode *node, const char *attr, const double *values,
                           gsize n);

/** weir_node_set_text: attribute @row, by its place in the operation's rows, from the
 * IR's spelling; fails where the text does not fit the row. */
gboolean weir_node_set_text (WeirNode *node, guint row, const char *text, GError **error);

WEIR_END_DECLS
