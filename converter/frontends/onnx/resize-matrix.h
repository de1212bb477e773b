#pragma once

#include "node.h"

/**
 * OnnxResize:
 * @mode: nearest, linear or cubic
 * @coordinates, @nearest: as Resize spells them
 * @axes: those that are resized
 * @scales, @sizes: vectors, one element an axis; what is missing is computed
 * @roi: (nullable port): the beginnings of all axes, then the ends (tf_crop_and_resize)
 *
 * What Interpolate cannot do, one axis after the other, as a product with a matrix whose
 * rows hold what each input element weighs.
 */
typedef struct {
  const char *mode;
  const char *coordinates;
  const char *nearest;
  double cube;
  double extrapolation;
  gboolean antialias;
  gboolean exclude_outside;
  const gint64 *axes;
  guint n_axes;
  WeirPort scales, sizes, roi;
} OnnxResize;

WeirPort onnx_resize_by_matrix (OnnxNode *n, WeirPort x, const OnnxResize *resize);
