#include "node.h"

#include "base/error.h"
#include "cut.h"
#include "extension.h"
#include "functions.h"
#include "offload.h"
#include "table.h"

#include <string.h>

/* Inlined functions and repeated bodies may multiply nodes; a file gets so many for each
 * of its bytes, and some to begin with. */
#define NODES_BASE 20000

static OnnxValue *
input_value (const OnnxNode *n, guint index)
{
  return index < n->n_inputs ? &n->inputs[index] : NULL;
}

gboolean
onnx_has (const OnnxNode *n, guint index)
{
  const OnnxValue *value = input_value (n, index);

  return value != NULL && (value->items != NULL || !weir_port_is_none (value->port));
}

WeirPort
onnx_in (OnnxNode *n, guint index)
{
  if (!onnx_has (n, index))
    return weir_make_invalid (&n->make, "input %u is missing", index);
  if (n->inputs[index].items != NULL)
    return weir_make_invalid (&n->make, "input %u: expected a tensor, found a sequence",
                              index);
  return n->inputs[index].port;
}

gboolean
onnx_wants (const OnnxNode *n, guint index)
{
  return index < n->n_outputs && *n->proto->output[index] != '\0';
}

void
onnx_out (OnnxNode *n, guint index, WeirPort port)
{
  if (index < n->n_outputs)
    n->outputs[index].port = port;
}

GArray *
onnx_items (OnnxNode *n, guint index)
{
  OnnxValue *value = input_value (n, index);

  if (value != NULL && value->items != NULL)
    return value->items;
  weir_make_invalid (&n->make, "input %u: expected a sequence", index);
  return NULL;
}

GArray *
onnx_out_items (OnnxNode *n, guint index)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (WeirPort));

  g_ptr_array_add (n->scope->import->sequences, items);
  if (index < n->n_outputs)
    n->outputs[index].items = items;
  return items;
}

gboolean
onnx_int_value (const OnnxNode *n, WeirPort port, gint64 *value)
{
  WeirTensor *tensor = weir_make_value (&n->make, port);

  if (tensor == NULL || weir_tensor_count (tensor) != 1)
    return FALSE;
  *value = weir_tensor_get_int (tensor, 0);
  return TRUE;
}

int
onnx_axis (OnnxNode *n, gint64 axis, int rank)
{
  g_autoptr (GError) error = NULL;
  int result;

  if (weir_shape_axis (axis, rank, &result, &error))
    return result;
  weir_make_invalid (&n->make, "attribute 'axis': %s", error->message);
  return 0;
}

const char *
onnx_node_name (const OnnxScope *scope, const Onnx__NodeProto *proto)
{
  const char *name = proto->name;
  g_autofree char *full = NULL;

  for (gsize i = 0; (name == NULL || *name == '\0') && i < proto->n_output; i++)
    name = proto->output[i];
  if (name == NULL || *name == '\0')
    name = proto->op_type != NULL ? proto->op_type : "";
  if (scope->prefix != NULL)
    name = full = g_strconcat (scope->prefix, "/", name, NULL);
  return g_string_chunk_insert_const (scope->import->names, name);
}

static gboolean
read_inputs (OnnxNode *n, gboolean *broken, GError **error)
{
  n->n_inputs = (guint) n->proto->n_input;
  n->inputs = g_new0 (OnnxValue, MAX (n->n_inputs, 1));
  for (guint i = 0; i < n->n_inputs; i++) {
    const char *name = n->proto->input[i];
    const OnnxValue *value;

    n->inputs[i].port = WEIR_PORT_NONE;
    if (*name == '\0')
      continue;
    value = n->scope->cut != NULL ? onnx_cut_read (n->scope, i, name, error)
                                  : onnx_scope_get (n->scope, name, error);
    if (value == NULL)
      return FALSE;
    n->inputs[i] = *value;
    *broken |= value->broken;
  }
  return TRUE;
}

static gboolean
write_outputs (OnnxNode *n, gboolean broken, GError **error)
{
  for (guint i = 0; i < n->n_outputs; i++) {
    const char *name = n->proto->output[i];
    OnnxValue value = n->outputs[i];

    if (*name == '\0')
      continue;
    if (broken)
      value = (OnnxValue){ .port = WEIR_PORT_NONE, .broken = TRUE };
    else if (n->scope->function == NULL && !n->scope->repeated && value.items == NULL &&
             !value.broken)
      weir_edit_add_tensor_name (n->make.b->graph, value.port, name);
    if (!onnx_scope_set (n->scope, name, &value, error))
      return FALSE;
  }
  return TRUE;
}

