#include "gstweirdraw.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

/* Colours that are told apart on most pictures, text on them black or white. */
static const guint32 palette[] = { 0xe6194b, 0x3cb44b, 0xffe119, 0x4363d8, 0xf58231,
                                   0x911eb4, 0x46f0f0, 0xf032e6, 0xbcf60c, 0xfabebe,
                                   0x008080, 0xe6beff, 0x9a6324, 0xfffac8, 0x800000,
                                   0xaaffc3, 0x808000, 0xffd8b1 };

/* Points with a lower score are not drawn. */
#define SURE_POINT 0.3

typedef struct {
  GstVideoOverlayComposition *composition;
  const GstVideoInfo *info;
  const GstWeirDrawStyle *style;
  guint line, font;
} Drawing;

static guint32
color_of (const GstVideoRegionOfInterestMeta *roi)
{
  GstStructure *detection = gst_video_region_of_interest_meta_get_param (
      (GstVideoRegionOfInterestMeta *) roi, "detection");
  int label_id = 0;

  if (detection != NULL)
    gst_structure_get_int (detection, "label_id", &label_id);
  return palette[(guint) MAX (label_id, 0) % G_N_ELEMENTS (palette)];
}

static void
add_picture (Drawing *d, GstBuffer *pixels, int x, int y, guint width, guint height)
{
  GstVideoOverlayRectangle *rectangle;

  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE,
                             GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
  rectangle = gst_video_overlay_rectangle_new_raw (
      pixels, x, y, width, height, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref (pixels);
  if (d->composition == NULL)
    d->composition = gst_video_overlay_composition_new (rectangle);
  else
    gst_video_overlay_composition_add_rectangle (d->composition, rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
}

/* A filled rectangle, cut to the frame. */
static void
add_bar (Drawing *d, int x, int y, int width, int height, guint32 color)
{
  int right = MIN (x + width, GST_VIDEO_INFO_WIDTH (d->info));
  int bottom = MIN (y + height, GST_VIDEO_INFO_HEIGHT (d->info));
  GstBuffer *pixels;
  GstMapInfo map;
  gsize count;

  x = MAX (x, 0);
  y = MAX (y, 0);
  if (right <= x || bottom <= y)
    return;
  count = (gsize) (right - x) * (gsize) (bottom - y);
  pixels = gst_buffer_new_allocate (NULL, count * 4, NULL);
  if (!gst_buffer_map (pixels, &map, GST_MAP_WRITE)) {
    gst_buffer_unref (pixels);
    return;
  }
  for (gsize i = 0; i < count; i++)
    ((guint32 *) map.data)[i] = 0xff000000u | color;
  gst_buffer_unmap (pixels, &map);
  add_picture (d, pixels, x, y, (guint) (right - x), (guint) (bottom - y));
}

static void
add_box (Drawing *d, const GstVideoRegionOfInterestMeta *roi, guint32 color)
{
  int x = (int) roi->x, y = (int) roi->y, w = (int) roi->w, h = (int) roi->h;
  int t = (int) d->line;

  add_bar (d, x, y, w, t, color);
  add_bar (d, x, y + h - t, w, t, color);
  add_bar (d, x, y + t, t, h - 2 * t, color);
  add_bar (d, x + w - t, y + t, t, h - 2 * t, color);
}

static void
append_score (const Drawing *d, GString *text, const GstStructure *structure)
{
  double confidence;

  if (d->style->confidence &&
      gst_structure_get_double (structure, "confidence", &confidence))
    g_string_append_printf (text, " %d%%", (int) lround (confidence * 100));
}

static void
append_param (const Drawing *d, GString *text, const GstStructure *structure)
{
  const char *label = gst_structure_get_string (structure, "label");
  int id;

  if (gst_structure_has_name (structure, "object_id") &&
      gst_structure_get_int (structure, "id", &id)) {
    g_string_append_printf (text, "%s#%d", text->len > 0 ? " " : "", id);
    return;
  }
  if (!gst_structure_has_name (structure, "detection") && label == NULL)
    return;
  g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "",
                          label != NULL ? label : "");
  append_score (d, text, structure);
}

static char *
text_of (const Drawing *d, const GstVideoRegionOfInterestMeta *roi)
{
  GString *text = g_string_new (NULL);
  char *valid;

  for (GList *l = roi->params; l != NULL; l = l->next)
    append_param (d, text, l->data);
  valid = g_utf8_make_valid (text->str, (gssize) text->len);
  g_string_free (text, TRUE);
  return g_strstrip (valid);
}

static PangoLayout *
make_layout (const Drawing *d, cairo_t *cairo, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cairo);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold");

  pango_font_description_set_absolute_size (font, d->font * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static void
paint_text (cairo_t *cairo, PangoLayout *layout, guint32 color, int margin)
{
  double r = (color >> 16 & 0xff) / 255.0, g = (color >> 8 & 0xff) / 255.0;
  double b = (color & 0xff) / 255.0, luma = 0.299 * r + 0.587 * g + 0.114 * b;
  double ink = luma > 0.5 ? 0 : 1;

  cairo_set_source_rgb (cairo, r, g, b);
  cairo_paint (cairo);
  cairo_set_source_rgb (cairo, ink, ink, ink);
  cairo_move_to (cairo, margin, 0);
  pango_cairo_show_layout (cairo, layout);
}

static GstBuffer *
buffer_of (cairo_surface_t *surface, guint width, guint height)
{
  const guint8 *from = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  GstBuffer *pixels = gst_buffer_new_allocate (NULL, (gsize) width * height * 4, NULL);

  cairo_surface_flush (surface);
  for (guint y = 0; y < height; y++)
    gst_buffer_fill (pixels, (gsize) y * width * 4, from + (gsize) y * (gsize) stride,
                     (gsize) width * 4);
  return pixels;
}

static cairo_surface_t *
render_text (const Drawing *d, const char *text, guint32 color, int *width, int *height)
{
  int margin = (int) d->font / 4;
  cairo_surface_t *probe = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 1, 1);
  cairo_t *cairo = cairo_create (probe);
  PangoLayout *layout = make_layout (d, cairo, text);
  cairo_surface_t *surface;

  pango_layout_get_pixel_size (layout, width, height);
  *width = MIN (*width + 2 * margin, GST_VIDEO_INFO_WIDTH (d->info));
  *height = MIN (*height, GST_VIDEO_INFO_HEIGHT (d->info));
  g_object_unref (layout);
  cairo_destroy (cairo);
  cairo_surface_destroy (probe);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, *width, *height);
  cairo = cairo_create (surface);
  layout = make_layout (d, cairo, text);
  paint_text (cairo, layout, color, margin);
  g_object_unref (layout);
  cairo_destroy (cairo);
  return surface;
}

