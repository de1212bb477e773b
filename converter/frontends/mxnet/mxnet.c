#include "mxnet.h"

#include "base/problem.h"
#include "cut.h"
#include "ir/verify.h"

#include <string.h>

static int
mx_probe (const WeirBytes *head, const char *path)
{
  static const char nodes[] = "\"nodes\"";

  if (mx_params_probe (head))
    return 100;
  return path != NULL && g_str_has_suffix (path, "-symbol.json") &&
                 g_strstr_len ((const char *) head->data, (gssize) head->size, nodes) !=
                     NULL
             ? 50
             : 0;
}

/* "prefix-0000.params" -> "prefix-symbol.json" */
static char *
mx_topology_name (const char *name)
{
  const char *dash = strrchr (name, '-');
  const char *dot = strrchr (name, '.');

  if (dash == NULL || dot == NULL || dot <= dash + 1)
    return NULL;
  for (const char *c = dash + 1; c < dot; c++)
    if (!g_ascii_isdigit (*c))
      return NULL;
  return g_strdup_printf ("%.*s-symbol.json", (int) (dash - name), name);
}

static gboolean
convert_nodes (MxImport *import, GError **error)
{
  for (guint i = 0; i < import->symbol.nodes->len; i++)
    if (!mx_cut_convert (import, i, error))
      return FALSE;
  if (import->unsupported->len == 0)
    return TRUE;
  if (import->input->hint != NULL)
    weir_cut_plan_suggest (import->cut.plan, import->input->hint);
  return weir_unsupported_fail (import->unsupported, "MXNet", error);
}

static gboolean
build (MxImport *import, WeirGraph *graph, GError **error)
{
  import->builder = WEIR_BUILDER (graph);
  if (!mx_cut_init (import, error) || !convert_nodes (import, error) ||
      !mx_cut_outputs (import, error) || !mx_cut_finish (import, error))
    return FALSE;
  weir_edit_remove_all_unused (graph);
  return weir_graph_verify (graph, error);
}

static gboolean
read_files (MxImport *import, GError **error)
{
  const WeirFrontendInput *input = import->input;
  gboolean found;
  WeirBytes bytes;

  if (input->source == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected a file of arrays (.params), found a directory");
  if (input->topology == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_SYMBOL,
                              "the symbol is missing: expected PREFIX-symbol.json beside "
                              "PREFIX-NNNN.params, or --input_symbol FILE");
  if (!mx_symbol_read (&import->symbol, input->topology, error) ||
      !mx_nd_read (import, &found, error))
    return FALSE;
  bytes = weir_source_bytes (input->source);
  return (found && !mx_params_probe (&bytes)) ||
         mx_params_read (input->source, import->arrays, error);
}

static WeirModel *
mx_load (const WeirFrontendInput *input, GPtrArray *unsupported, GError **error)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autofree char *name = weir_frontend_model_name (input);
  MxImport import = { .input = input, .unsupported = unsupported };
  WeirModel *model = NULL;

  import.arrays = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify) weir_tensor_unref);
  if (read_files (&import, error) && build (&import, graph, error))
    model = weir_model_new (g_steal_pointer (&graph), name, "mxnet");
  else
    g_prefix_error (error, "%s: ", weir_frontend_input_name (input));
  g_clear_error (&import.builder.error);
  mx_cut_clear (&import.cut);
  mx_symbol_clear (&import.symbol);
  g_hash_table_unref (import.arrays);
  return model;
}

const WeirFrontend weir_frontend_mxnet = {
  .name = "mxnet",
  .media_type = "application/x-mxnet-params",
  .extensions = "params|nd",
  .topology_option = "input_symbol",
  .topology_name = mx_topology_name,
  .probe = mx_probe,
  .op_names = mx_op_names,
  .cuts = TRUE,
  .load = mx_load,
};
