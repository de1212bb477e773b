#include "compiler.h"

#include "base/error.h"

guint
compiler_add_value (Compiler *c, const WeirValue *value)
{
  Draft *draft = g_new0 (Draft, 1);

  draft->parent = NO_VALUE;
  draft->reordered = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (c->drafts, draft);
  g_array_append_vals (c->plan->values, value, 1);
  return c->plan->values->len - 1;
}

guint
compiler_root (Compiler *c, guint id)
{
  while (compiler_draft (c, id)->parent != NO_VALUE)
    id = compiler_draft (c, id)->parent;
  return id;
}

static void
draft_free (gpointer data)
{
  Draft *draft = data;

  g_array_unref (draft->reordered);
  g_free (draft);
}

static WeirPlan *
plan_new (WeirGraph *graph, WeirDevice *const *devices, guint n_devices)
{
  WeirPlan *plan = g_new0 (WeirPlan, 1);

  plan->graph = graph;
  plan->devices = g_ptr_array_new ();
  for (guint i = 0; i < n_devices; i++)
    g_ptr_array_add (plan->devices, devices[i]);
  plan->values = g_array_new (FALSE, TRUE, sizeof (WeirValue));
  plan->steps = g_array_new (FALSE, TRUE, sizeof (WeirStep));
  plan->arena_size = g_new0 (gsize, n_devices);
  plan->n_inputs = weir_graph_n_parameters (graph);
  plan->n_outputs = weir_graph_n_results (graph);
  plan->inputs = g_new0 (guint, MAX (plan->n_inputs, 1));
  plan->outputs = g_new0 (guint, MAX (plan->n_outputs, 1));
  return plan;
}

static void
compiler_init (Compiler *c, WeirPlan *plan)
{
  guint size = weir_graph_size (plan->graph);

  c->plan = plan;
  c->ports = g_new0 (guint *, MAX (size, 1));
  c->positions = g_new0 (guint, MAX (size, 1));
  c->taken = g_new0 (gboolean, MAX (size, 1));
  c->jobs = g_array_new (FALSE, TRUE, sizeof (Job));
  c->drafts = g_ptr_array_new_with_free_func (draft_free);
}

static void
job_clear (Job *job)
{
  g_free (job->group.inputs);
  g_free (job->group.outputs);
  weir_tensor_unref (job->group.scale);
  weir_tensor_unref (job->group.bias);
  weir_tensor_unref (job->group.before.slopes);
  weir_tensor_unref (job->group.after.slopes);
}

static void
compiler_clear (Compiler *c, guint graph_size)
{
  for (guint i = 0; i < graph_size; i++)
    g_free (c->ports[i]);
  for (guint i = 0; i < c->jobs->len; i++)
    job_clear (&g_array_index (c->jobs, Job, i));
  g_free (c->ports);
  g_free (c->positions);
  g_free (c->taken);
  g_array_unref (c->jobs);
  g_ptr_array_unref (c->drafts);
  if (c->order != NULL)
    g_array_unref (c->order);
}

WeirPlan *
weir_compile (WeirGraph *graph, WeirDevice *const *devices, guint n_devices,
              GError **error)
{
  WeirPlan *plan = plan_new (graph, devices, n_devices);
  Compiler c = { 0 };
  gboolean good;

  compiler_init (&c, plan);
  good = compiler_make_groups (&c, error) && compiler_choose_kernels (&c, error);
  if (good) {
    compiler_make_views (&c);
    compiler_make_chains (&c);
  }
  good = good && compiler_plan_memory (&c, error) && compiler_prepare_kernels (&c, error);
  compiler_clear (&c, weir_graph_size (graph));
  if (!good)
    g_clear_pointer (&plan, weir_plan_free);
  return plan;
}
