#include "array.h"
#include "body.h"
#include "flow.h"
#include "same.h"
#include "table.h"

#include <string.h>

/* Recurrent cells, and the layer of them that BlockLSTM is. Gates stand in the order
 * i, c, f, o, in version 2 i, f, c, o; the IR has f, i, c, o. */

enum { OUT_I, OUT_CELL, OUT_F, OUT_O, OUT_C, OUT_TANH, OUT_H, N_LSTM_OUTPUTS };
enum { GATE_I, GATE_C, GATE_F, GATE_O, N_GATES };

static const guint order_icfo[N_GATES] = { GATE_I, GATE_C, GATE_F, GATE_O };
static const guint order_ifco[N_GATES] = { GATE_I, GATE_F, GATE_C, GATE_O };

/* What the node says of its cells; the ports are where those are made. */
typedef struct {
  const guint *order; /* of the gates */
  double clip;
  gboolean peephole;
  gint64 hidden, inputs;
  WeirPort weights, bias;             /* [inputs + hidden, 4 hidden], [4 hidden] */
  WeirPort to_i, to_f, to_o, cell, h; /* peepholes; the state */
} Cell;

/* Which outputs others read, as bits; all where the node is the end of the graph. */
static guint
outputs_read (TfNode *n)
{
  const GArray *readers = tf_flow_readers (n->scope, n->proto);
  guint mask = 0;

  if (readers == NULL)
    return G_MAXUINT;
  for (guint i = 0; i < readers->len; i++) {
    TfRef ref;

    if (tf_scope_resolve (n->scope, g_array_index (readers, TfReader, i).text, &ref,
                          NULL))
      mask |= ref.index < N_LSTM_OUTPUTS ? 1u << ref.index : 0;
  }
  return mask;
}

/* Whether a reader takes the last row of what it reads, and nothing else. */
static gboolean
takes_last (TfNode *n, const Tf__NodeDef *reader)
{
  TfNode slice = { .make = n->make, .scope = n->scope, .proto = reader };
  const TfValue *begin;
  const WeirTensor *value;

  if (reader == NULL || strcmp (reader->op, "StridedSlice") != 0 || reader->n_input < 4 ||
      tf_attr_int (&slice, "shrink_axis_mask", 0) != 1 ||
      (tf_attr_int (&slice, "begin_mask", 0) & 1) != 0 ||
      tf_attr_int (&slice, "new_axis_mask", 0) != 0 ||
      tf_attr_int (&slice, "ellipsis_mask", 0) != 0)
    return FALSE;
  begin = tf_scope_value (n->scope, reader->input[1], NULL);
  value =
      begin != NULL && !begin->broken ? weir_make_value (&n->make, begin->port) : NULL;
  return value != NULL && weir_tensor_count (value) > 0 &&
         weir_tensor_get_int (value, 0) == -1;
}

/* Whether of the cell's states only the last one is read. */
static gboolean
only_last_cell (TfNode *n)
{
  const GArray *readers = tf_flow_readers (n->scope, n->proto);

  for (guint i = 0; readers != NULL && i < readers->len; i++) {
    const TfReader *reader = &g_array_index (readers, TfReader, i);
    TfRef ref;

    if (!tf_scope_resolve (n->scope, reader->text, &ref, NULL) ||
        (ref.index == OUT_CELL && !takes_last (n, reader->node)))
      return FALSE;
  }
  return TRUE;
}

/* @count parts of @x, equally large, along its last axis. */
static void
split (WeirMake *m, WeirPort x, guint count, WeirPort *parts)
{
  WeirPort inputs[2] = { x, weir_make_int (m, -1) };
  WeirNode *node = weir_build_begin_outputs (m->b, "Split", m->name, inputs, 2, count);

  weir_node_set_int (node, "num_splits", count);
  weir_make_end (m, node);
  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_port (m, node, i);
}

/* The gates of @x, by their names. */
static void
split_gates (WeirMake *m, const Cell *cell, WeirPort x, WeirPort *gates)
{
  WeirPort parts[N_GATES];

  split (m, x, N_GATES, parts);
  for (guint i = 0; i < N_GATES; i++)
    gates[cell->order[i]] = parts[i];
}

