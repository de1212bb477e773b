#include "cut-load.h"

#include "option-grammar.h"

WeirModel *
load_cut (const WeirFrontend *frontend, GBytes *bytes, const char *option,
          const char *inputs, const char *outputs, WeirCutHint *hint, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_new (bytes, "test.model");
  g_autoptr (GPtrArray) unsupported =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_unsupported_free);
  g_autoptr (GHashTable) options = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) input_specs = NULL;
  g_autoptr (GPtrArray) output_specs = NULL;
  WeirFrontendInput input = { .source = source, .options = options, .hint = hint };
  WeirCut cut = { 0 };

  g_test_message ("--input %s --output %s", inputs, outputs);
  if (option != NULL)
    g_hash_table_insert (options, (gpointer) option, (gpointer) "true");
  if (inputs != NULL)
    g_assert_true (weir_parse_inputs (inputs, &input_specs, NULL));
  if (outputs != NULL)
    g_assert_true (weir_parse_outputs (outputs, &output_specs, NULL));
  cut = (WeirCut){ .inputs = input_specs, .outputs = output_specs };
  input.cut = &cut;
  return frontend->load (&input, unsupported, error);
}

static void
add_port (GString *text, const char *name, const WeirValueInfo *info)
{
  g_autofree char *shape = weir_shape_to_string (&info->shape);

  g_string_append_printf (text, "%s%s%s", text->len > 0 ? " " : "", name, shape);
}

char *
cut_ports (const WeirModel *model)
{
  const WeirGraph *graph = weir_model_graph ((WeirModel *) model);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    add_port (text, weir_graph_parameter_name (graph, i),
              &weir_graph_parameter (graph, i)->outputs[0].info);
  g_string_append (text, " >");
  for (guint i = 0; i < weir_graph_n_results (graph); i++)
    add_port (text, weir_graph_result_name (graph, i),
              weir_graph_info (graph, weir_graph_result (graph, i)->inputs[0]));
  return g_string_free (text, FALSE);
}
