#pragma once

#include "node.h"

/* What the estimators of the domain ai.onnx.ml do with their scores, [rows, classes]. */

typedef enum {
  ONNX_POST_NONE,
  ONNX_POST_SOFTMAX,
  ONNX_POST_LOGISTIC,
  ONNX_POST_SOFTMAX_ZERO,
  ONNX_POST_PROBIT,
} OnnxPost;

/** onnx_post_of: what attribute post_transform names. */
OnnxPost onnx_post_of (OnnxNode *n);
/** onnx_post: @x transformed. */
WeirPort onnx_post (OnnxNode *n, WeirPort x, OnnxPost post);
/** onnx_floats: the floats of attribute @name, or one @fallback; a vector. */
WeirPort onnx_floats (OnnxNode *n, const char *name, double fallback);
/** onnx_classes: labels of the largest @scores as output 0, and @shown as output 1. */
void onnx_classes (OnnxNode *n, WeirPort scores, WeirPort shown);
/** onnx_two_classes: the same where one score decides between two labels: the second
 * where it is beyond @bound. */
void onnx_two_classes (OnnxNode *n, WeirPort score, double bound, WeirPort shown);
