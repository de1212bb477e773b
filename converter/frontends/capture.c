#include "capture.h"

WeirPort
weir_capture (GArray *captures, WeirBuilder *inside, const WeirGraph *outer,
              WeirPort port, const char *name)
{
  const WeirValueInfo *info = weir_graph_info (outer, port);
  WeirCapture entry = { .outer = port,
                        .parameter = weir_graph_n_parameters (inside->graph) };

  if (info->value != NULL)
    return weir_build_constant (inside, name, weir_tensor_ref (info->value));
  g_array_append_val (captures, entry);
  return weir_build_parameter (inside, name, info->dtype, &info->shape);
}

void
weir_capture_map (GArray *maps, gint64 external, guint internal)
{
  WeirPortMap map = {
    .external = external, .internal = internal, .axis = -1, .stride = 1, .part_size = 1
  };

  g_array_append_val (maps, map);
}

WeirBody *
weir_capture_attach (const GArray *captures, WeirGraph **graph, WeirGraph *outer,
                     WeirNode *node)
{
  WeirBody *made = weir_edit_add_body (node);

  weir_graph_free (made->graph);
  made->graph = g_steal_pointer (graph);
  for (guint i = 0; i < captures->len; i++) {
    const WeirCapture *capture = &g_array_index (captures, WeirCapture, i);

    weir_edit_append_input (outer, node, capture->outer);
    weir_capture_map (made->inputs, node->n_inputs - 1, capture->parameter);
  }
  return made;
}
