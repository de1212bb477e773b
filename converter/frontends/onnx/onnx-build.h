#pragma once

#include "node.h"

/* Nodes in the making. All of them carry the name of the ONNX node until it is converted.
 */

/** ONNX_BEGIN: a node whose attributes are set before onnx_end(). */
#define ONNX_BEGIN(n, op, ...) \
  weir_build_begin ((n)->b, op, (n)->name, WEIR_INPUTS (__VA_ARGS__))
/** ONNX_OP: a node without attributes to set; its output 0. */
#define ONNX_OP(n, op, ...) weir_build ((n)->b, op, (n)->name, WEIR_INPUTS (__VA_ARGS__))
/** ONNX_INTS: a vector of i64. */
#define ONNX_INTS(n, ...)                        \
  onnx_ints (n, (const gint64[]){ __VA_ARGS__ }, \
             sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64))

/** onnx_begin_version: a node of another version than new ones have. */
WeirNode *onnx_begin_version (OnnxNode *n, const char *op, guint version,
                              const WeirPort *inputs, guint count);
/** onnx_end: infers @node; its output 0. */
WeirPort onnx_end (OnnxNode *n, WeirNode *node);
/** onnx_port: output @index of @node; no port after a failure. */
WeirPort onnx_port (const OnnxNode *n, const WeirNode *node, guint index);

WeirPort onnx_ints (OnnxNode *n, const gint64 *values, gsize count);
/** onnx_int: a scalar of i64. */
WeirPort onnx_int (OnnxNode *n, gint64 value);
/** onnx_scalar: of the element type of @like. */
WeirPort onnx_scalar (OnnxNode *n, WeirPort like, double value);
WeirPort onnx_constant (OnnxNode *n, WeirTensor *value);
WeirPort onnx_convert (OnnxNode *n, WeirPort x, WeirDtype dtype);
/** onnx_reshape: to @dims; 0 copies a dimension, -1 is what is left. Constants are
 * reshaped in place of it. */
WeirPort onnx_reshape (OnnxNode *n, WeirPort x, const gint64 *dims, gsize count);
/** onnx_reshape_to: to the dimensions that the vector @shape holds; none is special. */
WeirPort onnx_reshape_to (OnnxNode *n, WeirPort x, WeirPort shape);
/** onnx_flatten: as a matrix: the dimensions before @axis make the rows. */
WeirPort onnx_flatten (OnnxNode *n, WeirPort x, int axis);
WeirPort onnx_squeeze (OnnxNode *n, WeirPort x, gint64 axis);
WeirPort onnx_unsqueeze (OnnxNode *n, WeirPort x, gint64 axis);
WeirPort onnx_transpose (OnnxNode *n, WeirPort x, const gint64 *order, gsize count);
WeirPort onnx_concat (OnnxNode *n, const WeirPort *parts, guint count, gint64 axis);
/** onnx_reduce: over the axes that @axes holds. */
WeirPort onnx_reduce (OnnxNode *n, const char *op, WeirPort x, WeirPort axes,
                      gboolean keep_dims);
/** onnx_scalar_of: @x, one element, without dimensions. */
WeirPort onnx_scalar_of (OnnxNode *n, WeirPort x);
/** onnx_vector_of: @x, one element, as a vector. */
WeirPort onnx_vector_of (OnnxNode *n, WeirPort x);
/** onnx_known: @x, as a constant where its contents are known. */
WeirPort onnx_known (OnnxNode *n, WeirPort x);
/** onnx_counting: [0, 1, ..., @end - 1] of the type of the scalar @end. */
WeirPort onnx_counting (OnnxNode *n, WeirPort end);
/** onnx_range: [first, first + 1, ..., end - 1]. */
WeirPort onnx_range (OnnxNode *n, gint64 first, gint64 end);
/** onnx_shape_of: a vector of i64. */
WeirPort onnx_shape_of (OnnxNode *n, WeirPort x);
/** onnx_length_of: dimension @axis as a scalar i64. */
WeirPort onnx_length_of (OnnxNode *n, WeirPort x, gint64 axis);
/** onnx_dim_of: dimension @axis as a vector of one i64. */
WeirPort onnx_dim_of (OnnxNode *n, WeirPort x, gint64 axis);
/** onnx_channels: the vector @x as [1, C, 1, ...], to fit a value of @rank. */
WeirPort onnx_channels (OnnxNode *n, WeirPort x, int rank);
/** onnx_channels_first: the last dimension to the second place; onnx_channels_last: back.
 */
WeirPort onnx_channels_first (OnnxNode *n, WeirPort x);
WeirPort onnx_channels_last (OnnxNode *n, WeirPort x);
/** onnx_gather: elements @indices of @x along @axis. */
WeirPort onnx_gather (OnnxNode *n, WeirPort x, WeirPort indices, gint64 axis);
/** onnx_slice: along @axis from @begin to @end, a vector of one i64 each. */
WeirPort onnx_slice (OnnxNode *n, WeirPort x, WeirPort begin, WeirPort end, gint64 axis);
/** onnx_broadcast: @x as large as the vector @shape says. */
WeirPort onnx_broadcast (OnnxNode *n, WeirPort x, WeirPort shape);
