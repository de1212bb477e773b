#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "simd.h"
#include "vec-math.h"

/* Softmax of plain values. Along the last dimension a row is one run of memory; along any
 * other, neighbouring columns are computed beside each other in vectors. */

typedef struct {
  gsize outer, n, inner;
} Softmax;

static gboolean
softmax_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x = group->n_inputs > 0 ? weir_group_input (plan, group, 0) : NULL;

  return weir_node_is (group->node, "Softmax") && group->bias == NULL &&
         group->residual < 0 && group->before.kind == WEIR_ACT_NONE &&
         group->after.kind == WEIR_ACT_NONE && x->dtype == WEIR_DTYPE_F32 &&
         weir_shape_is_static (&x->shape) && weir_shape_elements (&x->shape) > 0 &&
         x->shape.rank > 0;
}

static double
softmax_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * COST_VECTOR * 12 / VLEN;
}

static void *
softmax_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirShape *x = &weir_group_input (plan, group, 0)->shape;
  Softmax *s;
  int axis;

  if (!weir_shape_axis (weir_node_int (group->node, "axis"), x->rank, &axis, error))
    return NULL;
  s = g_new0 (Softmax, 1);
  s->outer = s->inner = 1;
  s->n = (gsize) x->dims[axis];
  for (int i = 0; i < axis; i++)
    s->outer *= (gsize) x->dims[i];
  for (int i = axis + 1; i < x->rank; i++)
    s->inner *= (gsize) x->dims[i];
  return s;
}

typedef struct {
  const Softmax *state;
  const float *source;
  float *target;
  gsize chunk;
} Job;

static void
softmax_short (const float *in, float *out, gsize n)
{
  float largest = in[0], sum = 0;

  for (gsize i = 1; i < n; i++)
    largest = MAX (largest, in[i]);
  for (gsize i = 0; i < n; i++) {
    out[i] = expf (in[i] - largest);
    sum += out[i];
  }
  for (gsize i = 0; i < n; i++)
    out[i] /= sum;
}

static float
reduce_vec (Vec v, gboolean is_max)
{
  float lanes[VLEN], result;

  vec_store (lanes, v);
  result = lanes[0];
  for (guint i = 1; i < VLEN; i++)
    result = is_max ? MAX (result, lanes[i]) : result + lanes[i];
  return result;
}

static void
softmax_row (const float *in, float *out, gsize n)
{
  Vec largest = vec_load (in), sums = vec_set (0);
  gsize whole = n / VLEN * VLEN;
  float top, sum;

  for (gsize i = VLEN; i < whole; i += VLEN)
    largest = vec_max (largest, vec_load (in + i));
  top = reduce_vec (largest, TRUE);
  for (gsize i = whole; i < n; i++)
    top = MAX (top, in[i]);
  for (gsize i = 0; i < whole; i += VLEN) {
    Vec e = vec_exp (vec_load (in + i) - top);

    vec_store (out + i, e);
    sums = sums + e;
  }
  sum = reduce_vec (sums, FALSE);
  for (gsize i = whole; i < n; i++) {
    out[i] = expf (in[i] - top);
    sum += out[i];
  }
  for (gsize i = 0; i < whole; i += VLEN)
    vec_store (out + i, vec_load (out + i) * (1 / sum));
  for (gsize i = whole; i < n; i++)
    out[i] *= 1 / sum;
}

/* VLEN columns beside each other, or the last few. */
static void
softmax_columns (const Softmax *s, const float *in, float *out, guint width)
{
  Vec largest = vec_set (-INFINITY), sum = vec_set (0);

  for (gsize i = 0; i < s->n; i++)
    largest = vec_max (largest, width == VLEN ? vec_load (in + i * s->inner)
                                              : vec_load_part (in + i * s->inner, width));
  for (gsize i = 0; i < s->n; i++) {
    Vec x = width == VLEN ? vec_load (in + i * s->inner)
                          : vec_load_part (in + i * s->inner, width);
    Vec e = vec_exp (x - largest);

    sum = sum + e;
    vec_store_part (out + i * s->inner, e, width);
  }
  sum = 1 / sum;
  for (gsize i = 0; i < s->n; i++) {
    Vec e = width == VLEN ? vec_load (out + i * s->inner)
                          : vec_load_part (out + i * s->inner, width);
    vec_store_part (out + i * s->inner, e * sum, width);
  }
}

static void
rows_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Softmax *s = job->state;
  gsize end = MIN (((gsize) index + 1) * job->chunk, s->outer);

  (void) thread;
  for (gsize i = (gsize) index * job->chunk; i < end; i++) {
    if (s->n < VLEN)
      softmax_short (job->source + i * s->n, job->target + i * s->n, s->n);
    else
      softmax_row (job->source + i * s->n, job->target + i * s->n, s->n);
  }
}

static void
columns_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Softmax *s = job->state;
  gsize strips = (s->inner + VLEN - 1) / VLEN;
  gsize at = index / strips * s->n * s->inner, column = index % strips * VLEN;

  (void) thread;
  softmax_columns (s, job->source + at + column, job->target + at + column,
                   (guint) MIN (VLEN, s->inner - column));
}

static gboolean
softmax_run (const WeirRun *run, GError **error)
{
  const Softmax *s = run->step->state;
  Job job = { .state = s,
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0),
              .chunk = MAX (2048 / s->n, 1) };

  (void) error;
  if (s->inner == 1)
    weir_threads_run (run->threads, (guint) ((s->outer + job.chunk - 1) / job.chunk),
                      rows_task, &job);
  else
    weir_threads_run (run->threads, (guint) (s->outer * ((s->inner + VLEN - 1) / VLEN)),
                      columns_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (softmax) = {
  .name = "softmax-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Softmax",
  .accepts = softmax_accepts,
  .cost = softmax_cost,
  .prepare = softmax_prepare,
  .release = g_free,
  .run = softmax_run,
};
