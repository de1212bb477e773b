#include "gstweirbase.h"

#include "lib/gstweirpreprocess.h"

GST_DEBUG_CATEGORY_STATIC (weir_base_debug);
#define GST_CAT_DEFAULT weir_base_debug
/* One bounded ordered queue: the chain function fills it and begins the work, a task on
 * the source pad empties it in order. Serialized events and queries queue up with the
 * frames. */
typedef struct {
  GstPad *sinkpad, *srcpad;
  GMutex lock;
  GCond changed;
  GQueue slots;
  guint depth;
  guint frames; /* slots that are frames */
  guint working;
  gboolean flushing;
  GstFlowReturn flow;
  GstVideoInfo info;
  gboolean has_info;
  gboolean live;
  GstClockTime latency; /* longest way of a frame so far */
  GstClockTime told_latency;
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

static void
slot_free (GstWeirSlot *slot)
{
  if (slot->free_data != NULL && slot->data != NULL)
    slot->free_data (slot->data);
  if (slot->buffer != NULL)
    gst_buffer_unref (slot->buffer);
  if (slot->kind == GST_WEIR_SLOT_EVENT && slot->item != NULL)
    gst_mini_object_unref (slot->item);
  g_free (slot);
}

static GstWeirSlot *
slot_new (GstWeirSlotKind kind, gpointer content)
{
  GstWeirSlot *slot = g_new0 (GstWeirSlot, 1);

  slot->kind = kind;
  if (kind == GST_WEIR_SLOT_FRAME)
    slot->buffer = content;
  else
    slot->item = content;
  slot->done = kind != GST_WEIR_SLOT_FRAME;
  slot->arrived = g_get_monotonic_time ();
  return slot;
}

void
gst_weir_base_done (GstWeirBase *self, GstWeirSlot *slot)
{
  GstWeirBasePrivate *p = get_private (self);

  g_mutex_lock (&p->lock);
  slot->done = TRUE;
  p->working--;
  g_cond_broadcast (&p->changed);
  g_mutex_unlock (&p->lock);
}

void
gst_weir_base_set_depth (GstWeirBase *self, guint depth)
{
  GstWeirBasePrivate *p = get_private (self);

  g_mutex_lock (&p->lock);
  p->depth = MAX (depth, 1);
  g_cond_broadcast (&p->changed);
  g_mutex_unlock (&p->lock);
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
  GstWeirBasePrivate *p = get_private (self);

  g_mutex_lock (&p->lock);
  p->flow = flow;
  g_cond_broadcast (&p->changed);
  g_mutex_unlock (&p->lock);
}

GstPad *
gst_weir_base_sink_pad (GstWeirBase *self)
{
  return get_private (self)->sinkpad;
}

/* Puts a slot at the end; fails when the element is flushing or its stream has ended. */
static GstFlowReturn
enqueue (GstWeirBase *self, GstWeirSlot *slot)
{
  GstWeirBasePrivate *p = get_private (self);
  GstFlowReturn flow;

  g_mutex_lock (&p->lock);
  while (slot->kind == GST_WEIR_SLOT_FRAME && p->frames >= p->depth && !p->flushing &&
         p->flow == GST_FLOW_OK)
    g_cond_wait (&p->changed, &p->lock);
  flow = p->flushing ? GST_FLOW_FLUSHING : p->flow;
  if (flow == GST_FLOW_OK) {
    g_queue_push_tail (&p->slots, slot);
    if (slot->kind == GST_WEIR_SLOT_FRAME) {
      p->frames++;
      p->working++;
    } else {
      g_cond_broadcast (&p->changed); /* a frame's work wakes who waits for it */
    }
  }
  g_mutex_unlock (&p->lock);
  return flow;
}

static GstFlowReturn
gst_weir_base_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);
  GstWeirBasePrivate *p = get_private (self);
  GstWeirSlot *slot;
  GstFlowReturn flow;

  (void) pad;
  if (!p->has_info) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  slot = slot_new (GST_WEIR_SLOT_FRAME, buffer);
  slot->info = p->info;
  flow = enqueue (self, slot);
  if (flow != GST_FLOW_OK) {
    slot_free (slot);
    return flow;
  }
  return GST_WEIR_BASE_GET_CLASS (self)->submit (self, slot);
}

