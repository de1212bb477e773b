#include "replace-match.h"

#include "base/problem.h"

#include <gio/gio.h>
#include <string.h>

/* What --tensorflow_custom_operations_config_update asks for: inputs and outputs that are
 * found are written into the configuration. */

#define OPTION "tensorflow_custom_operations_config_update"
#define MODE   0666

/* A pattern that means this node alone, behind the scope. */
static void
put_point (JsonBuilder *json, const char *name, const char *scope, guint port)
{
  g_autofree char *escaped =
      g_regex_escape_string (name + (scope != NULL ? strlen (scope) + 1 : 0), -1);
  g_autofree char *pattern = g_strconcat (escaped, "$", NULL);

  json_builder_begin_object (json);
  json_builder_set_member_name (json, "node");
  json_builder_add_string_value (json, pattern);
  json_builder_set_member_name (json, "port");
  json_builder_add_int_value (json, port);
  json_builder_end_object (json);
}

/* Who within @match reads @ref. */
static void
put_readers (JsonBuilder *json, const TfMatch *match, const char *scope, const char *ref)
{
  for (guint i = 0; i < match->nodes->len; i++) {
    const Tf__NodeDef *proto = match->nodes->pdata[i];

    for (gsize k = 0; k < proto->n_input; k++) {
      g_autofree char *output = NULL;
      g_autofree char *name = NULL;
      g_autofree char *full = NULL;
      guint index;

      if (tf_is_control (proto->input[k]))
        continue;
      name = tf_split_name (proto->input[k], &output, &index);
      full = g_strdup_printf ("%s:%u", name, index);
      if (strcmp (full, ref) == 0)
        put_point (json, proto->name, scope, (guint) k);
    }
  }
}

static void
put_bounds (JsonObject *config, const TfMatch *match, const char *scope)
{
  g_autoptr (JsonBuilder) inputs = json_builder_new ();
  g_autoptr (JsonBuilder) outputs = json_builder_new ();

  json_builder_begin_array (inputs);
  for (guint i = 0; i < match->inputs->len; i++) {
    json_builder_begin_array (inputs);
    put_readers (inputs, match, scope, match->inputs->pdata[i]);
    json_builder_end_array (inputs);
  }
  json_builder_end_array (inputs);
  json_builder_begin_array (outputs);
  for (guint i = 0; i < match->outputs->len; i++) {
    const TfPoint *point = &g_array_index (match->outputs, TfPoint, i);

    put_point (outputs, point->proto->name, scope, point->port);
  }
  json_builder_end_array (outputs);
  json_object_set_member (config, "inputs", json_builder_get_root (inputs));
  json_object_set_member (config, "outputs", json_builder_get_root (outputs));
}

/* The first instance stands for all: the same patterns find the nodes of the others. */
static gboolean
update_one (TfReplace *r, GError **error)
{
  const char *kind = weir_json_string (r->config, "match_kind");
  gboolean is_scope = strcmp (kind, "scope") == 0;
  g_autoptr (GPtrArray) matches = NULL;
  TfMatch *match;

  if (!is_scope && strcmp (kind, "points") != 0)
    return TRUE;
  json_object_remove_member (r->config, "inputs");
  json_object_remove_member (r->config, "outputs");
  matches = tf_match_find (r, error);
  if (matches == NULL) {
    g_prefix_error (error, "replacement '%s': ", r->id);
    return FALSE;
  }
  match = matches->pdata[0];
  put_bounds (r->config, match, is_scope ? match->name : NULL);
  return TRUE;
}

static gboolean
write_config (JsonNode *root, const char *path, GError **error)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  text = json_generator_to_data (generator, NULL);
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, MODE,
                                   error);
}

static gboolean
update (TfReplace *r, const char *path, GError **error)
{
  g_autoptr (JsonNode) root = tf_replace_config (path, error);
  JsonArray *list = weir_json_node_array (root);

  for (guint i = 0; root != NULL && i < json_array_get_length (list); i++) {
    r->config = json_array_get_object_element (list, i);
    r->id = weir_json_string (r->config, "id");
    if (!update_one (r, error))
      return FALSE;
  }
  return root != NULL && write_config (root, path, error);
}

gboolean
tf_replace_update (TfRewrite *rewrite, GError **error)
{
  const char *path = weir_frontend_option (rewrite->import->input, OPTION);
  TfReplace r = { .rewrite = rewrite };

  if (path == NULL)
    return TRUE;
  if (update (&r, path, error))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                 "inputs and outputs were written into '%s'; there is no IR", path);
  else
    g_prefix_error (error, "--" OPTION ": ");
  return FALSE;
}
