#pragma once

#include "rewrite.h"

/* What passes on FakeQuantize share: the constants that it maps from and to. */

/** The inputs of FakeQuantize. */
enum {
  WEIR_PASS_IN_LOW = 1,
  WEIR_PASS_IN_HIGH,
  WEIR_PASS_OUT_LOW,
  WEIR_PASS_OUT_HIGH,
  WEIR_PASS_QUANTIZE_INPUTS,
};

/** WeirPassRange: @low and @high as f64, of shapes that fit each other. */
typedef struct {
  WeirTensor *low, *high;
} WeirPassRange;

void weir_pass_range_clear (WeirPassRange *range);
/** weir_pass_range_of: the constants at inputs @low and @low + 1 of @node; %FALSE if they
 * are none. */
gboolean weir_pass_range_of (const WeirGraph *graph, const WeirNode *node, guint low,
                             WeirPassRange *range);
/** weir_pass_range_map: @function of both bounds and @operand; %FALSE where the result
 * would be larger than its operands, or is not finite. */
gboolean weir_pass_range_map (WeirPassRange *range, const WeirTensor *operand,
                              double (*function) (double, double));
/** weir_pass_range_rises: whether each low bound lies below each high one. */
gboolean weir_pass_range_rises (const WeirPassRange *range);
gboolean weir_pass_range_equal (const WeirPassRange *a, const WeirPassRange *b);

/** weir_pass_quantize_build: a FakeQuantize of @x. */
WeirPort weir_pass_quantize_build (WeirBuilder *builder, const char *name, WeirPort x,
                                   const WeirPassRange *in, const WeirPassRange *out,
                                   gint64 levels);
