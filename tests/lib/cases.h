#pragma once

#include "ir/tensor.h"

/* Tests of operations as tables: a case is text, short enough to be checked by eye. */

#define CASE_MAX_INPUTS  8
#define CASE_MAX_OUTPUTS 4

/**
 * OpCase:
 * @op, @version: the operation; version 0 is the preferred one. A row without an
 * operation ends a table.
 * @attrs: (nullable): "axis=1;mode=max" in the IR's spelling
 * @inputs: "f32[2,2] 5 7 2 9", or without values: "f32[2,?]", "i64[...]". A single
 *   value stands for as many as the shape has, also for none; "0..3" counts up.
 * @outputs: what must come out, spelled alike
 */
typedef struct {
  const char *op;
  const char *inputs[CASE_MAX_INPUTS];
  const char *outputs[CASE_MAX_OUTPUTS];
} OpCase;

/**
 * run_op_cases:
 * @table: #OpCase rows
 *
 * Where all inputs have values, the operation runs with them as network inputs of known
 * and of unknown shape and as constants; inference must agree with what comes out each
 * time, and floats may differ by 1e-5 of the largest. Where an input lacks values, only
 * inference is run; outputs with values must be known then.
 */
void run_op_cases (gconstpointer table);

/**
 * BadCase:
 * @n_outputs: for operations whose number of outputs depends on the node
 * @code: the #WeirError
 * @message: must be in the error
 *
 * Inputs as in #OpCase. Where all have values, an evaluation on inputs that inference
 * knew nothing of must fail in the same way.
 */
typedef struct {
  const char *op;
  const char *inputs[CASE_MAX_INPUTS];
  guint n_outputs;
  int code;
  const char *message;
} BadCase;

/** run_bad_cases: @table: #BadCase rows, ended by one without an operation. */
void run_bad_cases (gconstpointer table);

/** case_tensor: (transfer full): the tensor that @spelling, as in #OpCase, writes out. */
WeirTensor *case_tensor (const char *spelling);
