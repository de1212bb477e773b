#pragma once

#include "ir/build.h"

/* Small graphs and tensors for tests. */

/** An f32 tensor of pseudo-random values in -1..1 that @seed decides. */
WeirTensor *random_f32 (const WeirShape *shape, guint32 seed);
/** Values from @low to @low + @range that other languages make easily, for expected
 * values that come from elsewhere: s = (1103515245 s + 12345) mod 2^31, s / 65536 mod
 * 1000 / 1000. */
WeirTensor *noise_f32 (const WeirShape *shape, guint32 seed, float low, float range);
/** 0, 1, 2, … */
WeirTensor *iota_f32 (const WeirShape *shape);
/** An i64 tensor of the given shape. */
WeirTensor *ints (const WeirShape *shape, const gint64 *values);

/**
 * A node on parameters shaped and typed like @inputs, for tests of one operation:
 * set attributes on it, then run it with run_op().
 */
WeirNode *begin_op (WeirBuilder *builder, const char *op, WeirTensor *const *inputs,
                    guint n_inputs);
/** The same with inputs from @first_constant on as Constants, as `infer` may need them.
 */
WeirNode *begin_op_constants (WeirBuilder *builder, const char *op,
                              WeirTensor *const *inputs, guint n_inputs,
                              guint first_constant, guint n_outputs);
/**
 * Infers @node, evaluates it on @inputs and checks that the inferred types and shapes are
 * those of the outputs. Output @port is returned; fails the test where anything fails.
 */
WeirTensor *run_op (WeirBuilder *builder, WeirNode *node, WeirTensor *const *inputs,
                    guint port);
/** Infers @node and expects an error of @code whose message holds @text. */
void expect_infer_error (WeirBuilder *builder, WeirNode *node, int code,
                         const char *text);
/** Sets attributes as the IR spells them: "name=value; name=value". */
void set_attrs (WeirNode *node, const char *text);
