#include "attr.h"
#include "body.h"
#include "node.h"
#include "table.h"

/* If, Loop and Scan: sub-graphs become bodies. */

/* Shapes that go round a loop are found by trying; with loops in loops every try doubles
 * the work, so that there are only so many tries a model. */
#define MAX_TRIES 256

/* A condition that is known chooses now: its branch becomes part of the graph. */
static void
inline_branch (OnnxNode *n, const Onnx__GraphProto *branch)
{
  OnnxScope scope;

  onnx_scope_init (&scope, n->scope->import, n->scope, n->make.b);
  if (onnx_scope_add_graph (&scope, branch, &n->make.b->error) &&
      onnx_scope_run (&scope, branch->node, branch->n_node, &n->make.b->error)) {
    for (guint i = 0; i < n->n_outputs && !weir_build_failed (n->make.b); i++) {
      const char *name = i < branch->n_output ? branch->output[i]->name : NULL;
      const OnnxValue *value =
          name != NULL ? onnx_scope_get (&scope, name, &n->make.b->error) : NULL;

      if (value != NULL)
        n->outputs[i] = *value;
      else
        weir_make_invalid (&n->make, "the branch has %zu outputs, expected %u",
                           branch->n_output, n->n_outputs);
    }
  }
  onnx_scope_clear (&scope);
}

static void
add_branch (OnnxNode *n, WeirNode *node, const char *attr, gboolean *broken)
{
  const Onnx__GraphProto *proto = onnx_attr_graph (n, attr);
  gboolean incomplete = FALSE;
  OnnxBody body;
  WeirBody *made;

  if (proto == NULL)
    return;
  onnx_body_init (&body, n, proto);
  if (onnx_body_run (&body, &incomplete) && !incomplete) {
    for (guint i = 0; i < n->n_outputs; i++)
      onnx_body_result (&body, i, onnx_body_output (&body, i));
    made = onnx_body_attach (&body, node);
    for (guint i = 0; i < n->n_outputs; i++)
      onnx_map_output (made, i, i, -1, FALSE);
  }
  *broken |= incomplete;
  onnx_body_clear (&body);
}

static WeirPort
if_else (OnnxNode *n)
{
  WeirPort condition = onnx_in (n, 0);
  WeirTensor *value = weir_make_value (&n->make, condition);
  gboolean broken = FALSE;
  WeirNode *node;

  if (value != NULL && weir_tensor_count (value) == 1) {
    gboolean yes = weir_tensor_get (value, 0) != 0;
    const Onnx__GraphProto *branch =
        onnx_attr_graph (n, yes ? "then_branch" : "else_branch");

    if (branch != NULL)
      inline_branch (n, branch);
    return WEIR_PORT_NONE;
  }
  node = weir_build_begin_outputs (n->make.b, "If", n->make.name, &condition, 1,
                                   n->n_outputs);
  add_branch (n, node, "then_branch", &broken);
  add_branch (n, node, "else_branch", &broken);
  if (broken && !weir_build_failed (n->make.b)) {
    weir_edit_remove (n->make.b->graph, node);
    onnx_broken (n);
    return WEIR_PORT_NONE;
  }
  weir_make_end (&n->make, node);
  for (guint i = 0; i < n->n_outputs; i++)
    onnx_out (n, i, weir_make_port (&n->make, node, i));
  return WEIR_PORT_NONE;
}

/* Loop and Scan: values that go round, then values that are collected. */
typedef struct {
  OnnxNode *n;
  const Onnx__GraphProto *proto;
  WeirNode *node;
  guint first; /* input of the node that is the first state */
  guint n_states;
  guint n_before;  /* inputs of the sub-graph before the states: Loop has 2, Scan none */
  guint n_outside; /* outputs of the sub-graph before the states: Loop has 1 */
  guint n_slices;  /* inputs that are sliced (Scan) */
  WeirShape *shapes;                       /* of the states, as the body sees them */
  WeirShape counter;                       /* of the iteration number */
  const gint64 *axes, *directions;         /* of the slices; may be NULL */
  const gint64 *out_axes, *out_directions; /* of what is collected; may be NULL */
} Rounds;

