#pragma once

#include "cpu/kernel.h"

/**
 * ConvValues:
 * @residual, @residual_data: (nullable)
 *
 * What a convolution reads and writes in one run.
 */
typedef struct {
  const WeirValue *in, *out, *residual;
  const float *in_data, *residual_data;
  float *out_data;
} ConvValues;

static inline ConvValues
conv_values (const WeirRun *run)
{
  const WeirGroup *group = &run->step->group;
  ConvValues v = { .in = weir_group_input (run->plan, group, 0),
                   .out = weir_group_output (run->plan, group, 0),
                   .in_data = weir_run_input (run, 0),
                   .out_data = weir_run_output (run, 0) };

  if (group->residual >= 0) {
    v.residual = weir_group_input (run->plan, group, (guint) group->residual);
    v.residual_data = weir_run_input (run, (guint) group->residual);
  }
  return v;
}
