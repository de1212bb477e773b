#pragma once

#include "node.h"

#define MX_MAX_SPATIAL 3

/** MxWindow: kernel, stride, pad, dilate: as many numbers each as there are spatial
 * dimensions. */
typedef struct {
  guint spatial;
  gint64 kernel[WEIR_MAX_RANK], strides[WEIR_MAX_RANK], pads[WEIR_MAX_RANK],
      dilations[WEIR_MAX_RANK];
} MxWindow;

/** mx_window_list: attribute @name, @spatial numbers; @fallback where it is not given. */
gboolean mx_window_list (MxNode *n, const char *name, gint64 fallback, guint spatial,
                         gint64 values[WEIR_MAX_RANK]);
gboolean mx_window_read (MxNode *n, MxWindow *w);
/** mx_window_set: strides and pads of @node. */
void mx_window_set (WeirNode *node, const MxWindow *w);
/** mx_window_bias: @x plus input @index, one number a channel. */
WeirPort mx_window_bias (MxNode *n, WeirPort x, guint index, guint spatial);
