#include "offload-ops.h"

#include "base/error.h"

#include <string.h>

gboolean
weir_offload_op (const WeirFrontendInput *input, const char *framework)
{
  const char *list = weir_frontend_option (input, "offload");
  g_auto (GStrv) entries = g_strsplit (list != NULL ? list : "", ",", -1);
  gsize length = strlen (framework);

  for (guint i = 0; entries[i] != NULL; i++) {
    const char *entry = g_strstrip (entries[i]);

    if (strncmp (entry, framework, length) == 0 && entry[length] == '=')
      return weir_offload_find (framework) != NULL;
  }
  return FALSE;
}

gboolean
weir_offload_op_describe (WeirMake *make, const char *framework, WeirTensor *part,
                          const WeirPort *inputs, guint n_inputs, WeirValueInfo *infos,
                          guint n_outputs)
{
  const WeirOffloadRunner *runner = weir_offload_find (framework);
  g_autofree WeirValueInfo *known = g_new0 (WeirValueInfo, n_inputs + 1);
  GError **error = &make->b->error;

  if (weir_build_failed (make->b))
    return FALSE;
  for (guint i = 0; i < n_inputs; i++)
    known[i] = *weir_graph_info (make->b->graph, inputs[i]);
  for (guint i = 0; i < n_outputs; i++)
    infos[i] = (WeirValueInfo){ .shape = WEIR_SHAPE_UNKNOWN };
  if (!runner->describe (runner->data, part, known, n_inputs, infos, n_outputs, error)) {
    g_prefix_error (error, "%s: ", runner->described);
    return FALSE;
  }
  for (guint i = 0; i < n_outputs; i++)
    if (infos[i].dtype == WEIR_DTYPE_UNKNOWN) {
      weir_make_unsupported (make, "%s does not tell the type of output %u",
                             runner->described, i);
      return FALSE;
    }
  return TRUE;
}

static gboolean
add_node (WeirMake *make, const char *framework, WeirTensor *part, const WeirPort *inputs,
          guint n_inputs, WeirPort *outputs, const WeirValueInfo *infos, guint n_outputs)
{
  g_autofree WeirPort *all = g_new (WeirPort, n_inputs + 1);
  g_autofree char *told = weir_offload_outputs (infos, n_outputs);
  WeirNode *node;

  all[0] = weir_make_constant (make, weir_tensor_ref (part));
  for (guint i = 0; i < n_inputs; i++)
    all[i + 1] = inputs[i];
  node = weir_build_begin_outputs (make->b, "Offload", make->name, all, n_inputs + 1,
                                   n_outputs);
  weir_node_set_string (node, "framework", framework);
  weir_node_set_string (node, "outputs", told);
  weir_make_end (make, node);
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = weir_make_port (make, node, i);
  return !weir_build_failed (make->b);
}

gboolean
weir_offload_op_convert (WeirMake *make, const char *framework, WeirTensor *part,
                         const WeirPort *inputs, guint n_inputs, WeirPort *outputs,
                         guint n_outputs)
{
  g_autofree WeirValueInfo *infos = g_new0 (WeirValueInfo, n_outputs + 1);
  gboolean good =
      weir_offload_op_describe (make, framework, part, inputs, n_inputs, infos,
                                n_outputs) &&
      add_node (make, framework, part, inputs, n_inputs, outputs, infos, n_outputs);

  weir_tensor_unref (part);
  return good;
}
