#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

#define GST_TYPE_WEIR_META_FILTER (gst_weir_meta_filter_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstWeirMetaFilter, gst_weir_meta_filter, GST, WEIR_META_FILTER,
                          GstBaseTransform)

/**
 * GstWeirMetaFilterClass:
 * @begin: (nullable): before the first frame; %FALSE after it has posted an error
 * @reset: the stream is another one, or at another place: what was seen does not count
 * @frame: @buffer is writable but for its picture; @time is its stream time and never
 *   goes back between two resets
 *
 * An element that follows what was found from frame to frame, and never touches pixels.
 */
struct _GstWeirMetaFilterClass {
  GstBaseTransformClass parent_class;
  gboolean (*begin) (GstWeirMetaFilter *self);
  void (*reset) (GstWeirMetaFilter *self);
  void (*frame) (GstWeirMetaFilter *self, GstBuffer *buffer, const GstVideoInfo *info,
                 GstClockTime time);
};

G_END_DECLS
