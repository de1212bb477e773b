#include "table.h"

#include <string.h>

/* The fused RNN: layers over a sequence [time, batch, size], whose weights lie in one
 * vector: those of all layers and directions, then all biases. */

/**
 * Kind:
 * @order: MXNet's gates in the order of the IR
 * @gates: how many
 */
typedef struct {
  const char *mode, *ir, *activation;
  gint64 order[4];
  guint gates;
} Kind;

static const Kind kinds[] = {
  { "lstm", "LSTMSequence", NULL, { 1, 0, 2, 3 }, 4 },
  { "gru", "GRUSequence", NULL, { 1, 0, 2 }, 3 },
  { "rnn_tanh", "RNNSequence", "tanh", { 0 }, 1 },
  { "rnn_relu", "RNNSequence", "relu", { 0 }, 1 },
};

/**
 * Rnn:
 * @at: what has been read of the weights
 * @bias: where the biases begin; moves on, as @at does
 * @state: new states of all layers
 */
typedef struct {
  MxNode *n;
  const Kind *kind;
  gint64 hidden, directions, layers, at, bias;
  WeirPort weights, first[2], lengths;
  GArray *state[2];
} Rnn;

/* The next @rows × @columns of the vector, its gates in the order of the IR:
 * [gates × hidden, columns], or a vector where @columns is 0. */
static WeirPort
next_part (Rnn *r, gint64 *at, gint64 columns)
{
  WeirMake *make = &r->n->make;
  gint64 width = MAX (columns, 1), size = r->kind->gates * r->hidden * width;
  WeirPort x = weir_make_slice (make, r->weights, WEIR_MAKE_INTS (make, *at),
                                WEIR_MAKE_INTS (make, *at + size), 0);

  *at += size;
  x = weir_make_reshape (make, x, (const gint64[]){ r->kind->gates, r->hidden, width },
                         3);
  if (r->kind->gates > 1)
    x = weir_make_gather (make, x, weir_make_ints (make, r->kind->order, r->kind->gates),
                          0);
  return columns > 0 ? weir_make_reshape (make, x, (const gint64[]){ -1, columns }, 2)
                     : weir_make_reshape (make, x, (const gint64[]){ -1 }, 1);
}

/* The last gate of a GRU keeps its two biases apart. */
static WeirPort
next_bias (Rnn *r)
{
  WeirMake *make = &r->n->make;
  WeirPort w = next_part (r, &r->bias, 0), u = next_part (r, &r->bias, 0);
  WeirPort sum = weir_make_2 (make, "Add", w, u), begin, end, zero;

  if (strcmp (r->kind->mode, "gru") != 0)
    return sum;
  zero = WEIR_MAKE_INTS (make, 0);
  begin = WEIR_MAKE_INTS (make, 2 * r->hidden);
  end = WEIR_MAKE_INTS (make, 3 * r->hidden);
  return weir_make_concat (make,
                           (const WeirPort[]){
                               weir_make_slice (make, sum, zero, begin, 0),
                               weir_make_slice (make, w, begin, end, 0),
                               weir_make_slice (make, u, begin, end, 0),
                           },
                           3, 0);
}

/* All directions of a layer, one above the other. */
static WeirPort
stack (const Rnn *r, const WeirPort *parts)
{
  WeirPort rows[2];

  for (gint64 i = 0; i < r->directions; i++)
    rows[i] = weir_make_unsqueeze (&r->n->make, parts[i], 0);
  return weir_make_concat (&r->n->make, rows, (guint) r->directions, 0);
}

/* The first states of @layer, [batch, directions, hidden]; one that a symbol leaves at
 * one item serves all of the batch. */
static WeirPort
first_state (Rnn *r, guint which, gint64 layer, WeirPort batch)
{
  WeirMake *make = &r->n->make;
  WeirPort x = weir_make_slice (make, r->first[which],
                                WEIR_MAKE_INTS (make, layer * r->directions),
                                WEIR_MAKE_INTS (make, (layer + 1) * r->directions), 0);
  const WeirShape *shape = weir_make_shape (make, x);

  x = weir_make_transpose (make, x, (const gint64[]){ 1, 0, 2 }, 3);
  if (shape->rank != 3 || shape->dims[1] != 1)
    return x;
  return weir_make_broadcast (
      make, x,
      weir_make_concat (make,
                        (const WeirPort[]){
                            batch,
                            WEIR_MAKE_INTS (make, r->directions, r->hidden),
                        },
                        2, 0));
}

/* The states after @node, [directions, batch, hidden]. */
static void
keep_states (Rnn *r, const WeirNode *node, guint n_states)
{
  for (guint i = 0; i < n_states; i++) {
    WeirPort x =
        weir_make_transpose (&r->n->make, weir_make_port (&r->n->make, node, i + 1),
                             (const gint64[]){ 1, 0, 2 }, 3);

    g_array_append_val (r->state[i], x);
  }
}

