#include "order.h"

#include "base/error.h"

/* A node whose inputs are being visited. */
typedef struct {
  gsize index;
  GPtrArray *reads;
  guint next;
} Visit;

typedef struct {
  Onnx__NodeProto **nodes;
  GHashTable *writers; /* tensor name -> node index + 1 */
  guint8 *state;
  GArray *stack; /* Visit: not the call stack, as the graph may be a million nodes deep */
  GArray *order; /* gsize */
} Order;

enum { NEW, OPEN, DONE };

/* The recursion is as deep as sub-graphs are nested, which wire.c bounds. */
void
onnx_node_reads (const Onnx__NodeProto *node, GPtrArray *reads)
{
  for (gsize i = 0; i < node->n_input; i++)
    g_ptr_array_add (reads, node->input[i]);
  for (gsize a = 0; a < node->n_attribute; a++) {
    const Onnx__GraphProto *body = node->attribute[a]->g;

    for (gsize i = 0; body != NULL && i < body->n_node; i++)
      onnx_node_reads (body->node[i], reads);
    for (gsize i = 0; body != NULL && i < body->n_output; i++)
      if (body->output[i]->name != NULL)
        g_ptr_array_add (reads, body->output[i]->name);
  }
}

static gboolean
add_writers (Order *order, gsize n_nodes, GError **error)
{
  for (gsize i = 0; i < n_nodes; i++)
    for (gsize o = 0; o < order->nodes[i]->n_output; o++) {
      char *name = order->nodes[i]->output[o];

      if (*name != '\0' &&
          !g_hash_table_insert (order->writers, name, GSIZE_TO_POINTER (i + 1)))
        return weir_fail (error, WEIR_ERROR_FORMAT, "tensor '%s' is written twice", name);
    }
  return TRUE;
}

static void
open_node (Order *order, gsize index)
{
  Visit visit = { .index = index, .reads = g_ptr_array_new () };

  order->state[index] = OPEN;
  onnx_node_reads (order->nodes[index], visit.reads);
  g_array_append_val (order->stack, visit);
}

static void
close_node (Order *order)
{
  Visit *visit = &g_array_index (order->stack, Visit, order->stack->len - 1);

  order->state[visit->index] = DONE;
  g_array_append_val (order->order, visit->index);
  g_ptr_array_unref (visit->reads);
  g_array_set_size (order->stack, order->stack->len - 1);
}

static gboolean
visit (Order *order, gsize start, GError **error)
{
  open_node (order, start);
  while (order->stack->len > 0) {
    Visit *top = &g_array_index (order->stack, Visit, order->stack->len - 1);
    const char *name;
    gsize writer;

    if (top->next == top->reads->len) {
      close_node (order);
      continue;
    }
    name = top->reads->pdata[top->next++];
    writer = GPOINTER_TO_SIZE (g_hash_table_lookup (order->writers, name));
    if (writer == 0 || order->state[writer - 1] == DONE)
      continue;
    if (order->state[writer - 1] == OPEN)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "the graph has a cycle: tensor '%s' depends on itself", name);
    open_node (order, writer - 1);
  }
  return TRUE;
}

static void
order_clear (Order *order)
{
  while (order->stack->len > 0)
    close_node (order);
  g_array_unref (order->stack);
  g_hash_table_unref (order->writers);
  g_free (order->state);
}

GArray *
onnx_order (Onnx__NodeProto **nodes, gsize n_nodes, GError **error)
{
  Order order = { .nodes = nodes,
                  .writers = g_hash_table_new (g_str_hash, g_str_equal),
                  .state = g_new0 (guint8, MAX (n_nodes, 1)),
                  .stack = g_array_new (FALSE, FALSE, sizeof (Visit)),
                  .order = g_array_new (FALSE, FALSE, sizeof (gsize)) };
  gboolean done = add_writers (&order, n_nodes, error);

  for (gsize i = 0; done && i < n_nodes; i++)
    done = order.state[i] == DONE || visit (&order, i, error);
  order_clear (&order);
  if (!done)
    g_clear_pointer (&order.order, g_array_unref);
  return order.order;
}
