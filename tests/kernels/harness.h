#pragma once

#include "cpu/features.h"
#include "device.h"
#include "ir/build.h"

/* Runs one kernel on one group, without the compiler: a plan is made by hand, its values
 * lie between guard pages, with gaps between rows, planes and images that must stay as
 * they were. */

/**
 * KernelCase:
 * @node: made by begin_op_constants() and inferred; its Constants become constants of the
 *   plan
 * @inputs: one a input of @node
 * @residual, @bias: (nullable)
 * @threads: size of the team
 * @gap: vectors of space between rows, rows between planes, planes between images
 * @at_end: memory ends at a guard page; else it begins at one
 */
typedef struct {
  WeirGraph *graph;
  const WeirNode *node;
  WeirTensor *const *inputs;
  WeirTensor *residual;
  WeirTensor *bias;
  WeirActivation before, after;
  guint threads;
  guint gap;
  gboolean at_end;
} KernelCase;

/** kernel_run: output @port as plain tensor; fails the test if memory around the values
 * was written or lanes are not finite. (nullable): %NULL if the kernel does not accept.
 */
WeirTensor *kernel_run (const WeirKernel *kernel, const KernelCase *c, guint port);

/** kernel_expect: the same by the reference evaluators, in plain C. */
WeirTensor *kernel_expect (const KernelCase *c, guint port);

/** KernelTime: what a benchmark wants of kernel_time(). */
typedef struct {
  double least; /* seconds */
  double cost;  /* nanoseconds, as the kernel's `cost` says */
} KernelTime;

/** kernel_time: the shortest of runs that take @seconds together; %FALSE if the kernel
 * does not accept. */
gboolean kernel_time (const WeirKernel *kernel, const KernelCase *c, double seconds,
                      KernelTime *time);

/** kernel_find: (nullable): by the name in its table without the instruction set. */
const WeirKernel *kernel_find (WeirIsa isa, const char *name, const char *op);
