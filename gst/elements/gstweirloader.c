#include "gstweirloader.h"

#include "gstweirbase.h"
#include "gstweirsettings.h"

#include <gst/base/gstadapter.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (weir_loader_debug);
#define GST_CAT_DEFAULT weir_loader_debug

/* A model that arrives in pieces must end somewhere. */
#define MAX_STREAM ((gsize) 4 << 30)

struct _GstWeirLoader {
  GstElement *element; /* the owner */
  guint task;
  GstWeirMedia media;
  guint channels;
  GMutex lock;
  GCond changed;
  GstWeirSettings settings;
  GstWeirInstance *current;
  GThread *thread; /* loads the property's model */
  gboolean has_pad;
  guint loading;
  gboolean active;
  gboolean cancelled;
  gboolean unlocked;
  gboolean failed;
};

GstWeirLoader *
gst_weir_loader_new (GstElement *element)
{
  GstWeirLoader *loader = g_new0 (GstWeirLoader, 1);

  GST_DEBUG_CATEGORY_INIT (weir_loader_debug, "weirloader", 0, "Weir model loading");
  loader->element = element;
  loader->cancelled = TRUE;
  g_mutex_init (&loader->lock);
  g_cond_init (&loader->changed);
  gst_weir_settings_init (&loader->settings);
  return loader;
}

void
gst_weir_loader_free (GstWeirLoader *loader)
{
  gst_weir_loader_stop (loader);
  gst_weir_settings_clear (&loader->settings);
  g_mutex_clear (&loader->lock);
  g_cond_clear (&loader->changed);
  g_free (loader);
}

void
gst_weir_loader_set_task (GstWeirLoader *loader, guint task)
{
  loader->task = task;
}

void
gst_weir_loader_set_media (GstWeirLoader *loader, guint channels)
{
  g_mutex_lock (&loader->lock);
  loader->media = channels > 0 ? GST_WEIR_MEDIA_AUDIO : GST_WEIR_MEDIA_VIDEO;
  loader->channels = channels;
  g_mutex_unlock (&loader->lock);
}

void
gst_weir_loader_forget_state (GstWeirLoader *loader)
{
  g_mutex_lock (&loader->lock);
  if (loader->current != NULL)
    gst_weir_instance_forget_state (loader->current);
  g_mutex_unlock (&loader->lock);
}

static gboolean
show_progress (double fraction, const char *stage, gpointer data)
{
  GstWeirLoader *loader = data;
  gboolean go_on;

  gst_element_post_message (
      loader->element,
      gst_message_new_element (GST_OBJECT (loader->element),
                               gst_structure_new ("weir-progress", "fraction",
                                                  G_TYPE_DOUBLE, fraction, "stage",
                                                  G_TYPE_STRING, stage, NULL)));
  g_mutex_lock (&loader->lock);
  go_on = !loader->cancelled;
  g_mutex_unlock (&loader->lock);
  return go_on;
}

static void
describe (const GstWeirInstance *instance, GstStructure *to)
{
  static const char *const orders[] = { "RGB", "BGR", "GRAY" };
  g_autofree char *fallbacks = weir_network_fallbacks (instance->network);

  gst_structure_set (to, "device", G_TYPE_STRING, weir_network_device (instance->network),
                     "isa", G_TYPE_STRING, weir_network_isa (instance->network),
                     "channel-order", G_TYPE_STRING,
                     orders[instance->preprocess.transform.order], "channel-order-from",
                     G_TYPE_STRING, instance->preprocess.order_from, "mean-from",
                     G_TYPE_STRING, instance->preprocess.mean_from, "resize-from",
                     G_TYPE_STRING, instance->preprocess.resize_from, NULL);
  if (instance->decoder != NULL)
    gst_structure_set (to, "decoder", G_TYPE_STRING, instance->decoder->name, NULL);
  if (fallbacks != NULL)
    gst_structure_set (to, "fallbacks", G_TYPE_STRING, fallbacks, NULL);
}

