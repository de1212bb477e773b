#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "ir/evaluate.h"
#include "map.h"
#include "runtime/rounding.h"
#include "vec-levels.h"

/* Functions of one operand that has at most 256 different elements, and what follows
 * them: a table, computed by the reference evaluators once and for all. */

#define TABLE      256
#define MAX_INPUTS 5

typedef struct {
  guint8 bytes[TABLE];
  float floats[TABLE];
} ByteMap;

static gboolean
is_function (const WeirNode *node)
{
  static const char *const ops[] = { "FakeQuantize", "Relu",     "Clamp",  "Sigmoid",
                                     "Tanh",         "Swish",    "HSwish", "HSigmoid",
                                     "HardSigmoid",  "Elu",      "Gelu",   "Mish",
                                     "Abs",          "Negative", "Exp",    "Multiply",
                                     "Add",          "Subtract", "Divide", NULL };

  return g_strv_contains (ops, node->op->name);
}

/* The input that is no number; both operands of an operation of two may be. */
static guint
operand (const WeirPlan *plan, const WeirGroup *group)
{
  return group->n_inputs == 2 && weir_group_input (plan, group, 0)->constant != NULL;
}

static gboolean
others_are_numbers (const WeirPlan *plan, const WeirGroup *group)
{
  for (guint i = 0; i < group->n_inputs; i++) {
    const WeirTensor *number = weir_group_input (plan, group, i)->constant;

    if (i != operand (plan, group) && (number == NULL || weir_tensor_count (number) != 1))
      return FALSE;
  }
  return group->n_inputs <= MAX_INPUTS;
}

static gboolean
byte_map_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x, *y = weir_group_output (plan, group, 0);
  WeirRounding rounding;

  if (group->n_inputs == 0 || !is_function (group->node) || group->scale != NULL ||
      group->bias != NULL || group->residual >= 0 || group->inner != NULL ||
      group->before.kind != WEIR_ACT_NONE || group->after.slopes != NULL ||
      group->after.offset != 0 ||
      (group->after.kind != WEIR_ACT_NONE && map_find (group->after.kind) == NULL))
    return FALSE;
  x = weir_group_input (plan, group, operand (plan, group));
  return x->levels.step > 0 && weir_shape_equal (&x->shape, &y->shape) &&
         others_are_numbers (plan, group) &&
         (group->last == NULL ||
          weir_rounding_read (plan->graph, group->last, &rounding));
}

static void
byte_map_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                 WeirDemand *outputs)
{
  guint i = operand (plan, group);

  inputs[i].block = outputs[0].block = WEIR_BLOCK_ANY;
  inputs[i].bytes = TRUE;
  outputs[0].bytes = weir_group_output (plan, group, 0)->levels.step > 0;
}

static double
byte_map_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * COST_VECTOR;
}

/* @node of @x (taken) as input @at, all others being constants. (nullable) */
static WeirTensor *
evaluate (const WeirPlan *plan, const WeirNode *node, WeirTensor *x, guint at,
          GError **error)
{
  WeirTensor *inputs[MAX_INPUTS] = { NULL }, *y = NULL;

  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = i == at ? x : weir_graph_info (plan->graph, node->inputs[i])->value;
  if (!weir_node_evaluate (node, inputs, &y, NULL, error))
    y = NULL;
  weir_tensor_unref (x);
  return y;
}

static WeirTensor *
all_elements (const WeirLevels *levels, GError **error)
{
  WeirTensor *x = weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (TABLE), error);
  float *numbers = x != NULL ? weir_tensor_writable (x) : NULL;

  for (gint32 i = 0; x != NULL && i < TABLE; i++)
    numbers[i] = (float) (i - levels->zero) * levels->step;
  return x;
}

/* What each byte comes to. (nullable) */
static WeirTensor *
all_results (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  guint at = operand (plan, group);
  WeirTensor *x = all_elements (&weir_group_input (plan, group, at)->levels, error);

  if (x != NULL)
    x = evaluate (plan, group->node, x, at, error);
  if (x != NULL)
    map_run (&group->after, weir_tensor_writable (x), TABLE);
  if (x != NULL && group->last != NULL)
    x = evaluate (plan, group->last, x, 0, error);
  return x;
}

static void *
byte_map_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirLevels *levels = &weir_group_output (plan, group, 0)->levels;
  g_autoptr (WeirTensor) results = all_results (plan, group, error);
  const float *numbers;
  ByteMap *map;

  if (results == NULL)
    return NULL;
  map = g_new0 (ByteMap, 1);
  numbers = weir_tensor_data (results);
  for (guint i = 0; i < TABLE; i++) {
    map->floats[i] = numbers[i];
    if (levels->step > 0)
      map->bytes[i] = weir_levels_byte (levels, numbers[i]);
  }
  return map;
}

typedef struct {
  const ByteMap *map;
  const WeirValue *from, *to;
  const guint8 *source;
  guint8 *target;
  gsize all;
  guint planes;
} Job;

#define CHUNK 8192

static void
map_run_of (const Job *job, gsize from, gsize to, gsize n)
{
  const guint8 *in = job->source + from;

  if (!job->to->layout.bytes) {
    for (gsize i = 0; i < n; i++)
      ((float *) job->target)[to + i] = job->map->floats[in[i]];
    return;
  }
  for (gsize i = 0; i < n; i += 256) {
    guint8 bytes[256 + 64];
    gsize count = MIN (n - i, 256);

    memcpy (bytes, in + i, count);
    memset (bytes + count, 0, 64);
    bytes_translate (job->map->bytes, bytes, count);
    memcpy (job->target + to + i, bytes, count);
  }
}

static void
chunk_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize start = (gsize) index * CHUNK;

  (void) thread;
  map_run_of (job, start, start, MIN (CHUNK, job->all - start));
}

static void
plane_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const WeirValue *from = job->from, *to = job->to;
  gsize s = index / job->planes * from->batch + index % job->planes * from->plane;
  gsize t = index / job->planes * to->batch + index % job->planes * to->plane;

  (void) thread;
  for (gint64 y = 0; y < to->shape.dims[2]; y++, s += from->row, t += to->row)
    map_run_of (job, s, t, (gsize) to->shape.dims[3] * to->layout.block);
}

static gboolean
byte_map_run (const WeirRun *run, GError **error)
{
  guint at = operand (run->plan, &run->step->group);
  Job job = { .map = run->step->state,
              .from = weir_group_input (run->plan, &run->step->group, at),
              .to = weir_group_output (run->plan, &run->step->group, 0),
              .source = weir_run_input (run, at),
              .target = weir_run_output (run, 0) };
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

WEIR_KERNEL_DEFINE (bytes_map) = {
  .name = "bytes-map-" WEIR_ISA_STRING (WEIR_ISA),
  .rounds = TRUE,
  .accepts = byte_map_accepts,
  .demand = byte_map_demand,
  .cost = byte_map_cost,
  .prepare = byte_map_prepare,
  .release = g_free,
  .run = byte_map_run,
};
