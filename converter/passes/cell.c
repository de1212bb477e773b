#include "cell.h"

/* c' = sigmoid (f) c + sigmoid (i) tanh (g),  h' = sigmoid (o) tanh (c'), where f, i, g,
 * o are parts of W x + R h + b. Sums and products may stand in any order. */

/* The gates of an LSTM in the order of the IR. */
enum { FORGET, INPUT, CELL, OUTPUT };

static const struct {
  const char *op, *activation;
} activations[] = { { "Tanh", "tanh" }, { "Relu", "relu" }, { "Sigmoid", "sigmoid" } };

void
weir_cell_clear (WeirCell *cell)
{
  g_clear_pointer (&cell->from_x, weir_tensor_unref);
  g_clear_pointer (&cell->from_h, weir_tensor_unref);
  g_clear_pointer (&cell->from_both, weir_tensor_unref);
  while (cell->n_biases > 0)
    weir_tensor_unref (cell->biases[--cell->n_biases]);
}

/* The weights of a MatMul with a constant matrix. */
static WeirTensor *
weights_of (const WeirCell *cell, const WeirNode *node)
{
  WeirTensor *tensor = weir_pass_constant (cell->graph, node->inputs[1]);

  if (tensor == NULL)
    return NULL;
  if (weir_tensor_shape (tensor)->rank == 2 &&
      weir_dtype_is_float (weir_tensor_dtype (tensor)) &&
      !weir_node_bool (node, "transpose_a") && !weir_node_bool (node, "transpose_b"))
    return tensor;
  weir_tensor_unref (tensor);
  return NULL;
}

static gboolean
set_once (WeirTensor **place, WeirTensor *tensor)
{
  if (tensor == NULL || *place != NULL) {
    g_clear_pointer (&tensor, weir_tensor_unref);
    return FALSE;
  }
  *place = tensor;
  return TRUE;
}

/* x W, h R, or both at once: [x, h] W */
static gboolean
match_product (WeirCell *cell, const WeirNode *node)
{
  const WeirNode *both = weir_match (cell->graph, node->inputs[0], "Concat");

  if (weir_port_equal (node->inputs[0], cell->x))
    return set_once (&cell->from_x, weights_of (cell, node));
  if (weir_port_equal (node->inputs[0], cell->h))
    return set_once (&cell->from_h, weights_of (cell, node));
  if (both == NULL || both->n_inputs != 2 ||
      (weir_node_int (both, "axis") != 1 && weir_node_int (both, "axis") != -1))
    return FALSE;
  cell->x_first = weir_port_equal (both->inputs[0], cell->x);
  return weir_port_equal (both->inputs[cell->x_first ? 0 : 1], cell->x) &&
         weir_port_equal (both->inputs[cell->x_first ? 1 : 0], cell->h) &&
         set_once (&cell->from_both, weights_of (cell, node));
}

static gboolean
match_bias (WeirCell *cell, WeirPort port)
{
  WeirTensor *tensor = weir_pass_constant (cell->graph, port);
  const WeirShape *shape = tensor != NULL ? weir_tensor_shape (tensor) : NULL;

  if (shape == NULL)
    return FALSE;
  if (cell->n_biases < WEIR_CELL_MAX_TERMS &&
      (shape->rank == 1 || (shape->rank == 2 && shape->dims[0] == 1))) {
    cell->biases[cell->n_biases++] = tensor;
    return TRUE;
  }
  weir_tensor_unref (tensor);
  return FALSE;
}

/* The sum of all that the gates are made of. */
static gboolean
match_sum (WeirCell *cell, WeirPort sum)
{
  WeirPort open[WEIR_CELL_MAX_TERMS] = { sum };
  guint n = 1;

  while (n > 0) {
    WeirPort port = open[--n];
    const WeirNode *node = weir_graph_node (cell->graph, port.node);

    if (weir_node_is (node, "Add") && n + 2 <= WEIR_CELL_MAX_TERMS) {
      open[n++] = node->inputs[0];
      open[n++] = node->inputs[1];
    } else if (!(weir_node_is (node, "MatMul") ? match_product (cell, node)
                                               : match_bias (cell, port)))
      return FALSE;
  }
  return cell->from_both != NULL ? cell->from_x == NULL && cell->from_h == NULL
                                 : cell->from_x != NULL && cell->from_h != NULL;
}

