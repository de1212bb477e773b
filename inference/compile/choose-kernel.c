#include "compiler.h"

#include "base/error.h"
#include "runtime/transfer.h"

/* Bytes a nanosecond that a copy from one layout to another moves, both ways counted. */
#define REORDER_RATE 4.0

typedef struct {
  const WeirKernel *kernel;
  guint device;
  double cost;
  WeirDemand *inputs;
  WeirDemand *outputs;
} Choice;

static gboolean
can_block (const WeirValue *value, guint block)
{
  return block == 0 || block == WEIR_BLOCK_ANY ||
         (value->shape.rank == 4 && value->storage != WEIR_STORAGE_DYNAMIC);
}

static double
reorder_cost (const WeirValue *value)
{
  return 500 + (double) weir_shape_elements (&value->shape) *
                   (double) weir_dtype_size (value->dtype) * 2 / REORDER_RATE;
}

/* What it costs to bring the inputs into the layouts that @demand asks for; a negative
 * number where that cannot be. */
static double
inputs_cost (Compiler *c, const WeirGroup *group, const WeirDemand *demand)
{
  double cost = 0;

  for (guint i = 0; i < group->n_inputs; i++) {
    const WeirValue *value = compiler_value (c, group->inputs[i]);

    if (value->storage == WEIR_STORAGE_CONSTANT)
      continue;
    if (!can_block (value, demand[i].block))
      return -1;
    if ((demand[i].block != WEIR_BLOCK_ANY && demand[i].block != value->layout.block) ||
        demand[i].bytes != value->layout.bytes)
      cost += reorder_cost (value);
  }
  return cost;
}

/* A plain result that somebody wants blocked will be copied, as will a blocked network
 * output: half of a copy is charged for either, since only half of all readers mind. */
static double
outputs_cost (Compiler *c, const WeirGroup *group, const WeirDemand *demand, guint block)
{
  double cost = 0;

  for (guint i = 0; i < group->n_outputs; i++) {
    const WeirValue *value = compiler_value (c, group->outputs[i]);

    if (!can_block (value, demand[i].block))
      return -1;
    if (demand[i].block == 0 && block > 0 && value->shape.rank == 4 &&
        value->dtype == WEIR_DTYPE_F32)
      cost += reorder_cost (value) / 2;
  }
  return cost;
}

static void
choice_clear (Choice *choice)
{
  g_free (choice->inputs);
  g_free (choice->outputs);
  *choice = (Choice){ 0 };
}

static void
consider (Compiler *c, const WeirGroup *group, guint device, const WeirKernel *kernel,
          Choice *best)
{
  Choice choice = { .kernel = kernel, .device = device };
  double in, out;

  choice.inputs = g_new0 (WeirDemand, MAX (group->n_inputs, 1));
  choice.outputs = g_new0 (WeirDemand, MAX (group->n_outputs, 1));
  if (kernel->demand != NULL)
    kernel->demand (c->plan, group, choice.inputs, choice.outputs);
  in = inputs_cost (c, group, choice.inputs);
  out = outputs_cost (c, group, choice.outputs, compiler_device (c, device)->block);
  choice.cost = in + out + (kernel->cost != NULL ? kernel->cost (c->plan, group) : 0);
  if (in < 0 || out < 0 || (best->kernel != NULL && choice.cost >= best->cost)) {
    choice_clear (&choice);
    return;
  }
  choice_clear (best);
  *best = choice;
}

static gboolean
choose (Compiler *c, const WeirGroup *group, Choice *best)
{
  for (guint d = 0; d < c->plan->devices->len && best->kernel == NULL; d++) {
    WeirDevice *device = compiler_device (c, d);

    for (guint i = 0; i < device->n_kernels; i++) {
      const WeirKernel *kernel = device->kernels[i];

      if (compiler_asks (c, kernel, group))
        consider (c, group, d, kernel, best);
    }
  }
  return best->kernel != NULL;
}

static void
add_copy_step (Compiler *c, const WeirKernel *kernel, guint device, guint from, guint to,
               const char *name)
{
  WeirStep step = { .kernel = kernel, .device = device };

  step.group.residual = -1;
  step.group.inputs = g_new0 (guint, 1);
  step.group.outputs = g_new0 (guint, 1);
  step.group.inputs[0] = from;
  step.group.outputs[0] = to;
  step.group.n_inputs = step.group.n_outputs = 1;
  step.name = g_strdup (name);
  g_array_append_val (c->plan->steps, step);
}

static gboolean
lies_as (const WeirValue *value, guint device, guint block, gboolean bytes)
{
  return value->device == device && value->layout.block == block &&
         value->layout.bytes == bytes;
}

/* One copy cannot go from one device's blocks to another's, nor from blocks of one size
 * to those of another: a plain value stands between them. */
static gboolean
needs_two_copies (const WeirValue *value, guint device, guint block, gboolean bytes)
{
  gboolean moves = value->device != device;

  return (moves &&
          (value->layout.block != 0 || block != 0 || value->layout.bytes != bytes)) ||
         (value->layout.block != 0 && block != 0 && value->layout.block != block);
}

