#pragma once

#include "op.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: graph
 *
 * A graph owns its nodes by stable ids. Read the structures here; change them only
 * through edit.h and build.h, which keep use-lists and order right.
 */

typedef struct _WeirGraph WeirGraph;
typedef guint32 WeirNodeId;

#define WEIR_NODE_NONE ((WeirNodeId) -1)

/** WeirPort: output @index of node @node. */
typedef struct {
  WeirNodeId node;
  guint32 index;
} WeirPort;

#define WEIR_PORT_NONE  ((WeirPort){ .node = WEIR_NODE_NONE })
#define WEIR_PORT(n, i) ((WeirPort){ .node = (n)->id, .index = (i) })

static inline gboolean
weir_port_is_none (WeirPort port)
{
  return port.node == WEIR_NODE_NONE;
}

static inline gboolean
weir_port_equal (WeirPort a, WeirPort b)
{
  return a.node == b.node && a.index == b.index;
}

/** WeirUse: input @index of node @node. */
typedef struct {
  WeirNodeId node;
  guint32 index;
} WeirUse;

/**
 * WeirOutput:
 * @info: type, shape, and the contents where they are known; Constants hold theirs here
 * @names: (nullable): tensor names, as the framework gave them
 * @uses: #WeirUse, in no order
 * @layout: (nullable): "[N,H,W,C]" where the user or the framework said so
 */
typedef struct {
  WeirValueInfo info;
  GPtrArray *names;
  GArray *uses;
  char *layout;
} WeirOutput;

/**
 * WeirPortMap:
 * @external: input of the node, or its output, each counted from 0; -1 for the iteration
 *   counter
 * @internal: index among the body's parameters or results
 * @axis: the dimension that is sliced or joined; -1 where the whole value passes
 *
 * How a value enters or leaves a body (IR: port_map).
 */
typedef struct {
  gint64 external;
  guint internal;
  gint64 axis, start, end, stride, part_size;
} WeirPortMap;

/** WeirBackEdge: result @from feeds parameter @to in the next iteration. */
typedef struct {
  guint from;
  guint to;
} WeirBackEdge;

/**
 * WeirBody:
 *
 * A sub-graph of If, Loop or TensorIterator with its maps.
 * @condition: index of the result that says whether to go on, or -1 (Loop)
 */
typedef struct {
  WeirGraph *graph;
  GArray *inputs;     /* WeirPortMap */
  GArray *outputs;    /* WeirPortMap */
  GArray *back_edges; /* WeirBackEdge */
  int condition;
} WeirBody;

struct _WeirNode {
  WeirNodeId id;
  const WeirOp *op;
  guint version;
  char *name;
  WeirPort *inputs;
  guint n_inputs;
  WeirOutput *outputs;
  guint n_outputs;
  WeirAttr *attrs; /* one a row of op->attrs */
  WeirBody *bodies;
  guint n_bodies;
  GHashTable *rt_info; /* (nullable): name -> value, both strings */
};

/** weir_graph_new: (constructor): an empty graph. */
WeirGraph *weir_graph_new (void);
void weir_graph_free (WeirGraph *graph);
/** weir_graph_copy: (transfer full): a deep copy; tensors are shared, ids are kept. */
WeirGraph *weir_graph_copy (const WeirGraph *graph);

/** weir_graph_size: one more than the largest id. */
guint weir_graph_size (const WeirGraph *graph);
/** weir_graph_count: number of nodes. */
guint weir_graph_count (const WeirGraph *graph);
/** weir_graph_node: (nullable): %NULL if there is none of this id (any more). */
WeirNode *weir_graph_node (const WeirGraph *graph, WeirNodeId id);
/** weir_graph_find: (nullable): the first node of this name; linear. */
WeirNode *weir_graph_find (const WeirGraph *graph, const char *name);
/** weir_graph_find_tensor: a value by tensor name, else the node's name; none if absent.
 */
WeirPort weir_graph_find_tensor (const WeirGraph *graph, const char *name);
/** weir_graph_order: (transfer full) (element-type WeirNodeId): every node after its
 * inputs, otherwise by id, operations flagged %WEIR_OP_LATE last; fails with a node's
 * name where there is a cycle. */
GArray *weir_graph_order (const WeirGraph *graph, GError **error);

/* Inputs and outputs of the network in their order. */
guint weir_graph_n_parameters (const WeirGraph *graph);
WeirNode *weir_graph_parameter (const WeirGraph *graph, guint index);
guint weir_graph_n_results (const WeirGraph *graph);
WeirNode *weir_graph_result (const WeirGraph *graph, guint index);
/** weir_graph_result_name: (transfer none): the name of network output @index: the tensor
 * name of what it hands out, else the name of that node. */
const char *weir_graph_result_name (const WeirGraph *graph, guint index);
/** weir_graph_parameter_name: (transfer none): tensor name of input @index, else the
 * node's. */
const char *weir_graph_parameter_name (const WeirGraph *graph, guint index);

/* What stands behind a port; the port must exist. */
WeirOutput *weir_graph_output (const WeirGraph *graph, WeirPort port);
const WeirValueInfo *weir_graph_info (const WeirGraph *graph, WeirPort port);
const WeirShape *weir_graph_shape (const WeirGraph *graph, WeirPort port);
WeirDtype weir_graph_dtype (const WeirGraph *graph, WeirPort port);
guint weir_graph_n_uses (const WeirGraph *graph, WeirPort port);

/** weir_node_is: whether @node (may be %NULL) is operation @op. */
gboolean weir_node_is (const WeirNode *node, const char *op);
/** weir_node_input: the node that feeds input @index; %NULL if there is none. */
WeirNode *weir_node_input (const WeirGraph *graph, const WeirNode *node, guint index);
/** weir_node_input_info: type, shape and value at input @index. */
const WeirValueInfo *weir_node_input_info (const WeirGraph *graph, const WeirNode *node,
                                           guint index);

/* Attributes by name; the name must be a row of the operation. */
gint64 weir_node_int (const WeirNode *node, const char *attr);
double weir_node_float (const WeirNode *node, const char *attr);
gboolean weir_node_bool (const WeirNode *node, const char *attr);
WeirDtype weir_node_dtype (const WeirNode *node, const char *attr);
/** weir_node_string: never %NULL. */
const char *weir_node_string (const WeirNode *node, const char *attr);
/** weir_node_ints: the list, its length in @n. */
const gint64 *weir_node_ints (const WeirNode *node, const char *attr, gsize *n);
const double *weir_node_floats (const WeirNode *node, const char *attr, gsize *n);
/** weir_node_int_at: element @index of an int list, or @fallback where it is shorter. */
gint64 weir_node_int_at (const WeirNode *node, const char *attr, gsize index,
                         gint64 fallback);
/** weir_node_string_is: compares without regard to case. */
gboolean weir_node_string_is (const WeirNode *node, const char *attr, const char *value);

/** weir_node_is_exact: whether @node sums whole numbers, and whoever computes it must not
 * lose that: no transformed weights, no other sums. */
gboolean weir_node_is_exact (const WeirNode *node);
/** weir_node_rt_info: (nullable): a note on a node. */
const char *weir_node_rt_info (const WeirNode *node, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirGraph, weir_graph_free)

WEIR_END_DECLS
