#include "base/error.h"
#include "conv-values.h"
#include "cost.h"
#include "cpu/conv-shape.h"
#include "post.h"

/* Depthwise convolution on blocked values: each vector of channels has its own window of
 * vectors. Some pixels of a row at a time are summed up in registers. */

/* Pixels a tile: sums must hide the latency of the multiplications. */
#define MAX_PIXELS 8
/* Windows of three by three do two rows at once where there are registers for that: what
 * both read is loaded once. */
#if VLEN == 16
#define PAIR_ROWS   2
#define PAIR_PIXELS 7
#else
#define PAIR_ROWS   1
#define PAIR_PIXELS 8
#endif
/* Rows of a block that one task does at least: fewer would fetch too many rows twice. */
#define MIN_ROWS         8
#define TASKS_PER_THREAD 4
/* Multiplications below which a second thread costs more than it brings. */
#define MIN_MACS_TO_SPLIT 50000

typedef struct {
  ConvShape shape;
  Post post;
  gsize blocks;
  float *weights; /* [blocks][kernel_height][kernel_width][VLEN] */
} Depthwise;

/**
 * Strip:
 * @in: what the window reads for the first pixel; @row and @column elements from one
 *   position of the window to the next, @step from one pixel to the next
 * @out_row, @residual_row: elements to the second row, where there is one
 *
 * Where the tiles of one row, or of two, begin.
 */
typedef struct {
  const Depthwise *state;
  const float *in, *weights, *bias, *residual;
  float *out;
  gsize channel;
  gsize row, column, step;
  gsize out_row, residual_row;
} Strip;

ALWAYS_INLINE void
finish_clamped (const Strip *t, Vec sums[][MAX_PIXELS], const guint rows,
                const guint pixels)
{
  const Post *post = &t->state->post;

  UNROLLED (y, rows)
    UNROLLED (p, pixels) {
      const float *residual =
          t->residual != NULL ? t->residual + y * t->residual_row + p * VLEN : NULL;

      vec_store (t->out + y * t->out_row + p * VLEN,
                 post_vec (post, sums[y][p], residual));
    }
}

ALWAYS_INLINE void
finish (const Strip *t, Vec sums[][MAX_PIXELS], const guint rows, const guint pixels)
{
  float values[PAIR_ROWS * MAX_PIXELS * VLEN];
  const float *residual[PAIR_ROWS * MAX_PIXELS];
  float *out[PAIR_ROWS * MAX_PIXELS];
  PostTile tile = { values, 1, rows * pixels, t->channel, out, NULL, 0, 0 };

  UNROLLED (y, rows)
    UNROLLED (p, pixels) {
      vec_store (values + (y * pixels + p) * VLEN, sums[y][p]);
      out[y * pixels + p] = t->out + y * t->out_row + p * VLEN;
      residual[y * pixels + p] = t->residual + y * t->residual_row + p * VLEN;
    }
  if (t->residual != NULL)
    tile.residual = residual;
  post_tile (&t->state->post, &tile);
}

/* A window of three by three: its weights stay in registers, and each input is loaded
 * once for all sums that need it. */
ALWAYS_INLINE void
sum_pair (const Strip *t, Vec sums[][MAX_PIXELS], const guint stride, const guint rows,
          const guint pixels)
{
  const guint height = (rows - 1) * stride + 3, width = (pixels - 1) * stride + 3;

  UNROLLED (y, height)
    UNROLLED (x, width) {
      Vec in = vec_load (t->in + y * t->row + x * VLEN);

      UNROLLED (r, rows)
        UNROLLED (p, pixels) {
          const guint ky = y - r * stride, kx = x - p * stride;

          if (ky < 3 && kx < 3)
            sums[r][p] =
                vec_fma (in, vec_load (t->weights + (ky * 3 + kx) * VLEN), sums[r][p]);
        }
    }
}

/* A window of known size, with neighbours beside each other. */
ALWAYS_INLINE void
sum_square (const Strip *t, Vec sums[][MAX_PIXELS], const guint size, const guint stride,
            const guint pixels)
{
  UNROLLED (y, size)
    UNROLLED (x, size) {
      Vec w = vec_load (t->weights + (y * size + x) * VLEN);

      UNROLLED (p, pixels)
        sums[0][p] = vec_fma (w, vec_load (t->in + y * t->row + (p * stride + x) * VLEN),
                              sums[0][p]);
    }
}

ALWAYS_INLINE void
sum_any (const Strip *t, Vec sums[][MAX_PIXELS], const guint pixels)
{
  const ConvShape *s = &t->state->shape;
  const float *w = t->weights;

  for (gsize y = 0; y < s->kernel_height; y++)
    for (gsize x = 0; x < s->kernel_width; x++, w += VLEN) {
      const float *in = t->in + y * t->row + x * t->column;
      Vec weight = vec_load (w);

      UNROLLED (p, pixels)
        sums[0][p] = vec_fma (weight, vec_load (in + p * t->step), sums[0][p]);
    }
}

