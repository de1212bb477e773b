#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "vec-levels.h"

/* FakeQuantize of floats, with one range for all or one a channel, to floats or, where
 * the output is kept so, to bytes. What it computes is what the specification says, step
 * by step, so that halves round alike everywhere. */

/* Beyond this no float is told from its neighbour. */
#define MAX_LEVELS 65536
#define MAX_RANK   8

enum { LOW, HIGH, FACTOR, SHIFT, STEP, OUT_LOW, OUT_HIGH, N_NUMBERS };

/**
 * Quantize:
 * @numbers: one a channel, padded to whole vectors
 * @inner: elements of a channel that lie together in a plain value
 * @row: bytes of a row of one block
 */
typedef struct {
  float *numbers[N_NUMBERS];
  gsize channels, inner, row;
  float top;
} Quantize;

/* Along which dimension a range varies: of @axis, -1 as long as none is known. */
static gboolean
range_axis (const WeirTensor *range, const WeirShape *shape, int *axis)
{
  const WeirShape *own = weir_tensor_shape (range);

  if (weir_tensor_dtype (range) != WEIR_DTYPE_F32 || own->rank > shape->rank)
    return FALSE;
  for (int i = 0; i < own->rank; i++) {
    int at = i + shape->rank - own->rank;

    if (own->dims[i] == 1)
      continue;
    if (own->dims[i] != shape->dims[at] || (*axis >= 0 && *axis != at))
      return FALSE;
    *axis = at;
  }
  return TRUE;
}

static float
range_at (const WeirTensor *range, gsize channel)
{
  const float *numbers = weir_tensor_data (range);

  return numbers[weir_tensor_count (range) == 1 ? 0 : channel];
}

static const WeirTensor *
range_of (const WeirPlan *plan, const WeirGroup *group, guint i)
{
  return weir_group_input (plan, group, i + 1)->constant;
}

static gboolean
find_axis (const WeirPlan *plan, const WeirGroup *group, int *axis)
{
  const WeirValue *x = weir_group_input (plan, group, 0);
  gsize channels;

  *axis = -1;
  for (guint i = 0; i < 4; i++)
    if (range_of (plan, group, i) == NULL ||
        !range_axis (range_of (plan, group, i), &x->shape, axis))
      return FALSE;
  channels = *axis < 0 ? 1 : (gsize) x->shape.dims[*axis];
  for (gsize i = 0; i < channels; i++)
    if (!(range_at (range_of (plan, group, 0), i) <
          range_at (range_of (plan, group, 1), i)))
      return FALSE;
  return TRUE;
}

static gboolean
quantize_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *x = weir_group_input (plan, group, 0);
  const WeirValue *y = weir_group_output (plan, group, 0);
  int axis;

  return x->dtype == WEIR_DTYPE_F32 && group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE &&
         weir_shape_is_static (&x->shape) && x->shape.rank <= MAX_RANK &&
         weir_shape_equal (&x->shape, &y->shape) &&
         weir_node_int (group->node, "levels") <= MAX_LEVELS &&
         find_axis (plan, group, &axis) && (axis < 0 || y->levels.step == 0);
}

/* Bytes of rank 4 are wanted in blocks, small ones by first layers. */
static void
quantize_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                 WeirDemand *outputs)
{
  const WeirValue *x = weir_group_input (plan, group, 0);
  int axis;

  outputs[0].bytes = weir_group_output (plan, group, 0)->levels.step > 0;
  if (outputs[0].bytes && x->shape.rank == 4) {
    outputs[0].block = x->shape.dims[1] <= 4 ? 4 : VLEN;
    inputs[0].block = x->layout.block == outputs[0].block ? x->layout.block : 0;
    return;
  }
  find_axis (plan, group, &axis);
  if (axis <= 1 && x->shape.rank == 4 && axis != 0 && x->layout.block == VLEN)
    inputs[0].block = outputs[0].block = VLEN;
}

static double
quantize_cost (const WeirPlan *plan, const WeirGroup *group)
{
  gsize n = weir_shape_elements (&weir_group_output (plan, group, 0)->shape);

  return COST_CALL + (double) n * 8 / COST_BYTES + (double) n / VLEN * COST_VECTOR * 8;
}

