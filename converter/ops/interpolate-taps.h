#pragma once

#include "ops.h"

/* Where one value of a resized axis comes from: shared by the modes of Interpolate. */

/** WeirResize: one axis of Interpolate. */
typedef struct _WeirResize WeirResize;

/**
 * WeirTaps:
 * @first: position in the padded input of the first value that counts
 * @count: how many follow one another
 * @weight: their weights; room for as many as the padded input has
 */
typedef struct {
  gint64 first;
  gint64 count;
  double *weight;
} WeirTaps;

typedef float (*WeirResizeCoordinate) (const WeirResize *axis, float at);
typedef gint64 (*WeirResizeNearest) (const WeirResize *axis, float at);
typedef void (*WeirResizeTaps) (const WeirResize *axis, gint64 at, WeirTaps *taps);

/**
 * WeirResize:
 * @in: size of the input with its pads, at least 1
 * @out: size of the output, or unknown
 * @scale: output size divided by input size, or as the node says
 * @cube_coeff: the parameter of the cubic modes
 */
struct _WeirResize {
  gint64 in, out;
  float scale;
  gboolean antialias;
  double cube_coeff;
  WeirResizeCoordinate coordinate;
  WeirResizeNearest nearest;
  WeirResizeTaps taps;
};

/** weir_resize_init: mode and rounding of @node; sizes and scale are left to the caller.
 */
void weir_resize_init (WeirResize *axis, const WeirNode *node, int rank);
/** weir_resize_init_copy: an axis that is only padded. */
void weir_resize_init_copy (WeirResize *axis);
