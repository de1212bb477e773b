#pragma once

#include "bytes.h"

#include <json-glib/json-glib.h>

WEIR_BEGIN_DECLS

/**
 * SECTION: json
 *
 * The one door to json-glib's parser, which by itself recurses without a bound. Before it
 * may run, the text is walked without recursion: nesting and the memory that parsing will
 * take are checked.
 */

/**
 * weir_json_parse: (transfer full):
 * @bytes: a whole document in UTF-8
 *
 * Returns: its root; %NULL with %WEIR_ERROR_FORMAT and line and column where it is no
 * JSON, or %WEIR_ERROR_LIMIT where it asks for too much.
 */
JsonNode *weir_json_parse (const WeirBytes *bytes, GError **error);

/* Members by name, for documents whose form is not known to be right. */

/** weir_json_member: (nullable): @object may be %NULL. */
JsonNode *weir_json_member (JsonObject *object, const char *name);
/** weir_json_object: (nullable): the member, if it is an object. */
JsonObject *weir_json_object (JsonObject *object, const char *name);
/** weir_json_array: (nullable): the member, if it is an array. */
JsonArray *weir_json_array (JsonObject *object, const char *name);
/** weir_json_string: (nullable) (transfer none): the member, if it is a string. */
const char *weir_json_string (JsonObject *object, const char *name);
/** weir_json_node_object, weir_json_node_array, weir_json_node_string: (nullable): @node
 * as what it is; %NULL where it is something else or %NULL. */
JsonObject *weir_json_node_object (JsonNode *node);
JsonArray *weir_json_node_array (JsonNode *node);
const char *weir_json_node_string (JsonNode *node);
/** weir_json_node_number: %FALSE where @node is no number. */
gboolean weir_json_node_number (JsonNode *node, double *value);
/** weir_json_node_int: %FALSE where @node is no whole number. */
gboolean weir_json_node_int (JsonNode *node, gint64 *value);

WEIR_END_DECLS
