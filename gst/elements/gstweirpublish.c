#include "elements.h"
#include "gstweirwriter.h"
#include "lib/gstweirjson.h"
#include "lib/gstweirpreprocess.h"

#include <gst/base/gstbasetransform.h>

/**
 * SECTION: element-weirpublish
 *
 * Writes what was found on each frame as JSON, to a file or to standard output. One line
 * a frame, also for frames without objects.
 *
 * |[
 * gst-launch-1.0 filesrc location=a.mp4 ! decodebin ! weirdetect model=net.onnx !
 *     weirpublish file-path=found.jsonl ! fakesink
 * ]|
 */

#define GST_TYPE_WEIR_PUBLISH (gst_weir_publish_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirPublish, gst_weir_publish, GST, WEIR_PUBLISH,
                      GstBaseTransform)

typedef enum {
  METHOD_FILE,
  METHOD_STDOUT,
} Method;

struct _GstWeirPublish {
  GstBaseTransform parent;
  Method method;
  gboolean array;
  char *path;
  char *source;
  GstVideoInfo info;
  GstWeirWriter *writer;
};

G_DEFINE_TYPE (GstWeirPublish, gst_weir_publish, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE (weirpublish, "weirpublish", GST_RANK_NONE,
                             GST_TYPE_WEIR_PUBLISH)

enum {
  PROP_0,
  PROP_METHOD,
  PROP_FILE_FORMAT,
  PROP_FILE_PATH,
  PROP_SOURCE,
};

static GType
method_type (void)
{
  static const GEnumValue values[] = { { METHOD_FILE, "a file", "file" },
                                       { METHOD_STDOUT, "standard output", "stdout" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWeirPublishMethod", values));
  return type;
}

static GType
file_format_type (void)
{
  static const GEnumValue values[] = { { 0, "one object a line", "json-lines" },
                                       { 1, "one array", "json" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
                       g_enum_register_static ("GstWeirPublishFileFormat", values));
  return type;
}

static gboolean
gst_weir_publish_start (GstBaseTransform *transform)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (transform);
  g_autoptr (GError) error = NULL;

  if (self->method == METHOD_FILE && self->path == NULL) {
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("the property 'file-path' is not set"),
                       (NULL));
    return FALSE;
  }
  self->writer = gst_weir_writer_open (self->method == METHOD_FILE ? self->path : NULL,
                                       self->array, &error);
  if (self->writer == NULL)
    GST_ELEMENT_ERROR (self, RESOURCE, OPEN_WRITE, ("%s", error->message), (NULL));
  return self->writer != NULL;
}

static gboolean
gst_weir_publish_stop (GstBaseTransform *transform)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (transform);
  g_autoptr (GError) error = NULL;

  if (!gst_weir_writer_close (g_steal_pointer (&self->writer), &error))
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
  return TRUE;
}

static gboolean
gst_weir_publish_set_caps (GstBaseTransform *transform, GstCaps *in, GstCaps *out)
{
  (void) out;
  return gst_video_info_from_caps (&GST_WEIR_PUBLISH (transform)->info, in);
}

/* Whoever sees EOS finds all lines in the file. */
static gboolean
gst_weir_publish_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (transform);
  g_autoptr (GError) error = NULL;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS && self->writer != NULL &&
      !gst_weir_writer_flush (self->writer, &error))
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("%s", error->message), (NULL));
  return GST_BASE_TRANSFORM_CLASS (gst_weir_publish_parent_class)
      ->sink_event (transform, event);
}

static GstFlowReturn
gst_weir_publish_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (transform);
  GstClockTime time = gst_segment_to_stream_time (&transform->segment, GST_FORMAT_TIME,
                                                  GST_BUFFER_PTS (buffer));

  gst_weir_writer_push (self->writer,
                        gst_weir_json_frame (buffer, &self->info, time, self->source));
  return GST_FLOW_OK;
}

static void
gst_weir_publish_set_property (GObject *object, guint id, const GValue *value,
                               GParamSpec *spec)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (object);

  switch (id) {
  case PROP_METHOD:
    self->method = (Method) g_value_get_enum (value);
    break;
  case PROP_FILE_FORMAT:
    self->array = g_value_get_enum (value) != 0;
    break;
  case PROP_FILE_PATH:
    g_free (self->path);
    self->path = g_value_dup_string (value);
    break;
  case PROP_SOURCE:
    g_free (self->source);
    self->source = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
}

static void
gst_weir_publish_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (object);

  switch (id) {
  case PROP_METHOD:
    g_value_set_enum (value, self->method);
    break;
  case PROP_FILE_FORMAT:
    g_value_set_enum (value, self->array);
    break;
  case PROP_FILE_PATH:
    g_value_set_string (value, self->path);
    break;
  case PROP_SOURCE:
    g_value_set_string (value, self->source);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
}

static void
gst_weir_publish_finalize (GObject *object)
{
  GstWeirPublish *self = GST_WEIR_PUBLISH (object);

  g_free (self->path);
  g_free (self->source);
  G_OBJECT_CLASS (gst_weir_publish_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (
      klass, PROP_METHOD,
      g_param_spec_enum ("method", "Method", "where the lines go", method_type (),
                         METHOD_FILE, flags));
  g_object_class_install_property (klass, PROP_FILE_FORMAT,
                                   g_param_spec_enum ("file-format", "File format",
                                                      "how frames follow each other",
                                                      file_format_type (), 0, flags));
  g_object_class_install_property (
      klass, PROP_FILE_PATH,
      g_param_spec_string ("file-path", "File path", "the file to write", NULL, flags));
  g_object_class_install_property (
      klass, PROP_SOURCE,
      g_param_spec_string ("source", "Source", "what the stream is called in each line",
                           NULL, flags));
}

static void
gst_weir_publish_class_init (GstWeirPublishClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (klass);
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));
  static GstStaticPadTemplate src = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));

  object_class->set_property = gst_weir_publish_set_property;
  object_class->get_property = gst_weir_publish_get_property;
  object_class->finalize = gst_weir_publish_finalize;
  transform_class->start = gst_weir_publish_start;
  transform_class->stop = gst_weir_publish_stop;
  transform_class->set_caps = gst_weir_publish_set_caps;
  transform_class->sink_event = gst_weir_publish_sink_event;
  transform_class->transform_ip = gst_weir_publish_transform_ip;
  transform_class->passthrough_on_same_caps = TRUE;
  transform_class->transform_ip_on_passthrough = TRUE;
  gst_element_class_add_static_pad_template (element_class, &sink);
  gst_element_class_add_static_pad_template (element_class, &src);
  install_properties (object_class);
  gst_element_class_set_static_metadata (
      element_class, "Weir publisher", "Filter/Metadata",
      "Writes what was found in video as JSON", "The Weir authors");
}

static void
gst_weir_publish_init (GstWeirPublish *self)
{
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
}
