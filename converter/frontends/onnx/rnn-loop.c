#include "rnn-loop.h"

#include "attr.h"
#include "body.h"
#include "node.h"

#include <string.h>

static const guint n_gates[] = { [ONNX_RNN] = 1, [ONNX_GRU] = 3, [ONNX_LSTM] = 4 };
static const guint n_activations[] = { [ONNX_RNN] = 1, [ONNX_GRU] = 2, [ONNX_LSTM] = 3 };
static const char *const usual[][3] = { [ONNX_RNN] = { "Tanh" },
                                        [ONNX_GRU] = { "Sigmoid", "Tanh" },
                                        [ONNX_LSTM] = { "Sigmoid", "Tanh", "Tanh" } };

/* How an activation is made, and which numbers it takes from the lists. */
typedef struct {
  const char *name;
  double alpha, beta;
  guint takes;
  WeirPort (*build) (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta);
} Activation;

static WeirPort
affine (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  return WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", x, alpha), beta);
}

static WeirPort
scaled_tanh (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  return WEIR_MAKE (
      &n->make, "Multiply",
      WEIR_MAKE (&n->make, "Tanh", WEIR_MAKE (&n->make, "Multiply", x, beta)), alpha);
}

static WeirPort
hard_sigmoid (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  return WEIR_MAKE (&n->make, "HardSigmoid", x, alpha, beta);
}

static WeirPort
leaky_relu (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  (void) beta;
  return WEIR_MAKE (&n->make, "PRelu", x, weir_make_vector_of (&n->make, alpha));
}

static WeirPort
thresholded_relu (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  (void) beta;
  return WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "Greater", x, alpha), x,
                    weir_make_scalar (&n->make, x, 0));
}

static WeirPort
elu (OnnxNode *n, WeirPort x, WeirPort alpha, WeirPort beta)
{
  WeirPort zero = weir_make_scalar (&n->make, x, 0), below;

  (void) beta;
  below = WEIR_MAKE (&n->make, "Exp", WEIR_MAKE (&n->make, "Minimum", x, zero));
  below = WEIR_MAKE (&n->make, "Subtract", below, weir_make_scalar (&n->make, x, 1));
  return WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Maximum", x, zero),
                    WEIR_MAKE (&n->make, "Multiply", below, alpha));
}

static const Activation activations[] = {
  { "Tanh", 0, 0, 0, NULL },
  { "Sigmoid", 0, 0, 0, NULL },
  { "Relu", 0, 0, 0, NULL },
  { "SoftPlus", 0, 0, 0, NULL },
  { "SoftSign", 0, 0, 0, NULL },
  { "Affine", 1, 0, 2, affine },
  { "ScaledTanh", 1, 1, 2, scaled_tanh },
  { "HardSigmoid", 0.2, 0.5, 2, hard_sigmoid },
  { "LeakyRelu", 0.01, 0, 1, leaky_relu },
  { "ThresholdedRelu", 1, 0, 1, thresholded_relu },
  { "Elu", 1, 0, 1, elu },
};

#define N_PLAIN 3

static const Activation *
find_activation (OnnxNode *n, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_ascii_strcasecmp (activations[i].name, name) == 0)
      return &activations[i];
  weir_make_unsupported (&n->make, "activation %s", name);
  return &activations[0];
}

static guint
n_directions (OnnxNode *n)
{
  return onnx_attr_is (n, "direction", "forward", "bidirectional") ? 2 : 1;
}

gboolean
onnx_rnn_is_plain (OnnxNode *n, OnnxCell cell)
{
  gsize count;
  g_auto (GStrv) names = onnx_attr_strings (n, "activations", &count);
  guint wanted = n_activations[cell];

  if (cell == ONNX_LSTM && (onnx_has (n, 7) || onnx_attr_int (n, "input_forget", 0) != 0))
    return FALSE;
  for (gsize i = 0; i < count && !weir_build_failed (n->make.b); i++)
    if (find_activation (n, names[i]) - activations >= N_PLAIN ||
        (i >= wanted && g_ascii_strcasecmp (names[i], names[i - wanted]) != 0))
      return FALSE;
  return TRUE;
}

/**
 * Cell:
 * @in: inside the loop
 * @direction: which one
 * @functions: the activations, with their parameters
 * @x: what the input gives to each gate, [1, batch, gates * hidden]; outside all steps
 * @valid: whether the step is one of the sequence, [1, batch, 1]; may be none
 */
