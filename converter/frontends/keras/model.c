#include "keras.h"

#include "frontends/rows.h"

#include <string.h>

static const void *const families[] = { keras_rows_nn, keras_rows_shape };

static WeirRows rows = WEIR_ROWS (families, KerasRow);

const KerasRow *
keras_row_find (const char *layer)
{
  return weir_rows_find (&rows, layer);
}

const char *const *
keras_layer_names (guint *count)
{
  return weir_rows_names (&rows, count);
}

WeirPort
keras_in (KerasLayer *l, guint index)
{
  if (index < l->n_inputs)
    return l->inputs[index];
  return weir_make_invalid (&l->make, "input %u is missing", index);
}

gint64
keras_int (const KerasLayer *l, const char *name, gint64 fallback)
{
  gint64 value;

  return weir_json_node_int (weir_json_member (l->config, name), &value) ? value
                                                                         : fallback;
}

double
keras_float (const KerasLayer *l, const char *name, double fallback)
{
  double value;

  return weir_json_node_number (weir_json_member (l->config, name), &value) ? value
                                                                            : fallback;
}

gboolean
keras_bool (const KerasLayer *l, const char *name, gboolean fallback)
{
  JsonNode *node = weir_json_member (l->config, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_BOOLEAN
             ? json_node_get_boolean (node)
             : fallback;
}

const char *
keras_text (const KerasLayer *l, const char *name, const char *fallback)
{
  const char *text = weir_json_string (l->config, name);

  return text != NULL ? text : fallback;
}

void
keras_ints (KerasLayer *l, const char *name, gint64 fallback, gint64 *values, guint count)
{
  JsonNode *node = weir_json_member (l->config, name);
  JsonArray *list = weir_json_node_array (node);

  for (guint i = 0; i < count; i++)
    if (list == NULL && !weir_json_node_int (node, &values[i]))
      values[i] = fallback;
  if (list == NULL)
    return;
  if (json_array_get_length (list) != count) {
    weir_make_invalid (&l->make, "'%s': expected %u numbers, found %u", name, count,
                       json_array_get_length (list));
    return;
  }
  for (guint i = 0; i < count; i++)
    if (!weir_json_node_int (json_array_get_element (list, i), &values[i]))
      weir_make_invalid (&l->make, "'%s': expected whole numbers", name);
}

gboolean
keras_is_last (const KerasLayer *l)
{
  return strcmp (keras_text (l, "data_format", "channels_last"), "channels_first") != 0;
}

/* Whether "layer_1/kernel:0" is the weight @name. */
static gboolean
is_weight (const char *path, const char *name)
{
  const char *slash = strrchr (path, '/');
  const char *last = slash != NULL ? slash + 1 : path;
  gsize length = strlen (name);

  return strncmp (last, name, length) == 0 &&
         (last[length] == '\0' || last[length] == ':');
}

/* (transfer full) (nullable): where the weight @name of @l lies in the file. */
static char *
path_of (const KerasLayer *l, const char *name)
{
  WeirHdf5 *file = l->model->weights;
  const char *top = weir_hdf5_has (file, "/model_weights") ? "/model_weights/" : "/";
  g_autofree char *group = g_strconcat (top, l->name, NULL);
  g_auto (GStrv) names = NULL;

  if (l->model->groups != NULL)
    return keras_archive_path (l, name);
  names = weir_hdf5_texts (file, group, "weight_names");
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (is_weight (names[i], name))
      return g_strconcat (group, "/", names[i], NULL);
  return NULL;
}

gboolean
keras_has_weight (const KerasLayer *l, const char *name)
{
  g_autofree char *path = path_of (l, name);

  return path != NULL;
}

WeirPort
keras_weight (KerasLayer *l, const char *name)
{
  g_autofree char *path = NULL;

  if (weir_build_failed (l->make.b))
    return WEIR_PORT_NONE;
  path = path_of (l, name);
  if (path == NULL)
    return weir_make_invalid (&l->make, "the file has no weight '%s' of it", name);
  return weir_make_constant (
      &l->make, weir_hdf5_tensor (l->model->weights, path, &l->make.b->error));
}

/* "layer/node/output" */
static char *
key_of (const char *layer, gint64 node, gint64 output)
{
  return g_strdup_printf ("%s/%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, layer, node,
                          output);
}

/* What ["layer", node, output, …] names. */
static gboolean
find_value (KerasModel *model, JsonNode *ref, WeirPort *port, GError **error)
{
  JsonArray *list = weir_json_node_array (ref);
  gint64 node = 0, output = 0;
  const char *layer = NULL;
  g_autofree char *key = NULL;
  const WeirPort *found;

  if (list != NULL && json_array_get_length (list) >= 3) {
    layer = weir_json_node_string (json_array_get_element (list, 0));
    weir_json_node_int (json_array_get_element (list, 1), &node);
    weir_json_node_int (json_array_get_element (list, 2), &output);
  }
  if (layer == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "an input is not of the form [layer, node, output]");
  key = key_of (layer, node, output);
  found = g_hash_table_lookup (model->values, key);
  if (found == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "'%s' is used before it is made", key);
  *port = *found;
  return TRUE;
}

/* One use of a layer; a layer that cannot be converted is told, and gives no port. */
static gboolean
convert_use (KerasLayer *l, const char *class_name, gint64 node, GError **error)
{
  guint first = weir_graph_size (l->make.b->graph);
  WeirPort port = WEIR_PORT_NONE;
  GError *local = NULL;

  if (l->row == NULL)
    weir_make_unsupported (&l->make, "an unknown layer");
  for (guint i = 0; i < l->n_inputs; i++)
    if (weir_port_is_none (l->inputs[i]))
      return TRUE;
  if (l->row != NULL)
    port = l->row->convert (l);
  if (weir_build_finish (l->make.b, &local)) {
    weir_make_name (&l->make, first, port);
    weir_edit_add_tensor_name (l->make.b->graph, port, l->name);
  } else if (g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_ptr_array_add (l->model->unsupported,
                     weir_unsupported_new (l->name, class_name, local->message));
    g_error_free (local);
    port = WEIR_PORT_NONE;
  } else {
    g_propagate_prefixed_error (error, local, "layer '%s' (%s): ", l->name, class_name);
    return FALSE;
  }
  g_hash_table_insert (l->model->values, key_of (l->name, node, 0),
                       g_memdup2 (&port, sizeof port));
  return TRUE;
}

static gboolean
convert_layer (KerasModel *model, JsonObject *object, JsonArray *inputs, gint64 node,
               GError **error)
{
  const char *class_name = weir_json_string (object, "class_name");
  KerasLayer l = { .model = model, .config = weir_json_object (object, "config") };
  g_autofree WeirPort *ports = NULL;

  l.name = weir_json_string (object, "name");
  if (l.name == NULL)
    l.name = weir_json_string (l.config, "name");
  if (class_name == NULL || l.name == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a layer has no class or no name");
  l.make = (WeirMake){ .b = model->builder, .name = l.name };
  l.row = keras_row_find (class_name);
  l.n_inputs = inputs != NULL ? json_array_get_length (inputs) : 0;
  l.inputs = ports = g_new (WeirPort, MAX (l.n_inputs, 1));
  for (guint i = 0; i < l.n_inputs; i++)
    if (!find_value (model, json_array_get_element (inputs, i), &ports[i], error)) {
      g_prefix_error (error, "layer '%s' (%s): ", l.name, class_name);
      return FALSE;
    }
  return convert_use (&l, class_name, node, error);
}

/* A layer that is used several times stands once, with a list of inputs for each use. */
static gboolean
convert_uses (KerasModel *model, JsonObject *object, GError **error)
{
  JsonArray *uses = weir_json_array (object, "inbound_nodes");
  guint count = uses != NULL ? json_array_get_length (uses) : 0;

  if (count == 0)
    return convert_layer (model, object, NULL, 0, error);
  for (guint i = 0; i < count; i++) {
    g_autoptr (JsonArray) inputs =
        keras_links_of_use (json_array_get_element (uses, i), error);

    if (inputs == NULL || !convert_layer (model, object, inputs, i, error))
      return FALSE;
  }
  return TRUE;
}

/* A layer of a sequence reads the one before it. */
static gboolean
convert_next (KerasModel *model, JsonObject *object, char **last, GError **error)
{
  g_autoptr (JsonArray) inputs = *last != NULL ? keras_links_to (*last) : NULL;
  const char *name = weir_json_string (weir_json_object (object, "config"), "name");

  if (!convert_layer (model, object, inputs, 0, error))
    return FALSE;
  g_free (*last);
  *last = g_strdup (name);
  return TRUE;
}

static gboolean
convert_layers (KerasModel *model, JsonArray *layers, gboolean sequence, GError **error)
{
  g_autofree char *last = NULL;

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = weir_json_node_object (json_array_get_element (layers, i));

    if (layer == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "layer %u is no object", i);
    if (sequence ? !convert_next (model, layer, &last, error)
                 : !convert_uses (model, layer, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
convert_outputs (KerasModel *model, JsonArray *outputs, GError **error)
{
  for (guint i = 0; i < json_array_get_length (outputs); i++) {
    JsonNode *ref = json_array_get_element (outputs, i);
    WeirPort port;

    if (!find_value (model, ref, &port, error))
      return FALSE;
    if (!weir_port_is_none (port))
      weir_build_result (
          model->builder,
          weir_json_node_string (json_array_get_element (weir_json_node_array (ref), 0)),
          port);
  }
  return weir_build_finish (model->builder, error);
}

/* (transfer full) (nullable): what the last layer of a sequence gives. */
static JsonArray *
last_of (JsonArray *layers)
{
  guint count = json_array_get_length (layers);
  JsonObject *layer =
      count > 0 ? weir_json_node_object (json_array_get_element (layers, count - 1))
                : NULL;
  const char *name = weir_json_string (weir_json_object (layer, "config"), "name");

  return name != NULL ? keras_links_to (name) : NULL;
}

gboolean
keras_model_convert (KerasModel *model, JsonNode *root, GError **error)
{
  JsonObject *top = weir_json_node_object (root);
  JsonObject *config = weir_json_object (top, "config");
  JsonArray *layers = weir_json_array (config, "layers");
  JsonArray *named = weir_json_array (config, "output_layers");
  gboolean sequence = g_strcmp0 (weir_json_string (top, "class_name"), "Sequential") == 0;
  g_autoptr (JsonArray) outputs = NULL;

  if (layers != NULL && sequence)
    outputs = last_of (layers);
  else if (layers != NULL && named != NULL)
    outputs = keras_links_of_outputs (named);
  if (outputs == NULL)
    return weir_fail (
        error, WEIR_ERROR_UNSUPPORTED,
        "expected a functional model with 'layers' and 'output_layers', or a "
        "sequence of layers");
  if (model->is_archive)
    model->groups = keras_archive_groups (layers);
  return convert_layers (model, layers, sequence, error) &&
         convert_outputs (model, outputs, error);
}
