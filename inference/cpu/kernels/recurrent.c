#include "base/checked.h"
#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "vec-math.h"

#include <string.h>

/* LSTM and GRU, cells and sequences: products of packed matrices with a vector, bound by
 * how fast weights are read. A block of VLEN hidden units has the weights of all its
 * gates side by side, so that its new state follows at once from its sums.
 *
 * What the inputs add is computed for some steps at a time, so that their weights are
 * read once for all of these; what the state adds, step by step. Each sum is begun in
 * memory by the first and finished by the second. */

/* Sums of a block: f, i, c, o of an LSTM; z, r, then what the input and what the state
 * add to the new value of a GRU, since the reset gate stands between them. */
#define SUMS 4
/* Steps whose inputs are multiplied at a time, and how many of them in registers. */
#define MAX_STEPS 16
#define ROWS      4
/* Weights below which a second thread costs more than it brings. */
#define MIN_WEIGHTS_TO_SPLIT 60000

/**
 * Recurrent:
 * @gates: 4 for an LSTM, 3 for a GRU
 * @width: @hidden rounded up to whole vectors
 * @w, @r: [directions][blocks][inputs, or hidden][gates][VLEN]
 * @bias: [directions][blocks][SUMS][VLEN]
 */
typedef struct {
  guint gates;
  gboolean sequence, first_reverse;
  gsize batch, steps, directions, input, hidden;
  gsize blocks, width;
  float *w, *r, *bias;
} Recurrent;

static const struct {
  const char *op;
  guint gates, inputs, weights; /* @weights: which input W is */
  gboolean sequence;
} rows[] = {
  { "LSTMSequence", 4, 7, 4, TRUE },
  { "LSTMCell", 4, 6, 3, FALSE },
  { "GRUSequence", 3, 6, 3, TRUE },
  { "GRUCell", 3, 5, 2, FALSE },
};

static guint
find_row (const WeirGroup *group)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (rows) && !weir_node_is (group->node, rows[i].op))
    i++;
  return i;
}

static gboolean
usual_activations (const WeirNode *node, guint gates)
{
  const char *text = weir_node_string (node, "activations");
  g_autofree char *plain = g_ascii_strdown (text, -1);
  g_auto (GStrv) parts = g_strsplit (plain, " ", -1);
  g_autofree char *names = g_strjoinv ("", parts);

  return *names == '\0' ||
         g_str_equal (names, gates == 4 ? "sigmoid,tanh,tanh" : "sigmoid,tanh");
}

static gboolean
usual_attributes (const WeirNode *node, guint gates)
{
  if (weir_node_float (node, "clip") != 0 || !usual_activations (node, gates))
    return FALSE;
  if (gates == 3)
    return weir_node_bool (node, "linear_before_reset");
  return !weir_node_is (node, "LSTMCell") || node->version >= 4 ||
         !weir_node_bool (node, "input_forget");
}

/* All sequences as long as there are steps. */
static gboolean
full_lengths (const WeirValue *lengths, gint64 steps)
{
  if (lengths->constant == NULL)
    return FALSE;
  for (gsize i = 0; i < weir_tensor_count (lengths->constant); i++)
    if (weir_tensor_get_int (lengths->constant, i) != steps)
      return FALSE;
  return TRUE;
}

static gboolean
values_fit (const WeirPlan *plan, const WeirGroup *group, guint row)
{
  guint weights = rows[row].weights;

  for (guint i = 0; i < group->n_inputs; i++) {
    const WeirValue *value = weir_group_input (plan, group, i);

    if (rows[row].sequence && i + 1 == weights)
      continue;
    if (value->dtype != WEIR_DTYPE_F32 || !weir_shape_is_static (&value->shape) ||
        weir_shape_elements (&value->shape) == 0 ||
        (i >= weights && value->constant == NULL))
      return FALSE;
  }
  return !rows[row].sequence ||
         full_lengths (weir_group_input (plan, group, weights - 1),
                       weir_group_input (plan, group, 0)->shape.dims[1]);
}

static gboolean
recurrent_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  guint row = find_row (group);

  return row < G_N_ELEMENTS (rows) && group->bias == NULL && group->residual < 0 &&
         group->before.kind == WEIR_ACT_NONE && group->after.kind == WEIR_ACT_NONE &&
         group->n_inputs == rows[row].inputs &&
         usual_attributes (group->node, rows[row].gates) && values_fit (plan, group, row);
}

