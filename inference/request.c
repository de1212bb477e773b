#include "network-private.h"

G_DEFINE_BOXED_TYPE (WeirRequest, weir_request, weir_request_ref, weir_request_unref)

WeirRequest *
weir_request_new (WeirNetwork *network, GError **error)
{
  WeirRequest *request = g_new0 (WeirRequest, 1);

  g_atomic_ref_count_init (&request->refs);
  request->network = weir_network_ref (network);
  request->images = g_new0 (WeirTensor *, MAX (network->plan->n_inputs, 1));
  pthread_mutex_init (&request->mutex, NULL);
  pthread_cond_init (&request->idle, NULL);
  request->execution = weir_execution_new (
      network->plan, weir_streams_team_size (network->streams), network->profile, error);
  if (request->execution == NULL)
    g_clear_pointer (&request, weir_request_unref);
  return request;
}

WeirRequest *
weir_request_ref (WeirRequest *request)
{
  g_atomic_ref_count_inc (&request->refs);
  return request;
}

void
weir_request_unref (WeirRequest *request)
{
  if (request == NULL || !g_atomic_ref_count_dec (&request->refs))
    return;
  for (guint i = 0; i < request->network->plan->n_inputs; i++)
    weir_tensor_unref (request->images[i]);
  g_free (request->images);
  weir_image_tables_clear (&request->tables);
  weir_execution_free (request->execution);
  pthread_cond_destroy (&request->idle);
  pthread_mutex_destroy (&request->mutex);
  weir_network_unref (request->network);
  g_free (request);
}

WeirNetwork *
weir_request_network (const WeirRequest *request)
{
  return request->network;
}

gboolean
weir_request_set_input (WeirRequest *request, guint index, WeirTensor *tensor,
                        GError **error)
{
  WeirPortInfo info;
  WeirTensor **input = &request->execution->inputs[index];

  g_return_val_if_fail (index < weir_network_n_inputs (request->network), FALSE);
  weir_network_input (request->network, index, &info);
  if (weir_tensor_dtype (tensor) != info.dtype ||
      !weir_shape_equal (weir_tensor_shape (tensor), &info.shape)) {
    g_autofree char *want = weir_shape_to_string (&info.shape);
    g_autofree char *got = weir_shape_to_string (weir_tensor_shape (tensor));
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input '%s': expected %s of %s, found %s of %s", info.name, want,
                      weir_dtype_name (info.dtype), got,
                      weir_dtype_name (weir_tensor_dtype (tensor)));
  }
  weir_tensor_ref (tensor);
  weir_tensor_unref (*input);
  *input = tensor;
  return TRUE;
}

WeirTensor *
weir_request_output (WeirRequest *request, guint index)
{
  g_return_val_if_fail (index < weir_network_n_outputs (request->network), NULL);
  return request->execution->outputs[index];
}

WeirTensor *
weir_request_take_output (WeirRequest *request, guint index, GError **error)
{
  g_return_val_if_fail (index < weir_network_n_outputs (request->network), NULL);
  return weir_execution_take_output (request->execution, index, error);
}

gboolean
weir_request_run (WeirRequest *request, GError **error)
{
  WeirThreads *team = weir_streams_acquire (request->network->streams);
  gboolean good = weir_execution_run (request->execution, team, error);

  weir_streams_release (request->network->streams, team);
  return good;
}

static void
end_run (WeirRequest *request)
{
  pthread_mutex_lock (&request->mutex);
  request->busy = FALSE;
  pthread_cond_broadcast (&request->idle);
  pthread_mutex_unlock (&request->mutex);
}

static void
run_in_background (gpointer job, WeirThreads *team)
{
  WeirRequest *request = job;
  g_autoptr (GError) error = NULL;

  weir_execution_run (request->execution, team, &error);
  request->done (request, error, request->user_data);
  end_run (request);
}

void
weir_request_start (WeirRequest *request, WeirRequestDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  weir_request_wait (request);
  pthread_mutex_lock (&request->mutex);
  request->busy = TRUE;
  request->done = done;
  request->user_data = user_data;
  pthread_mutex_unlock (&request->mutex);
  if (weir_streams_start (request->network->streams, run_in_background, request, &error))
    return;
  done (request, error, user_data);
  end_run (request);
}

void
weir_request_wait (WeirRequest *request)
{
  pthread_mutex_lock (&request->mutex);
  while (request->busy)
    pthread_cond_wait (&request->idle, &request->mutex);
  pthread_mutex_unlock (&request->mutex);
}

void
weir_request_reset (WeirRequest *request)
{
  weir_state_reset (request->execution->state);
}

GArray *
weir_request_profile (WeirRequest *request)
{
  const WeirPlan *plan = request->network->plan;
  GArray *rows;

  if (request->execution->seconds == NULL)
    return NULL;
  rows = g_array_new (FALSE, FALSE, sizeof (WeirStepProfile));
  for (guint i = 0; i < plan->steps->len; i++) {
    const WeirStep *step = &g_array_index (plan->steps, WeirStep, i);
    WeirStepProfile row = { .name = step->name,
                            .op = step->group.node != NULL ? step->group.node->op->name
                                                           : step->kernel->name,
                            .kernel = step->kernel->name,
                            .milliseconds = request->execution->seconds[i] * 1e3 };
    g_array_append_val (rows, row);
  }
  return rows;
}