static void
tell_loaded (GstWeirLoader *loader, const GstWeirInstance *instance)
{
  GstStructure *message = gst_structure_new_empty ("weir-model");
  g_autofree char *fallbacks = weir_network_fallbacks (instance->network);

  describe (instance, message);
  gst_element_post_message (
      loader->element, gst_message_new_element (GST_OBJECT (loader->element), message));
  if (fallbacks != NULL)
    GST_WARNING_OBJECT (loader->element, "no fast kernel for: %s", fallbacks);
}

/* A first model that cannot be loaded ends the stream; a later one is only refused. */
static void
tell_failed (GstWeirLoader *loader, const GError *error, gboolean is_first)
{
  GstStructure *message;

  if (is_first) {
    GST_ELEMENT_ERROR (loader->element, RESOURCE, READ, ("%s", error->message), (NULL));
    return;
  }
  message = gst_structure_new ("weir-model-refused", "error", G_TYPE_STRING,
                               error->message, NULL);
  gst_element_post_message (
      loader->element, gst_message_new_element (GST_OBJECT (loader->element), message));
}

/* Puts @instance in the place of the running one. */
static void
take_over (GstWeirLoader *loader, GstWeirInstance *instance)
{
  GstWeirInstance *old = NULL;

  g_mutex_lock (&loader->lock);
  loader->loading--;
  if (!loader->cancelled) {
    old = loader->current;
    loader->current = gst_weir_instance_ref (instance);
    gst_weir_instance_unlock (instance, loader->unlocked);
    loader->failed = FALSE;
  }
  g_cond_broadcast (&loader->changed);
  g_mutex_unlock (&loader->lock);
  gst_weir_instance_unref (old);
}

/* The reason is told before whoever waits returns: else upstream's complaint comes first.
 */
static void
give_up (GstWeirLoader *loader, const GError *error)
{
  gboolean cancelled, is_first;

  g_mutex_lock (&loader->lock);
  cancelled = loader->cancelled;
  is_first = loader->current == NULL;
  g_mutex_unlock (&loader->lock);
  if (!cancelled)
    tell_failed (loader, error, is_first);
  g_mutex_lock (&loader->lock);
  loader->loading--;
  loader->failed = loader->failed || (!cancelled && is_first);
  g_cond_broadcast (&loader->changed);
  g_mutex_unlock (&loader->lock);
}

static gboolean
load (GstWeirLoader *loader, GBytes *stream)
{
  GstWeirSettings settings;
  GstWeirInstanceWishes wishes;
  GstWeirInstance *instance;
  g_autoptr (GError) error = NULL;
  GstWeirMedia media;
  guint channels;
  gboolean good;

  g_mutex_lock (&loader->lock);
  settings = gst_weir_settings_copy (&loader->settings);
  media = loader->media;
  channels = loader->channels;
  g_mutex_unlock (&loader->lock);
  wishes = gst_weir_settings_wishes (&settings, loader->task, stream);
  wishes.media = media;
  wishes.channels = channels;
  gst_weir_base_set_depth (GST_WEIR_BASE (loader->element),
                           wishes.nireq > 1 ? wishes.nireq + 1 : 1);
  instance = gst_weir_instance_new (&wishes, show_progress, loader, &error);
  good = instance != NULL;
  if (good) {
    tell_loaded (loader, instance);
    take_over (loader, instance);
  } else {
    give_up (loader, error);
  }
  gst_weir_instance_unref (instance);
  gst_weir_settings_clear (&settings);
  return good;
}

static gpointer
load_thread (gpointer data)
{
  load (data, NULL);
  return NULL;
}

static void
join_thread (GstWeirLoader *loader)
{
  GThread *thread;

  g_mutex_lock (&loader->lock);
  thread = g_steal_pointer (&loader->thread);
  g_mutex_unlock (&loader->lock);
  if (thread != NULL)
    g_thread_join (thread);
}

static void
start_thread (GstWeirLoader *loader)
{
  join_thread (loader);
  g_mutex_lock (&loader->lock);
  loader->loading++;
  loader->thread = g_thread_new ("weir-loader", load_thread, loader);
  g_mutex_unlock (&loader->lock);
}

