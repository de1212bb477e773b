#include "recurrent-cell.h"

#include <string.h>

/* LSTM, GRU and plain recurrent cells, and sequences of them in one or both directions.
 */

#define FORMATS "fico|icof|ifco|ifoc|iofc"

#define CELL_ROWS(activations)                                      \
  { "hidden_size", WEIR_ATTR_INT, NULL, "1..2147483647", 0, 0 },    \
      { "activations", WEIR_ATTR_STRING, activations, NULL, 0, 0 }, \
      { "activations_alpha", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },    \
      { "activations_beta", WEIR_ATTR_FLOATS, "", NULL, 0, 0 },     \
  {                                                                 \
    "clip", WEIR_ATTR_FLOAT, "0", "0..", 0, 0                       \
  }
#define DIRECTION_ROW                                                          \
  {                                                                            \
    "direction", WEIR_ATTR_STRING, NULL, "forward|reverse|bidirectional", 0, 0 \
  }
/* Weights are in the order f, i, c, o whatever the format says: OpenVINO never reads it.
 */
#define FORMAT_ROWS                                              \
  { "weights_format", WEIR_ATTR_STRING, "fico", FORMATS, 1, 3 }, \
  {                                                              \
    "input_forget", WEIR_ATTR_BOOL, "false", NULL, 1, 3          \
  }
#define RESET_ROW                                              \
  {                                                            \
    "linear_before_reset", WEIR_ATTR_BOOL, "false", NULL, 0, 0 \
  }

static const WeirAttrRow rnn_attrs[] = { CELL_ROWS ("tanh"), { NULL } };
static const WeirAttrRow gru_attrs[] = { CELL_ROWS ("sigmoid, tanh"),
                                         RESET_ROW,
                                         { NULL } };
static const WeirAttrRow lstm_attrs[] = { CELL_ROWS ("sigmoid, tanh, tanh"),
                                          FORMAT_ROWS,
                                          { NULL } };
static const WeirAttrRow rnn_sequence_attrs[] = { CELL_ROWS ("tanh"),
                                                  DIRECTION_ROW,
                                                  { NULL } };
static const WeirAttrRow gru_sequence_attrs[] = {
  CELL_ROWS ("sigmoid, tanh"), DIRECTION_ROW, RESET_ROW, { NULL }
};
static const WeirAttrRow lstm_sequence_attrs[] = { CELL_ROWS ("sigmoid, tanh, tanh"),
                                                   DIRECTION_ROW,
                                                   { NULL } };

/* What each input and output is: a letter a dimension. b: batch, s: steps, d: directions,
 * i: input size, h: hidden size, g: rows of the weights, k: rows of the bias, p: of the
 * peepholes. */
typedef struct {
  const char *op;
  const char *inputs[8];
  const char *outputs[3];
  int state, weights; /* where the hidden state and W are */
} Layout;

static const Layout layouts[] = {
  { "RNNCell", { "bi", "bh", "gi", "gh", "k" }, { "bh" }, 1, 2 },
  { "GRUCell", { "bi", "bh", "gi", "gh", "k" }, { "bh" }, 1, 2 },
  { "LSTMCell", { "bi", "bh", "bh", "gi", "gh", "k", "p" }, { "bh", "bh" }, 1, 3 },
  { "RNNSequence", { "bsi", "bdh", "b", "dgi", "dgh", "dk" }, { "bdsh", "bdh" }, 1, 3 },
  { "GRUSequence", { "bsi", "bdh", "b", "dgi", "dgh", "dk" }, { "bdsh", "bdh" }, 1, 3 },
  { "LSTMSequence",
    { "bsi", "bdh", "bdh", "b", "dgi", "dgh", "dk" },
    { "bdsh", "bdh", "bdh" },
    1,
    4 },
};

static const struct {
  char letter;
  const char *name;
} letters[] = {
  { 'b', "batch" },
  { 's', "steps" },
  { 'd', "directions" },
  { 'i', "input size" },
  { 'h', "hidden size" },
  { 'g', "rows of the weights" },
  { 'k', "rows of the bias" },
  { 'p', "peephole weights" },
};

static const Layout *
layout_of (const WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (weir_node_is (node, layouts[i].op))
      return &layouts[i];
  return NULL;
}

static gboolean
is_sequence (const Layout *layout)
{
  return layout->inputs[0][1] == 's';
}

static guint
index_of (char letter)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (letters) && letters[i].letter != letter)
    i++;
  return i;
}

