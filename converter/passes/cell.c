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
  g_clear_pointer (&cell->reset_bias, weir_tensor_unref);
  cell->reset_after = FALSE;
  cell->forget = 0;
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

/* Whether all Splits of @port part its columns. */
static gboolean
is_columns (const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;
  gint64 axis[2 * WEIR_MAX_RANK];
  gsize n;

  for (guint i = 0; i < uses->len; i++) {
    const WeirNode *node = weir_graph_node (graph, g_array_index (uses, WeirUse, i).node);

    if (weir_node_is (node, "Split") && (!weir_pass_ints (graph, node, 1, axis, &n) ||
                                         n != 1 || (axis[0] != 1 && axis[0] != -1)))
      return FALSE;
  }
  return weir_graph_shape (graph, port)->rank == 2;
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
         is_columns (cell->graph, sum) && match_sum (cell, sum);
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

/* z = sigmoid (Wz x + Rz h), r likewise, g = tanh (Wg x + r (Rg h)),
 * h' = z h + (1 - z) g, each product with its bias. */
enum { UPDATE, RESET, NEW, N_GRU_GATES };

typedef struct {
  WeirCell *cell;
  WeirPort from_x, from_h; /* sums of which the gates are parts */
} Gru;

/* Which third of the columns of @sum a StridedSlice takes; -1 where it is none. */
static int
third_of (const WeirGraph *graph, const WeirNode *slice)
{
  const WeirShape *all = weir_graph_shape (graph, slice->inputs[0]);
  const WeirShape *part = &slice->outputs[0].info.shape;
  gint64 begin[2 * WEIR_MAX_RANK], step[2 * WEIR_MAX_RANK], first;
  gsize n, n_steps;

  if (all->rank != 2 || part->rank != 2 || all->dims[0] != part->dims[0] ||
      all->dims[0] < 0 || part->dims[1] < 1 || all->dims[1] != 3 * part->dims[1] ||
      slice->n_inputs < 4 || !weir_pass_ints (graph, slice, 1, begin, &n) || n != 2 ||
      !weir_pass_ints (graph, slice, 3, step, &n_steps) || n_steps != 2 || step[0] != 1 ||
      step[1] != 1)
    return -1;
  first = weir_node_int_at (slice, "begin_mask", 1, 0) != 0 ? 0 : begin[1];
  first = first < 0 ? first + all->dims[1] : first;
  return first >= 0 && first < all->dims[1] && first % part->dims[1] == 0
             ? (int) (first / part->dims[1])
             : -1;
}

/* A third of @sum, the same for each gate. */
static gboolean
match_third (const WeirGraph *graph, WeirPort port, WeirPort *sum, guint *place)
{
  const WeirNode *node = weir_graph_node (graph, port.node);
  int third = -1;

  if (weir_node_is (node, "Split") && node->n_outputs == N_GRU_GATES)
    third = (int) port.index;
  else if (weir_node_is (node, "StridedSlice"))
    third = third_of (graph, node);
  if (third < 0 ||
      (!weir_port_is_none (*sum) && !weir_port_equal (*sum, node->inputs[0])))
    return FALSE;
  *sum = node->inputs[0];
  *place = (guint) third;
  return TRUE;
}

/* Of a sum, the part of x and the part of h; @reset: (nullable): multiplies the latter.
 */
static gboolean
match_parts (Gru *gru, WeirPort port, const WeirPort *reset, guint gate)
{
  const WeirGraph *graph = gru->cell->graph;
  const WeirNode *add = weir_match (graph, port, "Add");

  for (guint i = 0; add != NULL && i < 2; i++) {
    WeirPort from_x = gru->from_x, from_h = gru->from_h, h = add->inputs[1 - i];
    guint a, b;

    if ((reset == NULL || match_factor (graph, h, *reset, &h)) &&
        match_third (graph, add->inputs[i], &from_x, &a) &&
        match_third (graph, h, &from_h, &b) && a == b &&
        !weir_port_equal (from_x, from_h)) {
      gru->from_x = from_x;
      gru->from_h = from_h;
      gru->cell->place[gate] = a;
      return TRUE;
    }
  }
  return FALSE;
}

/* One product and its bias, if it has one. */
static gboolean
match_affine (WeirCell *cell, WeirPort port, WeirPort value, WeirTensor **weights,
              WeirTensor **bias)
{
  const WeirNode *node = weir_match (cell->graph, port, "Add");

  for (guint i = 0; node != NULL && i < 2; i++)
    if (match_bias (cell, node->inputs[i])) {
      *bias = cell->biases[--cell->n_biases];
      port = node->inputs[1 - i];
      break;
    }
  node = weir_match (cell->graph, port, "MatMul");
  return node != NULL && weir_port_equal (node->inputs[0], value) &&
         set_once (weights, weights_of (cell, node));
}

static gboolean
match_sums (Gru *gru)
{
  WeirCell *cell = gru->cell;
  WeirTensor *bias = NULL;
  WeirPort x = gru->from_x, h = gru->from_h;

  if (!is_columns (cell->graph, x) || !is_columns (cell->graph, h))
    return FALSE;
  if (!match_affine (cell, h, cell->h, &cell->from_h, &cell->reset_bias) ||
      !match_affine (cell, x, cell->x, &cell->from_x, &bias)) {
    g_clear_pointer (&bias, weir_tensor_unref);
    return FALSE;
  }
  if (bias != NULL)
    cell->biases[cell->n_biases++] = bias;
  return TRUE;
}

/* (1 - z) g */
static gboolean
match_new (Gru *gru, WeirPort product, WeirPort update)
{
  const WeirGraph *graph = gru->cell->graph;
  const WeirNode *node = weir_match (graph, product, "Multiply"), *rest, *tanh, *sum, *by;
  double one;

  for (guint i = 0; node != NULL && i < 2; i++) {
    rest = weir_match (graph, node->inputs[i], "Subtract");
    tanh = weir_match (graph, node->inputs[1 - i], "Tanh");
    if (rest == NULL || tanh == NULL || !weir_port_equal (rest->inputs[1], update) ||
        !weir_pass_scalar (graph, rest, 0, &one) || one != 1)
      continue;
    sum = weir_match (graph, tanh->inputs[0], "Add");
    for (guint k = 0; sum != NULL && k < 4; k++) {
      const WeirNode *reset;

      by = weir_match (graph, sum->inputs[k / 2], "Multiply");
      reset = by != NULL ? weir_match (graph, by->inputs[k % 2], "Sigmoid") : NULL;
      if (reset != NULL && match_parts (gru, reset->inputs[0], NULL, RESET) &&
          match_parts (gru, tanh->inputs[0], &by->inputs[k % 2], NEW))
        return TRUE;
    }
  }
  return FALSE;
}

gboolean
weir_cell_match_gru (WeirCell *cell, WeirPort h)
{
  Gru gru = { .cell = cell, .from_x = WEIR_PORT_NONE, .from_h = WEIR_PORT_NONE };
  const WeirNode *add = weir_match (cell->graph, h, "Add"), *sigmoid;
  guint seen = 0;

  cell->sequence = "GRUSequence";
  cell->activation = NULL;
  cell->gates = N_GRU_GATES;
  cell->reset_after = TRUE;
  for (guint i = 0; add != NULL && i < 2; i++) {
    WeirPort update;

    if (!match_factor (cell->graph, add->inputs[i], cell->h, &update))
      continue;
    sigmoid = weir_match (cell->graph, update, "Sigmoid");
    if (sigmoid == NULL || !match_parts (&gru, sigmoid->inputs[0], NULL, UPDATE) ||
        !match_new (&gru, add->inputs[1 - i], update))
      return FALSE;
    for (guint k = 0; k < N_GRU_GATES; k++)
      seen |= 1u << cell->place[k];
    return seen == (1u << N_GRU_GATES) - 1 && match_sums (&gru);
  }
  return FALSE;
}