static gint64
element (const gint64 *list, guint index)
{
  return list != NULL ? list[index] : 0;
}

/* A declared shape is the exporter's promise; where there is none the state's first shape
 * is taken, and widened where the body gives another. */
static void
init_shapes (Rounds *r)
{
  r->shapes = g_new (WeirShape, MAX (r->n_states, 1));
  for (guint i = 0; i < r->n_states; i++)
    r->shapes[i] = *weir_make_shape (&r->n->make, r->node->inputs[r->first + i]);
}

/* One slice, without the dimension that it was cut along. */
static void
add_slice (Rounds *r, OnnxBody *body, guint index)
{
  OnnxNode *n = r->n;
  guint inner = r->n_before + r->n_states + index;
  WeirPort outer = r->node->inputs[r->first + r->n_states + index], port;
  WeirShape shape = *weir_make_shape (&n->make, outer);
  gint64 axis = element (r->axes, index);

  axis = onnx_axis (n, axis, weir_make_rank (&n->make, outer));
  if (shape.rank > axis)
    shape.dims[axis] = 1;
  port = onnx_body_parameter (body, inner, weir_make_dtype (&n->make, outer), &shape);
  if (!weir_build_failed (n->make.b))
    port = weir_build_squeeze (&body->builder, n->make.name, port, &axis, 1);
  weir_build_finish (&body->builder, &n->make.b->error);
  onnx_body_bind (body, inner, port);
}

static void
add_parameters (Rounds *r, OnnxBody *body)
{
  OnnxNode *n = r->n;

  if (r->n_before == 2) {
    onnx_body_bind (body, 0, onnx_body_parameter (body, 0, WEIR_DTYPE_I64, &r->counter));
    onnx_body_bind (body, 1,
                    onnx_body_parameter (body, 1, WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR));
  }
  for (guint i = 0; i < r->n_states; i++)
    onnx_body_bind (
        body, r->n_before + i,
        onnx_body_parameter (body, r->n_before + i,
                             weir_make_dtype (&n->make, r->node->inputs[r->first + i]),
                             &r->shapes[i]));
  for (guint i = 0; i < r->n_slices; i++)
    add_slice (r, body, i);
}

/* Whether the states have the shapes with which the body was made; else wider ones are
 * noted for another try. */
static gboolean
shapes_stay (Rounds *r, OnnxBody *body, guint tries)
{
  gboolean same = TRUE;

  for (guint i = 0; i < r->n_states && !weir_build_failed (r->n->make.b); i++) {
    WeirPort port = onnx_body_output (body, r->n_outside + i);
    const WeirShape *found =
        weir_port_is_none (port) ? NULL : weir_graph_shape (body->graph, port);
    WeirShape *shape = &r->shapes[i];

    if (found == NULL || weir_shape_equal (found, shape))
      continue;
    same = FALSE;
    if (found->rank != shape->rank || found->rank < 0)
      *shape = WEIR_SHAPE_UNKNOWN;
    else
      for (int d = 0; d < shape->rank; d++)
        if (tries > 0 || shape->dims[d] != found->dims[d])
          shape->dims[d] = WEIR_DIM_UNKNOWN;
  }
  return same || weir_build_failed (r->n->make.b);
}

static guint
n_collected (const Rounds *r)
{
  guint before = r->n_outside + r->n_states;

  return r->proto->n_output > before ? (guint) r->proto->n_output - before : 0;
}

/* What is collected gets the dimension along which it is joined. */
static void
add_results (Rounds *r, OnnxBody *body)
{
  OnnxNode *n = r->n;

  for (guint i = 0; i < r->n_outside + r->n_states; i++)
    onnx_body_result (body, i, onnx_body_output (body, i));
  for (guint i = 0; i < n_collected (r); i++) {
    guint index = r->n_outside + r->n_states + i;
    WeirPort port = onnx_body_output (body, index);
    gint64 axis = element (r->out_axes, i);

    if (!weir_build_failed (n->make.b))
      port = weir_build_unsqueeze (&body->builder, n->make.name, port, &axis, 1);
    weir_build_finish (&body->builder, &n->make.b->error);
    onnx_body_result (body, index, port);
  }
}

