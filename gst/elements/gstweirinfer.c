#include "elements.h"
#include "gstweirinference.h"
#include "lib/gstweirmeta.h"

/**
 * SECTION: element-weirinfer
 *
 * Runs a network on video and leaves its raw outputs on the frames, as
 * #GstWeirTensorMeta.
 *
 * |[
 * gst-launch-1.0 v4l2src ! weirinfer model=net.onnx ! fakesink
 * ]|
 *
 * Audio is frames, too: of a sample, or of features, one a channel. It leaves in buffers
 * of as many frames as the network takes at a time, each with its outputs. The state of a
 * network with memory goes on from one to the next, and begins anew behind a flush, a
 * segment, new caps, a gap and the end.
 *
 * |[
 * gst-launch-1.0 filesrc location=features.f32 ! rawaudioparse format=pcm
 *     pcm-format=f32le num-channels=40 sample-rate=100 ! weirinfer model=final.mdl !
 *     fakesink
 * ]|
 */

#define GST_TYPE_WEIR_INFER (gst_weir_infer_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirInfer, gst_weir_infer, GST, WEIR_INFER, GstWeirInference)

struct _GstWeirInfer {
  GstWeirInference parent;
};

G_DEFINE_TYPE (GstWeirInfer, gst_weir_infer, GST_TYPE_WEIR_INFERENCE)
GST_ELEMENT_REGISTER_DEFINE (weirinfer, "weirinfer", GST_RANK_NONE, GST_TYPE_WEIR_INFER)

static gboolean
gst_weir_infer_collect (GstWeirInference *self, GstWeirInstance *instance,
                        WeirRequest *request, GstWeirRegion *region, GError **error)
{
  guint n = weir_network_n_outputs (instance->network);
  g_autoptr (GPtrArray) tensors =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);

  (void) self;
  for (guint i = 0; i < n; i++) {
    WeirTensor *output = weir_request_take_output (request, i, error);

    if (output == NULL)
      return FALSE;
    g_ptr_array_add (tensors, output);
  }
  region->result = g_steal_pointer (&tensors);
  region->free_result = (GDestroyNotify) g_ptr_array_unref;
  return TRUE;
}

static void
gst_weir_infer_attach (GstWeirInference *self, GstWeirInstance *instance,
                       GstBuffer *buffer, const GstVideoInfo *info, GstWeirRegion *region)
{
  GPtrArray *tensors = region->result;
  g_autofree const char **names = g_new0 (const char *, tensors->len + 1);

  (void) self;
  (void) info;
  for (guint i = 0; i < tensors->len; i++) {
    WeirPortInfo port;

    weir_network_output (instance->network, i, &port);
    names[i] = port.name;
  }
  gst_weir_meta_add_tensors (buffer, region->roi_id,
                             weir_model_name (weir_network_model (instance->network)),
                             names, (WeirTensor *const *) tensors->pdata, tensors->len);
}

static void
gst_weir_infer_class_init (GstWeirInferClass *klass)
{
  GstWeirInferenceClass *inference_class = GST_WEIR_INFERENCE_CLASS (klass);

  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
      GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS ";" GST_WEIR_AUDIO_CAPS));
  static GstStaticPadTemplate src = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS,
      GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS ";" GST_WEIR_AUDIO_CAPS));

  inference_class->collect = gst_weir_infer_collect;
  inference_class->attach = gst_weir_infer_attach;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &sink);
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src);
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir inference", "Filter/Video/Audio",
      "Runs a neural network on video or audio and attaches its outputs",
      "The Weir authors");
}

static void
gst_weir_infer_init (GstWeirInfer *self)
{
  (void) self;
}
