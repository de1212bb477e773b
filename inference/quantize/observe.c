#include "observe.h"

#include "base/limits.h"

#include <math.h>
#include <string.h>

/* What values a network computes: their ends first, then how they spread between them. */

typedef struct {
  const WeirGraph *graph;
  const WeirPort *ports;
  WeirHistogram *histograms; /* one a port */
} Observation;

static gboolean
refuse (const Observation *o, guint index, guint sample, GError **error)
{
  const WeirNode *node = weir_graph_node (o->graph, o->ports[index].node);

  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "sample %u: '%s' (%s) computes a value that is not finite", sample,
                    node->name, node->op->name);
}

static gboolean
see_ends (const WeirTensor *tensor, guint index, guint sample, gpointer data,
          GError **error)
{
  const Observation *o = data;
  WeirHistogram *h = &o->histograms[index];
  const float *values = weir_tensor_data (tensor);
  float low = INFINITY, high = -INFINITY;
  gboolean finite = TRUE;

  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    low = MIN (low, values[i]);
    high = MAX (high, values[i]);
    finite &= isfinite (values[i]) != 0;
  }
  if (!finite)
    return refuse (o, index, sample, error);
  h->min = MIN (h->min, (double) low);
  h->max = MAX (h->max, (double) high);
  return TRUE;
}

static gboolean
see_spread (const WeirTensor *tensor, guint index, guint sample, gpointer data,
            GError **error)
{
  const Observation *o = data;
  WeirHistogram *h = &o->histograms[index];
  const float *values = weir_tensor_data (tensor);
  float scale = (float) (WEIR_HISTOGRAM_BINS / (h->max - h->min)), low = (float) h->min;

  (void) sample;
  (void) error;
  if (!isfinite (scale))
    return TRUE;
  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    float place = (values[i] - low) * scale;

    h->bins[CLAMP ((int) place, 0, WEIR_HISTOGRAM_BINS - 1)]++;
  }
  return TRUE;
}

/* All values that may ever get a FakeQuantize. */
static GArray *
find_ports (const WeirGraph *graph, const GArray *layers)
{
  g_autofree guint *inputs = g_new0 (guint, MAX (weir_graph_size (graph), 1));
  GArray *ports = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < layers->len; i++)
    inputs[g_array_index (layers, WeirLayer, i).node] =
        g_array_index (layers, WeirLayer, i).n_data;
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);
    guint n = node == NULL ? 0 : MAX (inputs[id], weir_move_inputs (graph, node));

    for (guint k = 0; k < n; k++) {
      char *key = g_strdup_printf ("%u:%u", node->inputs[k].node, node->inputs[k].index);

      if (g_hash_table_add (seen, key))
        g_array_append_val (ports, node->inputs[k]);
    }
  }
  return ports;
}

/* A value that no sample has filled has no ends. */
static gboolean
is_seen (const WeirHistogram *h)
{
  return h->min <= h->max;
}

static void
keep_values (WeirCalibration *calibration, const Observation *o, guint n,
             const WeirRangeMethod *method)
{
  for (guint i = 0; i < n; i++) {
    WeirHistogram *h = &o->histograms[i];
    g_autofree char *name = weir_value_name (o->graph, o->ports[i]);
    WeirSeen seen = { .name = name };

    if (is_seen (h)) {
      seen.min = h->min;
      seen.max = h->max;
      seen.range = h->max > h->min ? method->find (h) : (WeirRange){ h->min, h->max };
    }
    weir_calibration_see (calibration, &seen);
  }
}

gboolean
weir_observe (WeirCalibration *calibration, const WeirTrial *trial, WeirModel *model,
              const WeirRangeMethod *method, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);
  g_autoptr (GArray) layers = weir_layers_find (graph);
  g_autoptr (GArray) ports = find_ports (graph, layers);
  WeirHistogram *histograms = weir_try_alloc (ports->len * sizeof (WeirHistogram), error);
  gboolean good;
  Observation o;

  if (histograms == NULL)
    return FALSE;
  o = (Observation){ graph, (const WeirPort *) ports->data, histograms };
  for (guint i = 0; i < ports->len; i++) {
    histograms[i].min = INFINITY;
    histograms[i].max = -INFINITY;
  }
  good = weir_trial_values (trial, model, o.ports, ports->len, see_ends, &o, error) &&
         (!method->needs_bins ||
          weir_trial_values (trial, model, o.ports, ports->len, see_spread, &o, error));
  if (good)
    keep_values (calibration, &o, ports->len, method);
  weir_free (histograms);
  return good;
}