typedef struct {
  OnnxNode *n;
  OnnxNode in;
  OnnxCell cell;
  guint direction;
  gint64 hidden;
  double clip;
  gboolean backwards, reset;
  const Activation *functions[3];
  double alpha[3], beta[3];
  WeirNode *node;
  WeirBody *body;
  WeirPort x, valid;
} Cell;

static WeirPort
activated (Cell *c, guint which, WeirPort x)
{
  OnnxNode *n = &c->in;
  const Activation *function = c->functions[which];
  WeirNode *node;

  if (c->clip > 0) {
    node = WEIR_MAKE_BEGIN (&n->make, "Clamp", x);
    weir_node_set_float (node, "min", -c->clip);
    weir_node_set_float (node, "max", c->clip);
    x = weir_make_end (&n->make, node);
  }
  if (function->build == NULL)
    return WEIR_MAKE (&n->make, function->name, x);
  return function->build (n, x, weir_make_scalar (&n->make, x, c->alpha[which]),
                          weir_make_scalar (&n->make, x, c->beta[which]));
}

/* The functions of this direction; parameters are taken from the lists one by one. */
static void
read_functions (Cell *c)
{
  OnnxNode *n = c->n;
  guint wanted = n_activations[c->cell], a = 0, b = 0, all = wanted * n_directions (n);
  gsize count, n_alpha, n_beta;
  g_auto (GStrv) names = onnx_attr_strings (n, "activations", &count);
  const float *alpha = onnx_attr_floats (n, "activation_alpha", &n_alpha);
  const float *beta = onnx_attr_floats (n, "activation_beta", &n_beta);

  if (count != 0 && count != all) {
    weir_make_invalid (&n->make, "attribute 'activations': expected %u names, found %zu",
                       all, count);
    count = 0;
  }
  for (guint i = 0; i < all; i++) {
    const Activation *f =
        find_activation (n, count > 0 ? names[i] : usual[c->cell][i % wanted]);
    guint place = i % wanted;
    double first = f->alpha, second = f->beta;

    if (f->takes >= 1 && a < n_alpha)
      first = alpha[a++];
    if (f->takes >= 2 && b < n_beta)
      second = beta[b++];
    if (i / wanted != c->direction)
      continue;
    c->functions[place] = f;
    c->alpha[place] = first;
    c->beta[place] = second;
  }
}

/* The part of input @index that belongs to this direction. */
static WeirPort
of_direction (Cell *c, guint index, gint64 axis)
{
  return weir_make_gather (&c->n->make, onnx_in (c->n, index),
                           weir_make_int (&c->n->make, c->direction), axis);
}

/* A value from outside, as the loop sees it: whole, or a slice of its first dimension. */
static WeirPort
seen (Cell *c, WeirPort outer, gboolean sliced)
{
  WeirShape shape = *weir_make_shape (&c->n->make, outer);

  if (weir_build_failed (c->n->make.b) || weir_build_failed (c->in.make.b))
    return WEIR_PORT_NONE;
  if (sliced && shape.rank > 0)
    shape.dims[0] = 1;
  weir_edit_append_input (c->n->make.b->graph, c->node, outer);
  onnx_map_input (c->body, c->node->n_inputs - 1,
                  weir_graph_n_parameters (c->in.make.b->graph), sliced ? 0 : -1,
                  sliced && c->backwards);
  return weir_build_parameter (c->in.make.b, c->n->make.name,
                               weir_make_dtype (&c->n->make, outer), &shape);
}

static WeirPort
gate (Cell *c, WeirPort all, guint index)
{
  OnnxNode *n = &c->in;

  return weir_make_slice (&n->make, all, WEIR_MAKE_INTS (&n->make, index * c->hidden),
                          WEIR_MAKE_INTS (&n->make, (index + 1) * c->hidden), -1);
}

static WeirPort
recurrent (OnnxNode *n, WeirPort h, WeirPort weights)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", h, weights);

  weir_node_set_bool (node, "transpose_b", TRUE);
  return weir_make_end (&n->make, node);
}