void
gst_weir_loader_install_properties (GObjectClass *klass, guint first)
{
  gst_weir_settings_install (klass, first);
}

gboolean
gst_weir_loader_set_property (GstWeirLoader *loader, guint index, const GValue *value)
{
  gboolean known, reload;

  g_mutex_lock (&loader->lock);
  known = gst_weir_settings_set (&loader->settings, index, value);
  reload = loader->active && gst_weir_settings_is_model (index) &&
           loader->settings.model != NULL;
  g_mutex_unlock (&loader->lock);
  if (reload)
    start_thread (loader);
  return known;
}

gboolean
gst_weir_loader_get_property (GstWeirLoader *loader, guint index, GValue *value)
{
  gboolean known;

  g_mutex_lock (&loader->lock);
  known = gst_weir_settings_get (&loader->settings, index, value);
  g_mutex_unlock (&loader->lock);
  return known;
}

gboolean
gst_weir_loader_start (GstWeirLoader *loader)
{
  gboolean from_file, possible;

  g_mutex_lock (&loader->lock);
  from_file = loader->settings.model != NULL && *loader->settings.model != '\0';
  possible = from_file || loader->has_pad;
  loader->active = possible;
  loader->cancelled = loader->failed = FALSE;
  loader->media = GST_WEIR_MEDIA_UNKNOWN;
  g_mutex_unlock (&loader->lock);
  if (!possible)
    GST_ELEMENT_ERROR (loader->element, RESOURCE, NOT_FOUND,
                       ("no model: set the property 'model' or link the pad 'model'"),
                       (NULL));
  if (from_file)
    start_thread (loader);
  return possible;
}

void
gst_weir_loader_cancel (GstWeirLoader *loader)
{
  g_mutex_lock (&loader->lock);
  loader->cancelled = TRUE;
  loader->active = FALSE;
  g_cond_broadcast (&loader->changed);
  g_mutex_unlock (&loader->lock);
}

void
gst_weir_loader_stop (GstWeirLoader *loader)
{
  GstWeirInstance *current;

  gst_weir_loader_cancel (loader);
  join_thread (loader);
  g_mutex_lock (&loader->lock);
  current = g_steal_pointer (&loader->current);
  g_mutex_unlock (&loader->lock);
  gst_weir_instance_unref (current);
}

void
gst_weir_loader_unlock (GstWeirLoader *loader, gboolean unlocked)
{
  g_mutex_lock (&loader->lock);
  loader->unlocked = unlocked;
  if (loader->current != NULL)
    gst_weir_instance_unlock (loader->current, unlocked);
  g_cond_broadcast (&loader->changed);
  g_mutex_unlock (&loader->lock);
}

GstFlowReturn
gst_weir_loader_get (GstWeirLoader *loader, gboolean wait, GstWeirInstance **instance)
{
  GstFlowReturn flow = GST_FLOW_OK;

  *instance = NULL;
  g_mutex_lock (&loader->lock);
  while (loader->current == NULL && wait && !loader->failed && !loader->unlocked &&
         !loader->cancelled)
    g_cond_wait (&loader->changed, &loader->lock);
  if (loader->unlocked || loader->cancelled)
    flow = GST_FLOW_FLUSHING;
  else if (loader->failed && loader->current == NULL)
    flow = GST_FLOW_ERROR;
  else if (loader->current != NULL)
    *instance = gst_weir_instance_ref (loader->current);
  g_mutex_unlock (&loader->lock);
  return flow;
}

void
gst_weir_loader_add_stats (GstWeirLoader *loader, GstStructure *stats)
{
  g_mutex_lock (&loader->lock);
  if (loader->current != NULL)
    describe (loader->current, stats);
  g_mutex_unlock (&loader->lock);
}

/* Model pads. One buffer of an IR stream is one model; other files arrive in pieces and
 * end with EOS. */

static gboolean
is_whole (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  return caps != NULL && gst_structure_has_name (gst_caps_get_structure (caps, 0),
                                                 "application/x-openvino-ir");
}

