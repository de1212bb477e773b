#pragma once

#include "frontends/frontend.h"

/* Small programs of PaddlePaddle, made from text. */

/**
 * PaddleCase:
 * @op: one operation
 * @attrs: "axis=1 scale=2.5 shape=[2,3] keep=true mode=max"
 * @in: "X 2x3: 1 2 3 4 5 6" an input, "@W 2: 1 2" a parameter; "X/i64 3: 0 1 2" of
 * another type than f32; the same name again is one more argument of it
 * @out: "2: 1 2" of Out, "Y 2: 1 2" of another
 */
typedef struct {
  const char *op, *attrs, *in[8], *out;
} PaddleCase;

/** paddle_encode: (transfer full): a program in the text format of protobuf, encoded. */
GBytes *paddle_encode (const char *text);
/** paddle_program: (transfer full): the program of a case, and its parameters. */
GBytes *paddle_program (const PaddleCase *c, GBytes **params);
/** paddle_load: @params may be %NULL. */
WeirModel *paddle_load (GBytes *program, GBytes *params, GError **error);
/** paddle_load_part: what --input and --output ask for; each may be %NULL, as @hint. */
WeirModel *paddle_load_part (GBytes *program, const char *inputs, const char *outputs,
                             WeirCutHint *hint, GError **error);
/** paddle_run: runs a case and compares what it gives. */
void paddle_run (const PaddleCase *c);