/* The same contents on @device in layout @block: found, or copied now. */
static guint
value_as (Compiler *c, guint id, guint device, guint block, gboolean bytes,
          const char *name)
{
  WeirValue copy = *compiler_value (c, id);
  gboolean moves = copy.device != device;
  const WeirKernel *kernel = &weir_kernel_transfer;
  guint made;

  if (lies_as (&copy, device, block, bytes))
    return id;
  for (guint i = 0; i < compiler_draft (c, id)->reordered->len; i++) {
    guint other = g_array_index (compiler_draft (c, id)->reordered, guint, i);

    if (lies_as (compiler_value (c, other), device, block, bytes))
      return other;
  }
  if (needs_two_copies (&copy, device, block, bytes)) {
    gboolean there = lies_as (&copy, copy.device, 0, bytes);

    id = value_as (c, id, there ? device : copy.device, 0, bytes, name);
    return value_as (c, id, device, block, bytes, name);
  }
  copy.storage = WEIR_STORAGE_ARENA;
  copy.constant = NULL;
  copy.device = device;
  copy.layout = (WeirLayout){ .block = block, .bytes = bytes };
  if (!moves)
    kernel = compiler_device (c, device)->reorder;
  made = compiler_add_value (c, &copy);
  g_array_append_val (compiler_draft (c, id)->reordered, made);
  add_copy_step (c, kernel, moves ? c->plan->devices->len - 1 : device, id, made, name);
  return made;
}

static void
widen_border (WeirLayout *layout, const WeirDemand *demand)
{
  layout->top = MAX (layout->top, demand->top);
  layout->left = MAX (layout->left, demand->left);
  layout->bottom = MAX (layout->bottom, demand->bottom);
  layout->right = MAX (layout->right, demand->right);
}

static void
bring_inputs (Compiler *c, WeirGroup *group, const Choice *choice)
{
  for (guint i = 0; i < group->n_inputs; i++) {
    const WeirValue *value = compiler_value (c, group->inputs[i]);
    guint block = choice->inputs[i].block;

    if (value->storage == WEIR_STORAGE_CONSTANT && value->device == choice->device)
      continue;
    if (block == WEIR_BLOCK_ANY)
      block = value->layout.block;
    group->inputs[i] = value_as (c, group->inputs[i], choice->device, block,
                                 choice->inputs[i].bytes, group->node->name);
    if (block > 0)
      widen_border (&compiler_value (c, group->inputs[i])->layout, &choice->inputs[i]);
  }
}

static guint
output_block (Compiler *c, const WeirGroup *group, guint block)
{
  if (block != WEIR_BLOCK_ANY)
    return block;
  for (guint i = 0; i < group->n_inputs; i++)
    if (compiler_value (c, group->inputs[i])->layout.block > 0)
      return compiler_value (c, group->inputs[i])->layout.block;
  return 0;
}

static gboolean
make_step (Compiler *c, Job *job, GError **error)
{
  WeirGroup *group = &job->group;
  Choice choice = { 0 };
  WeirStep step = { 0 };

  if (!choose (c, group, &choice))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "node '%s' (%s): no kernel fits",
                      group->node->name, group->node->op->name);
  bring_inputs (c, group, &choice);
  for (guint i = 0; i < group->n_outputs; i++) {
    WeirValue *value = compiler_value (c, group->outputs[i]);

    value->device = choice.device;
    value->layout.block = output_block (c, group, choice.outputs[i].block);
    value->layout.bytes = choice.outputs[i].bytes;
    if (value->layout.block > 0 && value->shape.rank != 4)
      value->layout.block = 0;
  }
  step.kernel = choice.kernel;
  step.device = choice.device;
  step.name = g_strdup (group->node->name);
  step.group = *group;
  *group = (WeirGroup){ 0 };
  g_array_append_val (c->plan->steps, step);
  choice_clear (&choice);
  return TRUE;
}

/* Network outputs are plain tensors on the host. A value of its own becomes the output;
 * one that is an input, a constant, or handed out twice is copied. */
static void
make_outputs (Compiler *c)
{
  guint host = c->plan->devices->len - 1;

  for (guint i = 0; i < c->plan->n_outputs; i++) {
    guint id = c->plan->outputs[i];
    WeirValue *value = compiler_value (c, id);

    if (value->storage == WEIR_STORAGE_DYNAMIC)
      continue;
    if (value->storage != WEIR_STORAGE_ARENA || value->layout.block != 0 ||
        value->layout.bytes || value->device != host) {
      WeirValue copy = { .dtype = value->dtype,
                         .shape = value->shape,
                         .storage = WEIR_STORAGE_OUTPUT,
                         .index = i,
                         .device = host };
      guint from =
          value->device != host ? value_as (c, id, host, 0, FALSE, "output") : id;
      guint made = compiler_add_value (c, &copy);

      add_copy_step (c, compiler_device (c, host)->reorder, host, from, made, "output");
      c->plan->outputs[i] = made;
      continue;
    }
    value->storage = WEIR_STORAGE_OUTPUT;
    value->index = i;
  }
}

gboolean
compiler_choose_kernels (Compiler *c, GError **error)
{
  for (guint i = 0; i < c->jobs->len; i++)
    if (!make_step (c, &g_array_index (c->jobs, Job, i), error))
      return FALSE;
  make_outputs (c);
  return TRUE;
}
