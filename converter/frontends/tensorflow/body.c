#include "body.h"

#include "array.h"
#include "rounds.h"

/* What a parameter of the body gets: the number of the round, a value that changes from
 * round to round, one that stays, one element a round along dimension 0. */
typedef enum { NUMBER, VARIABLE, CAPTURED, SLICED } Kind;

typedef struct {
  WeirNodeId parameter;
  WeirPort outer;
  Kind kind;
} TfBodyInput;

void
tf_body_init (TfBody *body, WeirMake *outer)
{
  *body = (TfBody){
    .outer = outer,
    .graph = weir_graph_new (),
    .inputs = g_array_new (FALSE, FALSE, sizeof (TfBodyInput)),
    .parameters = g_hash_table_new (NULL, NULL),
    .captured = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free),
    .counters = g_array_new (FALSE, FALSE, sizeof (TfCounter)),
    .number = WEIR_PORT_NONE,
  };
  body->builder = WEIR_BUILDER (body->graph);
  body->make = (WeirMake){ .b = &body->builder, .name = outer->name };
}

void
tf_body_clear (TfBody *body)
{
  g_clear_error (&body->builder.error);
  g_clear_pointer (&body->graph, weir_graph_free);
  g_array_unref (body->inputs);
  g_hash_table_unref (body->parameters);
  g_hash_table_unref (body->captured);
  g_array_unref (body->counters);
}

static WeirPort
add_parameter (TfBody *body, WeirPort outer, Kind kind, WeirDtype dtype,
               const WeirShape *shape)
{
  WeirPort port = weir_build_parameter (&body->builder, body->outer->name, dtype, shape);
  TfBodyInput input = { .parameter = port.node, .outer = outer, .kind = kind };

  if (weir_port_is_none (port))
    return port;
  g_hash_table_insert (body->parameters, GUINT_TO_POINTER (port.node),
                       GUINT_TO_POINTER (body->inputs->len));
  g_array_append_val (body->inputs, input);
  return port;
}

WeirPort
tf_body_variable (TfBody *body, WeirPort outer, WeirDtype dtype, const WeirShape *shape)
{
  return add_parameter (body, outer, VARIABLE, dtype, shape);
}

static gint64
key_of (WeirPort port)
{
  return (gint64) ((guint64) port.node << 32 | port.index);
}

static WeirPort
capture_port (TfBody *body, WeirPort outer)
{
  gint64 key = key_of (outer);
  const WeirPort *found = g_hash_table_lookup (body->captured, &key);
  WeirTensor *value;
  WeirPort port;

  if (found != NULL)
    return *found;
  if (weir_port_is_none (outer) || weir_build_failed (body->outer->b) ||
      weir_build_failed (&body->builder))
    return WEIR_PORT_NONE;
  value = weir_make_value (body->outer, outer);
  port = value != NULL
             ? weir_make_constant (&body->make, weir_tensor_ref (value))
             : add_parameter (body, outer, CAPTURED, weir_make_dtype (body->outer, outer),
                              weir_make_shape (body->outer, outer));
  g_hash_table_insert (body->captured, g_memdup2 (&key, sizeof key),
                       g_memdup2 (&port, sizeof port));
  return port;
}

/* A variable of the loop around this body goes on as a tensor. */
static const TfArray *
capture_array (TfBody *body, TfImport *import, const TfArray *array)
{
  TfArray *inner = tf_array_new (import, array);

  inner->size = capture_port (body, array->size);
  inner->state = NULL;
  return inner;
}

TfValue
tf_body_capture (TfBody *body, TfImport *import, const TfValue *value)
{
  TfValue inner = *value;

  if (value->broken)
    return inner;
  if (value->array != NULL && value->array->state != NULL &&
      !tf_state_is_plain (value->array->state)) {
    tf_state_make_plain (value->array->state, &body->make);
    return (TfValue){ .port = WEIR_PORT_NONE, .broken = TRUE };
  }
  inner.port = capture_port (body, value->port);
  if (value->array != NULL)
    inner.array = capture_array (body, import, value->array);
  return inner;
}

