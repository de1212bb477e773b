#include "transpose-rules.h"

/* Finding the rule of an operation, and the rule of those that work element by element.
 */

WeirPassRelation
weir_pass_frame_all_same (WeirPassFrame *frame, guint inputs)
{
  const WeirNode *node = frame->node;
  const WeirPassOrder *order = NULL;

  for (guint i = 0; i < inputs; i++)
    if (frame->in[i].rank > 0)
      order = &frame->in[i];
  for (guint i = 0; i < node->n_outputs; i++)
    if (frame->out[i].rank > 0)
      order = &frame->out[i];
  if (order == NULL)
    return WEIR_PASS_PARTIAL;
  for (guint i = 0; i < inputs; i++) {
    if (weir_graph_shape (frame->graph, node->inputs[i])->rank != order->rank)
      return WEIR_PASS_BARRIER;
    frame->in[i] = *order;
  }
  for (guint i = 0; i < node->n_outputs; i++) {
    if (node->outputs[i].info.shape.rank != order->rank)
      return WEIR_PASS_BARRIER;
    frame->out[i] = *order;
  }
  return WEIR_PASS_COMPLETE;
}

WeirNode *
weir_pass_frame_rebuild (const WeirPassFrame *frame, WeirBuilder *builder,
                         const WeirPort *inputs)
{
  return weir_build_begin_like (builder, frame->node, frame->node->name, inputs,
                                frame->node->n_inputs);
}

gboolean
weir_pass_frame_outputs (WeirBuilder *builder, WeirNode *node, WeirPort *outputs)
{
  weir_build_end (builder, node);
  for (guint i = 0; !weir_build_failed (builder) && i < node->n_outputs; i++)
    outputs[i] = WEIR_PORT (node, i);
  return !weir_build_failed (builder);
}

static gboolean
has_one_element (const WeirShape *shape)
{
  return weir_shape_is_static (shape) && weir_shape_elements (shape) == 1;
}

/* A constant operand that is transposed when the node is. */
static gboolean
suits (const WeirPassFrame *frame, const WeirNode *constant, int rank)
{
  const WeirValueInfo *info = &constant->outputs[0].info;

  return info->shape.rank <= rank && weir_dtype_size (info->dtype) > 0 &&
         (!weir_node_is (frame->node, "PRelu") || info->shape.rank <= 1 ||
          info->shape.rank == rank);
}

/* The rank of the whole, and an order where one of its operands or its result has one. */
static const WeirPassOrder *
known_order (const WeirPassFrame *frame, int rank)
{
  if (frame->out[0].rank > 0)
    return &frame->out[0];
  for (guint i = 0; i < frame->node->n_inputs; i++)
    if (frame->in[i].rank == rank)
      return &frame->in[i];
  return NULL;
}

static WeirPassRelation
relate_elements (WeirPassFrame *frame, gconstpointer detail)
{
  const WeirNode *node = frame->node;
  int rank = node->outputs[0].info.shape.rank;
  const WeirPassOrder *known = known_order (frame, rank);
  WeirPassOrder order;

  (void) detail;
  if (rank < 2 || node->n_outputs != 1)
    return WEIR_PASS_BARRIER;
  if (known == NULL)
    return WEIR_PASS_PARTIAL;
  order = *known;
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirNode *from = weir_node_input (frame->graph, node, i);
    const WeirShape *shape = weir_graph_shape (frame->graph, node->inputs[i]);

    frame->in[i] = (WeirPassOrder){ 0 };
    if (weir_node_is (from, "Constant") ? !suits (frame, from, rank)
                                        : shape->rank != rank && !has_one_element (shape))
      return WEIR_PASS_BARRIER;
    if (!weir_node_is (from, "Constant") && shape->rank == rank)
      frame->in[i] = order;
  }
  frame->out[0] = order;
  return WEIR_PASS_COMPLETE;
}

/* A constant operand in the other form. One of lower rank stands at the last dimensions,
 * the slope of a PRelu at the second. */
static WeirPort
transpose_operand (const WeirPassFrame *frame, WeirBuilder *builder, guint index)
{
  const WeirNode *constant = weir_node_input (frame->graph, frame->node, index);
  WeirTensor *value = constant->outputs[0].info.value;
  const WeirShape *from = weir_tensor_shape (value);
  const WeirPassOrder *order = &frame->out[0];
  WeirShape full = { .rank = order->rank };
  g_autoptr (WeirTensor) expanded = NULL;
  gboolean slope = weir_node_is (frame->node, "PRelu") && from->rank == 1;

  if (weir_tensor_count (value) == 1)
    return frame->node->inputs[index];
  for (int i = 0; i < full.rank; i++) {
    int at = slope ? (i == 1 ? 0 : -1) : i - (full.rank - from->rank);
    full.dims[i] = at >= 0 ? from->dims[at] : 1;
  }
  expanded = weir_tensor_reshape (value, &full, &builder->error);
  if (expanded == NULL)
    return WEIR_PORT_NONE;
  return weir_build_constant (builder, constant->name,
                              weir_pass_order_tensor (expanded, order, &builder->error));
}

static gboolean
rebuild_elements (const WeirPassFrame *frame, WeirBuilder *builder, WeirPort *inputs,
                  WeirPort *outputs, gconstpointer detail)
{
  (void) detail;
  for (guint i = 0; i < frame->node->n_inputs; i++)
    if (weir_node_is (weir_node_input (frame->graph, frame->node, i), "Constant"))
      inputs[i] = transpose_operand (frame, builder, i);
  if (weir_build_failed (builder))
    return FALSE;
  return weir_pass_frame_outputs (
      builder, weir_pass_frame_rebuild (frame, builder, inputs), outputs);
}

const WeirPassTransposeRule weir_pass_transpose_elements = { NULL, relate_elements,
                                                             rebuild_elements, NULL };

/* Element by element too, but not so flagged: some have further inputs. */
static const char *const element_ops[] = {
  "Clamp", "Convert", "Elu",  "FakeQuantize", "Gelu", "HardSigmoid", "IsFinite", "IsInf",
  "IsNaN", "PRelu",   "Relu", "Select",       "Selu", "Swish",       NULL,
};

static gboolean
is_element_op (const WeirNode *node)
{
  if ((node->op->flags & WEIR_OP_BINARY) != 0)
    return !weir_node_string_is (node, "auto_broadcast", "pdpd");
  return (node->op->flags & WEIR_OP_UNARY) != 0 ||
         g_strv_contains (element_ops, node->op->name);
}

const WeirPassTransposeRule *
weir_pass_transpose_rule (const WeirNode *node)
{
  static const WeirPassTransposeRule *const tables[] = { weir_pass_transpose_axes,
                                                         weir_pass_transpose_ranks };

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const WeirPassTransposeRule *rule = tables[t]; rule->op != NULL; rule++)
      if (weir_node_is (node, rule->op))
        return rule;
  return is_element_op (node) ? &weir_pass_transpose_elements : NULL;
}
