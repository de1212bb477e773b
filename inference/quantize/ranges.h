#pragma once

#include <glib.h>

/* From values that were seen to the numbers that 8 bits stand for. */

#define WEIR_HISTOGRAM_BINS  2048
#define WEIR_QUANTIZE_LEVELS 256

/** WeirHistogram: how often values between @min and @max were seen. */
typedef struct {
  double min, max;
  guint64 bins[WEIR_HISTOGRAM_BINS];
} WeirHistogram;

/** WeirRange: the lowest and the highest level. */
typedef struct {
  double low, high;
} WeirRange;

/** WeirRangeMethod: a row of the table of methods; @find may look at the ends alone where
 * it @needs_bins not. */
typedef struct {
  const char *name;
  gboolean needs_bins;
  WeirRange (*find) (const WeirHistogram *histogram);
} WeirRangeMethod;

/** weir_range_method: (nullable): by place; the first is the default. */
const WeirRangeMethod *weir_range_method (guint index);
/** weir_range_method_find: (nullable): by name. */
const WeirRangeMethod *weir_range_method_find (const char *name);

/** weir_range_join: what holds both. */
WeirRange weir_range_join (WeirRange a, WeirRange b);
/**
 * weir_range_settle:
 * @symmetric: zero is in the middle, unless no value is negative
 *
 * A range of %WEIR_QUANTIZE_LEVELS levels that holds @range, and of which zero is one.
 * Levels are whole multiples of a step so short that they are exact in float.
 */
WeirRange weir_range_settle (WeirRange range, gboolean symmetric);
