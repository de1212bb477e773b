#include "elements.h"
#include "lib/gstweirdraw.h"
#include "lib/gstweirpreprocess.h"

#include <gst/video/gstvideofilter.h>

/**
 * SECTION: element-weiroverlay
 *
 * Draws what was found: boxes, labels, scores, ids and key points, on every format that
 * the other elements read.
 *
 * |[
 * gst-launch-1.0 v4l2src ! weirdetect model=yolov8n.onnx ! weiroverlay ! autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_OVERLAY (gst_weir_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirOverlay, gst_weir_overlay, GST, WEIR_OVERLAY, GstVideoFilter)

struct _GstWeirOverlay {
  GstVideoFilter parent;
  GstWeirDrawStyle style;
};

G_DEFINE_TYPE (GstWeirOverlay, gst_weir_overlay, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE (weiroverlay, "weiroverlay", GST_RANK_NONE,
                             GST_TYPE_WEIR_OVERLAY)

enum {
  PROP_0,
  PROP_LINE_WIDTH,
  PROP_FONT_SIZE,
  PROP_SHOW_LABELS,
  PROP_SHOW_CONFIDENCE,
};

static GstFlowReturn
gst_weir_overlay_transform_frame_ip (GstVideoFilter *filter, GstVideoFrame *frame)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (filter);
  GstVideoOverlayComposition *composition;
  GstWeirDrawStyle style;

  GST_OBJECT_LOCK (self);
  style = self->style;
  GST_OBJECT_UNLOCK (self);
  composition = gst_weir_draw_regions (frame->buffer, &frame->info, &style);
  if (composition == NULL)
    return GST_FLOW_OK;
  if (!gst_video_overlay_composition_blend (composition, frame))
    GST_WARNING_OBJECT (self, "a frame could not be drawn on");
  gst_video_overlay_composition_unref (composition);
  return GST_FLOW_OK;
}

static void
gst_weir_overlay_set_property (GObject *object, guint id, const GValue *value,
                               GParamSpec *spec)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_LINE_WIDTH:
    self->style.line = g_value_get_uint (value);
    break;
  case PROP_FONT_SIZE:
    self->style.font = g_value_get_uint (value);
    break;
  case PROP_SHOW_LABELS:
    self->style.labels = g_value_get_boolean (value);
    break;
  case PROP_SHOW_CONFIDENCE:
    self->style.confidence = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_overlay_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_LINE_WIDTH:
    g_value_set_uint (value, self->style.line);
    break;
  case PROP_FONT_SIZE:
    g_value_set_uint (value, self->style.font);
    break;
  case PROP_SHOW_LABELS:
    g_value_set_boolean (value, self->style.labels);
    break;
  case PROP_SHOW_CONFIDENCE:
    g_value_set_boolean (value, self->style.confidence);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (klass, PROP_LINE_WIDTH,
                                   g_param_spec_uint ("line-width", "Line width",
                                                      "in pixels; 0 is automatic", 0, 64,
                                                      0, flags));
  g_object_class_install_property (klass, PROP_FONT_SIZE,
                                   g_param_spec_uint ("font-size", "Font size",
                                                      "in pixels; 0 is automatic", 0, 256,
                                                      0, flags));
  g_object_class_install_property (klass, PROP_SHOW_LABELS,
                                   g_param_spec_boolean ("show-labels", "Show labels",
                                                         "write labels at the boxes",
                                                         TRUE, flags));
  g_object_class_install_property (
      klass, PROP_SHOW_CONFIDENCE,
      g_param_spec_boolean ("show-confidence", "Show confidence", "write scores too",
                            TRUE, flags));
}

static void
gst_weir_overlay_class_init (GstWeirOverlayClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));
  static GstStaticPadTemplate src = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));

  G_OBJECT_CLASS (klass)->set_property = gst_weir_overlay_set_property;
  G_OBJECT_CLASS (klass)->get_property = gst_weir_overlay_get_property;
  GST_VIDEO_FILTER_CLASS (klass)->transform_frame_ip =
      gst_weir_overlay_transform_frame_ip;
  gst_element_class_add_static_pad_template (element_class, &sink);
  gst_element_class_add_static_pad_template (element_class, &src);
  install_properties (G_OBJECT_CLASS (klass));
  gst_element_class_set_static_metadata (
      element_class, "Weir overlay", "Filter/Editor/Video",
      "Draws what was found in video", "The Weir authors");
}

static void
gst_weir_overlay_init (GstWeirOverlay *self)
{
  self->style = (GstWeirDrawStyle){ .labels = TRUE, .confidence = TRUE };
}
