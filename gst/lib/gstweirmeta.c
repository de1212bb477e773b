#include "gstweirmeta.h"

#include <math.h>

static void
cut (double *from, double *to, double size)
{
  *from = CLAMP (*from, 0, size);
  *to = CLAMP (*to, 0, size);
}

/* GStreamer gives every region the id 0. */
static int
next_id (GstBuffer *buffer)
{
  GstMeta *meta;
  gpointer state = NULL;
  int id = 0;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    int taken = ((GstVideoRegionOfInterestMeta *) meta)->id;

    if (taken >= id && taken < G_MAXINT)
      id = taken + 1;
  }
  return id;
}

GstVideoRegionOfInterestMeta *
gst_weir_meta_add_region (GstBuffer *buffer, const GstVideoInfo *info, double x, double y,
                          double width, double height, double confidence, int label_id,
                          const char *label)
{
  double right = x + width, bottom = y + height;
  double frame_width = GST_VIDEO_INFO_WIDTH (info);
  double frame_height = GST_VIDEO_INFO_HEIGHT (info);
  GstVideoRegionOfInterestMeta *region;
  GstStructure *detection;
  int id = next_id (buffer);

  if (!isfinite (x) || !isfinite (y) || !isfinite (right) || !isfinite (bottom))
    return NULL;
  cut (&x, &right, frame_width);
  cut (&y, &bottom, frame_height);
  if (right <= x || bottom <= y)
    return NULL;
  region = gst_buffer_add_video_region_of_interest_meta (
      buffer, label != NULL ? label : "", (guint) lround (x), (guint) lround (y),
      (guint) (lround (right) - lround (x)), (guint) (lround (bottom) - lround (y)));
  region->id = id;
  region->parent_id = -1;
  detection = gst_structure_new (
      "detection", "label_id", G_TYPE_INT, label_id, "confidence", G_TYPE_DOUBLE,
      confidence, "x_min", G_TYPE_DOUBLE, x / frame_width, "x_max", G_TYPE_DOUBLE,
      right / frame_width, "y_min", G_TYPE_DOUBLE, y / frame_height, "y_max",
      G_TYPE_DOUBLE, bottom / frame_height, NULL);
  if (label != NULL)
    gst_structure_set (detection, "label", G_TYPE_STRING, label, NULL);
  gst_video_region_of_interest_meta_add_param (region, detection);
  return region;
}

double
gst_weir_meta_confidence (GstVideoRegionOfInterestMeta *region, int *label_id)
{
  GstStructure *detection =
      gst_video_region_of_interest_meta_get_param (region, "detection");
  double confidence = 0;

  if (label_id != NULL)
    *label_id = -1;
  if (detection == NULL)
    return 0;
  gst_structure_get_double (detection, "confidence", &confidence);
  if (label_id != NULL)
    gst_structure_get_int (detection, "label_id", label_id);
  return confidence;
}

int
gst_weir_meta_object_id (GstVideoRegionOfInterestMeta *region)
{
  GstStructure *structure =
      gst_video_region_of_interest_meta_get_param (region, "object_id");
  int id = 0;

  if (structure != NULL)
    gst_structure_get_int (structure, "id", &id);
  return id;
}

void
gst_weir_meta_set_object_id (GstVideoRegionOfInterestMeta *region, int id)
{
  gst_video_region_of_interest_meta_add_param (
      region, gst_structure_new ("object_id", "id", G_TYPE_INT, id, NULL));
}

GstVideoRegionOfInterestMeta *
gst_weir_meta_find_region (GstBuffer *buffer, int id)
{
  return gst_buffer_get_video_region_of_interest_meta_id (buffer, id);
}

GType
gst_weir_tensor_meta_api_get_type (void)
{
  static gsize type;
  static const char *tags[] = { GST_META_TAG_VIDEO_STR, NULL };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, gst_meta_api_type_register ("GstWeirTensorMetaAPI", tags));
  return type;
}

static gboolean
tensor_meta_init (GstMeta *meta, gpointer params, GstBuffer *buffer)
{
  GstWeirTensorMeta *m = (GstWeirTensorMeta *) meta;

  (void) params;
  (void) buffer;
  m->region = -1;
  m->model = NULL;
  m->names = NULL;
  m->tensors = NULL;
  m->n = 0;
  return TRUE;
}

static void
tensor_meta_free (GstMeta *meta, GstBuffer *buffer)
{
  GstWeirTensorMeta *m = (GstWeirTensorMeta *) meta;

  (void) buffer;
  for (guint i = 0; i < m->n; i++)
    weir_tensor_unref (m->tensors[i]);
  g_free (m->tensors);
  g_strfreev (m->names);
  g_free (m->model);
}

static gboolean
tensor_meta_transform (GstBuffer *to, GstMeta *meta, GstBuffer *from, GQuark type,
                       gpointer data)
{
  const GstWeirTensorMeta *m = (const GstWeirTensorMeta *) meta;

  (void) from;
  (void) data;
  if (!GST_META_TRANSFORM_IS_COPY (type))
    return FALSE;
  gst_weir_meta_add_tensors (to, m->region, m->model, (const char *const *) m->names,
                             m->tensors, m->n);
  return TRUE;
}

const GstMetaInfo *
gst_weir_tensor_meta_get_info (void)
{
  static const GstMetaInfo *info;

  if (g_once_init_enter (&info))
    g_once_init_leave (
        &info, gst_meta_register (GST_WEIR_TENSOR_META_API_TYPE, "GstWeirTensorMeta",
                                  sizeof (GstWeirTensorMeta), tensor_meta_init,
                                  tensor_meta_free, tensor_meta_transform));
  return info;
}

GstWeirTensorMeta *
gst_weir_meta_add_tensors (GstBuffer *buffer, int region, const char *model,
                           const char *const *names, WeirTensor *const *tensors, guint n)
{
  GstWeirTensorMeta *meta = (GstWeirTensorMeta *) gst_buffer_add_meta (
      buffer, gst_weir_tensor_meta_get_info (), NULL);

  meta->region = region;
  meta->model = g_strdup (model);
  meta->names = g_new0 (char *, n + 1);
  meta->tensors = g_new0 (WeirTensor *, MAX (n, 1));
  meta->n = n;
  for (guint i = 0; i < n; i++) {
    meta->names[i] = g_strdup (names[i]);
    meta->tensors[i] = weir_tensor_ref (tensors[i]);
  }
  return meta;
}
