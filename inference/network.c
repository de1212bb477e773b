#include "network-private.h"

#include "compile/compile.h"
#include "cpu/reference.h"
#include "device.h"
#include "ir/infer.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (WeirNetwork, weir_network, weir_network_ref, weir_network_unref)

/* The shape of input @index: what was asked for, else the model's; an unknown first
 * dimension is a batch of one. */
static gboolean
input_shape (const WeirGraph *graph, const WeirNetworkOptions *options, guint index,
             WeirShape *shape, GError **error)
{
  const WeirNode *parameter = weir_graph_parameter (graph, index);
  gboolean asked = index < options->n_shapes && options->shapes[index].rank >= 0;

  *shape = asked ? options->shapes[index] : parameter->outputs[0].info.shape;
  if (!asked && shape->rank > 0 && (shape->dims[0] < 0 || shape->dims[0] == 1)) {
    if (options->batch > 0)
      shape->dims[0] = options->batch;
    else if (shape->dims[0] < 0)
      shape->dims[0] = 1;
  }
  if (!weir_shape_is_static (shape)) {
    g_autofree char *text = weir_shape_to_string (shape);
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "input '%s' has the shape %s: say which, as its size is not fixed",
                      weir_graph_parameter_name (graph, index), text);
  }
  return TRUE;
}

static gboolean
set_shapes (WeirGraph *graph, const WeirNetworkOptions *options, GError **error)
{
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    WeirShape shape;

    if (!input_shape (graph, options, i, &shape, error))
      return FALSE;
    weir_graph_set_shape (weir_graph_parameter (graph, i), &shape);
  }
  return weir_graph_infer (graph, error);
}

static WeirPlan *
make_plan (WeirModel *model, const WeirNetworkOptions *options, WeirDevice *device,
           GError **error)
{
  g_autoptr (WeirModel) copy = weir_model_copy (model);
  WeirGraph *graph = weir_model_graph (copy);

  if (!set_shapes (graph, options, error) || !weir_convert_optimise (copy, error))
    return NULL;
  return weir_compile (weir_graph_copy (graph), &device, 1, error);
}

WeirNetwork *
weir_network_new (WeirModel *model, const WeirNetworkOptions *options, GError **error)
{
  const WeirNetworkOptions none = { 0 };
  WeirNetwork *network = g_new0 (WeirNetwork, 1);
  WeirDevice *device;
  guint threads;

  if (options == NULL)
    options = &none;
  g_atomic_ref_count_init (&network->refs);
  network->model = weir_model_ref (model);
  network->profile = options->profile;
  threads = options->threads > 0 ? options->threads : g_get_num_processors ();
  device = weir_device_find (options->device != NULL ? options->device : "AUTO", error);
  if (device != NULL)
    network->plan = make_plan (model, options, device, error);
  if (network->plan != NULL)
    network->streams = weir_streams_new (options->streams, threads, options->pin, error);
  if (network->streams == NULL)
    g_clear_pointer (&network, weir_network_unref);
  return network;
}

WeirNetwork *
weir_network_ref (WeirNetwork *network)
{
  g_atomic_ref_count_inc (&network->refs);
  return network;
}

void
weir_network_unref (WeirNetwork *network)
{
  if (network == NULL || !g_atomic_ref_count_dec (&network->refs))
    return;
  weir_streams_free (network->streams);
  weir_plan_free (network->plan);
  weir_model_unref (network->model);
  g_free (network);
}

gboolean
weir_network_is_last (const WeirNetwork *network)
{
  return g_atomic_int_get (&network->refs) == 1;
}

guint
weir_network_n_inputs (const WeirNetwork *network)
{
  return network->plan->n_inputs;
}

guint
weir_network_n_outputs (const WeirNetwork *network)
{
  return network->plan->n_outputs;
}

void
weir_network_input (const WeirNetwork *network, guint index, WeirPortInfo *info)
{
  const WeirGraph *graph = network->plan->graph;
  const WeirOutput *output = &weir_graph_parameter (graph, index)->outputs[0];

  *info = (WeirPortInfo){ .name = weir_graph_parameter_name (graph, index),
                          .dtype = output->info.dtype,
                          .shape = output->info.shape,
                          .layout = output->layout };
}

void
weir_network_output (const WeirNetwork *network, guint index, WeirPortInfo *info)
{
  const WeirGraph *graph = network->plan->graph;
  const WeirOutput *output =
      weir_graph_output (graph, weir_graph_result (graph, index)->inputs[0]);

  *info = (WeirPortInfo){ .name = weir_graph_result_name (graph, index),
                          .dtype = output->info.dtype,
                          .shape = output->info.shape,
                          .layout = output->layout };
}

static gboolean
same_name (const char *a, const char *b)
{
  gsize x = strlen (a), y = strlen (b);

  if (g_str_has_suffix (a, ":0"))
    x -= 2;
  if (g_str_has_suffix (b, ":0"))
    y -= 2;
  return x == y && strncmp (a, b, x) == 0;
}

int
weir_network_find_input (const WeirNetwork *network, const char *name)
{
  const WeirGraph *graph = network->plan->graph;

  for (guint i = 0; i < network->plan->n_inputs; i++) {
    const WeirNode *node = weir_graph_parameter (graph, i);
    const GPtrArray *names = node->outputs[0].names;

    if (same_name (node->name, name))
      return (int) i;
    for (guint k = 0; names != NULL && k < names->len; k++)
      if (same_name (names->pdata[k], name))
        return (int) i;
  }
  return -1;
}

WeirModel *
weir_network_model (const WeirNetwork *network)
{
  return network->model;
}

const char *
weir_network_device (const WeirNetwork *network)
{
  return ((const WeirDevice *) network->plan->devices->pdata[0])->name;
}

const char *
weir_network_isa (const WeirNetwork *network)
{
  const WeirDevice *device = network->plan->devices->pdata[0];

  return device->isa;
}

char *
weir_network_fallbacks (const WeirNetwork *network)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (g_str_hash, g_str_equal);
  GString *text = NULL;
  GHashTableIter iter;
  gpointer op, count;

  for (guint i = 0; i < network->plan->steps->len; i++) {
    const WeirStep *step = &g_array_index (network->plan->steps, WeirStep, i);
    gpointer key;

    if (step->kernel != &weir_kernel_reference || step->group.node == NULL)
      continue;
    key = (gpointer) step->group.node->op->name;
    g_hash_table_insert (
        counts, key,
        GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
  }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &op, &count)) {
    if (text == NULL)
      text = g_string_new (NULL);
    g_string_append_printf (text, "%s%s (%u)", text->len > 0 ? ", " : "", (char *) op,
                            GPOINTER_TO_UINT (count));
  }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

static gboolean
has_state (const WeirGraph *graph)
{
  for (WeirNodeId id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    if (weir_node_is (node, "ReadValue"))
      return TRUE;
    for (guint i = 0; node != NULL && i < node->n_bodies; i++)
      if (has_state (node->bodies[i].graph))
        return TRUE;
  }
  return FALSE;
}

gboolean
weir_network_has_state (const WeirNetwork *network)
{
  return has_state (network->plan->graph);
}

void
weir_network_memory (const WeirNetwork *network, gsize *weights, gsize *arena)
{
  *weights = 0;
  *arena = network->plan->arena_size[0] +
           network->plan->scratch_size * weir_streams_team_size (network->streams);
  for (guint i = 0; i < network->plan->values->len; i++) {
    const WeirValue *value = weir_plan_value (network->plan, i);
    if (value->constant != NULL)
      *weights += weir_tensor_size (value->constant);
  }
}
