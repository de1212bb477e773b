#include "subgraph.h"
#include "table.h"

#include <string.h>

/* Loops and branches: symbols within a node become bodies. Attributes say by numbers
 * which input of the node is which input of a symbol. */

/** Places: a list of such numbers. */
typedef struct {
  guint *at;
  guint count;
} Places;

static Places
places (MxNode *n, const char *name, guint limit)
{
  guint max = MAX (mx_n_inputs (n), 1);
  g_autofree double *numbers = g_new (double, max);
  Places p = { .at = g_new0 (guint, max), .count = mx_floats (n, name, numbers, max) };

  for (guint i = 0; i < p.count; i++) {
    if (numbers[i] >= 0 && numbers[i] < limit)
      p.at[i] = (guint) numbers[i];
    else
      weir_make_invalid (&n->make, "attribute '%s': expected numbers below %u, found %g",
                         name, limit, numbers[i]);
  }
  return p;
}

static void
places_clear (Places *p)
{
  g_free (p->at);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Places, places_clear)

/* How many of the node's outputs are no states. */
static gboolean
count_outputs (MxNode *n, guint states, guint *others)
{
  gint64 all = mx_int (n, "num_outputs", 0);
  gint64 data = mx_int (n, "num_out_data", all - states);

  if (data < 0 || data > G_MAXUINT16 || all != data + states) {
    weir_make_invalid (&n->make,
                       "expected %" G_GINT64_FORMAT " outputs and %u states, found "
                       "%" G_GINT64_FORMAT " in all",
                       data, states, all);
    return FALSE;
  }
  *others = (guint) data;
  return !weir_build_failed (n->make.b);
}

static void
map_slices (GArray *maps, gint64 external, guint internal)
{
  WeirPortMap map = {
    .external = external, .internal = internal, .stride = 1, .end = -1, .part_size = 1
  };

  g_array_append_val (maps, map);
}

static void
set_outputs (MxNode *n, WeirNode *node, guint count)
{
  if (weir_port_is_none (weir_make_end (&n->make, node)))
    return;
  for (guint i = 0; i < count; i++)
    mx_out (n, i, weir_make_port (&n->make, node, i));
}

/* Values that go round must keep their shapes, as MXNet says itself. */
static void
check_state (MxNode *n, const MxBody *body, guint index, WeirPort before, WeirPort after)
{
  const WeirShape *from, *to;

  if (weir_build_failed (n->make.b))
    return;
  from = weir_graph_shape (body->graph, before);
  to = weir_graph_shape (body->graph, after);
  if (!weir_shape_equal (from, to)) {
    g_autofree char *want = weir_shape_to_string (from);
    g_autofree char *got = weir_shape_to_string (to);

    weir_make_invalid (&n->make, "state %u: expected %s again, found %s", index, want,
                       got);
  }
}

/**
 * Each:
 * @is_loop: within another it is a Loop, which has a count and a condition before the
 *   inputs, and a condition before the results: OpenVINO takes no TensorIterator there
 *
 * _foreach in the making.
 */
typedef struct {
  MxNode *n;
  Places data, states, rest;
  gboolean is_loop;
  guint n_in, n_collected, n_out;
  WeirPort *inputs, *outputs; /* of the symbol, in the body */
} Each;

/* A slice of the data, without the dimension that it was cut along. */
static WeirPort
add_slice (Each *e, MxBody *body, WeirPort data)
{
  WeirMake m = mx_body_make (body);
  WeirShape shape = *weir_make_shape (&e->n->make, data);

  if (shape.rank == 0)
    return weir_make_invalid (&e->n->make, "data without a dimension to run along");
  if (shape.rank > 0)
    shape.dims[0] = 1;
  return weir_make_squeeze (&m, mx_body_parameter (body, data, &shape), 0);
}

static void
add_each_inputs (Each *e, MxBody *body)
{
  MxNode *n = e->n;
  guint next = 0;

  for (guint i = 0; i < e->data.count; i++)
    e->inputs[e->data.at[i]] = add_slice (e, body, mx_in (n, next++));
  for (guint i = 0; i < e->states.count; i++) {
    WeirPort state = mx_in (n, next++);

    e->inputs[e->states.at[i]] =
        mx_body_parameter (body, state, weir_make_shape (&n->make, state));
  }
  for (guint i = 0; i < e->rest.count; i++)
    e->inputs[e->rest.at[i]] = mx_body_capture (body, mx_in (n, next++));
}

