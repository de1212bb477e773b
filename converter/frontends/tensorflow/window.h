#pragma once

#include "node.h"

/**
 * TfWindow:
 * @spatial: how many dimensions there are between batch and channels
 * @nhwc: channels stand last
 * @auto_pad: as the IR has it
 *
 * What Conv*, *Pool* say of their window, of spatial dimensions alone.
 */
typedef struct {
  int spatial;
  gboolean nhwc;
  gint64 kernel[3], strides[3], dilations[3], begin[3], end[3];
  const char *auto_pad;
} TfWindow;

gboolean tf_window_read (TfNode *n, int spatial, TfWindow *w);
/** tf_window_input: numbers as `ksize` has them, from input @index. */
gboolean tf_window_input (TfNode *n, guint index, const TfWindow *w, gint64 *values);
/** tf_window_set: strides and pads. */
void tf_window_set (WeirNode *node, const TfWindow *w);
WeirPort tf_channels_first (TfNode *n, WeirPort x, const TfWindow *w);
WeirPort tf_channels_back (TfNode *n, WeirPort x, const TfWindow *w);
/** tf_filters_first: [spatial..., I, O] as [O, I, spatial...]. */
WeirPort tf_filters_first (TfNode *n, WeirPort filters, int spatial);
