#include "families.h"
#include "operator.h"

/* Sub-graphs that are chosen or repeated. Their values pass as real numbers. */

enum { IF_THEN, IF_ELSE };
enum { WHILE_CONDITION, WHILE_BODY };

/* The inputs from @first on, in an array to be freed. */
static WeirPort *
inputs_from (WeirTfliteOp *op, guint first, guint *n)
{
  guint count = weir_tflite_n_inputs (op);
  WeirPort *ports = g_new0 (WeirPort, MAX (count, 1));

  *n = count > first ? count - first : 0;
  for (guint i = 0; i < *n; i++)
    ports[i] = weir_tflite_input (op, first + i);
  return ports;
}

/* A parameter of @body for each of @ports, which are the node's inputs from @first on. */
static WeirPort *
add_parameters (WeirTfliteOp *op, WeirBuilder *inside, WeirBody *body,
                const WeirPort *ports, guint n, guint first)
{
  WeirPort *parameters = g_new0 (WeirPort, MAX (n, 1));

  for (guint i = 0; i < n; i++) {
    WeirPortMap map = { .external = first + i, .internal = i, .axis = -1 };
    WeirShape shape = weir_tflite_shape (op, ports[i]);

    parameters[i] = weir_build_parameter (inside, weir_tflite_name (op, "parameter"),
                                          weir_tflite_dtype (op, ports[i]), &shape);
    g_array_append_val (body->inputs, map);
  }
  return parameters;
}

static void
add_results (WeirTfliteOp *op, WeirBuilder *inside, WeirBody *body, const WeirPort *ports,
             guint n)
{
  for (guint i = 0; i < n; i++) {
    WeirPortMap map = { .external = i, .internal = i, .axis = -1 };

    weir_build_result (inside, weir_tflite_name (op, "result"), ports[i]);
    g_array_append_val (body->outputs, map);
  }
}

/* Runs sub-graph @index within @inside on @inputs. */
static gboolean
call (WeirTfliteOp *op, WeirBuilder *inside, gint32 index, const WeirPort *inputs,
      guint n_inputs, WeirPort *outputs, guint n_outputs)
{
  if (weir_build_failed (inside) || weir_build_failed (op->builder))
    return FALSE;
  return weir_tflite_call (op->scope, (guint32) index, inside->graph, inputs, n_inputs,
                           outputs, n_outputs, &inside->error);
}

static void
set_outputs (WeirTfliteOp *op, WeirNode *node, guint n)
{
  if (weir_port_is_none (weir_tflite_end (op, node)))
    return;
  for (guint i = 0; i < n; i++)
    weir_tflite_set_output (op, i, WEIR_PORT (node, i));
}

/* A body's error becomes the operator's. */
static void
take_error (WeirTfliteOp *op, WeirBuilder *inside)
{
  if (inside->error != NULL && op->builder->error == NULL)
    op->builder->error = g_steal_pointer (&inside->error);
  g_clear_error (&inside->error);
}

static void
add_branch (WeirTfliteOp *op, WeirNode *node, gint32 index, const WeirPort *ports,
            guint n)
{
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder inside = WEIR_BUILDER (body->graph);
  guint n_outputs = weir_tflite_n_outputs (op);
  g_autofree WeirPort *parameters = add_parameters (op, &inside, body, ports, n, 1);
  g_autofree WeirPort *results = g_new0 (WeirPort, MAX (n_outputs, 1));

  if (call (op, &inside, index, parameters, n, results, n_outputs))
    add_results (op, &inside, body, results, n_outputs);
  take_error (op, &inside);
}

static WeirPort
if_then_else (WeirTfliteOp *op)
{
  guint n, n_outputs = weir_tflite_n_outputs (op);
  g_autofree WeirPort *ports = inputs_from (op, 0, &n);
  WeirNode *node = weir_build_begin_outputs (
      op->builder, "If", weir_tflite_name (op, "If"), ports, n, n_outputs);

  if (n == 0)
    return weir_build_fail (op->builder, WEIR_ERROR_FORMAT, "there is no condition");
  for (guint slot = IF_THEN; slot <= IF_ELSE && !weir_build_failed (op->builder); slot++)
    add_branch (op, node, weir_flat_i32 (&op->options, slot, 0), ports + 1, n - 1);
  set_outputs (op, node, n_outputs);
  return WEIR_PORT_NONE;
}

/* The IR asks for the condition after each run: the body ends with the sub-graph that
 * computes it, which also stands in front of the loop. */
static void
add_loop_body (WeirTfliteOp *op, WeirNode *node, const WeirPort *ports, guint n)
{
  gint32 condition = weir_flat_i32 (&op->options, WHILE_CONDITION, 0);
  gint32 index = weir_flat_i32 (&op->options, WHILE_BODY, 0);
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder inside = WEIR_BUILDER (body->graph);
  g_autofree WeirPort *parameters = add_parameters (op, &inside, body, ports, n, 2);
  g_autofree WeirPort *results = g_new0 (WeirPort, MAX (n, 1));
  WeirPort go_on;

  if (call (op, &inside, index, parameters, n, results, n)) {
    add_results (op, &inside, body, results, n);
    for (guint i = 0; i < n; i++) {
      WeirBackEdge edge = { .from = i, .to = i };
      g_array_append_val (body->back_edges, edge);
    }
    if (call (op, &inside, condition, results, n, &go_on, 1))
      weir_build_result (&inside, weir_tflite_name (op, "condition"), go_on);
    body->condition = (int) n;
  }
  take_error (op, &inside);
}

static WeirPort
while_loop (WeirTfliteOp *op)
{
  gint32 condition = weir_flat_i32 (&op->options, WHILE_CONDITION, 0);
  guint n;
  g_autofree WeirPort *ports = inputs_from (op, 0, &n);
  g_autofree WeirPort *inputs = g_new0 (WeirPort, n + 2);
  WeirNode *node;

  inputs[0] = weir_tflite_int (op, -1);
  if (!call (op, op->builder, condition, ports, n, &inputs[1], 1))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < n; i++)
    inputs[i + 2] = ports[i];
  node = weir_build_begin_outputs (op->builder, "Loop", weir_tflite_name (op, "Loop"),
                                   inputs, n + 2, n);
  if (node != NULL)
    add_loop_body (op, node, ports, n);
  set_outputs (op, node, n);
  return WEIR_PORT_NONE;
}

const WeirTfliteRow weir_tflite_ops_control[] = {
  { "IF", 118, OPTIONS_IF, TFL_BODIES, if_then_else },
  { "WHILE", 119, OPTIONS_WHILE, TFL_BODIES, while_loop },
  { NULL },
};
