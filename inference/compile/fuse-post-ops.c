#include "compiler.h"

#include "ir/match.h"

/* Bias, activations and a residual follow many operations: they are computed before the
 * result is stored, wherever a kernel of the group's device accepts that. */

typedef gboolean (*ReadActivation) (const WeirGraph *graph, const WeirNode *node,
                                    WeirActivation *activation);

static gboolean
read_leaky (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  WeirTensor *slopes = weir_match_constant (graph, node, 1);
  double slope;

  if (slopes == NULL || weir_tensor_dtype (slopes) != WEIR_DTYPE_F32)
    return FALSE;
  if (weir_match_scalar (graph, node, 1, &slope)) {
    a->kind = WEIR_ACT_LEAKY;
    a->alpha = (float) slope;
    return TRUE;
  }
  a->slopes = weir_tensor_ref (slopes);
  return weir_tensor_count (slopes) == (gsize) node->outputs[0].info.shape.dims[1];
}

static gboolean
read_clamp (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  (void) graph;
  a->alpha = (float) weir_node_float (node, "min");
  a->beta = (float) weir_node_float (node, "max");
  return TRUE;
}

static gboolean
read_swish (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  double beta = 1;

  if (node->n_inputs > 1 && !weir_match_scalar (graph, node, 1, &beta))
    return FALSE;
  a->alpha = (float) beta;
  return TRUE;
}

static gboolean
read_hard_sigmoid (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  double alpha, beta;

  if (!weir_match_scalar (graph, node, 1, &alpha) ||
      !weir_match_scalar (graph, node, 2, &beta))
    return FALSE;
  a->alpha = (float) alpha;
  a->beta = (float) beta;
  return TRUE;
}

static gboolean
read_h_sigmoid (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  (void) graph;
  (void) node;
  a->alpha = 1.0f / 6;
  a->beta = 0.5f;
  return TRUE;
}

static gboolean
read_elu (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  (void) graph;
  a->alpha = (float) weir_node_float (node, "alpha");
  return TRUE;
}

static gboolean
read_gelu (const WeirGraph *graph, const WeirNode *node, WeirActivation *a)
{
  (void) graph;
  (void) a;
  return node->version < 7 || weir_node_string_is (node, "approximation_mode", "erf");
}

static const struct {
  const char *op;
  WeirActivationKind kind;
  ReadActivation read;
} rows[] = {
  { "Relu", WEIR_ACT_RELU, NULL },
  { "PRelu", WEIR_ACT_PRELU, read_leaky },
  { "Clamp", WEIR_ACT_CLAMP, read_clamp },
  { "Sigmoid", WEIR_ACT_SIGMOID, NULL },
  { "Tanh", WEIR_ACT_TANH, NULL },
  { "Swish", WEIR_ACT_SWISH, read_swish },
  { "HSwish", WEIR_ACT_HSWISH, NULL },
  { "HSigmoid", WEIR_ACT_HSIGMOID, read_h_sigmoid },
  { "HardSigmoid", WEIR_ACT_HSIGMOID, read_hard_sigmoid },
  { "Elu", WEIR_ACT_ELU, read_elu },
  { "Gelu", WEIR_ACT_GELU, read_gelu },
  { "Mish", WEIR_ACT_MISH, NULL },
};

static gboolean
read_activation (const WeirGraph *graph, const WeirNode *node, WeirActivation *activation)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (!weir_node_is (node, rows[i].op))
      continue;
    *activation = (WeirActivation){ .kind = rows[i].kind };
    if (rows[i].read == NULL || rows[i].read (graph, node, activation))
      return TRUE;
    weir_tensor_unref (activation->slopes);
    break;
  }
  *activation = (WeirActivation){ 0 };
  return FALSE;
}

/* Where channels are: the last dimension of a product, else dimension 1. */
gboolean
compiler_is_a_channel (const WeirGroup *group, const WeirNode *node,
                       const WeirTensor *constant)
{
  const WeirShape *shape = &node->outputs[0].info.shape,
                  *c = weir_tensor_shape (constant);
  int axis = weir_node_is (group->node, "MatMul") ? shape->rank - 1 : 1;

  if (weir_tensor_dtype (constant) != WEIR_DTYPE_F32 || axis < 0 ||
      c->rank > shape->rank || weir_tensor_count (constant) != (gsize) shape->dims[axis])
    return FALSE;
  for (int i = 0; i < c->rank; i++)
    if (c->dims[i] != 1 && i + shape->rank - c->rank != axis)
      return FALSE;
  return TRUE;
}

