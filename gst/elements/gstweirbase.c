#include "gstweirbase.h"

#include "lib/gstweirpreprocess.h"

GST_DEBUG_CATEGORY_STATIC (weir_base_debug);
#define GST_CAT_DEFAULT weir_base_debug
/* The chain function fills the queue and begins the work, a task on the source pad
 * empties it in order. */
typedef struct {
  GstPad *sinkpad, *srcpad;
  GstWeirQueue queue;
  GstVideoInfo info;
  gboolean has_caps;
  /* Under the queue's lock. */
  gboolean live;
  GstClockTime latency; /* longest way of a frame so far */
  GstClockTime told_latency;
  GstClockTime gathering; /* how long a frame is collected before its way begins */
} GstWeirBasePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstWeirBase, gst_weir_base, GST_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));

static GstWeirBasePrivate *
get_private (GstWeirBase *self)
{
  return gst_weir_base_get_instance_private (self);
}

void
gst_weir_base_done (GstWeirBase *self, GstWeirSlot *slot)
{
  gst_weir_queue_done (&get_private (self)->queue, slot);
}

void
gst_weir_base_set_depth (GstWeirBase *self, guint depth)
{
  gst_weir_queue_set_depth (&get_private (self)->queue, depth);
}

void
gst_weir_base_set_gathering (GstWeirBase *self, GstClockTime gathering)
{
  GstWeirBasePrivate *p = get_private (self);
  gboolean tell;

  g_mutex_lock (&p->queue.lock);
  tell = p->live && p->gathering != gathering;
  p->gathering = gathering;
  g_mutex_unlock (&p->queue.lock);
  if (tell)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
}

gboolean
gst_weir_base_is_live (GstWeirBase *self)
{
  GstWeirBasePrivate *p = get_private (self);
  GstQuery *query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (p->sinkpad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  gst_query_unref (query);
  return live;
}

void
gst_weir_base_fail (GstWeirBase *self, GstFlowReturn flow)
{
  gst_weir_queue_fail (&get_private (self)->queue, flow);
}

GstPad *
gst_weir_base_sink_pad (GstWeirBase *self)
{
  return get_private (self)->sinkpad;
}

GstFlowReturn
gst_weir_base_take (GstWeirBase *self, GstBuffer *buffer)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirSlot *slot = gst_weir_slot_new (GST_WEIR_SLOT_FRAME, buffer);
  GstFlowReturn flow;

  slot->info = p->info;
  flow = gst_weir_queue_put (&p->queue, slot);
  if (flow != GST_FLOW_OK) {
    gst_weir_slot_free (slot);
    return flow;
  }
  return GST_WEIR_BASE_GET_CLASS (self)->submit (self, slot);
}

static GstFlowReturn
gst_weir_base_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);

  (void) pad;
  if (!get_private (self)->has_caps) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  return GST_WEIR_BASE_GET_CLASS (self)->receive (self, buffer);
}

gboolean
gst_weir_base_end_stretch (GstWeirBase *self)
{
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);

  if (klass->rest != NULL)
    klass->rest (self);
  if (!gst_weir_queue_drain (&get_private (self)->queue))
    return FALSE;
  if (klass->restart != NULL)
    klass->restart (self);
  return TRUE;
}

static gboolean
set_caps (GstWeirBase *self, GstEvent *event)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);
  GstVideoInfo info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  gst_video_info_init (&info);
  if (gst_structure_has_name (gst_caps_get_structure (caps, 0), "video/x-raw") &&
      !gst_video_info_from_caps (&info, caps)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
                       ("not video that is read: %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (!gst_weir_base_end_stretch (self) ||
      (klass->set_caps != NULL && !klass->set_caps (self, caps)))
    return FALSE;
  p->info = info;
  p->has_caps = TRUE;
  return TRUE;
}

static void
set_flushing (GstWeirBase *self, gboolean flushing)
{
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);

  gst_weir_queue_set_flushing (&get_private (self)->queue, flushing);
  if (flushing && klass->unlock != NULL)
    klass->unlock (self);
  if (!flushing && klass->unlock_stop != NULL)
    klass->unlock_stop (self);
}

