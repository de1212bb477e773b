#include "trial.h"

/* Bytes of values that one run hands out; more are left to another. */
#define RUN_BYTES (192u << 20)

guint
weir_trial_count (const WeirTrial *trial)
{
  return MIN (trial->limit, trial->samples->count);
}

gboolean
weir_trial_run (const WeirTrial *trial, WeirRequest *request, guint index, GError **error)
{
  const WeirSamples *samples = trial->samples;
  guint sample = (guint) ((guint64) index * samples->count / weir_trial_count (trial));

  if (trial->ran != NULL && !trial->ran (trial->ran_data, error))
    return FALSE;
  weir_request_reset (request);
  return samples->fill (request, sample, samples->user_data, error) &&
         weir_request_run (request, error);
}

static gboolean
run_samples (const WeirTrial *trial, WeirModel *model, guint first, guint n,
             WeirTrialVisit visit, gpointer data, guint offset, GError **error)
{
  g_autoptr (WeirNetwork) network = weir_network_new (model, trial->network, error);
  g_autoptr (WeirRequest) request =
      network != NULL ? weir_request_new (network, error) : NULL;

  if (request == NULL)
    return FALSE;
  for (guint s = 0; s < weir_trial_count (trial); s++) {
    if (!weir_trial_run (trial, request, s, error))
      return FALSE;
    for (guint i = 0; i < n; i++)
      if (!visit (weir_request_output (request, first + i), offset + i, s, data, error))
        return FALSE;
  }
  return TRUE;
}

/* What @port takes at least; values of unknown shape count as little. */
static gsize
bytes_of (const WeirGraph *graph, WeirPort port)
{
  const WeirShape *shape = weir_graph_shape (graph, port);
  gsize bytes = sizeof (float);

  for (int i = 0; i < shape->rank; i++)
    bytes *= (gsize) MAX (shape->dims[i], 1);
  return bytes;
}

gboolean
weir_trial_values (const WeirTrial *trial, WeirModel *model, const WeirPort *ports,
                   guint n_ports, WeirTrialVisit visit, gpointer data, GError **error)
{
  const WeirGraph *graph = weir_model_graph (model);
  guint outputs = weir_graph_n_results (graph);

  for (guint first = 0, n; first < n_ports; first += n) {
    g_autoptr (WeirModel) exposed = NULL;
    gsize bytes = bytes_of (graph, ports[first]);

    for (n = 1; first + n < n_ports && bytes < RUN_BYTES; n++)
      bytes += bytes_of (graph, ports[first + n]);
    exposed = weir_model_expose (model, ports + first, n, error);
    if (exposed == NULL ||
        !run_samples (trial, exposed, outputs, n, visit, data, first, error))
      return FALSE;
  }
  return TRUE;
}
