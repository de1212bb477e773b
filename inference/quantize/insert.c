#include "equalize.h"

#include "ir/infer.h"
#include "ir/verify.h"

#include <math.h>

/* Writes a calibration into a model, as OpenVINO's tools do: FakeQuantize in front of
 * what integers shall compute, and weights of 8 bits that are converted and scaled back.
 */

#define WEIGHT_TOP 127.0

WeirPort
weir_insert_quantize (WeirBuilder *b, const char *name, WeirPort port, WeirRange range)
{
  g_autofree char *low_name = g_strconcat (name, "/low", NULL);
  g_autofree char *high_name = g_strconcat (name, "/high", NULL);
  WeirPort low =
      weir_build_constant (b, low_name, weir_tensor_new_f32_scalar ((float) range.low));
  WeirPort high =
      weir_build_constant (b, high_name, weir_tensor_new_f32_scalar ((float) range.high));
  WeirNode *node = weir_build_begin (b, "FakeQuantize", name,
                                     WEIR_INPUTS (port, low, high, low, high));

  if (node != NULL)
    weir_node_set_int (node, "levels", WEIR_QUANTIZE_LEVELS);
  return weir_build_end (b, node);
}

/* One number an output channel, beside the weights of @node: [groups][outputs][1]… */
static WeirShape
steps_shape (const WeirNode *node, const WeirPassWeights *w)
{
  int first = g_str_has_prefix (node->op->name, "Group") ? 1 : 0;
  WeirShape shape = { .rank = weir_tensor_shape (w->tensor)->rank };

  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = 1;
  if (first > 0)
    shape.dims[0] = (gint64) w->groups;
  shape.dims[first + (w->inputs_first ? 1 : 0)] = (gint64) w->outputs;
  return shape;
}

static WeirTensor *
find_steps (const WeirNode *node, const WeirPassWeights *w, GError **error)
{
  WeirShape shape = steps_shape (node, w);
  WeirTensor *steps = weir_tensor_new (WEIR_DTYPE_F32, &shape, error);
  float *values = steps != NULL ? weir_tensor_writable (steps) : NULL;

  for (gsize i = 0; steps != NULL && i < weir_tensor_count (w->tensor); i++) {
    float *step = &values[weir_pass_weights_output (w, i)];

    *step = MAX (*step, (float) (fabs (weir_tensor_get (w->tensor, i)) / WEIGHT_TOP));
  }
  for (gsize i = 0; steps != NULL && i < weir_tensor_count (steps); i++)
    if (!(values[i] > G_MINFLOAT))
      values[i] = 1;
  return steps;
}

static WeirTensor *
round_weights (const WeirPassWeights *w, const WeirTensor *steps, GError **error)
{
  WeirTensor *levels =
      weir_tensor_new (WEIR_DTYPE_I8, weir_tensor_shape (w->tensor), error);
  const float *values = weir_tensor_data (steps);

  for (gsize i = 0; levels != NULL && i < weir_tensor_count (levels); i++) {
    double exact =
        weir_tensor_get (w->tensor, i) / values[weir_pass_weights_output (w, i)];

    weir_dtype_store (WEIR_DTYPE_I8, weir_tensor_writable (levels), i,
                      CLAMP (rint (exact), -WEIGHT_TOP, WEIGHT_TOP));
  }
  return levels;
}

WeirPort
weir_insert_weights (WeirBuilder *b, const WeirNode *node)
{
  g_autofree char *name = g_strconcat (node->name, "/weights", NULL);
  g_autofree char *levels_name = g_strconcat (name, "/levels", NULL);
  g_autofree char *float_name = g_strconcat (name, "/float", NULL);
  g_autofree char *steps_name = g_strconcat (name, "/steps", NULL);
  WeirPassWeights weights;
  WeirTensor *steps, *levels = NULL;
  WeirPort port = WEIR_PORT_NONE;

  if (weir_build_failed (b) || !weir_pass_weights (b->graph, node, &weights))
    return port;
  steps = find_steps (node, &weights, &b->error);
  if (steps != NULL)
    levels = round_weights (&weights, steps, &b->error);
  weir_pass_weights_clear (&weights);
  if (levels != NULL) {
    port = weir_build_constant (b, levels_name, levels);
    port = weir_build_convert (b, float_name, port, WEIR_DTYPE_F32);
    return weir_build2 (b, "Multiply", name, port,
                        weir_build_constant (b, steps_name, steps));
  }
  weir_tensor_unref (steps);
  return port;
}

/* Where the channels of a layer's output are. */
static int
channel_axis (const WeirNode *node)
{
  return weir_node_is (node, "MatMul") ? node->outputs[0].info.shape.rank - 1 : 1;
}

/* The constant that is added to a layer's output alone: its bias. */
static WeirNode *
find_bias (const WeirGraph *graph, const WeirNode *node, gsize channels)
{
  WeirNode *add = weir_match_only_use (graph, WEIR_PORT (node, 0));
  int rank = node->outputs[0].info.shape.rank;
  WeirTensor *constant;
  WeirPort data;

  return weir_node_is (add, "Add") && weir_match_binary (graph, add, &data, &constant) &&
                 weir_layer_along (constant, rank, channel_axis (node), channels)
             ? add
             : NULL;
}

static WeirTensor *
shifted (const WeirShape *shape, const WeirTensor *bias, const double *shift,
         GError **error)
{
  WeirTensor *sum = weir_tensor_new (WEIR_DTYPE_F32, shape, error);

  for (gsize i = 0; sum != NULL && i < weir_tensor_count (sum); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (sum), i,
                      shift[i] + (bias != NULL ? weir_tensor_get (bias, i) : 0));
  return sum;
}

