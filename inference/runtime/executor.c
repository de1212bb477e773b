#include "executor.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/limits.h"
#include "device.h"
#include "runtime/border.h"
#include "runtime/chain.h"

static gboolean
alloc_arenas (WeirExecution *e, GError **error)
{
  for (guint i = 0; i < e->plan->devices->len; i++) {
    WeirDevice *device = e->plan->devices->pdata[i];

    e->arenas[i] = device->alloc (device, e->plan->arena_size[i], error);
    if (e->arenas[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
alloc_scratch (WeirExecution *e, GError **error)
{
  gsize size;

  if (!weir_mul_size (e->plan->scratch_size, e->n_threads, &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too much scratch memory");
  e->scratch = weir_try_alloc (size, error);
  return e->scratch != NULL;
}

static gboolean
alloc_outputs (WeirExecution *e, GError **error)
{
  for (guint i = 0; i < e->plan->n_outputs; i++) {
    const WeirValue *value = weir_plan_value (e->plan, e->plan->outputs[i]);

    if (value->storage != WEIR_STORAGE_OUTPUT)
      continue;
    e->outputs[i] = weir_tensor_new (value->dtype, &value->shape, error);
    if (e->outputs[i] == NULL)
      return FALSE;
  }
  return TRUE;
}

WeirExecution *
weir_execution_new (const WeirPlan *plan, guint n_threads, gboolean profile,
                    GError **error)
{
  WeirExecution *e = g_new0 (WeirExecution, 1);

  e->plan = plan;
  e->n_threads = MAX (n_threads, 1);
  e->arenas = g_new0 (void *, plan->devices->len);
  e->data = g_new0 (void *, MAX (plan->values->len, 1));
  e->tensors = g_new0 (WeirTensor *, MAX (plan->values->len, 1));
  e->inputs = g_new0 (WeirTensor *, MAX (plan->n_inputs, 1));
  e->outputs = g_new0 (WeirTensor *, MAX (plan->n_outputs, 1));
  e->state = weir_state_new ();
  e->handed_out = g_ptr_array_new_with_free_func ((GDestroyNotify) weir_tensor_unref);
  if (profile)
    e->seconds = g_new0 (double, MAX (plan->steps->len, 1));
  if (!alloc_arenas (e, error) || !alloc_scratch (e, error) ||
      !alloc_outputs (e, error)) {
    weir_execution_free (e);
    return NULL;
  }
  return e;
}

static void
clear_tensors (WeirTensor **tensors, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&tensors[i], weir_tensor_unref);
}

void
weir_execution_free (WeirExecution *e)
{
  if (e == NULL)
    return;
  for (guint i = 0; i < e->plan->devices->len; i++) {
    WeirDevice *device = e->plan->devices->pdata[i];
    if (e->arenas[i] != NULL)
      device->free_arena (device, e->arenas[i]);
  }
  clear_tensors (e->tensors, e->plan->values->len);
  clear_tensors (e->inputs, e->plan->n_inputs);
  clear_tensors (e->outputs, e->plan->n_outputs);
  weir_state_free (e->state);
  g_clear_pointer (&e->handed_out, g_ptr_array_unref);
  weir_free (e->scratch);
  g_free (e->arenas);
  g_free (e->data);
  g_free (e->tensors);
  g_free (e->inputs);
  g_free (e->outputs);
  g_free (e->seconds);
  g_free (e);
}

/* A tensor like @like that everybody else has let go of. */
static WeirTensor *
find_free (WeirExecution *e, const WeirTensor *like)
{
  for (guint i = 0; i < e->handed_out->len; i++) {
    WeirTensor *tensor = e->handed_out->pdata[i];

    if (weir_tensor_is_last (tensor) &&
        weir_tensor_dtype (tensor) == weir_tensor_dtype (like) &&
        weir_shape_equal (weir_tensor_shape (tensor), weir_tensor_shape (like)))
      return g_ptr_array_steal_index_fast (e->handed_out, i);
  }
  return NULL;
}

WeirTensor *
weir_execution_take_output (WeirExecution *e, guint index, GError **error)
{
  const WeirValue *value = weir_plan_value (e->plan, e->plan->outputs[index]);
  WeirTensor *output = e->outputs[index], *next;

  if (output == NULL || value->storage != WEIR_STORAGE_OUTPUT)
    return output != NULL ? weir_tensor_ref (output) : NULL;
  next = find_free (e, output);
  if (next == NULL)
    next = weir_tensor_new (value->dtype, &value->shape, error);
  if (next == NULL)
    return NULL;
  e->outputs[index] = next;
  g_ptr_array_add (e->handed_out, weir_tensor_ref (output));
  return output;
}

static void *
value_data (const WeirExecution *e, const WeirValue *value)
{
  switch (value->storage) {
  case WEIR_STORAGE_ARENA:
    return (guint8 *) e->arenas[value->device] + value->offset;
  case WEIR_STORAGE_CONSTANT:
    return (void *) weir_tensor_data (value->constant);
  case WEIR_STORAGE_INPUT:
    return (guint8 *) weir_tensor_data (e->inputs[value->index]) + value->offset;
  case WEIR_STORAGE_OUTPUT:
    return (guint8 *) weir_tensor_writable (e->outputs[value->index]) + value->offset;
  case WEIR_STORAGE_DYNAMIC:
    break;
  }
  return NULL;
}

static void
resolve_data (WeirExecution *e)
{
  for (guint i = 0; i < e->plan->values->len; i++)
    e->data[i] = value_data (e, weir_plan_value (e->plan, i));
}

static void
clear_borders (const WeirRun *run)
{
  for (guint i = 0; i < run->step->group.n_outputs; i++) {
    const WeirValue *value = weir_group_output (run->plan, &run->step->group, i);

    if (value->ring > 0)
      weir_ring_begin (value, weir_run_output (run, i));
    else if (weir_value_has_border (value))
      weir_value_clear_border (value, weir_run_output (run, i), run->threads);
  }
}

/* All of a step, or @count rows of it from @first on. */
static gboolean
run_part (WeirExecution *e, WeirRun *run, guint index, gsize first, gsize count,
          GError **error)
{
  gint64 start = g_get_monotonic_time ();
  const WeirKernel *kernel;

  run->step = &g_array_index (e->plan->steps, WeirStep, index);
  kernel = run->step->kernel;
  if (!(count == 0 ? kernel->run (run, error)
                   : kernel->run_rows (run, first, count, error))) {
    g_prefix_error (error, "step '%s' (%s): ", run->step->name, kernel->name);
    return FALSE;
  }
  if (e->seconds != NULL)
    e->seconds[index] += (double) (g_get_monotonic_time () - start) * 1e-6;
  return TRUE;
}

static void
begin_step (WeirExecution *e, WeirRun *run, guint index)
{
  gint64 start = g_get_monotonic_time ();
  const WeirDevice *device;

  run->step = &g_array_index (e->plan->steps, WeirStep, index);
  device = e->plan->devices->pdata[run->step->device];
  if (device->is_host && !run->step->in_place)
    clear_borders (run);
  if (e->seconds != NULL)
    e->seconds[index] = (double) (g_get_monotonic_time () - start) * 1e-6;
}

/* Some rows of each step of a chain in turn. */
static gboolean
run_chain (WeirExecution *e, WeirRun *run, guint first, GError **error)
{
  const WeirStep *steps = &g_array_index (e->plan->steps, WeirStep, first);
  gssize bases[WEIR_MAX_CHAIN];

  for (guint k = 0; k < steps->chain; k++) {
    bases[k] = -(gssize) weir_group_output (e->plan, &steps[k].group, 0)->layout.top;
    begin_step (e, run, first + k);
  }
  for (guint i = 0; i < steps->strips * steps->chain; i++) {
    const WeirPart *part = &steps->parts[i];
    guint k = i % steps->chain, id = steps[k].group.outputs[0];
    const WeirValue *value = weir_plan_value (e->plan, id);

    if (part->count == 0)
      continue;
    if (value->ring > 0) {
      e->data[id] = weir_ring_move (value, e->data[id], bases[k], part);
      bases[k] = part->base;
    }
    if (!run_part (e, run, first + k, part->first, part->count, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
run_step (WeirExecution *e, WeirRun *run, guint index, GError **error)
{
  begin_step (e, run, index);
  return run_part (e, run, index, 0, 0, error);
}

/* Outputs that depend on data were made by a step. */
static void
take_outputs (WeirExecution *e)
{
  for (guint i = 0; i < e->plan->n_outputs; i++) {
    guint id = e->plan->outputs[i];

    if (weir_plan_value (e->plan, id)->storage != WEIR_STORAGE_DYNAMIC)
      continue;
    weir_tensor_unref (e->outputs[i]);
    e->outputs[i] = e->tensors[id] != NULL ? weir_tensor_ref (e->tensors[id]) : NULL;
  }
}

gboolean
weir_execution_run (WeirExecution *e, WeirThreads *threads, GError **error)
{
  WeirRun run = { .plan = e->plan,
                  .data = e->data,
                  .tensors = e->tensors,
                  .arenas = e->arenas,
                  .threads = threads,
                  .scratch = e->scratch,
                  .state = e->state };
  gboolean good = TRUE;

  for (guint i = 0; i < e->plan->n_inputs; i++)
    if (e->inputs[i] == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "input %u was not set", i);
  resolve_data (e);
  for (guint i = 0, n; good && i < e->plan->steps->len; i += n) {
    guint chain = g_array_index (e->plan->steps, WeirStep, i).chain;

    n = MAX (chain, 1);
    good = n > 1 ? run_chain (e, &run, i, error) : run_step (e, &run, i, error);
  }
  if (good)
    take_outputs (e);
  clear_tensors (e->tensors, e->plan->values->len);
  return good;
}
