#pragma once

#include "compile/compile.h"

/* What the stages of the compiler hand on. Stages run in the order of this file. */

#define NO_VALUE ((guint) -1)

/**
 * Draft:
 * @parent: value that this one lies inside of, or %NO_VALUE: a part of a concatenation, a
 *   piece of a split, the same bytes under another shape
 * @channel: first channel inside the parent (blocked values)
 * @element: first element inside the parent (plain values)
 * @first, @last: steps that write it first and read it last
 * @reordered: the same contents in other layouts or on other devices, once they were
 * needed
 *
 * What the compiler knows of a value beyond the plan, by the same index.
 */
typedef struct {
  guint parent;
  gsize channel;
  gsize element;
  guint first, last;
  GArray *reordered; /* guint: value ids */
} Draft;

/** Job: a group on its way to a step. */
typedef struct {
  WeirGroup group;
  guint position; /* in the graph's order: that of the last node fused */
} Job;

typedef struct {
  WeirPlan *plan;
  GArray *order;     /* WeirNodeId */
  guint **ports;     /* [node id][output] -> value id */
  guint *positions;  /* [node id] -> place in order */
  gboolean *taken;   /* [node id]: fused into a group before it */
  GArray *jobs;      /* Job */
  GPtrArray *drafts; /* Draft, one a value */
} Compiler;

static inline WeirValue *
compiler_value (Compiler *c, guint id)
{
  return &g_array_index (c->plan->values, WeirValue, id);
}

static inline Draft *
compiler_draft (Compiler *c, guint id)
{
  return c->drafts->pdata[id];
}

static inline WeirDevice *
compiler_device (Compiler *c, guint index)
{
  return c->plan->devices->pdata[index];
}

/** compiler_add_value: a new value; its id. */
guint compiler_add_value (Compiler *c, const WeirValue *value);
/** compiler_root: the value whose memory @id lies in, itself if it has its own. */
guint compiler_root (Compiler *c, guint id);

/* group.c: values for all ports, and one group a node, with what fuse-post-ops.c takes
 * in. */
gboolean compiler_make_groups (Compiler *c, GError **error);
/* levels.c: which values can be kept as bytes. */
void compiler_find_levels (Compiler *c);
/* fuse-levels.c: scales and roundings of layers that sum whole numbers. */
gboolean compiler_fuse_scale (Compiler *c, WeirGroup *group, const WeirNode *multiply,
                              WeirPort from);
gboolean compiler_fuse_rounding (Compiler *c, WeirGroup *group, const WeirNode *fake);
/** compiler_begin_behind_rounding: makes room in @group for what stands behind a
 * FakeQuantize that was its last; %FALSE where there is none. */
gboolean compiler_begin_behind_rounding (WeirGroup *group);
void compiler_fuse_post_ops (Compiler *c, WeirGroup *group, guint *position);
/** compiler_is_a_channel: whether @constant, an operand of @node, which follows @group,
 * has one number for each channel. */
gboolean compiler_is_a_channel (const WeirGroup *group, const WeirNode *node,
                                const WeirTensor *constant);
/** compiler_asks: whether @kernel takes @group. */
gboolean compiler_asks (Compiler *c, const WeirKernel *kernel, const WeirGroup *group);
/** compiler_accepts: (nullable): the first kernel of @device that would take @group. */
const WeirKernel *compiler_accepts (Compiler *c, const WeirDevice *device,
                                    const WeirGroup *group);
/** compiler_prefers: index of the first device that takes @group. */
guint compiler_prefers (Compiler *c, const WeirGroup *group);

/* choose-kernel.c: steps with kernels, devices and blocked or plain values; copies
 * between layouts and devices become steps of their own. */
gboolean compiler_choose_kernels (Compiler *c, GError **error);

/* views.c: values that need no memory of their own; their steps go away. */
void compiler_make_views (Compiler *c);

/* chain.c: steps that run together, some rows at a time. */
void compiler_make_chains (Compiler *c);

/* plan-memory.c: borders, strides, life times, offsets. */
gboolean compiler_plan_memory (Compiler *c, GError **error);

/* prepack.c: each kernel's state. */
gboolean compiler_prepare_kernels (Compiler *c, GError **error);
