#include "mxnet.h"

#include <string.h>

/* The symbol, as JSON of MXNet 0.8 to 1.9: nodes, each with the numbers of those it
 * reads, and heads, the outputs. */

static void
entry_free (gpointer data)
{
  MxEntry *entry = data;

  g_array_unref (entry->inputs);
  g_array_unref (entry->outputs);
  g_free (entry);
}

void
mx_symbol_clear (MxSymbol *symbol)
{
  g_clear_pointer (&symbol->nodes, g_ptr_array_unref);
  g_clear_pointer (&symbol->heads, g_array_unref);
  g_clear_pointer (&symbol->root, json_node_unref);
}

/* [node, output] or [node, output, version]; the node must be one of the first @count. */
static gboolean
read_ref (JsonNode *node, guint count, MxRef *ref, GError **error)
{
  JsonArray *pair = weir_json_node_array (node);
  gint64 index, output = 0;

  if (pair == NULL || json_array_get_length (pair) < 1 ||
      !weir_json_node_int (json_array_get_element (pair, 0), &index) ||
      (json_array_get_length (pair) > 1 &&
       !weir_json_node_int (json_array_get_element (pair, 1), &output)))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected [node, output]");
  if (index < 0 || index >= count || output < 0 || output > G_MAXUINT16)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "output %" G_GINT64_FORMAT " of node %" G_GINT64_FORMAT
                      "; expected one of %u nodes before it",
                      output, index, count);
  *ref = (MxRef){ .node = (guint) index, .index = (guint) output };
  return TRUE;
}

static gboolean
read_refs (MxSymbol *symbol, JsonArray *list, guint count, GArray *refs, GError **error)
{
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    MxRef ref;

    MxEntry *entry;

    if (!read_ref (json_array_get_element (list, i), count, &ref, error))
      return FALSE;
    entry = symbol->nodes->pdata[ref.node];
    entry->n_read = MAX (entry->n_read, ref.index + 1);
    g_array_append_val (refs, ref);
  }
  return TRUE;
}

const char *
mx_entry_attr (const MxEntry *entry, const char *name)
{
  const char *text = weir_json_string (entry->attrs, name);

  return text != NULL ? text : weir_json_string (entry->own_attrs, name);
}

/* Attributes are called "attrs"; "attr" in 0.9 to 0.11. Up to 0.8 those of the operation
 * are "param", and "attr" are the user's. */
static void
read_attrs (MxEntry *entry, JsonObject *object)
{
  static const char *const names[] = { "attrs", "param", "attr" };

  for (guint i = 0; i < G_N_ELEMENTS (names) && entry->attrs == NULL; i++)
    entry->attrs = weir_json_object (object, names[i]);
  entry->own_attrs = weir_json_object (object, "attr");
}

static gboolean
read_node (MxSymbol *symbol, JsonObject *object, GError **error)
{
  guint index = symbol->nodes->len;
  MxEntry *entry = g_new0 (MxEntry, 1);

  entry->inputs = g_array_new (FALSE, FALSE, sizeof (MxRef));
  entry->outputs = g_array_new (FALSE, FALSE, sizeof (MxValue));
  entry->name = weir_json_string (object, "name");
  entry->op = weir_json_string (object, "op");
  entry->subgraphs = weir_json_array (object, "subgraphs");
  read_attrs (entry, object);
  entry->n_read = 1;
  g_ptr_array_add (symbol->nodes, entry);
  if (entry->name == NULL || entry->op == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "node %u has no name or no operation",
                      index);
  if (read_refs (symbol, weir_json_array (object, "inputs"), index, entry->inputs, error))
    return TRUE;
  g_prefix_error (error, "node '%s' (%s): inputs: ", entry->name, entry->op);
  return FALSE;
}

/* "attrs": {"mxnet_version": ["int", 10501]} */
static void
read_version (MxSymbol *symbol, JsonObject *root)
{
  JsonArray *pair = weir_json_array (weir_json_object (root, "attrs"), "mxnet_version");

  if (pair == NULL || json_array_get_length (pair) != 2 ||
      !weir_json_node_int (json_array_get_element (pair, 1), &symbol->version))
    symbol->version = 0;
}

gboolean
mx_symbol_read_object (MxSymbol *symbol, JsonObject *root, GError **error)
{
  JsonArray *nodes = weir_json_array (root, "nodes");

  symbol->nodes = g_ptr_array_new_with_free_func (entry_free);
  symbol->heads = g_array_new (FALSE, FALSE, sizeof (MxRef));
  if (nodes == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "not a symbol of MXNet: it has no nodes");
  if (json_array_get_length (nodes) > WEIR_MAX_NODES)
    return weir_fail (error, WEIR_ERROR_LIMIT, "%u nodes; at most %d are taken",
                      json_array_get_length (nodes), WEIR_MAX_NODES);
  for (guint i = 0; i < json_array_get_length (nodes); i++)
    if (!read_node (symbol, weir_json_node_object (json_array_get_element (nodes, i)),
                    error))
      return FALSE;
  read_version (symbol, root);
  if (!read_refs (symbol, weir_json_array (root, "heads"), symbol->nodes->len,
                  symbol->heads, error)) {
    g_prefix_error (error, "heads: ");
    return FALSE;
  }
  return symbol->heads->len > 0 ||
         weir_fail (error, WEIR_ERROR_FORMAT, "the symbol has no output");
}

gboolean
mx_symbol_read (MxSymbol *symbol, WeirSource *source, GError **error)
{
  WeirBytes bytes = weir_source_bytes (source);

  symbol->root = weir_json_parse (&bytes, error);
  if (symbol->root != NULL &&
      mx_symbol_read_object (symbol, weir_json_node_object (symbol->root), error))
    return TRUE;
  g_prefix_error (error, "%s: ", weir_source_name (source));
  return FALSE;
}
