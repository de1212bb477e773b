#include "reference.h"

#include "base/error.h"

#include <string.h>

static gboolean
reference_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  return group->node != NULL && group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE;
}

/* Only where there is nothing else. */
static double
reference_cost (const WeirPlan *plan, const WeirGroup *group)
{
  (void) plan;
  (void) group;
  return 1e12;
}

static WeirTensor *
wrap_input (const WeirRun *run, guint i)
{
  guint id = run->step->group.inputs[i];
  const WeirValue *value = weir_plan_value (run->plan, id);

  if (value->storage == WEIR_STORAGE_CONSTANT)
    return weir_tensor_ref (value->constant);
  if (value->storage == WEIR_STORAGE_DYNAMIC)
    return weir_tensor_ref (run->tensors[id]);
  return weir_tensor_new_wrap (value->dtype, &value->shape, run->data[id], NULL, NULL);
}

static gboolean
keep_output (const WeirRun *run, guint i, WeirTensor *tensor, GError **error)
{
  guint id = run->step->group.outputs[i];
  const WeirValue *value = weir_plan_value (run->plan, id);

  if (value->storage == WEIR_STORAGE_DYNAMIC) {
    weir_tensor_unref (run->tensors[id]);
    run->tensors[id] = weir_tensor_ref (tensor);
    return TRUE;
  }
  if (weir_tensor_dtype (tensor) != value->dtype ||
      !weir_shape_equal (weir_tensor_shape (tensor), &value->shape)) {
    g_autofree char *want = weir_shape_to_string (&value->shape);
    g_autofree char *got = weir_shape_to_string (weir_tensor_shape (tensor));
    return weir_fail (error, WEIR_ERROR_SHAPE, "output %u: planned as %s, computed as %s",
                      i, want, got);
  }
  if (weir_tensor_size (tensor) > 0)
    memcpy (run->data[id], weir_tensor_data (tensor), weir_tensor_size (tensor));
  return TRUE;
}

static gboolean
reference_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  g_autofree WeirTensor **inputs = g_new0 (WeirTensor *, MAX (group->n_inputs, 1));
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, MAX (group->n_outputs, 1));
  gboolean good;

  for (guint i = 0; i < group->n_inputs; i++)
    inputs[i] = wrap_input (run, i);
  good = weir_node_evaluate (group->node, inputs, outputs, run->state, error);
  for (guint i = 0; i < group->n_outputs; i++) {
    good = good && keep_output (run, i, outputs[i], error);
    weir_tensor_unref (outputs[i]);
  }
  for (guint i = 0; i < group->n_inputs; i++)
    weir_tensor_unref (inputs[i]);
  return good;
}

const WeirKernel weir_kernel_reference = {
  .name = "reference",
  .accepts = reference_accepts,
  .cost = reference_cost,
  .run = reference_run,
};