/* What the weights say of sizes; FALSE and a failure where they do not. */
static gboolean
read_sizes (TfNode *n, Cell *cell, guint gates)
{
  const WeirShape *shape = weir_make_shape (&n->make, cell->weights);

  if (weir_build_failed (n->make.b))
    return FALSE;
  if (shape->rank != 2 || !weir_shape_is_static (shape)) {
    weir_make_unsupported (&n->make, "the shape of the weights must be known");
    return FALSE;
  }
  cell->hidden = shape->dims[1] / gates;
  cell->inputs = shape->dims[0] - cell->hidden;
  if (cell->hidden > 0 && cell->inputs > 0 && cell->hidden * gates == shape->dims[1])
    return TRUE;
  weir_make_invalid (&n->make,
                     "weights of %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                     " are not those of %u gates",
                     shape->dims[0], shape->dims[1], gates);
  return FALSE;
}

/* The forget gate's bias has a part of its own in version 1. */
static WeirPort
whole_bias (TfNode *n, const Cell *cell, WeirPort bias)
{
  WeirMake *m = &n->make;
  double more = cell->order == order_icfo ? tf_attr_float (n, "forget_bias", 1) : 0;
  WeirPort gates[N_GATES], parts[N_GATES];

  if (more == 0)
    return bias;
  split_gates (m, cell, bias, gates);
  gates[GATE_F] =
      weir_make_2 (m, "Add", gates[GATE_F], weir_make_scalar (m, gates[GATE_F], more));
  for (guint i = 0; i < N_GATES; i++)
    parts[i] = gates[cell->order[i]];
  return weir_make_known (m, weir_make_concat (m, parts, N_GATES, 0));
}

/* @first is the input that is the cell's state. */
static gboolean
read_cell (TfNode *n, Cell *cell, guint first)
{
  *cell = (Cell){ .order = n->row->ir != NULL ? order_ifco : order_icfo,
                  .peephole = tf_attr_bool (n, "use_peephole", FALSE),
                  .cell = tf_in (n, first),
                  .h = tf_in (n, first + 1),
                  .weights = tf_in (n, first + 2),
                  .to_i = tf_in (n, first + 3),
                  .to_f = tf_in (n, first + 4),
                  .to_o = tf_in (n, first + 5) };
  cell->clip = tf_attr_float (n, "cell_clip", cell->order == order_icfo ? 3 : 0);
  cell->bias = whole_bias (n, cell, tf_in (n, first + 6));
  return read_sizes (n, cell, N_GATES);
}

static WeirPort
with_peephole (WeirMake *m, const Cell *cell, WeirPort gate, WeirPort state,
               WeirPort weights)
{
  if (!cell->peephole)
    return gate;
  return weir_make_2 (m, "Add", gate, weir_make_2 (m, "Multiply", state, weights));
}

/* One step by its formulas: all that LSTMBlockCell hands out. */
static void
step (WeirMake *m, const Cell *cell, WeirPort x, WeirPort *outputs)
{
  WeirPort parts[2] = { x, cell->h }, gates[N_GATES], all, state;

  all = WEIR_MAKE (m, "MatMul", weir_make_concat (m, parts, 2, 1), cell->weights);
  split_gates (m, cell, weir_make_2 (m, "Add", all, cell->bias), gates);
  gates[GATE_I] = with_peephole (m, cell, gates[GATE_I], cell->cell, cell->to_i);
  gates[GATE_F] = with_peephole (m, cell, gates[GATE_F], cell->cell, cell->to_f);
  outputs[OUT_I] = weir_make_1 (m, "Sigmoid", gates[GATE_I]);
  outputs[OUT_F] = weir_make_1 (m, "Sigmoid", gates[GATE_F]);
  outputs[OUT_C] = weir_make_1 (m, "Tanh", gates[GATE_C]);
  state =
      weir_make_2 (m, "Add", weir_make_2 (m, "Multiply", outputs[OUT_C], outputs[OUT_I]),
                   weir_make_2 (m, "Multiply", cell->cell, outputs[OUT_F]));
  if (cell->clip > 0)
    state = weir_make_clamp (m, state, -cell->clip, cell->clip);
  outputs[OUT_CELL] = state;
  gates[GATE_O] = with_peephole (m, cell, gates[GATE_O], state, cell->to_o);
  outputs[OUT_O] = weir_make_1 (m, "Sigmoid", gates[GATE_O]);
  outputs[OUT_TANH] = weir_make_1 (m, "Tanh", state);
  outputs[OUT_H] = weir_make_2 (m, "Multiply", outputs[OUT_TANH], outputs[OUT_O]);
}

