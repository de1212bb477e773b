#include "equalize.h"
#include "observe.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

/* From samples to a calibration, step by step. */

/* What `max_drop` is where the user does not say. */
#define MIXED_DROP 0.1

/* Decibels by which equalised layers must be better, each of them. */
#define PAYS 0.5

/** Telling: what the user hears while samples run. */
typedef struct {
  const WeirCalibrateOptions *options;
  const char *stage;
  guint runs, expected;
} Telling;

static const WeirCalibrateOptions defaults = { .max_drop = -1 };

const char *
weir_calibrate_method (guint index)
{
  const WeirRangeMethod *method = weir_range_method (index);

  return method != NULL ? method->name : NULL;
}

static gboolean
tell (gpointer data, GError **error)
{
  Telling *t = data;
  double fraction = MIN ((double) t->runs++ / MAX (t->expected, 1), 1);

  if (t->options->progress == NULL ||
      t->options->progress (fraction, t->stage, t->options->progress_data))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
  return FALSE;
}

static void
begin (Telling *telling, const char *stage, guint expected)
{
  telling->stage = stage;
  telling->runs = 0;
  telling->expected = expected;
}

static const WeirRangeMethod *
read_method (const char *name, GError **error)
{
  const WeirRangeMethod *method =
      name != NULL ? weir_range_method_find (name) : weir_range_method (0);
  g_autoptr (GString) known = g_string_new (NULL);

  if (method != NULL)
    return method;
  for (guint i = 0; weir_range_method (i) != NULL; i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "",
                            weir_range_method (i)->name);
  weir_fail (error, WEIR_ERROR_ARGUMENT, "method: expected %s, found '%s'", known->str,
             name);
  return NULL;
}

static gboolean
read_preset (const WeirCalibrateOptions *o, gboolean *symmetric, double *max_drop,
             GError **error)
{
  *symmetric = g_strcmp0 (o->preset, "performance") == 0;
  *max_drop = o->max_drop >= 0 ? o->max_drop : *symmetric ? INFINITY : MIXED_DROP;
  if (*symmetric || o->preset == NULL || strcmp (o->preset, "mixed") == 0)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "preset: expected performance or mixed, found '%s'", o->preset);
}

static gboolean
is_ignored (const WeirCalibrateOptions *o, const char *name)
{
  for (guint i = 0; o->ignore != NULL && o->ignore[i] != NULL; i++)
    if (g_pattern_match_simple (o->ignore[i], name))
      return TRUE;
  return FALSE;
}

static gboolean
add_layers (WeirCalibration *calibration, const WeirGraph *graph,
            const WeirCalibrateOptions *o, GError **error)
{
  g_autoptr (GArray) layers = weir_layers_find (graph);
  guint left = 0;

  for (guint i = 0; i < layers->len; i++) {
    WeirLayer *layer = &g_array_index (layers, WeirLayer, i);
    const WeirNode *node = weir_graph_node (graph, layer->node);
    WeirVerdict verdict = { .name = g_strdup (node->name),
                            .op = g_strdup (node->op->name),
                            .snr = NAN,
                            .channels = layer->channels };

    if (is_ignored (o, node->name))
      weir_layer_keep (layer, "--ignore");
    verdict.reason = g_steal_pointer (&layer->kept);
    left += verdict.reason == NULL && layer->kind != WEIR_LAYER_SUM;
    g_array_append_val (calibration->layers, verdict);
  }
  return left > 0 ||
         weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "there is nothing to quantise: no convolution or matrix product in "
                    "float32 is left");
}

/* Sums whose readers all stay in float do so, too. */
static gboolean
note_sums (WeirCalibration *calibration, WeirModel *model, GError **error)
{
  g_autoptr (WeirPlacing) placing =
      weir_placing_new (calibration, weir_model_graph (model), error);

  for (guint i = 0; placing != NULL && i < placing->layers->len; i++) {
    WeirVerdict *verdict = weir_calibration_verdict (calibration, i);

    if (verdict->reason == NULL &&
        !placing->places->taken[g_array_index (placing->layers, WeirLayer, i).node])
      verdict->reason = g_strdup ("no quantised layer reads it");
  }
  return placing != NULL;
}

