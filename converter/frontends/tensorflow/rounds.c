#include "rounds.h"

#include "trip.h"

/* With loops in loops every try multiplies the work, so that there are only so many tries
 * a model. */
#define MAX_TRIES 4096

/* After so many tries nothing more is asked of the shapes of a loop's variables. */
#define SHAPE_TRIES 4

gboolean
tf_state_is_plain (const TfState *state)
{
  return state->plain;
}

WeirPort
tf_state_make_plain (TfState *state, WeirMake *m)
{
  state->plain = TRUE;
  return weir_make_unsupported (m, "the TensorArray is read before anything is written");
}

void
tf_state_learn (TfState *state, const WeirShape *element)
{
  WeirShape *known = &state->element;

  if (element->rank < 0)
    return;
  if (known->rank < 0) {
    *known = *element;
    return;
  }
  for (int i = 0; i < known->rank; i++)
    if (known->rank != element->rank || known->dims[i] != element->dims[i])
      known->dims[i] = WEIR_DIM_UNKNOWN;
}

static gboolean
is_joined (const TfState *state)
{
  return state->initial.array != NULL && !state->plain && !state->fixed;
}

/* Whether it is the number of the round and nothing else. */
static gboolean
is_number (const TfRounds *r, const TfState *state)
{
  return state->counts && r->bounded;
}

/* Whether it goes round as a value. */
static gboolean
is_variable (const TfRounds *r, const TfState *state)
{
  return !state->fixed && !is_joined (state) && !is_number (r, state);
}

/* A whole number that is known before the loop is taken for one that counts, until its
 * body says otherwise. */
static void
init_counter (TfRounds *r, TfState *state)
{
  const TfValue *initial = &state->initial;
  const WeirTensor *start = weir_make_value (&r->n->make, initial->port);

  if (state->fixed || initial->array != NULL || start == NULL ||
      weir_tensor_count (start) != 1 || state->shape.rank != 0 ||
      !weir_dtype_is_integer (state->dtype))
    return;
  state->start = weir_tensor_get_int (start, 0);
  state->counts = ABS (state->start) <= G_MAXINT32;
}

static void
init_states (TfRounds *r)
{
  WeirMake *m = &r->n->make;

  for (guint i = 0; i < r->n_states; i++) {
    TfState *state = &r->states[i];
    const TfArray *array = state->initial.array;

    state->outside = m;
    state->dtype =
        array != NULL ? array->dtype : weir_make_dtype (m, state->initial.port);
    state->shape = *weir_make_shape (m, state->initial.port);
    state->element = array != NULL ? array->element : WEIR_SHAPE_UNKNOWN;
    state->plain = array != NULL && !weir_port_is_none (state->initial.port);
    state->output = -1;
    init_counter (r, state);
  }
}

/* An array that goes round as a tensor begins as zeros where nothing was written. */
static WeirPort
first_value (TfRounds *r, TfState *state)
{
  WeirMake *m = &r->n->make;
  WeirPort port;

  if (!weir_port_is_none (state->initial.port) || state->element.rank < 0)
    return state->initial.port;
  port = tf_array_tensor (m, &state->initial, &state->element);
  if (state->shape.rank < 0)
    state->shape = *weir_make_shape (m, port);
  return port;
}

static void
bind_array (TfRounds *r, TfBody *body, TfState *state)
{
  TfImport *import = r->n->scope->import;
  TfValue outside = { .port = WEIR_PORT_NONE, .array = state->initial.array };
  TfArray *array;

  state->inner = tf_body_capture (body, import, &outside);
  if (state->inner.broken)
    return;
  array = tf_array_new (import, state->inner.array);
  array->state = state;
  array->element = state->element;
  state->inner.array = array;
}

