#include "list.h"

#include "base/checked.h"
#include "ir/edit.h"
#include "ir/evaluate.h"
#include "rewrite.h"

/* Computes nodes on constants. A small file must not grow large by it: an output may take
 * WEIR_FOLD_BYTES or four times what went in, and all together four times the constants
 * that there were and WEIR_BUDGET_BASE. */

#define GROWTH 4
/* Multiplications that one node may cost, unless its work is linear in its elements. */
#define MAX_WORK ((gsize) 1 << 28)
/* Inputs of this size may be folded without knowing how large the output will be. */
#define SMALL_INPUT ((gsize) 64 << 10)

typedef struct {
  gboolean all;
  gboolean shapes; /* what is known from shapes of inputs, too */
  gsize left;      /* bytes that constants may still grow by */
} Fold;

/* Nothing that has to be quantised at run time is, or how it was would be forgotten. */
static const char *const kept_ops[] = { "FakeQuantize", "FakeConvert", NULL };

static const char *const linear_ops[] = {
  "Broadcast",     "Concat",       "Convert", "ConvertLike",  "DepthToSpace",
  "Gather",        "GatherND",     "Pad",     "Range",        "Reshape",
  "Select",        "ShapeOf",      "Slice",   "SpaceToDepth", "Split",
  "Squeeze",       "StridedSlice", "Tile",    "Transpose",    "Unsqueeze",
  "VariadicSplit", "Reverse",      NULL
};

static gsize
value_bytes (const WeirTensor *value)
{
  return value != NULL ? weir_tensor_size (value) : 0;
}

static gboolean
is_zero (const WeirTensor *tensor)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    if (weir_tensor_get (tensor, i) != 0)
      return FALSE;
  return TRUE;
}

/* Weights of eight bits and less stay small; who runs them wants them so. Zero points
 * that are all zero are none. */
static gboolean
is_expansion (const WeirGraph *graph, const WeirNode *node)
{
  WeirDtype from;
  WeirTensor *value;

  if (!weir_node_is (node, "Convert") || node->n_inputs != 1)
    return FALSE;
  from = weir_graph_dtype (graph, node->inputs[0]);
  if (!weir_dtype_is_integer (from) || weir_dtype_bits (from) > 8 ||
      !weir_dtype_is_float (node->outputs[0].info.dtype) ||
      weir_shape_equal (weir_graph_shape (graph, node->inputs[0]), &WEIR_SHAPE_SCALAR))
    return FALSE;
  value = weir_match_constant (graph, node, 0);
  return value == NULL || !is_zero (value);
}

static gboolean
is_candidate (const Fold *fold, const WeirGraph *graph, const WeirNode *node)
{
  if (node->n_inputs == 0 || node->n_outputs == 0 || node->op->evaluate == NULL ||
      (node->op->flags & (WEIR_OP_STATEFUL | WEIR_OP_BODY)) != 0 ||
      g_strv_contains (kept_ops, node->op->name))
    return FALSE;
  return !is_expansion (graph, node) && (fold->all || !weir_pass_is_decompression (node));
}

static gboolean
is_linear (const WeirNode *node)
{
  return (node->op->flags & (WEIR_OP_UNARY | WEIR_OP_BINARY)) != 0 ||
         g_strv_contains (linear_ops, node->op->name);
}

/* Whether the outputs are small enough for what the inputs are. */
static gboolean
fits (const Fold *fold, const WeirGraph *graph, const WeirNode *node)
{
  gsize in = 0, out = 0, largest = 1, count = 0, bytes, work;

  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirValueInfo *info = weir_node_input_info (graph, node, i);

    in += value_bytes (info->value);
    largest = MAX (largest, weir_tensor_count (info->value));
  }
  for (guint i = 0; i < node->n_outputs; i++) {
    const WeirValueInfo *info = &node->outputs[i].info;

    if (!weir_shape_is_static (&info->shape))
      return in <= SMALL_INPUT;
    if (!weir_tensor_bytes (info->dtype, &info->shape, &bytes, NULL) ||
        !weir_add_size (out, bytes, &out))
      return FALSE;
    count += weir_shape_elements (&info->shape);
  }
  if (!is_linear (node) && (!weir_mul_size (count, largest, &work) || work > MAX_WORK))
    return FALSE;
  return out <= MAX (WEIR_FOLD_BYTES, GROWTH * in) && out <= fold->left;
}