/** Work: what all steps need. */
typedef struct {
  WeirCalibration *calibration;
  WeirModel *model;
  const WeirTrial *trial;
  const WeirRangeMethod *method;
  Telling *telling;
} Work;

/* Ranges and biases of the model as it is equalised. */
static gboolean
look (const Work *w, GError **error)
{
  guint n = w->calibration->samples;
  g_autoptr (WeirModel) model =
      weir_equalize_apply (w->model, w->calibration->equalized, error);

  weir_calibration_forget (w->calibration);
  begin (w->telling, "observing", w->method->needs_bins ? 2 * n : n);
  if (model == NULL || !weir_observe (w->calibration, w->trial, model, w->method, error))
    return FALSE;
  begin (w->telling, "correcting", n);
  return weir_correct_bias (w->calibration, w->trial, model, error);
}

/* Whether all layers that read the value @name have gained. */
static gboolean
pays (const Work *w, const WeirGraph *graph, const GArray *layers, const char *name,
      const double *before)
{
  for (guint i = 0; i < layers->len; i++) {
    const WeirNode *node =
        weir_graph_node (graph, g_array_index (layers, WeirLayer, i).node);
    g_autofree char *input = weir_value_name (graph, node->inputs[0]);

    if (g_strcmp0 (input, name) == 0 &&
        !(weir_calibration_verdict (w->calibration, i)->snr >= before[i] + PAYS))
      return FALSE;
  }
  return TRUE;
}

/* Equalises what it can, and takes back what does not pay. */
static gboolean
equalize (const Work *w, GError **error)
{
  WeirCalibration *c = w->calibration;
  const WeirGraph *graph = weir_model_graph (w->model);
  g_autoptr (GArray) found = weir_equalize_find (w->trial, w->model, error);
  g_autoptr (GArray) layers = weir_layers_find (graph);
  g_autofree double *before = g_new (double, MAX (c->layers->len, 1));
  guint taken;

  if (found == NULL)
    return FALSE;
  if (found->len == 0)
    return TRUE;
  for (guint i = 0; i < c->layers->len; i++)
    before[i] = weir_calibration_verdict (c, i)->snr;
  g_array_unref (c->equalized);
  c->equalized = g_steal_pointer (&found);
  if (!look (w, error))
    return FALSE;
  taken = c->equalized->len;
  for (guint i = taken; i-- > 0;)
    if (!pays (w, graph, layers, g_array_index (c->equalized, WeirEqualized, i).name,
               before))
      g_array_remove_index (c->equalized, i);
  return c->equalized->len == taken || look (w, error);
}

static gboolean
calibrate (const Work *w, double max_drop, GError **error)
{
  if (!look (w, error) || !equalize (w, error))
    return FALSE;
  begin (w->telling, "measuring", 2 * w->calibration->samples);
  return weir_keep_sensitive (w->calibration, w->trial, w->model, max_drop, error) &&
         note_sums (w->calibration, w->model, error);
}

WeirCalibration *
weir_calibrate (WeirModel *model, const WeirSamples *samples,
                const WeirCalibrateOptions *options, GError **error)
{
  const WeirCalibrateOptions *o = options != NULL ? options : &defaults;
  const WeirRangeMethod *method = read_method (o->method, error);
  Telling telling = { .options = o };
  WeirTrial trial = { .samples = samples,
                      .network = o->network,
                      .limit = samples->count,
                      .ran = tell,
                      .ran_data = &telling };
  g_autoptr (WeirCalibration) calibration = NULL;
  gboolean symmetric;
  double max_drop;

  if (method == NULL || !read_preset (o, &symmetric, &max_drop, error))
    return NULL;
  if (samples->count == 0) {
    weir_fail (error, WEIR_ERROR_ARGUMENT, "there are no samples");
    return NULL;
  }
  calibration = weir_calibration_new (method->name, symmetric);
  calibration->samples = samples->count;
  if (!add_layers (calibration, weir_model_graph (model), o, error) ||
      !calibrate (&(Work){ calibration, model, &trial, method, &telling }, max_drop,
                  error))
    return NULL;
  return g_steal_pointer (&calibration);
}