/* Gives the letters of one input the sizes of its dimensions. */
static gboolean
take_input (const WeirShape *shape, const char *layout, guint port, gint64 *sizes,
            GError **error)
{
  if (shape->rank < 0)
    return TRUE;
  if (shape->rank != (int) strlen (layout))
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input %u: expected rank %zu, found rank %d", port, strlen (layout),
                      shape->rank);
  for (int i = 0; i < shape->rank; i++) {
    guint at = index_of (layout[i]);

    if (shape->dims[i] < 0)
      continue;
    if (sizes[at] >= 0 && sizes[at] != shape->dims[i])
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "input %u: expected %s %" G_GINT64_FORMAT
                        " in dimension %d, found %" G_GINT64_FORMAT,
                        port, letters[at].name, sizes[at], i, shape->dims[i]);
    sizes[at] = shape->dims[i];
  }
  return TRUE;
}

static void
init_sizes (gint64 *sizes, const WeirNode *node, const WeirCell *cell)
{
  gboolean both = is_sequence (layout_of (node)) &&
                  weir_node_string_is (node, "direction", "bidirectional");

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    sizes[i] = WEIR_DIM_UNKNOWN;
  sizes[index_of ('d')] = both ? 2 : 1;
  sizes[index_of ('h')] = cell->hidden;
  sizes[index_of ('g')] = cell->gates * cell->hidden;
  sizes[index_of ('k')] = weir_cell_bias (cell) * cell->hidden;
  sizes[index_of ('p')] = 3 * cell->hidden;
}

static gboolean
recurrent_infer (WeirInfer *infer, GError **error)
{
  const Layout *layout = layout_of (infer->node);
  gint64 sizes[G_N_ELEMENTS (letters)];
  WeirCell cell;

  if (!weir_cell_init (&cell, infer->node, error))
    return FALSE;
  if (infer->node->version >= 4 && weir_node_is (infer->node, "LSTMCell") &&
      infer->n_inputs == infer->node->op->max_inputs)
    return weir_fail (error, WEIR_ERROR_FORMAT, "version %u has no peepholes",
                      infer->node->version);
  init_sizes (sizes, infer->node, &cell);
  for (guint i = 0; i < infer->n_inputs; i++)
    if (!take_input (&infer->inputs[i].shape, layout->inputs[i], i, sizes, error))
      return FALSE;
  for (guint o = 0; o < infer->n_outputs; o++) {
    WeirShape shape = { .rank = (int) strlen (layout->outputs[o]) };

    for (int i = 0; i < shape.rank; i++)
      shape.dims[i] = sizes[index_of (layout->outputs[o][i])];
    weir_infer_set (infer, o, infer->inputs[0].dtype, &shape);
  }
  return TRUE;
}

/* A run: all inputs as doubles. */
typedef struct {
  const Layout *layout;
  WeirCell cell;
  WeirTensor *inputs[8];
  gint64 batch, steps, directions;
  double *h, *c, *scratch;
} Run;

static gboolean
run_init (Run *run, const WeirEval *eval, GError **error)
{
  const WeirShape *x = weir_tensor_shape (eval->inputs[0]);
  gsize room;

  *run = (Run){ .layout = layout_of (eval->node) };
  if (!weir_cell_init (&run->cell, eval->node, error))
    return FALSE;
  for (guint i = 0; i < eval->n_inputs; i++) {
    run->inputs[i] = weir_tensor_convert (eval->inputs[i], WEIR_DTYPE_F64, error);
    if (run->inputs[i] == NULL)
      return FALSE;
  }
  run->cell.input = x->dims[x->rank - 1];
  run->batch = x->dims[0];
  run->steps = is_sequence (run->layout) ? x->dims[1] : 1;
  run->directions =
      is_sequence (run->layout) ? weir_tensor_shape (eval->inputs[1])->dims[1] : 1;
  room = weir_cell_scratch (&run->cell) + 2 * (gsize) run->cell.hidden;
  run->h = weir_try_alloc (room * sizeof (double), error);
  if (run->h == NULL)
    return FALSE;
  run->c = run->h + run->cell.hidden;
  run->scratch = run->c + run->cell.hidden;
  return TRUE;
}

static void
run_clear (Run *run)
{
  for (guint i = 0; i < G_N_ELEMENTS (run->inputs); i++)
    weir_tensor_unref (run->inputs[i]);
  weir_free (run->h);
}

/* Row @row of input @port, in units of what follows one direction. */
static const double *
input_row (const Run *run, int port, gint64 row, gint64 size)
{
  if (run->inputs[port] == NULL)
    return NULL;
  return (const double *) weir_tensor_data (run->inputs[port]) + row * size;
}

static WeirCellWeights
weights_of (const Run *run, gint64 direction)
{
  const WeirCell *cell = &run->cell;
  gint64 rows = cell->gates * cell->hidden;
  int at = run->layout->weights;
  WeirCellWeights weights = {
    .w = input_row (run, at, direction, rows * cell->input),
    .r = input_row (run, at + 1, direction, rows * cell->hidden),
    .b = input_row (run, at + 2, direction, weir_cell_bias (cell) * cell->hidden),
  };

  if (cell->kind == WEIR_CELL_LSTM && !is_sequence (run->layout))
    weights.p = input_row (run, at + 3, direction, 3 * cell->hidden);
  return weights;
}

