#include "weights.h"

#include "constant-math.h"
#include "ir/infer.h"
#include "unfused.h"

#include <math.h>

typedef struct {
  const char *op;
  gboolean grouped, inputs_first;
} Kind;

static const Kind kinds[] = {
  { "Convolution", FALSE, FALSE },
  { "GroupConvolution", TRUE, FALSE },
  { "ConvolutionBackpropData", FALSE, TRUE },
  { "GroupConvolutionBackpropData", TRUE, TRUE },
};

static const Kind *
kind_of (const WeirNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (weir_node_is (node, kinds[i].op))
      return &kinds[i];
  return NULL;
}

static gboolean
convolution_init (const Kind *kind, const WeirShape *shape, WeirPassWeights *weights)
{
  int first = kind->grouped ? 1 : 0;
  gsize a, b;

  if (shape->rank < first + 3)
    return FALSE;
  a = (gsize) shape->dims[first];
  b = (gsize) shape->dims[first + 1];
  weights->groups = kind->grouped ? (gsize) shape->dims[0] : 1;
  weights->inputs_first = kind->inputs_first;
  weights->inputs = kind->inputs_first ? a : b;
  weights->outputs = kind->inputs_first ? b : a;
  weights->channel_axis = 1;
  weights->inner = 1;
  for (int i = first + 2; i < shape->rank; i++)
    weights->inner *= (gsize) shape->dims[i];
  return TRUE;
}

static gboolean
matmul_init (const WeirNode *node, const WeirShape *shape, WeirPassWeights *weights)
{
  if (shape->rank != 2 || weir_node_bool (node, "transpose_a"))
    return FALSE;
  weights->inputs_first = !weir_node_bool (node, "transpose_b");
  weights->groups = weights->inner = 1;
  weights->inputs = (gsize) shape->dims[weights->inputs_first ? 0 : 1];
  weights->outputs = (gsize) shape->dims[weights->inputs_first ? 1 : 0];
  weights->channel_axis = -1;
  return TRUE;
}

/* Sharing would end where one reader's weights change. */
static gboolean
used_once (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_graph_node (graph, port.node);

  if (weir_graph_n_uses (graph, port) != 1)
    return FALSE;
  return !weir_pass_is_decompression (node) ||
         weir_graph_n_uses (graph, node->inputs[0]) == 1;
}

gboolean
weir_pass_weights_form (const WeirNode *node, const WeirShape *shape,
                        WeirPassWeights *weights)
{
  const Kind *kind = kind_of (node);

  *weights = (WeirPassWeights){ 0 };
  if ((kind == NULL && !weir_node_is (node, "MatMul")) || node->n_inputs < 2)
    return FALSE;
  return kind != NULL ? convolution_init (kind, shape, weights)
                      : matmul_init (node, shape, weights);
}

gboolean
weir_pass_weights (const WeirGraph *graph, const WeirNode *node, WeirPassWeights *weights)
{
  g_autoptr (WeirTensor) tensor = NULL;

  if (node->n_inputs < 2 || weir_pass_is_unfused (node) ||
      !used_once (graph, node->inputs[1]))
    return FALSE;
  tensor = weir_pass_constant (graph, node->inputs[1]);
  if (tensor == NULL || !weir_dtype_is_float (weir_tensor_dtype (tensor)) ||
      weir_tensor_count (tensor) == 0 ||
      !weir_pass_weights_form (node, weir_tensor_shape (tensor), weights))
    return FALSE;
  weights->tensor = g_steal_pointer (&tensor);
  return TRUE;
}

void
weir_pass_weights_clear (WeirPassWeights *weights)
{
  g_clear_pointer (&weights->tensor, weir_tensor_unref);
}

gsize
weir_pass_weights_output (const WeirPassWeights *w, gsize i)
{
  gsize firsts = w->inputs_first ? w->inputs : w->outputs;
  gsize seconds = w->inputs_first ? w->outputs : w->inputs;
  gsize second = i / w->inner % seconds, first = i / w->inner / seconds;

  return w->inputs_first ? first / firsts * w->outputs + second : first;
}

gboolean
weir_pass_weights_along (const WeirPassWeights *weights, const WeirTensor *factor,
                         int rank, gsize channels)
{
  int axis = weights->channel_axis < 0 ? rank - 1 : weights->channel_axis;
  gsize count = weir_tensor_count (factor);

  return rank > 0 && axis < rank && weir_pass_along (factor, rank, axis) &&
         (count == 1 || count == channels);
}

/* Weights lie as [groups][first][second][inner]; which of the two are inputs the layer
 * says. A factor that belongs to the first goes for all of the second at once. */