/* @op of a gate: which part of the sum it is. The forget gate may have more added. */
static gboolean
match_gate (WeirCell *cell, guint gate, WeirPort port, const char *op, WeirPort *sum)
{
  const WeirNode *node = weir_match (cell->graph, port, op), *split;
  double more = 0;

  if (node == NULL)
    return FALSE;
  port = node->inputs[0];
  node = weir_match (cell->graph, port, "Add");
  for (guint i = 0; gate == FORGET && node != NULL && i < 2; i++)
    if (weir_pass_scalar (cell->graph, node, i, &more)) {
      cell->forget = more;
      port = node->inputs[1 - i];
      break;
    }
  split = weir_match (cell->graph, port, "Split");
  if (split == NULL || split->n_outputs != WEIR_CELL_MAX_GATES)
    return FALSE;
  cell->place[gate] = port.index;
  if (!weir_port_is_none (*sum) && !weir_port_equal (*sum, split->inputs[0]))
    return FALSE;
  *sum = split->inputs[0];
  return TRUE;
}

/* The other factor of a product with @one. */
static gboolean
match_factor (const WeirGraph *graph, WeirPort product, WeirPort one, WeirPort *other)
{
  const WeirNode *node = weir_match (graph, product, "Multiply");

  for (guint i = 0; node != NULL && i < 2; i++)
    if (weir_port_equal (node->inputs[i], one)) {
      *other = node->inputs[1 - i];
      return TRUE;
    }
  return FALSE;
}

/* sigmoid (i) tanh (g) */
static gboolean
match_input (WeirCell *cell, WeirPort product, WeirPort *sum)
{
  const WeirNode *node = weir_match (cell->graph, product, "Multiply");

  for (guint i = 0; node != NULL && i < 2; i++)
    if (match_gate (cell, INPUT, node->inputs[i], "Sigmoid", sum) &&
        match_gate (cell, CELL, node->inputs[1 - i], "Tanh", sum))
      return TRUE;
  return FALSE;
}

static gboolean
is_last_axis (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *split = NULL;
  gint64 axis[2 * WEIR_MAX_RANK];
  gsize n;

  for (guint i = 0; i < weir_graph_output (graph, port)->uses->len; i++) {
    const WeirUse *use =
        &g_array_index (weir_graph_output (graph, port)->uses, WeirUse, i);

    split = weir_graph_node (graph, use->node);
    if (!weir_node_is (split, "Split") || !weir_pass_ints (graph, split, 1, axis, &n) ||
        n != 1 || (axis[0] != 1 && axis[0] != -1))
      return FALSE;
  }
  return split != NULL;
}

gboolean
weir_cell_match_lstm (WeirCell *cell, WeirPort h, WeirPort c)
{
  const WeirNode *node = weir_match (cell->graph, c, "Add"), *tanh;
  WeirPort sum = WEIR_PORT_NONE, gate;
  gboolean found = FALSE;
  guint seen = 0;

  cell->sequence = "LSTMSequence";
  cell->activation = NULL;
  cell->gates = WEIR_CELL_MAX_GATES;
  for (guint i = 0; node != NULL && !found && i < 2; i++)
    found = match_factor (cell->graph, node->inputs[i], cell->c, &gate) &&
            match_gate (cell, FORGET, gate, "Sigmoid", &sum) &&
            match_input (cell, node->inputs[1 - i], &sum);
  node = found ? weir_match (cell->graph, h, "Multiply") : NULL;
  found = FALSE;
  for (guint i = 0; node != NULL && !found && i < 2; i++) {
    tanh = weir_match (cell->graph, node->inputs[i], "Tanh");
    found = tanh != NULL && weir_port_equal (tanh->inputs[0], c) &&
            match_gate (cell, OUTPUT, node->inputs[1 - i], "Sigmoid", &sum);
  }
  for (guint i = 0; i < WEIR_CELL_MAX_GATES; i++)
    seen |= 1u << cell->place[i];
  return found && seen == (1u << WEIR_CELL_MAX_GATES) - 1 &&
         is_last_axis (cell->graph, sum) && match_sum (cell, sum);
}

gboolean
weir_cell_match_plain (WeirCell *cell, WeirPort h)
{
  cell->sequence = "RNNSequence";
  cell->gates = 1;
  for (guint i = 0; i < G_N_ELEMENTS (activations); i++) {
    const WeirNode *node = weir_match (cell->graph, h, activations[i].op);

    cell->activation = activations[i].activation;
    if (node != NULL)
      return match_sum (cell, node->inputs[0]);
  }
  return FALSE;
}
