#pragma once

#include "rewrite.h"

#define WEIR_PASS_MAX_PATTERN 24

/**
 * WeirPassPattern:
 *
 * The nodes that a pattern of several has matched so far. Matching one way and then
 * another is undone by setting @n back.
 */
typedef struct {
  const WeirGraph *graph;
  const WeirNode *nodes[WEIR_PASS_MAX_PATTERN];
  guint n;
} WeirPassPattern;

/** weir_pass_pattern_take: (nullable): the node behind @port, if it is @op. */
const WeirNode *weir_pass_pattern_take (WeirPassPattern *pattern, WeirPort port,
                                        const char *op);
/** weir_pass_pattern_is_private: whether nobody but they themselves and @root reads what
 * the matched nodes make. */
gboolean weir_pass_pattern_is_private (const WeirPassPattern *pattern,
                                       const WeirNode *root);

/** weir_pass_pattern_with_scalar: @op of a value and a scalar constant; which is which
 * does not matter unless @op is Power. */
gboolean weir_pass_pattern_with_scalar (WeirPassPattern *pattern, WeirPort port,
                                        const char *op, WeirPort *value, double *scalar);
/** weir_pass_pattern_square: v * v, or v to the power of two. */
gboolean weir_pass_pattern_square (WeirPassPattern *pattern, WeirPort port,
                                   WeirPort *value);
/** weir_pass_pattern_root: the square root of v. */
gboolean weir_pass_pattern_root (WeirPassPattern *pattern, WeirPort port,
                                 WeirPort *value);

/**
 * weir_pass_pattern_inverse:
 * @value: (out): v
 * @is_root: (out): whether it is 1 / sqrt (v), else 1 / v
 *
 * One over something.
 */
gboolean weir_pass_pattern_inverse (WeirPassPattern *pattern, WeirPort port,
                                    WeirPort *value, gboolean *is_root);
/** weir_pass_pattern_quotient: @root is @dividend over v, or over sqrt (v). */
gboolean weir_pass_pattern_quotient (WeirPassPattern *pattern, const WeirNode *root,
                                     WeirPort *dividend, WeirPort *value,
                                     gboolean *is_root);
/** weir_pass_pattern_reduce: @op of v along constant axes, whose number stays. */
gboolean weir_pass_pattern_reduce (WeirPassPattern *pattern, WeirPort port,
                                   const char *op, WeirPort *value, WeirPort *axes);
/** weir_pass_pattern_same_axes: whether two inputs hold the same axes of values of @rank.
 */
gboolean weir_pass_pattern_same_axes (const WeirPassPattern *pattern, WeirPort a,
                                      WeirPort b, int rank);
