#include "elements.h"
#include "gstweirinference.h"
#include "lib/gstweirmeta.h"

/**
 * SECTION: element-weirdetect
 *
 * Finds objects: runs a detection network and leaves each object on the frame as a
 * #GstVideoRegionOfInterestMeta with a structure "detection".
 *
 * |[
 * gst-launch-1.0 v4l2src ! weirdetect model=yolov8n.onnx ! weiroverlay ! autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_DETECT (gst_weir_detect_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirDetect, gst_weir_detect, GST, WEIR_DETECT, GstWeirInference)

struct _GstWeirDetect {
  GstWeirInference parent;
  float threshold;
  float iou_threshold;
  guint max_objects;
  guint sizes[4]; /* least width and height, greatest ones; 0: any */
};

G_DEFINE_TYPE (GstWeirDetect, gst_weir_detect, GST_TYPE_WEIR_INFERENCE)
GST_ELEMENT_REGISTER_DEFINE (weirdetect, "weirdetect", GST_RANK_NONE,
                             GST_TYPE_WEIR_DETECT)

enum {
  PROP_0,
  PROP_THRESHOLD,
  PROP_IOU_THRESHOLD,
  PROP_MAX_OBJECTS,
  PROP_MIN_WIDTH,
  PROP_MIN_HEIGHT,
  PROP_MAX_WIDTH,
  PROP_MAX_HEIGHT,
};

static gboolean
gst_weir_detect_collect (GstWeirInference *inference, GstWeirInstance *instance,
                         WeirRequest *request, GstWeirRegion *region, GError **error)
{
  GstWeirDetect *self = GST_WEIR_DETECT (inference);
  GstWeirDecoderOptions options;

  GST_OBJECT_LOCK (self);
  options = (GstWeirDecoderOptions){ .threshold = self->threshold,
                                     .iou_threshold = self->iou_threshold,
                                     .max_objects = self->max_objects,
                                     .n_labels = instance->n_labels };
  GST_OBJECT_UNLOCK (self);
  region->result = gst_weir_instance_decode (instance, request, &options, error);
  region->free_result = (GDestroyNotify) g_array_unref;
  return region->result != NULL;
}

static void
add_keypoints (GstVideoRegionOfInterestMeta *roi, const GArray *points, double width,
               double height, const WeirImagePlacement *p)
{
  GValue list = G_VALUE_INIT, number = G_VALUE_INIT;
  GstStructure *structure;

  g_value_init (&list, GST_TYPE_ARRAY);
  g_value_init (&number, G_TYPE_DOUBLE);
  for (guint i = 0; i + 2 < points->len; i += 3) {
    const double values[] = {
      (g_array_index (points, float, i) * width - p->offset_x) / p->scale_x,
      (g_array_index (points, float, i + 1) * height - p->offset_y) / p->scale_y,
      g_array_index (points, float, i + 2)
    };
    for (guint k = 0; k < G_N_ELEMENTS (values); k++) {
      g_value_set_double (&number, values[k]);
      gst_value_array_append_value (&list, &number);
    }
  }
  structure = gst_structure_new_empty ("keypoints");
  gst_structure_take_value (structure, "points", &list);
  g_value_unset (&number);
  gst_video_region_of_interest_meta_add_param (roi, structure);
}

static gboolean
has_size (GstWeirDetect *self, double width, double height)
{
  gboolean fits;

  GST_OBJECT_LOCK (self);
  fits = width >= self->sizes[0] && height >= self->sizes[1] &&
         (self->sizes[2] == 0 || width <= self->sizes[2]) &&
         (self->sizes[3] == 0 || height <= self->sizes[3]);
  GST_OBJECT_UNLOCK (self);
  return fits;
}

