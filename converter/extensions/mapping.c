#include "mapping.h"

#include "base/error.h"
#include "extensions.h"

#include <string.h>

/* Reads mappings: {"operations": [{"framework", "domain", "op", "defaults", "nodes":
 * [{"name", "op", "inputs", "attributes"}], "outputs"}]}. */

#define MAX_BYTES      ((gsize) 4 << 20)
#define MAX_OPERATIONS 1024
#define MAX_NODES      256
#define MAX_PORTS      64
#define CONSTANT       "const:"

static void
clear_ref (gpointer data)
{
  g_free (((MapRef *) data)->text);
}

static void
free_node (gpointer data)
{
  MapNode *node = data;

  g_free (node->name);
  g_free (node->op);
  g_clear_pointer (&node->inputs, g_array_unref);
  g_clear_pointer (&node->attrs, json_object_unref);
  g_free (node);
}

static void
free_mapping (gpointer data)
{
  Mapping *m = data;

  g_free ((char *) m->translation.framework);
  g_free ((char *) m->translation.domain);
  g_free ((char *) m->translation.op);
  g_ptr_array_unref (m->nodes);
  g_clear_pointer (&m->outputs, g_array_unref);
  g_clear_pointer (&m->defaults, json_object_unref);
  g_free (m);
}

/* Member @name: text, or @fallback where it is absent and that is not %NULL. */
static const char *
text_of (JsonObject *object, const char *name, const char *fallback, GError **error)
{
  const char *text = weir_json_string (object, name);

  if (text != NULL || (fallback != NULL && !json_object_has_member (object, name)))
    return text != NULL ? text : fallback;
  weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected text", name);
  return NULL;
}

static JsonArray *
array_of (JsonObject *object, const char *name, guint most, GError **error)
{
  JsonArray *array = weir_json_array (object, name);

  if (array == NULL)
    weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected a list", name);
  else if (json_array_get_length (array) > most)
    weir_fail (error, WEIR_ERROR_LIMIT, "'%s': more than %u entries", name, most);
  else
    return array;
  return NULL;
}

static gboolean
object_of (JsonObject *object, const char *name, JsonObject **found, GError **error)
{
  JsonObject *member = weir_json_object (object, name);

  *found = member != NULL ? json_object_ref (member) : NULL;
  return member != NULL || !json_object_has_member (object, name) ||
         weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected an object", name);
}

static JsonObject *
entry_of (JsonArray *array, guint index, GError **error)
{
  JsonObject *object = weir_json_node_object (json_array_get_element (array, index));

  if (object == NULL)
    weir_fail (error, WEIR_ERROR_FORMAT, "expected an object");
  return object;
}

static gboolean
check_members (JsonObject *object, const char *const *allowed, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (const GList *at = names; at != NULL; at = at->next)
    if (!g_strv_contains (allowed, at->data))
      return weir_fail (error, WEIR_ERROR_FORMAT, "there is no '%.80s' here",
                        (const char *) at->data);
  return TRUE;
}

/* "const:[1, 2]", "const:i64[0]" or "const:alpha * 2" */
static gboolean
read_constant (const char *text, MapRef *ref, GError **error)
{
  const char *open = strchr (text, '[');
  g_autofree char *type = open != NULL ? g_strndup (text, (gsize) (open - text)) : NULL;

  ref->kind = REF_CONSTANT;
  ref->is_list = open != NULL;
  if (open == NULL) {
    ref->text = g_strdup (text);
    return (*text != '\0' && strchr (text, ',') == NULL) ||
           weir_fail (error, WEIR_ERROR_FORMAT, "'%.80s': expected one number", text);
  }
  if (text[strlen (text) - 1] != ']')
    return weir_fail (error, WEIR_ERROR_FORMAT, "'%.80s': expected ']'", text);
  if (*type != '\0' && (ref->dtype = weir_dtype_parse (type)) == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_FORMAT, "'%.80s': there is no element type '%s'",
                      text, type);
  ref->text = g_strndup (open + 1, strlen (open + 1) - 1);
  return TRUE;
}

static gboolean
read_number (const char *text, guint *value, GError **error)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (text, 10, 0, MAX_PORTS - 1, &number, error))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

/* "name" or "name:1", of a node above. */
static gboolean
read_node_ref (const char *text, const GPtrArray *nodes, MapRef *ref, GError **error)
{
  const char *colon = strrchr (text, ':');
  gsize length = colon != NULL ? (gsize) (colon - text) : strlen (text);

  ref->kind = REF_NODE;
  if (colon != NULL && !read_number (colon + 1, &ref->port, error))
    return FALSE;
  for (guint i = 0; i < nodes->len; i++) {
    MapNode *node = nodes->pdata[i];

    if (node->name == NULL || strlen (node->name) != length ||
        strncmp (node->name, text, length) != 0)
      continue;
    ref->index = i;
    node->n_outputs = MAX (node->n_outputs, ref->port + 1);
    return TRUE;
  }
  return weir_fail (error, WEIR_ERROR_FORMAT, "there is no node '%.80s' above", text);
}

static gboolean
read_ref (const char *text, const GPtrArray *nodes, MapRef *ref, GError **error)
{
  *ref = (MapRef){ 0 };
  if (g_str_has_prefix (text, CONSTANT))
    return read_constant (text + strlen (CONSTANT), ref, error);
  if (*text == '$')
    return read_number (text + 1, &ref->index, error);
  return read_node_ref (text, nodes, ref, error);
}