/* @count tiles of @pixels, one behind the other; @size 0 is a window of any kind. */
ALWAYS_INLINE void
run_strip (Strip *t, guint count, const guint size, const guint stride, const guint rows,
           const guint pixels)
{
  for (; count > 0; count--) {
    Vec sums[PAIR_ROWS][MAX_PIXELS];

    UNROLLED (y, rows)
      UNROLLED (p, pixels)
        sums[y][p] = vec_load (t->bias);
    if (size == 3 && PAIR_ROWS == 2)
      sum_pair (t, sums, stride, rows, pixels);
    else if (size > 0)
      sum_square (t, sums, size, stride, pixels);
    else
      sum_any (t, sums, pixels);
    if (t->state->post.clamps)
      finish_clamped (t, sums, rows, pixels);
    else
      finish (t, sums, rows, pixels);
    t->in += pixels * t->step;
    t->out += pixels * VLEN;
    if (t->residual != NULL)
      t->residual += pixels * VLEN;
  }
}

typedef void (*StripRun) (Strip *strip, guint count);

#define STRIP(name, p, size, stride, rows)       \
  static void name##_##p (Strip *t, guint count) \
  {                                              \
    run_strip (t, count, size, stride, rows, p); \
  }
#define STRIPS(name, ...)                                                           \
  STRIP (name, 1, __VA_ARGS__)                                                      \
  STRIP (name, 2, __VA_ARGS__)                                                      \
  STRIP (name, 3, __VA_ARGS__)                                                      \
  STRIP (name, 4, __VA_ARGS__)                                                      \
  STRIP (name, 5, __VA_ARGS__)                                                      \
  STRIP (name, 6, __VA_ARGS__)                                                      \
  STRIP (name, 7, __VA_ARGS__)                                                      \
  STRIP (name, 8, __VA_ARGS__)                                                      \
  static const StripRun name[] = {                                                  \
    name##_1, name##_2, name##_3, name##_4, name##_5, name##_6, name##_7, name##_8, \
  };

STRIPS (any, 0, 1, 1)
STRIPS (square_3_1, 3, 1, 1)
STRIPS (square_3_2, 3, 2, 1)
STRIPS (square_5_1, 5, 1, 1)
STRIPS (square_5_2, 5, 2, 1)
#if PAIR_ROWS == 2
STRIPS (pair_1, 3, 1, 2)
STRIPS (pair_2, 3, 2, 2)
#else
#define pair_1 NULL
#define pair_2 NULL
#endif

/**
 * Variant:
 * @single: for each number of pixels the code for one row
 * @pair: (nullable): for two rows
 */
typedef struct {
  gsize size, stride;
  const StripRun *single, *pair;
} Variant;

static const Variant variants[] = {
  { 3, 1, square_3_1, pair_1 },
  { 3, 2, square_3_2, pair_2 },
  { 5, 1, square_5_1, NULL },
  { 5, 2, square_5_2, NULL },
};

static const Variant *
variant_of (const ConvShape *s)
{
  static const Variant other = { .single = any };

  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    if (s->kernel_height == variants[i].size && s->kernel_width == variants[i].size &&
        s->stride_x == variants[i].stride && s->stride_y == variants[i].stride &&
        s->dilation_x == 1 && s->dilation_y == 1)
      return &variants[i];
  return &other;
}

static gboolean
depthwise_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return weir_conv_shape (plan, group, s) && s->groups == s->channels &&
         s->groups == s->outputs;
}

static gboolean
depthwise_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return depthwise_shape (plan, group, &shape);
}

static void
depthwise_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                  WeirDemand *outputs)
{
  ConvShape shape;

  if (depthwise_shape (plan, group, &shape))
    weir_conv_demand (&shape, group, VLEN, inputs, outputs);
}

static void
depthwise_release (void *state)
{
  Depthwise *d = state;

  if (d == NULL)
    return;
  post_clear (&d->post);
  weir_free (d->weights);
  g_free (d);
}

static gboolean
pack (Depthwise *d, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gsize area = d->shape.kernel_height * d->shape.kernel_width;

  d->blocks = (d->shape.outputs + VLEN - 1) / VLEN;
  d->weights = weir_try_alloc (d->blocks * area * VLEN * sizeof (float), error);
  if (d->weights == NULL)
    return FALSE;
  for (gsize c = 0; c < d->shape.outputs; c++)
    for (gsize k = 0; k < area; k++)
      d->weights[(c / VLEN * area + k) * VLEN + c % VLEN] = from[c * area + k];
  return TRUE;
}

