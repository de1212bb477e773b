#include "subgraph.h"

#include <string.h>

/* A symbol within a node within a symbol; a loop's condition is converted twice, and so
 * is all that is within it. */
#define MAX_DEPTH 8

void
mx_body_init (MxBody *body, MxNode *n)
{
  *body = (MxBody){ .n = n, .graph = weir_graph_new () };
  body->builder = WEIR_BUILDER (body->graph);
  body->captures = g_array_new (FALSE, FALSE, sizeof (WeirCapture));
}

void
mx_body_clear (MxBody *body)
{
  g_array_unref (body->captures);
  g_clear_error (&body->builder.error);
  weir_graph_free (body->graph);
}

WeirMake
mx_body_make (MxBody *body)
{
  return (WeirMake){ .b = &body->builder, .name = body->n->make.name };
}

gboolean
mx_body_finish (MxBody *body)
{
  return !weir_build_failed (body->n->make.b) &&
         weir_build_finish (&body->builder, &body->n->make.b->error);
}

WeirPort
mx_body_parameter (MxBody *body, WeirPort like, const WeirShape *shape)
{
  return weir_build_failed (body->n->make.b)
             ? WEIR_PORT_NONE
             : weir_build_parameter (&body->builder, body->n->make.name,
                                     weir_make_dtype (&body->n->make, like), shape);
}

WeirPort
mx_body_capture (MxBody *body, WeirPort port)
{
  return weir_build_failed (body->n->make.b)
             ? WEIR_PORT_NONE
             : weir_capture (body->captures, &body->builder, body->n->make.b->graph, port,
                             body->n->make.name);
}

void
mx_body_result (MxBody *body, WeirPort port)
{
  if (!weir_build_failed (body->n->make.b))
    weir_build_result (&body->builder, body->n->make.name, port);
}

WeirBody *
mx_body_attach (MxBody *body, WeirNode *node)
{
  WeirBuilder *outer = body->n->make.b;

  return node == NULL || !mx_body_finish (body)
             ? NULL
             : weir_capture_attach (body->captures, &body->graph, outer->graph, node);
}

guint
mx_subgraph_n_inputs (const MxNode *n, guint index)
{
  JsonArray *list = n->entry->subgraphs;
  JsonArray *nodes =
      list != NULL && index < json_array_get_length (list)
          ? weir_json_array (weir_json_node_object (json_array_get_element (list, index)),
                             "nodes")
          : NULL;
  guint count = 0;

  for (guint i = 0; nodes != NULL && i < json_array_get_length (nodes); i++) {
    const char *op = weir_json_string (
        weir_json_node_object (json_array_get_element (nodes, i)), "op");

    count += op != NULL && strcmp (op, "null") == 0;
  }
  return count;
}

/* The inputs of a symbol are its nodes without an operation, in their order. */
static gboolean
bind_inputs (MxSymbol *symbol, const WeirPort *inputs, guint n_inputs, GError **error)
{
  guint count = 0;

  for (guint i = 0; i < symbol->nodes->len; i++) {
    MxEntry *entry = symbol->nodes->pdata[i];

    if (strcmp (entry->op, "null") != 0)
      continue;
    if (count < n_inputs)
      mx_entry_bind (entry, inputs[count]);
    count++;
  }
  return count == n_inputs ||
         weir_fail (error, WEIR_ERROR_FORMAT, "%u inputs; expected %u", count, n_inputs);
}

static gboolean
take_outputs (MxImport *import, WeirPort *outputs, guint n_outputs, GError **error)
{
  GArray *heads = import->symbol.heads;

  if (heads->len != n_outputs)
    return weir_fail (error, WEIR_ERROR_FORMAT, "%u outputs; expected %u", heads->len,
                      n_outputs);
  for (guint i = 0; i < n_outputs; i++) {
    const MxValue *value = mx_read (import, &g_array_index (heads, MxRef, i), 0, error);

    if (value == NULL)
      return FALSE;
    outputs[i] = value->port;
  }
  return TRUE;
}

static gboolean
run (MxImport *import, const WeirPort *inputs, guint n_inputs, WeirPort *outputs,
     guint n_outputs, GError **error)
{
  guint unsupported = import->unsupported->len;

  if (!bind_inputs (&import->symbol, inputs, n_inputs, error))
    return FALSE;
  for (guint i = 0; i < import->symbol.nodes->len; i++)
    if (!mx_node_convert (import, i, error))
      return FALSE;
  return import->unsupported->len == unsupported &&
         take_outputs (import, outputs, n_outputs, error);
}

gboolean
mx_subgraph_call (MxNode *n, guint index, WeirBuilder *builder, const WeirPort *inputs,
                  guint n_inputs, WeirPort *outputs, guint n_outputs)
{
  MxImport *outer = n->import;
  MxImport import = { .input = outer->input,
                      .arrays = outer->arrays,
                      .unsupported = outer->unsupported,
                      .depth = outer->depth + 1 };
  JsonArray *list = n->entry->subgraphs;
  guint count = list != NULL ? json_array_get_length (list) : 0;
  GError *error = NULL;
  gboolean good = FALSE;

  if (weir_build_failed (n->make.b) || weir_build_failed (builder))
    return FALSE;
  if (import.depth > MAX_DEPTH)
    weir_fail (&error, WEIR_ERROR_LIMIT, "at most %d symbols within each other are taken",
               MAX_DEPTH);
  else if (index >= count)
    weir_fail (&error, WEIR_ERROR_FORMAT, "%u symbols within it; expected one more",
               count);
  else if (mx_symbol_read_object (
               &import.symbol,
               weir_json_node_object (json_array_get_element (list, index)), &error)) {
    import.symbol.version = outer->symbol.version;
    import.builder = WEIR_BUILDER (builder->graph);
    good = run (&import, inputs, n_inputs, outputs, n_outputs, &error);
  }
  if (error != NULL)
    g_propagate_prefixed_error (&n->make.b->error, error, "symbol %u: ", index);
  else if (!good)
    mx_break (n->entry);
  g_clear_error (&import.builder.error);
  mx_symbol_clear (&import.symbol);
  return good;
}
