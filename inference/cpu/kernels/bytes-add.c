#include "bytes-post.h"
#include "cost.h"
#include "vec-levels.h"

/* Sums of two values of bytes, rounded again. */

typedef struct {
  WeirLevels a, b;
  WeirRounding last;
  float low, high; /* of an activation between */
} Sum;

static gboolean
is_operand (const WeirPlan *plan, const WeirGroup *group, guint i)
{
  const WeirValue *value = weir_group_input (plan, group, i);

  return value->levels.step > 0 && value->constant == NULL &&
         weir_shape_equal (&value->shape, &weir_group_output (plan, group, 0)->shape);
}

static gboolean
sum_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  return group->n_inputs == 2 && group->residual < 0 && group->scale == NULL &&
         group->bias == NULL && group->inner == NULL && group->last != NULL &&
         group->before.kind == WEIR_ACT_NONE && is_operand (plan, group, 0) &&
         is_operand (plan, group, 1) && bytes_post_accepts (plan, group) &&
         (group->after.kind == WEIR_ACT_NONE || group->after.kind == WEIR_ACT_RELU ||
          group->after.kind == WEIR_ACT_CLAMP) &&
         weir_group_output (plan, group, 0)->levels.step > 0;
}

static void
sum_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
            WeirDemand *outputs)
{
  const WeirValue *a = weir_group_input (plan, group, 0);
  guint block = a->shape.rank == 4 ? MAX (a->layout.block, VLEN) : 0;

  inputs[0] = inputs[1] = outputs[0] = (WeirDemand){ .block = block, .bytes = TRUE };
}

static double
sum_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n / VLEN * COST_VECTOR * 8;
}

static void *
sum_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Sum *sum = g_new0 (Sum, 1);

  (void) error;
  sum->a = weir_group_input (plan, group, 0)->levels;
  sum->b = weir_group_input (plan, group, 1)->levels;
  weir_rounding_read (plan->graph, group->last, &sum->last);
  sum->low = group->after.kind == WEIR_ACT_RELU ? 0 : -INFINITY;
  sum->high = INFINITY;
  if (group->after.kind == WEIR_ACT_CLAMP) {
    sum->low = group->after.alpha;
    sum->high = group->after.beta;
  }
  return sum;
}

typedef struct {
  const Sum *sum;
  const WeirValue *a, *b, *to;
  const guint8 *a_data, *b_data;
  guint8 *out;
  gsize all;
  guint planes;
} Job;

ALWAYS_INLINE Vec
add_bytes (const Sum *s, const guint8 *a, const guint8 *b)
{
  Vec x = vec_alone (vec_decode (&s->a, vec_from_int (vec_load_bytes (a)))) +
          vec_alone (vec_decode (&s->b, vec_from_int (vec_load_bytes (b))));

  x = vec_clamp (x, vec_set (s->low), vec_set (s->high));
  return vec_clamp (vec_alone (x * s->last.factor) + s->last.shift, vec_set (0),
                    vec_set (s->last.top));
}

static void
add_run (const Sum *s, const guint8 *a, const guint8 *b, guint8 *out, gsize n)
{
  guint8 rest[3][VLEN] = { { 0 } };
  gsize i = 0;

  for (; i + VLEN <= n; i += VLEN)
    vec_store_bytes (out + i, add_bytes (s, a + i, b + i));
  if (i == n)
    return;
  memcpy (rest[0], a + i, n - i);
  memcpy (rest[1], b + i, n - i);
  vec_store_bytes (rest[2], add_bytes (s, rest[0], rest[1]));
  memcpy (out + i, rest[2], n - i);
}

#define CHUNK 8192

static void
chunk_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize start = (gsize) index * CHUNK;

  (void) thread;
  add_run (job->sum, job->a_data + start, job->b_data + start, job->out + start,
           MIN (CHUNK, job->all - start));
}

static gsize
place_of (const WeirValue *value, gsize plane, gsize planes)
{
  return plane / planes * value->batch + plane % planes * value->plane;
}

static void
plane_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const guint8 *a = job->a_data + place_of (job->a, index, job->planes);
  const guint8 *b = job->b_data + place_of (job->b, index, job->planes);
  guint8 *out = job->out + place_of (job->to, index, job->planes);
  gsize n = (gsize) job->to->shape.dims[3] * job->to->layout.block;

  (void) thread;
  for (gint64 y = 0; y < job->to->shape.dims[2]; y++)
    add_run (job->sum, a + (gsize) y * job->a->row, b + (gsize) y * job->b->row,
             out + (gsize) y * job->to->row, n);
}

static gboolean
sum_run (const WeirRun *run, GError **error)
{
  Job job = { .sum = run->step->state,
              .a = weir_group_input (run->plan, &run->step->group, 0),
              .b = weir_group_input (run->plan, &run->step->group, 1),
              .to = weir_group_output (run->plan, &run->step->group, 0),
              .a_data = weir_run_input (run, 0),
              .b_data = weir_run_input (run, 1),
              .out = weir_run_output (run, 0) };
  guint block = job.to->layout.block;

  (void) error;
  if (block == 0) {
    job.all = weir_shape_elements (&job.to->shape);
    weir_threads_run (run->threads, (guint) ((job.all + CHUNK - 1) / CHUNK), chunk_task,
                      &job);
    return TRUE;
  }
  job.planes = ((guint) job.to->shape.dims[1] + block - 1) / block;
  weir_threads_run (run->threads, job.planes * (guint) job.to->shape.dims[0], plane_task,
                    &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (bytes_add) = {
  .name = "bytes-add-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Add",
  .rounds = TRUE,
  .accepts = sum_accepts,
  .demand = sum_demand,
  .cost = sum_cost,
  .prepare = sum_prepare,
  .release = g_free,
  .run = sum_run,
};
