#include "gstweirtails.h"

#include "gstweirmeta.h"

#define MAX_PLACES 256
/* Frames after which a tail without an object is forgotten. */
#define PATIENCE  30
#define MAX_TAILS 1024

typedef struct {
  float x[MAX_PLACES], y[MAX_PLACES]; /* a ring */
  guint n, next;
  guint64 seen;
  guint32 color;
} Tail;

struct _GstWeirTails {
  GHashTable *tails; /* id -> Tail */
  guint64 frame;
};

GstWeirTails *
gst_weir_tails_new (void)
{
  GstWeirTails *tails = g_new0 (GstWeirTails, 1);

  tails->tails = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return tails;
}

void
gst_weir_tails_free (GstWeirTails *tails)
{
  g_hash_table_unref (tails->tails);
  g_free (tails);
}

void
gst_weir_tails_reset (GstWeirTails *tails)
{
  g_hash_table_remove_all (tails->tails);
}

static void
forget (GstWeirTails *tails)
{
  GHashTableIter iter;
  gpointer tail;

  g_hash_table_iter_init (&iter, tails->tails);
  while (g_hash_table_iter_next (&iter, NULL, &tail))
    if (tails->frame - ((Tail *) tail)->seen > PATIENCE)
      g_hash_table_iter_remove (&iter);
}

/* The middle of the lower edge: where people stand. */
static void
add_place (GstWeirTails *tails, GstVideoRegionOfInterestMeta *roi, int id,
           gboolean by_track)
{
  Tail *tail = g_hash_table_lookup (tails->tails, GINT_TO_POINTER (id));

  if (tail == NULL) {
    if (g_hash_table_size (tails->tails) >= MAX_TAILS)
      return;
    tail = g_new0 (Tail, 1);
    g_hash_table_insert (tails->tails, GINT_TO_POINTER (id), tail);
  }
  tail->x[tail->next] = (float) (roi->x + roi->w / 2.0);
  tail->y[tail->next] = (float) roi->y + (float) roi->h;
  tail->next = (tail->next + 1) % MAX_PLACES;
  tail->n = MIN (tail->n + 1, MAX_PLACES);
  tail->seen = tails->frame;
  tail->color = gst_weir_region_color (roi, by_track);
}

void
gst_weir_tails_follow (GstWeirTails *tails, GstBuffer *buffer, gboolean by_track)
{
  gpointer roi, state = NULL;

  tails->frame++;
  while ((roi = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    int id = gst_weir_meta_object_id (roi);

    if (id != 0)
      add_place (tails, roi, id, by_track);
  }
  forget (tails);
}

static guint
place (const Tail *tail, guint back)
{
  return (tail->next + MAX_PLACES - 1 - back) % MAX_PLACES;
}

static void
draw_tail (GstWeirCanvas *canvas, const Tail *tail, guint n)
{
  double left = tail->x[place (tail, 0)], right = left, line = canvas->line;
  double top = tail->y[place (tail, 0)], bottom = top;
  cairo_t *cairo;

  for (guint i = 1; i < n; i++) {
    left = MIN (left, tail->x[place (tail, i)]);
    right = MAX (right, tail->x[place (tail, i)]);
    top = MIN (top, tail->y[place (tail, i)]);
    bottom = MAX (bottom, tail->y[place (tail, i)]);
  }
  cairo = gst_weir_canvas_begin (canvas, left - line, top - line, right + line,
                                 bottom + line);
  if (cairo == NULL)
    return;
  cairo_set_line_cap (cairo, CAIRO_LINE_CAP_BUTT);
  for (guint i = 0; i + 1 < n; i++) {
    cairo_set_source_rgba (cairo, 0, 0, 0, 1 - (double) i / n);
    cairo_move_to (cairo, tail->x[place (tail, i)], tail->y[place (tail, i)]);
    cairo_line_to (cairo, tail->x[place (tail, i + 1)], tail->y[place (tail, i + 1)]);
    cairo_stroke (cairo);
  }
  gst_weir_canvas_end (canvas, tail->color);
}

void
gst_weir_tails_draw (GstWeirTails *tails, GstWeirCanvas *canvas, guint length)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, tails->tails);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Tail *tail = value;
    guint n = MIN (tail->n, length);

    if (n >= 2 && tail->seen == tails->frame)
      draw_tail (canvas, tail, n);
  }
}