/* i, o, f, c; peepholes look at the cell before and, for the output, after the step. */
static WeirPort
lstm_step (Cell *c, WeirPort h, WeirPort *state, WeirPort r, WeirPort peepholes)
{
  OnnxNode *n = &c->in;
  WeirPort sums = WEIR_MAKE (&n->make, "Add", c->x, recurrent (n, h, r)), in[4], i, f, o;
  gboolean peeps = !weir_port_is_none (peepholes);

  for (guint k = 0; k < 4; k++)
    in[k] = gate (c, sums, k);
  for (guint k = 0; k < 3 && peeps; k += 2)
    in[k] = WEIR_MAKE (&n->make, "Add", in[k],
                       WEIR_MAKE (&n->make, "Multiply", gate (c, peepholes, k), *state));
  i = activated (c, 0, in[0]);
  f = onnx_attr_int (c->n, "input_forget", 0) != 0
          ? WEIR_MAKE (&n->make, "Subtract", weir_make_scalar (&n->make, i, 1), i)
          : activated (c, 0, in[2]);
  *state = WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", f, *state),
                      WEIR_MAKE (&n->make, "Multiply", i, activated (c, 1, in[3])));
  o = in[1];
  if (peeps)
    o = WEIR_MAKE (&n->make, "Add", o,
                   WEIR_MAKE (&n->make, "Multiply", gate (c, peepholes, 1), *state));
  o = activated (c, 0, o);
  /* The clip is for what goes into gates. */
  c->clip = 0;
  return WEIR_MAKE (&n->make, "Multiply", o, activated (c, 2, *state));
}

/* z, r, h */
static WeirPort
gru_step (Cell *c, WeirPort h, WeirPort r, WeirPort bias)
{
  OnnxNode *n = &c->in;
  WeirPort from_h, z, reset, y, last, weights;

  weights = weir_make_slice (&n->make, r, WEIR_MAKE_INTS (&n->make, 2 * c->hidden),
                             WEIR_MAKE_INTS (&n->make, 3 * c->hidden), 0);
  from_h = recurrent (n, h,
                      weir_make_slice (&n->make, r, WEIR_MAKE_INTS (&n->make, 0),
                                       WEIR_MAKE_INTS (&n->make, 2 * c->hidden), 0));
  z = activated (c, 0,
                 WEIR_MAKE (&n->make, "Add", gate (c, c->x, 0), gate (c, from_h, 0)));
  reset = activated (c, 0,
                     WEIR_MAKE (&n->make, "Add", gate (c, c->x, 1), gate (c, from_h, 1)));
  if (c->reset) {
    last = recurrent (n, h, weights);
    if (!weir_port_is_none (bias))
      last = WEIR_MAKE (&n->make, "Add", last, gate (c, bias, 2));
    last = WEIR_MAKE (&n->make, "Multiply", reset, last);
  } else {
    last = recurrent (n, WEIR_MAKE (&n->make, "Multiply", reset, h), weights);
  }
  y = activated (c, 1, WEIR_MAKE (&n->make, "Add", gate (c, c->x, 2), last));
  return WEIR_MAKE (
      &n->make, "Add",
      WEIR_MAKE (&n->make, "Multiply",
                 WEIR_MAKE (&n->make, "Subtract", weir_make_scalar (&n->make, z, 1), z),
                 y),
      WEIR_MAKE (&n->make, "Multiply", z, h));
}

/* Biases of the input and of the state, [gates * hidden]; that of a gate behind the reset
 * comes later. */
static WeirPort
input_part (Cell *c, WeirPort x, WeirPort *later)
{
  OnnxNode *n = c->n;
  gint64 all = n_gates[c->cell] * c->hidden, now = c->reset ? 2 * c->hidden : all;
  WeirPort y = recurrent (n, x, of_direction (c, 1, 0)), bias, more, parts[2];

  *later = WEIR_PORT_NONE;
  if (!onnx_has (n, 3))
    return y;
  bias = of_direction (c, 3, 0);
  more = weir_make_slice (&n->make, bias, WEIR_MAKE_INTS (&n->make, all),
                          WEIR_MAKE_INTS (&n->make, 2 * all), 0);
  bias = weir_make_slice (&n->make, bias, WEIR_MAKE_INTS (&n->make, 0),
                          WEIR_MAKE_INTS (&n->make, all), 0);
  if (c->reset) {
    *later = more;
    parts[0] = weir_make_slice (&n->make, more, WEIR_MAKE_INTS (&n->make, 0),
                                WEIR_MAKE_INTS (&n->make, now), 0);
    parts[1] = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0),
                                    WEIR_MAKE_INTS (&n->make, all - now));
    more = weir_make_concat (&n->make, parts, 2, 0);
  }
  return WEIR_MAKE (&n->make, "Add", y, WEIR_MAKE (&n->make, "Add", bias, more));
}

