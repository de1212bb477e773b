#include "json.h"

#include "error.h"
#include "limits.h"

#include <string.h>

/* What json-glib takes for a value, its name and its place in a table, roughly. */
#define VALUE_COST 256

/* Goes behind the string that begins at @at. */
static gsize
skip_string (const WeirBytes *bytes, gsize at)
{
  for (at++; at < bytes->size && bytes->data[at] != '"'; at++)
    if (bytes->data[at] == '\\')
      at++;
  return at + 1;
}

/* What may stand outside of strings. The parser also takes comments and single quotes, in
 * which a quote would hide from scan() what follows. */
static gboolean
is_token (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr (" \t\r\n[]{},:+-.", c) != NULL);
}

/* Outside of all brackets there is one value, or one that is brackets. @begun: whether it
 * has begun; @closed: whether its brackets have ended. */
typedef struct {
  guint depth;
  gboolean begun, closed;
} Nesting;

/* json-glib loses what it has read of a first value where another one follows. */
static gboolean
nest (Nesting *n, char c)
{
  gboolean opens = c == '[' || c == '{', closes = c == ']' || c == '}';

  if (g_ascii_isspace (c))
    return TRUE;
  if (n->depth == 0 && (n->closed || closes || c == ',' || (opens && n->begun)))
    return FALSE;
  n->begun = TRUE;
  n->depth += opens;
  n->depth -= closes;
  n->closed = closes && n->depth == 0;
  return TRUE;
}

/* Values are separated by commas, and there is one before the first in each bracket. */
static gboolean
scan (const WeirBytes *bytes, GError **error)
{
  WeirBudget budget;
  Nesting nesting = { 0 };

  weir_budget_init (&budget, bytes->size);
  for (gsize at = 0; at < bytes->size; at++) {
    char c = (char) bytes->data[at];

    if ((c != '"' && !is_token (c)) || !nest (&nesting, c))
      return weir_fail (error, WEIR_ERROR_FORMAT, "no JSON: byte 0x%02x at %zu",
                        bytes->data[at], at);
    if (nesting.depth > WEIR_MAX_DEPTH)
      return weir_fail (error, WEIR_ERROR_LIMIT, "JSON nested deeper than %d",
                        WEIR_MAX_DEPTH);
    if (c == '"')
      at = skip_string (bytes, at) - 1;
    else if (strchr ("[{,", c) != NULL &&
             !weir_budget_take (&budget, VALUE_COST, "the values of the JSON", error))
      return FALSE;
  }
  return TRUE;
}

JsonNode *
weir_json_parse (const WeirBytes *bytes, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;
  JsonNode *root;

  if (!g_utf8_validate_len ((const char *) bytes->data, bytes->size, NULL)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "JSON that is not UTF-8");
    return NULL;
  }
  if (!scan (bytes, error))
    return NULL;
  if (bytes->size == 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "no JSON: it is empty");
    return NULL;
  }
  if (!json_parser_load_from_data (parser, (const char *) bytes->data,
                                   (gssize) bytes->size, &local)) {
    weir_fail (error, WEIR_ERROR_FORMAT, "no JSON: %s", local->message);
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "no JSON: it is empty");
    return NULL;
  }
  return json_node_ref (root);
}

JsonNode *
weir_json_member (JsonObject *object, const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

JsonObject *
weir_json_node_object (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                       : NULL;
}

JsonArray *
weir_json_node_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static GType
type_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node)
                                                      : G_TYPE_INVALID;
}

const char *
weir_json_node_string (JsonNode *node)
{
  return type_of (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

gboolean
weir_json_node_int (JsonNode *node, gint64 *value)
{
  if (type_of (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return TRUE;
}

gboolean
weir_json_node_number (JsonNode *node, double *value)
{
  if (type_of (node) != G_TYPE_INT64 && type_of (node) != G_TYPE_DOUBLE)
    return FALSE;
  *value = json_node_get_double (node);
  return TRUE;
}

JsonObject *
weir_json_object (JsonObject *object, const char *name)
{
  return weir_json_node_object (weir_json_member (object, name));
}

JsonArray *
weir_json_array (JsonObject *object, const char *name)
{
  return weir_json_node_array (weir_json_member (object, name));
}

const char *
weir_json_string (JsonObject *object, const char *name)
{
  return weir_json_node_string (weir_json_member (object, name));
}
