#include "families.h"
#include "rnn-cell.h"

/* Recurrent layers. Their states are variable tensors, which TensorFlow Lite keeps from
 * one inference to the next: variables of the network. */

enum { LSTM_ACTIVATION, LSTM_CELL_CLIP, LSTM_PROJECTION_CLIP, LSTM_KERNEL };
enum { SEQUENCE_LSTM_TIME_MAJOR = 3 };
enum { BIDIRECTIONAL_LSTM_MERGE = 3, BIDIRECTIONAL_LSTM_TIME_MAJOR };
enum { SEQUENCE_RNN_TIME_MAJOR, SEQUENCE_RNN_ACTIVATION };
enum {
  BIDIRECTIONAL_RNN_TIME_MAJOR,
  BIDIRECTIONAL_RNN_ACTIVATION,
  BIDIRECTIONAL_RNN_MERGE
};

#define BASIC_KERNEL 1
/* Where the weights of the second direction begin, and what they are followed by. */
#define LSTM_BACKWARD  18
#define LSTM_STATES    35
#define LSTM_AUXILIARY 39
#define RNN_AUXILIARY  9

static WeirPort
optional (WeirTfliteOp *op, guint index)
{
  return weir_tflite_has_input (op, index) ? weir_tflite_input (op, index)
                                           : WEIR_PORT_NONE;
}

/* The value of a state; a variable that begins with zeros where the file says that it is
 * one. */
static WeirPort
read_state (WeirTfliteOp *op, guint index)
{
  const WeirTfliteTensor *tensor = weir_tflite_tensor (op, index);
  WeirTensor *zeros;
  WeirNode *node;
  WeirPort start;
  gsize size;

  if (tensor == NULL || !tensor->is_variable)
    return weir_tflite_input (op, index);
  if (weir_build_failed (op->builder) ||
      !weir_tensor_bytes (WEIR_DTYPE_F32, &tensor->shape, &size, &op->builder->error) ||
      !weir_budget_take (&op->scope->file->flat.budget, size, "a state",
                         &op->builder->error))
    return WEIR_PORT_NONE;
  zeros = weir_tensor_new (WEIR_DTYPE_F32, &tensor->shape, &op->builder->error);
  start = weir_build_constant (op->builder, weir_tflite_name (op, "zeros"), zeros);
  node = weir_tflite_begin (op, "ReadValue", &start, 1);
  weir_tflite_set_variable (node, tensor->name, WEIR_DTYPE_F32, &tensor->shape);
  return weir_tflite_end (op, node);
}

static void
write_state (WeirTfliteOp *op, guint index, WeirPort value)
{
  const WeirTfliteTensor *tensor = weir_tflite_tensor (op, index);
  WeirNode *node;

  if (tensor == NULL || !tensor->is_variable)
    return;
  node = weir_tflite_begin (op, "Assign", &value, 1);
  weir_tflite_set_variable (node, tensor->name, WEIR_DTYPE_F32, &tensor->shape);
  weir_tflite_end (op, node);
}

/* Runs one direction from and to the states at inputs @h and @c; -1: an RNN has no cell.
 */
static WeirPort
run (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x, gboolean backwards,
     guint h, guint c)
{
  WeirPort hidden = read_state (op, h);
  WeirPort state = cell->lstm ? read_state (op, c) : WEIR_PORT_NONE;

  x = weir_tflite_cell_run (op, cell, x, backwards, &hidden, &state);
  write_state (op, h, hidden);
  if (cell->lstm)
    write_state (op, c, state);
  return x;
}

/* [batch, time, features] from [time, batch, features], and back. */
static WeirPort
exchange_time (WeirTfliteOp *op, WeirPort x, gboolean time_major)
{
  return time_major ? weir_tflite_transpose (op, x, (gint64[]){ 1, 0, 2 }, 3) : x;
}

