#include "commands.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* weir inspect: what a model is made of. */

typedef struct {
  GHashTable *counts; /* operation -> how often */
  gsize parameters;
  double gmacs;
} Facts;

/* Multiplications of one node whose second input is weights. */
static double
macs_of (const WeirGraph *graph, const WeirNode *node)
{
  const WeirShape *weights, *y;
  double per_output = 1;
  int first;

  if (node->n_inputs < 2 || node->n_outputs < 1)
    return 0;
  weights = &weir_node_input_info (graph, node, 1)->shape;
  y = &node->outputs[0].info.shape;
  if (!weir_shape_is_static (weights) || !weir_shape_is_static (y))
    return 0;
  if (weir_node_is (node, "MatMul")) {
    const WeirShape *x = &weir_node_input_info (graph, node, 0)->shape;
    gboolean transposed = weir_node_bool (node, "transpose_a");

    if (x->rank < 2 || !weir_shape_is_static (x))
      return 0;
    return (double) weir_shape_elements (y) *
           (double) x->dims[transposed ? x->rank - 2 : x->rank - 1];
  }
  first = weir_node_is (node, "Convolution")        ? 1
          : weir_node_is (node, "GroupConvolution") ? 2
                                                    : 0;
  if (first == 0)
    return 0;
  for (int i = first; i < weights->rank; i++)
    per_output *= (double) weights->dims[i];
  return (double) weir_shape_elements (y) * per_output;
}

static void
gather (Facts *facts, const WeirGraph *graph)
{
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);
    gpointer name;

    if (node == NULL)
      continue;
    if (weir_node_is (node, "Constant")) {
      facts->parameters += weir_tensor_count (node->outputs[0].info.value);
      continue;
    }
    if (weir_node_is (node, "Parameter") || weir_node_is (node, "Result"))
      continue;
    name = (gpointer) node->op->name;
    g_hash_table_insert (
        facts->counts, name,
        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (facts->counts, name)) +
                          1));
    facts->gmacs += macs_of (graph, node) * 1e-9;
  }
}

static void
add_port (JsonBuilder *json, const char *name, const WeirValueInfo *info)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, name);
  json_builder_set_member_name (json, "shape");
  json_builder_begin_array (json);
  for (int i = 0; i < info->shape.rank; i++)
    json_builder_add_int_value (json, info->shape.dims[i]);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "dtype");
  json_builder_add_string_value (json, weir_dtype_name (info->dtype));
  json_builder_end_object (json);
}

static void
add_ports (JsonBuilder *json, const WeirGraph *graph)
{
  json_builder_set_member_name (json, "inputs");
  json_builder_begin_array (json);
  for (guint i = 0; graph != NULL && i < weir_graph_n_parameters (graph); i++)
    add_port (json, weir_graph_parameter_name (graph, i),
              &weir_graph_parameter (graph, i)->outputs[0].info);
  json_builder_end_array (json);
  json_builder_set_member_name (json, "outputs");
  json_builder_begin_array (json);
  for (guint i = 0; graph != NULL && i < weir_graph_n_results (graph); i++)
    add_port (json, weir_graph_result_name (graph, i),
              weir_graph_info (graph, weir_graph_result (graph, i)->inputs[0]));
  json_builder_end_array (json);
}

static void
add_ops (JsonBuilder *json, const Facts *facts)
{
  g_autoptr (GList) names =
      g_list_sort (g_hash_table_get_keys (facts->counts), (GCompareFunc) strcmp);

  json_builder_set_member_name (json, "ops");
  json_builder_begin_object (json);
  for (GList *l = names; l != NULL; l = l->next) {
    json_builder_set_member_name (json, l->data);
    json_builder_add_int_value (
        json, GPOINTER_TO_UINT (g_hash_table_lookup (facts->counts, l->data)));
  }
  json_builder_end_object (json);
}

static void
add_unsupported (JsonBuilder *json, const GPtrArray *unsupported)
{
  json_builder_set_member_name (json, "unsupported");
  json_builder_begin_array (json);
  for (guint i = 0; i < unsupported->len; i++) {
    const WeirUnsupported *u = unsupported->pdata[i];

    json_builder_begin_object (json);
    json_builder_set_member_name (json, "name");
    json_builder_add_string_value (json, u->name);
    json_builder_set_member_name (json, "op");
    json_builder_add_string_value (json, u->op);
    json_builder_set_member_name (json, "why");
    json_builder_add_string_value (json, u->why);
    json_builder_end_object (json);
  }
  json_builder_end_array (json);
}