static void
quantize_release (void *state)
{
  Quantize *q = state;

  if (q == NULL)
    return;
  weir_free (q->numbers[0]);
  g_free (q);
}

static void
set_numbers (Quantize *q, gsize channel, const float *ends)
{
  float factor = q->top / (ends[1] - ends[0]);
  const float numbers[N_NUMBERS] = { [LOW] = ends[0],
                                     [HIGH] = ends[1],
                                     [FACTOR] = factor,
                                     [SHIFT] = ends[0] * factor,
                                     [STEP] = (ends[3] - ends[2]) / q->top,
                                     [OUT_LOW] = ends[2],
                                     [OUT_HIGH] = ends[3] };

  for (guint k = 0; k < N_NUMBERS; k++)
    q->numbers[k][channel] = numbers[k];
}

static void *
quantize_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirShape *shape = &weir_group_input (plan, group, 0)->shape;
  Quantize *q = g_new0 (Quantize, 1);
  gsize padded;
  int axis;

  find_axis (plan, group, &axis);
  q->channels = axis < 0 ? 1 : (gsize) shape->dims[axis];
  q->inner = 1;
  for (int i = axis + 1; i < shape->rank; i++)
    q->inner *= (gsize) shape->dims[i];
  q->top = (float) (weir_node_int (group->node, "levels") - 1);
  padded = (q->channels + VLEN - 1) / VLEN * VLEN;
  q->numbers[0] = weir_try_alloc (padded * N_NUMBERS * sizeof (float), error);
  if (q->numbers[0] == NULL) {
    quantize_release (q);
    return NULL;
  }
  for (guint k = 1; k < N_NUMBERS; k++)
    q->numbers[k] = q->numbers[0] + k * padded;
  for (gsize i = 0; i < q->channels; i++) {
    float ends[4];

    for (guint k = 0; k < 4; k++)
      ends[k] = range_at (range_of (plan, group, k), i);
    set_numbers (q, i, ends);
  }
  if (shape->rank == 4)
    q->row = (gsize) shape->dims[3] * MAX (VLEN, 4);
  return q;
}

static gsize
quantize_scratch (const void *state)
{
  const Quantize *q = state;

  return q->row;
}

typedef struct {
  const Quantize *q;
  const WeirRun *run;
  const WeirValue *from, *to;
  const float *source;
  guint8 *target; /* of bytes or floats, as the output says */
  guint block;    /* of the output */
  guint planes;
  gsize all;
} Job;

typedef struct {
  Vec of[N_NUMBERS];
  Vec top;
} Numbers;

/* Of one channel, or of those from @channel on, one a lane. */
static Numbers
load_numbers (const Quantize *q, gsize channel, gboolean lanes)
{
  Numbers n = { .top = vec_set (q->top) };

  for (guint k = 0; k < N_NUMBERS; k++)
    n.of[k] =
        lanes ? vec_load (q->numbers[k] + channel) : vec_set (q->numbers[k][channel]);
  return n;
}

/* The number of a level, before it is rounded. */
ALWAYS_INLINE Vec
level_of (const Numbers *n, Vec x)
{
  return vec_alone (x * n->of[FACTOR]) - n->of[SHIFT];
}

ALWAYS_INLINE Vec
number_of (const Numbers *n, Vec x)
{
  Vec y = vec_alone (vec_round (level_of (n, x)) * n->of[STEP]) + n->of[OUT_LOW];

  y = vec_select (x > n->of[HIGH], n->of[OUT_HIGH], y);
  return vec_select (x <= n->of[LOW], n->of[OUT_LOW], y);
}

static void
span_floats (const Numbers *n, const float *in, float *out, gsize count)
{
  gsize i = 0;

  for (; i + VLEN <= count; i += VLEN)
    vec_store (out + i, number_of (n, vec_load (in + i)));
  if (i < count)
    vec_store_part (out + i, number_of (n, vec_load_part (in + i, (guint) (count - i))),
                    (guint) (count - i));
}

ALWAYS_INLINE Vec
byte_of (const Numbers *n, Vec x)
{
  return vec_clamp (level_of (n, x), vec_set (0), n->top);
}