static void
shift_constant (WeirBuilder *b, WeirNode *add, const WeirLayer *layer)
{
  guint index = weir_match_constant (b->graph, add, 0) != NULL ? 0 : 1;
  const WeirTensor *bias = weir_match_constant (b->graph, add, index);
  g_autofree char *name = g_strconcat (add->name, "/bias", NULL);
  WeirPort constant = weir_build_constant (
      b, name, shifted (weir_tensor_shape (bias), bias, layer->shift, &b->error));

  if (!weir_build_failed (b))
    weir_edit_set_input (b->graph, add, index, constant);
}

/* A sum takes the place of @node, and all its names. */
static void
append_bias (WeirBuilder *b, WeirNode *node, const WeirLayer *layer)
{
  int rank = node->outputs[0].info.shape.rank;
  g_autofree char *name = g_strconcat (node->name, "/bias", NULL);
  g_autofree char *moved_name = g_strconcat (node->name, "/product", NULL);
  WeirShape shape = { .rank = rank };
  WeirPort constant, moved, sum;

  for (int i = 0; i < rank; i++)
    shape.dims[i] = 1;
  shape.dims[channel_axis (node)] = (gint64) layer->channels;
  constant =
      weir_build_constant (b, name, shifted (&shape, NULL, layer->shift, &b->error));
  moved = weir_build_end (
      b, weir_build_begin_like (b, node, moved_name, node->inputs, node->n_inputs));
  sum = weir_build2 (b, "Add", node->name, moved, constant);
  if (weir_build_failed (b))
    return;
  weir_edit_replace (b->graph, WEIR_PORT (node, 0), sum);
  weir_edit_remove (b->graph, node);
}

static void
shift_bias (WeirBuilder *b, WeirNode *node, const WeirLayer *layer)
{
  WeirNode *add = find_bias (b->graph, node, layer->channels);

  if (add != NULL)
    shift_constant (b, add, layer);
  else if (node->outputs[0].info.shape.rank >= 2)
    append_bias (b, node, layer);
}

static void
change_layer (WeirBuilder *b, const WeirLayer *layer)
{
  WeirNode *node = weir_graph_node (b->graph, layer->node);
  WeirPort weights;

  if (layer->kind != WEIR_LAYER_WEIGHTED)
    return;
  weights = weir_insert_weights (b, node);
  if (weir_build_failed (b))
    return;
  weir_edit_set_input (b->graph, node, 1, weights);
  if (layer->shift != NULL)
    shift_bias (b, node, layer);
}

/* A FakeQuantize behind @port for those who want quantised values. */
static void
quantize_value (WeirBuilder *b, const WeirPlacing *placing, WeirPort port)
{
  const GArray *uses = weir_graph_output (b->graph, port)->uses;
  g_autoptr (GArray) readers = g_array_new (FALSE, FALSE, sizeof (WeirUse));
  g_autofree char *value = weir_value_name (b->graph, port);
  g_autofree char *name = g_strconcat (value, "/quantized", NULL);
  WeirPort quantized;

  for (guint i = 0; i < uses->len; i++)
    if (weir_places_reads (placing->places, &g_array_index (uses, WeirUse, i)))
      g_array_append_val (readers, g_array_index (uses, WeirUse, i));
  quantized = weir_insert_quantize (b, name, port, weir_placing_range (placing, port));
  for (guint i = 0; !weir_build_failed (b) && i < readers->len; i++) {
    const WeirUse *use = &g_array_index (readers, WeirUse, i);

    weir_edit_set_input (b->graph, weir_graph_node (b->graph, use->node), use->index,
                         quantized);
  }
}

static void
quantize_values (WeirBuilder *b, const WeirPlacing *placing, const WeirGraph *original)
{
  for (guint id = 0; id < weir_graph_size (original); id++) {
    const WeirNode *node = weir_graph_node (original, id);

    for (guint k = 0; node != NULL && k < node->n_outputs; k++)
      if (weir_places_wanted (placing->places, WEIR_PORT (node, k)))
        quantize_value (b, placing, WEIR_PORT (node, k));
  }
}

/* @model has its values equalised. */
static WeirModel *
insert (const WeirCalibration *calibration, WeirModel *model, GError **error)
{
  const WeirGraph *original = weir_model_graph (model);
  g_autoptr (WeirPlacing) placing = weir_placing_new (calibration, original, error);
  g_autoptr (WeirModel) copy = weir_model_copy (model);
  WeirBuilder builder = WEIR_BUILDER (weir_model_graph (copy));

  if (placing == NULL)
    return NULL;
  quantize_values (&builder, placing, original);
  for (guint i = 0; i < placing->layers->len; i++) {
    const WeirLayer *layer = &g_array_index (placing->layers, WeirLayer, i);

    if (placing->places->taken[layer->node])
      change_layer (&builder, layer);
  }
  return weir_build_finish (&builder, error) ? g_steal_pointer (&copy) : NULL;
}

WeirModel *
weir_calibration_apply (const WeirCalibration *calibration, WeirModel *model,
                        GError **error)
{
  g_autoptr (WeirModel) equalized =
      weir_equalize_apply (model, calibration->equalized, error);
  g_autoptr (WeirModel) quantized =
      equalized != NULL ? insert (calibration, equalized, error) : NULL;
  WeirGraph *graph;

  if (quantized == NULL)
    return NULL;
  graph = weir_model_graph (quantized);
  weir_edit_remove_all_unused (graph);
  weir_model_set_info (quantized, "quantization/method", calibration->method);
  weir_model_set_info (quantized, "quantization/preset",
                       calibration->symmetric ? "performance" : "mixed");
  return weir_graph_infer (graph, error) && weir_graph_verify (graph, error)
             ? g_steal_pointer (&quantized)
             : NULL;
}