/* Waits until everything that came before has left, or the element flushes. */
static gboolean
drain (GstWeirBase *self)
{
  GstWeirBasePrivate *p = get_private (self);
  gboolean good;

  g_mutex_lock (&p->lock);
  while (!g_queue_is_empty (&p->slots) && !p->flushing && p->flow == GST_FLOW_OK)
    g_cond_wait (&p->changed, &p->lock);
  good = !p->flushing;
  g_mutex_unlock (&p->lock);
  return good;
}

static gboolean
set_caps (GstWeirBase *self, GstEvent *event)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);
  GstVideoInfo info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_video_info_from_caps (&info, caps)) {
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION, (NULL),
                       ("not video that is read: %" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  if (!drain (self) || (klass->set_caps != NULL && !klass->set_caps (self, &info)))
    return FALSE;
  p->info = info;
  p->has_info = TRUE;
  return TRUE;
}

static gboolean
head_is_busy (GstWeirBasePrivate *p)
{
  const GstWeirSlot *head = g_queue_peek_head (&p->slots);

  return head != NULL && head->busy;
}

/* Frames whose work still runs are waited for, and what is being pushed. Queries belong
 * to those who wait for them. */
static void
discard (GstWeirBase *self)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirSlot *slot;

  g_mutex_lock (&p->lock);
  while (p->working > 0 || head_is_busy (p))
    g_cond_wait (&p->changed, &p->lock);
  while ((slot = g_queue_pop_head (&p->slots)) != NULL)
    if (slot->kind != GST_WEIR_SLOT_QUERY)
      slot_free (slot);
  p->frames = 0;
  g_mutex_unlock (&p->lock);
}

static void
set_flushing (GstWeirBase *self, gboolean flushing)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirBaseClass *klass = GST_WEIR_BASE_GET_CLASS (self);

  g_mutex_lock (&p->lock);
  p->flushing = flushing;
  if (!flushing)
    p->flow = GST_FLOW_OK;
  g_cond_broadcast (&p->changed);
  g_mutex_unlock (&p->lock);
  if (flushing && klass->unlock != NULL)
    klass->unlock (self);
  if (!flushing && klass->unlock_stop != NULL)
    klass->unlock_stop (self);
}

/* The head of the queue once its work has ended; %NULL when the task shall pause. */
static GstWeirSlot *
next_slot (GstWeirBasePrivate *p)
{
  GstWeirSlot *slot = NULL;

  g_mutex_lock (&p->lock);
  while (!p->flushing && p->flow == GST_FLOW_OK) {
    slot = g_queue_peek_head (&p->slots);
    if (slot != NULL && slot->done)
      break;
    g_cond_wait (&p->changed, &p->lock);
  }
  if (p->flushing || p->flow != GST_FLOW_OK)
    slot = NULL;
  if (slot != NULL)
    slot->busy = TRUE;
  g_mutex_unlock (&p->lock);
  return slot;
}

/* The slot leaves the queue only behind its push, so that an empty queue is a drained
 * one. */
static void
leave (GstWeirBasePrivate *p, GstWeirSlot *slot, GstFlowReturn flow)
{
  GstWeirSlotKind kind = slot->kind;

  g_mutex_lock (&p->lock);
  g_queue_remove (&p->slots, slot);
  slot->busy = FALSE;
  if (kind == GST_WEIR_SLOT_FRAME)
    p->frames--;
  if (flow != GST_FLOW_OK && !p->flushing)
    p->flow = flow;
  g_cond_broadcast (&p->changed);
  g_mutex_unlock (&p->lock);
  if (kind != GST_WEIR_SLOT_QUERY)
    slot_free (slot);
}

static void
note_latency (GstWeirBase *self, const GstWeirSlot *slot)
{
  GstWeirBasePrivate *p = get_private (self);
  GstClockTime took =
      (GstClockTime) (g_get_monotonic_time () - slot->arrived) * GST_USECOND;
  gboolean tell;

  g_mutex_lock (&p->lock);
  p->latency = MAX (p->latency, took);
  tell = p->live && p->latency > p->told_latency + p->told_latency / 2 + GST_MSECOND;
  if (tell)
    p->told_latency = p->latency;
  g_mutex_unlock (&p->lock);
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
  GstWeirSlot *slot = next_slot (p);
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
  leave (p, slot, flow);
}

