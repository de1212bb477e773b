#include "binary.h"
#include "cost.h"
#include "map.h"

/* Two plain operands with NumPy's broadcasting: dimensions that both operands walk alike
 * are joined, the last of what is left is one call of the row function. */

typedef struct {
  const BinaryRow *row;
  guint rank;
  gsize dims[WEIR_MAX_RANK];
  gsize steps[2][WEIR_MAX_RANK];
  gsize rows; /* product of all dimensions but the last */
} Binary;

static gboolean
plain_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *out = weir_group_output (plan, group, 0);

  if (binary_find (group->node) == NULL || group->bias != NULL || group->residual >= 0 ||
      group->before.kind != WEIR_ACT_NONE || group->n_inputs != 2 ||
      group->after.offset != 0 || out->dtype != WEIR_DTYPE_F32 ||
      !weir_shape_is_static (&out->shape) ||
      weir_node_string_is (group->node, "auto_broadcast", "pdpd"))
    return FALSE;
  for (guint i = 0; i < 2; i++)
    if (weir_group_input (plan, group, i)->dtype != WEIR_DTYPE_F32 ||
        !weir_shape_is_static (&weir_group_input (plan, group, i)->shape))
      return FALSE;
  return group->after.kind == WEIR_ACT_NONE ||
         (map_find (group->after.kind) != NULL && group->after.slopes == NULL);
}

static double
plain_cost (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirShape *s = &weir_group_output (plan, group, 0)->shape;

  return COST_CALL + (double) weir_shape_elements (s) * 12 / COST_BYTES;
}

/* Elements from one position to the next along each dimension of the result; 0 where the
 * operand is repeated. */
static void
steps_of (const WeirShape *shape, const WeirShape *out, gsize *steps)
{
  gsize strides[WEIR_MAX_RANK];

  weir_shape_strides (shape, strides);
  for (int i = 0; i < out->rank; i++) {
    int at = i - (out->rank - shape->rank);

    steps[i] = at < 0 || shape->dims[at] == 1 ? 0 : strides[at];
  }
}

static gboolean
can_join (const gsize *steps, int outer, gsize inner_step, gsize inner_dim)
{
  return steps[outer] == inner_step * inner_dim;
}

/* Dimensions of 1 go, neighbours that both operands walk in one go are joined. */
static void
collapse (Binary *b, const WeirShape *out, gsize steps[2][WEIR_MAX_RANK])
{
  gsize dims[WEIR_MAX_RANK], left[2][WEIR_MAX_RANK];
  guint n = 0;

  for (int i = out->rank - 1; i >= 0; i--) {
    gsize dim = (gsize) out->dims[i];

    if (dim == 1)
      continue;
    if (n > 0 && can_join (steps[0], i, left[0][n - 1], dims[n - 1]) &&
        can_join (steps[1], i, left[1][n - 1], dims[n - 1])) {
      dims[n - 1] *= dim;
      continue;
    }
    dims[n] = dim;
    left[0][n] = steps[0][i];
    left[1][n] = steps[1][i];
    n++;
  }
  if (n == 0) {
    dims[0] = weir_shape_elements (out);
    left[0][0] = left[1][0] = 1;
    n = 1;
  }
  b->rank = n;
  b->rows = 1;
  for (guint i = 0; i < n; i++) {
    b->dims[i] = dims[n - 1 - i];
    b->steps[0][i] = left[0][n - 1 - i];
    b->steps[1][i] = left[1][n - 1 - i];
    if (i + 1 < n)
      b->rows *= b->dims[i];
  }
}

static void *
plain_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirShape *out = &weir_group_output (plan, group, 0)->shape;
  Binary *b = g_new0 (Binary, 1);
  gsize steps[2][WEIR_MAX_RANK];

  (void) error;
  b->row = binary_find (group->node);
  steps_of (&weir_group_input (plan, group, 0)->shape, out, steps[0]);
  steps_of (&weir_group_input (plan, group, 1)->shape, out, steps[1]);
  collapse (b, out, steps);
  return b;
}

typedef struct {
  const Binary *state;
  const float *source[2];
  float *target;
  const WeirActivation *after;
  gsize chunk; /* rows a task, or elements of the only row */
} Job;

#define CHUNK 8192

static void
run_row (const Job *job, gsize index, gsize start, gsize n)
{
  const Binary *b = job->state;
  gsize at[2] = { 0, 0 }, rest = index;
  guint last = b->rank - 1;
  float *out = job->target + index * b->dims[last] + start;

  for (guint i = last; i-- > 0;) {
    gsize position = rest % b->dims[i];

    rest /= b->dims[i];
    at[0] += position * b->steps[0][i];
    at[1] += position * b->steps[1][i];
  }
  b->row->plain (job->source[0] + at[0] + start * b->steps[0][last], b->steps[0][last],
                 job->source[1] + at[1] + start * b->steps[1][last], b->steps[1][last],
                 out, n);
  map_run (job->after, out, n);
}

static void
row_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize end = MIN (((gsize) index + 1) * job->chunk, job->state->rows);

  (void) thread;
  for (gsize i = (gsize) index * job->chunk; i < end; i++)
    run_row (job, i, 0, job->state->dims[job->state->rank - 1]);
}

static void
part_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize start = (gsize) index * CHUNK;

  (void) thread;
  run_row (job, 0, start, MIN (CHUNK, job->state->dims[0] - start));
}

static gboolean
plain_run (const WeirRun *run, GError **error)
{
  const Binary *b = run->step->state;
  Job job = { .state = b,
              .source = { weir_run_input (run, 0), weir_run_input (run, 1) },
              .target = weir_run_output (run, 0),
              .after = &run->step->group.after };

  (void) error;
  if (b->rank == 1) {
    weir_threads_run (run->threads, (guint) ((b->dims[0] + CHUNK - 1) / CHUNK), part_task,
                      &job);
    return TRUE;
  }
  job.chunk = MAX (CHUNK / MAX (b->dims[b->rank - 1], 1), 1);
  weir_threads_run (run->threads, (guint) ((b->rows + job.chunk - 1) / job.chunk),
                    row_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (binary_plain) = {
  .name = "binary-plain-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = plain_accepts,
  .cost = plain_cost,
  .prepare = plain_prepare,
  .release = g_free,
  .run = plain_run,
};
