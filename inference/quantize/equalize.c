#include "equalize.h"

#include "ir/infer.h"

#include <math.h>
#include <string.h>

/* Nodes between a value and the layer that computes it. */
#define MAX_STEPS 8
/* Noise that must be left at most for a value to be tried, and how far a channel may be
 * moved. */
#define PAYS     0.7
#define FURTHEST 1e3

/**
 * Spot: a value that can be equalised
 * @axis: its dimension of channels
 * @tops: (array length=n): the largest value of each channel
 */
typedef struct {
  WeirPort port;
  int axis;
  gsize n;
  double *tops;
} Spot;

static void
spot_clear (gpointer data)
{
  g_free (((Spot *) data)->tops);
}

void
weir_equalized_clear (gpointer data)
{
  WeirEqualized *equalized = data;

  g_free (equalized->name);
  g_free (equalized->scales);
}

static WeirTensor *
scale_tensor (const WeirTensor *tensor, const double *scales)
{
  WeirTensor *scaled = weir_tensor_new (WEIR_DTYPE_F32, weir_tensor_shape (tensor), NULL);

  for (gsize i = 0; scaled != NULL && i < weir_tensor_count (tensor); i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (scaled), i,
                      weir_tensor_get (tensor, i) / scales[i]);
  return scaled;
}

static void
set_constant (WeirBuilder *b, WeirNode *node, guint index, WeirTensor *value)
{
  g_autofree char *name = g_strdup_printf ("%s/equalized%u", node->name, index);
  WeirPort port;

  if (value == NULL)
    weir_build_fail (b, WEIR_ERROR_LIMIT, "'%s': no memory, or no finite result",
                     node->name);
  port = weir_build_constant (b, name, value);
  if (!weir_build_failed (b))
    weir_edit_set_input (b->graph, node, index, port);
}

static gsize
channels_of (const WeirPassWeights *w, gboolean inputs)
{
  return w->groups * (inputs ? w->inputs : w->outputs);
}

static int
axis_of (const WeirPassWeights *w, int rank)
{
  return w->channel_axis < 0 ? rank - 1 : w->channel_axis;
}

/* A layer whose channels at one side are those of a value of rank @rank at @axis. */
static gboolean
read_layer (const WeirGraph *graph, const WeirNode *node, int rank, int axis, gsize n,
            gboolean inputs, WeirPassWeights *w)
{
  if (!weir_pass_weights (graph, node, w))
    return FALSE;
  if (channels_of (w, inputs) == n && axis_of (w, rank) == axis &&
      weir_tensor_dtype (w->tensor) == WEIR_DTYPE_F32)
    return TRUE;
  weir_pass_weights_clear (w);
  return FALSE;
}

/* Multiplies the weights of @node, or divides, a channel at one side each. */
static void
scale_layer (WeirBuilder *b, WeirNode *node, WeirPassWeights *w, const double *scales,
             gboolean inputs)
{
  gsize n = channels_of (w, inputs);
  WeirTensor *factor =
      weir_tensor_new (WEIR_DTYPE_F64, &WEIR_SHAPE ((gint64) n), &b->error);

  for (gsize i = 0; factor != NULL && i < n; i++)
    weir_dtype_store (WEIR_DTYPE_F64, weir_tensor_writable (factor), i,
                      inputs ? scales[i] : 1 / scales[i]);
  if (factor != NULL)
    set_constant (b, node, 1, weir_pass_weights_scale (w, factor, inputs));
  weir_tensor_unref (factor);
}

/* What is as many times larger as its input is. */
static gboolean
is_linear (const WeirNode *node)
{
  static const char *const ops[] = { "Relu", "MaxPool", "AvgPool", NULL };

  return g_strv_contains (ops, node->op->name);
}

/* A sum or product of @node with one number a channel; which of its inputs these are. */
static gboolean
read_constant (const WeirGraph *graph, const WeirNode *node, int rank, const Spot *spot,
               guint *index)
{
  if (!weir_node_is (node, "Add") && !weir_node_is (node, "Multiply"))
    return FALSE;
  for (*index = 0; *index < 2; ++*index) {
    const WeirTensor *constant = weir_match_constant (graph, node, *index);

    if (constant != NULL)
      return weir_layer_along (constant, rank, spot->axis, spot->n);
  }
  return FALSE;
}

/* Divides each channel where the value is computed; without @scales it only says whether
 * that can be done. */
