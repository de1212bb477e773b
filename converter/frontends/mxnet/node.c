#include "node.h"

#include "cut.h"
#include "extension.h"

#include <string.h>

/* Outputs beyond this are no node's of a real network. */
#define MAX_OUTPUTS 65536

static void
set_output (MxEntry *entry, guint index, MxValue value)
{
  MxValue none = { .port = WEIR_PORT_NONE };

  while (entry->outputs->len <= index && entry->outputs->len < MAX_OUTPUTS)
    g_array_append_val (entry->outputs, none);
  g_array_index (entry->outputs, MxValue, index) = value;
}

static const MxValue *
find_value (const MxEntry *entry, guint index)
{
  const MxValue *value;

  if (entry->outputs->len > 0 && g_array_index (entry->outputs, MxValue, 0).broken)
    return &g_array_index (entry->outputs, MxValue, 0);
  if (index >= entry->outputs->len)
    return NULL;
  value = &g_array_index (entry->outputs, MxValue, index);
  return weir_port_is_none (value->port) ? NULL : value;
}

const char *
mx_op (const MxEntry *entry)
{
  const char *type = mx_entry_attr (entry, "op_type");

  return strcmp (entry->op, "Custom") == 0 && type != NULL ? type : entry->op;
}

WeirPort
mx_known_port (const MxEntry *entry, guint index)
{
  const MxValue *value = find_value (entry, index);

  return value != NULL ? value->port : WEIR_PORT_NONE;
}

void
mx_entry_bind (MxEntry *entry, WeirPort port)
{
  set_output (entry, 0, (MxValue){ .port = port });
}

void
mx_break (MxEntry *entry)
{
  set_output (entry, 0, (MxValue){ .port = WEIR_PORT_NONE, .broken = TRUE });
}

/* What a symbol says of an input: "__shape__", with 0 for what is not known. */
static WeirShape
declared_shape (MxNode *n, int rank)
{
  gint64 dims[WEIR_MAX_RANK];
  guint count = mx_ints (n, "__shape__", dims);
  WeirShape shape;

  for (guint i = 0; i < count; i++)
    if (dims[i] <= 0)
      dims[i] = WEIR_DIM_UNKNOWN;
  if (count > 0 && weir_shape_init (&shape, dims, count, &n->make.b->error))
    return shape;
  return rank > 0 ? weir_shape_unknown (rank) : WEIR_SHAPE_UNKNOWN;
}

/* An array becomes a Constant, any other input of the symbol a Parameter. */
static WeirPort
make_input (MxNode *n, int rank)
{
  WeirTensor *tensor = g_hash_table_lookup (n->import->arrays, n->entry->name);
  WeirShape shape;

  if (tensor != NULL)
    return weir_make_constant (&n->make, weir_tensor_ref (tensor));
  shape = declared_shape (n, rank);
  return weir_build_parameter (n->make.b, n->make.name,
                               mx_attr_dtype (n, "__dtype__", WEIR_DTYPE_F32), &shape);
}

const MxValue *
mx_read (MxImport *import, const MxRef *ref, int rank, GError **error)
{
  MxEntry *entry = import->symbol.nodes->pdata[ref->node];
  const MxValue *value = find_value (entry, ref->index);
  MxNode n = { .make = { .b = &import->builder, .name = entry->name },
               .import = import,
               .entry = entry };
  MxValue made = { 0 };

  if (value != NULL)
    return value;
  if (strcmp (entry->op, "null") != 0 || ref->index != 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' (%s) has no output %u", entry->name,
               entry->op, ref->index);
    return NULL;
  }
  made.port = make_input (&n, rank);
  if (!weir_build_finish (n.make.b, error))
    return NULL;
  weir_edit_add_tensor_name (n.make.b->graph, made.port, entry->name);
  set_output (entry, 0, made);
  return find_value (entry, 0);
}

guint
mx_n_inputs (const MxNode *n)
{
  return n->given != NULL ? n->n_given : n->entry->inputs->len;
}

WeirPort
mx_in_rank (MxNode *n, guint index, int rank)
{
  const MxValue *value;

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (n->given != NULL && index < n->n_given)
    return n->given[index];
  if (index >= mx_n_inputs (n))
    return weir_make_invalid (&n->make, "input %u is missing", index);
  if (mx_cut_is_replaced (n, index))
    return mx_cut_read (n, index);
  value = mx_read (n->import, &g_array_index (n->entry->inputs, MxRef, index), rank,
                   &n->make.b->error);
  return value != NULL ? value->port : WEIR_PORT_NONE;
}

