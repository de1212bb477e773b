#pragma once

#include "ops.h"

/* Regions of interest: what the operations that pool them share. */

/** WeirPlanes: a picture [batch, channels, height, width] that regions are taken from. */
typedef struct {
  WeirDtype dtype;
  const void *data;
  gint64 batch, channels, height, width;
} WeirPlanes;

WeirPlanes weir_planes (const WeirTensor *tensor);

/** weir_planes_at: one value. */
double weir_planes_at (const WeirPlanes *planes, gint64 batch, gint64 channel, gint64 row,
                       gint64 column);

/** weir_planes_between: interpolated between the four values around (@y, @x), which lies
 * inside of the picture. */
double weir_planes_between (const WeirPlanes *planes, gint64 batch, gint64 channel,
                            double y, double x);

/** weir_roi_batch: the picture that a region names; fails where there is none. */
gboolean weir_roi_batch (const WeirPlanes *planes, double id, gint64 *batch,
                         GError **error);

/** weir_roi_index: floor of a coordinate, kept from @low to @high; NaN is @low. */
gint64 weir_roi_index (double value, gint64 low, gint64 high);

/** weir_infer_rois: output [regions, @channels, @height, @width] from data of rank 4 and
 * regions [regions, @columns]. */
gboolean weir_infer_rois (WeirInfer *infer, gint64 columns, gint64 channels,
                          gint64 height, gint64 width, GError **error);

/**
 * WeirRoiAlign: how ROIAlign samples
 * @inside, @outside: added to corners before and taken off after they are scaled
 * @at_least_one: regions are at least one value wide
 * @ratio: samples a cell along an axis; 0: as many as values
 * @average: the mean of the samples, else the largest
 */
typedef struct {
  double scale, inside, outside;
  gboolean at_least_one;
  gint64 ratio;
  gboolean average;
} WeirRoiAlign;

/**
 * weir_roi_align:
 * @corners: x1, y1, x2, y2
 * @y: where region @region is written: [regions, channels, rows, columns]
 * @sums: room for one number a channel
 */
void weir_roi_align (const WeirRoiAlign *how, const WeirPlanes *planes, gint64 batch,
                     const double *corners, WeirTensor *y, gint64 region, double *sums);
