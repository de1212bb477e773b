#include "plans.h"

#include "compare.h"
#include "compile/compile.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "runtime/executor.h"

#include <string.h>

WeirPlan *
compile_graph (WeirGraph *graph, WeirDevice *const *devices, guint n_devices)
{
  GError *error = NULL;
  WeirPlan *plan = weir_compile (weir_graph_copy (graph), devices, n_devices, &error);

  g_assert_no_error (error);
  return plan;
}

guint
count_steps (const WeirPlan *plan, const char *prefix)
{
  guint count = 0;

  for (guint i = 0; i < plan->steps->len; i++)
    count +=
        g_str_has_prefix (g_array_index (plan->steps, WeirStep, i).kernel->name, prefix);
  return count;
}

void
check_plan_by (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
               guint n_threads, CompareTensors compare, double tolerance)
{
  GError *error = NULL;
  WeirPlan *plan = compile_graph (graph, devices, n_devices);
  WeirThreads *threads = weir_threads_new (n_threads, FALSE, &error);
  WeirExecution *execution = weir_execution_new (plan, n_threads, FALSE, &error);
  g_autofree WeirTensor **expected = g_new0 (WeirTensor *, plan->n_outputs + 1);

  g_assert_no_error (error);
  for (guint i = 0; i < plan->n_inputs; i++)
    execution->inputs[i] =
        random_f32 (&weir_graph_parameter (graph, i)->outputs[0].info.shape, 100 + i);
  weir_graph_evaluate (graph, execution->inputs, expected, NULL, &error);
  g_assert_no_error (error);
  for (guint run = 0; run < 2; run++) {
    weir_execution_run (execution, threads, &error);
    g_assert_no_error (error);
    for (guint i = 0; i < plan->n_outputs; i++)
      compare (execution->outputs[i], expected[i], tolerance);
  }
  for (guint i = 0; i < plan->n_outputs; i++)
    weir_tensor_unref (expected[i]);
  weir_execution_free (execution);
  weir_threads_free (threads);
  weir_plan_free (plan);
}

void
check_plan (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
            guint n_threads, double tolerance)
{
  check_plan_by (graph, devices, n_devices, n_threads, assert_close, tolerance);
}