static void
read_sizes (const WeirPlan *plan, const WeirGroup *group, Recurrent *r)
{
  guint row = find_row (group);
  const gint64 *x = weir_group_input (plan, group, 0)->shape.dims;
  const gint64 *h = weir_group_input (plan, group, 1)->shape.dims;

  r->gates = rows[row].gates;
  r->sequence = rows[row].sequence;
  r->batch = (gsize) x[0];
  r->steps = r->sequence ? (gsize) x[1] : 1;
  r->input = (gsize) x[r->sequence ? 2 : 1];
  r->directions = r->sequence ? (gsize) h[1] : 1;
  r->hidden = (gsize) h[r->sequence ? 2 : 1];
  r->blocks = (r->hidden + VLEN - 1) / VLEN;
  r->width = r->blocks * VLEN;
  r->first_reverse =
      r->sequence && weir_node_string_is (group->node, "direction", "reverse");
}

static double
recurrent_cost (const WeirPlan *plan, const WeirGroup *group)
{
  Recurrent r = { 0 };

  read_sizes (plan, group, &r);
  return COST_CALL + (double) (r.batch * r.steps * r.directions * r.gates * r.hidden) *
                         (double) (r.input + r.hidden) * sizeof (float) / COST_STREAM;
}

static void
recurrent_release (void *state)
{
  Recurrent *r = state;

  if (r == NULL)
    return;
  weir_free (r->w);
  weir_free (r->r);
  weir_free (r->bias);
  g_free (r);
}

/* [directions][gates * hidden][n] as @to, which is zeroed. */
static void
pack_matrix (const Recurrent *r, const WeirTensor *tensor, gsize n, float *to)
{
  const float *from = weir_tensor_data (tensor);

  for (gsize d = 0; d < r->directions; d++)
    for (guint g = 0; g < r->gates; g++)
      for (gsize u = 0; u < r->hidden; u++, from += n) {
        float *lane = to + ((d * r->blocks + u / VLEN) * n * r->gates + g) * VLEN;

        for (gsize k = 0; k < n; k++)
          lane[k * r->gates * VLEN + u % VLEN] = from[k];
      }
}

/* A GRU's bias has a row for each of the four sums as well. */
static void
pack_bias (const Recurrent *r, const WeirTensor *tensor, float *to)
{
  const float *from = weir_tensor_data (tensor);

  for (gsize d = 0; d < r->directions; d++)
    for (guint g = 0; g < SUMS; g++)
      for (gsize u = 0; u < r->hidden; u++)
        to[((d * r->blocks + u / VLEN) * SUMS + g) * VLEN + u % VLEN] = *from++;
}

static float *
alloc_floats (gsize a, gsize b, gsize c, GError **error)
{
  gsize size;

  if (!weir_mul_size (a, b, &size) || !weir_mul_size (size, c, &size) ||
      !weir_mul_size (size, sizeof (float), &size)) {
    weir_fail (error, WEIR_ERROR_LIMIT, "the weights are too large");
    return NULL;
  }
  return weir_try_alloc (size, error);
}

static void *
recurrent_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  guint weights = rows[find_row (group)].weights;
  Recurrent *r = g_new0 (Recurrent, 1);
  gsize lines;

  read_sizes (plan, group, r);
  lines = r->directions * r->blocks * VLEN;
  r->w = alloc_floats (lines, r->gates, r->input, error);
  r->r = r->w != NULL ? alloc_floats (lines, r->gates, r->hidden, error) : NULL;
  r->bias = r->r != NULL ? alloc_floats (lines, SUMS, 1, error) : NULL;
  if (r->bias == NULL) {
    recurrent_release (r);
    return NULL;
  }
  pack_matrix (r, weir_group_input (plan, group, weights)->constant, r->input, r->w);
  pack_matrix (r, weir_group_input (plan, group, weights + 1)->constant, r->hidden, r->r);
  pack_bias (r, weir_group_input (plan, group, weights + 2)->constant, r->bias);
  return r;
}

/* Floats of one state: of all directions and rows of the batch. */
static gsize
state_size (const Recurrent *r)
{
  return r->directions * r->batch * r->width;
}

/* Sums of all steps that are worked on at a time, the hidden state before and after a
 * step, and the cell state. */
static gsize
recurrent_scratch (const void *state)
{
  const Recurrent *r = state;

  return (MIN (r->steps, MAX_STEPS) * SUMS + 3) * state_size (r) * sizeof (float);
}

/**
 * Job:
 * @first, @count: the steps whose inputs are multiplied
 * @step: the step whose state is, counted from @first
 * @sums: [count][directions][batch][blocks][SUMS][VLEN]
 * @old, @next: [directions][batch][width]: the hidden state
 * @part_blocks: blocks a task
 */
