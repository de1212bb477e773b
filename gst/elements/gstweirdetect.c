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
 *
 * With inference-region=roi-list it looks at what another found, as in a cascade: of an
 * object that is found in several of these the better one stays. Each stage gives its
 * objects a label of their own, which the next one names by object-class.
 */

#define GST_TYPE_WEIR_DETECT (gst_weir_detect_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirDetect, gst_weir_detect, GST, WEIR_DETECT, GstWeirInference)

struct _GstWeirDetect {
  GstWeirInference parent;
  float threshold;
  float iou_threshold;
  guint max_objects;
  guint sizes[4]; /* least width and height, greatest ones; 0: any */
  gboolean keep_regions;
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
  PROP_KEEP_REGIONS,
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

static double
overlap (const GstVideoRegionOfInterestMeta *a, const GstVideoRegionOfInterestMeta *b)
{
  double width = (double) MIN (a->x + a->w, b->x + b->w) - (double) MAX (a->x, b->x);
  double height = (double) MIN (a->y + a->h, b->y + b->h) - (double) MAX (a->y, b->y);
  double both = MAX (width, 0) * MAX (height, 0);

  return both / ((double) a->w * a->h + (double) b->w * b->h - both);
}

/* The better one stays of an object that was found in several regions; regions that were
 * there before these are left alone. */
static void
settle_twins (GstWeirDetect *self, GstBuffer *buffer, GstVideoRegionOfInterestMeta *roi)
{
  GstVideoRegionOfInterestMeta *other;
  gpointer state = NULL;
  double limit;

  GST_OBJECT_LOCK (self);
  limit = self->iou_threshold;
  GST_OBJECT_UNLOCK (self);
  while ((other = (GstVideoRegionOfInterestMeta *) gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    gboolean better;

    if (other == roi || other->roi_type != roi->roi_type || other->parent_id < 0 ||
        overlap (other, roi) <= limit)
      continue;
    better =
        gst_weir_meta_confidence (roi, NULL) > gst_weir_meta_confidence (other, NULL);
    gst_buffer_remove_meta (buffer, (GstMeta *) (better ? other : roi));
    if (!better)
      return;
    state = NULL;
  }
}

/* Candidates of a cascade are of no use behind it. */
static void
drop_region (GstWeirDetect *self, GstBuffer *buffer, int roi_id)
{
  GstVideoRegionOfInterestMeta *roi =
      roi_id >= 0 ? gst_weir_meta_find_region (buffer, roi_id) : NULL;
  gboolean keep;

  GST_OBJECT_LOCK (self);
  keep = self->keep_regions;
  GST_OBJECT_UNLOCK (self);
  if (roi != NULL && !keep)
    gst_buffer_remove_meta (buffer, (GstMeta *) roi);
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

    if (roi != NULL && o->keypoints != NULL)
      add_keypoints (roi, o->keypoints, width, height, p);
    if (roi != NULL && region->roi_id >= 0) {
      roi->parent_id = region->roi_id;
      settle_twins (GST_WEIR_DETECT (inference), buffer, roi);
    }
  }
  drop_region (GST_WEIR_DETECT (inference), buffer, region->roi_id);
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
  case PROP_KEEP_REGIONS:
    self->keep_regions = g_value_get_boolean (value);
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
  case PROP_KEEP_REGIONS:
    g_value_set_boolean (value, self->keep_regions);
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
  g_object_class_install_property (
      object_class, PROP_KEEP_REGIONS,
      g_param_spec_boolean ("keep-regions", "Keep regions",
                            "whether regions that were looked at stay beside what was "
                            "found in them (inference-region=roi-list)",
                            TRUE, flags));
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir object detection", "Filter/Analyzer/Video",
      "Finds objects in video with a neural network", "The Weir authors");
}

static void
gst_weir_detect_init (GstWeirDetect *self)
{
  self->threshold = 0.5f;
  self->keep_regions = TRUE;
  self->iou_threshold = 0.3f;
}
