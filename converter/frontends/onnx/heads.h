#pragma once

#include "node.h"

/* Heads of attention: values [batch, heads, length, size]. */

/** onnx_split_heads: of [batch, length, heads * size]. */
WeirPort onnx_split_heads (OnnxNode *n, WeirPort x, gint64 heads);
/** onnx_join_heads: the way back. */
WeirPort onnx_join_heads (OnnxNode *n, WeirPort x);
/** onnx_repeat_heads: @from heads become @to, each of them as often as the others, copies
 * side by side. */
WeirPort onnx_repeat_heads (OnnxNode *n, WeirPort x, gint64 from, gint64 to);
/** onnx_with_past: @x behind the keys or values at input @index, if there are any. */
WeirPort onnx_with_past (OnnxNode *n, guint index, WeirPort x);

/**
 * onnx_turn:
 * @x: [batch, length, heads, size]
 * @cosine, @sine: of the angles: [batch, length, 1, @turned / 2]
 * @turned: how many elements of each head turn, from the first on
 * @interleaved: pairs are neighbours, not elements of the two halves
 */
WeirPort onnx_turn (OnnxNode *n, WeirPort x, WeirPort cosine, WeirPort sine,
                    gint64 turned, gboolean interleaved);