static void
add_maps (Rounds *r, OnnxBody *inner)
{
  WeirBody *body = onnx_body_attach (inner, r->node);
  gint64 axis;

  if (body == NULL)
    return;
  if (r->n_before == 2) {
    onnx_map_input (body, -1, 0, -1, FALSE);
    onnx_map_input (body, 1, 1, -1, FALSE);
    onnx_map_back (body, 0, 1);
    body->condition = 0;
  }
  for (guint i = 0; i < r->n_states; i++) {
    onnx_map_input (body, r->first + i, r->n_before + i, -1, FALSE);
    onnx_map_back (body, r->n_outside + i, r->n_before + i);
    onnx_map_output (body, r->n_outside + i, i, -1, FALSE);
  }
  for (guint i = 0; i < r->n_slices; i++) {
    WeirPort outer = r->node->inputs[r->first + r->n_states + i];

    axis = onnx_axis (r->n, element (r->axes, i), weir_make_rank (&r->n->make, outer));
    onnx_map_input (body, r->first + r->n_states + i, r->n_before + r->n_states + i, axis,
                    element (r->directions, i) != 0);
  }
  for (guint i = 0; i < n_collected (r); i++) {
    guint result = r->n_outside + r->n_states + i;
    WeirNode *made = weir_graph_result (body->graph, result);
    int rank = weir_graph_shape (body->graph, made->inputs[0])->rank;

    axis = element (r->out_axes, i);
    if (axis < 0)
      axis = onnx_axis (r->n, axis, MAX (rank, 1));
    onnx_map_output (body, result, r->n_states + i, axis,
                     element (r->out_directions, i) != 0);
  }
}

/* Makes the body, again with wider shapes until they stay the same from round to round.
 */
static void
make_rounds (Rounds *r)
{
  OnnxNode *n = r->n;
  OnnxImport *import = n->scope->import;
  gboolean broken = FALSE, done = FALSE;

  init_shapes (r);
  for (guint tries = 0; !done && !weir_build_failed (n->make.b); tries++) {
    OnnxBody body;

    onnx_body_init (&body, n, r->proto);
    if (import->tries++ > MAX_TRIES)
      for (guint i = 0; i < r->n_states; i++)
        r->shapes[i] = weir_shape_unknown (r->shapes[i].rank);
    add_parameters (r, &body);
    done = !onnx_body_run (&body, &broken) || broken || tries > 3 ||
           shapes_stay (r, &body, tries);
    if (done && !broken) {
      add_results (r, &body);
      add_maps (r, &body);
    }
    onnx_body_clear (&body);
  }
  g_free (r->shapes);
  if (broken && !weir_build_failed (n->make.b)) {
    weir_edit_remove (n->make.b->graph, r->node);
    onnx_broken (n);
    return;
  }
  weir_make_end (&n->make, r->node);
  for (guint i = 0; i < n->n_outputs; i++)
    onnx_out (n, i, weir_make_port (&n->make, r->node, i));
}

static WeirShape
counter_shape (const Onnx__GraphProto *proto)
{
  WeirDtype dtype;
  WeirShape shape;

  if (proto->n_input > 0 && onnx_value_info (proto->input[0], &dtype, &shape, NULL) &&
      shape.rank == 1)
    return WEIR_SHAPE (1);
  return WEIR_SHAPE_SCALAR;
}

static WeirPort
loop (OnnxNode *n)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n->n_inputs, 2));
  Rounds r = { .n = n, .first = 2, .n_before = 2, .n_outside = 1 };

  r.proto = onnx_attr_graph (n, "body");
  if (r.proto == NULL)
    return WEIR_PORT_NONE;
  inputs[0] =
      onnx_has (n, 0)
          ? weir_make_convert (&n->make, weir_make_scalar_of (&n->make, onnx_in (n, 0)),
                               WEIR_DTYPE_I64)
          : weir_make_int (&n->make, -1);
  inputs[1] =
      onnx_has (n, 1)
          ? weir_make_scalar_of (&n->make, onnx_in (n, 1))
          : weir_make_constant (&n->make, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
  for (guint i = 2; i < n->n_inputs; i++)
    inputs[i] = onnx_in (n, i);
  r.n_states = MAX (n->n_inputs, 2) - 2;
  r.counter = counter_shape (r.proto);
  if (n->n_outputs != r.n_states + n_collected (&r))
    return weir_make_invalid (&n->make,
                              "the sub-graph gives %u values, the node takes %u",
                              r.n_states + n_collected (&r), n->n_outputs);
  r.node = weir_build_begin_outputs (n->make.b, "Loop", n->make.name, inputs,
                                     r.n_states + 2, n->n_outputs);
  if (r.node != NULL)
    make_rounds (&r);
  return WEIR_PORT_NONE;
}