static void *
depthwise_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Depthwise *d = g_new0 (Depthwise, 1);

  if (!depthwise_shape (plan, group, &d->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a depthwise convolution");
  else if (pack (d, plan, group, error) &&
           post_init (&d->post, group, d->shape.outputs, error))
    return d;
  depthwise_release (d);
  return NULL;
}

typedef struct {
  const Depthwise *d;
  ConvValues v;
  gsize first, last; /* which rows */
  gsize rows;        /* rows a task */
  guint parts;       /* tasks a block */
} Job;

/* Tiles of two sizes that differ by one pixel. */
static void
run_width (const StripRun *runs, gsize limit, gsize width, Strip strip)
{
  gsize n = (width + limit - 1) / limit, pixels = width / n, wider = width % n;

  if (wider > 0)
    runs[pixels](&strip, (guint) wider);
  runs[pixels - 1](&strip, (guint) (n - wider));
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const ConvShape *s = &job->d->shape;
  const ConvValues *v = &job->v;
  const Variant *variant = variant_of (s);
  gsize part = index % job->parts, rest = index / job->parts;
  gsize block = rest % job->d->blocks, image = rest / job->d->blocks;
  gsize begin = job->first + part * job->rows;
  gsize end = MIN (begin + job->rows, job->last), rows;
  const float *in = v->in_data + image * v->in->batch + block * v->in->plane -
                    s->top * (gssize) v->in->row - s->left * VLEN;
  Strip strip = { .state = job->d,
                  .weights =
                      job->d->weights + block * s->kernel_height * s->kernel_width * VLEN,
                  .bias = job->d->post.bias + block * VLEN,
                  .channel = block * VLEN,
                  .row = s->dilation_y * v->in->row,
                  .column = s->dilation_x * VLEN,
                  .step = s->stride_x * VLEN,
                  .out_row = v->out->row,
                  .residual_row = v->residual != NULL ? v->residual->row : 0 };

  (void) thread;
  for (gsize y = begin; y < end; y += rows) {
    gboolean pair = variant->pair != NULL && y + 1 < end;

    rows = pair ? 2 : 1;
    strip.in = in + y * s->stride_y * v->in->row;
    strip.out =
        v->out_data + image * v->out->batch + block * v->out->plane + y * v->out->row;
    if (v->residual != NULL)
      strip.residual = v->residual_data + image * v->residual->batch +
                       block * v->residual->plane + y * v->residual->row;
    run_width (pair ? variant->pair : variant->single, pair ? PAIR_PIXELS : MAX_PIXELS,
               s->out_width, strip);
  }
}

/* Whole blocks where there are enough of them, else parts of their rows. */
static void
cut_tasks (Job *job, guint threads)
{
  const ConvShape *s = &job->d->shape;
  gsize planes = job->d->blocks * s->batch, parts = 1, all = job->last - job->first;

  if (threads > 1 && weir_conv_macs (s) >= MIN_MACS_TO_SPLIT)
    parts = (threads * TASKS_PER_THREAD + planes - 1) / planes;
  job->rows = MAX ((all + parts - 1) / parts + 1, MIN_ROWS) & ~(gsize) 1;
  job->parts = (guint) ((all + job->rows - 1) / job->rows);
}

static gboolean
depthwise_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const Depthwise *d = run->step->state;
  Job job = { .d = d, .v = conv_values (run), .first = first, .last = first + count };

  (void) error;
  cut_tasks (&job, weir_threads_count (run->threads));
  weir_threads_run (run->threads, (guint) (d->shape.batch * d->blocks) * job.parts,
                    run_task, &job);
  return TRUE;
}

static gboolean
depthwise_run (const WeirRun *run, GError **error)
{
  const Depthwise *d = run->step->state;

  return depthwise_run_rows (run, 0, d->shape.out_height, error);
}

static double
depthwise_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  double vectors;

  if (!depthwise_shape (plan, group, &s))
    return INFINITY;
  vectors = (double) (s.batch * s.out_height * s.out_width) * cost_pad (s.outputs) / VLEN;
  return COST_CALL + weir_conv_bytes (&s) / COST_BYTES +
         vectors * (double) (s.kernel_height * s.kernel_width) * COST_VECTOR;
}

WEIR_KERNEL_DEFINE (conv_depthwise) = {
  .name = "conv-depthwise-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "GroupConvolution",
  .accepts = depthwise_accepts,
  .demand = depthwise_demand,
  .cost = depthwise_cost,
  .prepare = depthwise_prepare,
  .release = depthwise_release,
  .run_rows = depthwise_run_rows,
  .rows_read = weir_conv_rows_read,
  .run = depthwise_run,
};
