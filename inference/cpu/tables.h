#pragma once

#include "cpu/features.h"
#include "device.h"

/**
 * WeirKernelTable:
 * @kernels: candidates in the order in which they are asked, the reference evaluators
 * last
 * @block: channels a block of the blocked layout
 */
typedef struct {
  const WeirKernel *const *kernels;
  guint n_kernels;
  guint block;
  const WeirKernel *reorder;
} WeirKernelTable;

/** weir_kernel_table: what was built for @isa, or for the next narrower one. */
const WeirKernelTable *weir_kernel_table (WeirIsa isa);
