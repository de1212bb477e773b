#include "decoder.h"

#include <math.h>

static int
best_first (gconstpointer a, gconstpointer b)
{
  float x = ((const GstWeirObject *) a)->score, y = ((const GstWeirObject *) b)->score;

  return x > y ? -1 : x < y;
}

static float
overlap (const GstWeirObject *a, const GstWeirObject *b)
{
  float left = MAX (a->x, b->x), right = MIN (a->x + a->width, b->x + b->width);
  float top = MAX (a->y, b->y), bottom = MIN (a->y + a->height, b->y + b->height);
  float both = MAX (right - left, 0) * MAX (bottom - top, 0);
  float all = a->width * a->height + b->width * b->height - both;

  return all > 0 ? both / all : 0;
}

static gboolean
is_covered (const GArray *objects, guint kept, const GstWeirObject *object, float limit)
{
  for (guint i = 0; i < kept; i++) {
    const GstWeirObject *other = &g_array_index (objects, GstWeirObject, i);

    if (other->label_id == object->label_id && overlap (other, object) > limit)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_sound (const GstWeirObject *o, float threshold)
{
  return isfinite (o->x) && isfinite (o->y) && isfinite (o->width) &&
         isfinite (o->height) && o->width > 0 && o->height > 0 && o->score >= threshold;
}

/* Boxes that overlap more than this show the same thing from neighbouring anchors. */
#define SAME_BOX 0.8f

/* The mean of @object and the boxes behind it that nearly coincide with it, each by its
 * score: which of them is the best changes with the last bit of a picture, their mean does
 * not. */
static void
steady (const GArray *objects, guint from, GstWeirObject *object)
{
  float sum = object->score, x = object->x * sum, y = object->y * sum;
  float width = object->width * sum, height = object->height * sum;

  for (guint i = from; i < objects->len; i++) {
    const GstWeirObject *other = &g_array_index (objects, GstWeirObject, i);

    if (other->label_id != object->label_id || !is_sound (other, 0) ||
        !(overlap (object, other) > SAME_BOX))
      continue;
    sum += other->score;
    x += other->x * other->score;
    y += other->y * other->score;
    width += other->width * other->score;
    height += other->height * other->score;
  }
  object->x = x / sum;
  object->y = y / sum;
  object->width = width / sum;
  object->height = height / sum;
}

void
gst_weir_objects_suppress (GArray *objects, const GstWeirDecoderOptions *options)
{
  guint limit = options->max_objects > 0 ? options->max_objects : G_MAXUINT;
  guint kept = 0;

  g_array_sort (objects, best_first);
  for (guint i = 0; i < objects->len && kept < limit; i++) {
    GstWeirObject object = g_array_index (objects, GstWeirObject, i);

    if (!is_sound (&object, options->threshold) ||
        is_covered (objects, kept, &object, options->iou_threshold))
      continue;
    g_array_index (objects, GstWeirObject, i) =
        g_array_index (objects, GstWeirObject, kept);
    if (object.score > 0)
      steady (objects, i + 1, &object);
    g_array_index (objects, GstWeirObject, kept++) = object;
  }
  g_array_set_size (objects, kept);
}
