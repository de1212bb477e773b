#include "rewrite.h"

#include "ir/edit.h"

gboolean
weir_pass_is_decompression (const WeirNode *node)
{
  return weir_node_is (node, "Convert") &&
         weir_node_rt_info (node, "decompression") != NULL;
}

WeirTensor *
weir_pass_constant (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node), *source;

  if (weir_node_is (node, "Constant"))
    return weir_tensor_ref (node->outputs[0].info.value);
  if (!weir_pass_is_decompression (node))
    return NULL;
  source = weir_match_input (graph, node, 0, "Constant");
  if (source == NULL)
    return NULL;
  return weir_tensor_convert (source->outputs[0].info.value, node->outputs[0].info.dtype,
                              NULL);
}

gboolean
weir_pass_scalar (const WeirGraph *graph, const WeirNode *node, guint index,
                  double *value)
{
  g_autoptr (WeirTensor) tensor =
      index < node->n_inputs ? weir_pass_constant (graph, node->inputs[index]) : NULL;

  if (tensor == NULL || weir_tensor_count (tensor) == 0)
    return FALSE;
  *value = weir_tensor_get (tensor, 0);
  for (gsize i = 1; i < weir_tensor_count (tensor); i++)
    if (weir_tensor_get (tensor, i) != *value)
      return FALSE;
  return TRUE;
}

gboolean
weir_pass_ints (const WeirGraph *graph, const WeirNode *node, guint index,
                gint64 values[2 * WEIR_MAX_RANK], gsize *count)
{
  g_autoptr (WeirTensor) tensor =
      index < node->n_inputs ? weir_pass_constant (graph, node->inputs[index]) : NULL;

  if (tensor == NULL || !weir_dtype_is_integer (weir_tensor_dtype (tensor)) ||
      weir_tensor_count (tensor) > (gsize) 2 * WEIR_MAX_RANK)
    return FALSE;
  *count = weir_tensor_count (tensor);
  for (gsize i = 0; i < *count; i++)
    values[i] = weir_tensor_get_int (tensor, i);
  return TRUE;
}

gboolean
weir_pass_axes (const WeirGraph *graph, const WeirNode *node, guint index, int rank,
                gint64 axes[2 * WEIR_MAX_RANK], gsize *count)
{
  if (rank < 0 || !weir_pass_ints (graph, node, index, axes, count))
    return FALSE;
  for (gsize i = 0; i < *count; i++) {
    int axis;

    if (!weir_shape_axis (axes[i], rank, &axis, NULL))
      return FALSE;
    axes[i] = axis;
  }
  return TRUE;
}

void
weir_pass_take_place (WeirGraph *graph, WeirNode *node, WeirPort port, gboolean *changed)
{
  guint uses = weir_graph_n_uses (graph, WEIR_PORT (node, 0));

  weir_edit_bypass (graph, WEIR_PORT (node, 0), port);
  if (weir_graph_n_uses (graph, WEIR_PORT (node, 0)) < uses)
    *changed = TRUE;
  weir_edit_remove_unused (graph, node);
}

gboolean
weir_pass_finish (WeirBuilder *builder, WeirNode *node, WeirPort port, gboolean *changed,
                  GError **error)
{
  if (!weir_build_finish (builder, error))
    return FALSE;
  weir_pass_take_place (builder->graph, node, port, changed);
  return TRUE;
}

gboolean
weir_pass_broadcasts_into (const WeirShape *small, const WeirShape *big)
{
  if (small->rank < 0 || big->rank < 0 || small->rank > big->rank)
    return FALSE;
  for (int i = 0; i < small->rank; i++) {
    gint64 dim = big->dims[i + big->rank - small->rank];

    if (small->dims[i] != 1 && (dim < 0 || small->dims[i] != dim))
      return FALSE;
  }
  return TRUE;
}
