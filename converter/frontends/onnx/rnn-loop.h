#pragma once

#include "node.h"

/* Recurrent layers that the IR's sequences cannot say, written out as loops. */

#define ONNX_MAX_GATES 4

typedef enum { ONNX_RNN, ONNX_GRU, ONNX_LSTM } OnnxCell;

/** onnx_rnn_is_plain: whether the IR's sequence says all that the node says. */
gboolean onnx_rnn_is_plain (OnnxNode *n, OnnxCell cell);
/** onnx_rnn_loop: builds the node as a loop a direction. */
WeirPort onnx_rnn_loop (OnnxNode *n, OnnxCell cell);