/* @x is [batch, time, size], and so is what comes back. */
static WeirPort
add_layer (Rnn *r, WeirPort x, gint64 layer, gint64 size)
{
  WeirMake *make = &r->n->make;
  guint n_states = strcmp (r->kind->mode, "lstm") == 0 ? 2 : 1, count = 0;
  WeirPort w[2], u[2], b[2], in[7], batch = weir_make_dim_of (make, x, 0), y;
  WeirNode *node;

  for (gint64 i = 0; i < r->directions; i++) {
    w[i] = next_part (r, &r->at, size);
    u[i] = next_part (r, &r->at, r->hidden);
    b[i] = next_bias (r);
  }
  in[count++] = x;
  for (guint i = 0; i < n_states; i++)
    in[count++] = first_state (r, i, layer, batch);
  in[count++] = !weir_port_is_none (r->lengths)
                    ? r->lengths
                    : weir_make_broadcast (make, weir_make_length_of (make, x, 1), batch);
  in[count++] = stack (r, w);
  in[count++] = stack (r, u);
  in[count++] = stack (r, b);
  node = weir_build_begin (make->b, r->kind->ir, make->name, in, count);
  weir_node_set_int (node, "hidden_size", r->hidden);
  weir_node_set_string (node, "direction",
                        r->directions == 2 ? "bidirectional" : "forward");
  if (r->kind->activation != NULL)
    weir_node_set_string (node, "activations", r->kind->activation);
  if (strcmp (r->kind->mode, "gru") == 0)
    weir_node_set_bool (node, "linear_before_reset", TRUE);
  y = weir_make_end (make, node);
  keep_states (r, node, n_states);
  y = weir_make_transpose (make, y, (const gint64[]){ 0, 2, 1, 3 }, 4);
  return weir_make_reshape (make, y, (const gint64[]){ 0, 0, r->directions * r->hidden },
                            3);
}

/* Reads what says how the weights lie; they are as many as that asks for. */
static gboolean
read_layout (Rnn *r, gint64 size)
{
  MxNode *n = r->n;
  const WeirShape *shape = weir_make_shape (&n->make, r->weights);
  gint64 rows = (gint64) r->kind->gates * r->hidden, wanted = 0;

  for (gint64 i = 0; i < r->layers; i++)
    wanted +=
        r->directions * rows * ((i == 0 ? size : r->directions * r->hidden) + r->hidden);
  r->bias = wanted;
  wanted += 2 * r->layers * r->directions * rows;
  if (shape->rank == 1 && (shape->dims[0] == wanted || shape->dims[0] < 0))
    return TRUE;
  weir_make_invalid (&n->make,
                     "its layers have %" G_GINT64_FORMAT
                     " weights, its parameters %" G_GINT64_FORMAT,
                     wanted, shape->rank == 1 ? shape->dims[0] : -1);
  return FALSE;
}

static const Kind *
find_kind (MxNode *n)
{
  const char *mode = mx_string (n, "mode", "");

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (mode, kinds[i].mode) == 0)
      return &kinds[i];
  weir_make_unsupported (&n->make, "mode %s", mode);
  return NULL;
}

static WeirPort
convert (Rnn *r)
{
  MxNode *n = r->n;
  WeirPort x = mx_in_rank (n, 0, 3);
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 size = shape->rank == 3 ? shape->dims[2] : WEIR_DIM_UNKNOWN;
  guint n_states = strcmp (r->kind->mode, "lstm") == 0 ? 2 : 1;

  if (size < 1 || size > G_MAXUINT16)
    return weir_make_unsupported (&n->make,
                                  "data that is not [time, batch, a known size]");
  r->weights = mx_in (n, 1);
  for (guint i = 0; i < n_states; i++)
    r->first[i] = mx_in_rank (n, 2 + i, 3);
  r->lengths = WEIR_PORT_NONE;
  if (mx_bool (n, "use_sequence_length", FALSE))
    r->lengths = weir_make_convert (&n->make, mx_in (n, 2 + n_states), WEIR_DTYPE_I64);
  if (!read_layout (r, size))
    return WEIR_PORT_NONE;
  x = weir_make_transpose (&n->make, x, (const gint64[]){ 1, 0, 2 }, 3);
  for (gint64 i = 0; i < r->layers && !weir_build_failed (n->make.b); i++)
    x = add_layer (r, x, i, i == 0 ? size : r->directions * r->hidden);
  if (mx_bool (n, "state_outputs", FALSE))
    for (guint i = 0; i < n_states; i++)
      mx_out (n, i + 1,
              weir_make_concat (&n->make, (const WeirPort *) (void *) r->state[i]->data,
                                r->state[i]->len, 0));
  return weir_make_transpose (&n->make, x, (const gint64[]){ 1, 0, 2 }, 3);
}

static WeirPort
rnn (MxNode *n)
{
  Rnn r = { .n = n,
            .kind = find_kind (n),
            .hidden = mx_int (n, "state_size", 0),
            .layers = mx_int (n, "num_layers", 0),
            .directions = mx_bool (n, "bidirectional", FALSE) ? 2 : 1 };
  WeirPort y;

  if (r.kind == NULL)
    return WEIR_PORT_NONE;
  if (mx_attr (n, "projection_size") != NULL)
    return weir_make_unsupported (&n->make, "projection_size");
  if (r.hidden < 1 || r.hidden > G_MAXUINT16 || r.layers < 1 || r.layers > 256)
    return weir_make_invalid (
        &n->make, "state_size %" G_GINT64_FORMAT ", num_layers %" G_GINT64_FORMAT,
        r.hidden, r.layers);
  for (guint i = 0; i < 2; i++)
    r.state[i] = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  y = convert (&r);
  for (guint i = 0; i < 2; i++)
    g_array_unref (r.state[i]);
  return y;
}

/* The vector of all weights, out of the arrays that layers have; each is flat. */
static WeirPort
param_concat (MxNode *n)
{
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));

  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_reshape (&n->make, mx_in (n, i), (const gint64[]){ -1 }, 1);
  return weir_make_concat (&n->make, parts, count, 0);
}

const MxRow mx_rows_rnn[] = {
  { "RNN", rnn },
  { "_rnn_param_concat", param_concat },
  { NULL },
};