static gboolean
queue_event (GstWeirBase *self, GstEvent *event)
{
  GstWeirSlot *slot = slot_new (GST_WEIR_SLOT_EVENT, event);
  gboolean eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  GstFlowReturn flow = enqueue (self, slot);

  if (flow == GST_FLOW_OK)
    return TRUE;
  slot_free (slot);
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

  discard (self);
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
    drain (self);
    break;
  default:
    break;
  }
  if (GST_EVENT_IS_SERIALIZED (event))
    return queue_event (self, event);
  return gst_pad_push_event (get_private (self)->srcpad, event);
}

/* Queues a query and waits for its answer, or for the end of the stream. */
static gboolean
queue_query (GstWeirBase *self, GstQuery *query)
{
  GstWeirBasePrivate *p = get_private (self);
  GstWeirSlot *slot = slot_new (GST_WEIR_SLOT_QUERY, query);
  gboolean answer;

  if (enqueue (self, slot) != GST_FLOW_OK) {
    slot_free (slot);
    return FALSE;
  }
  g_mutex_lock (&p->lock);
  while (slot->busy || (g_queue_find (&p->slots, slot) != NULL && !p->flushing &&
                        p->flow == GST_FLOW_OK))
    g_cond_wait (&p->changed, &p->lock);
  g_queue_remove (&p->slots, slot);
  answer = slot->answer;
  g_mutex_unlock (&p->lock);
  slot_free (slot);
  return answer;
}

static gboolean
gst_weir_base_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstWeirBase *self = GST_WEIR_BASE (parent);
  gboolean answer;

  if (!GST_QUERY_IS_SERIALIZED (query))
    return gst_pad_query_default (pad, parent, query);
  answer = queue_query (self, query);
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
  g_mutex_lock (&p->lock);
  p->live = live;
  p->told_latency = p->latency;
  min += p->latency;
  if (GST_CLOCK_TIME_IS_VALID (max))
    max += p->latency;
  g_mutex_unlock (&p->lock);
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

  discard (self);
  g_mutex_lock (&p->lock);
  p->has_info = FALSE;
  p->live = FALSE;
  p->latency = p->told_latency = 0;
  g_mutex_unlock (&p->lock);
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

  g_mutex_clear (&p->lock);
  g_cond_clear (&p->changed);
  G_OBJECT_CLASS (gst_weir_base_parent_class)->finalize (object);
}

static void
gst_weir_base_class_init (GstWeirBaseClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (weir_base_debug, "weirbase", 0, "queue of the Weir elements");
  G_OBJECT_CLASS (klass)->finalize = gst_weir_base_finalize;
  element_class->change_state = gst_weir_base_change_state;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
}

static void
gst_weir_base_init (GstWeirBase *self)
{
  GstWeirBasePrivate *p = get_private (self);

  g_mutex_init (&p->lock);
  g_cond_init (&p->changed);
  g_queue_init (&p->slots);
  p->depth = 2;
  p->flushing = TRUE;
  p->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (p->sinkpad, gst_weir_base_chain);
  gst_pad_set_event_function (p->sinkpad, gst_weir_base_sink_event);
  gst_pad_set_query_function (p->sinkpad, gst_weir_base_sink_query);
  gst_pad_set_activatemode_function (p->sinkpad, gst_weir_base_activate_sink);
  gst_pad_set_iterate_internal_links_function (p->sinkpad, gst_weir_base_internal_links);
  GST_PAD_SET_PROXY_CAPS (p->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), p->sinkpad);
  p->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (p->srcpad, gst_weir_base_src_event);
  gst_pad_set_query_function (p->srcpad, gst_weir_base_src_query);
  gst_pad_set_activatemode_function (p->srcpad, gst_weir_base_activate_src);
  gst_pad_set_iterate_internal_links_function (p->srcpad, gst_weir_base_internal_links);
  GST_PAD_SET_PROXY_CAPS (p->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), p->srcpad);
}
