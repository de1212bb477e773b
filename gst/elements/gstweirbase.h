#pragma once

#include "gstweirqueue.h"

G_BEGIN_DECLS

#define GST_TYPE_WEIR_BASE (gst_weir_base_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstWeirBase, gst_weir_base, GST, WEIR_BASE, GstElement)

/**
 * GstWeirBaseClass:
 * @set_caps: (nullable): a new format; all frames of the old one have left
 * @receive: what a buffer becomes: itself with gst_weir_base_take(), which is the
 * default, or buffers of another size
 * @submit: begins the work on a frame; gst_weir_base_done() must be called once for it,
 *   from any thread, whatever is returned. May wait; must return %GST_FLOW_FLUSHING soon
 *   after @unlock
 * @finish: on the source pad's thread, in order, before the frame is pushed; the buffer
 * is writable
 * @rest: (nullable): hands on what @receive has kept, as it is
 * @restart: (nullable): no work runs, and what comes next does not follow what came
 *   before: behind a flush, a segment, new caps, a gap, the end
 * @unlock: whoever waits in @submit shall return; until @unlock_stop
 */
struct _GstWeirBaseClass {
  GstElementClass parent_class;
  gboolean (*set_caps) (GstWeirBase *self, const GstCaps *caps);
  GstFlowReturn (*receive) (GstWeirBase *self, GstBuffer *buffer);
  GstFlowReturn (*submit) (GstWeirBase *self, GstWeirSlot *slot);
  void (*finish) (GstWeirBase *self, GstWeirSlot *slot);
  void (*rest) (GstWeirBase *self);
  void (*restart) (GstWeirBase *self);
  void (*unlock) (GstWeirBase *self);
  void (*unlock_stop) (GstWeirBase *self);
};

/** gst_weir_base_take: (transfer full of @buffer): queues a frame and begins its work. */
GstFlowReturn gst_weir_base_take (GstWeirBase *self, GstBuffer *buffer);
/** gst_weir_base_end_stretch: what follows does not belong to what came before, which
 * leaves first; %FALSE when flushing. */
gboolean gst_weir_base_end_stretch (GstWeirBase *self);
/** gst_weir_base_done: the work on @slot has ended. */
void gst_weir_base_done (GstWeirBase *self, GstWeirSlot *slot);
/** gst_weir_base_set_depth: how many frames may be on their way; at least 1. */
void gst_weir_base_set_depth (GstWeirBase *self, guint depth);
/** gst_weir_base_set_gathering: how long a frame is collected before its way begins; a
 * part of the latency. */
void gst_weir_base_set_gathering (GstWeirBase *self, GstClockTime gathering);
/** gst_weir_base_is_live: what upstream answered last. */
gboolean gst_weir_base_is_live (GstWeirBase *self);
/** gst_weir_base_fail: ends the stream with @flow, as if downstream had returned it. */
void gst_weir_base_fail (GstWeirBase *self, GstFlowReturn flow);
GstPad *gst_weir_base_sink_pad (GstWeirBase *self);

G_END_DECLS
