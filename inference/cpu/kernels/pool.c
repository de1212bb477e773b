#include "cost.h"
#include "cpu/kernel.h"
#include "map.h"
#include "vec-bytes.h"

/* Maximum and mean of windows, on blocked values. The part of a window that lies outside
 * of the image is left out. */

typedef struct {
  gboolean is_mean;
  gboolean count_all; /* the mean counts padding too */
  gboolean whole;     /* and what lies beyond it */
  gint64 kernel[2], stride[2], dilation[2], begin[2], end[2];
} Pool;

static gboolean
indices_are_used (const WeirGroup *group)
{
  return group->node->n_outputs > 1 && group->node->outputs[1].uses->len > 0;
}

static void
read_pool (const WeirPlan *plan, const WeirGroup *group, Pool *pool)
{
  const WeirNode *node = group->node;
  const WeirShape *x = &weir_group_input (plan, group, 0)->shape;
  const WeirShape *y = &weir_group_output (plan, group, 0)->shape;
  gboolean upper = weir_node_string_is (node, "auto_pad", "same_upper");
  gboolean lower = weir_node_string_is (node, "auto_pad", "same_lower");
  gboolean valid = weir_node_string_is (node, "auto_pad", "valid");
  gboolean torch = weir_node_string_is (node, "rounding_type", "ceil_torch");

  *pool = (Pool){ 0 };
  pool->is_mean = weir_node_is (node, "AvgPool");
  pool->count_all = pool->is_mean && !weir_node_bool (node, "exclude-pad");
  for (guint i = 0; i < 2; i++) {
    pool->kernel[i] = weir_node_int_at (node, "kernel", i, 1);
    pool->stride[i] = weir_node_int_at (node, "strides", i, 1);
    pool->dilation[i] = node->version < (pool->is_mean ? 16 : 8)
                            ? 1
                            : weir_node_int_at (node, "dilations", i, 1);
    pool->begin[i] = valid ? 0 : weir_node_int_at (node, "pads_begin", i, 0);
    pool->end[i] = valid ? 0 : weir_node_int_at (node, "pads_end", i, 0);
    if (upper || lower) {
      gint64 reach = (pool->kernel[i] - 1) * pool->dilation[i] + 1;
      gint64 total =
          MAX ((y->dims[i + 2] - 1) * pool->stride[i] + reach - x->dims[i + 2], 0);

      pool->begin[i] = upper ? total / 2 : total - total / 2;
      pool->end[i] = total - pool->begin[i];
    }
    pool->whole |= !torch && (pool->begin[i] != 0 || pool->end[i] != 0);
  }
}

static gboolean
pool_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x = weir_group_input (plan, group, 0);
  const WeirValue *y = weir_group_output (plan, group, 0);

  return (weir_node_is (group->node, "MaxPool") ||
          weir_node_is (group->node, "AvgPool")) &&
         group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE &&
         x->dtype == WEIR_DTYPE_F32 && x->shape.rank == 4 &&
         weir_shape_is_static (&x->shape) && weir_shape_is_static (&y->shape) &&
         !indices_are_used (group);
}

static void
pool_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
             WeirDemand *outputs)
{
  (void) plan;
  (void) group;
  inputs[0].block = outputs[0].block = VLEN;
}

/* The maximum of bytes that rise with what they stand for. */
static gboolean
pool_bytes_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  return pool_accepts (plan, group) && weir_node_is (group->node, "MaxPool") &&
         weir_group_input (plan, group, 0)->levels.step > 0 &&
         weir_group_output (plan, group, 0)->levels.step > 0;
}

static void
pool_bytes_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                   WeirDemand *outputs)
{
  pool_demand (plan, group, inputs, outputs);
  inputs[0].bytes = outputs[0].bytes = TRUE;
}

static double
pool_cost (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirShape *y = &weir_group_output (plan, group, 0)->shape;
  Pool pool;

  read_pool (plan, group, &pool);
  return COST_CALL + (double) weir_shape_elements (y) / VLEN *
                         (double) (pool.kernel[0] * pool.kernel[1]) * COST_VECTOR * 2;
}

static void *
pool_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Pool *pool = g_new0 (Pool, 1);

  (void) error;
  read_pool (plan, group, pool);
  return pool;
}

typedef struct {
  const Pool *pool;
  const WeirValue *x, *y;
  const void *source;
  void *target;
  guint blocks;
} Job;

/* Positions of a window that lie inside: @first to before @last, in kernel steps. */
static void
clip (const Pool *pool, guint i, gint64 at, gint64 size, gint64 *first, gint64 *last)
{
  gint64 start = at * pool->stride[i] - pool->begin[i], d = pool->dilation[i];

  *first = start < 0 ? (-start + d - 1) / d : 0;
  *last = start >= size ? 0 : MIN (pool->kernel[i], (size - start + d - 1) / d);
}