static void
add_each_results (Each *e, MxBody *body)
{
  WeirMake m = mx_body_make (body);

  if (e->is_loop)
    mx_body_result (body,
                    weir_make_constant (&m, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1)));
  for (guint i = 0; i < e->n_out; i++) {
    WeirPort port = e->outputs[i];

    if (i >= e->n_collected)
      check_state (e->n, body, i - e->n_collected,
                   e->inputs[e->states.at[i - e->n_collected]], port);
    mx_body_result (body, i < e->n_collected ? weir_make_unsqueeze (&m, port, 0) : port);
  }
}

static void
map_each (Each *e, WeirBody *body)
{
  guint in = e->is_loop ? 2 : 0, out = e->is_loop ? 1 : 0;

  body->condition = e->is_loop ? 0 : -1;
  for (guint i = 0; i < e->data.count; i++)
    map_slices (body->inputs, in + i, i);
  for (guint i = e->data.count; i < e->data.count + e->states.count; i++) {
    WeirBackEdge edge = { .from = out + e->n_collected + i - e->data.count, .to = i };

    weir_capture_map (body->inputs, in + i, i);
    g_array_append_val (body->back_edges, edge);
  }
  for (guint i = 0; i < e->n_out; i++) {
    if (i < e->n_collected)
      map_slices (body->outputs, i, out + i);
    else
      weir_capture_map (body->outputs, i, out + i);
  }
}

static WeirNode *
begin_each (Each *e)
{
  WeirMake *m = &e->n->make;
  guint count = e->data.count + e->states.count;
  g_autofree WeirPort *given = g_new (WeirPort, count + 2);

  for (guint i = 0; i < count; i++)
    given[2 + i] = mx_in (e->n, i);
  if (!e->is_loop)
    return weir_build_begin_outputs (m->b, "TensorIterator", m->name, given + 2, count,
                                     e->n_out);
  given[0] = weir_make_length_of (m, given[2], 0);
  given[1] = weir_make_constant (m, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
  return weir_build_begin_outputs (m->b, "Loop", m->name, given, count + 2, e->n_out);
}

static void
make_each (Each *e)
{
  MxNode *n = e->n;
  WeirNode *node = begin_each (e);
  WeirBody *made = NULL;
  MxBody body;

  if (node == NULL)
    return;
  mx_body_init (&body, n);
  add_each_inputs (e, &body);
  if (mx_body_finish (&body) &&
      mx_subgraph_call (n, 0, &body.builder, e->inputs, e->n_in, e->outputs, e->n_out)) {
    add_each_results (e, &body);
    made = mx_body_attach (&body, node);
  }
  mx_body_clear (&body);
  if (made != NULL) {
    map_each (e, made);
    set_outputs (n, node, e->n_out);
  } else {
    weir_edit_remove (n->make.b->graph, node);
  }
}

/* Each input of the symbol comes from one place. */
static gboolean
check_places (Each *e)
{
  const Places *lists[] = { &e->data, &e->states, &e->rest };
  g_autofree gboolean *taken = g_new0 (gboolean, MAX (e->n_in, 1));
  guint count = 0;

  for (guint k = 0; k < G_N_ELEMENTS (lists); k++)
    for (guint i = 0; i < lists[k]->count; i++, count++) {
      if (taken[lists[k]->at[i]])
        break;
      taken[lists[k]->at[i]] = TRUE;
    }
  if (count != e->n_in || e->data.count == 0)
    weir_make_invalid (&e->n->make,
                       "expected a place for each of %u inputs, found %u of data, %u of "
                       "states and %u of others",
                       e->n_in, e->data.count, e->states.count, e->rest.count);
  return !weir_build_failed (e->n->make.b);
}

/* Inputs: data, states, what else the symbol reads; outputs: what is collected, the last
 * states. */
static WeirPort
foreach (MxNode *n)
{
  guint n_in = mx_n_inputs (n);
  g_auto (Places) data = places (n, "in_data_locs", n_in);
  g_auto (Places) states = places (n, "in_state_locs", n_in);
  g_auto (Places) rest = places (n, "remain_locs", n_in);
  Each e = { .n = n,
             .data = data,
             .states = states,
             .rest = rest,
             .is_loop = n->import->depth > 0,
             .n_in = n_in };

  if (!check_places (&e) || !count_outputs (n, states.count, &e.n_collected))
    return WEIR_PORT_NONE;
  e.n_out = e.n_collected + states.count;
  e.inputs = g_new0 (WeirPort, MAX (n_in, 1));
  e.outputs = g_new0 (WeirPort, MAX (e.n_out, 1));
  make_each (&e);
  g_free (e.inputs);
  g_free (e.outputs);
  return WEIR_PORT_NONE;
}

/* Whether @x, one number, is not 0. */
static WeirPort
truth (WeirMake *m, WeirPort x)
{
  x = weir_make_scalar_of (m, x);
  return weir_make_dtype (m, x) == WEIR_DTYPE_BOOL
             ? x
             : weir_make_2 (m, "NotEqual", x, weir_make_scalar (m, x, 0));
}

/** While: _while_loop in the making. */
typedef struct {
  MxNode *n;
  Places condition, function, variables;
  gint64 most;
  guint n_collected, n_out;
  WeirPort *now;     /* what each input of the node is, in the body */
  WeirPort *outputs; /* of the symbol that is run */
} While;

static guint
variable_input (const While *w, guint index)
{
  return w->function.at[w->variables.at[index]];
}

/* Whether to go on, where the inputs of the node are @values. */
static WeirPort
ask (While *w, WeirBuilder *builder, const WeirPort *values)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (w->condition.count, 1));
  WeirMake m = { .b = builder, .name = w->n->make.name };
  WeirPort answer;

  for (guint i = 0; i < w->condition.count; i++)
    inputs[i] = values[w->condition.at[i]];
  return mx_subgraph_call (w->n, 0, builder, inputs, w->condition.count, &answer, 1)
             ? truth (&m, answer)
             : WEIR_PORT_NONE;
}