static gboolean
divide (WeirBuilder *b, const Spot *spot, const double *scales)
{
  WeirPort port = spot->port;
  int rank = weir_graph_shape (b->graph, port)->rank;

  for (guint step = 0; step < MAX_STEPS; step++) {
    WeirNode *node = weir_graph_node (b->graph, port.node);
    WeirPassWeights w;
    guint index;

    if (port.index != 0 || (step > 0 && weir_graph_n_uses (b->graph, port) != 1) ||
        weir_graph_shape (b->graph, port)->rank != rank)
      return FALSE;
    if (read_layer (b->graph, node, rank, spot->axis, spot->n, FALSE, &w)) {
      if (scales != NULL)
        scale_layer (b, node, &w, scales, FALSE);
      weir_pass_weights_clear (&w);
      return TRUE;
    }
    if (is_linear (node)) {
      port = node->inputs[0];
      continue;
    }
    if (!read_constant (b->graph, node, rank, spot, &index))
      return FALSE;
    if (scales != NULL)
      set_constant (b, node, index,
                    scale_tensor (weir_match_constant (b->graph, node, index), scales));
    if (weir_node_is (node, "Multiply"))
      return TRUE;
    port = node->inputs[1 - index];
  }
  return FALSE;
}

/* Multiplies them again in all layers that read the value; the same without @scales. */
static gboolean
multiply (WeirBuilder *b, const Spot *spot, const double *scales)
{
  g_autoptr (GArray) uses = g_array_copy (weir_graph_output (b->graph, spot->port)->uses);
  int rank = weir_graph_shape (b->graph, spot->port)->rank;

  for (guint i = 0; i < uses->len; i++) {
    const WeirUse *use = &g_array_index (uses, WeirUse, i);
    WeirNode *node = weir_graph_node (b->graph, use->node);
    WeirPassWeights w;

    if (use->index != 0 ||
        !read_layer (b->graph, node, rank, spot->axis, spot->n, TRUE, &w))
      return FALSE;
    if (scales != NULL)
      scale_layer (b, node, &w, scales, TRUE);
    weir_pass_weights_clear (&w);
  }
  return uses->len > 0;
}

/* Where @port is the value that a layer reads. */
static gboolean
spot_init (Spot *spot, const WeirGraph *graph, WeirPort port)
{
  const GArray *uses = weir_graph_output (graph, port)->uses;
  int rank = weir_graph_shape (graph, port)->rank;
  WeirBuilder b = WEIR_BUILDER ((WeirGraph *) graph);
  WeirPassWeights w;

  if (uses->len == 0 || rank < 2 ||
      !weir_pass_weights (
          graph, weir_graph_node (graph, g_array_index (uses, WeirUse, 0).node), &w))
    return FALSE;
  *spot = (Spot){ .port = port, .axis = axis_of (&w, rank), .n = channels_of (&w, TRUE) };
  weir_pass_weights_clear (&w);
  return spot->n > 1 && divide (&b, spot, NULL) && multiply (&b, spot, NULL);
}

static GArray *
find_spots (const WeirGraph *graph)
{
  GArray *spots = g_array_new (FALSE, TRUE, sizeof (Spot));

  g_array_set_clear_func (spots, spot_clear);
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);
    Spot spot;

    if (node == NULL || node->n_outputs == 0 ||
        !spot_init (&spot, graph, WEIR_PORT (node, 0)))
      continue;
    spot.tops = g_new0 (double, spot.n);
    g_array_append_val (spots, spot);
  }
  return spots;
}

static gboolean
see_tops (const WeirTensor *tensor, guint index, guint sample, gpointer data,
          GError **error)
{
  Spot *spot = &g_array_index ((GArray *) data, Spot, index);
  const WeirShape *shape = weir_tensor_shape (tensor);
  const float *values = weir_tensor_data (tensor);
  gsize inner = 1;

  (void) sample;
  (void) error;
  for (int i = spot->axis + 1; i < shape->rank; i++)
    inner *= (gsize) shape->dims[i];
  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    double *top = &spot->tops[i / inner % spot->n];

    *top = MAX (*top, (double) fabsf (values[i]));
  }
  return TRUE;
}

/* The largest weight that each channel meets in the layers that read it. */
static double *
find_weights (const WeirGraph *graph, const Spot *spot)
{
  const GArray *uses = weir_graph_output (graph, spot->port)->uses;
  double *tops = g_new0 (double, spot->n);

  for (guint k = 0; k < uses->len; k++) {
    WeirPassWeights w;
    gsize block, step;

    if (!weir_pass_weights (
            graph, weir_graph_node (graph, g_array_index (uses, WeirUse, k).node), &w))
      continue;
    step = w.inner * (w.inputs_first ? w.outputs : 1);
    block = w.inputs * w.outputs * w.inner;
    for (gsize i = 0; i < weir_tensor_count (w.tensor); i++) {
      double *top = &tops[i / block * w.inputs + i % block / step % w.inputs];

      *top = MAX (*top, fabs (weir_tensor_get (w.tensor, i)));
    }
    weir_pass_weights_clear (&w);
  }
  return tops;
}

