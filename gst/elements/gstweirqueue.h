#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

typedef enum {
  GST_WEIR_SLOT_FRAME,
  GST_WEIR_SLOT_EVENT,
  GST_WEIR_SLOT_QUERY,
} GstWeirSlotKind;

/**
 * GstWeirSlot:
 * @buffer: (nullable): a frame on its way through
 * @item: (nullable): or a serialized event or query; queries are borrowed from who waits
 * @info: the video format of @buffer
 * @data: what the subclass keeps with it; freed by @free_data
 *
 * One place in the queue. Work on it may end in any order; it leaves in the order in
 * which it came.
 */
typedef struct {
  GstWeirSlotKind kind;
  GstBuffer *buffer;
  GstMiniObject *item;
  GstVideoInfo info;
  gpointer data;
  GDestroyNotify free_data;
  gint64 arrived;
  gboolean done;   /* the work has ended */
  gboolean busy;   /* the source pad's thread holds it */
  gboolean answer; /* of a query */
} GstWeirSlot;

/**
 * GstWeirQueue:
 *
 * The bounded ordered queue between an element's two threads: one fills it and begins the
 * work on frames, the other empties it in order. Serialized events and queries queue up
 * with the frames. All functions take the lock.
 */
typedef struct {
  GMutex lock;
  GCond changed;
  GQueue slots;
  guint depth;
  guint frames; /* slots that are frames */
  guint working;
  gboolean flushing;
  GstFlowReturn flow;
} GstWeirQueue;

void gst_weir_queue_init (GstWeirQueue *queue);
void gst_weir_queue_clear (GstWeirQueue *queue);
void gst_weir_queue_set_depth (GstWeirQueue *queue, guint depth);
/** gst_weir_queue_set_flushing: whoever waits returns; the flow is OK again when flushing
 * ends. */
void gst_weir_queue_set_flushing (GstWeirQueue *queue, gboolean flushing);
/** gst_weir_queue_fail: the stream ends with @flow. */
void gst_weir_queue_fail (GstWeirQueue *queue, GstFlowReturn flow);

/** gst_weir_slot_new: @content: (transfer full): but a query, which is borrowed. */
GstWeirSlot *gst_weir_slot_new (GstWeirSlotKind kind, gpointer content);
void gst_weir_slot_free (GstWeirSlot *slot);

/** gst_weir_queue_put: (transfer full of @slot on success): at the end; fails when
 * flushing or when the stream has ended. A frame waits for its place. */
GstFlowReturn gst_weir_queue_put (GstWeirQueue *queue, GstWeirSlot *slot);
/** gst_weir_queue_done: the work on @slot has ended. */
void gst_weir_queue_done (GstWeirQueue *queue, GstWeirSlot *slot);
/** gst_weir_queue_drain: waits until everything that came before has left; %FALSE when
 * flushing. */
gboolean gst_weir_queue_drain (GstWeirQueue *queue);
/** gst_weir_queue_discard: waits for the work and what is being pushed, then drops the
 * rest. Queries belong to those who wait for them. */
void gst_weir_queue_discard (GstWeirQueue *queue);
/** gst_weir_queue_next: (transfer none) (nullable): the head once its work has ended;
 * %NULL when flushing or when the stream has ended. */
GstWeirSlot *gst_weir_queue_next (GstWeirQueue *queue);
/** gst_weir_queue_leave: @slot has been pushed, with @flow. It leaves the queue only
 * now, so that an empty queue is a drained one. */
void gst_weir_queue_leave (GstWeirQueue *queue, GstWeirSlot *slot, GstFlowReturn flow);
/** gst_weir_queue_ask: puts a query and waits for its answer, or for the end of the
 * stream. */
gboolean gst_weir_queue_ask (GstWeirQueue *queue, GstQuery *query);

G_END_DECLS
