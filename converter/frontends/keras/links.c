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

/* A flag, as of training, changes nothing. */
static gboolean
is_scalar (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) != G_TYPE_BOOLEAN;
}

/* Adds the tensors of an argument, one or a list of them; returns how many. */
static guint
add_tensors (JsonArray *refs, JsonNode *argument, const char **why)
{
  JsonArray *list = weir_json_node_array (argument);
  guint count = list != NULL ? json_array_get_length (list) : 1, found = 0;

  for (guint i = 0; i < count; i++) {
    JsonNode *node = list != NULL ? json_array_get_element (list, i) : argument;
    JsonNode *history = history_of (node);

    if (history != NULL)
      json_array_add_element (refs, json_node_copy (history));
    else if (list != NULL || is_scalar (node))
      *why = "an argument is something else than a tensor";
    found += history != NULL;
  }
  return found;
}

/* What it is to the layer follows from its name alone. */
static void
add_named (JsonArray *refs, JsonObject *named, const char **why)
{
  g_autoptr (GList) values = named != NULL ? json_object_get_values (named) : NULL;
  const char *ignored;

  for (GList *v = values; v != NULL; v = v->next)
    if (add_tensors (refs, v->data, &ignored) > 0)
      *why = "an input is given by a name";
}

JsonArray *
keras_links_of_use (JsonNode *use, const char **why)
{
  JsonArray *refs = weir_json_node_array (use);
  JsonObject *call = weir_json_node_object (use);
  JsonArray *arguments = weir_json_array (call, "args");

  if (refs != NULL)
    return json_array_ref (refs);
  refs = json_array_new ();
  if (arguments == NULL)
    *why = "its inputs are not told in a way that is known";
  for (guint i = 0; arguments != NULL && i < json_array_get_length (arguments); i++)
    add_tensors (refs, json_array_get_element (arguments, i), why);
  add_named (refs, weir_json_object (call, "kwargs"), why);
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
