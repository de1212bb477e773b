#include "suppress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

float
weir_box_iou (const WeirBox *a, const WeirBox *b, float extra)
{
  float area_a = (a->x2 - a->x1 + extra) * (a->y2 - a->y1 + extra);
  float area_b = (b->x2 - b->x1 + extra) * (b->y2 - b->y1 + extra);
  float width = MIN (a->x2, b->x2) - MAX (a->x1, b->x1) + extra;
  float height = MIN (a->y2, b->y2) - MAX (a->y1, b->y1) + extra;
  float common = MAX (width, 0) * MAX (height, 0);

  if (!(area_a > 0) || !(area_b > 0))
    return 0;
  return common / (area_a + area_b - common);
}

gboolean
weir_boxes_apart (const WeirBox *a, const WeirBox *b)
{
  return a->x1 > b->x2 || b->x1 > a->x2 || a->y1 > b->y2 || b->y1 > a->y2;
}

static int
compare_scored (const void *a, const void *b)
{
  const WeirScored *p = a, *q = b;

  if (p->score != q->score)
    return p->score > q->score ? -1 : 1;
  return (p->index > q->index) - (p->index < q->index);
}

void
weir_scored_sort (WeirScored *list, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (isnan (list[i].score))
      list[i].score = -INFINITY;
  qsort (list, n, sizeof *list, compare_scored);
}

static gboolean
overlaps_any (const WeirSuppress *how, float threshold, const WeirBox *boxes,
              const WeirScored *kept, gsize n, gint64 candidate)
{
  for (gsize i = 0; i < n; i++) {
    const WeirBox *a = &boxes[kept[i].index], *b = &boxes[candidate];
    float iou =
        how->corners && weir_boxes_apart (a, b) ? 0 : weir_box_iou (a, b, how->extra);

    if (iou > threshold || (how->inclusive && iou == threshold))
      return TRUE;
  }
  return FALSE;
}

gsize
weir_suppress (const WeirSuppress *how, const WeirBox *boxes, WeirScored *list, gsize n)
{
  float threshold = how->threshold;
  gsize kept = 0;

  for (gsize i = 0; i < n && (how->most < 0 || (gint64) kept < how->most); i++) {
    if (overlaps_any (how, threshold, boxes, list, kept, list[i].index))
      continue;
    list[kept++] = list[i];
    if (how->eta < 1 && threshold > 0.5f)
      threshold *= how->eta;
  }
  return kept;
}

gboolean
weir_selection_add (WeirSelection *selection, WeirSelected item, GError **error)
{
  if (selection->n == selection->room) {
    gsize room = MAX (2 * selection->room, 64);
    WeirSelected *items = weir_try_alloc (room * sizeof *items, error);

    if (items == NULL)
      return FALSE;
    if (selection->n > 0)
      memcpy (items, selection->items, selection->n * sizeof *items);
    weir_free (selection->items);
    selection->items = items;
    selection->room = room;
  }
  selection->items[selection->n++] = item;
  return TRUE;
}

void
weir_selection_clear (WeirSelection *selection)
{
  weir_free (selection->items);
  *selection = (WeirSelection){ 0 };
}

static int
compare_selected (const void *a, const void *b)
{
  const WeirSelected *p = a, *q = b;

  if (p->score != q->score)
    return p->score > q->score ? -1 : 1;
  if (p->batch != q->batch)
    return p->batch > q->batch ? 1 : -1;
  if (p->label != q->label)
    return p->label > q->label ? 1 : -1;
  return (p->box > q->box) - (p->box < q->box);
}

void
weir_selection_sort (WeirSelection *selection, gsize from)
{
  if (selection->n > from)
    qsort (selection->items + from, selection->n - from, sizeof *selection->items,
           compare_selected);
}