static void
add_while_inputs (While *w, MxBody *body)
{
  guint count = mx_n_inputs (w->n);

  for (guint i = 0; i < count; i++)
    w->now[i] = WEIR_PORT_NONE;
  for (guint i = 0; i < w->variables.count; i++) {
    WeirPort first = mx_in (w->n, variable_input (w, i));

    w->now[variable_input (w, i)] =
        mx_body_parameter (body, first, weir_make_shape (&w->n->make, first));
  }
  for (guint i = 0; i < count; i++)
    if (weir_port_is_none (w->now[i]))
      w->now[i] = mx_body_capture (body, mx_in (w->n, i));
}

static gboolean
step (While *w, MxBody *body)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (w->function.count, 1));

  for (guint i = 0; i < w->function.count; i++)
    inputs[i] = w->now[w->function.at[i]];
  return mx_body_finish (body) &&
         mx_subgraph_call (w->n, 1, &body->builder, inputs, w->function.count, w->outputs,
                           w->n_out);
}

/* What is collected stands in rows of a value that goes round, zeros at first. MXNet
 * leaves those that no step writes as they happen to be. */
static WeirPort
add_rows (While *w, MxBody *body, WeirNode *node, WeirPort counter, guint index)
{
  MxNode *n = w->n;
  WeirMake m = mx_body_make (body);
  WeirPort value = w->outputs[index], rows, zeros;
  WeirShape shape = *weir_make_shape (&m, value);
  gint64 dims[WEIR_MAX_RANK] = { w->most };

  if (weir_build_failed (n->make.b) || weir_build_failed (&body->builder))
    return WEIR_PORT_NONE;
  if (!weir_shape_is_static (&shape) || shape.rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "output %u: the shape of a row is not known",
                                  index);
  memcpy (dims + 1, shape.dims, (gsize) shape.rank * sizeof *dims);
  weir_shape_init (&shape, dims, (gsize) shape.rank + 1, NULL);
  zeros = weir_make_constant (&n->make,
                              weir_tensor_new_scalar (weir_make_dtype (&m, value), 0));
  zeros = weir_make_broadcast (&n->make, zeros,
                               weir_make_ints (&n->make, dims, (gsize) shape.rank));
  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  weir_edit_append_input (n->make.b->graph, node, zeros);
  rows = mx_body_parameter (body, zeros, &shape);
  return WEIR_MAKE (&m, "ScatterUpdate", rows, counter,
                    weir_make_unsqueeze (&m, value, 0), weir_make_int (&m, 0));
}