/* How many positions the mean divides by: those inside, inside of the padded image, or
 * all. */
static float
count_of (const Pool *pool, const Job *job, gint64 y, gint64 x, gint64 inside)
{
  gint64 count = 1;
  const gint64 at[] = { y, x };

  if (!pool->count_all)
    return (float) MAX (inside, 1);
  for (guint i = 0; i < 2; i++) {
    gint64 start = at[i] * pool->stride[i] - pool->begin[i];
    gint64 room = job->x->shape.dims[i + 2] + pool->end[i] - start;
    gint64 taps = (room + pool->dilation[i] - 1) / pool->dilation[i];

    count *= pool->whole ? pool->kernel[i] : CLAMP (taps, 1, pool->kernel[i]);
  }
  return (float) count;
}

static void
pool_pixel (const Job *job, const float *plane, gint64 y, gint64 x, float *out)
{
  const Pool *pool = job->pool;
  gint64 top, bottom, left, right;
  gint64 start_y = y * pool->stride[0] - pool->begin[0];
  gint64 start_x = x * pool->stride[1] - pool->begin[1];
  Vec result = vec_set (pool->is_mean ? 0 : -INFINITY);

  clip (pool, 0, y, job->x->shape.dims[2], &top, &bottom);
  clip (pool, 1, x, job->x->shape.dims[3], &left, &right);
  for (gint64 a = top; a < bottom; a++) {
    const float *row = plane + (start_y + a * pool->dilation[0]) * (gint64) job->x->row;

    for (gint64 b = left; b < right; b++) {
      Vec v = vec_load (row + (start_x + b * pool->dilation[1]) * VLEN);
      result = pool->is_mean ? result + v : vec_max (result, v);
    }
  }
  if (pool->is_mean)
    result = result * (1 / count_of (pool, job, y, x, (bottom - top) * (right - left)));
  vec_store (out, result);
}

static void
pool_pixel_bytes (const Job *job, const guint8 *plane, gint64 y, gint64 x, guint8 *out)
{
  const Pool *pool = job->pool;
  gint64 top, bottom, left, right;
  VecBytes result = { 0 };

  clip (pool, 0, y, job->x->shape.dims[2], &top, &bottom);
  clip (pool, 1, x, job->x->shape.dims[3], &left, &right);
  plane += (y * pool->stride[0] - pool->begin[0]) * (gint64) job->x->row +
           (x * pool->stride[1] - pool->begin[1]) * VLEN;
  for (gint64 a = top; a < bottom; a++)
    for (gint64 b = left; b < right; b++)
      result = vec_max_bytes (
          result, vec_bytes (plane + a * pool->dilation[0] * (gint64) job->x->row +
                             b * pool->dilation[1] * VLEN));
  *(VecBytesLoose *) out = result;
}

static void
pool_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gint64 height = job->y->shape.dims[2], width = job->y->shape.dims[3];
  gsize plane = index / (gsize) height, y = index % (gsize) height;
  gsize image = plane / job->blocks, block = plane % job->blocks;
  gsize in = image * job->x->batch + block * job->x->plane;
  gsize out = image * job->y->batch + block * job->y->plane + y * job->y->row;

  (void) thread;
  for (gint64 x = 0; x < width; x++, out += VLEN)
    if (job->y->layout.bytes)
      pool_pixel_bytes (job, (const guint8 *) job->source + in, (gint64) y, x,
                        (guint8 *) job->target + out);
    else
      pool_pixel (job, (const float *) job->source + in, (gint64) y, x,
                  (float *) job->target + out);
}

static gboolean
pool_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  Job job = { .pool = run->step->state,
              .x = weir_group_input (run->plan, group, 0),
              .y = weir_group_output (run->plan, group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };

  (void) error;
  job.blocks = ((guint) job.y->shape.dims[1] + VLEN - 1) / VLEN;
  weir_threads_run (run->threads,
                    job.blocks * (guint) (job.y->shape.dims[0] * job.y->shape.dims[2]),
                    pool_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (pool) = {
  .name = "pool-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = pool_accepts,
  .demand = pool_demand,
  .cost = pool_cost,
  .prepare = pool_prepare,
  .release = g_free,
  .run = pool_run,
};

WEIR_KERNEL_DEFINE (pool_bytes) = {
  .name = "pool-bytes-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "MaxPool",
  .accepts = pool_bytes_accepts,
  .demand = pool_bytes_demand,
  .cost = pool_cost,
  .prepare = pool_prepare,
  .release = g_free,
  .run = pool_run,
};
