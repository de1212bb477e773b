#include "table.h"

#include <string.h>

/* rnn: layers of LSTM, GRU or a plain cell, both ways where they are bidirectional. Data
 * is [time, batch, features]; gates stand as i, f, g, o and r, z, n. */

#define MAX_LAYERS 64

/* Which of PaddlePaddle's gates stands at each place of the IR's. */
static const struct {
  const char *mode, *ir, *activation;
  guint gates;
  gint64 order[4];
} cells[] = {
  { "LSTM", "LSTMSequence", NULL, 4, { 1, 0, 2, 3 } },
  { "GRU", "GRUSequence", NULL, 3, { 1, 0, 2 } },
  { "RNN_TANH", "RNNSequence", "tanh", 1, { 0 } },
  { "RNN_RELU", "RNNSequence", "relu", 1, { 0 } },
};

typedef struct {
  PdNode *n;
  guint cell; /* of cells */
  gint64 hidden, layers, directions;
  WeirPort lengths;
} Rnn;

/* The gates of @x, [gates * hidden, …], in the IR's order. */
static WeirPort
reorder (const Rnn *r, WeirPort x)
{
  WeirMake *m = &r->n->make;
  guint gates = cells[r->cell].gates;
  WeirPort parts[4];

  if (gates == 1)
    return x;
  for (guint i = 0; i < gates; i++) {
    gint64 from = cells[r->cell].order[i] * r->hidden;

    parts[i] = weir_make_slice (m, x, WEIR_MAKE_INTS (m, from),
                                WEIR_MAKE_INTS (m, from + r->hidden), 0);
  }
  return weir_make_concat (m, parts, gates, 0);
}

/* A GRU keeps the bias of the state's part of its last gate apart. */
static WeirPort
bias_of (const Rnn *r, WeirPort input, WeirPort state)
{
  WeirMake *m = &r->n->make;
  WeirPort first, parts[3];
  gint64 h = r->hidden;

  input = reorder (r, input);
  state = reorder (r, state);
  first = weir_make_2 (m, "Add", input, state);
  if (cells[r->cell].gates != 3)
    return first;
  parts[0] =
      weir_make_slice (m, first, WEIR_MAKE_INTS (m, 0), WEIR_MAKE_INTS (m, 2 * h), 0);
  parts[1] =
      weir_make_slice (m, input, WEIR_MAKE_INTS (m, 2 * h), WEIR_MAKE_INTS (m, 3 * h), 0);
  parts[2] =
      weir_make_slice (m, state, WEIR_MAKE_INTS (m, 2 * h), WEIR_MAKE_INTS (m, 3 * h), 0);
  return weir_make_concat (m, parts, 3, 0);
}

/* Both directions of one kind of weight, one above the other. */
static WeirPort
weights_of (const Rnn *r, gint64 layer, guint kind)
{
  WeirMake *m = &r->n->make;
  WeirPort parts[2];

  for (gint64 d = 0; d < r->directions; d++) {
    guint at = (guint) (2 * (layer * r->directions + d));
    guint biases = (guint) (2 * r->layers * r->directions);

    parts[d] = kind < 2 ? reorder (r, pd_in_at (r->n, "WeightList", at + kind))
                        : bias_of (r, pd_in_at (r->n, "WeightList", biases + at),
                                   pd_in_at (r->n, "WeightList", biases + at + 1));
    parts[d] = weir_make_unsqueeze (m, weir_make_known (m, parts[d]), 0);
  }
  return weir_make_known (m, weir_make_concat (m, parts, (guint) r->directions, 0));
}

/* The first state of one layer, as [batch, directions, hidden]. */
static WeirPort
state_of (const Rnn *r, guint which, gint64 layer)
{
  WeirMake *m = &r->n->make;
  gint64 first = layer * r->directions;
  WeirPort all = pd_in_at (r->n, "PreState", which);

  return weir_make_transpose (m,
                              weir_make_slice (m, all, WEIR_MAKE_INTS (m, first),
                                               WEIR_MAKE_INTS (m, first + r->directions),
                                               0),
                              (const gint64[]){ 1, 0, 2 }, 3);
}