static void
span_bytes (const Numbers *n, const float *in, guint8 *out, gsize count)
{
  gsize i = 0;
  guint8 rest[VLEN];

  for (; i + VLEN <= count; i += VLEN)
    vec_store_bytes (out + i, byte_of (n, vec_load (in + i)));
  if (i == count)
    return;
  vec_store_bytes (rest, byte_of (n, vec_load_part (in + i, (guint) (count - i))));
  memcpy (out + i, rest, count - i);
}

static void
span (const Job *job, const Numbers *n, gsize from, gsize to, gsize count)
{
  if (job->to->layout.bytes)
    span_bytes (n, job->source + from, job->target + to, count);
  else
    span_floats (n, job->source + from, (float *) job->target + to, count);
}

#define CHUNK 8192

/* Plain to plain: CHUNK elements, or what there is of one channel. */
static void
plain_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Quantize *q = job->q;
  gsize i = (gsize) index * CHUNK, end = MIN (i + CHUNK, job->all);

  (void) thread;
  while (i < end) {
    gsize row = i / q->inner, count = MIN ((row + 1) * q->inner, end) - i;
    Numbers n = load_numbers (q, row % q->channels, FALSE);

    span (job, &n, i, i, count);
    i += count;
  }
}

/* Plain floats to blocked bytes: each channel by itself, then pixel by pixel. */
static void
gather_row (const Job *job, const Numbers *n, gsize s, gsize t, guint channels,
            guint8 *lanes)
{
  gsize width = (gsize) job->to->shape.dims[3];
  guint8 *out = job->target + t;

  for (guint c = 0; c < channels; c++)
    span_bytes (n, job->source + s + c * job->from->plane, lanes + c * width, width);
  memset (lanes + channels * width, 0, (job->block - channels) * width);
  if (job->block == 4) {
    for (gsize x = 0; x < width; x++) {
      out[4 * x] = lanes[x];
      out[4 * x + 1] = lanes[width + x];
      out[4 * x + 2] = lanes[2 * width + x];
      out[4 * x + 3] = lanes[3 * width + x];
    }
    return;
  }
  for (guint c = 0; c < job->block; c++)
    for (gsize x = 0; x < width; x++)
      out[x * job->block + c] = lanes[c * width + x];
}

static void
row_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const WeirValue *from = job->from, *to = job->to;
  gsize height = (gsize) to->shape.dims[2], y = index % height, rest = index / height;
  gsize image = rest / job->planes, block = rest % job->planes;
  gsize t = image * to->batch + block * to->plane + y * to->row;
  gsize s = image * from->batch + y * from->row;
  gboolean lanes = job->q->channels > 1;
  Numbers n = load_numbers (job->q, lanes ? block * job->block : 0, lanes);

  if (from->layout.block > 0) {
    span (job, &n, s + block * from->plane, t, (gsize) to->shape.dims[3] * job->block);
    return;
  }
  gather_row (job, &n, s + block * job->block * from->plane, t,
              MIN (job->block, (guint) to->shape.dims[1] - (guint) block * job->block),
              weir_run_scratch (job->run, thread));
}

static gboolean
quantize_run (const WeirRun *run, GError **error)
{
  Job job = { .q = run->step->state,
              .run = run,
              .from = weir_group_input (run->plan, &run->step->group, 0),
              .to = weir_group_output (run->plan, &run->step->group, 0),
              .source = weir_run_input (run, 0),
              .target = weir_run_output (run, 0) };

  (void) error;
  job.block = job.to->layout.block;
  if (job.block == 0) {
    job.all = weir_shape_elements (&job.to->shape);
    weir_threads_run (run->threads, (guint) ((job.all + CHUNK - 1) / CHUNK), plain_task,
                      &job);
    return TRUE;
  }
  job.planes = ((guint) job.to->shape.dims[1] + job.block - 1) / job.block;
  weir_threads_run (run->threads,
                    job.planes * (guint) (job.to->shape.dims[0] * job.to->shape.dims[2]),
                    row_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (quantize) = {
  .name = "quantize-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "FakeQuantize",
  .accepts = quantize_accepts,
  .demand = quantize_demand,
  .cost = quantize_cost,
  .prepare = quantize_prepare,
  .release = quantize_release,
  .scratch = quantize_scratch,
  .run = quantize_run,
};
