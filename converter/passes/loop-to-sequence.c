#include "list.h"

#include "cell.h"

/* A Loop over the rows of a value whose body is one recurrent cell becomes the sequence
 * of the IR that says the same. */

/* One variable of the loop. */
typedef struct {
  WeirPort initial, before, after; /* around it; within its body */
} State;

#define MAX_STATES 4

/*
 * Match:
 * @x: what is sliced
 * @hidden, @cell_state: the states of the cell; one and the same where it has one
 */
typedef struct {
  WeirGraph *graph;
  const WeirNode *loop;
  const WeirBody *body;
  WeirPort x;
  State states[MAX_STATES];
  guint n_states, hidden, cell_state;
  WeirCell cell;
} Match;

static WeirPort
result_of (const Match *match, guint index)
{
  return weir_graph_result (match->body->graph, index)->inputs[0];
}

static gboolean
is_true (const WeirGraph *graph, WeirPort port)
{
  const WeirTensor *value = weir_graph_info (graph, port)->value;

  return value != NULL && weir_tensor_count (value) == 1 &&
         weir_tensor_get (value, 0) != 0;
}

/* (nullable): what takes the dimension of the rounds away, for one reader. */
static const WeirNode *
squeeze_of (const WeirGraph *body, const WeirNode *parameter)
{
  WeirPort port = WEIR_PORT (parameter, 0);
  const WeirNode *node = weir_match_only_use (body, port);
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n;

  if (weir_node_is (node, "Squeeze") && node->n_inputs == 2 &&
      weir_pass_ints (body, node, 1, axes, &n) && n == 1 && axes[0] == 0)
    return node;
  return NULL;
}

static gboolean
add_input (Match *match, const WeirPortMap *map)
{
  const WeirNode *parameter = weir_graph_parameter (match->body->graph, map->internal);
  const WeirNode *squeeze;

  if (map->external < 0)
    return FALSE;
  if (map->axis >= 0) {
    squeeze = squeeze_of (match->body->graph, parameter);
    if (map->axis != 0 || map->start != 0 || map->end != -1 || map->stride != 1 ||
        map->part_size != 1 || squeeze == NULL || !weir_port_is_none (match->x))
      return FALSE;
    match->x = match->loop->inputs[map->external];
    match->cell.x = WEIR_PORT (squeeze, 0);
    return weir_graph_shape (match->graph, match->x)->rank == 3;
  }
  for (guint i = 0; i < match->body->back_edges->len; i++) {
    const WeirBackEdge *edge = &g_array_index (match->body->back_edges, WeirBackEdge, i);

    if (edge->to != map->internal || match->n_states == MAX_STATES)
      continue;
    match->states[match->n_states++] =
        (State){ .initial = match->loop->inputs[map->external],
                 .before = WEIR_PORT (parameter, 0),
                 .after = result_of (match, edge->from) };
    return TRUE;
  }
  return FALSE;
}

static gboolean
match_inputs (Match *match)
{
  const WeirBody *body = match->body;

  if (body->condition < 0 || !is_true (match->graph, match->loop->inputs[1]) ||
      !is_true (body->graph, result_of (match, (guint) body->condition)))
    return FALSE;
  for (guint i = 0; i < body->inputs->len; i++)
    if (!add_input (match, &g_array_index (body->inputs, WeirPortMap, i)))
      return FALSE;
  return !weir_port_is_none (match->x);
}

/* A cell of one state may be plain, or a GRU. */
static gboolean
match_formula (WeirCell *cell, const State *h, const State *c)
{
  if (h != c)
    return weir_cell_match_lstm (cell, h->after, c->after);
  if (weir_cell_match_plain (cell, h->after))
    return TRUE;
  weir_cell_clear (cell);
  return weir_cell_match_gru (cell, h->after);
}

static gboolean
match_pair (Match *match, guint h, guint c)
{
  WeirCell *cell = &match->cell;

  cell->h = match->states[h].before;
  cell->c = match->states[c].before;
  match->hidden = h;
  match->cell_state = c;
  if (match_formula (cell, &match->states[h], &match->states[c]))
    return TRUE;
  weir_cell_clear (cell);
  return FALSE;
}

static gboolean
match_cell (Match *match)
{
  match->cell.graph = match->body->graph;
  for (guint h = 0; h < match->n_states; h++)
    for (guint c = 0; c < match->n_states; c++)
      if (match_pair (match, h, c))
        return TRUE;
  return FALSE;
}

