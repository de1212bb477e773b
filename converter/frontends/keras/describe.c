#include "keras.h"

#include <string.h>

/* What the configuration says: the uses of layers, and the tensors between them. */

/* Outputs that a layer may have. Those that are converted have one. */
#define MAX_OUTPUTS 64

static KerasUse *
use_at (const KerasModel *model, guint index)
{
  return &g_array_index (model->uses, KerasUse, index);
}

/* "layer/node/output" */
static char *
key_of (const char *layer, gint64 node, gint64 output)
{
  return g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, layer, node,
                          output);
}

static guint
lookup (const KerasModel *model, const char *layer, gint64 node, gint64 output)
{
  g_autofree char *key = key_of (layer, node, output);

  return GPOINTER_TO_UINT (g_hash_table_lookup (model->tensors, key)) - 1;
}

/* The next output of use @index, which is number @node of its layer. */
static guint
add_tensor (KerasModel *model, guint index, gint64 node)
{
  KerasUse *use = use_at (model, index);
  guint output = use->n_outputs++;
  guint tensor = weir_cut_plan_add_tensor (model->plan, output == 0 ? use->label : "");

  g_hash_table_insert (model->tensors, key_of (use->name, node, output),
                       GUINT_TO_POINTER (tensor + 1));
  g_array_append_val (model->writers, index);
  if (use->is_input)
    weir_cut_plan_add_input (model->plan, tensor);
  else
    weir_cut_plan_write (model->plan, use->number, tensor);
  return tensor;
}

/* Use number @node of the layer @object, which reads @links. */
static gboolean
add_use (KerasModel *model, JsonObject *object, JsonArray *links, const char *why,
         gint64 node, GError **error)
{
  KerasUse use = { .class_name = weir_json_string (object, "class_name"),
                   .config = weir_json_object (object, "config"),
                   .why = why,
                   .number = WEIR_CUT_NONE };
  guint index = model->uses->len;

  use.name = weir_json_string (object, "name");
  if (use.name == NULL)
    use.name = weir_json_string (use.config, "name");
  if (use.class_name == NULL || use.name == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a layer has no class or no name");
  if (lookup (model, use.name, node, 0) != WEIR_CUT_NONE)
    return weir_fail (error, WEIR_ERROR_FORMAT, "there are two layers '%s'", use.name);
  use.label = node == 0 ? g_strdup (use.name)
                        : g_strdup_printf ("%s_%" G_GINT64_FORMAT, use.name, node);
  use.links = links != NULL ? json_array_ref (links) : json_array_new ();
  use.is_input = strcmp (use.class_name, "InputLayer") == 0;
  if (!use.is_input)
    use.number = weir_cut_plan_add_node (model->plan, use.label, use.class_name);
  g_array_append_val (model->uses, use);
  use_at (model, index)->tensor = add_tensor (model, index, node);
  return TRUE;
}

/* A layer that is used several times stands once, with a list of inputs for each use. */
static gboolean
add_uses (KerasModel *model, JsonObject *object, GError **error)
{
  JsonArray *uses = weir_json_array (object, "inbound_nodes");
  guint count = uses != NULL ? json_array_get_length (uses) : 0;

  if (count == 0)
    return add_use (model, object, NULL, NULL, 0, error);
  for (guint i = 0; i < count; i++) {
    const char *why = NULL;
    g_autoptr (JsonArray) links =
        keras_links_of_use (json_array_get_element (uses, i), &why);

    if (!add_use (model, object, links, why, i, error))
      return FALSE;
  }
  return TRUE;
}

/* A layer of a sequence reads the one before it. */
static gboolean
add_next (KerasModel *model, JsonObject *object, GError **error)
{
  guint count = model->uses->len;
  g_autoptr (JsonArray) links =
      count > 0 ? keras_links_to (use_at (model, count - 1)->name) : NULL;

  return add_use (model, object, links, NULL, 0, error);
}

static gboolean
add_layers (KerasModel *model, JsonArray *layers, gboolean sequence, GError **error)
{
  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = weir_json_node_object (json_array_get_element (layers, i));

    if (layer == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "layer %u is no object", i);
    if (!(sequence ? add_next : add_uses) (model, layer, error))
      return FALSE;
  }
  return TRUE;
}