static void
load_stream (GstWeirLoader *loader, GBytes *bytes)
{
  g_mutex_lock (&loader->lock);
  loader->loading++;
  g_mutex_unlock (&loader->lock);
  load (loader, bytes);
}

static GBytes *
bytes_of (GstBuffer *buffer)
{
  gsize size = gst_buffer_get_size (buffer);
  gpointer data = g_malloc (MAX (size, 1));

  gst_buffer_extract (buffer, 0, data, size);
  return g_bytes_new_take (data, size);
}

static GstFlowReturn
model_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWeirLoader *loader = gst_pad_get_element_private (pad);
  GstAdapter *pieces = g_object_get_data (G_OBJECT (pad), "pieces");

  (void) parent;
  if (is_whole (pad)) {
    g_autoptr (GBytes) bytes = bytes_of (buffer);

    gst_buffer_unref (buffer);
    load_stream (loader, bytes);
    return GST_FLOW_OK;
  }
  if (gst_adapter_available (pieces) + gst_buffer_get_size (buffer) > MAX_STREAM) {
    gst_buffer_unref (buffer);
    GST_ELEMENT_ERROR (loader->element, STREAM, WRONG_TYPE, ("the model is too large"),
                       (NULL));
    return GST_FLOW_ERROR;
  }
  gst_adapter_push (pieces, buffer);
  return GST_FLOW_OK;
}

/* The end of a branch: what came in pieces is whole now. Without any model it is an
 * error, since the video would wait for ever. */
static void
model_eos (GstWeirLoader *loader, GstPad *pad)
{
  GstAdapter *pieces = g_object_get_data (G_OBJECT (pad), "pieces");
  gsize size = gst_adapter_available (pieces);
  gboolean nothing;

  if (size > 0) {
    g_autoptr (GBytes) bytes = g_bytes_new_take (gst_adapter_take (pieces, size), size);
    load_stream (loader, bytes);
    return;
  }
  g_mutex_lock (&loader->lock);
  nothing = loader->current == NULL && loader->loading == 0 && !loader->cancelled;
  g_mutex_unlock (&loader->lock);
  if (!nothing)
    return;
  GST_ELEMENT_ERROR (loader->element, STREAM, WRONG_TYPE,
                     ("the stream on the pad 'model' ended without a model"), (NULL));
  g_mutex_lock (&loader->lock);
  loader->failed = TRUE;
  g_cond_broadcast (&loader->changed);
  g_mutex_unlock (&loader->lock);
}

static gboolean
model_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  (void) parent;
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    model_eos (gst_pad_get_element_private (pad), pad);
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    gst_adapter_clear (g_object_get_data (G_OBJECT (pad), "pieces"));
  gst_event_unref (event);
  return TRUE;
}

static gboolean
model_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS ||
      GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS)
    return gst_pad_query_default (pad, parent, query);
  return FALSE;
}

/* Nothing of this branch reaches the video's: no seek, no latency, no EOS. */
static GstIterator *
no_internal_links (GstPad *pad, GstObject *parent)
{
  (void) pad;
  (void) parent;
  return NULL;
}

GstPad *
gst_weir_loader_add_pad (GstWeirLoader *loader, GstPadTemplate *template)
{
  GstPad *pad;

  if (loader->has_pad)
    return NULL;
  loader->has_pad = TRUE;
  pad = gst_pad_new_from_template (template, "model");
  gst_pad_set_element_private (pad, loader);
  g_object_set_data_full (G_OBJECT (pad), "pieces", gst_adapter_new (), g_object_unref);
  gst_pad_set_chain_function (pad, model_chain);
  gst_pad_set_event_function (pad, model_event);
  gst_pad_set_query_function (pad, model_query);
  gst_pad_set_iterate_internal_links_function (pad, no_internal_links);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (loader->element, pad);
  return pad;
}

void
gst_weir_loader_remove_pad (GstWeirLoader *loader, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (loader->element, pad);
  loader->has_pad = FALSE;
}
