#include "keras.h"

#include "frontends/zip.h"

#include <string.h>

/* The files of Keras 3: a ZIP archive of the configuration and an HDF5 file, in which a
 * layer's weights are numbered, and the layers are named after their classes. */

#define CONFIG    "config.json"
#define WEIGHTS   "model.weights.h5"
#define SIGNATURE "PK\3\4"

/* The weights of layers in their order; those of a flag are there if it is set. */
#define MOST_WEIGHTS 4
static const struct {
  const char *layer;
  struct {
    const char *name, *flag;
  } weights[MOST_WEIGHTS];
} orders[] = {
  { "BatchNormalization",
    { { "gamma", "scale" },
      { "beta", "center" },
      { "moving_mean" },
      { "moving_variance" } } },
  { "Conv2D", { { "kernel" }, { "bias", "use_bias" } } },
  { "Dense", { { "kernel" }, { "bias", "use_bias" } } },
  { "DepthwiseConv2D", { { "kernel" }, { "bias", "use_bias" } } },
  { "SeparableConv2D",
    { { "depthwise_kernel" }, { "pointwise_kernel" }, { "bias", "use_bias" } } },
};

gboolean
keras_archive_probe (const WeirBytes *head, const char *path)
{
  return weir_bytes_begins (head, SIGNATURE) && path != NULL &&
         g_str_has_suffix (path, ".keras");
}

gboolean
keras_is_archive (const WeirBytes *bytes)
{
  return weir_bytes_begins (bytes, SIGNATURE);
}

/* (transfer full): member @name of the archive; packed, it may be as large as what other
 * files may take. */
static GBytes *
member_of (const WeirBytes *archive, const char *name, GError **error)
{
  gsize limit;

  if (!weir_mul_size (archive->size, WEIR_BUDGET_PER_BYTE, &limit) ||
      !weir_add_size (limit, WEIR_BUDGET_BASE, &limit))
    limit = WEIR_MAX_FILE_BYTES;
  return weir_zip_find (archive, name, limit, error);
}

WeirHdf5 *
keras_archive_weights (const WeirBytes *archive, GError **error)
{
  g_autoptr (GBytes) bytes = member_of (archive, WEIGHTS, error);

  return bytes != NULL ? weir_hdf5_open (bytes, error) : NULL;
}

JsonNode *
keras_archive_config (const WeirBytes *archive, GError **error)
{
  g_autoptr (GBytes) bytes = member_of (archive, CONFIG, error);
  gsize size;
  const guint8 *data;
  JsonNode *root;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  root = weir_json_parse (&WEIR_BYTES (data, size), error);
  if (root == NULL)
    g_prefix_error (error, "'%s': ", CONFIG);
  return root;
}

/* (transfer full): "DepthwiseConv2D" as "depthwise_conv2d", as Keras spells it: a word
 * begins at a capital that a small letter follows or that follows a small letter. */
static char *
snake_case (const char *name)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; name[i] != '\0'; i++) {
    gboolean begins = g_ascii_isupper (name[i]) && i > 0 &&
                      (g_ascii_islower (name[i + 1]) || g_ascii_islower (name[i - 1]));

    if (begins && text->str[text->len - 1] != '_')
      g_string_append_c (text, '_');
    g_string_append_c (text, g_ascii_tolower (name[i]));
  }
  return g_string_free (text, FALSE);
}

GHashTable *
keras_archive_groups (JsonArray *layers)
{
  GHashTable *groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) counts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (layers); i++) {
    JsonObject *layer = weir_json_node_object (json_array_get_element (layers, i));
    const char *class_name = weir_json_string (layer, "class_name");
    const char *name = weir_json_string (weir_json_object (layer, "config"), "name");
    char *group;
    guint count;

    if (class_name == NULL || name == NULL)
      continue;
    group = snake_case (class_name);
    count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, group));
    g_hash_table_insert (groups, g_strdup (name),
                         count > 0 ? g_strdup_printf ("/layers/%s_%u/vars", group, count)
                                   : g_strdup_printf ("/layers/%s/vars", group));
    g_hash_table_insert (counts, group, GUINT_TO_POINTER (count + 1));
  }
  return groups;
}

/* Which weight of its layer @name is; below 0 where there is none of this name. */
static int
number_of (const KerasLayer *l, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (orders); i++) {
    int number = 0;

    if (strcmp (orders[i].layer, l->row->layer) != 0)
      continue;
    for (guint k = 0; k < MOST_WEIGHTS && orders[i].weights[k].name != NULL; k++) {
      const char *flag = orders[i].weights[k].flag;

      if (strcmp (orders[i].weights[k].name, name) == 0)
        return number;
      number += flag == NULL || keras_bool (l, flag, TRUE);
    }
  }
  return -1;
}

char *
keras_archive_path (const KerasLayer *l, const char *name)
{
  const char *group = g_hash_table_lookup (l->model->groups, l->name);
  int number = number_of (l, name);
  g_autofree char *owner =
      group != NULL ? weir_hdf5_text (l->model->weights, group, "name") : NULL;

  if (group == NULL || number < 0 || (owner != NULL && strcmp (owner, l->name) != 0))
    return NULL;
  return g_strdup_printf ("%s/%d", group, number);
}