static gboolean
inputs_are_constant (const WeirGraph *graph, const WeirNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (weir_match_input (graph, node, i, "Constant") == NULL)
      return FALSE;
  return TRUE;
}

/* The contents of the outputs; FALSE where they cannot be had: the node then stays. */
static gboolean
compute (const WeirGraph *graph, const WeirNode *node, WeirTensor **values)
{
  g_autofree WeirTensor **inputs = g_new0 (WeirTensor *, node->n_inputs);

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = weir_node_input_info (graph, node, i)->value;
  return weir_node_evaluate (node, inputs, values, NULL, NULL);
}

static gboolean
known_values (const WeirNode *node, WeirTensor **values)
{
  for (guint i = 0; i < node->n_outputs; i++)
    if (node->outputs[i].info.value == NULL)
      return FALSE;
  for (guint i = 0; i < node->n_outputs; i++)
    values[i] = weir_tensor_ref (node->outputs[i].info.value);
  return TRUE;
}

static gsize
bytes_set_free (const WeirGraph *graph, const WeirNode *node)
{
  gsize bytes = 0;

  for (guint i = 0; i < node->n_inputs; i++)
    if (weir_match_input (graph, node, i, "Constant") != NULL &&
        weir_graph_n_uses (graph, node->inputs[i]) == 1)
      bytes += value_bytes (weir_node_input_info (graph, node, i)->value);
  return bytes;
}

static gboolean
replace_output (WeirGraph *graph, WeirNode *node, guint index, WeirTensor *value,
                GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree char *name =
      index == 0 ? g_strdup (node->name) : g_strdup_printf ("%s.%u", node->name, index);
  WeirPort port;

  if (weir_graph_n_uses (graph, WEIR_PORT (node, index)) == 0)
    return TRUE;
  port = weir_build_constant (&builder, name, weir_tensor_ref (value));
  if (!weir_build_finish (&builder, error))
    return FALSE;
  weir_edit_bypass (graph, WEIR_PORT (node, index), port);
  return TRUE;
}

static gboolean
fold_node (Fold *fold, WeirGraph *graph, WeirNode *node, GError **error)
{
  g_autofree WeirTensor **values = g_new0 (WeirTensor *, MAX (node->n_outputs, 1));
  gboolean good = TRUE;

  if (!is_candidate (fold, graph, node))
    return TRUE;
  if (!(fold->shapes && known_values (node, values)) &&
      !(inputs_are_constant (graph, node) && fits (fold, graph, node) &&
        compute (graph, node, values)))
    return TRUE;
  fold->left += bytes_set_free (graph, node);
  for (guint i = 0; i < node->n_outputs; i++) {
    good = good && replace_output (graph, node, i, values[i], error);
    fold->left -= MIN (fold->left, value_bytes (values[i]));
    weir_tensor_unref (values[i]);
  }
  weir_edit_remove_unused (graph, node);
  return good;
}

static gboolean
fold_graph (Fold *fold, WeirGraph *graph, GError **error)
{
  g_autoptr (GArray) order = weir_graph_order (graph, error);

  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    WeirNode *node = weir_graph_node (graph, g_array_index (order, WeirNodeId, i));

    if (node == NULL)
      continue;
    for (guint b = 0; b < node->n_bodies; b++)
      if (!fold_graph (fold, node->bodies[b].graph, error))
        return FALSE;
    if (!fold_node (fold, graph, node, error))
      return FALSE;
  }
  return TRUE;
}

static gsize
constant_bytes (const WeirGraph *graph)
{
  gsize bytes = 0;

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (weir_node_is (node, "Constant"))
      bytes += value_bytes (node->outputs[0].info.value);
    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      bytes += constant_bytes (node->bodies[b].graph);
  }
  return bytes;
}

static gboolean
fold_model (WeirModel *model, gboolean all, gboolean shapes, GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  Fold fold = { .all = all,
                .shapes = shapes,
                .left = GROWTH * constant_bytes (graph) + WEIR_BUDGET_BASE };

  return fold_graph (&fold, graph, error);
}

gboolean
weir_pass_fold_constants (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  return fold_model (model, FALSE, options->static_shape, error);
}

gboolean
weir_pass_fold_all (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return fold_model (model, TRUE, TRUE, error);
}
