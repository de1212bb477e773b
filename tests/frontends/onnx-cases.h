#pragma once

#include "onnx-text.h"

/**
 * run_onnx_cases:
 * @table: texts as in onnx-text.h, ended by %NULL
 *
 * Loads each model, runs it with the reference implementations and compares: floats may
 * differ by 1e-5 of the largest, everything else must be equal.
 */
void run_onnx_cases (gconstpointer table);

/** OnnxBadCase: a model that must be refused with @code and a message that holds
 * @message. */
typedef struct {
  const char *text;
  int code;
  const char *message;
} OnnxBadCase;

/** run_onnx_bad_cases: @table: #OnnxBadCase rows, ended by one without a text. */
void run_onnx_bad_cases (gconstpointer table);