static void
note_latency (GstWeirBase *self, const GstWeirSlot *slot)
{
  GstWeirBasePrivate *p = get_private (self);
  GstClockTime took =
      (GstClockTime) (g_get_monotonic_time () - slot->arrived) * GST_USECOND;
  gboolean tell;

  g_mutex_lock (&p->queue.lock);
  p->latency = MAX (p->latency, took);
  tell = p->live && p->latency > p->told_latency + p->told_latency / 2 + GST_MSECOND;
  if (tell)
    p->told_latency = p->latency;
  g_mutex_unlock (&p->queue.lock);
  if (tell)
    gst_element_post_message (GST_ELEMENT (self),
                              gst_message_new_latency (GST_OBJECT (self)));
}

static GstFlowReturn
push_frame (GstWeirBase *self, GstWeirSlot *slot)
{
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);

  slot->buffer = gst_buffer_make_writable (slot->buffer);
  if (klass->finish != NULL)
    klass->finish (self, slot);
  note_latency (self, slot);
  return gst_pad_push (get_private (self)->srcpad, g_steal_pointer (&slot->buffer));
}

static void
gst_weir_base_loop (gpointer data)
{
  GstWeirBase *self = data;
  GstWeirBasePrivate *p = get_private (self);
  GstWeirSlot *slot = gst_weir_queue_next (&p->queue);
  GstFlowReturn flow = GST_FLOW_OK;

  if (slot == NULL) {
    gst_pad_pause_task (p->srcpad);
    return;
  }
  switch (slot->kind) {
  case GST_WEIR_SLOT_FRAME:
    flow = push_frame (self, slot);
    break;
  case GST_WEIR_SLOT_EVENT:
    gst_pad_push_event (p->srcpad, GST_EVENT (g_steal_pointer (&slot->item)));
    break;
  case GST_WEIR_SLOT_QUERY:
    slot->answer = gst_pad_peer_query (p->srcpad, GST_QUERY (slot->item));
    break;
  }
  gst_weir_queue_leave (&p->queue, slot, flow);
}

static gboolean
queue_event (GstWeirBase *self, GstEvent *event)
{
  GstWeirSlot *slot = gst_weir_slot_new (GST_WEIR_SLOT_EVENT, event);
  gboolean eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  GstFlowReturn flow = gst_weir_queue_put (&get_private (self)->queue, slot);

  if (flow == GST_FLOW_OK)
    return TRUE;
  gst_weir_slot_free (slot);
  if (eos && flow < GST_FLOW_EOS)
    GST_ELEMENT_FLOW_ERROR (self, flow);
  return FALSE;
}

static void
flush_start (GstWeirBase *self, GstEvent *event)
{
  GstWeirBasePrivate *p = get_private (self);

  set_flushing (self, TRUE);
  gst_pad_push_event (p->srcpad, event);
  gst_pad_pause_task (p->srcpad);
}

static void
flush_stop (GstWeirBase *self, GstEvent *event)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);

  gst_weir_queue_discard (&p->queue);
  if (klass->restart != NULL)
    klass->restart (self);
  gst_pad_push_event (p->srcpad, event);
  set_flushing (self, FALSE);
  gst_pad_start_task (p->srcpad, gst_weir_base_loop, self, NULL);
}

static gboolean
gst_weir_base_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);

  (void) pad;
  switch (GST_EVENT_TYPE (event)) {
  case GST_EVENT_FLUSH_START:
    flush_start (self, event);
    return TRUE;
  case GST_EVENT_FLUSH_STOP:
    flush_stop (self, event);
    return TRUE;
  case GST_EVENT_CAPS:
    if (!set_caps (self, event)) {
      gst_event_unref (event);
      return FALSE;
    }
    break;
  case GST_EVENT_SEGMENT:
  case GST_EVENT_GAP:
  case GST_EVENT_EOS:
    gst_weir_base_end_stretch (self);
    break;
  default:
    break;
  }
  if (GST_EVENT_IS_SERIALIZED (event))
    return queue_event (self, event);
  return gst_pad_push_event (get_private (self)->srcpad, event);
}

static gboolean
gst_weir_base_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);
  gboolean answer;

  if (!GST_QUERY_IS_SERIALIZED (query))
    return gst_pad_query_default (pad, parent, query);
  answer = gst_weir_queue_ask (&get_private (self)->queue, query);
  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return answer;
  if (!gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return TRUE;
}