static GArray *
read_refs (JsonObject *object, const char *name, const GPtrArray *nodes, GError **error)
{
  JsonArray *array = array_of (object, name, MAX_PORTS, error);
  g_autoptr (GArray) refs = g_array_new (FALSE, TRUE, sizeof (MapRef));

  g_array_set_clear_func (refs, clear_ref);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonNode *node = json_array_get_element (array, i);
    const char *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
    MapRef ref = { 0 };
    gboolean good;

    if (text == NULL) {
      weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected texts", name);
      return NULL;
    }
    good = read_ref (text, nodes, &ref, error);
    g_array_append_val (refs, ref);
    if (!good) {
      g_prefix_error (error, "'%s': ", name);
      return NULL;
    }
  }
  return array != NULL ? g_steal_pointer (&refs) : NULL;
}

static gboolean
read_node (JsonObject *object, Mapping *m, GError **error)
{
  static const char *const members[] = { "name", "op", "inputs", "attributes", NULL };
  MapNode *node = g_new0 (MapNode, 1);
  gboolean good = check_members (object, members, error);

  node->n_outputs = 1;
  node->op = good ? g_strdup (text_of (object, "op", NULL, error)) : NULL;
  if (node->op != NULL)
    node->inputs = read_refs (object, "inputs", m->nodes, error);
  good = node->inputs != NULL && object_of (object, "attributes", &node->attrs, error);
  if (good && json_object_has_member (object, "name")) {
    node->name = g_strdup (text_of (object, "name", NULL, error));
    good = node->name != NULL;
  }
  g_ptr_array_add (m->nodes, node);
  return good;
}

static gboolean
read_nodes (JsonObject *object, Mapping *m, GError **error)
{
  JsonArray *array = array_of (object, "nodes", MAX_NODES, error);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonObject *entry = entry_of (array, i, error);

    if (entry == NULL || !read_node (entry, m, error)) {
      g_prefix_error (error, "node %u: ", i);
      return FALSE;
    }
  }
  return array != NULL;
}

static gboolean
read_head (JsonObject *object, WeirTranslation *t, GError **error)
{
  static const char *const members[] = { "framework", "domain",  "op", "defaults",
                                         "nodes",     "outputs", NULL };

  if (!check_members (object, members, error))
    return FALSE;
  t->framework = g_strdup (text_of (object, "framework", NULL, error));
  if (t->framework != NULL)
    t->domain = g_strdup (text_of (object, "domain", "", error));
  if (t->domain != NULL)
    t->op = g_strdup (text_of (object, "op", NULL, error));
  return t->op != NULL;
}

static Mapping *
read_mapping (JsonObject *object, GError **error)
{
  Mapping *m = g_new0 (Mapping, 1);

  m->translation.build = mapping_build;
  m->translation.data = m;
  m->nodes = g_ptr_array_new_with_free_func (free_node);
  if (read_head (object, &m->translation, error) &&
      object_of (object, "defaults", &m->defaults, error) &&
      read_nodes (object, m, error))
    m->outputs = read_refs (object, "outputs", m->nodes, error);
  if (m->outputs != NULL)
    return m;
  free_mapping (m);
  return NULL;
}

static gboolean
read_file (JsonNode *root, GPtrArray *mappings, GError **error)
{
  static const char *const members[] = { "operations", NULL };
  JsonObject *object;
  JsonArray *array;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected an object with 'operations'");
  object = json_node_get_object (root);
  if (!check_members (object, members, error))
    return FALSE;
  array = array_of (object, "operations", MAX_OPERATIONS, error);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonObject *entry = entry_of (array, i, error);
    Mapping *m = entry != NULL ? read_mapping (entry, error) : NULL;

    if (m == NULL) {
      g_prefix_error (error, "operation %u: ", i);
      return FALSE;
    }
    g_ptr_array_add (mappings, m);
  }
  return array != NULL;
}

static gboolean
parse (WeirSource *source, GPtrArray *mappings, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  WeirBytes bytes = weir_source_bytes (source);

  if (bytes.size > MAX_BYTES)
    return weir_fail (error, WEIR_ERROR_LIMIT, "larger than %zu bytes", MAX_BYTES);
  root = weir_json_parse (&bytes, error);
  return root != NULL && read_file (root, mappings, error);
}

GPtrArray *
mapping_read (WeirSource *source, GError **error)
{
  GPtrArray *mappings = g_ptr_array_new_with_free_func (free_mapping);

  if (parse (source, mappings, error))
    return mappings;
  g_ptr_array_unref (mappings);
  return NULL;
}

gboolean
weir_mapping_load (WeirSource *source, const char *digest, GError **error)
{
  g_autoptr (GPtrArray) mappings = mapping_read (source, error);
  g_autoptr (GPtrArray) translations = g_ptr_array_new ();
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  if (mappings == NULL)
    return FALSE;
  for (guint i = 0; i < mappings->len; i++)
    g_ptr_array_add (translations, &((Mapping *) mappings->pdata[i])->translation);
  if (!weir_registry_add (digest, none, translations, error))
    return FALSE;
  g_ptr_array_set_free_func (mappings, NULL);
  return TRUE;
}