/* What rounding adds, but for a constant: steps of values times weights, and of weights
 * times values. */
static double
noise (const Spot *spot, const double *weights, const double *scales)
{
  double top = 0, top_weight = 0, values = 0, squares = 0;

  for (gsize i = 0; i < spot->n; i++) {
    double s = scales != NULL ? scales[i] : 1;
    double value = spot->tops[i] / s, weight = weights[i] * s;

    top = MAX (top, value);
    top_weight = MAX (top_weight, weight);
    values += value * value;
    squares += weight * weight;
  }
  return top * top * squares + top_weight * top_weight * values;
}

/* Values and weights of a channel meet in the middle: s = sqrt (value / weight). */
static double *
find_scales (const Spot *spot, const double *weights)
{
  double *scales = g_new (double, spot->n), mean = 0;

  for (gsize i = 0; i < spot->n; i++) {
    scales[i] =
        spot->tops[i] > 0 && weights[i] > 0 ? sqrt (spot->tops[i] / weights[i]) : 0;
    mean += scales[i] > 0 ? log (scales[i]) / (double) spot->n : 0;
  }
  for (gsize i = 0; i < spot->n; i++)
    scales[i] =
        scales[i] > 0 ? CLAMP (scales[i] / exp (mean), 1 / FURTHEST, FURTHEST) : 1;
  return scales;
}

GArray *
weir_equalize_find (const WeirTrial *trial, WeirModel *model, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);
  g_autoptr (GArray) spots = find_spots (graph);
  g_autoptr (GArray) ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  GArray *found;

  for (guint i = 0; i < spots->len; i++)
    g_array_append_val (ports, g_array_index (spots, Spot, i).port);
  if (!weir_trial_values (trial, model, (const WeirPort *) ports->data, ports->len,
                          see_tops, spots, error))
    return NULL;
  found = g_array_new (FALSE, TRUE, sizeof (WeirEqualized));
  g_array_set_clear_func (found, weir_equalized_clear);
  for (guint i = 0; i < spots->len; i++) {
    const Spot *spot = &g_array_index (spots, Spot, i);
    g_autofree double *weights = find_weights (graph, spot);
    g_autofree double *scales = find_scales (spot, weights);
    WeirEqualized equalized = { weir_value_name (graph, spot->port), spot->n, NULL };

    if (noise (spot, weights, scales) < PAYS * noise (spot, weights, NULL)) {
      equalized.scales = g_steal_pointer (&scales);
      g_array_append_val (found, equalized);
    } else {
      g_free (equalized.name);
    }
  }
  return found;
}

static WeirPort
find_value (const WeirGraph *graph, const char *name)
{
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);
    gsize length = node != NULL ? strlen (node->name) : 0;

    if (node != NULL && node->n_outputs > 0 && strncmp (name, node->name, length) == 0 &&
        strcmp (name + length, ":0") == 0)
      return WEIR_PORT (node, 0);
  }
  return WEIR_PORT_NONE;
}

WeirModel *
weir_equalize_apply (WeirModel *model, const GArray *equalized, GError **error)
{
  g_autoptr (WeirModel) copy = NULL;
  WeirBuilder b;

  if (equalized->len == 0)
    return weir_model_ref (model);
  copy = weir_model_copy (model);
  b = WEIR_BUILDER (weir_model_graph (copy));
  for (guint i = 0; i < equalized->len && !weir_build_failed (&b); i++) {
    const WeirEqualized *e = &g_array_index (equalized, WeirEqualized, i);
    WeirPort port = find_value (b.graph, e->name);
    Spot spot;

    if (weir_port_is_none (port) || !spot_init (&spot, b.graph, port) || spot.n != e->n)
      weir_build_fail (&b, WEIR_ERROR_ARGUMENT,
                       "'%s' cannot be equalised: the statistics are of another model",
                       e->name);
    else if (divide (&b, &spot, e->scales))
      multiply (&b, &spot, e->scales);
  }
  return weir_build_finish (&b, error) &&
                 weir_graph_infer (weir_model_graph (copy), error)
             ? g_steal_pointer (&copy)
             : NULL;
}
