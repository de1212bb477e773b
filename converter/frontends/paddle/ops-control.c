#include "body.h"
#include "table.h"

/* Blocks that run under a condition, or again and again. */

#define LOD_TENSOR_ARRAY 13

/* (transfer full) (element-type utf8): the variables that parameter @name writes. */
static GPtrArray *
written (const PdNode *n, const char *name)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < pd_n_out (n, name); i++)
    g_ptr_array_add (names,
                     (char *) pd_op_var (n->op->outputs, n->op->n_outputs, name, i));
  return names;
}

/* What a node with bodies that could not be converted would have written. */
static void
give_up (PdNode *n, WeirNode *node, const GPtrArray *names)
{
  if (weir_build_failed (n->make.b))
    return;
  weir_edit_remove (n->make.b->graph, node);
  for (guint i = 0; i < names->len; i++)
    pd_scope_set (n->scope, names->pdata[i],
                  (PdValue){ .port = WEIR_PORT_NONE, .broken = TRUE });
}

static void
set_names (PdNode *n, WeirNode *node, const GPtrArray *names)
{
  if (weir_port_is_none (weir_make_end (&n->make, node)))
    return;
  for (guint i = 0; i < names->len; i++) {
    WeirPort port = weir_make_port (&n->make, node, i);

    pd_scope_set (n->scope, names->pdata[i], (PdValue){ .port = port });
    weir_edit_add_tensor_name (n->make.b->graph, port, names->pdata[i]);
  }
}

static void
attach_branch (PdBody *body, WeirNode *node, guint outputs)
{
  WeirBody *made = pd_body_attach (body, node);

  for (guint i = 0; made != NULL && i < outputs; i++)
    weir_capture_map (made->outputs, i, i);
}

/* Without the condition, variables stay as they were, and those that were not there yet
 * are of no matter to anyone. */
static void
add_otherwise (PdNode *n, WeirNode *node, const GPtrArray *names, const WeirPort *ports,
               const WeirGraph *graph)
{
  PdBody body;

  pd_body_init (&body, n);
  for (guint i = 0; i < names->len; i++) {
    if (pd_scope_has (n->scope, names->pdata[i]))
      pd_body_result (&body, names->pdata[i]);
    else
      pd_body_zeros (&body, graph, ports[i], names->pdata[i]);
  }
  attach_branch (&body, node, names->len);
  pd_body_clear (&body);
}

static WeirPort
conditional_block (PdNode *n)
{
  g_autoptr (GPtrArray) names = written (n, "Out");
  g_autofree WeirPort *ports = g_new0 (WeirPort, MAX (names->len, 1));
  WeirPort condition = weir_make_scalar_of (&n->make, pd_in (n, "Cond"));
  gboolean broken = FALSE;
  WeirNode *node =
      weir_build_begin_outputs (n->make.b, "If", n->make.name, &condition, 1, names->len);
  const WeirGraph *graph = NULL;
  PdBody body;

  pd_body_init (&body, n);
  if (pd_body_run (&body, names, &broken) && !broken) {
    for (guint i = 0; i < names->len; i++)
      ports[i] = pd_body_result (&body, names->pdata[i]);
    attach_branch (&body, node, names->len);
    graph = !weir_build_failed (n->make.b) ? node->bodies[0].graph : NULL;
  }
  pd_body_clear (&body);
  if (graph != NULL)
    add_otherwise (n, node, names, ports, graph);
  if (broken)
    give_up (n, node, names);
  else
    set_names (n, node, names);
  return WEIR_PORT_NONE;
}

/* Input 1 where the mask is true, else input 0. */
static WeirPort
select_input (PdNode *n)
{
  WeirPort mask = weir_make_scalar_of (&n->make, pd_in (n, "Mask"));
  WeirNode *node;

  if (pd_n_in (n, "X") != 2)
    return weir_make_unsupported (&n->make, "%u inputs", pd_n_in (n, "X"));
  mask = weir_make_convert (&n->make, mask, WEIR_DTYPE_BOOL);
  node = weir_build_begin_outputs (n->make.b, "If", n->make.name, &mask, 1, 1);
  for (guint i = 2; i > 0; i--) {
    PdBody body;

    pd_body_init (&body, n);
    pd_body_result (&body, pd_op_var (n->op->inputs, n->op->n_inputs, "X", i - 1));
    attach_branch (&body, node, 1);
    pd_body_clear (&body);
  }
  return weir_make_end (&n->make, node);
}

/* Lists need not be made before they are first written. */
static gboolean
is_list (const PdNode *n, const char *name)
{
  const Paddle__VarDesc *var = g_hash_table_lookup (n->scope->import->vars, name);

  return var != NULL && var->type != NULL && var->type->type == LOD_TENSOR_ARRAY;
}