/* [batch, hidden]; zeros where none is given. */
static WeirPort
first_state (Cell *c, guint index, WeirPort x)
{
  OnnxNode *n = c->n;
  gboolean last = onnx_attr_int (n, "layout", 0) != 0;
  WeirPort parts[2];

  if (onnx_has (n, index))
    return of_direction (c, index, last ? 1 : 0);
  parts[0] = weir_make_dim_of (&n->make, x, 1);
  parts[1] = WEIR_MAKE_INTS (&n->make, c->hidden);
  return weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0),
                              weir_make_concat (&n->make, parts, 2, 0));
}

/* Whether each step [steps, batch, 1] is one of the sequences. */
static WeirPort
valid_steps (Cell *c, WeirPort x)
{
  OnnxNode *n = c->n;
  WeirPort lengths = weir_make_convert (&n->make, onnx_in (n, 4), WEIR_DTYPE_I64), at;

  at = weir_make_unsqueeze (
      &n->make, weir_make_counting (&n->make, weir_make_length_of (&n->make, x, 0)), 1);
  return weir_make_unsqueeze (&n->make, WEIR_MAKE (&n->make, "Less", at, lengths), 2);
}

/* What a state is after the step: what it was where the sequence has ended. */
static WeirPort
kept (Cell *c, WeirPort after, WeirPort before)
{
  return weir_port_is_none (c->valid)
             ? after
             : WEIR_MAKE (&c->in.make, "Select", c->valid, after, before);
}

static void
fill_body (Cell *c, WeirPort r, WeirPort bias, WeirPort peepholes, guint n_states)
{
  OnnxNode *n = &c->in;
  WeirPort before[2] = { WEIR_PORT_NONE, WEIR_PORT_NONE }, h, after = WEIR_PORT_NONE, y;

  for (guint i = 0; i < n_states && !weir_build_failed (c->n->make.b); i++) {
    WeirPort outer = c->node->inputs[i];

    onnx_map_input (c->body, i, i, -1, FALSE);
    before[i] = weir_build_parameter (n->make.b, n->make.name,
                                      weir_make_dtype (&c->n->make, outer),
                                      weir_make_shape (&c->n->make, outer));
  }
  c->x = weir_make_squeeze (&n->make, seen (c, c->x, TRUE), 0);
  if (!weir_port_is_none (c->valid))
    c->valid = weir_make_squeeze (&n->make, seen (c, c->valid, TRUE), 0);
  r = seen (c, r, FALSE);
  if (!weir_port_is_none (bias))
    bias = seen (c, bias, FALSE);
  if (!weir_port_is_none (peepholes))
    peepholes = seen (c, peepholes, FALSE);
  if (c->cell == ONNX_LSTM) {
    after = before[1];
    h = lstm_step (c, before[0], &after, r, peepholes);
  } else if (c->cell == ONNX_GRU) {
    h = gru_step (c, before[0], r, bias);
  } else {
    h = activated (c, 0, WEIR_MAKE (&n->make, "Add", c->x, recurrent (n, before[0], r)));
  }
  y = weir_port_is_none (c->valid) ? h
                                   : WEIR_MAKE (&n->make, "Select", c->valid, h,
                                                weir_make_scalar (&n->make, h, 0));
  weir_build_result (n->make.b, n->make.name, weir_make_unsqueeze (&n->make, y, 0));
  weir_build_result (n->make.b, n->make.name, kept (c, h, before[0]));
  if (n_states == 2)
    weir_build_result (n->make.b, n->make.name, kept (c, after, before[1]));
  onnx_map_output (c->body, 0, 0, 0, c->backwards);
  for (guint i = 0; i < n_states; i++) {
    onnx_map_output (c->body, i + 1, i + 1, -1, FALSE);
    onnx_map_back (c->body, i + 1, i);
  }
}

static WeirPort
turned_round (Cell *c, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&c->n->make, "ReverseSequence", x, onnx_in (c->n, 4));

  weir_node_set_int (node, "batch_axis", 1);
  weir_node_set_int (node, "seq_axis", 0);
  return weir_make_end (&c->n->make, node);
}

