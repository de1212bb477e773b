#include "forms.h"

#include <string.h>

guint
weir_pass_forms_value (const WeirPassForms *forms, WeirPort port)
{
  return forms->first[port.node] + port.index;
}

/* Labels: a forest in which each value says whether its label is that of its parent. */

gboolean
weir_pass_forms_label (WeirPassForms *forms, guint value, guint *root)
{
  guint top = value;
  gboolean flip = FALSE;

  while (forms->parent[top] != top) {
    flip ^= forms->flips[top];
    top = forms->parent[top];
  }
  *root = top;
  /* The way is shortened for the next time. */
  for (gboolean rest = flip; value != top;) {
    guint next = forms->parent[value];
    gboolean own = forms->flips[value];

    forms->parent[value] = top;
    forms->flips[value] = rest;
    rest ^= own;
    value = next;
  }
  return flip;
}

static gboolean
label_together (WeirPassForms *forms, guint a, guint b, gboolean differ)
{
  guint root_a, root_b;
  gboolean label_a = weir_pass_forms_label (forms, a, &root_a);
  gboolean label_b = weir_pass_forms_label (forms, b, &root_b);

  if (root_a == root_b)
    return (label_a ^ label_b) == differ;
  forms->parent[root_b] = root_a;
  forms->flips[root_b] = label_a ^ label_b ^ differ;
  return TRUE;
}

static void
look_at (WeirPassForms *forms, WeirNodeId id)
{
  WeirPassNodeKind kind = forms->nodes[id].kind;

  if (kind == WEIR_PASS_NODE_OPEN)
    g_array_append_val (forms->queue, id);
}

static void
set_order (WeirPassForms *forms, WeirPort port, const WeirPassOrder *order)
{
  const WeirOutput *output = weir_graph_output (forms->graph, port);
  guint value = weir_pass_forms_value (forms, port);

  if (forms->orders[value].rank > 0)
    return;
  forms->orders[value] = *order;
  look_at (forms, port.node);
  for (guint i = 0; i < output->uses->len; i++)
    look_at (forms, g_array_index (output->uses, WeirUse, i).node);
}

static gboolean
may_have (const WeirPassForms *forms, WeirPort port, const WeirPassOrder *order)
{
  const WeirPassOrder *known = &forms->orders[weir_pass_forms_value (forms, port)];

  return known->rank == 0 || weir_pass_order_equal (known, order);
}

/* An order that changes nothing does not bind a value to the form of the node. */
static gboolean
binds (const WeirPassOrder *order)
{
  return order->rank > 0 && !weir_pass_order_is_identity (order);
}

static gboolean
bind_value (WeirPassForms *forms, WeirPort port, const WeirPassOrder *order, guint *value)
{
  guint next = weir_pass_forms_value (forms, port);

  if (!binds (order))
    return TRUE;
  if (*value == WEIR_PASS_NO_VALUE)
    *value = next;
  return may_have (forms, port, order) && label_together (forms, *value, next, FALSE);
}

/* Whether all that the member reads and makes can have the orders of its frame. */
static gboolean
bind_values (WeirPassForms *forms, const WeirNode *node, const WeirPassFrame *frame,
             guint *value)
{
  *value = WEIR_PASS_NO_VALUE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (!bind_value (forms, node->inputs[i], &frame->in[i], value))
      return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (!bind_value (forms, WEIR_PORT (node, i), &frame->out[i], value))
      return FALSE;
  return *value != WEIR_PASS_NO_VALUE;
}

