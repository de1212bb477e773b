#include "cost.h"
#include "cpu/kernel.h"
#include "simd.h"

/* Mean, sum or maximum of whole images: what global pooling becomes. */

static gboolean
axes_are_spatial (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirTensor *axes =
      group->n_inputs == 2 ? weir_group_input (plan, group, 1)->constant : NULL;
  gint64 sum = 0;

  if (axes == NULL || weir_tensor_count (axes) != 2)
    return FALSE;
  for (gsize i = 0; i < 2; i++) {
    gint64 axis = weir_tensor_get_int (axes, i);

    axis = axis < 0 ? axis + 4 : axis;
    if (axis < 2 || axis > 3)
      return FALSE;
    sum += axis;
  }
  return sum == 5;
}

static gboolean
reduce_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x = group->n_inputs > 0 ? weir_group_input (plan, group, 0) : NULL;

  return (weir_node_is (group->node, "ReduceMean") ||
          weir_node_is (group->node, "ReduceSum") ||
          weir_node_is (group->node, "ReduceMax")) &&
         group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE &&
         x->dtype == WEIR_DTYPE_F32 && x->shape.rank == 4 &&
         weir_shape_is_static (&x->shape) && weir_shape_elements (&x->shape) > 0 &&
         axes_are_spatial (plan, group);
}

static void
reduce_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  inputs[0].block = VLEN;
  if (weir_group_output (plan, group, 0)->shape.rank == 4)
    outputs[0].block = VLEN;
}

static double
reduce_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_input (plan, group, 0)->shape);

  return COST_CALL + (double) n * 4 / COST_BYTES;
}

typedef struct {
  const WeirValue *x, *y;
  const float *source;
  float *target;
  guint blocks;
  gboolean is_max;
  float scale;
} Job;

static Vec
reduce_plane (const Job *job, const float *plane)
{
  gsize width = (gsize) job->x->shape.dims[3];
  Vec sums[4];

  UNROLLED (k, 4)
    sums[k] = vec_set (job->is_max ? -INFINITY : 0);
  for (gint64 y = 0; y < job->x->shape.dims[2]; y++, plane += job->x->row)
    for (gsize x = 0; x < width; x++) {
      Vec v = vec_load (plane + x * VLEN);
      Vec *sum = &sums[x & 3];

      *sum = job->is_max ? vec_max (*sum, v) : *sum + v;
    }
  if (job->is_max)
    return vec_max (vec_max (sums[0], sums[1]), vec_max (sums[2], sums[3]));
  return (sums[0] + sums[1] + (sums[2] + sums[3])) * job->scale;
}

static void
reduce_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize image = index / job->blocks, block = index % job->blocks;
  Vec v = reduce_plane (job, job->source + image * job->x->batch + block * job->x->plane);
  gsize channels = (gsize) job->x->shape.dims[1];

  (void) thread;
  if (job->y->layout.block > 0)
    vec_store (job->target + image * job->y->batch + block * job->y->plane, v);
  else
    vec_store_part (job->target + image * channels + block * VLEN, v,
                    (guint) MIN (VLEN, channels - block * VLEN));
}

static gboolean
reduce_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  Job job = { .x = weir_group_input (run->plan, group, 0),
              .y = weir_group_output (run->plan, group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0),
              .is_max = weir_node_is (group->node, "ReduceMax"),
              .scale = 1 };

  (void) error;
  if (weir_node_is (group->node, "ReduceMean"))
    job.scale = 1 / (float) (job.x->shape.dims[2] * job.x->shape.dims[3]);
  job.blocks = ((guint) job.x->shape.dims[1] + VLEN - 1) / VLEN;
  weir_threads_run (run->threads, job.blocks * (guint) job.x->shape.dims[0], reduce_task,
                    &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (reduce_image) = {
  .name = "reduce-image-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = reduce_accepts,
  .demand = reduce_demand,
  .cost = reduce_cost,
  .run = reduce_run,
};