/* One direction: all outputs [steps, batch, hidden], and the last states. Sequences of
 * different lengths are turned round before and after a loop that goes forwards. */
static void
run_direction (Cell *c, WeirPort x, WeirPort *outputs)
{
  OnnxNode *n = c->n;
  WeirBuilder inside = { 0 };
  guint n_states = c->cell == ONNX_LSTM ? 2 : 1;
  gboolean turn = c->backwards && onnx_has (n, 4);
  WeirPort states[2], r, bias, peepholes = WEIR_PORT_NONE;

  c->backwards &= !turn;
  x = turn ? turned_round (c, x) : x;
  c->x = input_part (c, x, &bias);
  c->valid = onnx_has (n, 4) ? valid_steps (c, x) : WEIR_PORT_NONE;
  r = of_direction (c, 2, 0);
  for (guint i = 0; i < n_states; i++)
    states[i] = first_state (c, 5 + i, x);
  if (c->cell == ONNX_LSTM && onnx_has (n, 7))
    peepholes = of_direction (c, 7, 0);
  c->node = weir_build_begin_outputs (n->make.b, "TensorIterator", n->make.name, states,
                                      n_states, n_states + 1);
  if (c->node == NULL)
    return;
  c->body = weir_edit_add_body (c->node);
  inside = WEIR_BUILDER (c->body->graph);
  c->in = *n;
  c->in.make.b = &inside;
  fill_body (c, r, bias, peepholes, n_states);
  if (!weir_build_failed (n->make.b))
    weir_build_finish (&inside, &n->make.b->error);
  g_clear_error (&inside.error);
  outputs[0] = weir_make_end (&n->make, c->node);
  outputs[0] = turn ? turned_round (c, outputs[0]) : outputs[0];
  for (guint i = 0; i < n_states; i++)
    outputs[i + 1] = weir_make_port (&n->make, c->node, i + 1);
}

static gboolean
cell_init (Cell *c, OnnxNode *n, OnnxCell cell, guint direction)
{
  const WeirShape *r = weir_make_shape (&n->make, onnx_in (n, 2));

  *c = (Cell){ .n = n, .cell = cell, .direction = direction };
  c->hidden = onnx_attr_int (n, "hidden_size", r->rank == 3 ? r->dims[2] : 0);
  c->clip = onnx_attr_float (n, "clip", 0);
  c->reset = cell == ONNX_GRU && onnx_attr_int (n, "linear_before_reset", 0) != 0;
  c->backwards = direction == 1 || onnx_attr_is (n, "direction", "forward", "reverse");
  if (c->hidden < 1 || c->hidden > G_MAXINT32 / 8)
    weir_make_invalid (&n->make, "attribute 'hidden_size': found %" G_GINT64_FORMAT,
                       c->hidden);
  read_functions (c);
  return !weir_build_failed (n->make.b);
}

WeirPort
onnx_rnn_loop (OnnxNode *n, OnnxCell cell)
{
  gboolean first = onnx_attr_int (n, "layout", 0) != 0;
  guint directions = n_directions (n), n_outputs = cell == ONNX_LSTM ? 3 : 2;
  WeirPort x = onnx_in (n, 0), outputs[2][3], parts[2], y;

  if (first)
    x = weir_make_transpose (&n->make, x, (const gint64[]){ 1, 0, 2 }, 3);
  for (guint d = 0; d < directions; d++) {
    Cell c;

    for (guint i = 0; i < 3; i++)
      outputs[d][i] = WEIR_PORT_NONE;
    if (cell_init (&c, n, cell, d))
      run_direction (&c, x, outputs[d]);
  }
  for (guint i = 0; i < n_outputs && !weir_build_failed (n->make.b); i++) {
    gint64 axis = i == 0 ? 1 : 0;

    for (guint d = 0; d < directions; d++)
      parts[d] = weir_make_unsqueeze (&n->make, outputs[d][i], axis);
    y = directions == 2 ? weir_make_concat (&n->make, parts, 2, axis) : parts[0];
    if (first)
      y = i == 0 ? weir_make_transpose (&n->make, y, (const gint64[]){ 2, 0, 1, 3 }, 4)
                 : weir_make_transpose (&n->make, y, (const gint64[]){ 1, 0, 2 }, 3);
    onnx_out (n, i, y);
  }
  return WEIR_PORT_NONE;
}