/* Results: whether to go on, the rows, the variables. */
static void
add_while_results (While *w, MxBody *body, WeirNode *node, WeirPort counter)
{
  g_autofree WeirPort *rows = g_new (WeirPort, MAX (w->n_collected, 1));
  guint count = mx_n_inputs (w->n);
  g_autofree WeirPort *next = g_memdup2 (w->now, MAX (count, 1) * sizeof (WeirPort));

  for (guint i = 0; i < w->n_collected; i++)
    rows[i] = add_rows (w, body, node, counter, i);
  for (guint i = 0; i < w->variables.count; i++) {
    WeirPort *before = &next[variable_input (w, i)];

    check_state (w->n, body, i, *before, w->outputs[w->n_collected + i]);
    *before = w->outputs[w->n_collected + i];
  }
  mx_body_result (body, ask (w, &body->builder, next));
  for (guint i = 0; i < w->n_out; i++)
    mx_body_result (body, i < w->n_collected ? rows[i] : w->outputs[i]);
}

/* Inputs of the node: how often at most, whether at all, the variables, the rows. The
 * body's parameters: the counter, the variables, what it captures, the rows. */
static void
map_while (While *w, WeirBody *body, guint first_rows)
{
  guint variables = w->variables.count;

  weir_capture_map (body->inputs, -1, 0);
  for (guint i = 0; i < variables; i++) {
    WeirBackEdge edge = { .from = 1 + w->n_collected + i, .to = 1 + i };

    weir_capture_map (body->inputs, 2 + i, 1 + i);
    g_array_append_val (body->back_edges, edge);
  }
  for (guint i = 0; i < w->n_collected; i++) {
    WeirBackEdge edge = { .from = 1 + i, .to = first_rows + i };

    weir_capture_map (body->inputs, 2 + variables + i, first_rows + i);
    g_array_append_val (body->back_edges, edge);
  }
  for (guint i = 0; i < w->n_out; i++)
    weir_capture_map (body->outputs, i, 1 + i);
  body->condition = 0;
}

static WeirNode *
begin_while (While *w)
{
  MxNode *n = w->n;
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *values = g_new (WeirPort, MAX (count, 1));
  g_autofree WeirPort *given = g_new (WeirPort, w->variables.count + 2);

  for (guint i = 0; i < count; i++)
    values[i] = mx_in (n, i);
  given[0] = weir_make_int (&n->make, w->most);
  given[1] = ask (w, n->make.b, values);
  for (guint i = 0; i < w->variables.count; i++)
    given[2 + i] = values[variable_input (w, i)];
  return weir_build_begin_outputs (n->make.b, "Loop", n->make.name, given,
                                   w->variables.count + 2, w->n_out);
}

static void
make_while (While *w)
{
  MxNode *n = w->n;
  WeirNode *node = begin_while (w);
  WeirBody *made = NULL;
  WeirPort counter;
  guint first_rows;
  MxBody body;

  if (node == NULL)
    return;
  mx_body_init (&body, n);
  counter =
      weir_build_parameter (&body.builder, n->make.name, WEIR_DTYPE_I64, &WEIR_SHAPE (1));
  add_while_inputs (w, &body);
  first_rows = weir_graph_n_parameters (body.graph);
  if (step (w, &body)) {
    add_while_results (w, &body, node, counter);
    made = mx_body_attach (&body, node);
  }
  mx_body_clear (&body);
  if (made != NULL) {
    map_while (w, made, first_rows);
    set_outputs (n, node, w->n_out);
  } else {
    weir_edit_remove (n->make.b->graph, node);
  }
}