/* A list of @count integers, or none. */
static const gint64 *
list_of (OnnxNode *n, const char *name, guint count)
{
  gsize found;
  const gint64 *list = onnx_attr_ints (n, name, &found);

  if (list == NULL || found == count)
    return list;
  weir_make_invalid (&n->make, "attribute '%s': expected %u numbers, found %zu", name,
                     count, found);
  return NULL;
}

static WeirPort
scan (OnnxNode *n)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n->n_inputs, 1));
  gint64 slices = onnx_attr_int (n, "num_scan_inputs", 0);
  Rounds r = { .n = n };

  r.proto = onnx_attr_graph (n, "body");
  if (r.proto == NULL)
    return WEIR_PORT_NONE;
  if (slices < 1 || slices > n->n_inputs)
    return weir_make_invalid (&n->make,
                              "attribute 'num_scan_inputs': expected 1 to %u, found "
                              "%" G_GINT64_FORMAT,
                              n->n_inputs, slices);
  for (guint i = 0; i < n->n_inputs; i++)
    inputs[i] = onnx_in (n, i);
  r.n_slices = (guint) slices;
  r.n_states = n->n_inputs - r.n_slices;
  if (n->n_outputs != r.n_states + n_collected (&r))
    return weir_make_invalid (&n->make,
                              "the sub-graph gives %u values, the node takes %u",
                              r.n_states + n_collected (&r), n->n_outputs);
  r.axes = list_of (n, "scan_input_axes", r.n_slices);
  r.directions = list_of (n, "scan_input_directions", r.n_slices);
  r.out_axes = list_of (n, "scan_output_axes", n_collected (&r));
  r.out_directions = list_of (n, "scan_output_directions", n_collected (&r));
  r.node = weir_build_begin_outputs (n->make.b, "TensorIterator", n->make.name, inputs,
                                     n->n_inputs, n->n_outputs);
  if (r.node != NULL)
    make_rounds (&r);
  return WEIR_PORT_NONE;
}

/* Before version 9 there was a batch in front of everything: each of its elements was
 * scanned by itself. */
static WeirPort
scan_of_batch (OnnxNode *n)
{
  guint count = n->n_inputs;
  g_autofree OnnxValue *inputs = g_new0 (OnnxValue, MAX (count, 1));
  OnnxNode inner = *n;

  if (onnx_has (n, 0) || onnx_attr (n, "directions") != NULL)
    return weir_make_unsupported (&n->make, "lengths or directions of sequences");
  for (guint i = 1; i < count; i++) {
    WeirPort x = onnx_in (n, i);
    const WeirShape *shape = weir_make_shape (&n->make, x);

    if (shape->rank < 1 || shape->dims[0] != 1)
      return weir_make_unsupported (&n->make, "batches of other than one element");
    inputs[i - 1].port = weir_make_squeeze (&n->make, x, 0);
  }
  inner.inputs = inputs;
  inner.n_inputs = MAX (count, 1) - 1;
  scan (&inner);
  for (guint i = 0; i < n->n_outputs && !weir_build_failed (n->make.b); i++)
    if (!n->outputs[i].broken)
      onnx_out (n, i, weir_make_unsqueeze (&n->make, n->outputs[i].port, 0));
  return WEIR_PORT_NONE;
}

const OnnxRow onnx_rows_control[] = {
  { "If", NULL, 0, 0, if_else },
  { "Loop", NULL, 0, 0, loop },
  { "Scan", NULL, 9, 0, scan },
  { "Scan", NULL, 8, 8, scan_of_batch },
  { NULL },
};
