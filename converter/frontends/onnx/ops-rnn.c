#include "attr.h"
#include "node.h"
#include "rnn-loop.h"
#include "table.h"

#include <string.h>

/* RNN, GRU and LSTM as the sequences of the IR, whose tensors begin with the batch. */

typedef struct {
  const char *op;      /* of the IR */
  guint gates;         /* parts of the weights */
  const gint64 *order; /* the IR's gates by their place in ONNX; NULL for the same */
  guint n_activations; /* a direction */
} Kind;

/* i, o, f, c in ONNX; f, i, c, o in the IR. */
static const gint64 lstm_order[] = { 2, 0, 3, 1 };

static const Kind rnn_kind = { "RNNSequence", 1, NULL, 1 };
static const Kind gru_kind = { "GRUSequence", 3, NULL, 2 };
static const Kind lstm_kind = { "LSTMSequence", 4, lstm_order, 3 };

typedef struct {
  OnnxNode *n;
  const Kind *kind;
  gint64 hidden;
  gint64 directions;
  gboolean batch_first;
  gboolean reset; /* linear_before_reset (GRU) */
  WeirPort x;     /* [batch, steps, input] */
} Sequence;

/* The parts of @x along axis 1, in the order of the IR. */
static WeirPort
reorder (const Sequence *s, WeirPort x)
{
  OnnxNode *n = s->n;
  guint gates = s->kind->gates;
  WeirPort inputs[2] = { x, weir_make_int (&n->make, 1) }, parts[4];
  WeirNode *node;

  if (s->kind->order == NULL)
    return x;
  node = weir_build_begin_outputs (n->make.b, "Split", n->make.name, inputs, 2, gates);
  weir_node_set_int (node, "num_splits", gates);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < gates; i++)
    parts[i] = weir_make_port (&n->make, node, (guint) s->kind->order[i]);
  return weir_make_concat (&n->make, parts, gates, 1);
}

static WeirPort
part (OnnxNode *n, WeirPort x, gint64 begin, gint64 end)
{
  return weir_make_slice (&n->make, x, WEIR_MAKE_INTS (&n->make, begin),
                          WEIR_MAKE_INTS (&n->make, end), 1);
}

/* ONNX has a bias for the input and one for the state; the IR has their sum, except where
 * the reset gate of a GRU comes between them. */
static WeirPort
bias (const Sequence *s)
{
  OnnxNode *n = s->n;
  gint64 rows = (gint64) s->kind->gates * s->hidden, h = s->hidden;
  WeirPort both, of_input, of_state, parts[3];

  if (!onnx_has (n, 3)) {
    gint64 all = rows + (s->reset ? h : 0);
    WeirPort zero = weir_make_scalar (&n->make, s->x, 0);

    return weir_make_broadcast (&n->make, zero,
                                WEIR_MAKE_INTS (&n->make, s->directions, all));
  }
  both = onnx_in (n, 3);
  of_input = part (n, both, 0, rows);
  of_state = part (n, both, rows, 2 * rows);
  if (!s->reset)
    return reorder (s, WEIR_MAKE (&n->make, "Add", of_input, of_state));
  parts[0] = WEIR_MAKE (&n->make, "Add", part (n, of_input, 0, 2 * h),
                        part (n, of_state, 0, 2 * h));
  parts[1] = part (n, of_input, 2 * h, 3 * h);
  parts[2] = part (n, of_state, 2 * h, 3 * h);
  return weir_make_concat (&n->make, parts, 3, 1);
}

/* A state as [batch, directions, hidden]; zeros where none is given. */
static WeirPort
state (const Sequence *s, guint index)
{
  OnnxNode *n = s->n;
  WeirPort parts[2];

  if (onnx_has (n, index))
    return s->batch_first ? onnx_in (n, index)
                          : weir_make_transpose (&n->make, onnx_in (n, index),
                                                 (const gint64[]){ 1, 0, 2 }, 3);
  parts[0] = weir_make_dim_of (&n->make, s->x, 0);
  parts[1] = WEIR_MAKE_INTS (&n->make, s->directions, s->hidden);
  return weir_make_broadcast (&n->make, weir_make_scalar (&n->make, s->x, 0),
                              weir_make_concat (&n->make, parts, 2, 0));
}

