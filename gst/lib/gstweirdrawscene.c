#include "gstweirdraw.h"
#include "gstweirscenemeta.h"

#include <math.h>

/* Of their own, so that they are not taken for classes. */
#define ZONE_COLOR     0xffffff
#define TRIPWIRE_COLOR 0xf0e442

#define FILL         0.2
#define CROWDED_FILL 0.45
#define MOST_POINTS  1024

typedef struct {
  double x[MOST_POINTS], y[MOST_POINTS];
  guint n;
} Points;

static void
read_points (const GstWeirCanvas *canvas, const GstStructure *mark, Points *points)
{
  const GValue *list = gst_structure_get_value (mark, "points");
  guint n =
      list != NULL && GST_VALUE_HOLDS_ARRAY (list) ? gst_value_array_get_size (list) : 0;

  points->n = MIN (n / 2, MOST_POINTS);
  for (guint i = 0; i < points->n; i++) {
    points->x[i] =
        g_value_get_double (gst_value_array_get_value (list, 2 * i)) * canvas->width;
    points->y[i] =
        g_value_get_double (gst_value_array_get_value (list, 2 * i + 1)) * canvas->height;
  }
}

static guint32
color_of (const GstStructure *mark, guint32 otherwise)
{
  guint color = otherwise;

  gst_structure_get_uint (mark, "color", &color);
  return color;
}

static double
line_of (const GstWeirCanvas *canvas, const GstStructure *mark)
{
  guint thickness = canvas->line;

  gst_structure_get_uint (mark, "thickness", &thickness);
  return MIN (thickness, 64);
}

static guint64
count_of (const GstStructure *mark, const char *name)
{
  guint64 count = 0;

  gst_structure_get_uint64 (mark, name, &count);
  return count;
}

static void
trace_polygon (cairo_t *cairo, const Points *points)
{
  for (guint i = 0; i < points->n; i++)
    cairo_line_to (cairo, points->x[i], points->y[i]);
  cairo_close_path (cairo);
}

static void
trace_ellipse (cairo_t *cairo, const Points *points)
{
  cairo_save (cairo);
  cairo_translate (cairo, points->x[0], points->y[0]);
  cairo_scale (cairo, MAX (points->x[1], 1e-3), MAX (points->y[1], 1e-3));
  cairo_arc (cairo, 0, 0, 1, 0, 2 * G_PI);
  cairo_restore (cairo);
}

/* Left, top, right and bottom of what will be traced. */
static void
bounds_of (const Points *points, gboolean circle, double bounds[4])
{
  if (circle) {
    bounds[0] = points->x[0] - points->x[1];
    bounds[1] = points->y[0] - points->y[1];
    bounds[2] = points->x[0] + points->x[1];
    bounds[3] = points->y[0] + points->y[1];
    return;
  }
  bounds[0] = bounds[1] = INFINITY;
  bounds[2] = bounds[3] = -INFINITY;
  for (guint i = 0; i < points->n; i++) {
    bounds[0] = MIN (bounds[0], points->x[i]);
    bounds[1] = MIN (bounds[1], points->y[i]);
    bounds[2] = MAX (bounds[2], points->x[i]);
    bounds[3] = MAX (bounds[3], points->y[i]);
  }
}

/* Where the text of a zone stands: inside of it, at the top of its upper left corner. */
static void
write_count (GstWeirCanvas *canvas, const GstStructure *zone, const Points *points,
             gboolean circle, const double bounds[4])
{
  g_autofree char *text = NULL;
  double x = bounds[0], y = bounds[1];
  guint count = 0;

  for (guint i = 0; !circle && i < points->n; i++)
    if (points->x[i] + points->y[i] < x + y || i == 0) {
      x = points->x[i];
      y = points->y[i];
    }
  gst_structure_get_uint (zone, "count", &count);
  text = g_strdup_printf ("%s: %u", gst_structure_get_string (zone, "id"), count);
  gst_weir_canvas_text (canvas, (int) x, (int) MAX (y, 0), text,
                        color_of (zone, ZONE_COLOR));
}