WeirPort
mx_in (MxNode *n, guint index)
{
  return mx_in_rank (n, index, 0);
}

WeirPort
mx_array (MxNode *n, guint index, const char *suffix)
{
  g_autofree char *name = g_strconcat (n->entry->name, suffix, NULL);
  WeirTensor *tensor = g_hash_table_lookup (n->import->arrays, name);

  return index < mx_n_inputs (n) || tensor == NULL
             ? mx_in (n, index)
             : weir_make_constant (&n->make, weir_tensor_ref (tensor));
}

void
mx_out (MxNode *n, guint index, WeirPort port)
{
  if (!weir_build_failed (n->make.b))
    set_output (n->entry, index, (MxValue){ .port = port });
}

WeirPort
mx_node_call (MxNode *n, const char *op, const WeirPort *inputs, guint count)
{
  MxNode called = *n;

  called.row = mx_row_find (op);
  called.given = inputs;
  called.n_given = count;
  return called.row->convert (&called);
}

static gboolean
reads_broken (const MxNode *n)
{
  for (guint i = 0; i < n->entry->inputs->len; i++) {
    const MxRef *ref = &g_array_index (n->entry->inputs, MxRef, i);
    const MxValue *value = find_value (n->import->symbol.nodes->pdata[ref->node], 0);

    if (value != NULL && value->broken && !mx_cut_is_replaced (n, i))
      return TRUE;
  }
  return FALSE;
}

/* MXNet calls what a node writes NAME_output, or NAME_output0, NAME_output1, … */
static void
name_tensors (MxNode *n)
{
  GArray *outputs = n->entry->outputs;

  for (guint i = 0; i < outputs->len; i++) {
    WeirPort port = g_array_index (outputs, MxValue, i).port;
    g_autofree char *name = outputs->len == 1
                                ? g_strdup_printf ("%s_output", n->entry->name)
                                : g_strdup_printf ("%s_output%u", n->entry->name, i);

    if (!weir_port_is_none (port))
      weir_edit_add_tensor_name (n->make.b->graph, port, name);
  }
}

/* What was added since the graph's size was @first has output 0 at @port. */
static gboolean
finish (MxNode *n, guint first, WeirPort port, GError **error)
{
  if (!weir_port_is_none (port))
    mx_out (n, 0, port);
  if (!weir_build_finish (n->make.b, error))
    return FALSE;
  weir_make_name (&n->make, first,
                  n->entry->outputs->len > 0
                      ? g_array_index (n->entry->outputs, MxValue, 0).port
                      : WEIR_PORT_NONE);
  name_tensors (n);
  return TRUE;
}

static gboolean
convert_row (MxNode *n, GError **error)
{
  guint first = weir_graph_size (n->make.b->graph);

  if (n->row == NULL)
    return weir_fail (
        error, WEIR_ERROR_UNSUPPORTED,
        strcmp (n->entry->op, "Custom") == 0
            ? "an operation of the model's own; an extension can translate it"
            : "an unknown operation");
  if (reads_broken (n)) {
    mx_break (n->entry);
    return TRUE;
  }
  return finish (n, first, n->row->convert (n), error);
}

/* What cannot be converted, by MXNet itself, where the user lets it. */
static gboolean
offload (MxNode *n, GError **error)
{
  guint first = weir_graph_size (n->make.b->graph);

  if (!g_error_matches (*error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED) || reads_broken (n) ||
      !mx_offload_may (n))
    return FALSE;
  g_clear_error (error);
  return finish (n, first, mx_offload_convert (n), error);
}

/* What the user's own extensions translate goes before what this room does. */
static const MxRow *
find_row (const MxEntry *entry)
{
  const MxRow *row = mx_extension (mx_op (entry));

  return row != NULL ? row : mx_row_find (mx_op (entry));
}

gboolean
mx_node_convert (MxImport *import, guint index, GError **error)
{
  MxEntry *entry = import->symbol.nodes->pdata[index];
  MxNode n = { .make = { .b = &import->builder, .name = entry->name },
               .import = import,
               .entry = entry,
               .row = find_row (entry) };
  GError *local = NULL;

  if (strcmp (entry->op, "null") == 0 || convert_row (&n, &local) || offload (&n, &local))
    return TRUE;
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_prefixed_error (error, local, "node '%s' (%s): ", entry->name, entry->op);
    return FALSE;
  }
  g_ptr_array_add (import->unsupported,
                   weir_unsupported_new (entry->name, mx_op (entry), local->message));
  g_error_free (local);
  mx_break (entry);
  return TRUE;
}