/* W, R and B of the IR: [4 hidden, inputs], [4 hidden, hidden], [4 hidden]. */
static void
ir_weights (WeirMake *m, const Cell *cell, WeirPort *weights)
{
  static const guint order[N_GATES] = { GATE_F, GATE_I, GATE_C, GATE_O };
  const gint64 swap[] = { 1, 0 };
  WeirPort gates[N_GATES], parts[N_GATES], all;

  split_gates (m, cell, cell->weights, gates);
  for (guint i = 0; i < N_GATES; i++)
    parts[i] = gates[order[i]];
  all = weir_make_transpose (m, weir_make_concat (m, parts, N_GATES, 1), swap, 2);
  weights[0] = weir_make_slice (m, all, WEIR_MAKE_INTS (m, 0),
                                WEIR_MAKE_INTS (m, cell->inputs), 1);
  weights[1] = weir_make_slice (m, all, WEIR_MAKE_INTS (m, cell->inputs),
                                WEIR_MAKE_INTS (m, cell->inputs + cell->hidden), 1);
  split_gates (m, cell, cell->bias, gates);
  for (guint i = 0; i < N_GATES; i++)
    parts[i] = gates[order[i]];
  weights[2] = weir_make_concat (m, parts, N_GATES, 0);
  for (guint i = 0; i < 3; i++)
    weights[i] = weir_make_known (m, weights[i]);
}

/* Whether the IR's cell says all that is read. */
static gboolean
is_plain (const Cell *cell, guint read)
{
  return !cell->peephole && cell->clip <= 0 &&
         (read & ~(1u << OUT_CELL | 1u << OUT_H)) == 0;
}

static WeirPort
lstm_cell (TfNode *n)
{
  WeirMake *m = &n->make;
  guint read = outputs_read (n);
  WeirPort x = tf_in (n, 0), outputs[N_LSTM_OUTPUTS], w[3];
  WeirNode *node;
  Cell cell;

  if (!read_cell (n, &cell, 1))
    return WEIR_PORT_NONE;
  if (!is_plain (&cell, read)) {
    step (m, &cell, x, outputs);
    for (guint i = 0; i < N_LSTM_OUTPUTS; i++)
      tf_out (n, i, outputs[i]);
    return WEIR_PORT_NONE;
  }
  ir_weights (m, &cell, w);
  node = WEIR_MAKE_BEGIN (m, "LSTMCell", x, cell.h, cell.cell, w[0], w[1], w[2]);
  weir_node_set_int (node, "hidden_size", cell.hidden);
  weir_make_end (m, node);
  tf_out (n, OUT_CELL, weir_make_port (m, node, 1));
  tf_out (n, OUT_H, weir_make_port (m, node, 0));
  return WEIR_PORT_NONE;
}

/* The last row of the cell's states, of which those behind the last step are zeros. */
static WeirPort
last_row (TfNode *n, WeirPort last, WeirPort steps, WeirPort length)
{
  WeirMake *m = &n->make;
  const WeirTensor *known = weir_make_value (m, steps),
                   *all = weir_make_value (m, length);

  if (weir_build_failed (m->b) || tf_same (m->b->graph, tf_in (n, 0), length) ||
      (known != NULL && all != NULL &&
       weir_tensor_get_int (known, 0) == weir_tensor_get_int (all, 0)))
    return last;
  return WEIR_MAKE (m, "Select", weir_make_2 (m, "Equal", steps, length), last,
                    weir_make_scalar (m, last, 0));
}

/* Of the whole layer, hidden states and the last state of the cell. */
static void
sequence (TfNode *n, const Cell *cell, WeirPort x, WeirPort steps, WeirPort length)
{
  static const gint64 batch_first[] = { 1, 0, 2 };
  WeirMake *m = &n->make;
  WeirPort w[3], lengths, y;
  WeirNode *node;

  ir_weights (m, cell, w);
  lengths = weir_make_broadcast (m, steps, weir_make_dim_of (m, cell->h, 0));
  node = WEIR_MAKE_BEGIN (
      m, "LSTMSequence", weir_make_transpose (m, x, batch_first, 3),
      weir_make_unsqueeze (m, cell->h, 1), weir_make_unsqueeze (m, cell->cell, 1),
      lengths, weir_make_unsqueeze (m, w[0], 0), weir_make_unsqueeze (m, w[1], 0),
      weir_make_unsqueeze (m, w[2], 0));
  weir_node_set_int (node, "hidden_size", cell->hidden);
  weir_node_set_string (node, "direction", "forward");
  weir_make_end (m, node);
  y = weir_make_squeeze (m, weir_make_port (m, node, 0), 1);
  tf_out (n, OUT_H, weir_make_transpose (m, y, batch_first, 3));
  y = weir_make_squeeze (m, weir_make_port (m, node, 2), 1);
  y = last_row (n, y, steps, length);
  tf_out (n, OUT_CELL, weir_make_unsqueeze (m, y, 0));
}