WeirTensor *
weir_pass_weights_scale (const WeirPassWeights *w, const WeirTensor *factor,
                         gboolean of_inputs)
{
  g_autoptr (WeirTensor) result = weir_tensor_new (weir_tensor_dtype (w->tensor),
                                                   weir_tensor_shape (w->tensor), NULL);
  gsize firsts = w->inputs_first ? w->inputs : w->outputs;
  gsize seconds = w->inputs_first ? w->outputs : w->inputs;
  gboolean is_first = w->inputs_first == of_inputs;
  g_autofree double *factors =
      weir_pass_values (factor, w->groups * (is_first ? firsts : seconds));

  if (result == NULL)
    return NULL;
  for (gsize i = 0; i < w->groups * firsts; i++) {
    gsize at = i * seconds * w->inner;

    if (is_first)
      weir_pass_scale_runs (w->tensor, result, at, factors + i, 1, seconds * w->inner);
    else
      weir_pass_scale_runs (w->tensor, result, at, factors + i / firsts * seconds,
                            seconds, w->inner);
  }
  return weir_pass_is_finite (result) ? g_steal_pointer (&result) : NULL;
}

double *
weir_pass_weights_shift (const WeirPassWeights *w, const WeirTensor *shift)
{
  gsize firsts = w->inputs_first ? w->inputs : w->outputs;
  gsize seconds = w->inputs_first ? w->outputs : w->inputs;
  g_autofree double *values = weir_pass_values (shift, w->groups * w->inputs);
  g_autofree double *runs = g_new (double, seconds);
  double *sums = g_new0 (double, w->groups * w->outputs);

  for (gsize i = 0; i < w->groups * firsts; i++) {
    gsize second = i / firsts * seconds;

    weir_pass_sum_runs (w->tensor, i * seconds * w->inner, seconds, w->inner, runs);
    if (w->inputs_first)
      for (gsize k = 0; k < seconds; k++)
        sums[second + k] += values[i] * runs[k];
    else
      for (gsize k = 0; k < seconds; k++)
        sums[i] += values[second + k] * runs[k];
  }
  return sums;
}

WeirTensor *
weir_pass_weights_reverse (const WeirPassWeights *w)
{
  WeirDtype dtype = weir_tensor_dtype (w->tensor);
  WeirTensor *result = weir_tensor_new (dtype, weir_tensor_shape (w->tensor), NULL);
  gsize step = w->inner * (w->inputs_first ? w->outputs : 1);
  gsize block = step * w->inputs;

  for (gsize i = 0; result != NULL && i < weir_tensor_count (w->tensor); i++) {
    gsize start = i - i % block, channel = i % block / step, rest = i % step;
    gsize from = start + (w->inputs - 1 - channel) * step + rest;

    weir_dtype_store (dtype, weir_tensor_writable (result), i,
                      weir_tensor_get (w->tensor, from));
  }
  return result;
}

/* (transfer full) (nullable): @tensor in the type that the old weights were stored in, if
 * that holds it exactly: rounding once more would change the network. */
static WeirTensor *
compress (const WeirNode *source, WeirTensor *tensor)
{
  WeirDtype dtype = source->outputs[0].info.dtype;
  g_autoptr (WeirTensor) stored = weir_tensor_convert (tensor, dtype, NULL);
  g_autoptr (WeirTensor) back =
      stored != NULL ? weir_tensor_convert (stored, weir_tensor_dtype (tensor), NULL)
                     : NULL;

  return back != NULL && weir_tensor_equal (back, tensor) ? g_steal_pointer (&stored)
                                                          : NULL;
}

static WeirPort
rebuild_compressed (WeirBuilder *builder, const WeirNode *convert, WeirTensor *tensor)
{
  const WeirNode *source = weir_node_input (builder->graph, convert, 0);
  WeirTensor *stored = compress (source, tensor);
  WeirPort port;

  if (stored == NULL)
    return weir_build_constant (builder, convert->name, tensor);
  weir_tensor_unref (tensor);
  port = weir_build_constant (builder, source->name, stored);
  return weir_build_end (
      builder, weir_build_begin_like (builder, convert, convert->name, &port, 1));
}

WeirPort
weir_pass_weights_rebuild (WeirBuilder *builder, const WeirNode *node, WeirPort data,
                           WeirTensor *tensor)
{
  const WeirNode *old = weir_node_input (builder->graph, node, 1);
  g_autofree WeirPort *inputs = g_memdup2 (node->inputs, node->n_inputs * sizeof *inputs);

  inputs[0] = data;
  inputs[1] = weir_pass_is_decompression (old)
                  ? rebuild_compressed (builder, old, tensor)
                  : weir_build_constant (builder, old->name, tensor);
  return weir_build_end (
      builder, weir_build_begin_like (builder, node, node->name, inputs, node->n_inputs));
}
