#include "cut.h"
#include "operator.h"
#include "tflite.h"

/* What an operator may cost: its nodes and their names. */
#define OPERATOR_COST 4096

gboolean
weir_tflite_scope_open (WeirTfliteScope *scope, WeirTfliteFile *file, guint32 index,
                        WeirGraph *graph, guint depth, GError **error)
{
  WeirFlat *flat = &file->flat;
  WeirFlatVector tensors;
  WeirFlatTable table;

  *scope =
      (WeirTfliteScope){ .file = file, .builder = WEIR_BUILDER (graph), .depth = depth };
  if (depth > WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT, "sub-graphs are nested deeper than %d",
                      WEIR_MAX_BODY_DEPTH);
  if (weir_flat_at_table (&file->subgraphs, index, &table)) {
    tensors = weir_flat_vector (&table, SUBGRAPH_TENSORS, 4);
    scope->inputs = weir_flat_vector (&table, SUBGRAPH_INPUTS, sizeof (gint32));
    scope->outputs = weir_flat_vector (&table, SUBGRAPH_OUTPUTS, sizeof (gint32));
    scope->operators = weir_flat_vector (&table, SUBGRAPH_OPERATORS, 4);
    weir_tflite_tensors_read (scope, &tensors);
  }
  if (flat->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&flat->error));
  return FALSE;
}

void
weir_tflite_scope_close (WeirTfliteScope *scope)
{
  for (guint32 i = 0; i < scope->n_tensors; i++) {
    g_free (scope->tensors[i].name);
    g_free (scope->tensors[i].variable);
  }
  g_clear_pointer (&scope->tensors, g_free);
  g_clear_error (&scope->builder.error);
  scope->n_tensors = 0;
}

WeirTfliteTensor *
weir_tflite_listed (WeirTfliteScope *scope, const WeirFlatVector *list, guint32 at)
{
  gint32 index = weir_flat_at_i32 (list, at);

  if (index >= 0 && (guint32) index < scope->n_tensors)
    return &scope->tensors[index];
  weir_flat_fail (&scope->file->flat, "entry %u of the list names tensor %d of %u", at,
                  index, scope->n_tensors);
  return NULL;
}

static gboolean
is_empty (const WeirShape *shape)
{
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] == 0)
      return TRUE;
  return FALSE;
}

WeirPort
weir_tflite_value (WeirTfliteScope *scope, gint32 index)
{
  WeirTfliteTensor *tensor = &scope->tensors[index];

  if (weir_tflite_cut_tensor (scope, index) >= 0)
    return weir_tflite_cut_value (scope, weir_tflite_cut_tensor (scope, index));
  if (!weir_port_is_none (tensor->port))
    return tensor->port;
  if (!tensor->is_constant && tensor->real_of < 0 && !is_empty (&tensor->shape))
    return weir_build_fail (&scope->builder, WEIR_ERROR_FORMAT,
                            "tensor '%s' is read before it is written", tensor->name);
  tensor->port = weir_tflite_constant (scope, index, &(WeirTfliteOrder){ .rank = 0 });
  return tensor->port;
}

/* The last node of each output gets its name, unless it is older than the operator. */
static void
name_outputs (WeirTfliteOp *op, WeirNodeId first)
{
  WeirTfliteScope *scope = op->scope;

  for (guint32 i = op->outputs.count; i > 0; i--) {
    gint32 index = weir_flat_at_i32 (&op->outputs, i - 1);
    WeirTfliteTensor *tensor;

    if (index < 0 || (guint32) index >= scope->n_tensors)
      continue;
    tensor = &scope->tensors[index];
    if (!weir_port_is_none (tensor->port) && tensor->port.node >= first)
      weir_edit_rename (weir_graph_node (op->builder->graph, tensor->port.node),
                        tensor->name);
  }
}

/* An operator's error, with those of reading its options. */
static gboolean
finish (WeirTfliteOp *op, GError **error)
{
  WeirTfliteFile *file = op->scope->file;
  WeirFlat *flat = &file->flat;

  if (flat->error != NULL) {
    g_clear_error (&op->builder->error);
    g_propagate_error (error, g_steal_pointer (&flat->error));
    return FALSE;
  }
  if (op->builder->error == NULL)
    return TRUE;
  if (g_error_matches (op->builder->error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED))
    g_ptr_array_add (
        file->unsupported,
        weir_unsupported_new (op->name, op->called, op->builder->error->message));
  return weir_build_finish (op->builder, error);
}

