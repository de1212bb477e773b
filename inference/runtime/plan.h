#pragma once

#include "ir/evaluate.h"
#include "runtime/group.h"
#include "runtime/threads.h"

/**
 * SECTION: plan
 *
 * What the compiler makes and the runtime runs: values in memory, and steps over them. A
 * plan is immutable once it is made; requests share it and own their arenas.
 */

typedef struct _WeirPlan WeirPlan;
typedef struct _WeirStep WeirStep;
typedef struct _WeirRun WeirRun;
typedef struct _WeirKernel WeirKernel;
typedef struct _WeirDevice WeirDevice;

/**
 * WeirKernel:
 * @name: for profiles and logs: "conv-direct-avx512"
 * @op: (nullable): the operation; %NULL asks @accepts for every one
 * @rounds: whether it knows scales and roundings of groups
 * @accepts: whether it computes this group; types and shapes are known, layouts not yet
 * @demand: what it wants of each input and output; both arrays begin as plain, no border
 * @cost: estimated nanoseconds on one thread
 * @prepare: (nullable): packs weights and what else @run needs, layouts being final;
 *   returns the state
 * @release: (nullable): frees the state
 * @scratch: (nullable): bytes of scratch memory a thread
 * @run_rows: (nullable): the same for some rows of output 0 only; it reads no more of
 *   input 0 than those need
 * @rows_read: (nullable): which rows of input 0 rows @first to @end of output 0 are
 *   computed from; they may lie in its border
 * @run: computes. It writes every element of its outputs, lanes beyond C too (finite
 *   numbers); borders are not its business: the executor keeps them zero
 *
 * One way to compute an operation. Candidates are tried in the order of a device's table.
 */
struct _WeirKernel {
  const char *name;
  const char *op;
  gboolean rounds;
  gboolean (*accepts) (const WeirPlan *plan, const WeirGroup *group);
  void (*demand) (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                  WeirDemand *outputs);
  double (*cost) (const WeirPlan *plan, const WeirGroup *group);
  void *(*prepare) (const WeirPlan *plan, const WeirGroup *group, GError **error);
  void (*release) (void *state);
  gsize (*scratch) (const void *state);
  gboolean (*run_rows) (const WeirRun *run, gsize first, gsize count, GError **error);
  void (*rows_read) (const WeirPlan *plan, const WeirGroup *group, gsize first, gsize end,
                     gssize *from, gssize *to);
  gboolean (*run) (const WeirRun *run, GError **error);
};

/* Most steps of a chain. */
#define WEIR_MAX_CHAIN 8

/**
 * WeirPart:
 * @first, @count: rows of the output that are computed
 * @base: the row that the memory of an output with @ring begins with, by then; the rows
 *   from there up to @first are kept
 *
 * What one step of a chain does in one strip.
 */
typedef struct {
  gsize first, count;
  gssize base;
} WeirPart;

/**
 * WeirStep:
 * @in_place: output 0 lies where input 0 was, border and all
 * @chain: how many steps, from this one on, run together, some rows of each at a time, so
 *   that what one writes is still in a cache when the next reads it; 0 outside of chains
 *   and behind the first step of one
 * @parts: (nullable): [@strips][@chain], where a chain begins
 */
struct _WeirStep {
  const WeirKernel *kernel;
  WeirGroup group;
  void *state;
  guint device;
  gboolean in_place;
  guint chain, strips;
  WeirPart *parts;
  char *name;
};

/** WeirPlan: see above. @graph keeps nodes and constants alive. */
struct _WeirPlan {
  WeirGraph *graph;
  GPtrArray *devices; /* WeirDevice */
  GArray *values;     /* WeirValue */
  GArray *steps;      /* WeirStep */
  gsize *arena_size;  /* one a device */
  gsize scratch_size; /* bytes a thread */
  guint *inputs;      /* value of each network input */
  guint *outputs;     /* value of each network output */
  guint n_inputs;
  guint n_outputs;
};

/**
 * WeirRun:
 * @data: host pointer to element (0,0,0,0) of each value that has one now
 * @tensors: for values of %WEIR_STORAGE_DYNAMIC: the tensor that was made
 * @arenas: one a device, as its `alloc` gave it
 * @scratch: @plan->scratch_size bytes for each thread, 64-byte aligned
 *
 * What a kernel sees while it runs one step of one request.
 */
struct _WeirRun {
  const WeirPlan *plan;
  const WeirStep *step;
  void **data;
  WeirTensor **tensors;
  void **arenas;
  WeirThreads *threads;
  guint8 *scratch;
  WeirState *state;
};

static inline const WeirValue *
weir_plan_value (const WeirPlan *plan, guint id)
{
  return &g_array_index (plan->values, WeirValue, id);
}

/** weir_group_input, weir_group_output: the value at that position. */
static inline const WeirValue *
weir_group_input (const WeirPlan *plan, const WeirGroup *group, guint i)
{
  return weir_plan_value (plan, group->inputs[i]);
}

static inline const WeirValue *
weir_group_output (const WeirPlan *plan, const WeirGroup *group, guint i)
{
  return weir_plan_value (plan, group->outputs[i]);
}

static inline void *
weir_run_input (const WeirRun *run, guint i)
{
  return run->data[run->step->group.inputs[i]];
}

static inline void *
weir_run_output (const WeirRun *run, guint i)
{
  return run->data[run->step->group.outputs[i]];
}

static inline void *
weir_run_scratch (const WeirRun *run, guint thread)
{
  return run->scratch + run->plan->scratch_size * thread;
}

void weir_plan_free (WeirPlan *plan);
