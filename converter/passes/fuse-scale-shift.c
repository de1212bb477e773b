#include "list.h"

#include "constant-math.h"
#include "unfused.h"
#include "weights.h"

/* Moves Multiply and Add with constants for each channel into the layer beside them:
 *
 *   layer (x, w) * m  =  layer (x, w * m)                     m along the output channels
 *   layer (x * m, w)  =  layer (x, w * m)                     m along the input channels
 *   layer (x + a, w)  =  layer (x, w) + (sum of w * a)        where nothing is padded
 *
 * A layer that pads sees zeros at its border in place of the sum, so that there the third
 * would be another network: the Add then stays in front. The second is right with
 * padding, for a zero stays one. */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassWeights, weir_pass_weights_clear)

/* A Multiply or an Add of a constant and a value that only it reads. */
typedef struct {
  WeirPort data;
  WeirTensor *constant;
} Factor;

static void
factor_clear (Factor *factor)
{
  g_clear_pointer (&factor->constant, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Factor, factor_clear)

static gboolean
factor_init (const WeirGraph *graph, const WeirNode *node, Factor *factor)
{
  if (weir_node_string_is (node, "auto_broadcast", "pdpd") || weir_pass_is_unfused (node))
    return FALSE;
  for (guint i = 0; i < 2 && factor->constant == NULL; i++) {
    factor->constant = weir_pass_constant (graph, node->inputs[i]);
    factor->data = node->inputs[1 - i];
  }
  return factor->constant != NULL;
}

static gboolean
multiply_after (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Factor) factor = { 0 };
  g_auto (WeirPassWeights) weights = { 0 };
  const WeirNode *layer;
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *scaled;
  WeirPort port;

  if (!factor_init (graph, node, &factor) || weir_graph_n_uses (graph, factor.data) != 1)
    return TRUE;
  layer = weir_graph_node (graph, factor.data.node);
  if (!weir_pass_weights (graph, layer, &weights) ||
      !weir_pass_weights_along (&weights, factor.constant,
                                layer->outputs[0].info.shape.rank,
                                weights.groups * weights.outputs))
    return TRUE;
  scaled = weir_pass_weights_scale (&weights, factor.constant, FALSE);
  if (scaled == NULL)
    return TRUE;
  port = weir_pass_weights_rebuild (&builder, layer, layer->inputs[0], scaled);
  return weir_pass_finish (&builder, node, port, changed, error);
}

/* Whether the constant belongs to the channels of the value, and leaves its shape. */
static gboolean
factor_suits (const WeirGraph *graph, const WeirPassWeights *weights,
              const Factor *factor, gsize channels)
{
  const WeirShape *shape = weir_graph_shape (graph, factor->data);

  return weir_pass_weights_along (weights, factor->constant, shape->rank, channels) &&
         weir_pass_broadcasts_into (weir_tensor_shape (factor->constant), shape);
}

/* What is done with the input of @layer, along its channels, for it alone. */
static gboolean
before_init (const WeirGraph *graph, const WeirNode *layer, const char *op,
             WeirPassWeights *weights, Factor *factor)
{
  const WeirNode *node = weir_match_input (graph, layer, 0, op);

  return node != NULL && weir_graph_n_uses (graph, layer->inputs[0]) == 1 &&
         factor_init (graph, node, factor) && weir_pass_weights (graph, layer, weights) &&
         factor_suits (graph, weights, factor, weights->groups * weights->inputs);
}

static gboolean
multiply_before (WeirGraph *graph, WeirNode *layer, gboolean *changed, GError **error)
{
  g_auto (Factor) factor = { 0 };
  g_auto (WeirPassWeights) weights = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *scaled;
  WeirPort port;

  if (!before_init (graph, layer, "Multiply", &weights, &factor))
    return TRUE;
  scaled = weir_pass_weights_scale (&weights, factor.constant, TRUE);
  if (scaled == NULL)
    return TRUE;
  port = weir_pass_weights_rebuild (&builder, layer, factor.data, scaled);
  return weir_pass_finish (&builder, layer, port, changed, error);
}

