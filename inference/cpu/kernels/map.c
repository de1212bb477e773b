#include "map.h"

#include "cost.h"
#include "vec-math.h"

/* Functions of one operand, element by element, in any layout. */

#define MAP(name, expression)                                                            \
  static void map_##name (const float *in, float *out, gsize n, float alpha, float beta) \
  {                                                                                      \
    const Vec a = vec_set (alpha), b = vec_set (beta);                                   \
    gsize i = 0;                                                                         \
                                                                                         \
    (void) a;                                                                            \
    (void) b;                                                                            \
    for (; i + VLEN <= n; i += VLEN) {                                                   \
      const Vec x = vec_load (in + i);                                                   \
      vec_store (out + i, expression);                                                   \
    }                                                                                    \
    if (i < n) {                                                                         \
      const Vec x = vec_load_part (in + i, (guint) (n - i));                             \
      vec_store_part (out + i, expression, (guint) (n - i));                             \
    }                                                                                    \
  }

MAP (relu, vec_max (vec_set (0), x))
MAP (leaky, vec_select (x < 0, a *x, x))
MAP (clamp, vec_clamp (x, a, b))
MAP (sigmoid, vec_sigmoid (x))
MAP (tanh, vec_tanh (x))
MAP (swish, x *vec_sigmoid (a *x))
MAP (hswish, x *vec_clamp (x + 3, vec_set (0), vec_set (6)) * (1.0f / 6))
MAP (hsigmoid, vec_clamp (a *x + b, vec_set (0), vec_set (1)))
MAP (elu, vec_select (x < 0, a *(vec_exp (x) - 1), x))
MAP (gelu, 0.5f * x * (1 + vec_erf (x * 0.70710678f)))
MAP (mish, vec_mish (x))
MAP (abs, vec_abs (x))
MAP (negative, -x)
MAP (exp, vec_exp (x))
MAP (square, x *x)

static const MapFunction activations[] = {
  [WEIR_ACT_RELU] = map_relu,     [WEIR_ACT_LEAKY] = map_leaky,
  [WEIR_ACT_CLAMP] = map_clamp,   [WEIR_ACT_SIGMOID] = map_sigmoid,
  [WEIR_ACT_TANH] = map_tanh,     [WEIR_ACT_SWISH] = map_swish,
  [WEIR_ACT_HSWISH] = map_hswish, [WEIR_ACT_HSIGMOID] = map_hsigmoid,
  [WEIR_ACT_ELU] = map_elu,       [WEIR_ACT_GELU] = map_gelu,
  [WEIR_ACT_MISH] = map_mish,
};

MapFunction
map_find (WeirActivationKind kind)
{
  return kind < G_N_ELEMENTS (activations) ? activations[kind] : NULL;
}

void
map_run (const WeirActivation *act, float *data, gsize n)
{
  if (act->kind != WEIR_ACT_NONE)
    map_find (act->kind) (data, data, n, act->alpha, act->beta);
}

/* Where the two numbers of a function come from. */
typedef enum {
  NO_NUMBERS,
  MIN_AND_MAX, /* attributes */
  ALPHA,       /* attribute */
  ONE_INPUT,   /* a constant scalar, 1 where there is none */
  TWO_INPUTS,
  SIXTH, /* 1/6 and 1/2 */
  TWO,   /* none, where the input beside the operand is 2 */
} Numbers;

static const struct {
  const char *op;
  MapFunction function;
  Numbers numbers;
} rows[] = {
  { "Relu", map_relu, NO_NUMBERS },
  { "PRelu", map_leaky, ONE_INPUT },
  { "Clamp", map_clamp, MIN_AND_MAX },
  { "Sigmoid", map_sigmoid, NO_NUMBERS },
  { "Tanh", map_tanh, NO_NUMBERS },
  { "Swish", map_swish, ONE_INPUT },
  { "HSwish", map_hswish, NO_NUMBERS },
  { "HSigmoid", map_hsigmoid, SIXTH },
  { "HardSigmoid", map_hsigmoid, TWO_INPUTS },
  { "Elu", map_elu, ALPHA },
  { "Mish", map_mish, NO_NUMBERS },
  { "Abs", map_abs, NO_NUMBERS },
  { "Negative", map_negative, NO_NUMBERS },
  { "Exp", map_exp, NO_NUMBERS },
  { "Power", map_square, TWO },
};

typedef struct {
  MapFunction function;
  float alpha, beta;
} Map;