static WeirPort
within (TfNode *n, TfBody *body, WeirPort port)
{
  TfValue value = { .port = port };

  return tf_body_capture (body, n->scope->import, &value).port;
}

static void
add_loop_maps (TfBody *body, WeirBody *made, const WeirPort *variables)
{
  static const guint from[] = { OUT_CELL, OUT_H };

  for (guint i = 0; made != NULL && i < N_LSTM_OUTPUTS; i++) {
    WeirPortMap map = {
      .external = i, .internal = i, .axis = 0, .end = -1, .stride = 1, .part_size = 1
    };

    g_array_append_val (made->outputs, map);
  }
  for (guint i = 0; made != NULL && i < G_N_ELEMENTS (from); i++) {
    WeirBackEdge edge = { .from = N_LSTM_OUTPUTS + i,
                          .to = tf_body_position (body, variables[i]) };

    g_array_append_val (made->back_edges, edge);
  }
  if (made != NULL)
    made->condition = N_LSTM_OUTPUTS + G_N_ELEMENTS (from);
}

/* A loop that hands out all of all steps, joined. */
static WeirNode *
loop (TfNode *n, const Cell *outer, WeirPort x, WeirPort steps)
{
  WeirMake *m = &n->make;
  WeirPort inputs[2] = { steps, weir_make_constant (
                                    m, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1)) };
  WeirNode *node =
      weir_build_begin_outputs (m->b, "Loop", m->name, inputs, 2, N_LSTM_OUTPUTS);
  WeirDtype dtype = weir_make_dtype (m, x);
  WeirPort outputs[N_LSTM_OUTPUTS], variables[2];
  Cell cell = *outer;
  TfBody body;

  tf_body_init (&body, m);
  variables[0] = cell.cell =
      tf_body_variable (&body, outer->cell, dtype, weir_make_shape (m, outer->cell));
  variables[1] = cell.h =
      tf_body_variable (&body, outer->h, dtype, weir_make_shape (m, outer->h));
  cell.weights = within (n, &body, outer->weights);
  cell.bias = within (n, &body, outer->bias);
  cell.to_i = within (n, &body, outer->to_i);
  cell.to_f = within (n, &body, outer->to_f);
  cell.to_o = within (n, &body, outer->to_o);
  step (&body.make, &cell, tf_body_slice (&body, within (n, &body, x)), outputs);
  for (guint i = 0; i < N_LSTM_OUTPUTS; i++)
    weir_build_result (&body.builder, m->name,
                       weir_make_unsqueeze (&body.make, outputs[i], 0));
  weir_build_result (&body.builder, m->name, outputs[OUT_CELL]);
  weir_build_result (&body.builder, m->name, outputs[OUT_H]);
  weir_build_result (
      &body.builder, m->name,
      weir_make_constant (&body.make, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1)));
  add_loop_maps (&body, tf_body_attach (&body, node), variables);
  tf_body_clear (&body);
  weir_make_end (m, node);
  return node;
}

/* Steps from input 0 on are not computed; their outputs are zeros. */
static WeirPort
block_lstm (TfNode *n)
{
  WeirMake *m = &n->make;
  guint read = outputs_read (n);
  WeirPort x = tf_in (n, 1), length, steps;
  WeirNode *node;
  Cell cell;

  if (!read_cell (n, &cell, 2))
    return WEIR_PORT_NONE;
  length = weir_make_length_of (m, x, 0);
  steps = weir_make_convert (m, weir_make_scalar_of (m, tf_in (n, 0)), WEIR_DTYPE_I64);
  steps = weir_make_known (m, weir_make_2 (m, "Minimum", steps, length));
  if (is_plain (&cell, read) && only_last_cell (n)) {
    sequence (n, &cell, x, steps, length);
    return WEIR_PORT_NONE;
  }
  node = loop (n, &cell, x, steps);
  for (guint i = 0; i < N_LSTM_OUTPUTS; i++)
    if ((read & 1u << i) != 0)
      tf_out (n, i, tf_array_padded (m, weir_make_port (m, node, i), length));
  return WEIR_PORT_NONE;
}