/* The label stands above its box, or inside of it at the top of the frame. */
static void
add_label (Drawing *d, const GstVideoRegionOfInterestMeta *roi, guint32 color)
{
  g_autofree char *text = text_of (d, roi);
  cairo_surface_t *surface;
  int width, height, x, y;

  if (*text == '\0')
    return;
  surface = render_text (d, text, color, &width, &height);
  x = CLAMP ((int) roi->x, 0, GST_VIDEO_INFO_WIDTH (d->info) - width);
  y = (int) roi->y - height;
  y = CLAMP (y < 0 ? (int) roi->y : y, 0, GST_VIDEO_INFO_HEIGHT (d->info) - height);
  if (width > 0 && height > 0)
    add_picture (d, buffer_of (surface, (guint) width, (guint) height), x, y,
                 (guint) width, (guint) height);
  cairo_surface_destroy (surface);
}

static void
add_keypoints (Drawing *d, const GstVideoRegionOfInterestMeta *roi, guint32 color)
{
  GstStructure *structure = gst_video_region_of_interest_meta_get_param (
      (GstVideoRegionOfInterestMeta *) roi, "keypoints");
  const GValue *points =
      structure != NULL ? gst_structure_get_value (structure, "points") : NULL;
  int size = (int) d->line * 2;

  for (guint i = 0; points != NULL && i + 2 < gst_value_array_get_size (points); i += 3) {
    double x = g_value_get_double (gst_value_array_get_value (points, i));
    double y = g_value_get_double (gst_value_array_get_value (points, i + 1));
    double score = g_value_get_double (gst_value_array_get_value (points, i + 2));

    if (score >= SURE_POINT && fabs (x) < 1e6 && fabs (y) < 1e6)
      add_bar (d, (int) x - size / 2, (int) y - size / 2, size, size, color);
  }
}

GstVideoOverlayComposition *
gst_weir_draw_regions (GstBuffer *buffer, const GstVideoInfo *info,
                       const GstWeirDrawStyle *style)
{
  guint side = (guint) MIN (GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));
  Drawing d = { .info = info,
                .style = style,
                .line = style->line > 0 ? style->line : MAX (side / 160, 2),
                .font = style->font > 0 ? style->font : MAX (side / 24, 10) };
  GstMeta *meta;
  gpointer state = NULL;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    const GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *) meta;
    guint32 color = color_of (roi);

    add_box (&d, roi, color);
    add_keypoints (&d, roi, color);
    if (style->labels)
      add_label (&d, roi, color);
  }
  return d.composition;
}
