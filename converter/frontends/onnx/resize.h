#pragma once

#include "node.h"

/** onnx_resize, onnx_upsample: the rows of Resize and Upsample. */
WeirPort onnx_resize (OnnxNode *n);
WeirPort onnx_upsample (OnnxNode *n);
