#include "elements.h"
#include "weir-convert.h"

#include <gst/base/gstadapter.h>
#include <string.h>

/**
 * SECTION: element-weirconvert
 *
 * Converts a model on its way: a file of any framework comes in, in pieces, and leaves as
 * one buffer of application/x-openvino-ir when it is whole.
 *
 * |[
 * gst-launch-1.0 filesrc location=m.onnx ! weirconvert ! d.model \
 *     v4l2src ! weirdetect name=d ! weiroverlay ! autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_CONVERT (gst_weir_convert_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirConvert, gst_weir_convert, GST, WEIR_CONVERT, GstElement)

/* A model that arrives in pieces must end somewhere. */
#define MAX_MODEL ((gsize) 4 << 30)

struct _GstWeirConvert {
  GstElement parent;
  GstPad *srcpad;
  GstPad *sinkpad;
  GstPad *topologypad; /* (nullable) */
  GstAdapter *model;
  GstAdapter *topology;
  gboolean model_whole, topology_whole;
  gboolean cancelled;
  WeirConvertOptions *options;
};

G_DEFINE_TYPE (GstWeirConvert, gst_weir_convert, GST_TYPE_ELEMENT)
GST_ELEMENT_REGISTER_DEFINE (weirconvert, "weirconvert", GST_RANK_NONE,
                             GST_TYPE_WEIR_CONVERT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate topology_template = GST_STATIC_PAD_TEMPLATE (
    "topology", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-openvino-ir"));

static gboolean
show_progress (double fraction, const char *stage, gpointer data)
{
  GstWeirConvert *self = data;

  gst_element_post_message (
      GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
                               gst_structure_new ("weir-progress", "fraction",
                                                  G_TYPE_DOUBLE, fraction, "stage",
                                                  G_TYPE_STRING, stage, NULL)));
  return !g_atomic_int_get (&self->cancelled);
}

static GBytes *
take_all (GstAdapter *adapter)
{
  gsize size = gst_adapter_available (adapter);

  return g_bytes_new_take (size > 0 ? gst_adapter_take (adapter, size) : NULL, size);
}

static GBytes *
convert (GstWeirConvert *self, GError **error)
{
  g_autoptr (GBytes) model = take_all (self->model);
  g_autoptr (GBytes) topology =
      self->topologypad != NULL ? take_all (self->topology) : NULL;
  g_autoptr (WeirConvertOptions) options = NULL;
  g_autoptr (WeirModel) converted = NULL;

  GST_OBJECT_LOCK (self);
  options = weir_convert_options_copy (self->options);
  GST_OBJECT_UNLOCK (self);
  converted = weir_convert_bytes (model, "model stream", topology, options, show_progress,
                                  self, error);
  return converted != NULL ? weir_convert_to_stream (converted, error) : NULL;
}

/* GStreamer makes ids only for elements with one sink pad. */
static char *
stream_id (GstWeirConvert *self)
{
  g_autofree char *from = gst_pad_get_stream_id (self->sinkpad);

  return g_strconcat (from != NULL ? from : GST_OBJECT_NAME (self), "/ir", NULL);
}

static void
push_stream (GstWeirConvert *self, GBytes *stream)
{
  g_autofree char *id = stream_id (self);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-openvino-ir");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (self->srcpad, gst_event_new_stream_start (id));
  gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
  gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
  gst_pad_push (self->srcpad, gst_buffer_new_wrapped_bytes (stream));
}

/* Once all that was linked has ended. */
static void
convert_when_whole (GstWeirConvert *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) stream = NULL;

  if (!self->model_whole || (self->topologypad != NULL && !self->topology_whole))
    return;
  stream = convert (self, &error);
  if (stream != NULL)
    push_stream (self, stream);
  else if (!g_atomic_int_get (&self->cancelled))
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("%s", error->message), (NULL));
  gst_pad_push_event (self->srcpad, gst_event_new_eos ());
}

static GstFlowReturn
gst_weir_convert_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (parent);
  GstAdapter *adapter = pad == self->sinkpad ? self->model : self->topology;

  if (gst_adapter_available (adapter) + gst_buffer_get_size (buffer) > MAX_MODEL) {
    gst_buffer_unref (buffer);
    GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE, ("the model is too large"), (NULL));
    return GST_FLOW_ERROR;
  }
  gst_adapter_push (adapter, buffer);
  return GST_FLOW_OK;
}

