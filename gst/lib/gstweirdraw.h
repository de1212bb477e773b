#pragma once

#include "gstweircanvas.h"

/** GstWeirDrawStyle: what is drawn of regions; @by_track: one colour an object and not a
 * class. */
typedef struct {
  gboolean boxes;
  gboolean labels;
  gboolean confidence;
  gboolean by_track;
} GstWeirDrawStyle;

/** gst_weir_draw_regions: the regions of @buffer: boxes, labels with scores,
 * classifications, ids, speeds and key points. */
void gst_weir_draw_regions (GstWeirCanvas *canvas, GstBuffer *buffer,
                            const GstWeirDrawStyle *style);
/** gst_weir_draw_scenes: zones and tripwires that were watched on @buffer, with their
 * counts. */
void gst_weir_draw_scenes (GstWeirCanvas *canvas, GstBuffer *buffer);

/** gst_weir_region_color: the colour of its class, or of the object itself. */
guint32 gst_weir_region_color (GstVideoRegionOfInterestMeta *roi, gboolean by_track);
