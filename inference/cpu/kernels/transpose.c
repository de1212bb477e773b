#include "cost.h"
#include "cpu/kernel.h"
#include "vec-transpose.h"

#include <string.h>

/* Transposes. Between a blocked value and channels that come last whole runs of lanes are
 * copied; any other order of plain values is a walk with strides. */

#define MAX_DIMS WEIR_MAX_RANK

static gboolean
order_of (const WeirPlan *plan, const WeirGroup *group, gint64 *order)
{
  const WeirValue *x = weir_group_input (plan, group, 0);
  const WeirTensor *value;

  if (group->n_inputs != 2 || x->shape.rank < 2 || !weir_shape_is_static (&x->shape) ||
      weir_shape_elements (&x->shape) == 0)
    return FALSE;
  value = weir_group_input (plan, group, 1)->constant;
  for (int i = 0; i < x->shape.rank; i++) {
    if (value == NULL || (weir_tensor_count (value) != 0 &&
                          weir_tensor_count (value) != (gsize) x->shape.rank))
      return FALSE;
    order[i] = weir_tensor_count (value) == 0 ? x->shape.rank - 1 - i
                                              : weir_tensor_get_int (value, (gsize) i);
  }
  return TRUE;
}

static gboolean
is_bare (const WeirGroup *group)
{
  return group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE;
}

static gboolean
is_order (const gint64 *order, gint64 a, gint64 b, gint64 c, gint64 d)
{
  return order[0] == a && order[1] == b && order[2] == c && order[3] == d;
}

static gboolean
lanes_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  gint64 order[MAX_DIMS];

  return weir_node_is (group->node, "Transpose") && is_bare (group) &&
         order_of (plan, group, order) &&
         weir_group_input (plan, group, 0)->shape.rank == 4 &&
         weir_group_input (plan, group, 0)->dtype == WEIR_DTYPE_F32 &&
         (is_order (order, 0, 2, 3, 1) || is_order (order, 0, 3, 1, 2));
}

static gboolean
goes_last (const WeirPlan *plan, const WeirGroup *group)
{
  gint64 order[MAX_DIMS];

  return order_of (plan, group, order) && order[1] == 2;
}

static void
lanes_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
              WeirDemand *outputs)
{
  if (goes_last (plan, group))
    inputs[0].block = VLEN;
  else
    outputs[0].block = VLEN;
}

static double
copy_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * 8 / COST_BYTES;
}

typedef struct {
  const WeirValue *blocked;
  float *lanes; /* of the blocked value */
  float *last;  /* of the value whose channels come last */
  gboolean out; /* from blocked to last */
} Lanes;

static void
copy_pixel (const Lanes *job, float *lanes, float *pixel, gsize channels)
{
  const WeirValue *v = job->blocked;

  for (gsize c = 0; c < channels; c += VLEN, lanes += v->plane) {
    guint n = (guint) MIN (VLEN, channels - c);

    if (job->out && n == VLEN)
      vec_store (pixel + c, vec_load (lanes));
    else if (job->out)
      memcpy (pixel + c, lanes, n * sizeof (float));
    else
      vec_store (lanes, n == VLEN ? vec_load (pixel + c) : vec_load_part (pixel + c, n));
  }
}

static void
lanes_task (void *context, guint index, guint thread)
{
  const Lanes *job = context;
  const WeirValue *v = job->blocked;
  gsize channels = (gsize) v->shape.dims[1], height = (gsize) v->shape.dims[2];
  gsize width = (gsize) v->shape.dims[3], image = index / height, y = index % height;
  float *lanes = job->lanes + image * v->batch + y * v->row;
  float *last = job->last + (gsize) index * width * channels;

  (void) thread;
  for (gsize x = 0; x < width; x++)
    copy_pixel (job, lanes + x * VLEN, last + x * channels, channels);
}

