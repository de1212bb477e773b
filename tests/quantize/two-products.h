#pragma once

#include "weir-infer.h"

/* y = x w as a model, with w = [1 0.5; -2 4], and the samples (1, 3) and (-1, 2). */

WeirModel *product_model (void);
/** product_samples: @values: rows of two numbers, @count of them; NULL for those above.
 */
WeirSamples product_samples (const float *values, guint count);
/** product_run: y of one sample, by the reference evaluators. */
void product_run (WeirModel *model, float a, float b, double y[2]);
