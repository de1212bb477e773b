#include "cut.h"
#include "extension.h"
#include "offload.h"
#include "rewrite.h"
#include "table.h"

#include <string.h>

/* Every file has so many nodes at least; more come from functions that are unfolded. */
#define NODES_BASE 20000

/* Of a node's name: its own, that of its output, and that of what it becomes. */
#define NAME_COPIES 3

/* Outputs beyond this are no node's of a real network. */
#define MAX_OUTPUTS 65536

guint
tf_n_inputs (const TfNode *n)
{
  return n->n_inputs;
}

WeirPort
tf_in (TfNode *n, guint index)
{
  const TfValue *value = tf_value (n, index);

  if (value == NULL)
    return WEIR_PORT_NONE;
  if (value->array != NULL)
    return weir_make_unsupported (&n->make, "input %u is a TensorArray or a list", index);
  return value->port;
}

const TfValue *
tf_value (TfNode *n, guint index)
{
  if (index < n->n_inputs)
    return &n->inputs[index];
  weir_make_invalid (&n->make, "input %u is missing", index);
  return NULL;
}

void
tf_give (TfNode *n, guint index, const TfValue *value)
{
  TfValue none = TF_NO_VALUE;
  GArray *outputs = n->entry->outputs;

  if (weir_build_failed (n->make.b))
    return;
  while (outputs->len <= index && outputs->len < MAX_OUTPUTS)
    g_array_append_val (outputs, none);
  g_array_index (outputs, TfValue, index) = *value;
}

void
tf_out (TfNode *n, guint index, WeirPort port)
{
  TfValue value = { .port = port };

  tf_give (n, index, &value);
}

static const char *
name_of (const TfScope *scope, const Tf__NodeDef *proto)
{
  g_autofree char *full = NULL;

  if (scope->prefix != NULL)
    full = g_strconcat (scope->prefix, "/", proto->name, NULL);
  return g_string_chunk_insert_const (scope->import->names,
                                      full != NULL ? full : proto->name);
}

static gboolean
read_inputs (TfNode *n, gboolean *broken, GError **error)
{
  gsize count = n->row != NULL && n->row->is_flow ? 0 : n->proto->n_input;

  n->inputs = g_new (TfValue, MAX (count, 1));
  for (gsize i = 0; i < count; i++) {
    const char *text = n->proto->input[i];
    const TfValue *value;

    if (tf_is_control (text))
      continue;
    value = tf_scope_input (n->scope, n->entry, n->n_inputs, text, error);
    if (value == NULL)
      return FALSE;
    n->inputs[n->n_inputs++] = *value;
    *broken |= value->broken;
  }
  return TRUE;
}

/* The names that others call the outputs by. */
static void
name_tensors (TfNode *n)
{
  GArray *outputs = n->entry->outputs;
  gboolean is_call = tf_offload_is_call (n->scope->import->offload, n->entry);

  for (guint i = 0; i < outputs->len; i++) {
    WeirPort port = g_array_index (outputs, TfValue, i).port;
    g_autofree char *name = is_call ? tf_offload_output_name (n->entry, i)
                                    : g_strdup_printf ("%s:%u", n->make.name, i);

    if (!weir_port_is_none (port) && g_array_index (outputs, TfValue, i).array == NULL)
      weir_edit_add_tensor_name (n->make.b->graph, port, name);
  }
}

static gboolean
convert_row (TfNode *n, gboolean broken, GError **error)
{
  const char *refusal = tf_refusal (n->proto->op);
  const Tf__FunctionDef *function = tf_function_of (n);
  WeirPort port;

  if (tf_offload_is_call (n->scope->import->offload, n->entry))
    return broken || tf_offload_call (n, error);
  if (function != NULL)
    return tf_function_call (n, function, error);
  if (n->row == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "%s",
                      refusal != NULL ? refusal : "an unknown operation");
  if (broken)
    return TRUE;
  if (!n->row->is_complex && tf_is_complex (n))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "elements are complex numbers");
  port = n->row->convert (n);
  if (!weir_port_is_none (port))
    tf_out (n, 0, port);
  return weir_build_finish (n->make.b, error);
}

void
tf_break (TfNode *n)
{
  TfValue broken = { .port = WEIR_PORT_NONE, .broken = TRUE };

  g_array_set_size (n->entry->outputs, 0);
  g_array_append_val (n->entry->outputs, broken);
}

static gboolean
convert (TfNode *n, gboolean broken, GError **error)
{
  guint first = weir_graph_size (n->make.b->graph);
  GError *local = NULL;

  if (convert_row (n, broken, &local)) {
    WeirPort main = n->entry->outputs->len > 0
                        ? g_array_index (n->entry->outputs, TfValue, 0).port
                        : WEIR_PORT_NONE;

    weir_make_name (&n->make, first, main);
    name_tensors (n);
    if (broken)
      tf_break (n);
    return TRUE;
  }
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_ptr_array_add (n->scope->import->unsupported,
                   weir_unsupported_new (n->make.name, n->proto->op, local->message));
  g_error_free (local);
  tf_break (n);
  return TRUE;
}

/* In functions, names are as long as all calls on the way there together. */
static gboolean
count_node (const TfScope *scope, const Tf__NodeDef *proto, GError **error)
{
  TfImport *import = scope->import;
  gsize most = NODES_BASE + g_bytes_get_size (import->file->bytes) / 4;

  if (scope->prefix != NULL &&
      !weir_budget_take (&import->file->budget,
                         NAME_COPIES * (strlen (scope->prefix) + strlen (proto->name)),
                         "the names of nodes in functions", error))
    return FALSE;
  if (++import->converted <= MIN (most, WEIR_MAX_NODES))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_LIMIT, "functions unfold into more than %u nodes",
                    import->converted - 1);
}

gboolean
tf_node_convert (TfScope *scope, TfEntry *entry, GError **error)
{
  TfNode n = { .scope = scope, .entry = entry, .proto = entry->proto };
  guint listed = scope->import->unsupported->len;
  gboolean broken = FALSE, done;

  n.make = (WeirMake){ .b = scope->builder, .name = name_of (scope, entry->proto) };
  n.row = entry->piece != NULL ? &entry->piece->row : tf_row_find (entry->proto->op);
  if (n.row == NULL)
    n.row = tf_extension_row (entry->proto->op);
  done = count_node (scope, entry->proto, error) && read_inputs (&n, &broken, error) &&
         convert (&n, broken, error);
  if (scope->import->unsupported->len > listed)
    tf_cut_refuse (scope, entry);
  if (!done)
    g_prefix_error (error, "node '%s' (%s): ", n.make.name, entry->proto->op);
  g_free (n.inputs);
  return done;
}