static WeirPort
lengths (const Sequence *s)
{
  OnnxNode *n = s->n;
  WeirPort steps;

  if (onnx_has (n, 4))
    return weir_make_convert (&n->make, onnx_in (n, 4), WEIR_DTYPE_I64);
  steps = weir_make_length_of (&n->make, s->x, 1);
  return weir_make_broadcast (&n->make, steps, weir_make_dim_of (&n->make, s->x, 0));
}

/* Names in lower case; both directions have the same ones (rnn-loop.h). */
static void
set_activations (const Sequence *s, WeirNode *node)
{
  OnnxNode *n = s->n;
  guint wanted = s->kind->n_activations;
  gsize count, n_alpha, n_beta;
  g_auto (GStrv) names = onnx_attr_strings (n, "activations", &count);
  g_autoptr (GString) list = g_string_new (NULL);

  onnx_attr_floats (n, "activation_alpha", &n_alpha);
  onnx_attr_floats (n, "activation_beta", &n_beta);
  if (count == 0)
    return;
  if (count < wanted || (count != wanted && count != 2 * wanted)) {
    weir_make_invalid (
        &n->make, "attribute 'activations': expected %u names a direction, found %zu",
        wanted, count);
    return;
  }
  for (gsize i = 0; i < count; i++) {
    g_autofree char *lower = g_ascii_strdown (names[i], -1);

    if (i < wanted)
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", lower);
  }
  weir_node_set_string (node, "activations", list->str);
}

static gboolean
sequence_init (Sequence *s, OnnxNode *n, const Kind *kind)
{
  WeirPort r = onnx_in (n, 2);
  const WeirShape *shape = weir_make_shape (&n->make, r);
  const char *direction = onnx_attr_string (n, "direction", "forward");

  *s = (Sequence){ .n = n, .kind = kind, .hidden = onnx_attr_int (n, "hidden_size", 0) };
  s->directions = strcmp (direction, "bidirectional") == 0 ? 2 : 1;
  s->batch_first = onnx_attr_int (n, "layout", 0) != 0;
  s->reset = kind == &gru_kind && onnx_attr_int (n, "linear_before_reset", 0) != 0;
  if (s->hidden == 0 && shape->rank == 3)
    s->hidden = shape->dims[2];
  if (s->hidden < 1 || s->hidden > G_MAXINT32)
    weir_make_invalid (
        &n->make, "attribute 'hidden_size': expected 1 or more, found %" G_GINT64_FORMAT,
        s->hidden);
  s->x = onnx_in (n, 0);
  if (!s->batch_first)
    s->x = weir_make_transpose (&n->make, s->x, (const gint64[]){ 1, 0, 2 }, 3);
  return !weir_build_failed (n->make.b);
}

static void
set_attrs (const Sequence *s, WeirNode *node)
{
  OnnxNode *n = s->n;

  weir_node_set_int (node, "hidden_size", s->hidden);
  weir_node_set_string (node, "direction", onnx_attr_string (n, "direction", "forward"));
  weir_node_set_float (node, "clip", onnx_attr_float (n, "clip", 0));
  if (s->kind == &gru_kind)
    weir_node_set_bool (node, "linear_before_reset", s->reset);
  set_activations (s, node);
}

/* Y of the IR is [batch, directions, steps, hidden]. */
static void
hand_out (const Sequence *s, WeirNode *node)
{
  static const gint64 steps_first[] = { 2, 1, 0, 3 }, batch_first[] = { 0, 2, 1, 3 };
  OnnxNode *n = s->n;

  weir_make_end (&n->make, node);
  if (onnx_wants (n, 0))
    onnx_out (n, 0,
              weir_make_transpose (&n->make, weir_make_port (&n->make, node, 0),
                                   s->batch_first ? batch_first : steps_first, 4));
  for (guint i = 1; i < n->n_outputs; i++) {
    WeirPort last = weir_make_port (&n->make, node, i);

    if (onnx_wants (n, i))
      onnx_out (n, i,
                s->batch_first ? last
                               : weir_make_transpose (&n->make, last,
                                                      (const gint64[]){ 1, 0, 2 }, 3));
  }
}

