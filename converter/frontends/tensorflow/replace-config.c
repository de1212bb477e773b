#include "replace.h"

#include "base/problem.h"

#include <string.h>

/* What a configuration of sub-graphs has to look like. */

static gboolean
fail (GError **error, const char *id, const char *what)
{
  return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT, "replacement '%s': %s",
                            id, what);
}

/* Lists of patterns of names; `instances` of points is an object with two. */
static gboolean
is_names (JsonArray *list)
{
  guint n = list != NULL ? json_array_get_length (list) : 0;

  for (guint i = 0; i < n; i++)
    if (weir_json_node_string (json_array_get_element (list, i)) == NULL)
      return FALSE;
  return n > 0;
}

static gboolean
check_scope (JsonObject *object, const char *id, GError **error)
{
  JsonNode *instances = weir_json_member (object, "instances");

  if (instances == NULL || !is_names (weir_json_node_array (instances)))
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_INSTANCES,
                              "replacement '%s': expected 'instances', a list of "
                              "patterns of names, for match kind 'scope'",
                              id);
  return TRUE;
}

static gboolean
check_points (JsonObject *object, const char *id, GError **error)
{
  JsonObject *instances = weir_json_object (object, "instances");

  if (instances == NULL || !is_names (weir_json_array (instances, "start_points")) ||
      !is_names (weir_json_array (instances, "end_points")))
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_INSTANCES,
                              "replacement '%s': expected 'instances', an object with "
                              "lists of names 'start_points' and 'end_points', for match "
                              "kind 'points'",
                              id);
  return TRUE;
}

static const struct {
  const char *kind;
  gboolean (*check) (JsonObject *object, const char *id, GError **error);
} kinds[] = {
  { "scope", check_scope },
  { "points", check_points },
  { "general", NULL },
};

/* Both may be left out: they are found, then. */
static const char *const bounds[] = { "inputs", "outputs" };

static gboolean
check_one (JsonNode *node, guint index, GError **error)
{
  JsonObject *object = weir_json_node_object (node);
  const char *id = weir_json_string (object, "id");
  const char *kind = weir_json_string (object, "match_kind");
  JsonNode *attributes = weir_json_member (object, "custom_attributes");

  if (object == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                              "replacement %u: expected an object", index);
  if (id == NULL || kind == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                              "replacement %u%s%s: attribute '%s' is missing", index,
                              id != NULL ? " " : "", id != NULL ? id : "",
                              id == NULL ? "id" : "match_kind");
  if (attributes != NULL && weir_json_node_object (attributes) == NULL)
    return fail (error, id, "expected 'custom_attributes' to be an object");
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++)
    if (weir_json_member (object, bounds[i]) != NULL &&
        weir_json_array (object, bounds[i]) == NULL)
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                                "replacement '%s': expected '%s' to be a list", id,
                                bounds[i]);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kind, kinds[i].kind) == 0)
      return kinds[i].check == NULL || kinds[i].check (object, id, error);
  return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_KIND,
                            "replacement '%s': expected match kind scope, points or "
                            "general, found '%.100s'",
                            id, kind);
}

static gboolean
check (JsonNode *root, GError **error)
{
  JsonArray *list = weir_json_node_array (root);
  guint n = list != NULL ? json_array_get_length (list) : 0;

  if (list == NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                              "expected a list of replacements");
  for (guint i = 0; i < n; i++)
    if (!check_one (json_array_get_element (list, i), i, error))
      return FALSE;
  return TRUE;
}

/* Model Optimizer's folders and its ending may be left out, and there need be no such
 * file. */
static const char *
find_known (const char *text)
{
  g_autofree char *name = g_path_get_basename (text);

  if (g_str_has_suffix (name, ".json"))
    name[strlen (name) - strlen (".json")] = '\0';
  return tf_replace_known (name);
}

static JsonNode *
read_text (const WeirBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) root = weir_json_parse (bytes, error);

  return root != NULL && check (root, error) ? g_steal_pointer (&root) : NULL;
}

JsonNode *
tf_replace_config (const char *text, GError **error)
{
  const char *known = find_known (text);
  g_autoptr (WeirSource) source = NULL;
  JsonNode *root;
  WeirBytes bytes;

  if (!g_file_test (text, G_FILE_TEST_EXISTS)) {
    if (known != NULL) {
      bytes = WEIR_BYTES ((const guint8 *) known, strlen (known));
      return read_text (&bytes, error);
    }
    weir_problem_fail (error, WEIR_PROBLEM_FILE_MISSING,
                       "--transformations_config: '%s' is neither a file nor a "
                       "configuration that Weir has",
                       text);
    return NULL;
  }
  source = weir_source_open (text, error);
  if (source == NULL)
    return NULL;
  bytes = weir_source_bytes (source);
  root = read_text (&bytes, error);
  if (root == NULL)
    g_prefix_error (error, "--transformations_config: %s: ", text);
  return root;
}