static void
store_row (WeirTensor *tensor, gint64 row, const double *values, gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    weir_dtype_store (weir_tensor_dtype (tensor), weir_tensor_writable (tensor),
                      (gsize) (row * n + i), values[i]);
}

static gboolean
steps_of (const Run *run, gint64 batch, gint64 *steps, GError **error)
{
  const WeirTensor *lengths =
      is_sequence (run->layout) ? run->inputs[run->layout->weights - 1] : NULL;
  double length;

  *steps = run->steps;
  if (lengths == NULL)
    return TRUE;
  length = weir_tensor_get (lengths, (gsize) batch);
  if (!(length >= 0) || length > (double) run->steps)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "sequence %" G_GINT64_FORMAT " has length %g, expected 0 to "
                      "%" G_GINT64_FORMAT,
                      batch, length, run->steps);
  *steps = (gint64) length;
  return TRUE;
}

/* One sequence in one direction; the steps after its length give zeros. */
static gboolean
run_row (Run *run, WeirEval *eval, gint64 batch, gint64 direction, gboolean reverse,
         GError **error)
{
  gint64 n = run->cell.hidden, steps, row = batch * run->directions + direction;
  WeirCellWeights weights = weights_of (run, direction);
  gboolean lstm = run->cell.kind == WEIR_CELL_LSTM;
  guint first_state = is_sequence (run->layout) ? 1 : 0;

  if (!steps_of (run, batch, &steps, error))
    return FALSE;
  memcpy (run->h, input_row (run, run->layout->state, row, n),
          (gsize) n * sizeof (double));
  if (lstm)
    memcpy (run->c, input_row (run, run->layout->state + 1, row, n),
            (gsize) n * sizeof (double));
  for (gint64 i = 0; i < steps; i++) {
    gint64 at = reverse ? steps - 1 - i : i;

    weir_cell_step (&run->cell, &weights,
                    input_row (run, 0, batch * run->steps + at, run->cell.input), run->h,
                    run->c, run->scratch);
    if (is_sequence (run->layout))
      store_row (eval->outputs[0], row * run->steps + at, run->h, n);
  }
  store_row (eval->outputs[first_state], row, run->h, n);
  if (lstm)
    store_row (eval->outputs[first_state + 1], row, run->c, n);
  return TRUE;
}

static gboolean
recurrent_evaluate (WeirEval *eval, GError **error)
{
  Run run;
  gboolean good = run_init (&run, eval, error), first_reverse;

  for (guint i = 0; good && i < eval->n_outputs; i++)
    good = weir_eval_inferred (eval, i, error) != NULL;
  first_reverse = is_sequence (run.layout) &&
                  weir_node_string_is (eval->node, "direction", "reverse");
  for (gint64 d = 0; good && d < run.directions; d++)
    for (gint64 b = 0; good && b < run.batch; b++)
      good = run_row (&run, eval, b, d, d == 1 || first_reverse, error);
  run_clear (&run);
  return good;
}

#define WEIR_OP_RECURRENT_DEFINE(id, op, first, last, low, high, n_outputs, rows, text) \
  WEIR_OP_DEFINE (id) = {                                                               \
    .name = op,                                                                         \
    .versions = { first, first == last ? 0 : last },                                    \
    .preferred = last,                                                                  \
    .min_inputs = low,                                                                  \
    .max_inputs = high,                                                                 \
    .outputs = n_outputs,                                                               \
    .attrs = rows,                                                                      \
    .summary = text,                                                                    \
    .infer = recurrent_infer,                                                           \
    .evaluate = recurrent_evaluate,                                                     \
  }

WEIR_OP_RECURRENT_DEFINE (rnn_cell, "RNNCell", 1, 1, 4, 5, 1, rnn_attrs,
                          "One step of a recurrent network");
WEIR_OP_RECURRENT_DEFINE (gru_cell, "GRUCell", 3, 3, 4, 5, 1, gru_attrs,
                          "One step of a gated recurrent unit");
WEIR_OP_RECURRENT_DEFINE (lstm_cell, "LSTMCell", 1, 4, 5, 7, 2, lstm_attrs,
                          "One step of a long short-term memory");
WEIR_OP_RECURRENT_DEFINE (rnn_sequence, "RNNSequence", 5, 5, 6, 6, 2, rnn_sequence_attrs,
                          "A recurrent network over a sequence");
WEIR_OP_RECURRENT_DEFINE (gru_sequence, "GRUSequence", 5, 5, 6, 6, 2, gru_sequence_attrs,
                          "Gated recurrent units over a sequence");
WEIR_OP_RECURRENT_DEFINE (lstm_sequence, "LSTMSequence", 5, 5, 7, 7, 3,
                          lstm_sequence_attrs,
                          "A long short-term memory over a sequence");
