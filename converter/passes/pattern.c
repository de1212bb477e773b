#include "pattern.h"

const WeirNode *
weir_pass_pattern_take (WeirPassPattern *pattern, WeirPort port, const char *op)
{
  const WeirNode *node = weir_match (pattern->graph, port, op);

  if (node == NULL || pattern->n == WEIR_PASS_MAX_PATTERN)
    return NULL;
  pattern->nodes[pattern->n++] = node;
  return node;
}

static gboolean
holds (const WeirPassPattern *pattern, WeirNodeId id)
{
  for (guint i = 0; i < pattern->n; i++)
    if (pattern->nodes[i]->id == id)
      return TRUE;
  return FALSE;
}

gboolean
weir_pass_pattern_is_private (const WeirPassPattern *pattern, const WeirNode *root)
{
  for (guint i = 0; i < pattern->n; i++) {
    const GArray *uses = pattern->nodes[i]->outputs[0].uses;

    for (guint u = 0; u < uses->len && pattern->nodes[i] != root; u++) {
      WeirNodeId reader = g_array_index (uses, WeirUse, u).node;
      if (reader != root->id && !holds (pattern, reader))
        return FALSE;
    }
  }
  return TRUE;
}

gboolean
weir_pass_pattern_with_scalar (WeirPassPattern *pattern, WeirPort port, const char *op,
                               WeirPort *value, double *scalar)
{
  guint n = pattern->n;
  const WeirNode *node = weir_pass_pattern_take (pattern, port, op);

  for (guint i = 2; node != NULL && i-- > (weir_node_is (node, "Power") ? 1 : 0);)
    if (weir_pass_scalar (pattern->graph, node, i, scalar)) {
      *value = node->inputs[1 - i];
      return TRUE;
    }
  pattern->n = n;
  return FALSE;
}

static gboolean
power (WeirPassPattern *pattern, WeirPort port, double exponent, WeirPort *value)
{
  guint n = pattern->n;
  double found;

  if (weir_pass_pattern_with_scalar (pattern, port, "Power", value, &found) &&
      found == exponent)
    return TRUE;
  pattern->n = n;
  return FALSE;
}

gboolean
weir_pass_pattern_square (WeirPassPattern *pattern, WeirPort port, WeirPort *value)
{
  guint n = pattern->n;
  const WeirNode *node;

  if (power (pattern, port, 2, value))
    return TRUE;
  node = weir_pass_pattern_take (pattern, port, "Multiply");
  if (node != NULL && weir_port_equal (node->inputs[0], node->inputs[1])) {
    *value = node->inputs[0];
    return TRUE;
  }
  pattern->n = n;
  return FALSE;
}

gboolean
weir_pass_pattern_root (WeirPassPattern *pattern, WeirPort port, WeirPort *value)
{
  const WeirNode *node;

  if (power (pattern, port, 0.5, value))
    return TRUE;
  node = weir_pass_pattern_take (pattern, port, "Sqrt");
  if (node != NULL)
    *value = node->inputs[0];
  return node != NULL;
}

/* v, or what v is the root of. */
static void
look_under_root (WeirPassPattern *pattern, WeirPort *value, gboolean *is_root)
{
  WeirPort inner;

  *is_root = weir_pass_pattern_root (pattern, *value, &inner);
  if (*is_root)
    *value = inner;
}

gboolean
weir_pass_pattern_inverse (WeirPassPattern *pattern, WeirPort port, WeirPort *value,
                           gboolean *is_root)
{
  guint n = pattern->n;
  const WeirNode *node;
  double one;

  *is_root = TRUE;
  if (power (pattern, port, -0.5, value))
    return TRUE;
  if (power (pattern, port, -1, value)) {
    look_under_root (pattern, value, is_root);
    return TRUE;
  }
  node = weir_pass_pattern_take (pattern, port, "Divide");
  if (node != NULL && weir_pass_scalar (pattern->graph, node, 0, &one) && one == 1) {
    *value = node->inputs[1];
    look_under_root (pattern, value, is_root);
    return TRUE;
  }
  pattern->n = n;
  return FALSE;
}

gboolean
weir_pass_pattern_quotient (WeirPassPattern *pattern, const WeirNode *root,
                            WeirPort *dividend, WeirPort *value, gboolean *is_root)
{
  if (weir_node_is (root, "Divide")) {
    *dividend = root->inputs[0];
    *value = root->inputs[1];
    look_under_root (pattern, value, is_root);
    return TRUE;
  }
  for (guint i = 0; weir_node_is (root, "Multiply") && i < 2; i++)
    if (weir_pass_pattern_inverse (pattern, root->inputs[i], value, is_root)) {
      *dividend = root->inputs[1 - i];
      return TRUE;
    }
  return FALSE;
}

gboolean
weir_pass_pattern_reduce (WeirPassPattern *pattern, WeirPort port, const char *op,
                          WeirPort *value, WeirPort *axes)
{
  guint n = pattern->n;
  const WeirNode *node = weir_pass_pattern_take (pattern, port, op);
  gint64 values[2 * WEIR_MAX_RANK];
  gsize count;

  if (node == NULL)
    return FALSE;
  *value = node->inputs[0];
  *axes = node->inputs[1];
  if (weir_node_bool (node, "keep_dims") &&
      weir_pass_axes (pattern->graph, node, 1,
                      weir_graph_shape (pattern->graph, *value)->rank, values, &count) &&
      count > 0)
    return TRUE;
  pattern->n = n;
  return FALSE;
}

static gboolean
axes_mask (const WeirPassPattern *pattern, WeirPort port, int rank, guint *mask)
{
  g_autoptr (WeirTensor) tensor = weir_pass_constant (pattern->graph, port);

  *mask = 0;
  for (gsize i = 0; tensor != NULL && i < weir_tensor_count (tensor); i++) {
    int axis;

    if (!weir_shape_axis (weir_tensor_get_int (tensor, i), rank, &axis, NULL))
      return FALSE;
    *mask |= 1u << axis;
  }
  return tensor != NULL;
}

gboolean
weir_pass_pattern_same_axes (const WeirPassPattern *pattern, WeirPort a, WeirPort b,
                             int rank)
{
  guint mask_a, mask_b;

  return axes_mask (pattern, a, rank, &mask_a) && axes_mask (pattern, b, rank, &mask_b) &&
         mask_a == mask_b;
}
