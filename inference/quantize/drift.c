#include "observe.h"

#include <math.h>

/* How far the outputs of two models are apart, on the same samples. */

typedef struct {
  double signal, noise, cosine, largest;
  guint samples;
} Sums;

static void
compare (Sums *sums, const WeirTensor *exact, const WeirTensor *rounded)
{
  double signal = 0, other = 0, product = 0, noise = 0;

  for (gsize i = 0; i < weir_tensor_count (exact); i++) {
    double a = weir_tensor_get (exact, i), b = weir_tensor_get (rounded, i);

    signal += a * a;
    other += b * b;
    product += a * b;
    noise += (a - b) * (a - b);
    sums->largest = MAX (sums->largest, fabs (a - b));
  }
  sums->signal += signal;
  sums->noise += noise;
  if (signal > 0 && other > 0)
    sums->cosine += product / sqrt (signal * other);
  else
    sums->cosine += signal == other;
  sums->samples++;
}

/* A pair of requests on the same samples. */
typedef struct {
  const WeirTrial *trial;
  WeirRequest *exact, *rounded;
} Pair;

static gboolean
is_compared (const WeirTensor *exact, const WeirTensor *rounded)
{
  return weir_tensor_dtype (exact) == WEIR_DTYPE_F32 &&
         weir_shape_equal (weir_tensor_shape (exact), weir_tensor_shape (rounded));
}

static gboolean
run_pair (const Pair *pair, Sums *sums, guint n, GError **error)
{
  const WeirTrial *trial = pair->trial;

  for (guint s = 0; s < weir_trial_count (trial); s++) {
    if (!weir_trial_run (trial, pair->exact, s, error) ||
        !weir_trial_run (trial, pair->rounded, s, error))
      return FALSE;
    for (guint i = 0; i < n; i++) {
      const WeirTensor *exact = weir_request_output (pair->exact, i);
      const WeirTensor *rounded = weir_request_output (pair->rounded, i);

      if (is_compared (exact, rounded))
        compare (&sums[i], exact, rounded);
    }
  }
  return TRUE;
}

static WeirDrift
conclude (const Sums *sums, const char *name)
{
  double ratio = sums->noise / MAX (sums->signal, G_MINDOUBLE);

  return (WeirDrift){ .name = g_strdup (name),
                      .drop = sqrt (ratio),
                      .snr = -10 * log10 (MAX (ratio, G_MINDOUBLE)),
                      .cosine = sums->cosine / sums->samples,
                      .largest = sums->largest };
}

static WeirRequest *
request_of (const WeirTrial *trial, WeirModel *model, GError **error)
{
  g_autoptr (WeirNetwork) network = weir_network_new (model, trial->network, error);

  return network != NULL ? weir_request_new (network, error) : NULL;
}

gboolean
weir_drift_measure (const WeirTrial *trial, WeirModel *model, WeirModel *quantized,
                    GArray *drifts, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);
  guint n = weir_graph_n_results (graph);
  g_autofree Sums *sums = g_new0 (Sums, MAX (n, 1));
  g_autoptr (WeirRequest) exact = request_of (trial, model, error);
  g_autoptr (WeirRequest) rounded =
      exact != NULL ? request_of (trial, quantized, error) : NULL;
  Pair pair = { trial, exact, rounded };

  if (rounded == NULL || !run_pair (&pair, sums, n, error))
    return FALSE;
  g_array_set_size (drifts, 0);
  for (guint i = 0; i < n; i++) {
    WeirDrift drift;

    if (sums[i].samples == 0)
      continue;
    drift = conclude (&sums[i], weir_graph_result_name (graph, i));
    g_array_append_val (drifts, drift);
  }
  return TRUE;
}
