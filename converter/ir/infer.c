#include "infer.h"

#include "base/error.h"
#include "edit.h"
#include "evaluate.h"
#include "partial.h"

#include <string.h>

/* Contents of at most so many elements are computed while shapes are inferred: enough for
 * every shape calculation, too little to cost anything. */
#define SMALL_VALUE 1024

static gboolean
check_arity (const WeirNode *node, GError **error)
{
  const WeirOp *op = node->op;

  if (node->n_inputs < op->min_inputs ||
      (op->max_inputs != WEIR_ANY_NUMBER && node->n_inputs > op->max_inputs))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u to %u inputs, found %u",
                      op->min_inputs, op->max_inputs, node->n_inputs);
  if (op->outputs != WEIR_ANY_NUMBER &&
      (node->n_outputs > op->outputs || (node->n_outputs == 0 && op->outputs > 0)))
    return weir_fail (error, WEIR_ERROR_FORMAT, "expected %u outputs, found %u",
                      op->outputs, node->n_outputs);
  return TRUE;
}

static gboolean
check_attrs (const WeirNode *node, GError **error)
{
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++) {
    if (!weir_attr_row_in (&rows[i], node->version))
      continue;
    if (rows[i].fallback == NULL && !node->attrs[i].set)
      return weir_fail (error, WEIR_ERROR_FORMAT, "attribute '%s' is missing",
                        rows[i].name);
    if (node->attrs[i].set && !weir_attr_check (&rows[i], &node->attrs[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_small (const WeirValueInfo *info)
{
  gsize count;

  return weir_shape_is_static (&info->shape) &&
         weir_shape_count (&info->shape, &count, NULL) && count <= SMALL_VALUE;
}

static gboolean
can_compute (const WeirNode *node, const WeirValueInfo *inputs,
             const WeirValueInfo *outputs)
{
  if (node->op->evaluate == NULL || node->n_inputs == 0 || node->n_outputs == 0 ||
      (node->op->flags & (WEIR_OP_STATEFUL | WEIR_OP_BODY)) != 0)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (inputs[i].value == NULL)
      return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    if (outputs[i].value != NULL || !is_small (&outputs[i]))
      return FALSE;
  return TRUE;
}

static gboolean
compute (WeirNode *node, const WeirValueInfo *inputs, WeirValueInfo *outputs,
         GError **error)
{
  g_autofree WeirTensor **in = g_new0 (WeirTensor *, node->n_inputs);
  g_autofree WeirTensor **out = g_new0 (WeirTensor *, node->n_outputs);

  for (guint i = 0; i < node->n_inputs; i++)
    in[i] = inputs[i].value;
  if (!weir_node_evaluate (node, in, out, NULL, error))
    return FALSE;
  for (guint i = 0; i < node->n_outputs; i++) {
    outputs[i].value = out[i];
    outputs[i].dtype = weir_tensor_dtype (out[i]);
    outputs[i].shape = *weir_tensor_shape (out[i]);
  }
  return TRUE;
}

static void
take_outputs (WeirNode *node, WeirValueInfo *outputs)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    weir_tensor_unref (node->outputs[i].info.value);
    node->outputs[i].info = outputs[i];
  }
}

/* A shape must be one that memory could hold, as far as it is known: sums and products of
 * a few of its sizes then stay far from the end of the numbers. */
static gboolean
check_sizes (const WeirNode *node, const WeirValueInfo *outputs, GError **error)
{
  for (guint i = 0; i < node->n_outputs; i++) {
    const WeirShape *shape = &outputs[i].shape;
    gsize count;

    if (weir_shape_is_static (shape) && !weir_shape_count (shape, &count, error))
      return FALSE;
    for (int d = 0; d < shape->rank; d++)
      if (shape->dims[d] > (gint64) WEIR_MAX_TENSOR_BYTES)
        return weir_fail (error, WEIR_ERROR_LIMIT,
                          "output %u: dimension %d of %" G_GINT64_FORMAT
                          " has too many elements",
                          i, d, shape->dims[d]);
  }
  return TRUE;
}

static gboolean
node_infer (WeirGraph *graph, WeirNode *node, WeirValueInfo *inputs,
            WeirValueInfo *outputs, GError **error)
{
  WeirInfer infer = { .node = node,
                      .inputs = inputs,
                      .n_inputs = node->n_inputs,
                      .outputs = outputs,
                      .n_outputs = node->n_outputs };

  if (!check_arity (node, error) || !check_attrs (node, error))
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = *weir_graph_info (graph, node->inputs[i]);
  for (guint i = 0; i < node->n_outputs; i++)
    outputs[i].shape = WEIR_SHAPE_UNKNOWN;
  if (!node->op->infer (&infer, error) || !check_sizes (node, outputs, error))
    return FALSE;
  if (can_compute (node, inputs, outputs))
    return compute (node, inputs, outputs, error);
  weir_partial_infer (node, inputs, outputs);
  return TRUE;
}

gboolean
weir_node_infer (WeirGraph *graph, WeirNode *node, GError **error)
{
  g_autofree WeirValueInfo *inputs = g_new0 (WeirValueInfo, MAX (node->n_inputs, 1));
  g_autofree WeirValueInfo *outputs = g_new0 (WeirValueInfo, MAX (node->n_outputs, 1));

  if (!node_infer (graph, node, inputs, outputs, error)) {
    for (guint i = 0; i < node->n_outputs; i++)
      weir_tensor_unref (outputs[i].value);
    g_prefix_error (error, "node '%s' (%s): ", node->name, node->op->name);
    return FALSE;
  }
  take_outputs (node, outputs);
  return TRUE;
}

gboolean
weir_graph_infer (WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);

  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (!weir_node_infer (graph, node, error))
      return FALSE;
  }
  return TRUE;
}

void
weir_graph_set_shape (WeirNode *parameter, const WeirShape *shape)
{
  g_autofree char *text = weir_shape_to_string (shape);

  g_return_if_fail (weir_node_is (parameter, "Parameter"));
  text[strlen (text) - 1] = '\0';
  weir_node_set_string (parameter, "shape", text + 1);
}