static JsonNode *
describe (WeirModel *model, const GPtrArray *unsupported, const char *framework)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  Facts facts = { .counts = g_hash_table_new (g_str_hash, g_str_equal) };
  const WeirGraph *graph = model != NULL ? weir_model_graph (model) : NULL;

  if (graph != NULL)
    gather (&facts, graph);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "framework");
  json_builder_add_string_value (json, framework);
  add_ports (json, graph);
  add_ops (json, &facts);
  add_unsupported (json, unsupported);
  json_builder_set_member_name (json, "parameters");
  json_builder_add_int_value (json, (gint64) facts.parameters);
  json_builder_set_member_name (json, "gmacs");
  json_builder_add_double_value (json, facts.gmacs);
  json_builder_end_object (json);
  g_hash_table_unref (facts.counts);
  return json_builder_get_root (json);
}

static void
print_ports (const char *title, const WeirGraph *graph, gboolean inputs)
{
  guint n = inputs ? weir_graph_n_parameters (graph) : weir_graph_n_results (graph);

  for (guint i = 0; i < n; i++) {
    const WeirValueInfo *info =
        inputs ? &weir_graph_parameter (graph, i)->outputs[0].info
               : weir_graph_info (graph, weir_graph_result (graph, i)->inputs[0]);
    g_autofree char *shape = weir_shape_to_string (&info->shape);

    printf ("%s %s %s %s\n", title,
            inputs ? weir_graph_parameter_name (graph, i)
                   : weir_graph_result_name (graph, i),
            weir_dtype_name (info->dtype), shape);
  }
}

static void
print_text (WeirModel *model, const GPtrArray *unsupported, const char *framework)
{
  Facts facts = { .counts = g_hash_table_new (g_str_hash, g_str_equal) };
  g_autoptr (GList) names = NULL;

  printf ("framework %s\n", framework);
  for (guint i = 0; i < unsupported->len; i++) {
    const WeirUnsupported *u = unsupported->pdata[i];
    printf ("unsupported %s (%s): %s\n", u->name, u->op, u->why);
  }
  if (model != NULL) {
    print_ports ("input", weir_model_graph (model), TRUE);
    print_ports ("output", weir_model_graph (model), FALSE);
    gather (&facts, weir_model_graph (model));
    printf ("parameters %zu\nGMACs %.3f\n", facts.parameters, facts.gmacs);
  }
  names = g_list_sort (g_hash_table_get_keys (facts.counts), (GCompareFunc) strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    printf ("%6u %s\n", GPOINTER_TO_UINT (g_hash_table_lookup (facts.counts, l->data)),
            (char *) l->data);
  g_hash_table_unref (facts.counts);
}

int
command_inspect (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *extensions = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { "extensions", 0, 0, G_OPTION_ARG_FILENAME, &extensions,
      "libraries and mappings of your own", "LIST" },
    { NULL },
  };
  g_autoptr (GPtrArray) unsupported = NULL;
  g_autoptr (WeirModel) model = NULL;
  g_autofree char *framework = NULL;
  GError *error = NULL;
  int status = parse_arguments ("inspect", "MODEL", entries, &argc, &argv);

  if (status != 0)
    return status - 1;
  if (argc != 2) {
    fprintf (stderr, "weir: error: expected one MODEL; see `weir inspect --help`\n");
    return EXIT_USAGE;
  }
  if (extensions != NULL && !weir_convert_load_extensions (extensions, &error))
    return fail (&error, EXIT_FAILED);
  model = weir_convert_inspect (argv[1], &framework, &unsupported, &error);
  if (error != NULL)
    return fail (&error, EXIT_FAILED);
  if (json) {
    g_autoptr (JsonNode) root = describe (model, unsupported, framework);
    g_autofree char *text = json_to_string (root, TRUE);
    printf ("%s\n", text);
  } else {
    print_text (model, unsupported, framework);
  }
  return 0;
}
