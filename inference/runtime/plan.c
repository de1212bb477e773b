#include "plan.h"

static void
group_clear (WeirGroup *group)
{
  g_free (group->inputs);
  g_free (group->outputs);
  weir_tensor_unref (group->scale);
  weir_tensor_unref (group->bias);
  weir_tensor_unref (group->before.slopes);
  weir_tensor_unref (group->after.slopes);
}

static void
step_clear (WeirStep *step)
{
  if (step->kernel->release != NULL)
    step->kernel->release (step->state);
  group_clear (&step->group);
  g_free (step->parts);
  g_free (step->name);
}

void
weir_plan_free (WeirPlan *plan)
{
  if (plan == NULL)
    return;
  for (guint i = 0; i < plan->steps->len; i++)
    step_clear (&g_array_index (plan->steps, WeirStep, i));
  g_array_unref (plan->steps);
  for (guint i = 0; i < plan->values->len; i++)
    weir_tensor_unref (g_array_index (plan->values, WeirValue, i).constant);
  g_array_unref (plan->values);
  g_ptr_array_unref (plan->devices);
  g_free (plan->arena_size);
  g_free (plan->inputs);
  g_free (plan->outputs);
  weir_graph_free (plan->graph);
  g_free (plan);
}
