#include "same.h"

/* Calculations of shapes are short. */
#define MAX_DEPTH 12
#define MAX_STEPS 64

typedef struct {
  const WeirGraph *graph;
  guint steps;
} Compare;

/* Numbers are looked through to what they were converted from. */
static WeirPort
behind (const WeirGraph *graph, WeirPort port)
{
  for (guint i = 0; i < MAX_DEPTH; i++) {
    const WeirNode *node = weir_graph_node (graph, port.node);

    if (!weir_node_is (node, "Convert") ||
        !weir_dtype_is_integer (weir_graph_dtype (graph, node->inputs[0])) ||
        !weir_dtype_is_integer (weir_graph_dtype (graph, port)))
      return port;
    port = node->inputs[0];
  }
  return port;
}

static gboolean
same_values (const WeirTensor *a, const WeirTensor *b)
{
  if (weir_tensor_count (a) != 1 || weir_tensor_count (b) != 1)
    return weir_tensor_equal (a, b);
  return weir_tensor_get (a, 0) == weir_tensor_get (b, 0);
}

static gboolean
same_nodes (const WeirNode *a, const WeirNode *b)
{
  if (a->op != b->op || a->version != b->version || a->n_inputs != b->n_inputs ||
      a->n_inputs == 0 || a->n_bodies > 0 || (a->op->flags & WEIR_OP_STATEFUL) != 0)
    return FALSE;
  for (guint i = 0; a->op->attrs != NULL && a->op->attrs[i].name != NULL; i++)
    if (!weir_attr_equal (&a->attrs[i], &b->attrs[i]))
      return FALSE;
  return TRUE;
}

static gboolean
same (Compare *c, WeirPort a, WeirPort b, guint depth)
{
  const WeirNode *x, *y;
  const WeirTensor *u, *v;

  a = behind (c->graph, a);
  b = behind (c->graph, b);
  if (weir_port_equal (a, b))
    return TRUE;
  u = weir_graph_info (c->graph, a)->value;
  v = weir_graph_info (c->graph, b)->value;
  if (u != NULL || v != NULL)
    return u != NULL && v != NULL && same_values (u, v);
  x = weir_graph_node (c->graph, a.node);
  y = weir_graph_node (c->graph, b.node);
  if (depth >= MAX_DEPTH || ++c->steps > MAX_STEPS || a.index != b.index ||
      !same_nodes (x, y))
    return FALSE;
  for (guint i = 0; i < x->n_inputs; i++)
    if (!same (c, x->inputs[i], y->inputs[i], depth + 1))
      return FALSE;
  return TRUE;
}

gboolean
tf_same (const WeirGraph *graph, WeirPort a, WeirPort b)
{
  Compare compare = { .graph = graph };

  return !weir_port_is_none (a) && !weir_port_is_none (b) && same (&compare, a, b, 0);
}
