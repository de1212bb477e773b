#include "elements.h"
#include "gstweirinference.h"
#include "gstweirrecall.h"
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
  guint interval;
  GstWeirRecall *recall;
};

G_DEFINE_TYPE (GstWeirClassify, gst_weir_classify, GST_TYPE_WEIR_INFERENCE)
GST_ELEMENT_REGISTER_DEFINE (weirclassify, "weirclassify", GST_RANK_NONE,
                             GST_TYPE_WEIR_CLASSIFY)

enum {
  PROP_0,
  PROP_THRESHOLD,
  PROP_ATTRIBUTE_NAME,
  PROP_RECLASSIFY_INTERVAL,
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
  region->result = gst_weir_instance_decode (instance, request, &options, error);
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
  GstWeirClassify *self = GST_WEIR_CLASSIFY (inference);
  const GArray *objects = region->result;
  GstVideoRegionOfInterestMeta *roi =
      region->roi_id >= 0 ? gst_weir_meta_find_region (buffer, region->roi_id) : NULL;

  GPtrArray *said = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_structure_free);

  for (guint i = 0; i < objects->len; i++) {
    const GstWeirObject *object = &g_array_index (objects, GstWeirObject, i);
    GstStructure *structure = make_structure (self, instance, object);

    g_ptr_array_add (said, structure);
    if (region->roi_id < 0)
      roi = gst_weir_meta_add_region (
          buffer, info, 0, 0, GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
          object->score, object->label_id,
          gst_weir_instance_label (instance, object->label_id));
    if (roi != NULL)
      gst_video_region_of_interest_meta_add_param (roi, gst_structure_copy (structure));
  }
  if (roi != NULL)
    gst_weir_recall_answer (self->recall, roi, g_ptr_array_ref (said));
  g_ptr_array_unref (said);
}

static guint
get_interval (GstWeirClassify *self)
{
  guint interval;

  GST_OBJECT_LOCK (self);
  interval = self->interval;
  GST_OBJECT_UNLOCK (self);
  return interval;
}

static gboolean
gst_weir_classify_wants (GstWeirInference *inference, GstBuffer *buffer,
                         GstVideoRegionOfInterestMeta *roi)
{
  GstWeirClassify *self = GST_WEIR_CLASSIFY (inference);

  (void) buffer;
  return gst_weir_recall_asks (self->recall, roi, get_interval (self));
}

static GstFlowReturn
gst_weir_classify_submit (GstWeirBase *base, GstWeirSlot *slot)
{
  gst_weir_recall_next_frame (GST_WEIR_CLASSIFY (base)->recall);
  return GST_WEIR_BASE_CLASS (gst_weir_classify_parent_class)->submit (base, slot);
}

static void
gst_weir_classify_finish (GstWeirBase *base, GstWeirSlot *slot)
{
  GstWeirClassify *self = GST_WEIR_CLASSIFY (base);

  GST_WEIR_BASE_CLASS (gst_weir_classify_parent_class)->finish (base, slot);
  if (get_interval (self) != 1)
    gst_weir_recall_repeat (self->recall, slot->buffer);
}

/* What was on its way is lost: who it was about is looked at again. */
static void
gst_weir_classify_unlock_stop (GstWeirBase *base)
{
  gst_weir_recall_reset (GST_WEIR_CLASSIFY (base)->recall);
  GST_WEIR_BASE_CLASS (gst_weir_classify_parent_class)->unlock_stop (base);
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
  case PROP_RECLASSIFY_INTERVAL:
    self->interval = g_value_get_uint (value);
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
  case PROP_RECLASSIFY_INTERVAL:
    g_value_set_uint (value, self->interval);
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
  GstWeirClassify *self = GST_WEIR_CLASSIFY (object);

  gst_weir_recall_free (self->recall);
  g_free (self->attribute);
  G_OBJECT_CLASS (gst_weir_classify_parent_class)->finalize (object);
}

static void
gst_weir_classify_class_init (GstWeirClassifyClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWeirBaseClass *base_class = GST_WEIR_BASE_CLASS (klass);
  GstWeirInferenceClass *inference_class = GST_WEIR_INFERENCE_CLASS (klass);

  object_class->set_property = gst_weir_classify_set_property;
  object_class->get_property = gst_weir_classify_get_property;
  object_class->finalize = gst_weir_classify_finalize;
  inference_class->task = GST_WEIR_TASK_CLASSIFY;
  inference_class->regions_by_default = TRUE;
  base_class->submit = gst_weir_classify_submit;
  base_class->finish = gst_weir_classify_finish;
  base_class->unlock_stop = gst_weir_classify_unlock_stop;
  inference_class->wants = gst_weir_classify_wants;
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
  g_object_class_install_property (
      object_class, PROP_RECLASSIFY_INTERVAL,
      g_param_spec_uint (
          "reclassify-interval", "Reclassify interval",
          "look at an object that is followed every N-th frame, and repeat what was said "
          "in between; 0: only once",
          0, G_MAXUINT, 1, flags));
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir classification", "Filter/Analyzer/Video",
      "Classifies regions of video with a neural network", "The Weir authors");
}

static void
gst_weir_classify_init (GstWeirClassify *self)
{
  self->interval = 1;
  self->recall = gst_weir_recall_new ();
}