static void
bind_state (TfRounds *r, TfBody *body, TfState *state)
{
  WeirMake *m = &body->make;

  if (state->fixed) {
    state->inner = tf_body_capture (body, r->n->scope->import, &state->initial);
    return;
  }
  state->inner = TF_NO_VALUE;
  if (state->initial.array != NULL)
    bind_array (r, body, state);
  if (is_number (r, state)) {
    state->inner.port = tf_body_number (body, state->dtype);
    if (state->start != 0)
      state->inner.port =
          weir_make_2 (m, "Add", state->inner.port,
                       weir_make_scalar (m, state->inner.port, (double) state->start));
  } else if (is_variable (r, state)) {
    WeirPort outer = first_value (r, state);

    state->inner.port = tf_body_variable (body, outer, state->dtype, &state->shape);
  }
  if (state->counts)
    tf_body_add_counter (body, state->inner.port, state->start);
}

/* Whether @port is @from + 1. */
static gboolean
is_successor (const WeirGraph *graph, WeirPort port, WeirPort from)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  if (!weir_node_is (node, "Add") ||
      !weir_dtype_is_integer (weir_graph_dtype (graph, port)))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    const WeirTensor *one = weir_node_input_info (graph, node, 1 - i)->value;

    if (weir_port_equal (node->inputs[i], from) && one != NULL &&
        weir_tensor_count (one) == 1 && weir_tensor_get_int (one, 0) == 1)
      return TRUE;
  }
  return FALSE;
}

static gboolean
learn_counter (TfBody *body, TfState *state)
{
  if (!state->counts || is_successor (body->graph, state->next.port, state->inner.port))
    return FALSE;
  state->counts = FALSE;
  return TRUE;
}

/* Shapes that do not stay as they are become wider. */
static gboolean
learn_shape (const TfRounds *r, TfBody *body, TfState *state, guint tries)
{
  const WeirShape *found = weir_make_shape (&body->make, state->next.port);
  WeirShape before = state->shape;

  if (!is_variable (r, state) || weir_port_is_none (state->next.port) ||
      weir_shape_equal (found, &state->shape))
    return FALSE;
  if (found->rank != state->shape.rank || found->rank < 0 || tries > SHAPE_TRIES)
    state->shape = WEIR_SHAPE_UNKNOWN;
  else
    for (int i = 0; i < found->rank; i++)
      if (found->dims[i] != state->shape.dims[i])
        state->shape.dims[i] = WEIR_DIM_UNKNOWN;
  return !weir_shape_equal (&before, &state->shape);
}

static gboolean
is_unchanged (const TfState *state)
{
  const TfArray *array = state->next.array;

  if (!weir_port_equal (state->next.port, state->inner.port))
    return FALSE;
  return array == NULL || (state->inner.array != NULL && array->state == state &&
                           weir_port_is_none (array->written));
}

static gboolean
learn_state (TfRounds *r, TfBody *body, TfState *state, guint tries)
{
  const TfArray *array = state->next.array;

  if (state->fixed || state->next.broken)
    return FALSE;
  if (is_unchanged (state)) {
    state->fixed = TRUE;
    state->counts = FALSE;
    return TRUE;
  }
  if (is_joined (state) &&
      (array == NULL || array->state != state || weir_port_is_none (array->written))) {
    state->plain = TRUE;
    return TRUE;
  }
  return learn_counter (body, state) || learn_shape (r, body, state, tries);
}

/* A bound found in the condition makes counters numbers of the round. */
static gboolean
learn_bounds (TfRounds *r, TfBody *body, GError **error)
{
  g_autofree TfValue *values = g_new (TfValue, MAX (r->n_states, 1));
  TfValue go_on;

  if (r->bounded)
    return FALSE;
  for (guint i = 0; i < r->n_states; i++)
    values[i] = r->states[i].inner;
  if (!r->condition (r, body, values, &go_on, error))
    return FALSE;
  g_array_set_size (r->bounds, 0);
  r->broken |= go_on.broken;
  r->bounded = !go_on.broken && tf_trip_find (body, go_on.port, r->bounds);
  return r->bounded;
}

