#pragma once

#include "node.h"

/* Operations that the IR has for pictures alone, written out for volumes. */

/** onnx_grid_sample_volume: GridSample of [batch, channels, depth, height, width]. */
WeirPort onnx_grid_sample_volume (OnnxNode *n, WeirPort x, WeirPort grid,
                                  const char *mode);
/** onnx_col2im_of_volume: Col2Im of blocks of any number of dimensions. */
WeirPort onnx_col2im_of_volume (OnnxNode *n, WeirPort x, WeirPort size, WeirPort block);