/* The Multiply in front of an Add that stays. */
static gboolean
multiply_before_add (WeirGraph *graph, WeirNode *layer, gboolean *changed, GError **error)
{
  g_auto (Factor) shift = { 0 }, scale = { 0 };
  g_auto (WeirPassWeights) weights = { 0 };
  g_autoptr (WeirTensor) moved = NULL, scaled = NULL;
  g_autofree char *name = g_strconcat (layer->name, "/shift", NULL);
  const WeirNode *add = weir_match_input (graph, layer, 0, "Add"), *multiply;
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (!before_init (graph, layer, "Add", &weights, &shift))
    return TRUE;
  multiply = weir_match (graph, shift.data, "Multiply");
  if (multiply == NULL || weir_graph_n_uses (graph, shift.data) != 1 ||
      !factor_init (graph, multiply, &scale) ||
      !factor_suits (graph, &weights, &scale, weights.groups * weights.inputs))
    return TRUE;
  moved = weir_pass_join (shift.constant, scale.constant, weir_pass_ratio);
  scaled = weir_pass_weights_scale (&weights, scale.constant, TRUE);
  if (moved == NULL || scaled == NULL || !weir_pass_is_finite (moved))
    return TRUE;
  port = weir_build_constant (&builder, name, g_steal_pointer (&moved));
  port = weir_build2 (&builder, "Add", add->name, scale.data, port);
  port = weir_pass_weights_rebuild (&builder, layer, port, g_steal_pointer (&scaled));
  return weir_pass_finish (&builder, layer, port, changed, error);
}

static gboolean
all_zero (const WeirNode *node, const char *attr)
{
  gsize n;
  const gint64 *values = weir_node_ints (node, attr, &n);

  for (gsize i = 0; i < n; i++)
    if (values[i] != 0)
      return FALSE;
  return TRUE;
}

/* Whether every result of @layer is a sum over all of its weights. */
static gboolean
sees_no_border (const WeirNode *layer, const WeirPassWeights *weights)
{
  if (weir_node_is (layer, "MatMul"))
    return TRUE;
  if (weights->inputs_first)
    return FALSE;
  if (weir_node_string_is (layer, "auto_pad", "valid"))
    return TRUE;
  if (!weir_node_string_is (layer, "auto_pad", "explicit"))
    return weights->inner == 1;
  return all_zero (layer, "pads_begin") && all_zero (layer, "pads_end");
}

static WeirTensor *
new_bias (const WeirPassWeights *weights, const WeirTensor *shift, int rank,
          WeirDtype dtype)
{
  g_autofree double *sums = weir_pass_weights_shift (weights, shift);
  gsize channels = weights->groups * weights->outputs;
  WeirShape shape = WEIR_SHAPE ((gint64) channels);
  WeirTensor *bias;

  if (weights->channel_axis == 1) {
    shape.rank = rank;
    for (int i = 0; i < rank; i++)
      shape.dims[i] = i == 1 ? (gint64) channels : 1;
  }
  bias = weir_tensor_new (dtype, &shape, NULL);
  for (gsize i = 0; bias != NULL && i < channels; i++)
    weir_dtype_store (dtype, weir_tensor_writable (bias), i, sums[i]);
  return bias;
}

static gboolean
add_before (WeirGraph *graph, WeirNode *layer, gboolean *changed, GError **error)
{
  g_auto (Factor) factor = { 0 };
  g_auto (WeirPassWeights) weights = { 0 };
  g_autofree char *bias_name = g_strconcat (layer->name, "/bias", NULL);
  g_autofree char *sum_name = g_strconcat (layer->name, "/shifted", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *bias;
  WeirPort port;

  if (!before_init (graph, layer, "Add", &weights, &factor) ||
      !sees_no_border (layer, &weights))
    return TRUE;
  bias = new_bias (&weights, factor.constant, weir_graph_shape (graph, factor.data)->rank,
                   layer->outputs[0].info.dtype);
  if (bias == NULL)
    return TRUE;
  port = weir_pass_weights_rebuild (&builder, layer, factor.data,
                                    weir_tensor_ref (weights.tensor));
  port = weir_build2 (&builder, "Add", sum_name, port,
                      weir_build_constant (&builder, bias_name, bias));
  return weir_pass_finish (&builder, layer, port, changed, error);
}

static const WeirRewrite rows[] = {
  { "Multiply", multiply_after },
  { "Convolution", multiply_before },
  { "Convolution", add_before },
  { "Convolution", multiply_before_add },
  { "GroupConvolution", multiply_before },
  { "GroupConvolution", add_before },
  { "GroupConvolution", multiply_before_add },
  { "ConvolutionBackpropData", multiply_before },
  { "ConvolutionBackpropData", multiply_before_add },
  { "GroupConvolutionBackpropData", multiply_before },
  { "GroupConvolutionBackpropData", multiply_before_add },
  { "MatMul", multiply_before },
  { "MatMul", add_before },
  { NULL },
};

/* What moves behind a layer meets what is there already: joined, it may move on. Each
 * turn takes a node from in front of a layer. */
gboolean
weir_pass_fuse_scale_shift (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  gboolean changed = !options->disable_fusing;

  while (changed) {
    changed = FALSE;
    if (!weir_rewrite_graph (weir_model_graph (model), rows, &changed, error) ||
        !weir_pass_merge_scale_shift (model, options, error))
      return FALSE;
  }
  return TRUE;
}
