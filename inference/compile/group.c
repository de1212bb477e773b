#include "compiler.h"

#include "base/error.h"
#include "ir/match.h"

/* One group a node, in an order in which everything is there before it is read. */

static void
add_port_value (Compiler *c, const WeirNode *node, guint output)
{
  const WeirValueInfo *info = &node->outputs[output].info;
  WeirValue value = { .dtype = info->dtype,
                      .shape = info->shape,
                      .device = c->plan->devices->len - 1 };

  if (info->value != NULL) {
    value.storage = WEIR_STORAGE_CONSTANT;
    value.constant = weir_tensor_ref (info->value);
  } else if (weir_node_is (node, "Parameter")) {
    value.storage = WEIR_STORAGE_INPUT;
  } else if (!weir_shape_is_static (&info->shape)) {
    value.storage = WEIR_STORAGE_DYNAMIC;
  }
  c->ports[node->id][output] = compiler_add_value (c, &value);
}

static void
add_values (Compiler *c)
{
  for (guint i = 0; i < c->order->len; i++) {
    const WeirNode *node =
        weir_graph_node (c->plan->graph, g_array_index (c->order, WeirNodeId, i));

    c->positions[node->id] = i;
    c->ports[node->id] = g_new0 (guint, MAX (node->n_outputs, 1));
    for (guint o = 0; o < node->n_outputs; o++)
      add_port_value (c, node, o);
  }
}

static guint
port_value (Compiler *c, WeirPort port)
{
  return c->ports[port.node][port.index];
}

static void
add_terminals (Compiler *c)
{
  for (guint i = 0; i < c->plan->n_inputs; i++) {
    WeirPort port = WEIR_PORT (weir_graph_parameter (c->plan->graph, i), 0);

    c->plan->inputs[i] = port_value (c, port);
    compiler_value (c, c->plan->inputs[i])->index = i;
  }
  for (guint i = 0; i < c->plan->n_outputs; i++)
    c->plan->outputs[i] =
        port_value (c, weir_graph_result (c->plan->graph, i)->inputs[0]);
}

static gboolean
is_known (const WeirNode *node)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i].info.value == NULL)
      return FALSE;
  return node->n_outputs > 0;
}

static gboolean
needs_no_step (const WeirNode *node)
{
  return weir_node_is (node, "Parameter") || weir_node_is (node, "Constant") ||
         weir_node_is (node, "Result") ||
         (is_known (node) && (node->op->flags & WEIR_OP_STATEFUL) == 0);
}

gboolean
compiler_asks (Compiler *c, const WeirKernel *kernel, const WeirGroup *group)
{
  gboolean rounded = group->scale != NULL || group->inner != NULL || group->last != NULL;

  return (kernel->op == NULL || weir_node_is (group->node, kernel->op)) &&
         (!rounded || kernel->rounds) && kernel->accepts (c->plan, group);
}

const WeirKernel *
compiler_accepts (Compiler *c, const WeirDevice *device, const WeirGroup *group)
{
  for (guint i = 0; i < device->n_kernels; i++)
    if (compiler_asks (c, device->kernels[i], group))
      return device->kernels[i];
  return NULL;
}

guint
compiler_prefers (Compiler *c, const WeirGroup *group)
{
  for (guint d = 0; d < c->plan->devices->len; d++)
    if (compiler_accepts (c, compiler_device (c, d), group) != NULL)
      return d;
  return c->plan->devices->len;
}

static gboolean
add_group (Compiler *c, const WeirNode *node, GError **error)
{
  Job job = { .group = { .node = node,
                         .residual = -1,
                         .n_inputs = node->n_inputs,
                         .n_outputs = node->n_outputs },
              .position = c->positions[node->id] };
  WeirGroup *group = &job.group;

  group->inputs = g_new0 (guint, node->n_inputs + 1);
  group->outputs = g_new0 (guint, MAX (node->n_outputs, 1));
  for (guint i = 0; i < node->n_inputs; i++)
    group->inputs[i] = port_value (c, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    group->outputs[i] = c->ports[node->id][i];
  if (compiler_prefers (c, group) < c->plan->devices->len)
    compiler_fuse_post_ops (c, group, &job.position);
  g_array_append_val (c->jobs, job);
  if (compiler_prefers (c, group) >= c->plan->devices->len)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "node '%s' (%s): no device runs it",
                      node->name, node->op->name);
  return TRUE;
}

static int
compare_jobs (gconstpointer a, gconstpointer b)
{
  guint x = ((const Job *) a)->position, y = ((const Job *) b)->position;

  return x < y ? -1 : x > y;
}

gboolean
compiler_make_groups (Compiler *c, GError **error)
{
  c->order = weir_graph_order (c->plan->graph, error);
  if (c->order == NULL)
    return FALSE;
  add_values (c);
  add_terminals (c);
  compiler_find_levels (c);
  for (guint i = 0; i < c->order->len; i++) {
    const WeirNode *node =
        weir_graph_node (c->plan->graph, g_array_index (c->order, WeirNodeId, i));

    if (c->taken[node->id] || needs_no_step (node))
      continue;
    if (!add_group (c, node, error))
      return FALSE;
  }
  g_array_sort (c->jobs, compare_jobs);
  return TRUE;
}