static gboolean
convert (WeirTfliteOp *op, const WeirFlatTable *table, GError **error)
{
  guint32 options = weir_flat_u8 (table, OPERATOR_OPTIONS_TYPE, OPTIONS_NONE);
  WeirNodeId first = weir_graph_size (op->builder->graph);
  gint32 output;

  op->inputs = weir_flat_vector (table, OPERATOR_INPUTS, sizeof (gint32));
  op->outputs = weir_flat_vector (table, OPERATOR_OUTPUTS, sizeof (gint32));
  op->custom = weir_flat_bytes (table, OPERATOR_CUSTOM_OPTIONS);
  output = op->outputs.count > 0 ? weir_flat_at_i32 (&op->outputs, 0) : -1;
  if (output >= 0 && (guint32) output < op->scope->n_tensors)
    op->name = op->scope->tensors[output].name;
  if (op->row->options != OPTIONS_NONE && options != OPTIONS_NONE) {
    if (options != op->row->options)
      weir_build_fail (op->builder, WEIR_ERROR_FORMAT,
                       "expected options of type %u, found type %u", op->row->options,
                       options);
    weir_flat_table (table, OPERATOR_OPTIONS, &op->options);
  }
  if (weir_flat_charge (&op->scope->file->flat, OPERATOR_COST, "the operators"))
    weir_tflite_set_output (op, 0, op->row->convert (op));
  if (!finish (op, error))
    return FALSE;
  name_outputs (op, first);
  return TRUE;
}

static gboolean
convert_at (WeirTfliteScope *scope, guint32 index, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  WeirTfliteOp op = {
    .scope = scope, .builder = &scope->builder, .name = "", .names = names
  };
  WeirFlat *flat = &scope->file->flat;
  g_autofree char *called = NULL;
  WeirFlatTable table;

  if (weir_flat_at_table (&scope->operators, index, &table))
    op.row =
        weir_tflite_row (scope->file, weir_flat_u32 (&table, OPERATOR_CODE, 0), &called);
  op.called = called;
  if (op.row != NULL && convert (&op, &table, error))
    return TRUE;
  if (flat->error != NULL)
    g_propagate_error (error, g_steal_pointer (&flat->error));
  else if (op.row == NULL)
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "there is no conversion");
  g_prefix_error (error, "operator %u (%s) '%s': ", index,
                  called != NULL ? called : "unknown", op.name);
  return FALSE;
}

gboolean
weir_tflite_scope_convert (WeirTfliteScope *scope, GError **error)
{
  for (guint32 i = 0; i < scope->operators.count; i++) {
    if (!weir_tflite_cut_keeps (scope, i))
      continue;
    if (scope->cut != NULL)
      scope->cut->node = i;
    if (!convert_at (scope, i, error))
      return FALSE;
  }
  return TRUE;
}

/* Gives the inputs of a sub-graph their values, or takes those of the outputs. */
static gboolean
pass_values (WeirTfliteScope *scope, const WeirFlatVector *list, const WeirPort *inputs,
             WeirPort *outputs, guint n, GError **error)
{
  if (list->count != n)
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u %s, found %u", n,
                      inputs != NULL ? "inputs" : "outputs", list->count);
  for (guint i = 0; i < n; i++) {
    WeirTfliteTensor *tensor = weir_tflite_listed (scope, list, i);

    if (tensor == NULL) {
      g_propagate_error (error, g_steal_pointer (&scope->file->flat.error));
      return FALSE;
    }
    if (inputs != NULL)
      tensor->port = inputs[i];
    else
      outputs[i] = weir_tflite_value (scope, (gint32) (tensor - scope->tensors));
  }
  return weir_build_finish (&scope->builder, error);
}

gboolean
weir_tflite_call (WeirTfliteScope *caller, guint32 index, WeirGraph *graph,
                  const WeirPort *inputs, guint n_inputs, WeirPort *outputs,
                  guint n_outputs, GError **error)
{
  WeirTfliteScope scope;
  gboolean good;

  good = weir_tflite_scope_open (&scope, caller->file, index, graph, caller->depth + 1,
                                 error) &&
         pass_values (&scope, &scope.inputs, inputs, NULL, n_inputs, error) &&
         weir_tflite_scope_convert (&scope, error) &&
         pass_values (&scope, &scope.outputs, NULL, outputs, n_outputs, error);
  weir_tflite_scope_close (&scope);
  if (!good)
    g_prefix_error (error, "sub-graph %u: ", index);
  return good;
}
