#include "context.h"

#include "base/error.h"

/* Sub-graphs for callbacks: which nodes they stand for, and what these give. */

static const WeirForeignGraph *
graph_of (WeirExtensionContext *c, const char *function)
{
  if (!ext_is (c, 1u << EXT_TRANSLATE, function))
    return NULL;
  if (c->foreign->graph == NULL)
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension calls %s for what is no sub-graph",
              function);
  return c->foreign->graph;
}

static uint32_t
n_nodes (WeirExtensionContext *c)
{
  const WeirForeignGraph *graph = graph_of (c, "n_nodes");

  return graph != NULL ? graph->n_nodes : 0;
}

static const char *
node_at (WeirExtensionContext *c, uint32_t index, const char **op)
{
  const WeirForeignGraph *graph = graph_of (c, "node");
  const char *own = NULL;

  if (graph == NULL)
    return NULL;
  if (index >= graph->n_nodes) {
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for node %u of %u", index,
              graph->n_nodes);
    return NULL;
  }
  return graph->node (c->foreign, index, op != NULL ? op : &own);
}

static WeirExtensionValue
value_of (WeirExtensionContext *c, const char *name)
{
  const WeirForeignGraph *graph = graph_of (c, "value");
  g_autoptr (GError) error = NULL;
  WeirPort port = WEIR_PORT_NONE;

  if (graph == NULL)
    return ext_value (port);
  if (name == NULL)
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension asks for a value without name");
  else if (!graph->value (c->foreign, name, &port, &error))
    ext_fail (c, error->code, "%s", error->message);
  return ext_value (port);
}

static const void *
data_of (WeirExtensionContext *c, WeirExtensionValue value, WeirExtensionType *type,
         WeirExtensionShape *shape, size_t *bytes)
{
  const WeirValueInfo *info;
  WeirPort port;

  *bytes = 0;
  if (!ext_is (c, 1u << EXT_TRANSLATE, "data"))
    return NULL;
  port = ext_port (c, value);
  if (weir_port_is_none (port)) {
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension looks at what is no value");
    return NULL;
  }
  info = weir_graph_info (c->builder->graph, port);
  if (type != NULL)
    *type = ext_type (info->dtype);
  if (shape != NULL)
    ext_put_shape (&info->shape, shape);
  if (info->value == NULL || ext_type (info->dtype) == WEIR_EXTENSION_UNKNOWN)
    return NULL;
  *bytes = weir_tensor_size (info->value);
  return weir_tensor_data (info->value);
}

const WeirExtensionGraph ext_graph = {
  .size = sizeof (WeirExtensionGraph),
  .n_nodes = n_nodes,
  .node = node_at,
  .value = value_of,
  .data = data_of,
};
