#include "base/error.h"
#include "inline-body.h"
#include "ir/infer.h"
#include "list.h"

/* An If whose branches give values of different ranks, as tracing exporters write a
 * squeeze of whatever has one element: its branch takes its place where the condition is
 * known, and where the network cannot go on from the other one. No run could have taken
 * that. What is inside of a branch is then looked at in the same way. */

/* Nodes that are inferred for trials, each of which takes the whole network. */
#define MAX_WORK 500000

typedef struct {
  WeirGraph *graph;
  guint work;
} Pass;

static gboolean
ranks_differ (const WeirNode *node)
{
  const WeirBody *then = &node->bodies[0], *other = &node->bodies[1];

  for (guint i = 0; i < then->outputs->len; i++) {
    const WeirPortMap *map = &g_array_index (then->outputs, WeirPortMap, i);
    const WeirNode *a = weir_graph_result (then->graph, map->internal);

    for (guint k = 0; k < other->outputs->len; k++) {
      const WeirPortMap *twin = &g_array_index (other->outputs, WeirPortMap, k);
      const WeirNode *b = weir_graph_result (other->graph, twin->internal);

      if (map->external == twin->external &&
          weir_graph_shape (then->graph, a->inputs[0])->rank !=
              weir_graph_shape (other->graph, b->inputs[0])->rank)
        return TRUE;
    }
  }
  return FALSE;
}

/* Whether the network can be inferred if the condition of If @id were @value. */
static gboolean
is_possible (Pass *pass, WeirNodeId id, gboolean value)
{
  g_autoptr (WeirGraph) copy = weir_graph_copy (pass->graph);
  WeirBuilder builder = WEIR_BUILDER (copy);
  WeirPort condition = weir_build_constant (
      &builder, "condition", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, value));
  g_autoptr (GError) error = NULL;

  pass->work += weir_graph_count (pass->graph);
  if (!weir_build_finish (&builder, NULL))
    return TRUE;
  weir_edit_set_input (copy, weir_graph_node (copy, id), 0, condition);
  return weir_graph_infer (copy, &error);
}

/* Which branch of @node is taken always: its number, or -1. */
static int
branch_of (Pass *pass, const WeirNode *node)
{
  const WeirTensor *known = weir_node_input_info (pass->graph, node, 0)->value;
  gboolean then, other;

  if (known != NULL && weir_tensor_count (known) == 1)
    return weir_tensor_get (known, 0) != 0 ? 0 : 1;
  if (pass->work > MAX_WORK)
    return -1;
  then = is_possible (pass, node->id, TRUE);
  other = is_possible (pass, node->id, FALSE);
  return then == other ? -1 : then ? 0 : 1;
}

static gboolean
take_branch (WeirGraph *graph, WeirNode *node, int branch, GError **error)
{
  const WeirBody *body = &node->bodies[branch];
  guint n = weir_graph_n_parameters (body->graph);
  g_autofree WeirPort *parameters = g_new0 (WeirPort, MAX (n, 1));
  WeirBuilder builder = WEIR_BUILDER (graph);

  for (guint i = 0; i < n; i++) {
    const WeirPortMap *map = weir_pass_port_map (body->inputs, i);

    if (map == NULL || map->external < 0)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "node '%s': nothing enters parameter %u of its branch",
                        node->name, i);
    parameters[i] = node->inputs[map->external];
  }
  weir_pass_inline_body (&builder, node, body, parameters);
  return weir_build_finish (&builder, error) && weir_graph_infer (graph, error);
}

/* What a branch holds comes behind all other nodes, and so is looked at, too. */
static gboolean
visit_all (Pass *pass, gboolean *changed, GError **error)
{
  for (guint i = 0; i < weir_graph_size (pass->graph); i++) {
    WeirNode *node = weir_graph_node (pass->graph, i);
    int branch;

    if (!weir_node_is (node, "If") || node->n_bodies != 2 || !ranks_differ (node))
      continue;
    branch = branch_of (pass, node);
    if (branch < 0)
      continue;
    if (!take_branch (pass->graph, node, branch, error))
      return FALSE;
    *changed |= weir_graph_node (pass->graph, i) == NULL;
  }
  return TRUE;
}

gboolean
weir_pass_choose_branch (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  Pass pass = { .graph = weir_model_graph (model) };
  gboolean changed;

  (void) options;
  do {
    changed = FALSE;
    if (!visit_all (&pass, &changed, error))
      return FALSE;
  } while (changed);
  return TRUE;
}
