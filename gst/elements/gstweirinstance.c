#include "gstweirinstance.h"

#include "lib/gstweirlabels.h"

static gboolean
make_requests (GstWeirInstance *instance, guint count, GError **error)
{
  for (guint i = 0; i < count; i++) {
    WeirRequest *request = weir_request_new (instance->network, error);

    if (request == NULL)
      return FALSE;
    g_ptr_array_add (instance->idle, request);
  }
  return TRUE;
}

/* The state of a network with memory lies in one request. */
static guint
count_requests (const GstWeirInstance *instance, const GstWeirInstanceWishes *wishes)
{
  return weir_network_has_state (instance->network) ? 1 : MAX (wishes->nireq, 1);
}

/* Other inputs of the network (sizes, scale factors) stay zero. */
static gboolean
set_other_inputs (GstWeirInstance *instance, GError **error)
{
  for (guint i = 0; i < weir_network_n_inputs (instance->network); i++) {
    WeirPortInfo info;
    g_autoptr (WeirTensor) zeros = NULL;

    if (i == instance->input)
      continue;
    weir_network_input (instance->network, i, &info);
    zeros = weir_tensor_new (info.dtype, &info.shape, error);
    for (guint r = 0; zeros != NULL && r < instance->idle->len; r++)
      if (!weir_request_set_input (instance->idle->pdata[r], i, zeros, error))
        return FALSE;
    if (zeros == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Frames of audio find their input by themselves, once their caps are known. */
static gboolean
find_input (GstWeirInstance *instance, const GstWeirInstanceWishes *wishes,
            GError **error)
{
  gboolean needed = wishes->media == GST_WEIR_MEDIA_VIDEO || wishes->task != 0;
  GstWeirWindowFit fit;

  if (wishes->media == GST_WEIR_MEDIA_AUDIO &&
      !gst_weir_window_fit (wishes->channels, instance->network, &fit, error))
    return FALSE;
  if (weir_picture_input (instance->network, &instance->input, needed ? error : NULL))
    weir_network_input (instance->network, instance->input, &instance->input_info);
  else if (needed)
    return FALSE;
  else
    instance->input = G_MAXUINT;
  return TRUE;
}

static gboolean
set_up (GstWeirInstance *instance, const GstWeirInstanceWishes *wishes, GError **error)
{
  WeirModel *model = weir_network_model (instance->network);
  GError *failure = NULL;

  if (!find_input (instance, wishes, error))
    return FALSE;
  if (wishes->task != 0) {
    instance->decoder =
        gst_weir_decoder_choose (wishes->decoder, wishes->task, model, instance->network,
                                 &instance->input_info, error);
    if (instance->decoder == NULL)
      return FALSE;
  }
  instance->labels = gst_weir_labels (wishes->labels, model, &failure);
  if (failure != NULL) {
    g_propagate_error (error, failure);
    return FALSE;
  }
  instance->n_labels = instance->labels != NULL ? g_strv_length (instance->labels) : 0;
  return weir_preprocess_decide (
             &instance->preprocess, &wishes->preprocess, model,
             instance->decoder != NULL ? instance->decoder->profile : NULL, error) &&
         make_requests (instance, count_requests (instance, wishes), error) &&
         set_other_inputs (instance, error);
}

GstWeirInstance *
gst_weir_instance_new (const GstWeirInstanceWishes *wishes, WeirProgress progress,
                       gpointer user_data, GError **error)
{
  GstWeirInstance *instance = g_new0 (GstWeirInstance, 1);

  g_atomic_ref_count_init (&instance->refs);
  g_mutex_init (&instance->lock);
  g_cond_init (&instance->idle_there);
  instance->idle = g_ptr_array_new ();
  instance->runs_on_stream = wishes->model.threads == 1 && wishes->nireq == 1;
  instance->network =
      gst_weir_model_store_load (&wishes->model, progress, user_data, error);
  if (instance->network == NULL || !set_up (instance, wishes, error))
    g_clear_pointer (&instance, gst_weir_instance_unref);
  return instance;
}

GstWeirInstance *
gst_weir_instance_ref (GstWeirInstance *instance)
{
  g_atomic_ref_count_inc (&instance->refs);
  return instance;
}

void
gst_weir_instance_unref (GstWeirInstance *instance)
{
  if (instance == NULL || !g_atomic_ref_count_dec (&instance->refs))
    return;
  for (guint i = 0; i < instance->idle->len; i++) {
    weir_request_wait (instance->idle->pdata[i]);
    weir_request_unref (instance->idle->pdata[i]);
  }
  g_ptr_array_unref (instance->idle);
  g_strfreev (instance->labels);
  if (instance->network != NULL)
    gst_weir_model_store_release (instance->network);
  g_cond_clear (&instance->idle_there);
  g_mutex_clear (&instance->lock);
  g_free (instance);
}

WeirRequest *
gst_weir_instance_acquire (GstWeirInstance *instance)
{
  WeirRequest *request = NULL;

  g_mutex_lock (&instance->lock);
  while (instance->idle->len == 0 && !instance->unlocked)
    g_cond_wait (&instance->idle_there, &instance->lock);
  if (!instance->unlocked)
    request = g_ptr_array_steal_index_fast (instance->idle, instance->idle->len - 1);
  g_mutex_unlock (&instance->lock);
  return request;
}

void
gst_weir_instance_release (GstWeirInstance *instance, WeirRequest *request)
{
  g_mutex_lock (&instance->lock);
  g_ptr_array_add (instance->idle, request);
  g_cond_signal (&instance->idle_there);
  g_mutex_unlock (&instance->lock);
}

void
gst_weir_instance_forget_state (GstWeirInstance *instance)
{
  g_mutex_lock (&instance->lock);
  for (guint i = 0; i < instance->idle->len; i++) {
    weir_request_wait (instance->idle->pdata[i]);
    weir_request_reset (instance->idle->pdata[i]);
  }
  g_mutex_unlock (&instance->lock);
}

void
gst_weir_instance_unlock (GstWeirInstance *instance, gboolean unlocked)
{
  g_mutex_lock (&instance->lock);
  instance->unlocked = unlocked;
  g_cond_broadcast (&instance->idle_there);
  g_mutex_unlock (&instance->lock);
}

const char *
gst_weir_instance_label (const GstWeirInstance *instance, int label_id)
{
  if (label_id < 0 || (guint) label_id >= instance->n_labels)
    return NULL;
  return instance->labels[label_id];
}

GArray *
gst_weir_instance_decode (GstWeirInstance *instance, WeirRequest *request,
                          const GstWeirDecoderOptions *options, GError **error)
{
  guint n = weir_network_n_outputs (instance->network);
  g_autofree WeirTensor **tensors = g_new0 (WeirTensor *, MAX (n, 1));
  g_autofree const char **names = g_new0 (const char *, MAX (n, 1));
  GstWeirTensors outputs = {
    .tensors = tensors, .names = names, .n = n, .input = &instance->input_info
  };
  GArray *objects = gst_weir_objects_new ();

  for (guint i = 0; i < n; i++) {
    WeirPortInfo info;

    weir_network_output (instance->network, i, &info);
    tensors[i] = weir_request_output (request, i);
    names[i] = info.name;
  }
  if (!instance->decoder->decode (&outputs, options, objects, error))
    g_clear_pointer (&objects, g_array_unref);
  return objects;
}
