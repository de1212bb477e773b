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