static gboolean
read_scalar (const WeirPlan *plan, const WeirGroup *group, guint i, float *number)
{
  const WeirTensor *constant;

  if (i >= group->n_inputs)
    return i == 1;
  constant = weir_group_input (plan, group, i)->constant;
  if (constant == NULL || weir_tensor_count (constant) != 1)
    return FALSE;
  *number = (float) weir_tensor_get (constant, 0);
  return TRUE;
}

static gboolean
read_numbers (const WeirPlan *plan, const WeirGroup *group, Numbers numbers, Map *map)
{
  switch (numbers) {
  case NO_NUMBERS:
    return TRUE;
  case MIN_AND_MAX:
    map->alpha = (float) weir_node_float (group->node, "min");
    map->beta = (float) weir_node_float (group->node, "max");
    return TRUE;
  case ALPHA:
    map->alpha = (float) weir_node_float (group->node, "alpha");
    return TRUE;
  case SIXTH:
    map->alpha = 1.0f / 6;
    map->beta = 0.5f;
    return TRUE;
  case TWO:
    return read_scalar (plan, group, 1, &map->alpha) && map->alpha == 2 &&
           weir_shape_equal (&weir_group_input (plan, group, 0)->shape,
                             &weir_group_output (plan, group, 0)->shape);
  case ONE_INPUT:
    map->alpha = 1;
    return read_scalar (plan, group, 1, &map->alpha);
  case TWO_INPUTS:
    return group->n_inputs == 3 && read_scalar (plan, group, 1, &map->alpha) &&
           read_scalar (plan, group, 2, &map->beta);
  }
  return FALSE;
}

static gboolean
find_map (const WeirPlan *plan, const WeirGroup *group, Map *map)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (weir_node_is (group->node, rows[i].op)) {
      *map = (Map){ .function = rows[i].function };
      return read_numbers (plan, group, rows[i].numbers, map);
    }
  return FALSE;
}

static gboolean
map_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  Map map;

  return group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE &&
         group->n_inputs > 0 &&
         weir_group_input (plan, group, 0)->dtype == WEIR_DTYPE_F32 &&
         weir_shape_is_static (&weir_group_output (plan, group, 0)->shape) &&
         find_map (plan, group, &map);
}

static void
map_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
            WeirDemand *outputs)
{
  (void) plan;
  (void) group;
  inputs[0].block = outputs[0].block = WEIR_BLOCK_ANY;
}

static double
map_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * 8 / COST_BYTES + (double) n / VLEN * COST_VECTOR * 8;
}

static void *
map_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Map *map = g_new0 (Map, 1);

  (void) error;
  find_map (plan, group, map);
  return map;
}

typedef struct {
  const Map *map;
  const WeirValue *from, *to;
  const float *source;
  float *target;
  gsize count;
  guint blocks;
} Job;

#define CHUNK 8192

static void
chunk_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize start = (gsize) index * CHUNK;

  (void) thread;
  job->map->function (job->source + start, job->target + start,
                      MIN (CHUNK, job->count - start), job->map->alpha, job->map->beta);
}

static void
plane_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const WeirValue *from = job->from, *to = job->to;
  gsize image = index / job->blocks, block = index % job->blocks;
  const float *s = job->source + image * from->batch + block * from->plane;
  float *t = job->target + image * to->batch + block * to->plane;
  gsize n = (gsize) to->shape.dims[3] * to->layout.block;

  (void) thread;
  for (gint64 y = 0; y < to->shape.dims[2]; y++, s += from->row, t += to->row)
    job->map->function (s, t, n, job->map->alpha, job->map->beta);
}

static gboolean
run_map (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  Job job = { .map = run->step->state,
              .from = weir_group_input (run->plan, group, 0),
              .to = weir_group_output (run->plan, group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };

  (void) error;
  if (job.to->layout.block == 0) {
    job.count = weir_shape_elements (&job.to->shape);
    weir_threads_run (run->threads, (guint) ((job.count + CHUNK - 1) / CHUNK), chunk_task,
                      &job);
    return TRUE;
  }
  job.blocks =
      ((guint) job.to->shape.dims[1] + job.to->layout.block - 1) / job.to->layout.block;
  weir_threads_run (run->threads, job.blocks * (guint) job.to->shape.dims[0], plane_task,
                    &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (map) = {
  .name = "map-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = map_accepts,
  .demand = map_demand,
  .cost = map_cost,
  .prepare = map_prepare,
  .release = g_free,
  .run = run_map,
};
