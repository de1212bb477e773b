#include "elements.h"
#include "gstweirinference.h"
#include "lib/gstweirmeta.h"

/**
 * SECTION: element-weirclassify
 *
 * Classifies what was found before, or the whole frame: each region gets a structure
 * "classification" with label, label_id and confidence.
 *
 * |[
 * gst-launch-1.0 v4l2src ! weirdetect model=faces.onnx ! weirclassify model=age.onnx !
 *     weiroverlay ! autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_CLASSIFY (gst_weir_classify_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirClassify, gst_weir_classify, GST, WEIR_CLASSIFY,
                      GstWeirInference)

struct _GstWeirClassify {
  GstWeirInference parent;
  float threshold;
  char *attribute;
};

G_DEFINE_TYPE (GstWeirClassify, gst_weir_classify, GST_TYPE_WEIR_INFERENCE)
GST_ELEMENT_REGISTER_DEFINE (weirclassify, "weirclassify", GST_RANK_NONE,
                             GST_TYPE_WEIR_CLASSIFY)

enum {
  PROP_0,
  PROP_THRESHOLD,
  PROP_ATTRIBUTE_NAME,
};

static gboolean
gst_weir_classify_collect (GstWeirInference *inference, GstWeirInstance *instance,
                           WeirRequest *request, GstWeirRegion *region, GError **error)
{
  GstWeirClassify *self = GST_WEIR_CLASSIFY (inference);
  GstWeirDecoderOptions options = { .n_labels = instance->n_labels };

  GST_OBJECT_LOCK (self);
  options.threshold = self->threshold;
  GST_OBJECT_UNLOCK (self);
  region->result = gst_weir_inference_decode (instance, request, &options, error);
  region->free_result = (GDestroyNotify) g_array_unref;
  return region->result != NULL;
}

static GstStructure *
make_structure (GstWeirClassify *self, const GstWeirInstance *instance,
                const GstWeirObject *object)
{
  const char *label = gst_weir_instance_label (instance, object->label_id);
  g_autofree char *number = g_strdup_printf ("%d", object->label_id);
  GstStructure *structure = gst_structure_new (
      "classification", "label_id", G_TYPE_INT, object->label_id, "confidence",
      G_TYPE_DOUBLE, (double) object->score, "label", G_TYPE_STRING,
      label != NULL ? label : number, "model_name", G_TYPE_STRING,
      weir_model_name (weir_network_model (instance->network)), NULL);

  GST_OBJECT_LOCK (self);
  if (self->attribute != NULL)
    gst_structure_set (structure, "attribute_name", G_TYPE_STRING, self->attribute, NULL);
  GST_OBJECT_UNLOCK (self);
  return structure;
}

/* A whole frame becomes a region of its own. */
static void
gst_weir_classify_attach (GstWeirInference *inference, GstWeirInstance *instance,
                          GstBuffer *buffer, const GstVideoInfo *info,
                          GstWeirRegion *region)
{
  const GArray *objects = region->result;
  GstVideoRegionOfInterestMeta *roi =
      region->roi_id >= 0 ? gst_weir_meta_find_region (buffer, region->roi_id) : NULL;

  for (guint i = 0; i < objects->len; i++) {
    const GstWeirObject *object = &g_array_index (objects, GstWeirObject, i);

    if (region->roi_id < 0)
      roi = gst_weir_meta_add_region (
          buffer, info, 0, 0, GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
          object->score, object->label_id,
          gst_weir_instance_label (instance, object->label_id));
    if (roi != NULL)
      gst_video_region_of_interest_meta_add_param (
          roi, make_structure (GST_WEIR_CLASSIFY (inference), instance, object));
  }
}

static void
gst_weir_classify_set_property (GObject *object, guint id, const GValue *value,
                                GParamSpec *spec)
{
  GstWeirClassify *self = GST_WEIR_CLASSIFY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_THRESHOLD:
    self->threshold = g_value_get_float (value);
    break;
  case PROP_ATTRIBUTE_NAME:
    g_free (self->attribute);
    self->attribute = g_value_dup_string (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_classify_get_property (GObject *object, guint id, GValue *value,
                                GParamSpec *spec)
{
  GstWeirClassify *self = GST_WEIR_CLASSIFY (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_THRESHOLD:
    g_value_set_float (value, self->threshold);
    break;
  case PROP_ATTRIBUTE_NAME:
    g_value_set_string (value, self->attribute);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_classify_finalize (GObject *object)
{
  g_free (GST_WEIR_CLASSIFY (object)->attribute);
  G_OBJECT_CLASS (gst_weir_classify_parent_class)->finalize (object);
}

static void
gst_weir_classify_class_init (GstWeirClassifyClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWeirInferenceClass *inference_class = GST_WEIR_INFERENCE_CLASS (klass);

  object_class->set_property = gst_weir_classify_set_property;
  object_class->get_property = gst_weir_classify_get_property;
  object_class->finalize = gst_weir_classify_finalize;
  inference_class->task = GST_WEIR_TASK_CLASSIFY;
  inference_class->regions_by_default = TRUE;
  inference_class->collect = gst_weir_classify_collect;
  inference_class->attach = gst_weir_classify_attach;
  g_object_class_install_property (
      object_class, PROP_THRESHOLD,
      g_param_spec_float ("threshold", "Threshold",
                          "classes below this score are left out", 0, 1, 0, flags));
  g_object_class_install_property (
      object_class, PROP_ATTRIBUTE_NAME,
      g_param_spec_string ("attribute-name", "Attribute name",
                           "what is classified, as published lines call it", NULL,
                           flags));
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir classification", "Filter/Analyzer/Video",
      "Classifies regions of video with a neural network", "The Weir authors");
}

static void
gst_weir_classify_init (GstWeirClassify *self)
{
  (void) self;
}
