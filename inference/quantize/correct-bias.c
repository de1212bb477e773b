#include "observe.h"

#include <math.h>

/* Rounding moves the mean of a layer's output: weights are not rounded evenly, and what
 * lies outside of a range is cut on one side. Each layer is computed a second time beside
 * itself, in 8 bits from the exact input; what the mean differs by, for each channel,
 * goes into its bias. */

/** Gap: of one layer's outputs: sums over what was seen. */
typedef struct {
  guint layer;
  int axis;
  gsize channels;
  double *sum, *square;
  double signal;
  guint64 count;
} Gap;

static void
gap_clear (gpointer data)
{
  Gap *gap = data;

  g_free (gap->sum);
  g_free (gap->square);
}

/* Ports come in pairs: what a layer computes, and by how much that is changed. */
static gboolean
see (const WeirTensor *tensor, guint index, guint sample, gpointer data, GError **error)
{
  Gap *gap = &g_array_index ((GArray *) data, Gap, index / 2);
  const WeirShape *shape = weir_tensor_shape (tensor);
  const float *values = weir_tensor_data (tensor);
  gsize n = weir_tensor_count (tensor), inner = 1;

  (void) sample;
  (void) error;
  if (index % 2 == 0) {
    for (gsize i = 0; i < n; i++)
      gap->signal += (double) values[i] * values[i];
    return TRUE;
  }
  for (int i = gap->axis + 1; i < shape->rank; i++)
    inner *= (gsize) shape->dims[i];
  for (gsize i = 0; i < n; i++) {
    gsize channel = i / inner % gap->channels;

    gap->sum[channel] += values[i];
    gap->square[channel] += (double) values[i] * values[i];
  }
  gap->count += n;
  return TRUE;
}

/* The layer in 8 bits on exact inputs, minus itself. */
static WeirPort
build_gap (WeirBuilder *b, const WeirNode *node, WeirRange range)
{
  g_autofree char *value = weir_value_name (b->graph, node->inputs[0]);
  g_autofree char *name = g_strconcat (node->name, "/gap", NULL);
  WeirPort inputs[2];

  inputs[0] = weir_insert_quantize (b, value, node->inputs[0], range);
  inputs[1] = weir_insert_weights (b, node);
  inputs[0] = weir_build_end (b, weir_build_begin_like (b, node, node->name, inputs, 2));
  return weir_build2 (b, "Subtract", name, inputs[0], WEIR_PORT (node, 0));
}

static gboolean
build_gaps (WeirModel *twin, const WeirPlacing *placing, GArray *gaps, GArray *ports,
            GError **error)
{
  WeirBuilder b = WEIR_BUILDER (weir_model_graph (twin));

  for (guint i = 0; i < placing->layers->len && !weir_build_failed (&b); i++) {
    const WeirLayer *layer = &g_array_index (placing->layers, WeirLayer, i);
    const WeirNode *node = weir_graph_node (b.graph, layer->node);
    int rank = node->outputs[0].info.shape.rank;
    Gap gap = { .layer = i, .channels = layer->channels };
    WeirPort pair[2] = { WEIR_PORT (node, 0) };

    if (!placing->places->taken[layer->node] || layer->kind != WEIR_LAYER_WEIGHTED ||
        rank < 2 || node->n_inputs != 2)
      continue;
    pair[1] = build_gap (&b, node, weir_placing_range (placing, node->inputs[0]));
    gap.axis = weir_node_is (node, "MatMul") ? rank - 1 : 1;
    gap.sum = g_new0 (double, gap.channels);
    gap.square = g_new0 (double, gap.channels);
    g_array_append_val (gaps, gap);
    g_array_append_vals (ports, pair, 2);
  }
  return weir_build_finish (&b, error);
}

static void
correct (WeirCalibration *calibration, const Gap *gap)
{
  WeirVerdict *verdict = weir_calibration_verdict (calibration, gap->layer);
  double each = (double) gap->count / (double) gap->channels, noise = 0;

  if (gap->count == 0)
    return;
  g_free (verdict->shift);
  verdict->channels = gap->channels;
  verdict->shift = g_new (double, gap->channels);
  for (gsize c = 0; c < gap->channels; c++) {
    verdict->shift[c] = -gap->sum[c] / each;
    noise += gap->square[c] - gap->sum[c] * gap->sum[c] / each;
  }
  verdict->snr = 10 * log10 (MAX (gap->signal, G_MINDOUBLE) / MAX (noise, G_MINDOUBLE));
}

gboolean
weir_correct_bias (WeirCalibration *calibration, const WeirTrial *trial, WeirModel *model,
                   GError **error)
{
  g_autoptr (WeirPlacing) placing =
      weir_placing_new (calibration, weir_model_graph (model), error);
  g_autoptr (WeirModel) twin = weir_model_copy (model);
  g_autoptr (GArray) gaps = g_array_new (FALSE, TRUE, sizeof (Gap));
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));

  g_array_set_clear_func (gaps, gap_clear);
  if (placing == NULL || !build_gaps (twin, placing, gaps, ports, error) ||
      !weir_trial_values (trial, twin, (const WeirPort *) ports->data, ports->len, see,
                          gaps, error))
    return FALSE;
  for (guint i = 0; i < gaps->len; i++)
    correct (calibration, &g_array_index (gaps, Gap, i));
  return TRUE;
}
