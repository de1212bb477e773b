#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define GST_TYPE_WEIR_BASE (gst_weir_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstWeirBase, gst_weir_base, GST, WEIR_BASE, GstElement)

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
 * GstWeirBaseClass:
 * @set_caps: a new video format; all frames of the old one have left
 * @submit: begins the work on a frame; gst_weir_base_done() must be called once for it,
 *   from any thread, whatever is returned. May wait; must return %GST_FLOW_FLUSHING soon
 *   after @unlock
 * @finish: on the source pad's thread, in order, before the frame is pushed; the buffer
 * is writable
 * @unlock: whoever waits in @submit shall return; until @unlock_stop
 */
struct _GstWeirBaseClass {
  GstElementClass parent_class;
  gboolean (*set_caps) (GstWeirBase *self, const GstVideoInfo *info);
  GstFlowReturn (*submit) (GstWeirBase *self, GstWeirSlot *slot);
  void (*finish) (GstWeirBase *self, GstWeirSlot *slot);
  void (*unlock) (GstWeirBase *self);
  void (*unlock_stop) (GstWeirBase *self);
};

/** gst_weir_base_done: the work on @slot has ended. */
void gst_weir_base_done (GstWeirBase *self, GstWeirSlot *slot);
/** gst_weir_base_set_depth: how many frames may be on their way; at least 1. */
void gst_weir_base_set_depth (GstWeirBase *self, guint depth);
/** gst_weir_base_is_live: what upstream answered last. */
gboolean gst_weir_base_is_live (GstWeirBase *self);
/** gst_weir_base_fail: ends the stream with @flow, as if downstream had returned it. */
void gst_weir_base_fail (GstWeirBase *self, GstFlowReturn flow);
GstPad *gst_weir_base_sink_pad (GstWeirBase *self);

G_END_DECLS