static WeirPassNodeKind
visit_member (WeirPassForms *forms, const WeirNode *node)
{
  const WeirPassTransposeRule *rule = weir_pass_transpose_rule (node);
  WeirPassFormNode *form = &forms->nodes[node->id];
  WeirPassFrame *frame = &form->frame;
  WeirPassRelation relation;

  if (rule == NULL)
    return WEIR_PASS_NODE_BARRIER;
  if (frame->in == NULL) {
    *frame = (WeirPassFrame){ .graph = forms->graph, .node = node };
    frame->in = g_new0 (WeirPassOrder, MAX (node->n_inputs, 1));
    frame->out = g_new0 (WeirPassOrder, MAX (node->n_outputs, 1));
  }
  for (guint i = 0; i < node->n_inputs; i++)
    frame->in[i] = forms->orders[weir_pass_forms_value (forms, node->inputs[i])];
  for (guint i = 0; i < node->n_outputs; i++)
    frame->out[i] = forms->orders[weir_pass_forms_value (forms, WEIR_PORT (node, i))];
  relation = rule->relate (frame, rule->detail);
  if (relation == WEIR_PASS_PARTIAL)
    return WEIR_PASS_NODE_OPEN;
  if (relation == WEIR_PASS_BARRIER || !bind_values (forms, node, frame, &form->value))
    return WEIR_PASS_NODE_BARRIER;
  for (guint i = 0; i < node->n_inputs; i++)
    if (binds (&frame->in[i]))
      set_order (forms, node->inputs[i], &frame->in[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    if (binds (&frame->out[i]))
      set_order (forms, WEIR_PORT (node, i), &frame->out[i]);
  return WEIR_PASS_NODE_MEMBER;
}

/* The link between the two forms of a value, where those are such, else a member. */
static WeirPassNodeKind
visit_transpose (WeirPassForms *forms, const WeirNode *node)
{
  WeirPort in = node->inputs[0], out = WEIR_PORT (node, 0);
  guint a = weir_pass_forms_value (forms, in), b = weir_pass_forms_value (forms, out);
  WeirPassOrder order, back;

  if (!weir_pass_order_of (forms->graph, node, &order))
    return WEIR_PASS_NODE_BARRIER;
  if (forms->orders[a].rank == 0 && forms->orders[b].rank == 0)
    return WEIR_PASS_NODE_OPEN;
  back = weir_pass_order_inverse (&order);
  if (!may_have (forms, in, &order) || !may_have (forms, out, &back) ||
      !label_together (forms, a, b, TRUE))
    return visit_member (forms, node);
  set_order (forms, in, &order);
  set_order (forms, out, &back);
  return WEIR_PASS_NODE_LINK;
}

static void
spread (WeirPassForms *forms)
{
  while (forms->queue->len > 0) {
    WeirNodeId id = g_array_index (forms->queue, WeirNodeId, forms->queue->len - 1);
    const WeirNode *node = weir_graph_node (forms->graph, id);
    WeirPassNodeKind kind;

    g_array_set_size (forms->queue, forms->queue->len - 1);
    if (forms->nodes[id].kind != WEIR_PASS_NODE_OPEN)
      continue;
    kind = weir_node_is (node, "Transpose") ? visit_transpose (forms, node)
                                            : visit_member (forms, node);
    forms->nodes[id].kind = kind;
  }
}

/* Each Transpose that has met none gives its input the other form that it makes. */
static void
start (WeirPassForms *forms)
{
  for (guint i = 0; i < forms->order->len; i++) {
    WeirNodeId id = g_array_index (forms->order, WeirNodeId, i);
    const WeirNode *node = weir_graph_node (forms->graph, id);
    WeirPassOrder order;

    if (!weir_node_is (node, "Transpose") ||
        forms->nodes[id].kind != WEIR_PASS_NODE_OPEN ||
        !weir_pass_order_of (forms->graph, node, &order) ||
        weir_pass_order_is_identity (&order))
      continue;
    set_order (forms, node->inputs[0], &order);
    spread (forms);
  }
}

WeirPassForms *
weir_pass_forms_new (WeirGraph *graph, GError **error)
{
  GArray *order = weir_graph_order (graph, error);
  WeirPassForms *forms;

  if (order == NULL)
    return NULL;
  forms = g_new0 (WeirPassForms, 1);
  forms->graph = graph;
  forms->order = order;
  forms->n_nodes = weir_graph_size (graph);
  forms->nodes = g_new0 (WeirPassFormNode, forms->n_nodes + 1);
  forms->first = g_new0 (guint, forms->n_nodes + 1);
  forms->queue = g_array_new (FALSE, FALSE, sizeof (WeirNodeId));
  for (guint i = 0; i < forms->n_nodes; i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    forms->first[i] = forms->n_values;
    forms->n_values += node != NULL ? node->n_outputs : 0;
  }
  forms->orders = g_new0 (WeirPassOrder, forms->n_values + 1);
  forms->parent = g_new0 (guint, forms->n_values + 1);
  forms->flips = g_new0 (gboolean, forms->n_values + 1);
  for (guint v = 0; v < forms->n_values; v++)
    forms->parent[v] = v;
  for (guint i = 0; i < order->len; i++) {
    const WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    forms->nodes[node->id].inputs = g_new0 (guint, MAX (node->n_inputs, 1));
    for (guint k = 0; k < node->n_inputs; k++)
      forms->nodes[node->id].inputs[k] = weir_pass_forms_value (forms, node->inputs[k]);
  }
  start (forms);
  return forms;
}

void
weir_pass_forms_free (WeirPassForms *forms)
{
  if (forms == NULL)
    return;
  for (guint i = 0; i < forms->n_nodes; i++) {
    g_free (forms->nodes[i].inputs);
    g_free (forms->nodes[i].frame.in);
    g_free (forms->nodes[i].frame.out);
  }
  g_array_unref (forms->order);
  g_array_unref (forms->queue);
  g_free (forms->nodes);
  g_free (forms->first);
  g_free (forms->orders);
  g_free (forms->parent);
  g_free (forms->flips);
  g_free (forms);
}

static gboolean
follows (const WeirPassForms *forms, WeirNodeId node, const WeirPassOrder *orders,
         guint index)
{
  return forms->nodes[node].kind == WEIR_PASS_NODE_MEMBER && binds (&orders[index]);
}

gboolean
weir_pass_forms_follows_in (const WeirPassForms *forms, WeirNodeId node, guint index)
{
  return follows (forms, node, forms->nodes[node].frame.in, index);
}

gboolean
weir_pass_forms_follows_out (const WeirPassForms *forms, WeirNodeId node, guint index)
{
  return follows (forms, node, forms->nodes[node].frame.out, index);
}