/* From parts of the network's input to pixels of the frame. */
static void
gst_weir_detect_attach (GstWeirInference *inference, GstWeirInstance *instance,
                        GstBuffer *buffer, const GstVideoInfo *info,
                        GstWeirRegion *region)
{
  const WeirPortInfo *input = &instance->input_info;
  const WeirImagePlacement *p = &region->placement;
  gboolean last = weir_image_channels_last (input);
  double width = (double) input->shape.dims[last ? 2 : 3];
  double height = (double) input->shape.dims[last ? 1 : 2];
  GArray *objects = region->result;

  for (guint i = 0; i < objects->len; i++) {
    const GstWeirObject *o = &g_array_index (objects, GstWeirObject, i);
    GstVideoRegionOfInterestMeta *roi;

    if (!has_size (GST_WEIR_DETECT (inference), o->width * width / p->scale_x,
                   o->height * height / p->scale_y))
      continue;
    roi = gst_weir_meta_add_region (
        buffer, info, (o->x * width - p->offset_x) / p->scale_x,
        (o->y * height - p->offset_y) / p->scale_y, o->width * width / p->scale_x,
        o->height * height / p->scale_y, o->score, o->label_id,
        gst_weir_instance_label (instance, o->label_id));

    if (roi != NULL && region->roi_id >= 0)
      roi->parent_id = region->roi_id;
    if (roi != NULL && o->keypoints != NULL)
      add_keypoints (roi, o->keypoints, width, height, p);
  }
}

static void
gst_weir_detect_set_property (GObject *object, guint id, const GValue *value,
                              GParamSpec *spec)
{
  GstWeirDetect *self = GST_WEIR_DETECT (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_THRESHOLD:
    self->threshold = g_value_get_float (value);
    break;
  case PROP_IOU_THRESHOLD:
    self->iou_threshold = g_value_get_float (value);
    break;
  case PROP_MAX_OBJECTS:
    self->max_objects = g_value_get_uint (value);
    break;
  case PROP_MIN_WIDTH:
  case PROP_MIN_HEIGHT:
  case PROP_MAX_WIDTH:
  case PROP_MAX_HEIGHT:
    self->sizes[id - PROP_MIN_WIDTH] = g_value_get_uint (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_detect_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirDetect *self = GST_WEIR_DETECT (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_THRESHOLD:
    g_value_set_float (value, self->threshold);
    break;
  case PROP_IOU_THRESHOLD:
    g_value_set_float (value, self->iou_threshold);
    break;
  case PROP_MAX_OBJECTS:
    g_value_set_uint (value, self->max_objects);
    break;
  case PROP_MIN_WIDTH:
  case PROP_MIN_HEIGHT:
  case PROP_MAX_WIDTH:
  case PROP_MAX_HEIGHT:
    g_value_set_uint (value, self->sizes[id - PROP_MIN_WIDTH]);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_sizes (GObjectClass *klass)
{
  static const struct {
    const char *name, *nick, *blurb;
  } rows[] = {
    { "detected-min-w", "Least width",
      "objects less wide are left out; pixels; 0: none" },
    { "detected-min-h", "Least height",
      "objects less high are left out; pixels; 0: none" },
    { "detected-max-w", "Greatest width", "wider objects are left out; pixels; 0: none" },
    { "detected-max-h", "Greatest height",
      "higher objects are left out; pixels; 0: none" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_object_class_install_property (
        klass, PROP_MIN_WIDTH + i,
        g_param_spec_uint (rows[i].name, rows[i].nick, rows[i].blurb, 0, G_MAXUINT, 0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
}

static void
gst_weir_detect_class_init (GstWeirDetectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWeirInferenceClass *inference_class = GST_WEIR_INFERENCE_CLASS (klass);

  object_class->set_property = gst_weir_detect_set_property;
  object_class->get_property = gst_weir_detect_get_property;
  inference_class->task = GST_WEIR_TASK_DETECT;
  inference_class->collect = gst_weir_detect_collect;
  inference_class->attach = gst_weir_detect_attach;
  g_object_class_install_property (
      object_class, PROP_THRESHOLD,
      g_param_spec_float ("threshold", "Threshold",
                          "objects below this score are left out", 0, 1, 0.5, flags));
  g_object_class_install_property (
      object_class, PROP_IOU_THRESHOLD,
      g_param_spec_float (
          "iou-threshold", "IoU threshold",
          "of two boxes of a class that overlap more, the better one stays", 0, 1, 0.3,
          flags));
  g_object_class_install_property (object_class, PROP_MAX_OBJECTS,
                                   g_param_spec_uint ("max-objects", "Most objects",
                                                      "at most so many a frame; 0: all",
                                                      0, G_MAXUINT, 0, flags));
  install_sizes (object_class);
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir object detection", "Filter/Analyzer/Video",
      "Finds objects in video with a neural network", "The Weir authors");
}

static void
gst_weir_detect_init (GstWeirDetect *self)
{
  self->threshold = 0.5f;
  self->iou_threshold = 0.3f;
}