static gboolean
answer_latency (GstWeirBase *self, GstQuery *query)
{
  GstWeirBasePrivate *p = get_private (self);
  GstClockTime min, max;
  gboolean live;

  if (!gst_pad_peer_query (p->sinkpad, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  g_mutex_lock (&p->queue.lock);
  p->live = live;
  p->told_latency = p->latency;
  min += p->latency + p->gathering;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += p->latency + p->gathering;
  g_mutex_unlock (&p->queue.lock);
  gst_query_set_latency (query, live, min, max);
  return TRUE;
}

static gboolean
gst_weir_base_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    return answer_latency (GST_WEIR_BASE (parent), query);
  return gst_pad_query_default (pad, parent, query);
}

static gboolean
gst_weir_base_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  (void) pad;
  return gst_pad_push_event (get_private (GST_WEIR_BASE (parent))->sinkpad, event);
}

static GstIterator *
gst_weir_base_internal_links (GstPad *pad, GstObject *parent)
{
  GstWeirBasePrivate *p = get_private (GST_WEIR_BASE (parent));
  GValue value = G_VALUE_INIT;
  GstIterator *links;

  g_value_init (&value, GST_TYPE_PAD);
  g_value_set_object (&value, pad == p->sinkpad ? p->srcpad : p->sinkpad);
  links = gst_iterator_new_single (GST_TYPE_PAD, &value);
  g_value_unset (&value);
  return links;
}

static gboolean
gst_weir_base_activate_sink (GstPad *pad, GstObject *parent, GstPadMode mode,
                             gboolean active)
{
  (void) pad;
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  set_flushing (GST_WEIR_BASE (parent), !active);
  return TRUE;
}

static gboolean
gst_weir_base_activate_src (GstPad *pad, GstObject *parent, GstPadMode mode,
                            gboolean active)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  set_flushing (self, !active);
  return active ? gst_pad_start_task (pad, gst_weir_base_loop, self, NULL)
                : gst_pad_stop_task (pad);
}

static void
reset (GstWeirBase *self)
{
  GstWeirBasePrivate *p = get_private (self);

  gst_weir_queue_discard (&p->queue);
  g_mutex_lock (&p->queue.lock);
  p->has_caps = FALSE;
  p->live = FALSE;
  p->latency = p->told_latency = p->gathering = 0;
  g_mutex_unlock (&p->queue.lock);
}

static GstStateChangeReturn
gst_weir_base_change_state (GstElement *element, GstStateChange transition)
{
  GstWeirBase *self = GST_WEIR_BASE (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    set_flushing (self, TRUE);
  result =
      GST_ELEMENT_CLASS (gst_weir_base_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (self);
  return result;
}

static void
gst_weir_base_finalize (GObject *object)
{
  GstWeirBasePrivate *p = get_private (GST_WEIR_BASE (object));

  gst_weir_queue_clear (&p->queue);
  G_OBJECT_CLASS (gst_weir_base_parent_class)->finalize (object);
}

/* A subclass may have other templates. */
static GstPad *
add_pad (GstWeirBase *self, const char *name, GstPadQueryFunction query,
         GstPadEventFunction event, GstPadActivateModeFunction activate)
{
  GstPad *pad = gst_pad_new_from_template (
      gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self), name), name);

  gst_pad_set_query_function (pad, query);
  gst_pad_set_event_function (pad, event);
  gst_pad_set_activatemode_function (pad, activate);
  gst_pad_set_iterate_internal_links_function (pad, gst_weir_base_internal_links);
  GST_PAD_SET_PROXY_CAPS (pad);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  return pad;
}

static void
gst_weir_base_constructed (GObject *object)
{
  GstWeirBase *self = GST_WEIR_BASE (object);
  GstWeirBasePrivate *p = get_private (self);

  G_OBJECT_CLASS (gst_weir_base_parent_class)->constructed (object);
  p->sinkpad = add_pad (self, "sink", gst_weir_base_sink_query, gst_weir_base_sink_event,
                        gst_weir_base_activate_sink);
  gst_pad_set_chain_function (p->sinkpad, gst_weir_base_chain);
  p->srcpad = add_pad (self, "src", gst_weir_base_src_query, gst_weir_base_src_event,
                       gst_weir_base_activate_src);
}

static void
gst_weir_base_class_init (GstWeirBaseClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (weir_base_debug, "weirbase", 0, "queue of the Weir elements");
  G_OBJECT_CLASS (klass)->constructed = gst_weir_base_constructed;
  G_OBJECT_CLASS (klass)->finalize = gst_weir_base_finalize;
  klass->receive = gst_weir_base_take;
  element_class->change_state = gst_weir_base_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

static void
gst_weir_base_init (GstWeirBase *self)
{
  gst_weir_queue_init (&get_private (self)->queue);
}
