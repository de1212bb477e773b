#include "gstweirdraw.h"

#include "gstweirmeta.h"

#include <math.h>

/* Points with a lower score are not drawn. */
#define SURE_POINT 0.3
/* Nothing beyond it is on a frame, and sums of such numbers fit. */
#define FAR 1000000

guint32
gst_weir_region_color (GstVideoRegionOfInterestMeta *roi, gboolean by_track)
{
  int id = gst_weir_meta_object_id (roi), label_id;

  if (by_track && id > 0)
    return gst_weir_palette ((guint) id - 1);
  gst_weir_meta_confidence (roi, &label_id);
  return gst_weir_palette ((guint) MAX (label_id, 0));
}

static int
near (guint value)
{
  return (int) MIN (value, FAR);
}

static void
draw_box (GstWeirCanvas *canvas, const GstVideoRegionOfInterestMeta *roi, guint32 color)
{
  int x = near (roi->x), y = near (roi->y), w = near (roi->w), h = near (roi->h);
  int t = (int) canvas->line;

  gst_weir_canvas_bar (canvas, x, y, w, t, color);
  gst_weir_canvas_bar (canvas, x, y + h - t, w, t, color);
  gst_weir_canvas_bar (canvas, x, y + t, t, h - 2 * t, color);
  gst_weir_canvas_bar (canvas, x + w - t, y + t, t, h - 2 * t, color);
}

static const char *
space (const GString *text)
{
  return text->len > 0 ? " " : "";
}

static void
append_param (GString *text, const GstStructure *structure, gboolean confidence)
{
  const char *label = gst_structure_get_string (structure, "label");
  double number;
  int id;

  if (gst_structure_has_name (structure, "object_id") &&
      gst_structure_get_int (structure, "id", &id)) {
    g_string_append_printf (text, "%s#%d", space (text), id);
  } else if (gst_structure_has_name (structure, "speed") &&
             gst_structure_get_double (structure, "metres_per_second", &number)) {
    g_string_append_printf (text, "%s%.1f m/s", space (text), number);
  } else if (gst_structure_has_name (structure, "detection") || label != NULL) {
    g_string_append_printf (text, "%s%s", space (text), label != NULL ? label : "");
    if (confidence && gst_structure_get_double (structure, "confidence", &number))
      g_string_append_printf (text, " %d%%", (int) lround (number * 100));
  }
}

static char *
text_of (const GstVideoRegionOfInterestMeta *roi, gboolean confidence)
{
  GString *text = g_string_new (NULL);
  char *valid;

  for (GList *l = roi->params; l != NULL; l = l->next)
    append_param (text, l->data, confidence);
  valid = g_utf8_make_valid (text->str, (gssize) text->len);
  g_string_free (text, TRUE);
  return g_strstrip (valid);
}

static void
draw_keypoints (GstWeirCanvas *canvas, GstVideoRegionOfInterestMeta *roi, guint32 color)
{
  GstStructure *structure =
      gst_video_region_of_interest_meta_get_param (roi, "keypoints");
  const GValue *points =
      structure != NULL ? gst_structure_get_value (structure, "points") : NULL;
  int size = (int) canvas->line * 2;

  for (guint i = 0; points != NULL && i + 2 < gst_value_array_get_size (points); i += 3) {
    double x = g_value_get_double (gst_value_array_get_value (points, i));
    double y = g_value_get_double (gst_value_array_get_value (points, i + 1));
    double score = g_value_get_double (gst_value_array_get_value (points, i + 2));

    if (score >= SURE_POINT && fabs (x) < FAR && fabs (y) < FAR)
      gst_weir_canvas_bar (canvas, (int) x - size / 2, (int) y - size / 2, size, size,
                           color);
  }
}

void
gst_weir_draw_regions (GstWeirCanvas *canvas, GstBuffer *buffer,
                       const GstWeirDrawStyle *style)
{
  gpointer meta, state = NULL;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    GstVideoRegionOfInterestMeta *roi = meta;
    guint32 color = gst_weir_region_color (roi, style->by_track);
    g_autofree char *text = text_of (roi, style->confidence);

    if (style->boxes) {
      draw_box (canvas, roi, color);
      draw_keypoints (canvas, roi, color);
    }
    if (style->labels && *text != '\0')
      gst_weir_canvas_text (canvas, near (roi->x), near (roi->y), text, color);
  }
}
