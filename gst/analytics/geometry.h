#pragma once

#include <glib.h>

/** GstWeirPoint: x to the right, y down. */
typedef struct {
  double x, y;
} GstWeirPoint;

/** gst_weir_polygon_holds: whether @point is inside, by the even-odd rule. Of two
 * polygons that share an edge one holds each point of it. */
gboolean gst_weir_polygon_holds (const GstWeirPoint *corners, guint n,
                                 GstWeirPoint point);

/**
 * gst_weir_line_crossing:
 * @a, @b: a line from one point to the other
 * @from, @to: a step
 *
 * Returns: 1 where the step crosses the line from its right to its left, as one sees it
 * who looks from @a to @b in the picture; -1 from left to right; 0 where it does not.
 * Points on the line count as right of it, so that steps that meet on the line are one
 * crossing and not two.
 */
int gst_weir_line_crossing (GstWeirPoint a, GstWeirPoint b, GstWeirPoint from,
                            GstWeirPoint to);

/** gst_weir_line_distance: of @point from the line through @a and @b. */
double gst_weir_line_distance (GstWeirPoint a, GstWeirPoint b, GstWeirPoint point);

/** GstWeirHomography: from one plane to another; 3 x 3, by rows. */
typedef struct {
  double m[9];
} GstWeirHomography;

/** gst_weir_homography_solve: what brings four points to four others; %FALSE where three
 * of them are on one line. */
gboolean gst_weir_homography_solve (GstWeirHomography *homography,
                                    const GstWeirPoint from[4], const GstWeirPoint to[4]);
/** gst_weir_homography_apply: %FALSE where @point is on or beyond the horizon. */
gboolean gst_weir_homography_apply (const GstWeirHomography *homography,
                                    GstWeirPoint point, GstWeirPoint *result);
