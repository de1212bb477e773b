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
gst_weir_canvas_init (GstWeirCanvas *canvas, GstVideoFrame *frame, guint line, guint font)
{
  int width = GST_VIDEO_FRAME_WIDTH (frame), height = GST_VIDEO_FRAME_HEIGHT (frame);
  guint side = (guint) MIN (width, height);

  *canvas = (GstWeirCanvas){ .frame = frame,
                             .width = width,
                             .height = height,
                             .line = line > 0 ? line : MAX (side / 160, 2),
                             .font = font > 0 ? font : MAX (side / 32, 10) };
}

void
gst_weir_canvas_bar (GstWeirCanvas *canvas, int x, int y, int width, int height,
                     guint32 color)
{
  int right = (int) MIN ((gint64) x + width, canvas->width);
  int bottom = (int) MIN ((gint64) y + height, canvas->height);
  GstWeirMask mask = { .x = MAX (x, 0), .y = MAX (y, 0) };

  mask.width = right - mask.x;
  mask.height = bottom - mask.y;
  gst_weir_blend (canvas->frame, &mask, color);
}

cairo_t *
gst_weir_canvas_begin (GstWeirCanvas *canvas, double left, double top, double right,
                       double bottom)
{
  int x = (int) floor (CLAMP (left, 0, canvas->width));
  int y = (int) floor (CLAMP (top, 0, canvas->height));
  int w = (int) ceil (CLAMP (right, 0, canvas->width)) - x;
  int h = (int) ceil (CLAMP (bottom, 0, canvas->height)) - y;

  if (w <= 0 || h <= 0)
    return NULL;
  canvas->x = x;
  canvas->y = y;
  canvas->surface = cairo_image_surface_create (CAIRO_FORMAT_A8, w, h);
  canvas->cairo = cairo_create (canvas->surface);
  cairo_translate (canvas->cairo, -x, -y);
  cairo_set_line_width (canvas->cairo, canvas->line);
  cairo_set_line_join (canvas->cairo, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (canvas->cairo, CAIRO_LINE_CAP_ROUND);
  return canvas->cairo;
}

void
gst_weir_canvas_end (GstWeirCanvas *canvas, guint32 color)
{
  GstWeirMask mask = { .x = canvas->x, .y = canvas->y };

  g_clear_pointer (&canvas->cairo, cairo_destroy);
  cairo_surface_flush (canvas->surface);
  mask.alpha = cairo_image_surface_get_data (canvas->surface);
  if (mask.alpha != NULL) {
    mask.stride = cairo_image_surface_get_stride (canvas->surface);
    mask.width = cairo_image_surface_get_width (canvas->surface);
    mask.height = cairo_image_surface_get_height (canvas->surface);
    gst_weir_blend (canvas->frame, &mask, color);
  }
  g_clear_pointer (&canvas->surface, cairo_surface_destroy);
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
  cairo_surface_t *probe = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
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
  width = MIN (width + 2 * margin, canvas->width);
  height = MIN (height, canvas->height);
  x = CLAMP (x, 0, canvas->width - width);
  y = y < height ? y : y - height;
  y = CLAMP (y, 0, canvas->height - height);
  cairo = gst_weir_canvas_begin (canvas, x, y, x + width, y + height);
  if (cairo == NULL)
    return;
  gst_weir_canvas_bar (canvas, x, y, width, height, color);
  cairo_move_to (cairo, x + margin, y);
  layout = make_layout (canvas, cairo, text);
  pango_cairo_show_layout (cairo, layout);
  g_object_unref (layout);
  gst_weir_canvas_end (canvas, ink_on (color));
}
