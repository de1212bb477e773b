#include "list.h"

#include "base/problem.h"
#include "inline-body.h"
#include "rewrite.h"
#include "variable.h"

#include <string.h>

/* Networks that run step by step: what a loop or a recurrent layer carries from one step
 * to the next becomes a variable, which lives on to the next inference. A loop of a
 * single step is then no loop: its body takes its place. */

typedef struct {
  WeirBuilder builder;
  gboolean zeros; /* variables begin as zeros, not as the network said */
  guint variables;
} Pass;

/* Zeros like @port. */
static WeirPort
zeros_like (WeirBuilder *b, const char *name, WeirPort port)
{
  WeirPort zero = weir_build_scalar (b, name, port, 0);
  WeirPort shape = weir_build1 (b, "ShapeOf", name, port);

  return weir_build2 (b, "Broadcast", name, zero, shape);
}

/* Input @input of @node reads a variable, which takes @value after each inference. */
static gboolean
add_variable (Pass *pass, WeirNode *node, guint input, const char *part, WeirPort value)
{
  WeirBuilder *b = &pass->builder;
  g_autofree char *id =
      g_strdup_printf ("%s/%s/variable_%u", node->name, part, pass->variables++);
  g_autofree char *assign = g_strconcat (id, "/assign", NULL);
  g_autofree char *initial_name = g_strconcat (id, "/initial", NULL);
  WeirPort initial = node->inputs[input], read;
  WeirShape shape = *weir_graph_shape (b->graph, initial);

  weir_shape_merge (&shape, weir_graph_shape (b->graph, value));
  if (pass->zeros)
    initial = zeros_like (b, initial_name, initial);
  read = weir_pass_read_variable (b, id, id, initial, &shape);
  weir_pass_assign_variable (b, id, assign, value, &shape);
  if (weir_build_failed (b))
    return FALSE;
  weir_edit_set_input (b->graph, node, input, read);
  return TRUE;
}

/* What result @index of the body is after the last step: an output of its own, else the
 * last part of the one that joins all steps. */
static WeirPort
last_value (Pass *pass, const WeirNode *node, guint index)
{
  WeirBuilder *b = &pass->builder;
  const GArray *maps = node->bodies[0].outputs;
  g_autofree char *name = g_strconcat (node->name, "/last", NULL);
  const WeirPortMap *joined = NULL;

  for (guint i = 0; i < maps->len; i++) {
    const WeirPortMap *map = &g_array_index (maps, WeirPortMap, i);

    if (map->internal != index)
      continue;
    if (map->axis == -1)
      return WEIR_PORT (node, (guint) map->external);
    joined = map;
  }
  if (joined == NULL) {
    weir_problem_fail (&b->error, WEIR_PROBLEM_LOW_LATENCY,
                       "node '%s' (%s): what it carries on is none of its outputs",
                       node->name, node->op->name);
    return WEIR_PORT_NONE;
  }
  return weir_build (
      b, "Slice", name,
      WEIR_INPUTS (
          WEIR_PORT (node, (guint) joined->external),
          weir_build_i64 (b, name,
                          (gint64[]){ joined->stride > 0 ? -joined->part_size : 0 }, 1),
          weir_build_i64 (
              b, name, (gint64[]){ joined->stride > 0 ? G_MAXINT64 : joined->part_size },
              1),
          weir_build_i64 (b, name, (gint64[]){ 1 }, 1),
          weir_build_i64 (b, name, (gint64[]){ joined->axis }, 1)));
}

static gboolean
free_loop (Pass *pass, WeirNode *node)
{
  const WeirBody *body = &node->bodies[0];

  for (guint i = 0; i < body->back_edges->len; i++) {
    WeirBackEdge edge = g_array_index (body->back_edges, WeirBackEdge, i);
    const WeirPortMap *map = weir_pass_port_map (body->inputs, edge.to);
    WeirPort value;

    if (map == NULL || map->external < 0 || map->axis != -1)
      continue;
    value = last_value (pass, node, edge.from);
    if (weir_build_failed (&pass->builder) ||
        !add_variable (pass, node, (guint) map->external,
                       weir_graph_parameter (body->graph, edge.to)->name, value))
      return FALSE;
  }
  return TRUE;
}

static gboolean
constant_is (const WeirGraph *graph, const WeirNode *node, guint input, double value)
{
  double found;

  return weir_match_scalar (graph, node, input, &found) && found == value;
}