static WeirPort
sequence (OnnxNode *n, const Kind *kind)
{
  gboolean lstm = kind == &lstm_kind;
  WeirPort inputs[7];
  guint count = 0;
  WeirNode *node;
  Sequence s;

  if (!sequence_init (&s, n, kind))
    return WEIR_PORT_NONE;
  inputs[count++] = s.x;
  inputs[count++] = state (&s, 5);
  if (lstm)
    inputs[count++] = state (&s, 6);
  inputs[count++] = lengths (&s);
  inputs[count++] = reorder (&s, onnx_in (n, 1));
  inputs[count++] = reorder (&s, onnx_in (n, 2));
  inputs[count++] = bias (&s);
  node = weir_build_begin (n->make.b, kind->op, n->make.name, inputs, count);
  set_attrs (&s, node);
  hand_out (&s, node);
  return WEIR_PORT_NONE;
}

static WeirPort
sequence_or_loop (OnnxNode *n, const Kind *kind, OnnxCell cell)
{
  return onnx_rnn_is_plain (n, cell) ? sequence (n, kind) : onnx_rnn_loop (n, cell);
}

static WeirPort
rnn (OnnxNode *n)
{
  return sequence_or_loop (n, &rnn_kind, ONNX_RNN);
}

static WeirPort
gru (OnnxNode *n)
{
  return sequence_or_loop (n, &gru_kind, ONNX_GRU);
}

static WeirPort
lstm (OnnxNode *n)
{
  return sequence_or_loop (n, &lstm_kind, ONNX_LSTM);
}

/* Weights at input @index as numbers, columns become rows; scales are one a direction, or
 * one a direction and column. */
static WeirPort
weights_of (OnnxNode *n, guint index, guint scale, guint zero)
{
  WeirPort w = weir_make_convert (&n->make, onnx_in (n, index), WEIR_DTYPE_F32);
  WeirPort steps = onnx_in (n, scale);
  WeirPort point = weir_make_convert (&n->make, onnx_in (n, zero), WEIR_DTYPE_F32);
  const gint64 dims[] = { 0, 1, weir_make_rank (&n->make, steps) == 2 ? -1 : 1 };

  w = WEIR_MAKE (&n->make, "Subtract", w, weir_make_reshape (&n->make, point, dims, 3));
  w = WEIR_MAKE (&n->make, "Multiply", w, weir_make_reshape (&n->make, steps, dims, 3));
  return weir_make_transpose (&n->make, w, (const gint64[]){ 0, 2, 1 }, 3);
}

/* The weights have 8 bits; what they are multiplied by is not rounded as ONNX Runtime
 * does, so that results are those of the weights. */
static WeirPort
quantized_lstm (OnnxNode *n)
{
  g_autofree OnnxValue *inputs = NULL;
  OnnxNode inner = *n;

  if (n->n_inputs < 12)
    return weir_make_invalid (&n->make, "expected 12 inputs, found %u", n->n_inputs);
  inputs = g_memdup2 (n->inputs, n->n_inputs * sizeof *inputs);
  inputs[1].port = weights_of (n, 1, 8, 9);
  inputs[2].port = weights_of (n, 2, 10, 11);
  inner.inputs = inputs;
  inner.n_inputs = 8;
  return lstm (&inner);
}

const OnnxRow onnx_rows_rnn[] = {
  { "DynamicQuantizeLSTM", "com.microsoft", 0, 0, quantized_lstm },
  { "GRU", NULL, 0, 0, gru },
  { "LSTM", NULL, 0, 0, lstm },
  { "RNN", NULL, 0, 0, rnn },
  { NULL },
};
