#pragma once

#include <gst/video/gstvideometa.h>

/**
 * GstWeirRecall:
 *
 * What a network has said of objects that are followed, so that it need not look at each
 * of them in each frame. Frames are asked about on one thread and answered, in the same
 * order, on another.
 */
typedef struct _GstWeirRecall GstWeirRecall;

GstWeirRecall *gst_weir_recall_new (void);
void gst_weir_recall_free (GstWeirRecall *recall);
/** gst_weir_recall_reset: forgets everything; nothing may be on its way. */
void gst_weir_recall_reset (GstWeirRecall *recall);

/** gst_weir_recall_next_frame: what is asked from now on is about the next frame. */
void gst_weir_recall_next_frame (GstWeirRecall *recall);
/** gst_weir_recall_asks: whether the network must look at @roi: always where it has no
 * object_id, else if it did not for @interval frames; with 0 only once. */
gboolean gst_weir_recall_asks (GstWeirRecall *recall, GstVideoRegionOfInterestMeta *roi,
                               guint interval);
/** gst_weir_recall_answer: (transfer full of @said): what it has said of @roi
 * (element-type GstStructure); it may be nothing. */
void gst_weir_recall_answer (GstWeirRecall *recall, GstVideoRegionOfInterestMeta *roi,
                             GPtrArray *said);
/** gst_weir_recall_repeat: behind all answers of a frame: its regions that were not
 * looked at get what was said of their objects before. */
void gst_weir_recall_repeat (GstWeirRecall *recall, GstBuffer *buffer);
