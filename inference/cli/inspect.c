#include "commands.h"
#include "suggest.h"
#include "svg.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* weir inspect: what a model is made of. */

typedef struct {
  WeirModel *model; /* (nullable): where something is not supported */
  GPtrArray *unsupported;
  Suggestion *suggestion;
  char *framework;
} Inspected;

typedef struct {
  GHashTable *counts; /* operation -> how often */
  gsize parameters;
  double gmacs;
} Facts;

/* Operations that multiply weights: which input these are, from which of their dimensions
 * on they are used for one element, and whether that is one of the input or the output.
 */
static const struct {
  const char *op;
  guint weights;
  int first;
  gboolean of_input;
} products[] = {
  { "Convolution", 1, 1, FALSE },
  { "GroupConvolution", 1, 2, FALSE },
  { "BinaryConvolution", 1, 1, FALSE },
  { "DeformableConvolution", 2, 1, FALSE },
  { "ConvolutionBackpropData", 1, 1, TRUE },
  { "GroupConvolutionBackpropData", 1, 2, TRUE },
};

/* Recurrent operations: their weights are used whole for each step of each sample. */
static const struct {
  const char *op;
  guint weights;
  int steps; /* that many first dimensions of the input count them */
} recurrences[] = {
  { "LSTMCell", 3, 1 },     { "GRUCell", 2, 1 },     { "RNNCell", 2, 1 },
  { "LSTMSequence", 4, 2 }, { "GRUSequence", 3, 2 }, { "RNNSequence", 3, 2 },
};

static const WeirShape *
input_shape (const WeirGraph *graph, const WeirNode *node, guint index)
{
  const WeirShape *shape =
      index < node->n_inputs ? &weir_node_input_info (graph, node, index)->shape : NULL;

  return shape != NULL && weir_shape_is_static (shape) ? shape : NULL;
}

static double
product_of (const WeirShape *shape, int from, int to)
{
  double product = 1;

  for (int i = from; i < MIN (to, shape->rank); i++)
    product *= (double) shape->dims[i];
  return product;
}

static double
matmul_macs (const WeirShape *x, const WeirShape *y, gboolean transposed)
{
  return x->rank < 2 ? 0
                     : product_of (y, 0, y->rank) *
                           (double) x->dims[transposed ? x->rank - 2 : x->rank - 1];
}

/* Multiplications of one node with weights; 0 where shapes are not known. */
static double
macs_of (const WeirGraph *graph, const WeirNode *node)
{
  const WeirShape *x = input_shape (graph, node, 0), *w, *y;

  if (x == NULL || node->n_outputs < 1)
    return 0;
  y = &node->outputs[0].info.shape;
  for (guint i = 0; i < G_N_ELEMENTS (recurrences); i++) {
    const WeirShape *own = input_shape (graph, node, recurrences[i].weights);
    const WeirShape *loop = input_shape (graph, node, recurrences[i].weights + 1);

    if (weir_node_is (node, recurrences[i].op) && own != NULL && loop != NULL)
      return product_of (x, 0, recurrences[i].steps) *
             (product_of (own, 0, own->rank) + product_of (loop, 0, loop->rank));
  }
  if (!weir_shape_is_static (y))
    return 0;
  if (weir_node_is (node, "MatMul"))
    return matmul_macs (x, y, weir_node_bool (node, "transpose_a"));
  for (guint i = 0; i < G_N_ELEMENTS (products); i++)
    if (weir_node_is (node, products[i].op) &&
        (w = input_shape (graph, node, products[i].weights)) != NULL)
      return product_of (products[i].of_input ? x : y, 0, WEIR_MAX_RANK) *
             product_of (w, products[i].first, w->rank);
  return 0;
}

/* A body counts once, however often it runs. */
static void
gather (Facts *facts, const WeirGraph *graph, guint depth)
{
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);
    guint count;

    if (node == NULL)
      continue;
    if (weir_node_is (node, "Constant")) {
      facts->parameters += weir_tensor_count (node->outputs[0].info.value);
      continue;
    }
    for (guint b = 0; depth > 0 && b < node->n_bodies; b++)
      gather (facts, node->bodies[b].graph, depth - 1);
    if (weir_node_is (node, "Parameter") || weir_node_is (node, "Result"))
      continue;
    count = GPOINTER_TO_UINT (g_hash_table_lookup (facts->counts, node->op->name));
    g_hash_table_insert (facts->counts, (gpointer) node->op->name,
                         GUINT_TO_POINTER (count + 1));
    facts->gmacs += macs_of (graph, node) * 1e-9;
  }
}