/* Whether @port is the hidden state with one more dimension in front. */
static gboolean
is_row (const Match *match, WeirPort port)
{
  const WeirNode *node = weir_match (match->body->graph, port, "Unsqueeze");
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n;

  return node != NULL &&
         weir_port_equal (node->inputs[0], match->states[match->hidden].after) &&
         weir_pass_ints (match->body->graph, node, 1, axes, &n) && n == 1 && axes[0] == 0;
}

/* States besides those of the cell only hand the hidden state out, as a row; they are
 * what they were before where there is no round. */
static gboolean
match_others (const Match *match)
{
  const WeirTensor *trips = weir_graph_info (match->graph, match->loop->inputs[0])->value;

  for (guint i = 0; i < match->n_states; i++) {
    const State *state = &match->states[i];

    if (i == match->hidden || i == match->cell_state)
      continue;
    if (weir_graph_n_uses (match->body->graph, state->before) > 0 ||
        !is_row (match, state->after) || trips == NULL ||
        weir_tensor_get_int (trips, 0) < 1)
      return FALSE;
  }
  return TRUE;
}

static gboolean
match_outputs (const Match *match)
{
  const WeirBody *body = match->body;

  for (guint i = 0; i < body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->outputs, WeirPortMap, i);
    WeirPort port = result_of (match, map->internal);

    if (map->axis >= 0
            ? map->axis != 0 || map->stride != 1 || map->part_size != 1 ||
                  !is_row (match, port)
            : !is_row (match, port) &&
                  !weir_port_equal (port, match->states[match->hidden].after) &&
                  !weir_port_equal (port, match->states[match->cell_state].after))
      return FALSE;
  }
  return TRUE;
}

/* The sequence in the making; the first failure is kept by the builder. */
typedef struct {
  const Match *match;
  WeirBuilder builder;
  char *name;
  gint64 hidden, inputs;
} Build;

static WeirPort
slice (Build *b, WeirPort x, gint64 begin, WeirPort end, gint64 axis)
{
  const gint64 one = 1;

  return weir_build (&b->builder, "Slice", b->name,
                     WEIR_INPUTS (x, weir_build_i64 (&b->builder, b->name, &begin, 1),
                                  end, weir_build_i64 (&b->builder, b->name, &one, 1),
                                  weir_build_i64 (&b->builder, b->name, &axis, 1)));
}

static WeirPort
rows (Build *b, WeirPort x, gint64 begin, gint64 end)
{
  return slice (b, x, begin, weir_build_i64 (&b->builder, b->name, &end, 1), 0);
}

static WeirPort
transpose (Build *b, WeirPort x, gint64 first, gint64 second, gsize rank)
{
  const gint64 order[] = { first, second, 2 };

  return weir_build_transpose (&b->builder, b->name, x, order, rank);
}

static WeirPort
unsqueeze (Build *b, WeirPort x, gint64 axis)
{
  return weir_build_unsqueeze (&b->builder, b->name, x, &axis, 1);
}

static WeirPort
squeeze (Build *b, WeirPort x, gint64 axis)
{
  return weir_build_squeeze (&b->builder, b->name, x, &axis, 1);
}

/* The gates along the last axis, in the order of the IR; @more is added to the first. */
static WeirPort
reorder (Build *b, WeirPort x, double more)
{
  const WeirCell *cell = &b->match->cell;
  WeirPort parts[WEIR_CELL_MAX_GATES];
  WeirNode *node;

  if (cell->gates == 1)
    return x;
  node = weir_build_begin_outputs (
      &b->builder, "Split", b->name,
      WEIR_INPUTS (x, weir_build_i64_scalar (&b->builder, b->name, -1)), cell->gates);
  weir_node_set_int (node, "num_splits", cell->gates);
  weir_build_end (&b->builder, node);
  if (weir_build_failed (&b->builder))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < cell->gates; i++)
    parts[i] = WEIR_PORT (node, cell->place[i]);
  if (more != 0)
    parts[0] = weir_build2 (&b->builder, "Add", b->name, parts[0],
                            weir_build_scalar (&b->builder, b->name, parts[0], more));
  node = weir_build_begin (&b->builder, "Concat", b->name, parts, cell->gates);
  weir_node_set_int (node, "axis", -1);
  return weir_build_end (&b->builder, node);
}

static WeirPort
constant (Build *b, WeirTensor *tensor)
{
  return weir_build_constant (&b->builder, b->name, weir_tensor_ref (tensor));
}

