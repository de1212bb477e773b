#pragma once

#include "gstweirblend.h"

#include <cairo.h>

/**
 * GstWeirCanvas:
 * @frame: what is drawn on, mapped for writing
 * @line, @font: width of lines and height of letters, in pixels
 *
 * Draws shapes of one colour each straight into the planes of a frame: what it costs is
 * the size of what is drawn, whatever the size of the frame. Everything is cut to it.
 */
typedef struct {
  GstVideoFrame *frame;
  int width, height;
  guint line, font;
  cairo_surface_t *surface; /* of the shape that is being drawn: its alpha */
  cairo_t *cairo;
  int x, y;
} GstWeirCanvas;

/** gst_weir_canvas_init: 0 chooses @line and @font by the size of the frame. */
void gst_weir_canvas_init (GstWeirCanvas *canvas, GstVideoFrame *frame, guint line,
                           guint font);

/** gst_weir_canvas_bar: a filled rectangle. */
void gst_weir_canvas_bar (GstWeirCanvas *canvas, int x, int y, int width, int height,
                          guint32 color);
/** gst_weir_canvas_text: @text on a ground of @color, with its lower left corner at @x
 * and
 * @y, moved so that all of it can be seen; below @y where there is no room above. */
void gst_weir_canvas_text (GstWeirCanvas *canvas, int x, int y, const char *text,
                           guint32 color);

/** gst_weir_canvas_begin: (nullable): a context for this part of the frame, in pixels of
 * the frame, of which only alpha counts; gst_weir_canvas_end() must follow. %NULL where
 * nothing of it is inside. */
cairo_t *gst_weir_canvas_begin (GstWeirCanvas *canvas, double left, double top,
                                double right, double bottom);
/** gst_weir_canvas_end: paints the shape in @color. */
void gst_weir_canvas_end (GstWeirCanvas *canvas, guint32 color);

/** gst_weir_palette: colours that people with any kind of colour vision tell apart; they
 * repeat. */
guint32 gst_weir_palette (guint index);