/* An unknown size is -1, a shape of unknown rank null. */
static void
add_port (JsonBuilder *json, const char *name, const WeirValueInfo *info)
{
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "name");
  json_builder_add_string_value (json, name);
  json_builder_set_member_name (json, "shape");
  if (info->shape.rank < 0) {
    json_builder_add_null_value (json);
  } else {
    json_builder_begin_array (json);
    for (int i = 0; i < info->shape.rank; i++)
      json_builder_add_int_value (json, info->shape.dims[i]);
    json_builder_end_array (json);
  }
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

/* Which part could be converted, and how: only where the whole cannot. */
static void
add_suggestion (JsonBuilder *json, const Suggestion *suggestion)
{
  if (suggestion == NULL)
    return;
  json_builder_set_member_name (json, "suggestion");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "nodes");
  json_builder_add_int_value (json, suggestion->nodes);
  json_builder_set_member_name (json, "total");
  json_builder_add_int_value (json, suggestion->total);
  json_builder_set_member_name (json, "command");
  json_builder_add_string_value (json, suggestion->command);
  json_builder_end_object (json);
}

static JsonNode *
describe (const Inspected *found)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  Facts facts = { .counts = g_hash_table_new (g_str_hash, g_str_equal) };
  const WeirGraph *graph = found->model != NULL ? weir_model_graph (found->model) : NULL;

  if (graph != NULL)
    gather (&facts, graph, WEIR_MAX_BODY_DEPTH);
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "framework");
  json_builder_add_string_value (json, found->framework);
  add_ports (json, graph);
  add_ops (json, &facts);
  add_unsupported (json, found->unsupported);
  add_suggestion (json, found->suggestion);
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
print_text (const Inspected *found)
{
  const GPtrArray *unsupported = found->unsupported;
  Facts facts = { .counts = g_hash_table_new (g_str_hash, g_str_equal) };
  g_autoptr (GList) names = NULL;

  printf ("framework %s\n", found->framework);
  for (guint i = 0; i < unsupported->len; i++) {
    const WeirUnsupported *u = unsupported->pdata[i];
    printf ("unsupported %s (%s): %s\n", u->name, u->op, u->why);
  }
  if (found->suggestion != NULL)
    printf ("%u of its %u nodes can be converted:\n%s\n", found->suggestion->nodes,
            found->suggestion->total, found->suggestion->command);
  if (found->model != NULL) {
    print_ports ("input", weir_model_graph (found->model), TRUE);
    print_ports ("output", weir_model_graph (found->model), FALSE);
    gather (&facts, weir_model_graph (found->model), WEIR_MAX_BODY_DEPTH);
    printf ("parameters %zu\nGMACs %.3f\n", facts.parameters, facts.gmacs);
  }
  names = g_list_sort (g_hash_table_get_keys (facts.counts), (GCompareFunc) strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    printf ("%6u %s\n", GPOINTER_TO_UINT (g_hash_table_lookup (facts.counts, l->data)),
            (char *) l->data);
  g_hash_table_unref (facts.counts);
}

static gboolean
write_svg (const Inspected *found, const char *path, GError **error)
{
  g_autofree char *text = NULL;

  if (found->model == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "--svg: only a model that can be converted can be drawn");
  text = svg_draw (found->model, error);
  return text != NULL && g_file_set_contents (path, text, -1, error);
}

static gboolean
inspect (Inspected *found, const char *path, const char *extensions, GError **error)
{
  const char *arguments[] = { "--input_model", path,
                              extensions != NULL ? "--extensions" : NULL, extensions,
                              NULL };

  found->model =
      weir_convert_inspect (path, &found->framework, &found->unsupported, error);
  if (found->model != NULL)
    return TRUE;
  if (found->unsupported->len == 0)
    return FALSE;
  found->suggestion = suggestion_new (path, NULL, arguments);
  return TRUE;
}

static void
inspected_clear (Inspected *found)
{
  weir_model_unref (found->model);
  g_clear_pointer (&found->unsupported, g_ptr_array_unref);
  suggestion_free (found->suggestion);
  g_free (found->framework);
}

int
command_inspect (int argc, char **argv)
{
  gboolean json = FALSE;
  g_autofree char *svg = NULL;
  g_autofree char *extensions = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON", NULL },
    { "svg", 0, 0, G_OPTION_ARG_FILENAME, &svg, "draw the graph", "FILE" },
    { "extensions", 0, 0, G_OPTION_ARG_FILENAME, &extensions,
      "libraries and mappings of your own", "LIST" },
    { NULL },
  };
  Inspected found = { 0 };
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
  if (inspect (&found, argv[1], extensions, &error)) {
    if (json) {
      g_autoptr (JsonNode) root = describe (&found);
      g_autofree char *text = json_to_string (root, TRUE);
      printf ("%s\n", text);
    } else {
      print_text (&found);
    }
    if (svg != NULL)
      write_svg (&found, svg, &error);
  }
  inspected_clear (&found);
  return error != NULL ? fail (&error, EXIT_FAILED) : 0;
}