/* Two symbols: the condition, and the step, which gives what is collected and the new
 * variables. */
static WeirPort
while_loop (MxNode *n)
{
  guint n_in = mx_n_inputs (n);
  g_auto (Places) condition = places (n, "cond_input_locs", n_in);
  g_auto (Places) function = places (n, "func_input_locs", n_in);
  g_auto (Places) variables = places (n, "func_var_locs", function.count);
  While w = { .n = n,
              .condition = condition,
              .function = function,
              .variables = variables,
              .most = mx_int (n, "max_iterations", 0) };

  if (w.most < 1 || w.most > G_MAXINT32)
    return weir_make_invalid (
        &n->make,
        "attribute 'max_iterations': expected 1 or more, found %" G_GINT64_FORMAT,
        w.most);
  if (!count_outputs (n, variables.count, &w.n_collected))
    return WEIR_PORT_NONE;
  w.n_out = w.n_collected + variables.count;
  w.now = g_new (WeirPort, MAX (n_in, 1));
  w.outputs = g_new0 (WeirPort, MAX (w.n_out, 1));
  make_while (&w);
  g_free (w.now);
  g_free (w.outputs);
  return WEIR_PORT_NONE;
}

static gboolean
call_branch (MxNode *n, guint index, const Places *from, WeirPort *outputs, guint n_out)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (from->count, 1));

  for (guint i = 0; i < from->count; i++)
    inputs[i] = mx_in (n, from->at[i]);
  return mx_subgraph_call (n, index, n->make.b, inputs, from->count, outputs, n_out);
}

static WeirBody *
add_branch (MxNode *n, WeirNode *node, guint index, const Places *from, guint n_out)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (from->count, 1));
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n_out, 1));
  WeirBody *made = NULL;
  MxBody body;

  mx_body_init (&body, n);
  for (guint i = 0; i < from->count; i++)
    inputs[i] = mx_body_capture (&body, mx_in (n, from->at[i]));
  if (mx_body_finish (&body) &&
      mx_subgraph_call (n, index, &body.builder, inputs, from->count, outputs, n_out)) {
    for (guint i = 0; i < n_out; i++)
      mx_body_result (&body, outputs[i]);
    made = mx_body_attach (&body, node);
    for (guint i = 0; made != NULL && i < n_out; i++)
      weir_capture_map (made->outputs, i, i);
  }
  mx_body_clear (&body);
  return made;
}

/* Three symbols: the condition and what is done in either case. One that is known chooses
 * at once. */
static WeirPort
branch (MxNode *n)
{
  guint n_in = mx_n_inputs (n), n_out;
  g_auto (Places) condition = places (n, "cond_input_locs", n_in);
  g_auto (Places) yes = places (n, "then_input_locs", n_in);
  g_auto (Places) no = places (n, "else_input_locs", n_in);
  const WeirTensor *known;
  WeirPort answer;
  WeirNode *node;

  if (!count_outputs (n, 0, &n_out))
    return WEIR_PORT_NONE;
  if (!call_branch (n, 0, &condition, &answer, 1))
    return WEIR_PORT_NONE;
  answer = truth (&n->make, answer);
  known = weir_make_value (&n->make, answer);
  if (known != NULL) {
    g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n_out, 1));
    gboolean first = weir_tensor_get (known, 0) != 0;

    if (call_branch (n, first ? 1 : 2, first ? &yes : &no, outputs, n_out))
      for (guint i = 0; i < n_out; i++)
        mx_out (n, i, outputs[i]);
    return WEIR_PORT_NONE;
  }
  node = weir_build_begin_outputs (n->make.b, "If", n->make.name, &answer, 1, n_out);
  if (node == NULL)
    return WEIR_PORT_NONE;
  if (add_branch (n, node, 1, &yes, n_out) != NULL &&
      add_branch (n, node, 2, &no, n_out) != NULL)
    set_outputs (n, node, n_out);
  else
    weir_edit_remove (n->make.b->graph, node);
  return WEIR_PORT_NONE;
}

const MxRow mx_rows_flow[] = {
  { "_foreach", foreach },
  { "_while_loop", while_loop },
  { "_cond", branch },
  { NULL },
};
