#include "gstweirqueue.h"

void
gst_weir_queue_init (GstWeirQueue *queue)
{
  g_mutex_init (&queue->lock);
  g_cond_init (&queue->changed);
  g_queue_init (&queue->slots);
  queue->depth = 2;
  queue->flushing = TRUE;
}

void
gst_weir_queue_clear (GstWeirQueue *queue)
{
  g_mutex_clear (&queue->lock);
  g_cond_clear (&queue->changed);
}

void
gst_weir_queue_set_depth (GstWeirQueue *queue, guint depth)
{
  g_mutex_lock (&queue->lock);
  queue->depth = MAX (depth, 1);
  g_cond_broadcast (&queue->changed);
  g_mutex_unlock (&queue->lock);
}

void
gst_weir_queue_set_flushing (GstWeirQueue *queue, gboolean flushing)
{
  g_mutex_lock (&queue->lock);
  queue->flushing = flushing;
  if (!flushing)
    queue->flow = GST_FLOW_OK;
  g_cond_broadcast (&queue->changed);
  g_mutex_unlock (&queue->lock);
}

void
gst_weir_queue_fail (GstWeirQueue *queue, GstFlowReturn flow)
{
  g_mutex_lock (&queue->lock);
  queue->flow = flow;
  g_cond_broadcast (&queue->changed);
  g_mutex_unlock (&queue->lock);
}

GstWeirSlot *
gst_weir_slot_new (GstWeirSlotKind kind, gpointer content)
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
gst_weir_slot_free (GstWeirSlot *slot)
{
  if (slot->free_data != NULL && slot->data != NULL)
    slot->free_data (slot->data);
  if (slot->buffer != NULL)
    gst_buffer_unref (slot->buffer);
  if (slot->kind == GST_WEIR_SLOT_EVENT && slot->item != NULL)
    gst_mini_object_unref (slot->item);
  g_free (slot);
}

GstFlowReturn
gst_weir_queue_put (GstWeirQueue *queue, GstWeirSlot *slot)
{
  GstFlowReturn flow;

  g_mutex_lock (&queue->lock);
  while (slot->kind == GST_WEIR_SLOT_FRAME && queue->frames >= queue->depth &&
         !queue->flushing && queue->flow == GST_FLOW_OK)
    g_cond_wait (&queue->changed, &queue->lock);
  flow = queue->flushing ? GST_FLOW_FLUSHING : queue->flow;
  if (flow == GST_FLOW_OK) {
    g_queue_push_tail (&queue->slots, slot);
    if (slot->kind == GST_WEIR_SLOT_FRAME) {
      queue->frames++;
      queue->working++;
    } else {
      g_cond_broadcast (&queue->changed); /* a frame's work wakes who waits for it */
    }
  }
  g_mutex_unlock (&queue->lock);
  return flow;
}

void
gst_weir_queue_done (GstWeirQueue *queue, GstWeirSlot *slot)
{
  g_mutex_lock (&queue->lock);
  slot->done = TRUE;
  queue->working--;
  g_cond_broadcast (&queue->changed);
  g_mutex_unlock (&queue->lock);
}

gboolean
gst_weir_queue_drain (GstWeirQueue *queue)
{
  gboolean good;

  g_mutex_lock (&queue->lock);
  while (!g_queue_is_empty (&queue->slots) && !queue->flushing &&
         queue->flow == GST_FLOW_OK)
    g_cond_wait (&queue->changed, &queue->lock);
  good = !queue->flushing;
  g_mutex_unlock (&queue->lock);
  return good;
}

static gboolean
head_is_busy (GstWeirQueue *queue)
{
  const GstWeirSlot *head = g_queue_peek_head (&queue->slots);

  return head != NULL && head->busy;
}

void
gst_weir_queue_discard (GstWeirQueue *queue)
{
  GstWeirSlot *slot;

  g_mutex_lock (&queue->lock);
  while (queue->working > 0 || head_is_busy (queue))
    g_cond_wait (&queue->changed, &queue->lock);
  while ((slot = g_queue_pop_head (&queue->slots)) != NULL)
    if (slot->kind != GST_WEIR_SLOT_QUERY)
      gst_weir_slot_free (slot);
  queue->frames = 0;
  g_mutex_unlock (&queue->lock);
}

GstWeirSlot *
gst_weir_queue_next (GstWeirQueue *queue)
{
  GstWeirSlot *slot = NULL;

  g_mutex_lock (&queue->lock);
  while (!queue->flushing && queue->flow == GST_FLOW_OK) {
    slot = g_queue_peek_head (&queue->slots);
    if (slot != NULL && slot->done)
      break;
    g_cond_wait (&queue->changed, &queue->lock);
  }
  if (queue->flushing || queue->flow != GST_FLOW_OK)
    slot = NULL;
  if (slot != NULL)
    slot->busy = TRUE;
  g_mutex_unlock (&queue->lock);
  return slot;
}

void
gst_weir_queue_leave (GstWeirQueue *queue, GstWeirSlot *slot, GstFlowReturn flow)
{
  GstWeirSlotKind kind = slot->kind;

  g_mutex_lock (&queue->lock);
  g_queue_remove (&queue->slots, slot);
  slot->busy = FALSE;
  if (kind == GST_WEIR_SLOT_FRAME)
    queue->frames--;
  if (flow != GST_FLOW_OK && !queue->flushing)
    queue->flow = flow;
  g_cond_broadcast (&queue->changed);
  g_mutex_unlock (&queue->lock);
  if (kind != GST_WEIR_SLOT_QUERY)
    gst_weir_slot_free (slot);
}

gboolean
gst_weir_queue_ask (GstWeirQueue *queue, GstQuery *query)
{
  GstWeirSlot *slot = gst_weir_slot_new (GST_WEIR_SLOT_QUERY, query);
  gboolean answer;

  if (gst_weir_queue_put (queue, slot) != GST_FLOW_OK) {
    gst_weir_slot_free (slot);
    return FALSE;
  }
  g_mutex_lock (&queue->lock);
  while (slot->busy || (g_queue_find (&queue->slots, slot) != NULL && !queue->flushing &&
                        queue->flow == GST_FLOW_OK))
    g_cond_wait (&queue->changed, &queue->lock);
  g_queue_remove (&queue->slots, slot);
  answer = slot->answer;
  g_mutex_unlock (&queue->lock);
  gst_weir_slot_free (slot);
  return answer;
}