static WeirNode *
begin_layer (const Rnn *r, WeirPort x, gint64 layer)
{
  WeirMake *m = &r->n->make;
  gboolean lstm = cells[r->cell].gates == 4;
  WeirPort inputs[7];
  guint count = 0;
  WeirNode *node;

  inputs[count++] = x;
  inputs[count++] = state_of (r, 0, layer);
  if (lstm)
    inputs[count++] = state_of (r, 1, layer);
  inputs[count++] = r->lengths;
  for (guint kind = 0; kind < 3; kind++)
    inputs[count++] = weights_of (r, layer, kind);
  node = weir_build_begin (m->b, cells[r->cell].ir, m->name, inputs, count);
  weir_node_set_int (node, "hidden_size", r->hidden);
  weir_node_set_string (node, "direction",
                        r->directions == 2 ? "bidirectional" : "forward");
  if (cells[r->cell].gates == 3)
    weir_node_set_bool (node, "linear_before_reset", TRUE);
  if (cells[r->cell].activation != NULL)
    weir_node_set_string (node, "activations", cells[r->cell].activation);
  return node;
}

/* [batch, directions, time, hidden] -> [batch, time, directions * hidden] */
static WeirPort
join_directions (WeirMake *m, WeirPort y)
{
  y = weir_make_transpose (m, y, (const gint64[]){ 0, 2, 1, 3 }, 4);
  return weir_make_reshape (m, y, (const gint64[]){ 0, 0, -1 }, 3);
}

static WeirPort
run_layers (const Rnn *r, WeirPort x)
{
  WeirMake *m = &r->n->make;
  guint n_states = cells[r->cell].gates == 4 ? 2 : 1;
  WeirPort states[2][MAX_LAYERS];

  for (gint64 layer = 0; layer < r->layers; layer++) {
    WeirNode *node = begin_layer (r, x, layer);

    x = join_directions (m, weir_make_end (m, node));
    for (guint i = 0; i < n_states; i++)
      states[i][layer] = weir_make_transpose (m, weir_make_port (m, node, i + 1),
                                              (const gint64[]){ 1, 0, 2 }, 3);
  }
  for (guint i = 0; i < n_states; i++)
    pd_out_at (r->n, "State", i, weir_make_concat (m, states[i], (guint) r->layers, 0));
  return x;
}

static gboolean
read_rnn (PdNode *n, Rnn *r)
{
  const char *mode = pd_string (n, "mode", "LSTM");

  *r = (Rnn){ .n = n,
              .hidden = pd_int (n, "hidden_size", 0),
              .layers = pd_int (n, "num_layers", 1),
              .directions = pd_bool (n, "is_bidirec", FALSE) ? 2 : 1 };
  while (r->cell < G_N_ELEMENTS (cells) && strcmp (cells[r->cell].mode, mode) != 0)
    r->cell++;
  if (r->cell == G_N_ELEMENTS (cells))
    weir_make_unsupported (&n->make, "mode %s", mode);
  else if (r->layers < 1 || r->layers > MAX_LAYERS || r->hidden < 1 ||
           r->hidden > G_MAXINT16)
    weir_make_invalid (&n->make,
                       "expected 1 to %d layers of 1 to %d elements, found "
                       "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT,
                       MAX_LAYERS, G_MAXINT16, r->layers, r->hidden);
  return !weir_build_failed (n->make.b);
}

static WeirPort
rnn (PdNode *n)
{
  const gint64 swap[] = { 1, 0, 2 };
  WeirPort x = pd_in (n, "Input");
  Rnn r;

  if (!read_rnn (n, &r))
    return WEIR_PORT_NONE;
  r.lengths =
      pd_has (n, "SequenceLength")
          ? weir_make_convert (&n->make, pd_in (n, "SequenceLength"), WEIR_DTYPE_I32)
          : weir_make_convert (&n->make,
                               weir_make_broadcast (&n->make,
                                                    weir_make_length_of (&n->make, x, 0),
                                                    weir_make_dim_of (&n->make, x, 1)),
                               WEIR_DTYPE_I32);
  r.lengths = weir_make_known (&n->make, r.lengths);
  x = run_layers (&r, weir_make_transpose (&n->make, x, swap, 3));
  return weir_make_transpose (&n->make, x, swap, 3);
}

const PdRow pd_rows_rnn[] = {
  { "rnn", rnn },
  { NULL },
};
