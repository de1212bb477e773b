#include "calibration.h"

#include "equalize.h"

#include <math.h>

G_DEFINE_BOXED_TYPE (WeirCalibration, weir_calibration, weir_calibration_ref,
                     weir_calibration_unref)

static void
seen_clear (gpointer data)
{
  g_free (((WeirSeen *) data)->name);
}

static void
verdict_clear (gpointer data)
{
  WeirVerdict *verdict = data;

  g_free (verdict->name);
  g_free (verdict->op);
  g_free (verdict->reason);
  g_free (verdict->shift);
}

static void
drift_clear (gpointer data)
{
  g_free ((char *) ((WeirDrift *) data)->name);
}

static GArray *
array_new (guint size, GDestroyNotify clear)
{
  GArray *array = g_array_new (FALSE, TRUE, size);

  g_array_set_clear_func (array, clear);
  return array;
}

WeirCalibration *
weir_calibration_new (const char *method, gboolean symmetric)
{
  WeirCalibration *calibration = g_new0 (WeirCalibration, 1);

  g_atomic_ref_count_init (&calibration->refs);
  calibration->method = g_strdup (method);
  calibration->symmetric = symmetric;
  calibration->values = array_new (sizeof (WeirSeen), seen_clear);
  calibration->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  calibration->layers = array_new (sizeof (WeirVerdict), verdict_clear);
  calibration->equalized = array_new (sizeof (WeirEqualized), weir_equalized_clear);
  calibration->drifts = array_new (sizeof (WeirDrift), drift_clear);
  return calibration;
}

WeirCalibration *
weir_calibration_ref (WeirCalibration *calibration)
{
  g_atomic_ref_count_inc (&calibration->refs);
  return calibration;
}

void
weir_calibration_unref (WeirCalibration *calibration)
{
  if (calibration == NULL || !g_atomic_ref_count_dec (&calibration->refs))
    return;
  g_array_unref (calibration->values);
  g_array_unref (calibration->layers);
  g_array_unref (calibration->equalized);
  g_array_unref (calibration->drifts);
  g_hash_table_unref (calibration->names);
  g_free (calibration->method);
  g_free (calibration);
}

static WeirSeen *
find_seen (const WeirCalibration *calibration, const char *name)
{
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (calibration->names, name));

  return place > 0 ? &g_array_index (calibration->values, WeirSeen, place - 1) : NULL;
}

void
weir_calibration_see (WeirCalibration *calibration, const WeirSeen *seen)
{
  WeirSeen *known = find_seen (calibration, seen->name), copy = *seen;

  if (known != NULL) {
    known->min = MIN (known->min, seen->min);
    known->max = MAX (known->max, seen->max);
    known->range = weir_range_join (known->range, seen->range);
    return;
  }
  copy.name = g_strdup (seen->name);
  g_array_append_val (calibration->values, copy);
  g_hash_table_insert (calibration->names, g_strdup (seen->name),
                       GUINT_TO_POINTER (calibration->values->len));
}

void
weir_calibration_forget (WeirCalibration *calibration)
{
  g_array_set_size (calibration->values, 0);
  g_hash_table_remove_all (calibration->names);
}

WeirVerdict *
weir_calibration_verdict (const WeirCalibration *calibration, guint index)
{
  return &g_array_index (calibration->layers, WeirVerdict, index);
}

char *
weir_value_name (const WeirGraph *graph, WeirPort port)
{
  return g_strdup_printf ("%s:%u", weir_graph_node (graph, port.node)->name, port.index);
}

guint
weir_calibration_n_layers (const WeirCalibration *calibration)
{
  return calibration->layers->len;
}

void
weir_calibration_layer (const WeirCalibration *calibration, guint index,
                        WeirCalibrationLayer *layer)
{
  const WeirVerdict *verdict = weir_calibration_verdict (calibration, index);

  *layer = (WeirCalibrationLayer){ .name = verdict->name,
                                   .op = verdict->op,
                                   .reason = verdict->reason,
                                   .snr = verdict->snr };
}

guint
weir_calibration_n_equalized (const WeirCalibration *calibration)
{
  return calibration->equalized->len;
}

