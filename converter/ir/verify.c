#include "verify.h"

#include "base/error.h"

/* Which inputs stand in the use-list of what they read, all nodes' inputs in one row. */
typedef struct {
  gsize *first; /* by node id */
  gboolean *listed;
} Uses;

static void
uses_init (Uses *uses, const WeirGraph *graph)
{
  gsize count = 0;

  uses->first = g_new0 (gsize, weir_graph_size (graph) + 1);
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    uses->first[i] = count;
    count += node != NULL ? node->n_inputs : 0;
  }
  uses->listed = g_new0 (gboolean, count + 1);
}

static void
uses_clear (Uses *uses)
{
  g_free (uses->first);
  g_free (uses->listed);
}

static gboolean
verify_inputs (const WeirGraph *graph, const WeirNode *node, const Uses *uses,
               GError **error)
{
  if (node->n_inputs < node->op->min_inputs ||
      (node->op->max_inputs != WEIR_ANY_NUMBER && node->n_inputs > node->op->max_inputs))
    return weir_fail (error, WEIR_ERROR_INTERNAL, "has %u inputs", node->n_inputs);
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirNode *from = weir_graph_node (graph, node->inputs[i].node);

    if (from == NULL || node->inputs[i].index >= from->n_outputs)
      return weir_fail (error, WEIR_ERROR_INTERNAL, "input %u does not exist", i);
    if (!uses->listed[uses->first[node->id] + i])
      return weir_fail (error, WEIR_ERROR_INTERNAL, "input %u is not in the use-list", i);
  }
  return TRUE;
}

static gboolean
verify_uses (const WeirGraph *graph, const WeirNode *node, Uses *uses, GError **error)
{
  for (guint o = 0; o < node->n_outputs; o++)
    for (guint i = 0; i < node->outputs[o].uses->len; i++) {
      WeirUse use = g_array_index (node->outputs[o].uses, WeirUse, i);
      const WeirNode *user = weir_graph_node (graph, use.node);

      if (user == NULL || use.index >= user->n_inputs ||
          !weir_port_equal (user->inputs[use.index], WEIR_PORT (node, o)))
        return weir_fail (error, WEIR_ERROR_INTERNAL, "use %u of output %u is stale", i,
                          o);
      if (uses->listed[uses->first[use.node] + use.index])
        return weir_fail (error, WEIR_ERROR_INTERNAL,
                          "use %u of output %u is listed twice", i, o);
      uses->listed[uses->first[use.node] + use.index] = TRUE;
    }
  return TRUE;
}

static gboolean
verify_attrs (const WeirNode *node, GError **error)
{
  const WeirAttrRow *rows = node->op->attrs;

  if (!weir_op_has_version (node->op, node->version))
    return weir_fail (error, WEIR_ERROR_INTERNAL, "has version %u", node->version);
  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    if (!weir_attr_row_in (&rows[i], node->version))
      continue;
    if (rows[i].fallback == NULL && !node->attrs[i].set)
      return weir_fail (error, WEIR_ERROR_INTERNAL, "attribute '%s' is missing",
                        rows[i].name);
    if (node->attrs[i].set && !weir_attr_check (&rows[i], &node->attrs[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
verify_values (const WeirNode *node, GError **error)
{
  for (guint o = 0; o < node->n_outputs; o++) {
    const WeirValueInfo *info = &node->outputs[o].info;

    if (info->value != NULL &&
        (weir_tensor_dtype (info->value) != info->dtype ||
         !weir_shape_equal (weir_tensor_shape (info->value), &info->shape)))
      return weir_fail (error, WEIR_ERROR_INTERNAL,
                        "output %u holds another type or shape than it says", o);
    if (info->value == NULL && weir_node_is (node, "Constant"))
      return weir_fail (error, WEIR_ERROR_INTERNAL, "has no contents");
  }
  return TRUE;
}

static gboolean
verify_bodies (const WeirNode *node, GError **error)
{
  for (guint b = 0; b < node->n_bodies; b++) {
    const WeirBody *body = &node->bodies[b];

    for (guint i = 0; i < body->inputs->len; i++)
      if (g_array_index (body->inputs, WeirPortMap, i).internal >=
          weir_graph_n_parameters (body->graph))
        return weir_fail (error, WEIR_ERROR_INTERNAL, "body %u: input map %u", b, i);
    for (guint i = 0; i < body->outputs->len; i++)
      if (g_array_index (body->outputs, WeirPortMap, i).internal >=
          weir_graph_n_results (body->graph))
        return weir_fail (error, WEIR_ERROR_INTERNAL, "body %u: output map %u", b, i);
    if (!weir_graph_verify (body->graph, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
verify_lists (const WeirGraph *graph, GError **error)
{
  guint parameters = 0, results = 0;

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);
    parameters += weir_node_is (node, "Parameter");
    results += weir_node_is (node, "Result");
  }
  if (parameters != weir_graph_n_parameters (graph) ||
      results != weir_graph_n_results (graph))
    return weir_fail (error, WEIR_ERROR_INTERNAL,
                      "the lists of parameters and results do not match the nodes");
  return TRUE;
}

static gboolean
verify_node (const WeirGraph *graph, const WeirNode *node, const Uses *uses,
             GError **error)
{
  return verify_inputs (graph, node, uses, error) && verify_attrs (node, error) &&
         verify_values (node, error) && verify_bodies (node, error);
}

static gboolean
verify_nodes (const WeirGraph *graph, Uses *uses, GError **error)
{
  const WeirNode *node = NULL;
  gboolean good = TRUE;

  for (guint i = 0; good && i < weir_graph_size (graph); i++) {
    node = weir_graph_node (graph, i);
    good = node == NULL || verify_uses (graph, node, uses, error);
  }
  for (guint i = 0; good && i < weir_graph_size (graph); i++) {
    node = weir_graph_node (graph, i);
    good = node == NULL || verify_node (graph, node, uses, error);
  }
  if (!good)
    g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
  return good;
}

gboolean
weir_graph_verify (const WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = NULL;
  Uses uses;
  gboolean good;

  uses_init (&uses, graph);
  good = verify_nodes (graph, &uses, error);
  uses_clear (&uses);
  if (!good || !verify_lists (graph, error))
    return FALSE;
  order = weir_graph_order (graph, error);
  return order != NULL;
}
