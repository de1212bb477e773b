#pragma once

#include <glib.h>

/** GstWeirBox: in pixels of the frame; may reach beyond it. */
typedef struct {
  double x, y, width, height;
} GstWeirBox;

/** gst_weir_box_iou: what both cover of what either covers: 0 apart, 1 equal. Boxes
 * without area have 0. */
double gst_weir_box_iou (const GstWeirBox *a, const GstWeirBox *b);
/** gst_weir_box_grow: @box with @share of its width and height more on each side. */
GstWeirBox gst_weir_box_grow (const GstWeirBox *box, double share);
