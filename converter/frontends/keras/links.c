#include "keras.h"

#include <string.h>

/* What the uses of a layer read: in Keras 1 and 2 lists [layer, node, output, …], in
 * Keras 3 the arguments of a call, among which tensors stand with their history. */

#define TENSOR "__keras_tensor__"

/* (nullable): [layer, node, output] of a tensor; %NULL where @node is none. */
static JsonNode *
history_of (JsonNode *node)
{
  JsonObject *object = weir_json_node_object (node);

  if (object == NULL || g_strcmp0 (weir_json_string (object, "class_name"), TENSOR) != 0)
    return NULL;
  return weir_json_member (weir_json_object (object, "config"), "keras_history");
}

static gboolean
add_tensors (JsonArray *refs, JsonNode *argument, GError **error)
{
  JsonArray *list = weir_json_node_array (argument);
  JsonNode *history = history_of (argument);

  if (history != NULL)
    json_array_add_element (refs, json_node_copy (history));
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    history = history_of (json_array_get_element (list, i));
    if (history == NULL)
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                        "an argument is a list of something else than tensors");
    json_array_add_element (refs, json_node_copy (history));
  }
  return TRUE;
}

static gboolean
has_named_tensor (JsonObject *call)
{
  JsonObject *named = weir_json_object (call, "kwargs");
  g_autoptr (GList) values = named != NULL ? json_object_get_values (named) : NULL;

  for (GList *v = values; v != NULL; v = v->next)
    if (history_of (v->data) != NULL)
      return TRUE;
  return FALSE;
}

JsonArray *
keras_links_of_use (JsonNode *use, GError **error)
{
  JsonArray *refs = weir_json_node_array (use);
  JsonObject *call = weir_json_node_object (use);
  JsonArray *arguments = weir_json_array (call, "args");

  if (refs != NULL)
    return json_array_ref (refs);
  if (arguments == NULL || has_named_tensor (call)) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an input is given by a name");
    return NULL;
  }
  refs = json_array_new ();
  for (guint i = 0; i < json_array_get_length (arguments); i++)
    if (!add_tensors (refs, json_array_get_element (arguments, i), error)) {
      json_array_unref (refs);
      return NULL;
    }
  return refs;
}

JsonArray *
keras_links_to (const char *layer)
{
  JsonArray *refs = json_array_new (), *ref = json_array_new ();

  json_array_add_string_element (ref, layer);
  json_array_add_int_element (ref, 0);
  json_array_add_int_element (ref, 0);
  json_array_add_array_element (refs, ref);
  return refs;
}

JsonArray *
keras_links_of_outputs (JsonArray *outputs)
{
  const char *layer = json_array_get_length (outputs) > 0
                          ? weir_json_node_string (json_array_get_element (outputs, 0))
                          : NULL;
  JsonArray *refs;

  if (layer == NULL)
    return json_array_ref (outputs);
  refs = json_array_new ();
  json_array_add_array_element (refs, json_array_ref (outputs));
  return refs;
}