static WeirPort
matrix (Build *b, WeirPort x)
{
  return unsqueeze (b, transpose (b, reorder (b, x, 0), 1, 0, 2), 0);
}

static WeirPort
sum_of (Build *b, WeirTensor *const *biases, guint n)
{
  const gint64 dims[] = { b->hidden * b->match->cell.gates };
  WeirShape shape = WEIR_SHAPE (dims[0]);
  WeirDtype dtype = weir_graph_dtype (b->builder.graph, b->match->x);
  WeirPort sum = weir_build_constant (&b->builder, b->name,
                                      weir_tensor_new (dtype, &shape, &b->builder.error));

  for (guint i = 0; i < n; i++)
    sum = weir_build2 (&b->builder, "Add", b->name, sum,
                       weir_build_reshape (&b->builder, b->name, constant (b, biases[i]),
                                           dims, 1, FALSE));
  return sum;
}

/* A GRU that resets behind the product has a bias of its own there. */
static WeirPort
bias (Build *b)
{
  const WeirCell *cell = &b->match->cell;
  WeirPort x = reorder (b, sum_of (b, cell->biases, cell->n_biases), cell->forget), h,
           parts[3];
  WeirNode *node;

  if (!cell->reset_after)
    return unsqueeze (b, x, 0);
  h = reorder (b, sum_of (b, &cell->reset_bias, cell->reset_bias != NULL ? 1 : 0), 0);
  parts[0] = weir_build2 (&b->builder, "Add", b->name, rows (b, x, 0, 2 * b->hidden),
                          rows (b, h, 0, 2 * b->hidden));
  parts[1] = rows (b, x, 2 * b->hidden, 3 * b->hidden);
  parts[2] = rows (b, h, 2 * b->hidden, 3 * b->hidden);
  node = weir_build_begin (&b->builder, "Concat", b->name, parts, 3);
  weir_node_set_int (node, "axis", 0);
  return unsqueeze (b, weir_build_end (&b->builder, node), 0);
}

/* Weights for the input and for the hidden state, [input, gates * hidden]. */
static void
split_weights (Build *b, WeirPort *from_x, WeirPort *from_h)
{
  const WeirCell *cell = &b->match->cell;
  WeirPort both;

  if (cell->from_both == NULL) {
    *from_x = constant (b, cell->from_x);
    *from_h = constant (b, cell->from_h);
    return;
  }
  both = constant (b, cell->from_both);
  if (cell->x_first) {
    *from_x = rows (b, both, 0, b->inputs);
    *from_h = rows (b, both, b->inputs, b->inputs + b->hidden);
  } else {
    *from_h = rows (b, both, 0, b->hidden);
    *from_x = rows (b, both, b->hidden, b->hidden + b->inputs);
  }
}

/* Whether the weights are of one size, and the states too. */
static gboolean
read_sizes (Build *b)
{
  const WeirCell *cell = &b->match->cell;
  const WeirTensor *first = cell->from_both != NULL ? cell->from_both : cell->from_h;
  const gint64 *dims = weir_tensor_shape (first)->dims;
  const gint64 *other =
      cell->from_x != NULL ? weir_tensor_shape (cell->from_x)->dims : NULL;

  b->hidden = dims[1] / cell->gates;
  b->inputs = other != NULL ? other[0] : dims[0] - b->hidden;
  for (guint i = 0; i < cell->n_biases; i++)
    if (weir_tensor_count (cell->biases[i]) != (gsize) dims[1])
      return FALSE;
  if (cell->reset_bias != NULL && weir_tensor_count (cell->reset_bias) != (gsize) dims[1])
    return FALSE;
  for (guint i = 0; i < b->match->n_states; i++)
    if (weir_graph_shape (b->match->body->graph, b->match->states[i].after)->rank < 2)
      return FALSE;
  return b->hidden > 0 && b->inputs > 0 && b->hidden * cell->gates == dims[1] &&
         (cell->from_both != NULL || dims[0] == b->hidden) &&
         (other == NULL || other[1] == dims[1]);
}

/* One length for each of the batch. */
static WeirPort
lengths (Build *b)
{
  const gint64 one = 1, axis = 0;
  WeirPort shape = weir_build1 (&b->builder, "ShapeOf", b->name, b->match->x);
  WeirPort at = weir_build_i64 (&b->builder, b->name, &one, 1);
  WeirPort batch = weir_build (
      &b->builder, "Gather", b->name,
      WEIR_INPUTS (shape, at, weir_build_i64_scalar (&b->builder, b->name, axis)));

  return weir_build2 (&b->builder, "Broadcast", b->name, b->match->loop->inputs[0],
                      batch);
}