/* Those of a loop's variables that exist before it. */
static GPtrArray *
states_of (PdNode *n)
{
  g_autoptr (GPtrArray) all = written (n, "Out");
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (pd_scope_has (n->scope, all->pdata[i]) || is_list (n, all->pdata[i]))
      g_ptr_array_add (names, all->pdata[i]);
  return names;
}

/* A list without elements has a type and a shape all the same once a loop carries it. */
static WeirPort
empty_list (PdNode *n, const char *name)
{
  WeirDtype dtype;
  WeirShape shape;
  gint64 dims[WEIR_MAX_RANK + 1] = { 0 };
  WeirTensor *tensor;

  if (!pd_var_shape (n->scope->import, name, &dtype, &shape) ||
      !weir_shape_is_static (&shape) || shape.rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (
        &n->make, "an empty list '%s' whose elements' shape is not known", name);
  for (int i = 0; i < shape.rank; i++)
    dims[i + 1] = shape.dims[i];
  if (!weir_shape_init (&shape, dims, (gsize) shape.rank + 1, &n->make.b->error))
    return WEIR_PORT_NONE;
  tensor = weir_tensor_new (dtype, &shape, &n->make.b->error);
  return tensor != NULL ? weir_make_constant (&n->make, tensor) : WEIR_PORT_NONE;
}

/* @values: what enters, with lists that hold something at least in their shape */
static void
read_states (PdNode *n, const GPtrArray *names, PdValue *values, WeirPort *inputs)
{
  for (guint i = 0; i < names->len && !weir_build_failed (n->make.b); i++) {
    const PdValue *value;

    if (!pd_scope_find (n->scope, names->pdata[i], &value, &n->make.b->error))
      return;
    values[i] =
        value != NULL ? *value : (PdValue){ .port = WEIR_PORT_NONE, .is_array = TRUE };
    if (values[i].is_array && weir_port_is_none (values[i].port))
      values[i].port = empty_list (n, names->pdata[i]);
    inputs[i] = values[i].port;
  }
}

static void
add_loop_body (PdNode *n, WeirNode *node, const GPtrArray *names, const PdValue *values,
               const char *condition, gboolean *broken)
{
  WeirBody *made = NULL;
  PdBody body;

  pd_body_init (&body, n);
  for (guint i = 0; i < names->len; i++) {
    WeirShape shape = *weir_make_shape (&n->make, values[i].port);

    if (values[i].is_array && shape.rank > 0)
      shape.dims[0] = WEIR_DIM_UNKNOWN;
    pd_body_parameter (&body, names->pdata[i], &values[i], &shape);
  }
  if (pd_body_run (&body, names, broken) && !*broken) {
    for (guint i = 0; i < names->len; i++)
      pd_body_result (&body, names->pdata[i]);
    pd_body_result (&body, condition);
    made = pd_body_attach (&body, node);
  }
  pd_body_clear (&body);
  for (guint i = 0; made != NULL && i < names->len; i++) {
    WeirBackEdge edge = { .from = i, .to = i };

    weir_capture_map (made->inputs, i + 2, i);
    weir_capture_map (made->outputs, i, i);
    g_array_append_val (made->back_edges, edge);
  }
  if (made != NULL)
    made->condition = (int) names->len;
}

static WeirPort
while_loop (PdNode *n)
{
  const char *condition = pd_op_var (n->op->inputs, n->op->n_inputs, "Condition", 0);
  g_autoptr (GPtrArray) names = states_of (n);
  g_autofree PdValue *values = g_new0 (PdValue, MAX (names->len, 1));
  g_autofree WeirPort *inputs = g_new0 (WeirPort, names->len + 2);
  gboolean broken = FALSE;
  WeirNode *node;

  inputs[0] = weir_make_int (&n->make, -1);
  inputs[1] = weir_make_scalar_of (&n->make, pd_in (n, "Condition"));
  read_states (n, names, values, inputs + 2);
  if (weir_build_failed (n->make.b) || condition == NULL)
    return WEIR_PORT_NONE;
  node = weir_build_begin_outputs (n->make.b, "Loop", n->make.name, inputs,
                                   names->len + 2, names->len);
  add_loop_body (n, node, names, values, condition, &broken);
  if (broken) {
    give_up (n, node, names);
    return WEIR_PORT_NONE;
  }
  set_names (n, node, names);
  for (guint i = 0; i < names->len && !weir_build_failed (n->make.b); i++)
    if (values[i].is_array)
      pd_scope_set (n->scope, names->pdata[i],
                    (PdValue){ .port = WEIR_PORT (node, i), .is_array = TRUE });
  return WEIR_PORT_NONE;
}

/* Lists of tensors: their elements, all of one shape, along a new first dimension. */

static gint64
length_of (const PdNode *n, const PdValue *list)
{
  return weir_port_is_none (list->port) ? 0
                                        : weir_make_shape (&n->make, list->port)->dims[0];
}

/* The place is the end of the list unless it is known to lie before it. */
static WeirPort
put (PdNode *n, const PdValue *list, WeirPort item)
{
  WeirPort at = pd_in (n, "I"), parts[] = { list->port, item };
  const WeirTensor *index = weir_make_value (&n->make, at);
  gint64 length = length_of (n, list);

  if (index != NULL && weir_tensor_count (index) == 1 && length >= 0) {
    gint64 place = weir_tensor_get_int (index, 0);

    if (place < 0 || place > length)
      return weir_make_unsupported (
          &n->make, "element %" G_GINT64_FORMAT " of a list of %" G_GINT64_FORMAT, place,
          length);
    if (place < length)
      return WEIR_MAKE (&n->make, "ScatterUpdate", list->port,
                        weir_make_vector_of (&n->make, at), item,
                        weir_make_int (&n->make, 0));
  }
  return weir_port_is_none (list->port) ? item : weir_make_concat (&n->make, parts, 2, 0);
}

static WeirPort
write_to_array (PdNode *n)
{
  const char *name = pd_op_var (n->op->outputs, n->op->n_outputs, "Out", 0);
  PdValue list = { .port = WEIR_PORT_NONE, .is_array = TRUE };
  const PdValue *found = NULL;
  WeirPort item = weir_make_unsqueeze (&n->make, pd_in (n, "X"), 0);

  if (weir_build_failed (n->make.b) || name == NULL ||
      !pd_scope_find (n->scope, name, &found, &n->make.b->error))
    return WEIR_PORT_NONE;
  if (found != NULL && found->is_array)
    list = *found;
  list.port = put (n, &list, item);
  if (!weir_build_failed (n->make.b))
    pd_scope_set (n->scope, name, list);
  return WEIR_PORT_NONE;
}

/* The list that input "X" names; %NULL, with a failure, where it is none. */
static const PdValue *
list_in (PdNode *n, gboolean empty_too)
{
  const PdValue *list = pd_value (n, "X");

  if (list != NULL && list->is_array && (empty_too || !weir_port_is_none (list->port)))
    return list;
  weir_make_invalid (&n->make, "input 'X': expected a list of tensors%s",
                     empty_too ? "" : " that is not empty");
  return NULL;
}

static WeirPort
read_from_array (PdNode *n)
{
  const PdValue *list = list_in (n, FALSE);
  WeirPort at = weir_make_scalar_of (&n->make, pd_in (n, "I"));

  return list != NULL ? weir_make_gather (&n->make, list->port, at, 0) : WEIR_PORT_NONE;
}

static WeirPort
array_length (PdNode *n)
{
  const PdValue *list = list_in (n, TRUE);

  if (list == NULL)
    return WEIR_PORT_NONE;
  return weir_port_is_none (list->port)
             ? WEIR_MAKE_INTS (&n->make, 0)
             : weir_make_known (&n->make, weir_make_dim_of (&n->make, list->port, 0));
}

static WeirPort
array_to_tensor (PdNode *n)
{
  const PdValue *list = list_in (n, FALSE);
  gboolean stacks = pd_bool (n, "use_stack", FALSE);
  gint64 order[WEIR_MAX_RANK], axis;
  WeirPort y, dims[3];
  int rank;

  if (list == NULL)
    return WEIR_PORT_NONE;
  rank = weir_make_rank (&n->make, list->port);
  axis = weir_make_axis (&n->make, pd_int (n, "axis", 0), stacks ? rank : rank - 1);
  for (int i = 0; i < rank; i++)
    order[i] = i < axis ? i + 1 : i == axis ? 0 : i;
  y = weir_make_transpose (&n->make, list->port, order, (gsize) MAX (rank, 0));
  if (stacks)
    return y;
  dims[0] = weir_make_shape_of (&n->make, y);
  dims[2] =
      weir_make_gather (&n->make, dims[0], weir_make_range (&n->make, axis + 2, rank), 0);
  dims[0] = weir_make_gather (&n->make, dims[0], weir_make_range (&n->make, 0, axis), 0);
  dims[1] = WEIR_MAKE_INTS (&n->make, -1);
  return weir_make_reshape_to (
      &n->make, y, weir_make_known (&n->make, weir_make_concat (&n->make, dims, 3, 0)));
}

const PdRow pd_rows_control[] = {
  { "conditional_block", conditional_block },
  { "select_input", select_input },
  { "while", while_loop },
  { "write_to_array", write_to_array },
  { "read_from_array", read_from_array },
  { "lod_array_length", array_length },
  { "tensor_array_to_tensor", array_to_tensor },
  { NULL },
};
