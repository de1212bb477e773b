#include "gstweircanvas.h"

#include <math.h>
#include <pango/pangocairo.h>

guint32
gst_weir_palette (guint index)
{
  /* Okabe and Ito's set for colour universal design, without its black. */
  static const guint32 colors[] = { 0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442,
                                    0xd55e00, 0xcc79a7, 0x0072b2 };

  return colors[index % G_N_ELEMENTS (colors)];
}

void
gst_weir_canvas_init (GstWeirCanvas *canvas, const GstVideoInfo *info, guint line,
                      guint font)
{
  guint side = (guint) MIN (GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));

  *canvas = (GstWeirCanvas){ .info = info,
                             .line = line > 0 ? line : MAX (side / 160, 2),
                             .font = font > 0 ? font : MAX (side / 32, 10) };
}

GstVideoOverlayComposition *
gst_weir_canvas_finish (GstWeirCanvas *canvas)
{
  return g_steal_pointer (&canvas->composition);
}

static void
add_picture (GstWeirCanvas *canvas, GstBuffer *pixels, int x, int y, guint width,
             guint height)
{
  GstVideoOverlayRectangle *rectangle;

  gst_buffer_add_video_meta (pixels, GST_VIDEO_FRAME_FLAG_NONE,
                             GST_VIDEO_OVERLAY_COMPOSITION_FORMAT_RGB, width, height);
  rectangle = gst_video_overlay_rectangle_new_raw (
      pixels, x, y, width, height, GST_VIDEO_OVERLAY_FORMAT_FLAG_PREMULTIPLIED_ALPHA);
  gst_buffer_unref (pixels);
  if (canvas->composition == NULL)
    canvas->composition = gst_video_overlay_composition_new (rectangle);
  else
    gst_video_overlay_composition_add_rectangle (canvas->composition, rectangle);
  gst_video_overlay_rectangle_unref (rectangle);
}

void
gst_weir_canvas_bar (GstWeirCanvas *canvas, int x, int y, int width, int height,
                     guint32 color)
{
  int right = MIN (x + width, GST_VIDEO_INFO_WIDTH (canvas->info));
  int bottom = MIN (y + height, GST_VIDEO_INFO_HEIGHT (canvas->info));
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
  add_picture (canvas, pixels, x, y, (guint) (right - x), (guint) (bottom - y));
}

cairo_t *
gst_weir_canvas_begin (GstWeirCanvas *canvas, double left, double top, double right,
                       double bottom)
{
  double width = GST_VIDEO_INFO_WIDTH (canvas->info);
  double height = GST_VIDEO_INFO_HEIGHT (canvas->info);
  int x = (int) floor (CLAMP (left, 0, width)), y = (int) floor (CLAMP (top, 0, height));
  int w = (int) ceil (CLAMP (right, 0, width)) - x;
  int h = (int) ceil (CLAMP (bottom, 0, height)) - y;

  if (w <= 0 || h <= 0)
    return NULL;
  canvas->x = x;
  canvas->y = y;
  canvas->surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, w, h);
  canvas->cairo = cairo_create (canvas->surface);
  cairo_translate (canvas->cairo, -x, -y);
  cairo_set_line_width (canvas->cairo, canvas->line);
  cairo_set_line_join (canvas->cairo, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cairo, CAIRO_LINE_CAP_ROUND);
  return canvas->cairo;
}

static GstBuffer *
buffer_of (cairo_surface_t *surface, guint width, guint height)
{
  const guint8 *from;
  int stride = cairo_image_surface_get_stride (surface);
  GstBuffer *pixels = gst_buffer_new_allocate (NULL, (gsize) width * height * 4, NULL);

  cairo_surface_flush (surface);
  from = cairo_image_surface_get_data (surface);
  for (guint y = 0; y < height; y++)
    gst_buffer_fill (pixels, (gsize) y * width * 4, from + (gsize) y * (gsize) stride,
                     (gsize) width * 4);
  return pixels;
}

void
gst_weir_canvas_end (GstWeirCanvas *canvas)
{
  guint width = (guint) cairo_image_surface_get_width (canvas->surface);
  guint height = (guint) cairo_image_surface_get_height (canvas->surface);

  g_clear_pointer (&canvas->cairo, cairo_destroy);
  if (width > 0 && height > 0)
    add_picture (canvas, buffer_of (canvas->surface, width, height), canvas->x, canvas->y,
                 width, height);
  g_clear_pointer (&canvas->surface, cairo_surface_destroy);
}

void
gst_weir_canvas_color (cairo_t *cairo, guint32 color, double alpha)
{
  cairo_set_source_rgba (cairo, (color >> 16 & 0xff) / 255.0, (color >> 8 & 0xff) / 255.0,
                         (color & 0xff) / 255.0, alpha);
}

static PangoLayout *
make_layout (const GstWeirCanvas *canvas, cairo_t *cairo, const char *text)
{
  PangoLayout *layout = pango_cairo_create_layout (cairo);
  PangoFontDescription *font = pango_font_description_from_string ("Sans Bold");

  pango_font_description_set_absolute_size (font, canvas->font * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static void
measure (const GstWeirCanvas *canvas, const char *text, int *width, int *height)
{
  cairo_surface_t *probe = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 1, 1);
  cairo_t *cairo = cairo_create (probe);
  PangoLayout *layout = make_layout (canvas, cairo, text);

  pango_layout_get_pixel_size (layout, width, height);
  g_object_unref (layout);
  cairo_destroy (cairo);
  cairo_surface_destroy (probe);
}

/* Black on light grounds, white on dark ones. */
static guint32
ink_on (guint32 color)
{
  guint luma =
      299 * (color >> 16 & 0xff) + 587 * (color >> 8 & 0xff) + 114 * (color & 0xff);

  return luma > 127500 ? 0x000000 : 0xffffff;
}

void
gst_weir_canvas_text (GstWeirCanvas *canvas, int x, int y, const char *text,
                      guint32 color)
{
  int margin = (int) canvas->font / 4, width, height;
  PangoLayout *layout;
  cairo_t *cairo;

  measure (canvas, text, &width, &height);
  width = MIN (width + 2 * margin, GST_VIDEO_INFO_WIDTH (canvas->info));
  height = MIN (height, GST_VIDEO_INFO_HEIGHT (canvas->info));
  x = CLAMP (x, 0, GST_VIDEO_INFO_WIDTH (canvas->info) - width);
  y = y < height ? y : y - height;
  y = CLAMP (y, 0, GST_VIDEO_INFO_HEIGHT (canvas->info) - height);
  cairo = gst_weir_canvas_begin (canvas, x, y, x + width, y + height);
  if (cairo == NULL)
    return;
  gst_weir_canvas_color (cairo, color, 1);
  cairo_paint (cairo);
  gst_weir_canvas_color (cairo, ink_on (color), 1);
  cairo_move_to (cairo, x + margin, y);
  layout = make_layout (canvas, cairo, text);
  pango_cairo_show_layout (cairo, layout);
  g_object_unref (layout);
  gst_weir_canvas_end (canvas);
}
