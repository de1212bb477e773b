#include "rnn-cell.h"

#define NORM_EPSILON 1e-8

static gboolean
has (const WeirTfliteCell *cell, guint port)
{
  return !weir_port_is_none (cell->ports[port]);
}

static WeirPort
times_weights (WeirTfliteOp *op, WeirPort x, WeirPort weights)
{
  WeirNode *node = weir_tflite_begin (op, "MatMul", WEIR_INPUTS (x, weights));

  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_tflite_end (op, node);
}

/* Mean 0 and deviation 1 over the units. */
static WeirPort
normalised (WeirTfliteOp *op, WeirPort x)
{
  WeirNode *node = weir_tflite_begin (
      op, "MVN", WEIR_INPUTS (x, weir_tflite_list (op, (gint64[]){ -1 }, 1)));

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", NORM_EPSILON);
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  return weir_tflite_end (op, node);
}

/* What goes into a gate's activation: @c is the state that its peephole looks at. */
static WeirPort
gate_sum (WeirTfliteOp *op, const WeirTfliteCell *cell, guint gate, WeirPort x,
          WeirPort h, WeirPort c)
{
  const WeirPort *p = cell->ports;
  WeirPort sum = weir_tflite_2 (op, "Add", times_weights (op, x, p[CELL_W + gate]),
                                times_weights (op, h, p[CELL_R + gate]));

  if (has (cell, CELL_PEEPHOLE + gate))
    sum = weir_tflite_2 (op, "Add", sum,
                         weir_tflite_2 (op, "Multiply", c, p[CELL_PEEPHOLE + gate]));
  if (has (cell, CELL_NORM + gate))
    sum = weir_tflite_2 (op, "Multiply", normalised (op, sum), p[CELL_NORM + gate]);
  if (has (cell, CELL_BIAS + gate))
    sum = weir_tflite_2 (op, "Add", sum, p[CELL_BIAS + gate]);
  return sum;
}

static WeirPort
clipped (WeirTfliteOp *op, WeirPort x, double bound)
{
  return bound > 0 ? weir_tflite_clamp (op, x, -bound, bound) : x;
}

static WeirPort
projected (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort h)
{
  if (!has (cell, CELL_PROJECTION))
    return h;
  h = times_weights (op, h, cell->ports[CELL_PROJECTION]);
  if (has (cell, CELL_PROJECTION_BIAS))
    h = weir_tflite_2 (op, "Add", h, cell->ports[CELL_PROJECTION_BIAS]);
  return clipped (op, h, cell->projection_clip);
}

static WeirPort
input_gate (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x, WeirPort h,
            WeirPort c, WeirPort forget)
{
  if (has (cell, CELL_W + GATE_INPUT))
    return weir_tflite_1 (op, "Sigmoid", gate_sum (op, cell, GATE_INPUT, x, h, c));
  return weir_tflite_2 (op, "Subtract", weir_tflite_number (op, forget, 1), forget);
}

static void
lstm_step (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x, WeirPort *h,
           WeirPort *c)
{
  WeirPort forget, input, fresh, output, state = *c;

  forget = weir_tflite_1 (op, "Sigmoid", gate_sum (op, cell, GATE_FORGET, x, *h, state));
  input = input_gate (op, cell, x, *h, state, forget);
  fresh = weir_tflite_activate (op, gate_sum (op, cell, GATE_CELL, x, *h, state),
                                cell->activation);
  state = weir_tflite_2 (op, "Add", weir_tflite_2 (op, "Multiply", forget, state),
                         weir_tflite_2 (op, "Multiply", input, fresh));
  state = clipped (op, state, cell->cell_clip);
  output = weir_tflite_1 (op, "Sigmoid", gate_sum (op, cell, GATE_OUTPUT, x, *h, state));
  *h = projected (op, cell,
                  weir_tflite_2 (op, "Multiply", output,
                                 weir_tflite_activate (op, state, cell->activation)));
  *c = state;
}

void
weir_tflite_cell_step (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x,
                       WeirPort *h, WeirPort *c)
{
  if (cell->lstm)
    lstm_step (op, cell, x, h, c);
  else
    *h = weir_tflite_activate (op, gate_sum (op, cell, GATE_INPUT, x, *h, WEIR_PORT_NONE),
                               cell->activation);
}

/* The iterator that runs the steps, and its body. */
typedef struct {
  WeirTfliteOp *op;
  WeirNode *node;
  WeirBody *body;
  WeirTfliteOp inside;
  WeirBuilder builder;
} Iterator;