static void
draw_zone (GstWeirCanvas *canvas, const GstStructure *zone)
{
  gboolean circle = g_strcmp0 (gst_structure_get_string (zone, "type"), "circle") == 0;
  guint32 color = color_of (zone, ZONE_COLOR);
  double line = line_of (canvas, zone), bounds[4];
  gboolean crowded = FALSE;
  Points points;
  cairo_t *cairo;

  read_points (canvas, zone, &points);
  if (points.n < 2)
    return;
  gst_structure_get_boolean (zone, "crowded", &crowded);
  bounds_of (&points, circle, bounds);
  cairo = gst_weir_canvas_begin (canvas, bounds[0] - line, bounds[1] - line,
                                 bounds[2] + line, bounds[3] + line);
  if (cairo == NULL)
    return;
  if (circle)
    trace_ellipse (cairo, &points);
  else
    trace_polygon (cairo, &points);
  cairo_set_source_rgba (cairo, 0, 0, 0, crowded ? CROWDED_FILL : FILL);
  cairo_fill_preserve (cairo);
  cairo_set_source_rgb (cairo, 0, 0, 0);
  cairo_set_line_width (cairo, line);
  cairo_stroke (cairo);
  gst_weir_canvas_end (canvas, color);
  write_count (canvas, zone, &points, circle, bounds);
}

/* An arrow from the middle of the tripwire to its left: the way of direction 1. */
static void
trace_arrow (cairo_t *cairo, const Points *p, double size)
{
  double dx = p->x[1] - p->x[0], dy = p->y[1] - p->y[0], length = hypot (dx, dy);
  double x = (p->x[0] + p->x[1]) / 2, y = (p->y[0] + p->y[1]) / 2;
  double along_x = dx / length, along_y = dy / length;
  double tip_x = x + along_y * 2 * size, tip_y = y - along_x * 2 * size;

  cairo_move_to (cairo, x, y);
  cairo_line_to (cairo, tip_x, tip_y);
  cairo_move_to (cairo, tip_x - (along_y - along_x) * size,
                 tip_y + (along_x + along_y) * size);
  cairo_line_to (cairo, tip_x, tip_y);
  cairo_line_to (cairo, tip_x - (along_y + along_x) * size,
                 tip_y + (along_x - along_y) * size);
}

static void
draw_tripwire (GstWeirCanvas *canvas, const GstStructure *wire)
{
  guint32 color = color_of (wire, TRIPWIRE_COLOR);
  double line = line_of (canvas, wire), size = canvas->font * 0.6, bounds[4];
  double room = line + 3 * size;
  g_autofree char *text = NULL;
  Points p;
  cairo_t *cairo;

  read_points (canvas, wire, &p);
  if (p.n != 2)
    return;
  bounds_of (&p, FALSE, bounds);
  cairo = gst_weir_canvas_begin (canvas, bounds[0] - room, bounds[1] - room,
                                 bounds[2] + room, bounds[3] + room);
  if (cairo == NULL)
    return;
  cairo_move_to (cairo, p.x[0], p.y[0]);
  cairo_line_to (cairo, p.x[1], p.y[1]);
  if (hypot (p.x[1] - p.x[0], p.y[1] - p.y[0]) > 0)
    trace_arrow (cairo, &p, size);
  cairo_set_line_width (cairo, line);
  cairo_stroke (cairo);
  gst_weir_canvas_end (canvas, color);
  text = g_strdup_printf ("%s: in %" G_GUINT64_FORMAT " out %" G_GUINT64_FORMAT,
                          gst_structure_get_string (wire, "id"), count_of (wire, "in"),
                          count_of (wire, "out"));
  gst_weir_canvas_text (canvas, (int) CLAMP (p.x[0], -1e6, 1e6),
                        (int) CLAMP (p.y[0], 0, 1e6), text, color);
}

void
gst_weir_draw_scenes (GstWeirCanvas *canvas, GstBuffer *buffer)
{
  const GstStructure *scene;
  gpointer state = NULL;

  while ((scene = gst_weir_scene_meta_next (buffer, &state)) != NULL) {
    for (guint i = 0; i < gst_weir_structures_count (scene, "zones"); i++)
      draw_zone (canvas, gst_weir_structures_at (scene, "zones", i));
    for (guint i = 0; i < gst_weir_structures_count (scene, "tripwires"); i++)
      draw_tripwire (canvas, gst_weir_structures_at (scene, "tripwires", i));
  }
}
