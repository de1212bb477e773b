#include "quantized-weights.h"

#include "constant-math.h"
#include "ir/evaluate.h"
#include "ir/match.h"

#include <math.h>

/* Most nodes between a stored constant and the layer that it becomes weights of. */
#define MAX_DEPTH 12
/* How far from a whole number rounding to float may have moved one, in steps. */
#define ROUNDING 1e-3
/* Beyond these no sum of products is exact in float. */
#define MAX_LEVEL 255

/* What constants and the operations on them come to; %NULL where something else is met.
 */
static WeirTensor *
value_of (const WeirGraph *graph, WeirPort port, guint depth)
{
  const WeirNode *node = weir_graph_node (graph, port.node);
  WeirTensor *known = weir_graph_info (graph, port)->value;
  g_autoptr (GPtrArray) inputs = NULL;
  WeirTensor *value = NULL;

  if (known != NULL)
    return weir_tensor_ref (known);
  if (depth == MAX_DEPTH || node->n_outputs != 1 || node->n_inputs == 0 ||
      node->op->evaluate == NULL || node->n_bodies > 0)
    return NULL;
  inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  for (guint i = 0; i < node->n_inputs; i++) {
    WeirTensor *input = value_of (graph, node->inputs[i], depth + 1);

    if (input == NULL)
      return NULL;
    g_ptr_array_add (inputs, input);
  }
  return weir_node_evaluate (node, (WeirTensor *const *) inputs->pdata, &value, NULL,
                             NULL)
             ? value
             : NULL;
}

static gboolean
moves_only (const WeirNode *node)
{
  static const char *const ops[] = { "Reshape", "Transpose", "Unsqueeze",
                                     "Squeeze", "Convert",   NULL };

  return g_strv_contains (ops, node->op->name);
}

/* (transfer full) (nullable): one number, or one an output channel. */
static WeirTensor *
steps_of_range (const WeirGraph *graph, const WeirNode *fake)
{
  const WeirTensor *low = weir_match_constant (graph, fake, 3);
  const WeirTensor *high = weir_match_constant (graph, fake, 4);
  double levels = (double) weir_node_int (fake, "levels") - 1;
  WeirTensor *steps;

  if (low == NULL || high == NULL || weir_tensor_count (low) != weir_tensor_count (high))
    return NULL;
  steps = weir_tensor_new (WEIR_DTYPE_F64, &WEIR_SHAPE ((gint64) weir_tensor_count (low)),
                           NULL);
  for (gsize i = 0; steps != NULL && i < weir_tensor_count (low); i++)
    weir_dtype_store (WEIR_DTYPE_F64, weir_tensor_writable (steps), i,
                      (weir_tensor_get (high, i) - weir_tensor_get (low, i)) / levels);
  return steps;
}

static WeirTensor *
find_steps (const WeirGraph *graph, WeirPort port)
{
  for (guint depth = 0; depth < MAX_DEPTH; depth++) {
    const WeirNode *node = weir_graph_node (graph, port.node);

    if (weir_node_is (node, "FakeQuantize"))
      return steps_of_range (graph, node);
    if (weir_node_is (node, "Multiply")) {
      WeirTensor *steps = weir_match_constant (graph, node, 1);

      return steps != NULL ? weir_tensor_ref (steps) : NULL;
    }
    if (!moves_only (node))
      return NULL;
    port = node->inputs[0];
  }
  return NULL;
}

/* The weights in steps; %NULL where one is no whole number of them. */
static WeirTensor *
count_steps (const WeirPassWeights *w, const double *scales)
{
  WeirDtype dtype = weir_tensor_dtype (w->tensor);
  g_autoptr (WeirTensor) levels =
      weir_tensor_new (dtype, weir_tensor_shape (w->tensor), NULL);

  for (gsize i = 0; levels != NULL && i < weir_tensor_count (w->tensor); i++) {
    double exact =
        weir_tensor_get (w->tensor, i) / scales[weir_pass_weights_output (w, i)];
    double level = rint (exact);

    if (!(fabs (exact - level) <= ROUNDING) || fabs (level) > MAX_LEVEL)
      return NULL;
    weir_dtype_store (dtype, weir_tensor_writable (levels), i, level);
  }
  return g_steal_pointer (&levels);
}

/* What the largest weight of all, or of a channel, counts where nothing is known of steps
 * but that there are some: weights that were computed when the network was converted. */
static const double largest[] = { 127, 128 };

static double
magnitude (const WeirPassWeights *w, gsize i)
{
  return fabs (weir_tensor_get (w->tensor, i));
}

/* (transfer full) (nullable): the weights in steps; @scales: (out): what those are. */
static WeirTensor *
guess_steps (const WeirPassWeights *w, gboolean a_channel, double count, double **scales)
{
  gsize channels = w->groups * w->outputs;
  double most = 0;
  WeirTensor *levels;

  *scales = g_new0 (double, channels);
  for (gsize i = 0; i < weir_tensor_count (w->tensor); i++) {
    double *scale = &(*scales)[weir_pass_weights_output (w, i)];

    *scale = MAX (*scale, magnitude (w, i) / count);
    most = MAX (most, *scale);
  }
  for (gsize i = 0; i < channels; i++) {
    double scale = a_channel ? (*scales)[i] : most;

    (*scales)[i] = scale > 0 ? scale : 1;
  }
  levels = count_steps (w, *scales);
  if (levels == NULL)
    g_clear_pointer (scales, g_free);
  return levels;
}

static WeirTensor *
guess_levels (const WeirPassWeights *w, double **scales)
{
  WeirTensor *levels = NULL;

  for (guint i = 0; levels == NULL && i < 2 * G_N_ELEMENTS (largest); i++)
    levels = guess_steps (w, i % 2 == 0, largest[i / 2], scales);
  return levels;
}

gboolean
weir_pass_quantized_weights (const WeirGraph *graph, const WeirNode *node,
                             WeirTensor **levels, double **scales, gsize *channels)
{
  g_autoptr (WeirTensor) steps = NULL;
  WeirPassWeights w = { 0 };

  if (node->n_inputs < 2 ||
      !weir_shape_is_static (weir_graph_shape (graph, node->inputs[1])) ||
      !weir_pass_weights_form (node, weir_graph_shape (graph, node->inputs[1]), &w))
    return FALSE;
  steps = find_steps (graph, node->inputs[1]);
  *channels = w.groups * w.outputs;
  w.tensor = value_of (graph, node->inputs[1], 0);
  if (w.tensor == NULL || (steps != NULL && weir_tensor_count (steps) != 1 &&
                           weir_tensor_count (steps) != *channels)) {
    weir_pass_weights_clear (&w);
    return FALSE;
  }
  if (steps != NULL) {
    *scales = weir_pass_values (steps, *channels);
    *levels = count_steps (&w, *scales);
    if (*levels == NULL)
      g_clear_pointer (scales, g_free);
  } else {
    *levels = guess_levels (&w, scales);
  }
  weir_pass_weights_clear (&w);
  return *levels != NULL;
}