static gboolean
lanes_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const WeirValue *from = weir_group_input (run->plan, group, 0);
  Lanes job = { .out = from->layout.block > 0 };

  (void) error;
  job.blocked = job.out ? from : weir_group_output (run->plan, group, 0);
  job.lanes = job.out ? weir_run_input (run, 0) : weir_run_output (run, 0);
  job.last = job.out ? weir_run_output (run, 0) : weir_run_input (run, 0);
  weir_threads_run (run->threads,
                    (guint) (job.blocked->shape.dims[0] * job.blocked->shape.dims[2]),
                    lanes_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (transpose_lanes) = {
  .name = "transpose-lanes-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Transpose",
  .accepts = lanes_accepts,
  .demand = lanes_demand,
  .cost = copy_cost,
  .run = lanes_run,
};

static gboolean
plain_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  gint64 order[MAX_DIMS];

  return weir_node_is (group->node, "Transpose") && is_bare (group) &&
         weir_dtype_size (weir_group_input (plan, group, 0)->dtype) == sizeof (guint32) &&
         order_of (plan, group, order);
}

static double
plain_cost (const WeirPlan *plan, const WeirGroup *group)
{
  return 4 * copy_cost (plan, group);
}

typedef struct {
  int rank;
  gsize dims[MAX_DIMS], steps[MAX_DIMS]; /* of the result; steps in the source */
} Walk;

static void *
plain_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirShape *x = &weir_group_input (plan, group, 0)->shape;
  Walk *walk = g_new0 (Walk, 1);
  gint64 order[MAX_DIMS];
  gsize strides[WEIR_MAX_RANK];

  (void) error;
  order_of (plan, group, order);
  weir_shape_strides (x, strides);
  walk->rank = x->rank;
  for (int i = 0; i < x->rank; i++) {
    walk->dims[i] = (gsize) x->dims[order[i]];
    walk->steps[i] = strides[order[i]];
  }
  return walk;
}

typedef struct {
  const Walk *walk;
  const guint32 *source;
  guint32 *target;
} Job;

/* From one square of VLEN x VLEN to the next; the last one is done together with a part
 * of the one before it. */
static gsize
next_square (gsize at, gsize size)
{
  return at + VLEN < size ? MIN (at + VLEN, size - VLEN) : size;
}

static void
transpose_squares (const float *from, gsize step, float *to, gsize rows, gsize columns)
{
  for (gsize y = 0; y < rows; y = next_square (y, rows))
    for (gsize x = 0; x < columns; x = next_square (x, columns)) {
      Vec square[VLEN];

      UNROLLED (i, VLEN)
        square[i] = vec_load (from + (x + i) * step + y);
      vec_transpose (square);
      UNROLLED (i, VLEN)
        vec_store (to + (y + i) * columns + x, square[i]);
    }
}

/* One matrix of the last two dimensions. */
static void
transpose_matrix (const guint32 *from, gsize row_step, gsize step, guint32 *to,
                  gsize rows, gsize columns)
{
  if (row_step == 1 && rows >= VLEN && columns >= VLEN) {
    transpose_squares ((const float *) from, step, (float *) to, rows, columns);
    return;
  }
  for (gsize y = 0; y < rows; y++, from += row_step, to += columns) {
    if (step == 1)
      memcpy (to, from, columns * sizeof *to);
    for (gsize x = 0; step != 1 && x < columns; x++)
      to[x] = from[x * step];
  }
}

static void
plain_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Walk *w = job->walk;
  gsize at = 0, rest = index;
  gsize rows = w->dims[w->rank - 2], columns = w->dims[w->rank - 1];

  (void) thread;
  for (int i = w->rank - 3; i >= 0; i--) {
    at += rest % w->dims[i] * w->steps[i];
    rest /= w->dims[i];
  }
  transpose_matrix (job->source + at, w->steps[w->rank - 2], w->steps[w->rank - 1],
                    job->target + (gsize) index * rows * columns, rows, columns);
}

static gboolean
plain_run (const WeirRun *run, GError **error)
{
  const Walk *w = run->step->state;
  Job job = { w, weir_run_input (run, 0), weir_run_output (run, 0) };
  gsize matrices = 1;

  (void) error;
  for (int i = 0; i < w->rank - 2; i++)
    matrices *= w->dims[i];
  weir_threads_run (run->threads, (guint) matrices, plain_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (transpose_plain) = {
  .name = "transpose-plain-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Transpose",
  .accepts = plain_accepts,
  .cost = plain_cost,
  .prepare = plain_prepare,
  .release = g_free,
  .run = plain_run,
};
