#include "node.h"

#include "cut.h"
#include "rewrite.h"
#include "table.h"

#include <string.h>

/* Every file has so many nodes at least; more come from functions that are unfolded. */
#define NODES_BASE 100000

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
  if (index < n->n_inputs)
    return n->inputs[index].port;
  return weir_make_invalid (&n->make, "input %u is missing", index);
}

void
tf_out (TfNode *n, guint index, WeirPort port)
{
  TfValue none = TF_NO_VALUE;
  GArray *outputs = n->entry->outputs;

  if (weir_build_failed (n->make.b))
    return;
  while (outputs->len <= index && outputs->len < MAX_OUTPUTS)
    g_array_append_val (outputs, none);
  g_array_index (outputs, TfValue, index).port = port;
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
  n->inputs = g_new (TfValue, MAX (n->proto->n_input, 1));
  for (gsize i = 0; i < n->proto->n_input; i++) {
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

  for (guint i = 0; i < outputs->len; i++) {
    WeirPort port = g_array_index (outputs, TfValue, i).port;
    g_autofree char *name = g_strdup_printf ("%s:%u", n->make.name, i);

    if (!weir_port_is_none (port))
      weir_edit_add_tensor_name (n->make.b->graph, port, name);
  }
}

static gboolean
convert_row (TfNode *n, gboolean broken, GError **error)
{
  const char *refusal = tf_refusal (n->proto->op);
  const Tf__FunctionDef *function = tf_function_of (n);
  WeirPort port;

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

static void
set_broken (TfEntry *entry)
{
  TfValue broken = { .port = WEIR_PORT_NONE, .broken = TRUE };

  g_array_set_size (entry->outputs, 0);
  g_array_append_val (entry->outputs, broken);
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
      set_broken (n->entry);
    return TRUE;
  }
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  g_ptr_array_add (n->scope->import->unsupported,
                   weir_unsupported_new (n->make.name, n->proto->op, local->message));
  g_error_free (local);
  set_broken (n->entry);
  return TRUE;
}

static gboolean
count_node (TfImport *import, GError **error)
{
  gsize most = NODES_BASE + g_bytes_get_size (import->file->bytes) / 4;

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
  done = count_node (scope->import, error) && read_inputs (&n, &broken, error) &&
         convert (&n, broken, error);
  if (scope->import->unsupported->len > listed)
    tf_cut_refuse (scope, entry);
  if (!done)
    g_prefix_error (error, "node '%s' (%s): ", n.make.name, entry->proto->op);
  g_free (n.inputs);
  return done;
}
