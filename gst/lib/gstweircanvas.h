#pragma once

#include <cairo.h>
#include <gst/video/video.h>

/**
 * GstWeirCanvas:
 * @info: the frame
 * @line, @font: width of lines and height of letters, in pixels
 *
 * Collects an overlay out of small pictures, so that blending costs what is drawn and not
 * the size of the frame. Everything is cut to the frame.
 */
typedef struct {
  const GstVideoInfo *info;
  guint line, font;
  GstVideoOverlayComposition *composition;
  cairo_surface_t *surface; /* of the picture that is being drawn */
  cairo_t *cairo;
  int x, y;
} GstWeirCanvas;

/** gst_weir_canvas_init: 0 chooses @line and @font by the size of the frame. */
void gst_weir_canvas_init (GstWeirCanvas *canvas, const GstVideoInfo *info, guint line,
                           guint font);
/** gst_weir_canvas_finish: (transfer full) (nullable): what was drawn. */
GstVideoOverlayComposition *gst_weir_canvas_finish (GstWeirCanvas *canvas);

/** gst_weir_canvas_bar: a filled rectangle. */
void gst_weir_canvas_bar (GstWeirCanvas *canvas, int x, int y, int width, int height,
                          guint32 color);
/** gst_weir_canvas_text: @text on a ground of @color, with its lower left corner at @x
 * and
 * @y, moved so that all of it can be seen; below @y where there is no room above. */
void gst_weir_canvas_text (GstWeirCanvas *canvas, int x, int y, const char *text,
                           guint32 color);

/** gst_weir_canvas_begin: (nullable): a context for this part of the frame, in pixels of
 * the frame; gst_weir_canvas_end() must follow. %NULL where nothing of it is inside. */
cairo_t *gst_weir_canvas_begin (GstWeirCanvas *canvas, double left, double top,
                                double right, double bottom);
void gst_weir_canvas_end (GstWeirCanvas *canvas);
/** gst_weir_canvas_color: makes @color the source of @cairo. */
void gst_weir_canvas_color (cairo_t *cairo, guint32 color, double alpha);

/** gst_weir_palette: colours that people with any kind of colour vision tell apart; they
 * repeat. */
guint32 gst_weir_palette (guint index);