WeirPort
tf_body_number (TfBody *body, WeirDtype dtype)
{
  if (weir_port_is_none (body->number))
    body->number =
        add_parameter (body, WEIR_PORT_NONE, NUMBER, dtype, &WEIR_SHAPE_SCALAR);
  if (weir_make_dtype (&body->make, body->number) == dtype)
    return body->number;
  return weir_make_convert (&body->make, body->number, dtype);
}

void
tf_body_add_counter (TfBody *body, WeirPort port, gint64 start)
{
  TfCounter counter = { .port = port, .start = start };

  if (!weir_port_is_none (port))
    g_array_append_val (body->counters, counter);
}

gboolean
tf_body_is_counter (const TfBody *body, WeirPort port, gint64 *start)
{
  for (guint i = 0; i < body->counters->len; i++) {
    const TfCounter *counter = &g_array_index (body->counters, TfCounter, i);

    *start = counter->start;
    if (weir_port_equal (counter->port, port))
      return TRUE;
  }
  return FALSE;
}

WeirPort
tf_body_outside (const TfBody *body, WeirPort port)
{
  gpointer found;
  const TfBodyInput *input;

  if (!g_hash_table_lookup_extended (body->parameters, GUINT_TO_POINTER (port.node), NULL,
                                     &found))
    return WEIR_PORT_NONE;
  input = &g_array_index (body->inputs, TfBodyInput, GPOINTER_TO_UINT (found));
  return input->kind == CAPTURED ? input->outer : WEIR_PORT_NONE;
}

WeirPort
tf_body_slice (TfBody *body, WeirPort port)
{
  WeirPort outer = tf_body_outside (body, port);
  WeirShape shape;

  if (weir_port_is_none (outer))
    return WEIR_PORT_NONE;
  shape = *weir_make_shape (body->outer, outer);
  if (shape.rank < 1)
    return WEIR_PORT_NONE;
  shape.dims[0] = 1;
  port =
      add_parameter (body, outer, SLICED, weir_make_dtype (body->outer, outer), &shape);
  return weir_make_squeeze (&body->make, port, 0);
}

/* Parameters that nobody reads are not asked for; one of a loop's variables stays, as its
 * back edge leads to it. */
static void
drop_unused (TfBody *body)
{
  guint kept = 0;

  weir_edit_remove_all_unused (body->graph);
  g_hash_table_remove_all (body->parameters);
  for (guint i = 0; i < body->inputs->len; i++) {
    TfBodyInput input = g_array_index (body->inputs, TfBodyInput, i);
    WeirPort port = { .node = input.parameter };

    if (input.kind != VARIABLE && weir_graph_n_uses (body->graph, port) == 0) {
      weir_edit_remove (body->graph, weir_graph_node (body->graph, port.node));
      continue;
    }
    g_hash_table_insert (body->parameters, GUINT_TO_POINTER (port.node),
                         GUINT_TO_POINTER (kept));
    g_array_index (body->inputs, TfBodyInput, kept++) = input;
  }
  g_array_set_size (body->inputs, kept);
}

guint
tf_body_position (const TfBody *body, WeirPort port)
{
  return GPOINTER_TO_UINT (
      g_hash_table_lookup (body->parameters, GUINT_TO_POINTER (port.node)));
}

WeirBody *
tf_body_attach (TfBody *body, WeirNode *node)
{
  WeirGraph *outer = body->outer->b->graph;
  WeirBody *made;

  if (!weir_build_failed (body->outer->b))
    weir_build_finish (&body->builder, &body->outer->b->error);
  if (node == NULL || weir_build_failed (body->outer->b))
    return NULL;
  drop_unused (body);
  made = weir_edit_add_body (node);
  weir_graph_free (made->graph);
  made->graph = g_steal_pointer (&body->graph);
  for (guint i = 0; i < body->inputs->len; i++) {
    const TfBodyInput *input = &g_array_index (body->inputs, TfBodyInput, i);
    gboolean sliced = input->kind == SLICED;
    WeirPortMap map = { .external = -1,
                        .internal = i,
                        .axis = sliced ? 0 : -1,
                        .end = sliced ? -1 : 0,
                        .stride = 1,
                        .part_size = 1 };

    if (input->kind != NUMBER) {
      weir_edit_append_input (outer, node, input->outer);
      map.external = node->n_inputs - 1;
    }
    g_array_append_val (made->inputs, map);
  }
  return made;
}
