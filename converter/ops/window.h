#pragma once

#include "ops.h"

/* A window that slides over spatial dimensions: shared by convolution and pooling. */

#define WEIR_MAX_SPATIAL 3

/**
 * WeirWindow:
 *
 * Spatial geometry of one node; unused dimensions have kernel, stride and dilation 1. The
 * first @n dimensions count.
 */
typedef struct {
  int n;
  gint64 kernel[WEIR_MAX_SPATIAL];
  gint64 stride[WEIR_MAX_SPATIAL];
  gint64 dilation[WEIR_MAX_SPATIAL];
  gint64 pad_begin[WEIR_MAX_SPATIAL];
  gint64 pad_end[WEIR_MAX_SPATIAL];
  gboolean ceil;  /* round the number of positions up (pooling) */
  gboolean torch; /* but let none begin beyond the input and its first pad */
} WeirWindow;

/**
 * weir_window_init:
 * @input: [N, C, spatial...]; dimensions may be unknown
 * @kernel: (nullable): spatial size of the kernel, or unknown (-1) dimensions
 *
 * Reads strides, dilations, pads and auto_pad of @node ("dilations" only if it has such a
 * row). With auto_pad same_upper or same_lower and known sizes the pads are computed.
 */
gboolean weir_window_init (WeirWindow *window, const WeirNode *node,
                           const WeirShape *input, const gint64 *kernel, GError **error);

/** weir_window_size: positions along spatial dimension @i of @size; -1 if unknown. */
gboolean weir_window_size (const WeirWindow *window, int i, gint64 size,
                           gint64 *positions, GError **error);

/**
 * weir_window_range:
 * @tap: which element of the kernel
 * @coarse: number of positions of the window
 * @fine: size of what it slides over
 * @first, @last: (out): the positions first ≤ p < last where the tap lies inside
 *
 * Returns: where the tap lies at position @first.
 */
gint64 weir_window_range (const WeirWindow *window, int i, gint64 tap, gint64 coarse,
                          gint64 fine, gint64 *first, gint64 *last);