static WeirNode *
make_sequence (Build *b)
{
  const Match *match = b->match;
  const WeirCell *cell = &match->cell;
  gboolean lstm = match->hidden != match->cell_state;
  WeirPort from_x, from_h, inputs[7];
  WeirNode *node;
  guint n = 0;

  split_weights (b, &from_x, &from_h);
  inputs[n++] = transpose (b, match->x, 1, 0, 3);
  inputs[n++] = unsqueeze (b, match->states[match->hidden].initial, 1);
  if (lstm)
    inputs[n++] = unsqueeze (b, match->states[match->cell_state].initial, 1);
  inputs[n++] = lengths (b);
  inputs[n++] = matrix (b, from_x);
  inputs[n++] = matrix (b, from_h);
  inputs[n++] = bias (b);
  node = weir_build_begin (&b->builder, cell->sequence, match->loop->name, inputs, n);
  weir_node_set_int (node, "hidden_size", b->hidden);
  weir_node_set_string (node, "direction", "forward");
  if (cell->reset_after)
    weir_node_set_bool (node, "linear_before_reset", TRUE);
  if (cell->activation != NULL)
    weir_node_set_string (node, "activations", cell->activation);
  weir_build_end (&b->builder, node);
  return weir_build_failed (&b->builder) ? NULL : node;
}

/* The rows of as many steps as there were rounds. */
static WeirPort
all_rows (Build *b, const WeirNode *sequence)
{
  const WeirTensor *trips =
      weir_graph_info (b->builder.graph, b->match->loop->inputs[0])->value;
  gint64 steps = weir_graph_shape (b->builder.graph, b->match->x)->dims[0];
  WeirPort y = transpose (b, squeeze (b, WEIR_PORT (sequence, 0), 1), 1, 0, 3);

  if (trips != NULL && weir_tensor_get_int (trips, 0) == steps)
    return y;
  return slice (b, y, 0, unsqueeze (b, b->match->loop->inputs[0], 0), 0);
}

static WeirPort
output_of (Build *b, const WeirNode *sequence, const WeirPortMap *map)
{
  const Match *match = b->match;
  WeirPort port = result_of (match, map->internal);
  guint index = 1;

  if (map->axis >= 0)
    return all_rows (b, sequence);
  if (match->hidden != match->cell_state &&
      weir_port_equal (port, match->states[match->cell_state].after))
    index = 2;
  port = squeeze (b, WEIR_PORT (sequence, index), 1);
  return is_row (match, result_of (match, map->internal)) ? unsqueeze (b, port, 0) : port;
}

static gboolean
replace (Match *match, WeirNode *loop, GError **error)
{
  Build build = { .match = match, .builder = WEIR_BUILDER (match->graph) };
  WeirNode *sequence;

  if (!read_sizes (&build))
    return TRUE;
  build.name = g_strconcat (loop->name, "/sequence", NULL);
  sequence = make_sequence (&build);
  for (guint i = 0; sequence != NULL && i < match->body->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (match->body->outputs, WeirPortMap, i);
    WeirPort port = output_of (&build, sequence, map);

    if (!weir_build_failed (&build.builder))
      weir_edit_bypass (match->graph, WEIR_PORT (loop, (guint) map->external), port);
  }
  g_free (build.name);
  return weir_build_finish (&build.builder, error);
}

static gboolean
convert_loop (WeirGraph *graph, WeirNode *loop, gboolean *changed, GError **error)
{
  Match match = {
    .graph = graph, .loop = loop, .body = loop->bodies, .x = WEIR_PORT_NONE
  };
  gboolean good = TRUE;

  if (loop->n_bodies == 1 && match_inputs (&match) && match_cell (&match)) {
    if (match_others (&match) && match_outputs (&match)) {
      good = replace (&match, loop, error);
      *changed = TRUE;
    }
    weir_cell_clear (&match.cell);
  }
  return good;
}

gboolean
weir_pass_loop_to_sequence (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  guint size = weir_graph_size (graph);
  gboolean changed = FALSE;

  for (guint id = 0; id < size; id++) {
    WeirNode *node = weir_graph_node (graph, id);

    if (weir_node_is (node, "Loop") && !convert_loop (graph, node, &changed, error))
      return FALSE;
  }
  if (!changed)
    return TRUE;
  weir_edit_remove_all_unused (graph);
  return weir_pass_fold_constants (model, options, error);
}