static gboolean
gst_weir_convert_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (parent);
  gboolean is_model = pad == self->sinkpad;

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    *(is_model ? &self->model_whole : &self->topology_whole) = TRUE;
    convert_when_whole (self);
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
    gst_adapter_clear (is_model ? self->model : self->topology);
    *(is_model ? &self->model_whole : &self->topology_whole) = FALSE;
  }
  gst_event_unref (event);
  return TRUE;
}

static void
set_up_pad (GstPad *pad)
{
  gst_pad_set_chain_function (pad, gst_weir_convert_chain);
  gst_pad_set_event_function (pad, gst_weir_convert_sink_event);
}

static GstPad *
gst_weir_convert_request_new_pad (GstElement *element, GstPadTemplate *template,
                                  const char *name, const GstCaps *caps)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (element);

  (void) name;
  (void) caps;
  if (self->topologypad != NULL)
    return NULL;
  self->topologypad = gst_pad_new_from_template (template, "topology");
  set_up_pad (self->topologypad);
  gst_pad_set_active (self->topologypad, TRUE);
  gst_element_add_pad (element, self->topologypad);
  return self->topologypad;
}

static void
gst_weir_convert_release_pad (GstElement *element, GstPad *pad)
{
  GST_WEIR_CONVERT (element)->topologypad = NULL;
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static GstStateChangeReturn
gst_weir_convert_change_state (GstElement *element, GstStateChange transition)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    g_atomic_int_set (&self->cancelled, FALSE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    g_atomic_int_set (&self->cancelled, TRUE);
  result = GST_ELEMENT_CLASS (gst_weir_convert_parent_class)
               ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    gst_adapter_clear (self->model);
    gst_adapter_clear (self->topology);
    self->model_whole = self->topology_whole = FALSE;
  }
  return result;
}

static void
gst_weir_convert_set_property (GObject *object, guint id, const GValue *value,
                               GParamSpec *spec)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (object);
  const char *text = G_VALUE_HOLDS_BOOLEAN (value)
                         ? g_value_get_boolean (value) ? "true" : "false"
                         : g_value_get_string (value);
  g_autoptr (GError) error = NULL;
  gboolean good;

  GST_OBJECT_LOCK (self);
  good = weir_convert_options_set (self->options, weir_convert_option_name (id - 1), text,
                                   &error);
  GST_OBJECT_UNLOCK (self);
  if (!good)
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("%s: %s", spec->name, error->message),
                       (NULL));
}

static void
gst_weir_convert_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (object);
  const char *text;

  (void) spec;
  GST_OBJECT_LOCK (self);
  text = weir_convert_options_get (self->options, weir_convert_option_name (id - 1));
  if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, g_strcmp0 (text, "true") == 0);
  else
    g_value_set_string (value, text);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_convert_finalize (GObject *object)
{
  GstWeirConvert *self = GST_WEIR_CONVERT (object);

  g_object_unref (self->model);
  g_object_unref (self->topology);
  weir_convert_options_free (self->options);
  G_OBJECT_CLASS (gst_weir_convert_parent_class)->finalize (object);
}

/* Every option of `weir convert` is a property, with dashes: the file's own are none. */
static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  const char *option;

  for (guint i = 0; (option = weir_convert_option_name (i)) != NULL; i++) {
    g_autofree char *name = g_strdelimit (g_strdup (option), "_", '-');
    const char *unique = g_intern_string (name), *help = weir_convert_option_help (i);

    if (strcmp (option, "input_model") == 0 || strcmp (option, "output_dir") == 0)
      continue;
    if (weir_convert_option_is_flag (i))
      g_object_class_install_property (
          klass, i + 1, g_param_spec_boolean (unique, unique, help, FALSE, flags));
    else
      g_object_class_install_property (
          klass, i + 1, g_param_spec_string (unique, unique, help, NULL, flags));
  }
}

static void
gst_weir_convert_class_init (GstWeirConvertClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_weir_convert_set_property;
  object_class->get_property = gst_weir_convert_get_property;
  object_class->finalize = gst_weir_convert_finalize;
  element_class->change_state = gst_weir_convert_change_state;
  element_class->request_new_pad = gst_weir_convert_request_new_pad;
  element_class->release_pad = gst_weir_convert_release_pad;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &topology_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  install_properties (object_class);
  gst_element_class_set_static_metadata (
      element_class, "Weir model converter", "Converter",
      "Converts models of any framework to OpenVINO IR", "The Weir authors");
}

static void
gst_weir_convert_init (GstWeirConvert *self)
{
  self->model = gst_adapter_new ();
  self->topology = gst_adapter_new ();
  self->options = weir_convert_options_new ();
  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  set_up_pad (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);
  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}