guint
weir_calibration_n_drifts (const WeirCalibration *calibration)
{
  return calibration->drifts->len;
}

void
weir_calibration_drift (const WeirCalibration *calibration, guint index, WeirDrift *drift)
{
  *drift = g_array_index (calibration->drifts, WeirDrift, index);
}

void
weir_placing_free (WeirPlacing *placing)
{
  g_clear_pointer (&placing->layers, g_array_unref);
  g_clear_pointer (&placing->places, weir_places_free);
  g_free (placing->ranges);
  g_free (placing);
}

/* Verdicts by name: a model that comes from the cache has its nodes in another order. */
static GHashTable *
index_verdicts (const WeirCalibration *calibration)
{
  GHashTable *verdicts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < calibration->layers->len; i++) {
    WeirVerdict *verdict = weir_calibration_verdict (calibration, i);

    g_hash_table_insert (verdicts, verdict->name, verdict);
  }
  return verdicts;
}

/* What was decided, onto the layers of a graph. */
static gboolean
bring_verdicts (const WeirCalibration *calibration, const WeirGraph *graph,
                GArray *layers, GError **error)
{
  g_autoptr (GHashTable) verdicts = index_verdicts (calibration);

  for (guint i = 0; i < layers->len; i++) {
    WeirLayer *layer = &g_array_index (layers, WeirLayer, i);
    const WeirNode *node = weir_graph_node (graph, layer->node);
    const WeirVerdict *verdict = g_hash_table_lookup (verdicts, node->name);

    if (verdict == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "the statistics have no layer '%s': they are of another model",
                        node->name);
    if (verdict->shift != NULL && verdict->channels != layer->channels)
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "layer '%s' has %zu channels, in the statistics %zu: they are of "
                        "another model",
                        node->name, layer->channels, verdict->channels);
    if (verdict->reason != NULL)
      weir_layer_keep (layer, "%s", verdict->reason);
    layer->shift = verdict->shift;
  }
  return TRUE;
}

static gboolean
join_range (const WeirCalibration *calibration, WeirPlacing *placing, WeirPort port,
            GError **error)
{
  g_autofree char *name = weir_value_name (placing->places->graph, port);
  const WeirSeen *seen = find_seen (calibration, name);
  WeirRange *range = &placing->ranges[weir_places_group (placing->places, port)];

  if (seen == NULL)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "the statistics have no value '%s': they are of another model",
                      name);
  *range = isnan (range->low) ? seen->range : weir_range_join (*range, seen->range);
  return TRUE;
}

static gboolean
bring_ranges (const WeirCalibration *calibration, WeirPlacing *placing,
              const WeirGraph *graph, GError **error)
{
  guint n = placing->places->n_values;

  placing->ranges = g_new (WeirRange, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    placing->ranges[i] = (WeirRange){ NAN, NAN };
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    for (guint k = 0; node != NULL && k < node->n_outputs; k++)
      if (weir_places_wanted (placing->places, WEIR_PORT (node, k)) &&
          !join_range (calibration, placing, WEIR_PORT (node, k), error))
        return FALSE;
  }
  for (guint i = 0; i < n; i++)
    if (!isnan (placing->ranges[i].low))
      placing->ranges[i] = weir_range_settle (placing->ranges[i], calibration->symmetric);
  return TRUE;
}

WeirPlacing *
weir_placing_new (const WeirCalibration *calibration, const WeirGraph *graph,
                  GError **error)
{
  g_autoptr (WeirPlacing) placing = g_new0 (WeirPlacing, 1);

  placing->layers = weir_layers_find (graph);
  if (!bring_verdicts (calibration, graph, placing->layers, error))
    return NULL;
  placing->places =
      weir_places_new (graph, placing->layers, calibration->symmetric, error);
  if (placing->places == NULL || !bring_ranges (calibration, placing, graph, error))
    return NULL;
  return g_steal_pointer (&placing);
}

WeirRange
weir_placing_range (const WeirPlacing *placing, WeirPort port)
{
  return placing->ranges[weir_places_group (placing->places, port)];
}
