#pragma once

#include "transpose-rules.h"

/* The two forms of the values of a graph: the natural one, and the same transposed. */

typedef enum {
  WEIR_PASS_NODE_OPEN,    /* not known yet; in the end: works on natural values alone */
  WEIR_PASS_NODE_BARRIER, /* works on natural values alone */
  WEIR_PASS_NODE_LINK,    /* a Transpose: its result is the other form of its input */
  WEIR_PASS_NODE_MEMBER,  /* works on either form */
} WeirPassNodeKind;

/**
 * WeirPassFormNode:
 * @inputs: what the node reads, as value numbers, while the graph changes
 * @frame: the orders of a member
 * @value: a value whose form follows the node's; only of members
 */
typedef struct {
  WeirPassNodeKind kind;
  guint *inputs;
  WeirPassFrame frame;
  guint value;
} WeirPassFormNode;

/**
 * WeirPassForms:
 * @order: ids in topological order
 * @nodes: by node id
 * @first: number of a node's first value, by node id
 * @orders: for each value the order from the natural to the other form, or none
 * @parent, @flips: labels (see weir_pass_forms_label), as a forest
 *
 * Labels: each value has one of two, such that all that a member reads and makes have the
 * same one, and the two sides of a link different ones.
 */
typedef struct {
  WeirGraph *graph;
  GArray *order;
  WeirPassFormNode *nodes;
  guint n_nodes;
  guint *first;
  guint n_values;
  WeirPassOrder *orders;
  guint *parent;
  gboolean *flips;
  GArray *queue; /* WeirNodeId */
} WeirPassForms;

#define WEIR_PASS_NO_VALUE ((guint) -1)

/** weir_pass_forms_new: finds them, starting from the Transposes of @graph. */
WeirPassForms *weir_pass_forms_new (WeirGraph *graph, GError **error);
void weir_pass_forms_free (WeirPassForms *forms);

guint weir_pass_forms_value (const WeirPassForms *forms, WeirPort port);
/** weir_pass_forms_label: 0 or 1; @root: (out): labels are comparable where it is the
 * same. */
gboolean weir_pass_forms_label (WeirPassForms *forms, guint value, guint *root);
/** weir_pass_forms_follows: whether what a member reads at input @index, or makes at
 * output
 * @index, has the form that the member works in. */
gboolean weir_pass_forms_follows_in (const WeirPassForms *forms, WeirNodeId node,
                                     guint index);
gboolean weir_pass_forms_follows_out (const WeirPassForms *forms, WeirNodeId node,
                                      guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPassForms, weir_pass_forms_free)
