#pragma once

#include "ir/evaluate.h"
#include "ir/graph.h"
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
 * WeirLayout:
 * @block: 0: plain, row-major. Else rank 4 only: [N][ceil(C / block)][H][W][block]; lanes
 *   beyond C hold finite numbers of no meaning
 * @top, @left, @bottom, @right: a border of zeros around each plane of a blocked value,
 * so that a window that is padded with zeros never needs a check
 */
typedef struct {
  guint block;
  guint top, left, bottom, right;
} WeirLayout;

/** WeirStorage: where a value's elements are. */
typedef enum {
  WEIR_STORAGE_ARENA,    /* at an offset of its device's arena */
  WEIR_STORAGE_CONSTANT, /* in a tensor of the graph; plain */
  WEIR_STORAGE_INPUT,    /* in the tensor given as network input; plain */
  WEIR_STORAGE_OUTPUT,   /* in a tensor that the request hands out; plain */
  WEIR_STORAGE_DYNAMIC,  /* in a tensor made while running: its shape depends on data */
} WeirStorage;

/**
 * WeirValue:
 * @dtype, @shape: what it is; unknown dimensions only with %WEIR_STORAGE_DYNAMIC
 * @index: which network input or output it is, with those storages
 * @device: index of the device that holds it
 * @offset: bytes from the beginning of the arena, or of the tensor, to element (0,0,0,0):
 *   behind the border
 * @size: bytes that it takes in the arena, borders included; 0 for a part of another
 * value
 * @row, @plane, @batch: (plain values are always dense) elements from one row, channel
 * block (or channel, when plain) and image to the next; a value that lies inside a larger
 * one (concat in place) has that one's strides. Set for rank 4 only.
 */
typedef struct {
  WeirDtype dtype;
  WeirShape shape;
  WeirLayout layout;
  WeirStorage storage;
  guint index;
  guint device;
  WeirTensor *constant;
  gsize offset;
  gsize size;
  gsize row, plane, batch;
} WeirValue;

/** WeirActivationKind: functions that kernels apply to results before they store them. */
typedef enum {
  WEIR_ACT_NONE,
  WEIR_ACT_RELU,
  WEIR_ACT_LEAKY, /* x < 0: alpha * x */
  WEIR_ACT_PRELU, /* the same, alpha by channel in @slopes */
  WEIR_ACT_CLAMP, /* alpha .. beta */
  WEIR_ACT_SIGMOID,
  WEIR_ACT_TANH,
  WEIR_ACT_SWISH,    /* x * sigmoid (alpha * x) */
  WEIR_ACT_HSWISH,   /* x * min (max (x + 3, 0), 6) / 6 */
  WEIR_ACT_HSIGMOID, /* min (max (alpha * x + beta, 0), 1) */
  WEIR_ACT_ELU,      /* x < 0: alpha * (exp (x) - 1) */
  WEIR_ACT_GELU,     /* with erf */
  WEIR_ACT_MISH,
} WeirActivationKind;

typedef struct {
  WeirActivationKind kind;
  float alpha, beta;
  WeirTensor *slopes; /* (nullable): f32, one a channel */
} WeirActivation;

/**
 * WeirGroup:
 * @node: the operation that is computed
 * @inputs: values it reads; weights and other constants too, with
 *   %WEIR_STORAGE_CONSTANT, at the node's own input positions
 * @residual: index in @inputs of a value that is added, or -1
 * @bias: (nullable): f32, one a channel (dimension 1, or the last one of MatMul)
 * @before: activation applied before the residual is added
 * @after: activation applied last
 * @outputs: values it writes
 *
 * One step of the network: after (before (node + bias) + residual).
 */
typedef struct {
  const WeirNode *node;
  guint *inputs;
  guint n_inputs;
  int residual;
  WeirTensor *bias;
  WeirActivation before;
  WeirActivation after;
  guint *outputs;
  guint n_outputs;
} WeirGroup;

/**
 * WeirDemand:
 * @block: what a kernel wants of one value: 0 plain, 4, 8 or 16 blocked,
 *   %WEIR_BLOCK_ANY when it takes strides as they come
 * @top, @left, @bottom, @right: borders that it reads (inputs only)
 */
typedef struct {
  guint block;
  guint top, left, bottom, right;
} WeirDemand;

#define WEIR_BLOCK_ANY ((guint) -1)

/**
 * WeirKernel:
 * @name: for profiles and logs: "conv-direct-avx512"
 * @op: (nullable): the operation; %NULL asks @accepts for every one
 * @accepts: whether it computes this group; types and shapes are known, layouts not yet
 * @demand: what it wants of each input and output; both arrays begin as plain, no border
 * @cost: estimated nanoseconds on one thread
 * @prepare: (nullable): packs weights and what else @run needs, layouts being final;
 *   returns the state
 * @release: (nullable): frees the state
 * @scratch: (nullable): bytes of scratch memory a thread
 * @run: computes. It writes every element of its outputs, lanes beyond C too (finite
 *   numbers); borders are not its business: the executor keeps them zero
 *
 * One way to compute an operation. Candidates are tried in the order of a device's table.
 */
struct _WeirKernel {
  const char *name;
  const char *op;
  gboolean (*accepts) (const WeirPlan *plan, const WeirGroup *group);
  void (*demand) (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                  WeirDemand *outputs);
  double (*cost) (const WeirPlan *plan, const WeirGroup *group);
  void *(*prepare) (const WeirPlan *plan, const WeirGroup *group, GError **error);
  void (*release) (void *state);
  gsize (*scratch) (const void *state);
  gboolean (*run) (const WeirRun *run, GError **error);
};

/**
 * WeirStep:
 * @in_place: output 0 lies where input 0 was, border and all
 */
struct _WeirStep {
  const WeirKernel *kernel;
  WeirGroup group;
  void *state;
  guint device;
  gboolean in_place;
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