typedef struct {
  const Recurrent *r;
  const float *x;
  float *y; /* (nullable): of a sequence */
  float *sums, *old, *next, *cell;
  gsize first, count, step;
  gsize parts, part_blocks;
} Job;

/* Step @i in the order of direction @direction. */
static gsize
step_at (const Recurrent *r, gsize direction, gsize i)
{
  return direction == 1 || r->first_reverse ? r->steps - 1 - i : i;
}

static float *
sums_at (const Job *job, gsize step, gsize direction, gsize row, gsize block)
{
  const Recurrent *r = job->r;

  return job->sums +
         (((step * r->directions + direction) * r->batch + row) * r->blocks + block) *
             SUMS * VLEN;
}

/* Some rows of @n values times the weights of one block; two chains of sums for a single
 * row, to hide the latency of multiplications. */
ALWAYS_INLINE void
multiply (const float *w, const float *const *x, gsize n, Vec sums[ROWS][SUMS],
          const guint count, const guint gates)
{
  Vec odd[SUMS] = { 0 };
  gsize k = 0;

  for (; count == 1 && k + 2 <= n; k += 2, w += 2 * gates * VLEN) {
    const Vec a = vec_set (x[0][k]), b = vec_set (x[0][k + 1]);

    UNROLLED (g, gates) {
      sums[0][g] = vec_fma (a, vec_load (w + g * VLEN), sums[0][g]);
      odd[g] = vec_fma (b, vec_load (w + (gates + g) * VLEN), odd[g]);
    }
  }
  for (; k < n; k++, w += gates * VLEN)
    UNROLLED (g, gates) {
      const Vec weight = vec_load (w + g * VLEN);

      UNROLLED (i, count)
        sums[i][g] = vec_fma (vec_set (x[i][k]), weight, sums[i][g]);
    }
  if (count == 1)
    UNROLLED (g, gates)
      sums[0][g] += odd[g];
}

/* What the inputs add to the sums of one block, for @count rows of input. */
ALWAYS_INLINE void
begin_rows (const Job *job, gsize direction, gsize block, gsize row, const guint count,
            const guint gates)
{
  const Recurrent *r = job->r;
  gsize at = direction * r->blocks + block;
  const float *bias = r->bias + at * SUMS * VLEN, *x[ROWS];
  Vec sums[ROWS][SUMS];

  UNROLLED (i, count) {
    gsize step = step_at (r, direction, job->first + (row + i) % job->count);

    x[i] = job->x + ((row + i) / job->count * r->steps + step) * r->input;
    UNROLLED (g, SUMS)
      sums[i][g] = vec_load (bias + g * VLEN);
  }
  multiply (r->w + at * r->input * gates * VLEN, x, r->input, sums, count, gates);
  UNROLLED (i, count) {
    float *to =
        sums_at (job, (row + i) % job->count, direction, (row + i) / job->count, block);

    UNROLLED (g, SUMS)
      vec_store (to + g * VLEN, sums[i][g]);
  }
}

ALWAYS_INLINE void
begin_block (const Job *job, gsize direction, gsize block, const guint gates)
{
  gsize all = job->r->batch * job->count, row = 0;

  for (; row + ROWS <= all; row += ROWS)
    begin_rows (job, direction, block, row, ROWS, gates);
  for (; row < all; row++)
    begin_rows (job, direction, block, row, 1, gates);
}

/* f, i, c, o */
ALWAYS_INLINE Vec
new_state_lstm (const Vec sums[SUMS], float *cell)
{
  Vec c = vec_sigmoid (sums[0]) * vec_load (cell) +
          vec_sigmoid (sums[1]) * vec_tanh (sums[2]);

  vec_store (cell, c);
  return vec_sigmoid (sums[3]) * vec_tanh (c);
}

/* z, r, new value of the input and of the state */
ALWAYS_INLINE Vec
new_state_gru (const Vec sums[SUMS], const float *old)
{
  Vec keep = vec_sigmoid (sums[0]);
  Vec fresh = vec_tanh (sums[2] + vec_sigmoid (sums[1]) * sums[3]);

  return fresh + keep * (vec_load (old) - fresh);
}

