#include "base/error.h"
#include "binary.h"
#include "cost.h"
#include "map.h"

/* Two operands with a blocked result: both whole, or one of them a number, or one number
 * a channel. */

typedef enum { WHOLE, SCALAR, BY_CHANNEL, OTHER } Kind;

typedef struct {
  const BinaryRow *row;
  Kind kinds[2];
  float *packed[2]; /* of constants: one vector a channel block */
} Binary;

/* What dimension @i of @shape is, seen from the right as broadcasting does. */
static gint64
dim_of (const WeirShape *shape, int i)
{
  int at = i - (4 - shape->rank);

  return at < 0 ? 1 : shape->dims[at];
}

static Kind
kind_of (const WeirValue *value, const WeirValue *out)
{
  const WeirShape *s = &value->shape;
  gboolean constant = value->constant != NULL;

  if (value->dtype != WEIR_DTYPE_F32 || s->rank > 4 || !weir_shape_is_static (s))
    return OTHER;
  if (!constant && weir_shape_equal (s, &out->shape))
    return WHOLE;
  if (constant && weir_shape_elements (s) == 1)
    return SCALAR;
  if (dim_of (s, 1) != out->shape.dims[1] || dim_of (s, 2) != 1 || dim_of (s, 3) != 1)
    return OTHER;
  if (constant)
    return dim_of (s, 0) == 1 ? BY_CHANNEL : OTHER;
  return s->rank == 4 && (s->dims[0] == 1 || s->dims[0] == out->shape.dims[0])
             ? BY_CHANNEL
             : OTHER;
}

static gboolean
is_clamp (const WeirActivation *act)
{
  return act->kind == WEIR_ACT_NONE ||
         (map_find (act->kind) != NULL && act->slopes == NULL);
}

static gboolean
binary_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *out = weir_group_output (plan, group, 0);
  Kind a, b;

  if (binary_find (group->node) == NULL || group->bias != NULL || group->residual >= 0 ||
      group->before.kind != WEIR_ACT_NONE || !is_clamp (&group->after) ||
      group->after.offset != 0 || group->n_inputs != 2 || out->shape.rank != 4 ||
      out->dtype != WEIR_DTYPE_F32 || !weir_shape_is_static (&out->shape))
    return FALSE;
  a = kind_of (weir_group_input (plan, group, 0), out);
  b = kind_of (weir_group_input (plan, group, 1), out);
  if (a == OTHER || b == OTHER || (a != WHOLE && b != WHOLE))
    return FALSE;
  /* Lanes beyond the channels would be 0 / 0. */
  return !weir_node_is (group->node, "Divide") || b == SCALAR ||
         weir_group_input (plan, group, 1)->constant != NULL ||
         out->shape.dims[1] % VLEN == 0;
}

static void
binary_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  (void) plan;
  (void) group;
  inputs[0].block = inputs[1].block = outputs[0].block = VLEN;
}

static double
binary_cost (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirShape *s = &weir_group_output (plan, group, 0)->shape;

  return COST_CALL + (double) weir_shape_elements (s) * 12 / COST_BYTES;
}

static float *
pack (const WeirTensor *constant, gsize channels, GError **error)
{
  gsize padded = (channels + VLEN - 1) / VLEN * VLEN;
  float *packed = weir_try_alloc (padded * sizeof (float), error);

  for (gsize i = 0; packed != NULL && i < padded; i++)
    packed[i] = i >= channels ? 1
                              : (float) weir_tensor_get (
                                    constant, weir_tensor_count (constant) == 1 ? 0 : i);
  return packed;
}

static void
binary_release (void *data)
{
  Binary *b = data;

  weir_free (b->packed[0]);
  weir_free (b->packed[1]);
  g_free (b);
}

static void *
binary_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirValue *out = weir_group_output (plan, group, 0);
  Binary *b = g_new0 (Binary, 1);

  b->row = binary_find (group->node);
  for (guint i = 0; i < 2; i++) {
    const WeirValue *value = weir_group_input (plan, group, i);

    b->kinds[i] = kind_of (value, out);
    if (b->kinds[i] == WHOLE || value->constant == NULL)
      continue;
    b->packed[i] = pack (value->constant, (gsize) out->shape.dims[1], error);
    if (b->packed[i] == NULL) {
      binary_release (b);
      return NULL;
    }
  }
  return b;
}

typedef struct {
  const Binary *state;
  const WeirValue *in[2], *out;
  const float *source[2];
  float *target;
  const WeirActivation *after;
  guint blocks;
} Job;

static const float *
plane_of (const Job *job, guint i, gsize image, gsize block)
{
  const WeirValue *value = job->in[i];

  if (job->state->packed[i] != NULL)
    return job->state->packed[i] + block * VLEN;
  if (value->shape.dims[0] == 1)
    image = 0;
  return job->source[i] + image * value->batch + block * value->plane;
}

static void
binary_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const BinaryRow *row = job->state->row;
  gsize image = index / job->blocks, block = index % job->blocks;
  const float *a = plane_of (job, 0, image, block), *b = plane_of (job, 1, image, block);
  float *out = job->target + image * job->out->batch + block * job->out->plane;
  gsize n = (gsize) job->out->shape.dims[3] * VLEN;
  gboolean both = job->state->kinds[0] == WHOLE && job->state->kinds[1] == WHOLE;

  (void) thread;
  for (gint64 y = 0; y < job->out->shape.dims[2]; y++, out += job->out->row) {
    if (both)
      row->plain (a, 1, b, 1, out, n);
    else if (job->state->kinds[0] == WHOLE)
      row->lanes (a, b, out, n);
    else
      row->reversed (b, a, out, n);
    map_run (job->after, out, n);
    if (job->state->kinds[0] == WHOLE)
      a += job->in[0]->row;
    if (job->state->kinds[1] == WHOLE)
      b += job->in[1]->row;
  }
}

static gboolean
binary_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  Job job = { .state = run->step->state,
              .in = { weir_group_input (run->plan, group, 0),
                      weir_group_input (run->plan, group, 1) },
              .out = weir_group_output (run->plan, group, 0),
              .source = { weir_run_input (run, 0), weir_run_input (run, 1) },
              .target = weir_run_output (run, 0),
              .after = &group->after };

  (void) error;
  job.blocks = ((guint) job.out->shape.dims[1] + VLEN - 1) / VLEN;
  weir_threads_run (run->threads, job.blocks * (guint) job.out->shape.dims[0],
                    binary_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (binary_blocked) = {
  .name = "binary-blocked-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = binary_accepts,
  .demand = binary_demand,
  .cost = binary_cost,
  .prepare = binary_prepare,
  .release = binary_release,
  .run = binary_run,
};
