#include "gstweirmetafilter.h"

#include "lib/gstweirpreprocess.h"

typedef struct {
  GstVideoInfo info;
  GstClockTime last;
} GstWeirMetaFilterPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (GstWeirMetaFilter, gst_weir_meta_filter,
                                     GST_TYPE_BASE_TRANSFORM)

static GstWeirMetaFilterPrivate *
get_private (GstBaseTransform *transform)
{
  return gst_weir_meta_filter_get_instance_private (GST_WEIR_META_FILTER (transform));
}

static void
reset (GstBaseTransform *transform)
{
  GstWeirMetaFilter *self = GST_WEIR_META_FILTER (transform);

  get_private (transform)->last = GST_CLOCK_TIME_NONE;
  GST_WEIR_META_FILTER_GET_CLASS (self)->reset (self);
}

static gboolean
gst_weir_meta_filter_start (GstBaseTransform *transform)
{
  GstWeirMetaFilter *self = GST_WEIR_META_FILTER (transform);
  GstWeirMetaFilterClass *klass = GST_WEIR_META_FILTER_GET_CLASS (self);

  get_private (transform)->last = GST_CLOCK_TIME_NONE;
  gst_video_info_init (&get_private (transform)->info);
  return klass->begin == NULL || klass->begin (self);
}

/* Another rate is the same picture; another size is not. */
static gboolean
gst_weir_meta_filter_set_caps (GstBaseTransform *transform, GstCaps *in, GstCaps *out)
{
  GstWeirMetaFilterPrivate *p = get_private (transform);
  GstVideoInfo info;

  (void) out;
  if (!gst_video_info_from_caps (&info, in))
    return FALSE;
  if (GST_VIDEO_INFO_WIDTH (&p->info) != GST_VIDEO_INFO_WIDTH (&info) ||
      GST_VIDEO_INFO_HEIGHT (&p->info) != GST_VIDEO_INFO_HEIGHT (&info))
    reset (transform);
  p->info = info;
  return TRUE;
}

static gboolean
gst_weir_meta_filter_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP ||
      GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
    reset (transform);
  return GST_BASE_TRANSFORM_CLASS (gst_weir_meta_filter_parent_class)
      ->sink_event (transform, event);
}

/* Passthrough keeps allocation queries and memory as they are; the buffer's list of metas
 * is copied where somebody else holds it too. */
static GstFlowReturn
gst_weir_meta_filter_submit_input_buffer (GstBaseTransform *transform, gboolean discont,
                                          GstBuffer *buffer)
{
  return GST_BASE_TRANSFORM_CLASS (gst_weir_meta_filter_parent_class)
      ->submit_input_buffer (transform, discont, gst_buffer_make_writable (buffer));
}

/* A buffer without a time comes right after the last one. */
static GstClockTime
time_of (GstBaseTransform *transform, GstBuffer *buffer)
{
  GstWeirMetaFilterPrivate *p = get_private (transform);
  GstClockTime time = gst_segment_to_stream_time (&transform->segment, GST_FORMAT_TIME,
                                                  GST_BUFFER_PTS (buffer));
  int fps_n = GST_VIDEO_INFO_FPS_N (&p->info), fps_d = GST_VIDEO_INFO_FPS_D (&p->info);

  if (GST_CLOCK_TIME_IS_VALID (time))
    return time;
  if (!GST_CLOCK_TIME_IS_VALID (p->last))
    return 0;
  return p->last + (fps_n > 0 ? gst_util_uint64_scale_int (GST_SECOND, fps_d, fps_n) : 0);
}

static GstFlowReturn
gst_weir_meta_filter_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  GstWeirMetaFilter *self = GST_WEIR_META_FILTER (transform);
  GstWeirMetaFilterPrivate *p = get_private (transform);
  GstClockTime time = time_of (transform, buffer);

  if (GST_CLOCK_TIME_IS_VALID (p->last) && time < p->last)
    reset (transform);
  GST_WEIR_META_FILTER_GET_CLASS (self)->frame (self, buffer, &p->info, time);
  p->last = time;
  return GST_FLOW_OK;
}

static void
gst_weir_meta_filter_class_init (GstWeirMetaFilterClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (klass);
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));
  static GstStaticPadTemplate src = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));

  transform_class->start = gst_weir_meta_filter_start;
  transform_class->set_caps = gst_weir_meta_filter_set_caps;
  transform_class->sink_event = gst_weir_meta_filter_sink_event;
  transform_class->submit_input_buffer = gst_weir_meta_filter_submit_input_buffer;
  transform_class->transform_ip = gst_weir_meta_filter_transform_ip;
  transform_class->passthrough_on_same_caps = TRUE;
  transform_class->transform_ip_on_passthrough = TRUE;
  gst_element_class_add_static_pad_template (element_class, &sink);
  gst_element_class_add_static_pad_template (element_class, &src);
}

static void
gst_weir_meta_filter_init (GstWeirMetaFilter *self)
{
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}