ALWAYS_INLINE void
finish_block (const Job *job, gsize direction, gsize block, gsize row, const guint gates)
{
  const Recurrent *r = job->r;
  gsize state = (direction * r->batch + row) * r->width, at = state + block * VLEN;
  const float *from = sums_at (job, job->step, direction, row, block);
  const float *x[1] = { job->old + state };
  Vec sums[ROWS][SUMS] = { 0 }, all[SUMS], h;

  multiply (r->r + (direction * r->blocks + block) * r->hidden * gates * VLEN, x,
            r->hidden, sums, 1, gates);
  UNROLLED (g, SUMS)
    all[g] = vec_load (from + g * VLEN);
  UNROLLED (g, gates)
    all[gates == 3 && g == 2 ? 3 : g] += sums[0][g];
  h = gates == 4 ? new_state_lstm (all, job->cell + at)
                 : new_state_gru (all, job->old + at);
  vec_store (job->next + at, h);
  if (job->y != NULL) {
    gsize step = step_at (r, direction, job->first + job->step);
    float *y = job->y + ((row * r->directions + direction) * r->steps + step) * r->hidden;

    vec_store_part (y + block * VLEN, h, (guint) MIN (r->hidden - block * VLEN, VLEN));
  }
}

static void
begin_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize direction = index / job->parts, part = index % job->parts;
  gsize end = MIN ((part + 1) * job->part_blocks, job->r->blocks);

  (void) thread;
  for (gsize block = part * job->part_blocks; block < end; block++) {
    if (job->r->gates == 4)
      begin_block (job, direction, block, 4);
    else
      begin_block (job, direction, block, 3);
  }
}

static void
step_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize direction = index / job->parts, part = index % job->parts;
  gsize end = MIN ((part + 1) * job->part_blocks, job->r->blocks);

  (void) thread;
  for (gsize block = part * job->part_blocks; block < end; block++)
    for (gsize row = 0; row < job->r->batch; row++) {
      if (job->r->gates == 4)
        finish_block (job, direction, block, row, 4);
      else
        finish_block (job, direction, block, row, 3);
    }
}

/* [batch][directions][hidden] and [directions][batch][width]: which way is up to
 * @load. */
static void
copy_state (const Recurrent *r, float *plain, float *padded, gboolean load)
{
  for (gsize d = 0; d < r->directions; d++)
    for (gsize b = 0; b < r->batch; b++) {
      float *p = plain + (b * r->directions + d) * r->hidden;
      float *q = padded + (d * r->batch + b) * r->width;

      if (!load) {
        memcpy (p, q, r->hidden * sizeof (float));
        continue;
      }
      memcpy (q, p, r->hidden * sizeof (float));
      memset (q + r->hidden, 0, (r->width - r->hidden) * sizeof (float));
    }
}

static void
run_steps (Job *job, WeirThreads *threads)
{
  const Recurrent *r = job->r;
  guint tasks = (guint) (r->directions * job->parts);

  job->count = MIN (MAX_STEPS, r->steps - job->first);
  weir_threads_run (threads, tasks, begin_task, job);
  for (job->step = 0; job->step < job->count; job->step++) {
    float *old = job->old;

    weir_threads_run (threads, tasks, step_task, job);
    job->old = job->next;
    job->next = old;
  }
}

static gboolean
recurrent_run (const WeirRun *run, GError **error)
{
  const Recurrent *r = run->step->state;
  gsize size = state_size (r), weights = (r->input + r->hidden) * r->gates * r->width;
  guint threads = weir_threads_count (run->threads), first = r->sequence ? 1 : 0;
  Job job = { .r = r, .x = weir_run_input (run, 0), .parts = 1 };

  (void) error;
  job.y = r->sequence ? weir_run_output (run, 0) : NULL;
  job.old = weir_run_scratch (run, 0);
  job.next = job.old + size;
  job.cell = job.next + size;
  job.sums = job.cell + size;
  if (threads > 1 && weights >= MIN_WEIGHTS_TO_SPLIT)
    job.parts = MIN ((threads + r->directions - 1) / r->directions, r->blocks);
  job.part_blocks = (r->blocks + job.parts - 1) / job.parts;
  copy_state (r, weir_run_input (run, 1), job.old, TRUE);
  if (r->gates == 4)
    copy_state (r, weir_run_input (run, 2), job.cell, TRUE);
  for (; job.first < r->steps; job.first += MAX_STEPS)
    run_steps (&job, run->threads);
  copy_state (r, weir_run_output (run, first), job.old, FALSE);
  if (r->gates == 4)
    copy_state (r, weir_run_output (run, first + 1), job.cell, FALSE);
  return TRUE;
}

WEIR_KERNEL_DEFINE (recurrent) = {
  .name = "recurrent-" WEIR_ISA_STRING (WEIR_ISA),
  .accepts = recurrent_accepts,
  .cost = recurrent_cost,
  .prepare = recurrent_prepare,
  .release = recurrent_release,
  .scratch = recurrent_scratch,
  .run = recurrent_run,
};
