#include "match.h"

WeirNode *
weir_match (const WeirGraph *graph, WeirPort port, const char *op)
{
  WeirNode *node = weir_graph_node (graph, port.node);

  return weir_node_is (node, op) ? node : NULL;
}

WeirNode *
weir_match_input (const WeirGraph *graph, const WeirNode *node, guint index,
                  const char *op)
{
  return index < node->n_inputs ? weir_match (graph, node->inputs[index], op) : NULL;
}

WeirNode *
weir_match_only_use (const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;

  if (uses->len != 1)
    return NULL;
  return weir_graph_node (graph, g_array_index (uses, WeirUse, 0).node);
}

WeirTensor *
weir_match_constant (const WeirGraph *graph, const WeirNode *node, guint index)
{
  if (index >= node->n_inputs)
    return NULL;
  return weir_graph_info (graph, node->inputs[index])->value;
}

gboolean
weir_match_scalar (const WeirGraph *graph, const WeirNode *node, guint index,
                   double *value)
{
  const WeirTensor *tensor = weir_match_constant (graph, node, index);

  if (tensor == NULL || weir_tensor_count (tensor) == 0)
    return FALSE;
  *value = weir_tensor_get (tensor, 0);
  for (gsize i = 1; i < weir_tensor_count (tensor); i++)
    if (weir_tensor_get (tensor, i) != *value)
      return FALSE;
  return TRUE;
}

gboolean
weir_match_binary (const WeirGraph *graph, const WeirNode *node, WeirPort *data,
                   WeirTensor **constant)
{
  WeirTensor *first, *second;

  if (node->n_inputs != 2)
    return FALSE;
  first = weir_match_constant (graph, node, 0);
  second = weir_match_constant (graph, node, 1);
  if ((first == NULL) == (second == NULL))
    return FALSE;
  *data = node->inputs[first == NULL ? 0 : 1];
  *constant = first != NULL ? first : second;
  return TRUE;
}

gboolean
weir_match_channel (const WeirTensor *tensor, int rank, gsize *channels)
{
  const WeirShape *shape = weir_tensor_shape (tensor);

  *channels = weir_tensor_count (tensor);
  if (shape->rank > rank || rank < 2)
    return FALSE;
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] != 1 && i + rank - shape->rank != 1)
      return FALSE;
  return *channels > 0;
}
