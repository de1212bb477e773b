#pragma once

#include "ops.h"

/* Boxes, their overlap, and greedy suppression of those that overlap a better one: what
 * all operations that detect share. Single precision, as OpenVINO computes: whether an
 * overlap reaches a threshold must not depend on rounding. */

/** WeirBox: corners. */
typedef struct {
  float x1, y1, x2, y2;
} WeirBox;

/** WeirScored: a box by its index, and what it is worth. */
typedef struct {
  float score;
  gint64 index;
} WeirScored;

/** weir_box_iou: intersection over union; @extra is 1 where corners are pixels that
 * belong to the box, else 0. 0 where a box is empty. */
float weir_box_iou (const WeirBox *a, const WeirBox *b, float extra);

/** weir_boxes_apart: whether corners do not overlap, even if pixels may. */
gboolean weir_boxes_apart (const WeirBox *a, const WeirBox *b);

/** weir_scored_sort: the best first, equal ones by index. NaN is worth least of all. */
void weir_scored_sort (WeirScored *list, gsize n);

/**
 * WeirSuppress:
 * @threshold: an overlap of more drops the lesser box
 * @inclusive: an overlap of as much drops it too
 * @extra: see weir_box_iou()
 * @corners: boxes that are apart by their corners do not overlap
 * @eta: each box that is kept multiplies a threshold above 0.5 by this; 1 for none
 * @most: no more boxes than this are kept; negative for no bound
 */
typedef struct {
  float threshold;
  gboolean inclusive;
  float extra;
  gboolean corners;
  float eta;
  gint64 most;
} WeirSuppress;

/** weir_suppress: drops from @list, sorted already, what overlaps a better box too much.
 * Returns: how many are left; they stand at the beginning of @list. */
gsize weir_suppress (const WeirSuppress *how, const WeirBox *boxes, WeirScored *list,
                     gsize n);

/** WeirSelected: a box that was selected for a class of a picture. */
typedef struct {
  float score;
  gint64 batch, label, box;
} WeirSelected;

/** WeirSelection: a list that grows through weir_try_alloc(); begins as zeros. */
typedef struct {
  WeirSelected *items;
  gsize n, room;
} WeirSelection;

gboolean weir_selection_add (WeirSelection *selection, WeirSelected item, GError **error);
void weir_selection_clear (WeirSelection *selection);
/** weir_selection_sort: @from and on: the best first, equal ones by batch, class, box. */
void weir_selection_sort (WeirSelection *selection, gsize from);
