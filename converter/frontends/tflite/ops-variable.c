#include "families.h"
#include "operator.h"

#include <string.h>

/* Variables: what the sub-graph of CALL_ONCE writes is their first value. Where the
 * network writes them, too, they are a state. */

enum { HANDLE_CONTAINER, HANDLE_NAME };

/* @value: what a read gives; @state: where the value of the run before comes from, or
 * none;
 * @is_written: by the network in this run */
typedef struct {
  WeirGraph *graph;
  WeirPort value, state;
  gboolean is_written;
} Variable;

void
weir_tflite_set_variable (WeirNode *node, const char *id, WeirDtype dtype,
                          const WeirShape *shape)
{
  g_autofree char *text = weir_shape_to_string (shape);

  weir_node_set_string (node, "variable_id", id);
  weir_node_set_dtype (node, "variable_type", dtype);
  text[strlen (text) - 1] = '\0';
  weir_node_set_string (node, "variable_shape", text + 1);
}

/* The handle names the variable; it is no value in the graph. */
static WeirPort
var_handle (WeirTfliteOp *op)
{
  const WeirTfliteTensor *output = weir_tflite_output_tensor (op, 0);
  g_autofree char *container = weir_flat_string (&op->options, HANDLE_CONTAINER);
  g_autofree char *name = weir_flat_string (&op->options, HANDLE_NAME);
  WeirTfliteTensor *tensor;

  if (output == NULL)
    return WEIR_PORT_NONE;
  tensor = &op->scope->tensors[output - op->scope->tensors];
  g_free (tensor->variable);
  tensor->variable = g_strconcat (container != NULL ? container : "", "/",
                                  name != NULL ? name : "", NULL);
  return WEIR_PORT_NONE;
}

/* (nullable): the name of the variable whose handle input 0 is. */
static const char *
handle_in (WeirTfliteOp *op)
{
  const WeirTfliteTensor *tensor = weir_tflite_tensor (op, 0);

  if (tensor != NULL && tensor->variable == NULL)
    weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                     "the handle '%s' of a variable comes from outside of the sub-graph",
                     tensor->name);
  return tensor != NULL ? tensor->variable : NULL;
}

static Variable *
find (WeirTfliteOp *op, const char *name)
{
  WeirTfliteFile *file = op->scope->file;
  Variable *variable;

  if (file->variables == NULL)
    file->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  variable = g_hash_table_lookup (file->variables, name);
  if (variable == NULL) {
    variable = g_new0 (Variable, 1);
    *variable = (Variable){ .graph = op->builder->graph,
                            .value = WEIR_PORT_NONE,
                            .state = WEIR_PORT_NONE };
    g_hash_table_insert (file->variables, g_strdup (name), variable);
  }
  if (variable->graph == op->builder->graph)
    return variable;
  weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                   "variable '%s' within a sub-graph that is chosen or repeated", name);
  return NULL;
}

static WeirPort
keep_state (WeirTfliteOp *op, const char *ir, const char *name, WeirPort value)
{
  WeirNode *node = weir_tflite_begin (op, ir, &value, 1);
  WeirShape shape = weir_tflite_shape (op, value);

  weir_tflite_set_variable (node, name, weir_tflite_dtype (op, value), &shape);
  return weir_tflite_end (op, node);
}

static WeirPort
read_variable (WeirTfliteOp *op)
{
  const char *name = handle_in (op);
  Variable *variable = name != NULL ? find (op, name) : NULL;

  if (variable == NULL)
    return WEIR_PORT_NONE;
  if (weir_port_is_none (variable->value))
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                            "variable '%s' has no first value", name);
  if (op->scope->file->variables_change && !op->scope->file->initialising &&
      weir_port_is_none (variable->state) && !variable->is_written)
    variable->value = variable->state =
        keep_state (op, "ReadValue", name, variable->value);
  return variable->value;
}

static WeirPort
assign_variable (WeirTfliteOp *op)
{
  const char *name = handle_in (op);
  Variable *variable = name != NULL ? find (op, name) : NULL;
  WeirPort value = weir_tflite_input (op, 1);

  if (variable == NULL)
    return WEIR_PORT_NONE;
  if (!weir_port_is_none (variable->state))
    keep_state (op, "Assign", name, value);
  variable->value = value;
  variable->is_written = !op->scope->file->initialising;
  return WEIR_PORT_NONE;
}

static WeirPort
call_once (WeirTfliteOp *op)
{
  gint32 index = weir_flat_i32 (&op->options, 0, 0);

  if (weir_build_failed (op->builder))
    return WEIR_PORT_NONE;
  op->scope->file->initialising = TRUE;
  weir_tflite_call (op->scope, (guint32) index, op->builder->graph, NULL, 0, NULL, 0,
                    &op->builder->error);
  op->scope->file->initialising = FALSE;
  return WEIR_PORT_NONE;
}

const WeirTfliteRow weir_tflite_ops_variable[] = {
  { "CALL_ONCE", 129, OPTIONS_CALL_ONCE, 0, call_once },
  { "VAR_HANDLE", 142, OPTIONS_VAR_HANDLE, 0, var_handle },
  { "READ_VARIABLE", BUILTIN_READ_VARIABLE, OPTIONS_NONE, 0, read_variable },
  { "ASSIGN_VARIABLE", BUILTIN_ASSIGN_VARIABLE, OPTIONS_NONE, 0, assign_variable },
  { NULL },
};
