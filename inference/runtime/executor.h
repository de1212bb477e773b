#pragma once

#include "runtime/plan.h"

/**
 * WeirExecution:
 *
 * The memory of one request: arenas, scratch, the tensors it hands out, and how long each
 * step took.
 */
typedef struct {
  const WeirPlan *plan;
  void **arenas;
  guint8 *scratch;
  guint n_threads;
  void **data;
  WeirTensor **tensors;  /* one a value; set for dynamic ones while running */
  WeirTensor **inputs;   /* one a network input; (nullable) until set */
  WeirTensor **outputs;  /* one a network output */
  GPtrArray *handed_out; /* output tensors that others may still hold */
  WeirState *state;
  double *seconds; /* (nullable): one a step */
} WeirExecution;

/** weir_execution_new: (constructor): memory for runs on teams of at most @n_threads. */
WeirExecution *weir_execution_new (const WeirPlan *plan, guint n_threads,
                                   gboolean profile, GError **error);
void weir_execution_free (WeirExecution *execution);

/** weir_execution_take_output: (transfer full) (nullable): an output that later runs do
 * not touch; its place is taken by one that nobody holds any more, or by a new one. */
WeirTensor *weir_execution_take_output (WeirExecution *execution, guint index,
                                        GError **error);

/** weir_execution_run: every step, in order. The error names the step. */
gboolean weir_execution_run (WeirExecution *execution, WeirThreads *threads,
                             GError **error);