/* Only a layer that is not known may have more outputs than one: all up to @output. */
static guint
add_outputs (KerasModel *model, const char *layer, gint64 node, gint64 output)
{
  guint first = lookup (model, layer, node, 0), tensor = WEIR_CUT_NONE, index;

  if (first == WEIR_CUT_NONE || output < 1 || output >= MAX_OUTPUTS)
    return WEIR_CUT_NONE;
  index = g_array_index (model->writers, guint, first);
  if (keras_row_find (use_at (model, index)->class_name) != NULL)
    return WEIR_CUT_NONE;
  while (use_at (model, index)->n_outputs <= output)
    tensor = add_tensor (model, index, node);
  return tensor;
}

/* What ["layer", node, output, …] names. */
static gboolean
find_tensor (KerasModel *model, JsonNode *ref, guint *tensor, GError **error)
{
  JsonArray *list = weir_json_node_array (ref);
  gint64 node = 0, output = 0;
  const char *layer = NULL;

  if (list != NULL && json_array_get_length (list) >= 3) {
    layer = weir_json_node_string (json_array_get_element (list, 0));
    weir_json_node_int (json_array_get_element (list, 1), &node);
    weir_json_node_int (json_array_get_element (list, 2), &output);
  }
  if (layer == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "an input is not of the form [layer, node, output]");
  *tensor = lookup (model, layer, node, output);
  if (*tensor == WEIR_CUT_NONE)
    *tensor = add_outputs (model, layer, node, output);
  return *tensor != WEIR_CUT_NONE ||
         weir_fail (error, WEIR_ERROR_FORMAT,
                    "no layer gives '%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "'",
                    layer, node, output);
}

static gboolean
link_use (KerasModel *model, guint index, GError **error)
{
  KerasUse *use = use_at (model, index);

  use->first_read = model->reads->len;
  use->n_reads = use->is_input ? 0 : json_array_get_length (use->links);
  for (guint i = 0; i < use->n_reads; i++) {
    guint tensor;

    if (!find_tensor (model, json_array_get_element (use->links, i), &tensor, error)) {
      g_prefix_error (error, "layer '%s' (%s): ", use->name, use->class_name);
      return FALSE;
    }
    g_array_append_val (model->reads, tensor);
    weir_cut_plan_read (model->plan, use->number, tensor);
  }
  return TRUE;
}

static gboolean
link_all (KerasModel *model, JsonArray *outputs, GError **error)
{
  guint tensor;

  for (guint i = 0; i < model->uses->len; i++)
    if (!link_use (model, i, error))
      return FALSE;
  for (guint i = 0; i < json_array_get_length (outputs); i++) {
    if (!find_tensor (model, json_array_get_element (outputs, i), &tensor, error))
      return FALSE;
    weir_cut_plan_add_output (model->plan, tensor);
  }
  return TRUE;
}

gboolean
keras_describe (KerasModel *model, JsonNode *root, GError **error)
{
  JsonObject *top = weir_json_node_object (root);
  JsonObject *config = weir_json_object (top, "config");
  JsonArray *layers = weir_json_array (config, "layers");
  JsonArray *named = weir_json_array (config, "output_layers");
  gboolean sequence = g_strcmp0 (weir_json_string (top, "class_name"), "Sequential") == 0;
  g_autoptr (JsonArray) outputs = NULL;

  if (layers == NULL || (sequence ? json_array_get_length (layers) == 0 : named == NULL))
    return weir_fail (
        error, WEIR_ERROR_UNSUPPORTED,
        "expected a functional model with 'layers' and 'output_layers', or a "
        "sequence of layers");
  if (model->is_archive)
    model->groups = keras_archive_groups (layers);
  if (!add_layers (model, layers, sequence, error))
    return FALSE;
  outputs = sequence ? keras_links_to (use_at (model, model->uses->len - 1)->name)
                     : keras_links_of_outputs (named);
  return link_all (model, outputs, error);
}