static gboolean
same_kind (const WeirValueInfo *a, const WeirValueInfo *b)
{
  return a->dtype == b->dtype && weir_shape_is_static (&a->shape) &&
         weir_shape_equal (&a->shape, &b->shape);
}

/* One number, added to all elements of what an activation gave. */
static gboolean
add_offset (WeirGroup *group, const WeirTensor *constant)
{
  if (weir_tensor_dtype (constant) != WEIR_DTYPE_F32 ||
      weir_tensor_count (constant) != 1 || group->after.kind == WEIR_ACT_NONE)
    return FALSE;
  group->after.offset += (float) weir_tensor_get (constant, 0);
  return TRUE;
}

static gboolean
extend_by_add (Compiler *c, WeirGroup *group, const WeirNode *add, WeirPort from)
{
  const WeirGraph *graph = c->plan->graph;
  guint other = weir_port_equal (add->inputs[0], from) ? 1 : 0;
  WeirTensor *constant = weir_match_constant (graph, add, other);

  if (constant != NULL && group->after.kind != WEIR_ACT_NONE)
    return same_kind (weir_graph_info (graph, from), &add->outputs[0].info) &&
           add_offset (group, constant);
  if (constant != NULL) {
    if (group->bias != NULL || group->residual >= 0 || group->inner != NULL ||
        group->before.kind != WEIR_ACT_NONE ||
        !compiler_is_a_channel (group, add, constant))
      return FALSE;
    group->bias = weir_tensor_ref (constant);
    return TRUE;
  }
  if (group->residual >= 0 || add->inputs[0].node == add->inputs[1].node ||
      (group->inner != NULL && group->after.kind != WEIR_ACT_NONE) ||
      !same_kind (weir_node_input_info (graph, add, other), &add->outputs[0].info) ||
      !same_kind (weir_graph_info (graph, from), &add->outputs[0].info))
    return FALSE;
  group->residual = (int) group->n_inputs;
  group->inputs[group->n_inputs++] =
      c->ports[add->inputs[other].node][add->inputs[other].index];
  if (group->inner == NULL) {
    group->before = group->after;
    group->after = (WeirActivation){ 0 };
  }
  return TRUE;
}

static gboolean
extend (Compiler *c, WeirGroup *group, const WeirNode *node, WeirPort from)
{
  if (group->last != NULL && !compiler_begin_behind_rounding (group))
    return FALSE;
  if (weir_node_is (node, "FakeQuantize") && weir_port_equal (node->inputs[0], from))
    return compiler_fuse_rounding (c, group, node);
  if (weir_node_is (node, "Multiply") && weir_node_is_exact (group->node))
    return compiler_fuse_scale (c, group, node, from);
  if (weir_node_is (node, "Add") && node->n_inputs == 2)
    return extend_by_add (c, group, node, from);
  if (group->after.kind != WEIR_ACT_NONE || !weir_port_equal (node->inputs[0], from))
    return FALSE;
  return read_activation (c->plan->graph, node, &group->after);
}

static void
restore (WeirGroup *group, const WeirGroup *before)
{
  if (group->scale != before->scale)
    weir_tensor_unref (group->scale);
  if (group->bias != before->bias)
    weir_tensor_unref (group->bias);
  if (group->after.slopes != NULL && group->after.slopes != before->after.slopes)
    weir_tensor_unref (group->after.slopes);
  *group = *before;
}

void
compiler_fuse_post_ops (Compiler *c, WeirGroup *group, guint *position)
{
  guint device = compiler_prefers (c, group);
  WeirNode *last = weir_graph_node (c->plan->graph, group->node->id);

  while (last->n_outputs == 1) {
    WeirPort from = WEIR_PORT (last, 0);
    WeirNode *next = weir_match_only_use (c->plan->graph, from);
    WeirGroup before = *group;

    if (next == NULL || c->taken[next->id] || next->n_outputs != 1)
      return;
    if (!extend (c, group, next, from)) {
      restore (group, &before);
      return;
    }
    group->outputs[0] = c->ports[next->id][0];
    if (compiler_accepts (c, compiler_device (c, device), group) == NULL) {
      guint output = c->ports[last->id][0];
      restore (group, &before);
      group->outputs[0] = output;
      return;
    }
    c->taken[next->id] = TRUE;
    *position = MAX (*position, c->positions[next->id]);
    last = next;
  }
}