/* A parameter of the body for @outer; whole, or one slice of the time after the other. */
static WeirPort
enter (Iterator *it, WeirPort outer, gboolean sliced, gboolean backwards)
{
  WeirShape shape = weir_tflite_shape (it->op, outer);
  WeirPortMap map = { .external = it->node->n_inputs,
                      .internal = weir_graph_n_parameters (it->body->graph),
                      .axis = sliced ? 1 : -1,
                      .start = backwards ? -1 : 0,
                      .end = backwards ? 0 : -1,
                      .stride = backwards ? -1 : 1,
                      .part_size = 1 };

  if (weir_build_failed (it->op->builder) || weir_build_failed (&it->builder))
    return WEIR_PORT_NONE;
  if (sliced && shape.rank == 3)
    shape.dims[1] = 1;
  weir_edit_append_input (it->op->builder->graph, it->node, outer);
  g_array_append_val (it->body->inputs, map);
  return weir_build_parameter (&it->builder, weir_tflite_name (it->op, "parameter"),
                               weir_tflite_dtype (it->op, outer), &shape);
}

/* A result of the body: the last one, or those of all steps. */
static void
leave (Iterator *it, WeirPort inner, gboolean sliced, gboolean backwards)
{
  guint index = weir_graph_n_results (it->body->graph);
  WeirPortMap map = { .external = index,
                      .internal = index,
                      .axis = sliced ? 1 : -1,
                      .start = backwards ? -1 : 0,
                      .end = backwards ? 0 : -1,
                      .stride = backwards ? -1 : 1,
                      .part_size = 1 };

  weir_build_result (&it->builder, weir_tflite_name (it->op, "result"), inner);
  g_array_append_val (it->body->outputs, map);
}

static void
go_back (Iterator *it, guint from, guint to)
{
  WeirBackEdge edge = { .from = from, .to = to };

  g_array_append_val (it->body->back_edges, edge);
}

static void
fill_body (Iterator *it, const WeirTfliteCell *cell, WeirPort x, gboolean backwards,
           WeirPort h, WeirPort c)
{
  WeirTfliteOp *inside = &it->inside;
  WeirTfliteCell inner = *cell;
  WeirPort part, all;

  part = enter (it, x, TRUE, backwards);
  h = enter (it, h, FALSE, FALSE);
  if (cell->lstm)
    c = enter (it, c, FALSE, FALSE);
  for (guint i = 0; i < N_CELL_PORTS; i++)
    if (has (cell, i))
      inner.ports[i] = enter (it, cell->ports[i], FALSE, FALSE);
  part = weir_build_squeeze (inside->builder, weir_tflite_name (inside, "Squeeze"), part,
                             (gint64[]){ 1 }, 1);
  weir_tflite_cell_step (inside, &inner, part, &h, &c);
  all = weir_build_unsqueeze (inside->builder, weir_tflite_name (inside, "Unsqueeze"), h,
                              (gint64[]){ 1 }, 1);
  leave (it, all, TRUE, backwards);
  leave (it, h, FALSE, FALSE);
  go_back (it, 1, 1);
  if (cell->lstm) {
    leave (it, c, FALSE, FALSE);
    go_back (it, 2, 2);
  }
}

WeirPort
weir_tflite_cell_run (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x,
                      gboolean backwards, WeirPort *h, WeirPort *c)
{
  Iterator it = { .op = op, .inside = *op };
  WeirPort all;

  it.node = weir_build_begin_outputs (op->builder, "TensorIterator",
                                      weir_tflite_name (op, "TensorIterator"), NULL, 0,
                                      cell->lstm ? 3 : 2);
  if (it.node == NULL)
    return WEIR_PORT_NONE;
  it.body = weir_edit_add_body (it.node);
  it.builder = WEIR_BUILDER (it.body->graph);
  it.inside.builder = &it.builder;
  fill_body (&it, cell, x, backwards, *h, *c);
  if (it.builder.error != NULL && op->builder->error == NULL)
    op->builder->error = g_steal_pointer (&it.builder.error);
  g_clear_error (&it.builder.error);
  all = weir_tflite_end (op, it.node);
  if (weir_port_is_none (all))
    return all;
  *h = WEIR_PORT (it.node, 1);
  if (cell->lstm)
    *c = WEIR_PORT (it.node, 2);
  return all;
}