/* Whether the loop is sure to make one step: its slices are whole, or it is told so. */
static gboolean
is_one_step (const WeirGraph *graph, const WeirNode *node)
{
  const WeirBody *body = &node->bodies[0];
  gboolean sliced = FALSE;

  for (guint i = 0; i < body->inputs->len; i++) {
    const WeirPortMap *map = &g_array_index (body->inputs, WeirPortMap, i);
    const WeirShape *shape;

    if (map->axis < 0 || map->external < 0)
      continue;
    shape = weir_graph_shape (graph, node->inputs[map->external]);
    if (map->axis >= shape->rank || shape->dims[map->axis] != map->part_size)
      return FALSE;
    sliced = TRUE;
  }
  if (!weir_node_is (node, "Loop"))
    return sliced;
  if (!constant_is (graph, node, 1, 1))
    return FALSE;
  return sliced || constant_is (graph, node, 0, 1) ||
         (body->condition >= 0 &&
          constant_is (body->graph,
                       weir_graph_result (body->graph, (guint) body->condition), 0, 0));
}

/* What a parameter of the body is at the only step. */
static WeirPort
entry (WeirBuilder *b, const WeirNode *node, guint index)
{
  const WeirBody *body = &node->bodies[0];
  const WeirNode *parameter = weir_graph_parameter (body->graph, index);
  const WeirPortMap *map = weir_pass_port_map (body->inputs, index);
  const WeirValueInfo *info = &parameter->outputs[0].info;
  WeirTensor *zero;

  if (map == NULL)
    return weir_build_fail (b, WEIR_ERROR_FORMAT, "node '%s': nothing enters at '%s'",
                            node->name, parameter->name);
  if (map->external >= 0)
    return node->inputs[map->external];
  zero = weir_tensor_new (info->dtype, &info->shape, &b->error);
  if (zero != NULL)
    memset (weir_tensor_writable (zero), 0, weir_tensor_size (zero));
  return weir_build_constant (b, parameter->name, zero);
}

static gboolean
unroll (Pass *pass, WeirNode *node)
{
  WeirBuilder *b = &pass->builder;
  const WeirBody *body = &node->bodies[0];
  guint n = weir_graph_n_parameters (body->graph);
  g_autofree WeirPort *parameters = g_new0 (WeirPort, MAX (n, 1));

  if (!is_one_step (b->graph, node))
    return TRUE;
  for (guint i = 0; i < n; i++)
    parameters[i] = entry (b, node, i);
  return weir_pass_inline_body (b, node, body, parameters);
}

/* The states of recurrent layers: their inputs from 1 on are the outputs from 1 on. */
typedef struct {
  const char *op;
  guint states;
} Recurrent;

static const Recurrent recurrent[] = { { "LSTMSequence", 2 },
                                       { "GRUSequence", 1 },
                                       { "RNNSequence", 1 } };

static gboolean
free_recurrent (Pass *pass, WeirNode *node)
{
  static const char *const parts[] = { "hidden", "cell" };
  guint states = 0;

  for (guint i = 0; i < G_N_ELEMENTS (recurrent); i++)
    if (weir_node_is (node, recurrent[i].op))
      states = recurrent[i].states;
  if (states > 0 && weir_node_string_is (node, "direction", "bidirectional"))
    return TRUE;
  for (guint i = 0; i < states; i++)
    if (!add_variable (pass, node, i + 1, parts[i], WEIR_PORT (node, i + 1)))
      return FALSE;
  return TRUE;
}

static gboolean
visit (Pass *pass, WeirNode *node)
{
  if (weir_node_is (node, "TensorIterator") || weir_node_is (node, "Loop"))
    return node->n_bodies != 1 || (free_loop (pass, node) && unroll (pass, node));
  return free_recurrent (pass, node);
}

gboolean
weir_transform_low_latency2 (WeirModel *model, const WeirTransformSpec *spec,
                             GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  const char *constant = g_hash_table_lookup (spec->arguments, "use_const_initializer");
  Pass pass = { .builder = WEIR_BUILDER (graph) };
  guint size = weir_graph_size (graph);

  if (constant != NULL && g_ascii_strcasecmp (constant, "true") != 0 &&
      g_ascii_strcasecmp (constant, "false") != 0)
    return weir_problem_fail (error, WEIR_PROBLEM_NOT_BOOLEAN,
                              "use_const_initializer: expected True or False, found "
                              "'%.80s'",
                              constant);
  pass.zeros = constant == NULL || g_ascii_strcasecmp (constant, "true") == 0;
  for (guint i = 0; i < size; i++) {
    WeirNode *node = weir_graph_node (graph, i);

    if (node != NULL && !visit (&pass, node))
      break;
  }
  return weir_build_finish (&pass.builder, error);
}