static gboolean
run_body (TfRounds *r, TfBody *body, GError **error)
{
  g_autofree TfValue *values = g_new0 (TfValue, MAX (r->n_states, 1));
  g_autofree TfValue *next = g_new0 (TfValue, MAX (r->n_states, 1));

  for (guint i = 0; i < r->n_states; i++) {
    bind_state (r, body, &r->states[i]);
    values[i] = r->states[i].inner;
  }
  if (weir_build_failed (r->n->make.b) || !weir_build_finish (&body->builder, error) ||
      !r->next (r, body, values, next, error))
    return FALSE;
  r->broken = FALSE;
  for (guint i = 0; i < r->n_states; i++) {
    r->states[i].next = next[i];
    r->broken |= next[i].broken;
  }
  return TRUE;
}

/* Converts the body, and whether there was something to be learned from it: then it is to
 * be converted again. */
static gboolean
try_body (TfRounds *r, TfBody *body, guint tries, gboolean *learned, GError **error)
{
  g_autofree WeirShape *elements = g_new (WeirShape, MAX (r->n_states, 1));
  g_autofree gboolean *plain = g_new (gboolean, MAX (r->n_states, 1));

  for (guint i = 0; i < r->n_states; i++) {
    elements[i] = r->states[i].element;
    plain[i] = r->states[i].plain;
  }
  if (!run_body (r, body, error))
    return FALSE;
  for (guint i = 0; i < r->n_states; i++) {
    TfState *state = &r->states[i];

    *learned |=
        state->plain != plain[i] || !weir_shape_equal (&state->element, &elements[i]);
    *learned |= learn_state (r, body, state, tries);
  }
  if (!*learned && !r->broken)
    *learned = learn_bounds (r, body, error);
  return error == NULL || *error == NULL;
}

