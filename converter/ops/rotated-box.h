#pragma once

#include "ops.h"

/** WeirRotatedBox: its centre, its size, and how far it is turned counterclockwise as one
 * sees it: y goes down. */
typedef struct {
  double x, y, width, height, angle;
} WeirRotatedBox;

/** weir_rotated_iou: intersection over union; 0 where a box is empty. */
double weir_rotated_iou (const WeirRotatedBox *a, const WeirRotatedBox *b);