enum { GRU_R, GRU_U, GRU_C, GRU_H, N_GRU_OUTPUTS };

/* Inputs: x, h, weights of r and u, of c, their biases. */
static void
gru_step (TfNode *n, WeirPort *outputs)
{
  WeirMake *m = &n->make;
  WeirPort h = tf_in (n, 1), parts[2] = { tf_in (n, 0), h }, all, one, keep;

  all = WEIR_MAKE (m, "MatMul", weir_make_concat (m, parts, 2, 1), tf_in (n, 2));
  all = weir_make_1 (m, "Sigmoid", weir_make_2 (m, "Add", all, tf_in (n, 4)));
  split (m, all, 2, outputs);
  parts[1] = weir_make_2 (m, "Multiply", outputs[GRU_R], h);
  all = WEIR_MAKE (m, "MatMul", weir_make_concat (m, parts, 2, 1), tf_in (n, 3));
  outputs[GRU_C] = weir_make_1 (m, "Tanh", weir_make_2 (m, "Add", all, tf_in (n, 5)));
  one = weir_make_scalar (m, h, 1);
  keep = weir_make_2 (m, "Multiply", outputs[GRU_U], h);
  one = weir_make_2 (m, "Subtract", one, outputs[GRU_U]);
  outputs[GRU_H] =
      weir_make_2 (m, "Add", keep, weir_make_2 (m, "Multiply", one, outputs[GRU_C]));
}

/* W, R and B of the IR, whose gates are u, r, c. */
static void
gru_weights (TfNode *n, const Cell *cell, WeirPort *weights)
{
  const gint64 swap[] = { 1, 0 };
  WeirMake *m = &n->make;
  WeirPort gates[3], biases[3], parts[2], all;

  split (m, tf_in (n, 2), 2, parts);
  gates[0] = parts[1];
  gates[1] = parts[0];
  gates[2] = tf_in (n, 3);
  split (m, tf_in (n, 4), 2, parts);
  biases[0] = parts[1];
  biases[1] = parts[0];
  biases[2] = tf_in (n, 5);
  all = weir_make_transpose (m, weir_make_concat (m, gates, 3, 1), swap, 2);
  weights[0] = weir_make_slice (m, all, WEIR_MAKE_INTS (m, 0),
                                WEIR_MAKE_INTS (m, cell->inputs), 1);
  weights[1] = weir_make_slice (m, all, WEIR_MAKE_INTS (m, cell->inputs),
                                WEIR_MAKE_INTS (m, cell->inputs + cell->hidden), 1);
  weights[2] = weir_make_concat (m, biases, 3, 0);
  for (guint i = 0; i < 3; i++)
    weights[i] = weir_make_known (m, weights[i]);
}

static WeirPort
gru_cell (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort outputs[N_GRU_OUTPUTS], w[3];
  Cell cell = { .weights = tf_in (n, 2) };
  WeirNode *node;

  if (!read_sizes (n, &cell, 2))
    return WEIR_PORT_NONE;
  if ((outputs_read (n) & ~(1u << GRU_H)) != 0) {
    gru_step (n, outputs);
    for (guint i = 0; i < N_GRU_OUTPUTS; i++)
      tf_out (n, i, outputs[i]);
    return WEIR_PORT_NONE;
  }
  gru_weights (n, &cell, w);
  node = WEIR_MAKE_BEGIN (m, "GRUCell", tf_in (n, 0), tf_in (n, 1), w[0], w[1], w[2]);
  weir_node_set_int (node, "hidden_size", cell.hidden);
  tf_out (n, GRU_H, weir_make_end (m, node));
  return WEIR_PORT_NONE;
}

#define LSTM_OUTPUTS "i,cs,f,o,ci,co,h"

const TfRow tf_rows_rnn[] = {
  { "BlockLSTM", block_lstm, NULL, LSTM_OUTPUTS },
  { "BlockLSTMV2", block_lstm, "ifco", LSTM_OUTPUTS },
  { "LSTMBlockCell", lstm_cell, NULL, LSTM_OUTPUTS },
  { "GRUBlockCell", gru_cell, NULL, "r,u,c,h" },
  { NULL },
};