/* The body's results: what goes round and what is joined, then whether to go on. */
static gboolean
add_results (TfRounds *r, TfBody *body, GError **error)
{
  g_autofree TfValue *values = g_new (TfValue, MAX (r->n_states, 1));
  WeirMake *m = &body->make;
  TfValue go_on = TF_NO_VALUE;

  for (guint i = 0; i < r->n_states; i++) {
    TfState *state = &r->states[i];

    values[i] = state->next;
    if (is_joined (state))
      weir_build_result (m->b, m->name,
                         weir_make_unsqueeze (m, state->next.array->written, 0));
    else if (is_variable (r, state))
      weir_build_result (m->b, m->name, state->next.port);
  }
  if (r->bounded)
    go_on.port = weir_make_constant (m, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
  else if (!r->condition (r, body, values, &go_on, error))
    return FALSE;
  r->broken |= go_on.broken;
  if (go_on.broken)
    return TRUE;
  weir_build_result (m->b, m->name, weir_make_scalar_of (m, go_on.port));
  return weir_build_finish (&body->builder, error);
}

static void
add_maps (TfRounds *r, TfBody *body, WeirBody *made)
{
  guint result = 0;

  for (guint i = 0; made != NULL && i < r->n_states; i++) {
    TfState *state = &r->states[i];
    gboolean joined = is_joined (state);
    WeirPortMap map = { .external = state->output,
                        .internal = result,
                        .axis = joined ? 0 : -1,
                        .end = joined ? -1 : 0,
                        .stride = 1,
                        .part_size = 1 };

    if (state->output < 0)
      continue;
    g_array_append_val (made->outputs, map);
    if (!joined) {
      WeirBackEdge edge = { .from = result,
                            .to = tf_body_position (body, state->inner.port) };

      g_array_append_val (made->back_edges, edge);
    }
    result++;
  }
  if (made != NULL)
    made->condition = (int) result;
}

/* What says whether to begin, and how often at most. */
static gboolean
first_condition (TfRounds *r, WeirPort *inputs, GError **error)
{
  g_autofree TfValue *values = g_new (TfValue, MAX (r->n_states, 1));
  WeirMake *m = &r->n->make;
  TfValue go_on;

  if (r->bounded) {
    inputs[0] = tf_trip_make (m, r->bounds);
    inputs[1] = weir_make_constant (m, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
    return !weir_build_failed (m->b);
  }
  for (guint i = 0; i < r->n_states; i++)
    values[i] = r->states[i].initial;
  if (!r->condition (r, NULL, values, &go_on, error))
    return FALSE;
  r->broken |= go_on.broken;
  inputs[0] = weir_make_int (m, -1);
  inputs[1] = go_on.broken ? WEIR_PORT_NONE : weir_make_scalar_of (m, go_on.port);
  return TRUE;
}

static void
make_node (TfRounds *r, TfBody *body, WeirNode **node)
{
  WeirMake *m = &r->n->make;
  WeirPort inputs[2];
  guint n_outputs = 0;

  for (guint i = 0; i < r->n_states; i++) {
    TfState *state = &r->states[i];

    if (is_joined (state) || is_variable (r, state))
      state->output = (int) n_outputs++;
    if (is_variable (r, state) && weir_port_is_none (first_value (r, state)))
      weir_make_unsupported (m, "the shape of the elements of a TensorArray or list is "
                                "not known");
  }
  if (weir_build_failed (m->b) || n_outputs == 0 ||
      !first_condition (r, inputs, &m->b->error) || r->broken ||
      !add_results (r, body, &m->b->error) || r->broken)
    return;
  *node = weir_build_begin_outputs (m->b, "Loop", m->name, inputs, 2, n_outputs);
  add_maps (r, body, tf_body_attach (body, *node));
  weir_make_end (m, *node);
}

/* What was written in every round, and zeros where there are fewer rounds than elements.
 */
static WeirPort
joined_value (TfRounds *r, const TfState *state, WeirPort port)
{
  WeirMake *m = &r->n->make;

  if (tf_array_is_empty (m, &state->initial) ||
      (r->bounded && tf_trip_is (m, r->bounds, state->initial.array->size)))
    return port;
  return tf_array_padded (m, port, tf_array_size (m, &state->initial));
}

static TfValue
result_of (TfRounds *r, const TfState *state, const WeirNode *node)
{
  WeirMake *m = &r->n->make;
  TfValue value = state->initial;
  TfArray *array;

  if (state->fixed)
    return value;
  if (is_number (r, state)) {
    value.port = weir_make_convert (m, tf_trip_make (m, r->bounds), state->dtype);
    if (state->start != 0)
      value.port = weir_make_2 (m, "Add", value.port, state->initial.port);
    return value;
  }
  value.port = weir_make_port (m, node, (guint) state->output);
  if (is_joined (state))
    value.port = joined_value (r, state, value.port);
  if (value.array == NULL)
    return value;
  array = tf_array_new (r->n->scope->import, value.array);
  if (state->element.rank >= 0)
    array->element = state->element;
  value.array = array;
  return value;
}

static gboolean
count_try (TfRounds *r, GError **error)
{
  if (++r->n->scope->import->tries <= MAX_TRIES)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_LIMIT,
                    "loops within loops: more than %d bodies are converted", MAX_TRIES);
}

static gboolean
convert (TfRounds *r, WeirNode **node, GError **error)
{
  GPtrArray *unsupported = r->n->scope->import->unsupported;
  guint before = unsupported->len;

  for (guint tries = 0;; tries++) {
    gboolean learned = FALSE, good;
    TfBody body;

    tf_body_init (&body, &r->n->make);
    good = count_try (r, error) && try_body (r, &body, tries, &learned, error);
    if (good && !learned && !r->broken)
      make_node (r, &body, node);
    tf_body_clear (&body);
    if (!good || !learned)
      return good;
    g_ptr_array_set_size (unsupported, before);
  }
}

void
tf_rounds_convert (TfRounds *r, TfValue *results)
{
  WeirMake *m = &r->n->make;
  WeirNode *node = NULL;

  r->bounds = g_array_new (FALSE, FALSE, sizeof (TfBound));
  init_states (r);
  convert (r, &node, &m->b->error);
  for (guint i = 0; i < r->n_states; i++)
    results[i] = r->broken ? (TfValue){ .port = WEIR_PORT_NONE, .broken = TRUE }
                           : result_of (r, &r->states[i], node);
  g_array_unref (r->bounds);
}