static void
note_unsupported (OnnxNode *n, const char *why)
{
  const Onnx__NodeProto *proto = n->proto;
  gboolean own = proto->domain == NULL || *proto->domain == '\0';
  g_autofree char *op =
      g_strconcat (own ? "" : proto->domain, own ? "" : ".", proto->op_type, NULL);

  g_ptr_array_add (n->scope->import->unsupported,
                   weir_unsupported_new (n->make.name, op, why));
}

static gboolean
check_outputs (const OnnxNode *n, GError **error)
{
  for (guint i = 0; i < n->n_outputs; i++)
    if (onnx_wants (n, i) && n->outputs[i].items == NULL && !n->outputs[i].broken &&
        weir_port_is_none (n->outputs[i].port))
      return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "its output %u", i);
  return TRUE;
}

static void
run_row (OnnxNode *n, const OnnxRow *row)
{
  WeirPort port = row->convert (n);

  if (!weir_port_is_none (port))
    onnx_out (n, 0, port);
}

/* Runs the row of the operation, else what an extension has for it; the conversion's
 * error, or that there is neither. */
static gboolean
convert_row (OnnxNode *n, gboolean broken, GError **error)
{
  gboolean known;
  const OnnxRow *row =
      onnx_row_find (n->proto->domain, n->proto->op_type, n->version, &known);

  if (row == NULL && !onnx_extension_find (n))
    return known ? weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                              "not in version %" G_GINT64_FORMAT " of the operation set",
                              n->version)
                 : weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an unknown operation");
  if (broken)
    return TRUE;
  if (row != NULL)
    run_row (n, row);
  else
    onnx_extension_convert (n);
  return weir_build_finish (n->make.b, error) && check_outputs (n, error);
}

static gboolean
convert (OnnxNode *n, gboolean *broken, GError **error)
{
  const Onnx__FunctionProto *function = onnx_function_find (n->scope->import, n->proto);
  guint first = weir_graph_size (n->make.b->graph);
  GError *local = NULL;

  if (function != NULL ? onnx_function_call (n, function, &local)
                       : convert_row (n, *broken, &local)) {
    weir_make_name (&n->make, first,
                    n->n_outputs > 0 ? n->outputs[0].port : WEIR_PORT_NONE);
    return write_outputs (n, *broken, error);
  }
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_error (error, local);
    return FALSE;
  }
  if (!*broken && onnx_offload_may (n)) {
    g_clear_error (&local);
    onnx_offload_convert (n);
    if (weir_build_finish (n->make.b, &local)) {
      weir_make_name (&n->make, first, n->outputs[0].port);
      return write_outputs (n, FALSE, error);
    }
  }
  note_unsupported (n, local->message);
  g_error_free (local);
  return write_outputs (n, TRUE, error);
}

static gboolean
count_node (OnnxImport *import, GError **error)
{
  gsize most = NODES_BASE + weir_source_bytes (import->input->source).size / 4;

  if (++import->converted <= MIN (most, WEIR_MAX_NODES))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_LIMIT,
                    "functions and bodies unfold into more than %u nodes",
                    import->converted - 1);
}

gboolean
onnx_node_convert (OnnxScope *scope, const Onnx__NodeProto *proto, GError **error)
{
  OnnxNode n = { .scope = scope,
                 .make = { .b = scope->builder, .name = onnx_node_name (scope, proto) },
                 .proto = proto };
  gboolean broken = FALSE, done;

  n.n_outputs = (guint) proto->n_output;
  if (proto->op_type == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' has no operation",
                      n.make.name);
  n.outputs = g_new0 (OnnxValue, MAX (n.n_outputs, 1));
  for (guint i = 0; i < n.n_outputs; i++)
    n.outputs[i].port = WEIR_PORT_NONE;
  n.version = onnx_scope_version (scope, proto->domain);
  done = count_node (scope->import, error) && read_inputs (&n, &broken, error) &&
         convert (&n, &broken, error);
  if (!done)
    g_prefix_error (error, "node '%s' (%s): ", n.make.name, proto->op_type);
  g_free (n.inputs);
  g_free (n.outputs);
  return done;
}