/* The weights from input @first on, in the order of the format. */
static void
read_lstm (WeirTfliteOp *op, WeirTfliteCell *cell, guint first, gboolean normalised)
{
  WeirPort *p = cell->ports;

  *cell = (WeirTfliteCell){
    .lstm = TRUE,
    .activation = weir_flat_i8 (&op->options, LSTM_ACTIVATION, ACTIVATION_NONE),
    .cell_clip = weir_flat_f32 (&op->options, LSTM_CELL_CLIP, 0),
    .projection_clip = weir_flat_f32 (&op->options, LSTM_PROJECTION_CLIP, 0),
  };
  for (guint i = 0; i < N_CELL_PORTS; i++)
    p[i] = WEIR_PORT_NONE;
  for (guint gate = 0; gate < N_GATES; gate++) {
    p[CELL_W + gate] = optional (op, first + gate);
    p[CELL_R + gate] = optional (op, first + 4 + gate);
    p[CELL_BIAS + gate] = optional (op, first + 11 + gate);
    if (normalised)
      p[CELL_NORM + gate] = optional (op, 20 + gate);
  }
  p[CELL_PEEPHOLE + GATE_INPUT] = optional (op, first + 8);
  p[CELL_PEEPHOLE + GATE_FORGET] = optional (op, first + 9);
  p[CELL_PEEPHOLE + GATE_OUTPUT] = optional (op, first + 10);
  p[CELL_PROJECTION] = optional (op, first + 15);
  p[CELL_PROJECTION_BIAS] = optional (op, first + 16);
}

static WeirPort
sequence_lstm (WeirTfliteOp *op)
{
  gboolean time_major = weir_flat_bool (&op->options, SEQUENCE_LSTM_TIME_MAJOR, FALSE);
  WeirPort x = exchange_time (op, weir_tflite_input (op, 0), time_major);
  WeirTfliteCell cell;

  read_lstm (op, &cell, 1, TRUE);
  return exchange_time (op, run (op, &cell, x, FALSE, 18, 19), time_major);
}

/* Both directions as one output, or as two. */
static WeirPort
merge (WeirTfliteOp *op, WeirPort forward, WeirPort backward, gboolean merged)
{
  WeirNode *node;

  if (!merged) {
    weir_tflite_set_output (op, 1, backward);
    return forward;
  }
  node = weir_tflite_begin (op, "Concat", WEIR_INPUTS (forward, backward));
  weir_node_set_int (node, "axis", 2);
  return weir_tflite_end (op, node);
}

static gboolean
has_auxiliary (WeirTfliteOp *op, guint first)
{
  for (guint i = first; i < weir_tflite_n_inputs (op); i++)
    if (weir_tflite_has_input (op, i)) {
      weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED, "an auxiliary input");
      return TRUE;
    }
  return FALSE;
}

static WeirPort
bidirectional_lstm (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  gboolean time_major = weir_flat_bool (o, BIDIRECTIONAL_LSTM_TIME_MAJOR, TRUE);
  WeirPort x = exchange_time (op, weir_tflite_input (op, 0), time_major), y, z;
  WeirTfliteCell forward, backward;

  if (has_auxiliary (op, LSTM_AUXILIARY))
    return WEIR_PORT_NONE;
  read_lstm (op, &forward, 1, FALSE);
  read_lstm (op, &backward, LSTM_BACKWARD, FALSE);
  y = run (op, &forward, x, FALSE, LSTM_STATES, LSTM_STATES + 1);
  z = run (op, &backward, x, TRUE, LSTM_STATES + 2, LSTM_STATES + 3);
  return merge (op, exchange_time (op, y, time_major), exchange_time (op, z, time_major),
                weir_flat_bool (o, BIDIRECTIONAL_LSTM_MERGE, FALSE));
}

/* One step with one matrix for all gates: inputs are x, the last output, weights
 * [4 * units, inputs + outputs], bias and state; its gates are input, cell, forget,
 * output. The third and fourth output hold intermediate values that nobody reads. */
static WeirPort
basic_lstm (WeirTfliteOp *op)
{
  WeirPort state = weir_tflite_input (op, 4), gates[N_GATES], x;
  WeirNode *node;

  node = weir_tflite_begin (
      op, "Concat", WEIR_INPUTS (weir_tflite_input (op, 0), weir_tflite_input (op, 1)));
  weir_node_set_int (node, "axis", 1);
  x = weir_tflite_end (op, node);
  node = weir_tflite_begin (op, "MatMul", WEIR_INPUTS (x, weir_tflite_input (op, 2)));
  weir_node_set_bool (node, "transpose_b", TRUE);
  x = weir_tflite_2 (op, "Add", weir_tflite_end (op, node), weir_tflite_input (op, 3));
  node = weir_build_begin_outputs (op->builder, "Split", weir_tflite_name (op, "Split"),
                                   WEIR_INPUTS (x, weir_tflite_int (op, 1)), N_GATES);
  weir_node_set_int (node, "num_splits", N_GATES);
  if (weir_port_is_none (weir_tflite_end (op, node)))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < N_GATES; i++)
    gates[i] = weir_tflite_1 (op, i == 1 ? "Tanh" : "Sigmoid", WEIR_PORT (node, i));
  state = weir_tflite_2 (op, "Add", weir_tflite_2 (op, "Multiply", gates[2], state),
                         weir_tflite_2 (op, "Multiply", gates[0], gates[1]));
  weir_tflite_set_output (op, 1, state);
  return weir_tflite_2 (op, "Multiply", gates[3], weir_tflite_1 (op, "Tanh", state));
}

/* One step; the full kernel has the weights of the layers above. */
static WeirPort
lstm (WeirTfliteOp *op)
{
  WeirPort h, c;
  WeirTfliteCell cell;

  if (weir_flat_i8 (&op->options, LSTM_KERNEL, 0) == BASIC_KERNEL)
    return basic_lstm (op);
  read_lstm (op, &cell, 1, TRUE);
  h = read_state (op, 18);
  c = read_state (op, 19);
  weir_tflite_cell_step (op, &cell, weir_tflite_input (op, 0), &h, &c);
  write_state (op, 18, h);
  write_state (op, 19, c);
  return h;
}

/* Weights, recurrent weights and bias from input @first on. */
static void
read_rnn (WeirTfliteOp *op, WeirTfliteCell *cell, guint first, guint activation)
{
  *cell = (WeirTfliteCell){
    .activation = weir_flat_i8 (&op->options, activation, ACTIVATION_NONE),
  };
  for (guint i = 0; i < N_CELL_PORTS; i++)
    cell->ports[i] = WEIR_PORT_NONE;
  cell->ports[CELL_W] = weir_tflite_input (op, first);
  cell->ports[CELL_R] = weir_tflite_input (op, first + 1);
  cell->ports[CELL_BIAS] = weir_tflite_input (op, first + 2);
}

static WeirPort
rnn (WeirTfliteOp *op)
{
  WeirPort h, c = WEIR_PORT_NONE;
  WeirTfliteCell cell;

  read_rnn (op, &cell, 1, 0);
  h = read_state (op, 4);
  weir_tflite_cell_step (op, &cell, weir_tflite_input (op, 0), &h, &c);
  write_state (op, 4, h);
  return h;
}

static WeirPort
sequence_rnn (WeirTfliteOp *op)
{
  gboolean time_major = weir_flat_bool (&op->options, SEQUENCE_RNN_TIME_MAJOR, FALSE);
  WeirPort x = exchange_time (op, weir_tflite_input (op, 0), time_major);
  WeirTfliteCell cell;

  read_rnn (op, &cell, 1, SEQUENCE_RNN_ACTIVATION);
  return exchange_time (op, run (op, &cell, x, FALSE, 4, 0), time_major);
}

static WeirPort
bidirectional_rnn (WeirTfliteOp *op)
{
  const WeirFlatTable *o = &op->options;
  gboolean time_major = weir_flat_bool (o, BIDIRECTIONAL_RNN_TIME_MAJOR, FALSE);
  WeirPort x = exchange_time (op, weir_tflite_input (op, 0), time_major), y, z;
  WeirTfliteCell forward, backward;

  if (has_auxiliary (op, RNN_AUXILIARY))
    return WEIR_PORT_NONE;
  read_rnn (op, &forward, 1, BIDIRECTIONAL_RNN_ACTIVATION);
  read_rnn (op, &backward, 5, BIDIRECTIONAL_RNN_ACTIVATION);
  y = run (op, &forward, x, FALSE, 4, 0);
  z = run (op, &backward, x, TRUE, 8, 0);
  return merge (op, exchange_time (op, y, time_major), exchange_time (op, z, time_major),
                weir_flat_bool (o, BIDIRECTIONAL_RNN_MERGE, FALSE));
}

const WeirTfliteRow weir_tflite_ops_rnn[] = {
  { "LSTM", 16, OPTIONS_LSTM, 0, lstm },
  { "RNN", 24, OPTIONS_RNN, 0, rnn },
  { "UNIDIRECTIONAL_SEQUENCE_RNN", 35, OPTIONS_SEQUENCE_RNN, 0, sequence_rnn },
  { "UNIDIRECTIONAL_SEQUENCE_LSTM", 44, OPTIONS_UNIDIRECTIONAL_LSTM, 0, sequence_lstm },
  { "BIDIRECTIONAL_SEQUENCE_RNN", 46, OPTIONS_BIDIRECTIONAL_RNN, 0, bidirectional_rnn },
  { "BIDIRECTIONAL_SEQUENCE_LSTM", 52, OPTIONS_BIDIRECTIONAL_LSTM, 0,
    bidirectional_lstm },
  { NULL },
};
