#include "base/error.h"
#include "cpu/conv-shape.h"
#include "post.h"

/* Depthwise convolution on blocked values: each vector of channels has its own window of
 * vectors. Some pixels of a row at a time are summed up in registers. */

/* Pixels a tile: sums must hide the latency of the multiplications. */
#define MAX_PIXELS 8
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
  float *bias;
} Depthwise;

/**
 * Tile:
 * @in: what the window reads for the first pixel; @row and @column elements from one
 *   position of the window to the next, @step from one pixel to the next
 */
typedef struct {
  const Depthwise *state;
  const float *in, *weights, *bias, *residual;
  float *out;
  gsize channel;
  gsize row, column, step;
} Tile;

ALWAYS_INLINE void
finish (const Tile *t, const Vec *sums, const guint pixels)
{
  const Post *post = &t->state->post;
  float values[MAX_PIXELS * VLEN];
  const float *residual[MAX_PIXELS];
  float *out[MAX_PIXELS];
  PostTile tile = { values, 1, pixels, t->channel, out, NULL, 0, 0 };

  if (post->clamps) {
    UNROLLED (p, pixels)
      vec_store (
          t->out + p * VLEN,
          post_vec (post, sums[p], t->residual != NULL ? t->residual + p * VLEN : NULL));
    return;
  }
  UNROLLED (p, pixels) {
    vec_store (values + p * VLEN, sums[p]);
    out[p] = t->out + p * VLEN;
    residual[p] = t->residual + p * VLEN;
  }
  if (t->residual != NULL)
    tile.residual = residual;
  post_tile (post, &tile);
}

/* A window of known size, with neighbours beside each other. */
ALWAYS_INLINE void
run_square (const Tile *t, const guint size, const gsize stride, const guint pixels)
{
  Vec sums[MAX_PIXELS];

  UNROLLED (p, pixels)
    sums[p] = vec_load (t->bias);
  UNROLLED (y, size)
    UNROLLED (x, size) {
      Vec w = vec_load (t->weights + (y * size + x) * VLEN);

      UNROLLED (p, pixels)
        sums[p] =
            vec_fma (w, vec_load (t->in + y * t->row + (p * stride + x) * VLEN), sums[p]);
    }
  finish (t, sums, pixels);
}

ALWAYS_INLINE void
run_any (const Tile *t, const guint pixels)
{
  const ConvShape *s = &t->state->shape;
  const float *w = t->weights;
  Vec sums[MAX_PIXELS];

  UNROLLED (p, pixels)
    sums[p] = vec_load (t->bias);
  for (gsize y = 0; y < s->kernel_height; y++)
    for (gsize x = 0; x < s->kernel_width; x++, w += VLEN) {
      const float *in = t->in + y * t->row + x * t->column;
      Vec weight = vec_load (w);

      UNROLLED (p, pixels)
        sums[p] = vec_fma (weight, vec_load (in + p * t->step), sums[p]);
    }
  finish (t, sums, pixels);
}

typedef void (*TileRun) (const Tile *tile);

#define SQUARE(size, stride, p)                              \
  static void square_##size##_##stride##_##p (const Tile *t) \
  {                                                          \
    run_square (t, size, stride, p);                         \
  }
#define ANY(p)                        \
  static void any_##p (const Tile *t) \
  {                                   \
    run_any (t, p);                   \
  }
#define SQUARES(size, stride)                                   \
  SQUARE (size, stride, 1)                                      \
  SQUARE (size, stride, 2)                                      \
  SQUARE (size, stride, 3)                                      \
  SQUARE (size, stride, 4)                                      \
  SQUARE (size, stride, 5)                                      \
  SQUARE (size, stride, 6)                                      \
  SQUARE (size, stride, 7)                                      \
  SQUARE (size, stride, 8)                                      \
  static const TileRun squares_##size##_##stride[] = {          \
    square_##size##_##stride##_1, square_##size##_##stride##_2, \
    square_##size##_##stride##_3, square_##size##_##stride##_4, \
    square_##size##_##stride##_5, square_##size##_##stride##_6, \
    square_##size##_##stride##_7, square_##size##_##stride##_8, \
  };
SQUARES (3, 1)
SQUARES (3, 2)
SQUARES (5, 1)
SQUARES (5, 2)
ANY (1)
ANY (2)
ANY (3)
ANY (4)
ANY (5)
ANY (6)
ANY (7)
ANY (8)
static const TileRun anys[] = { any_1, any_2, any_3, any_4, any_5, any_6, any_7, any_8 };

static const struct {
  gsize size, stride;
  const TileRun *runs;
} variants[] = {
  { 3, 1, squares_3_1 },
  { 3, 2, squares_3_2 },
  { 5, 1, squares_5_1 },
  { 5, 2, squares_5_2 },
};

static const TileRun *
tile_runs (const ConvShape *s)
{
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    if (s->kernel_height == variants[i].size && s->kernel_width == variants[i].size &&
        s->stride_x == variants[i].stride && s->dilation_x == 1 && s->dilation_y == 1)
      return variants[i].runs;
  return anys;
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
  weir_free (d->bias);
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
  d->bias = weir_try_alloc (d->blocks * VLEN * sizeof (float), error);
  if (d->bias == NULL)
    return FALSE;
  for (gsize c = 0; c < d->shape.outputs; c++) {
    for (gsize k = 0; k < area; k++)
      d->weights[(c / VLEN * area + k) * VLEN + c % VLEN] = from[c * area + k];
    if (group->bias != NULL)
      d->bias[c] = (float) weir_tensor_get (group->bias, c);
  }
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
  const WeirValue *in, *out, *residual;
  const float *in_data, *residual_data;
  float *out_data;
  gsize rows;  /* rows a task */
  guint parts; /* tasks a block */
} Job;

static void
run_row (const Job *job, Tile *tile, const TileRun *runs)
{
  gsize width = job->d->shape.out_width;
  gsize n = (width + MAX_PIXELS - 1) / MAX_PIXELS;

  for (gsize i = 0, at = 0; i < n; i++) {
    gsize pixels = (width - at + n - i - 1) / (n - i);

    runs[pixels - 1](tile);
    tile->in += pixels * tile->step;
    tile->out += pixels * VLEN;
    if (tile->residual != NULL)
      tile->residual += pixels * VLEN;
    at += pixels;
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const ConvShape *s = &job->d->shape;
  gsize part = index % job->parts, rest = index / job->parts;
  gsize block = rest % job->d->blocks, image = rest / job->d->blocks;
  gsize first = part * job->rows, end = MIN (first + job->rows, s->out_height);
  const TileRun *runs = tile_runs (s);
  const float *in = job->in_data + image * job->in->batch + block * job->in->plane -
                    s->top * (gssize) job->in->row - s->left * VLEN;
  Tile tile = { .state = job->d,
                .weights =
                    job->d->weights + block * s->kernel_height * s->kernel_width * VLEN,
                .bias = job->d->bias + block * VLEN,
                .channel = block * VLEN,
                .row = s->dilation_y * job->in->row,
                .column = s->dilation_x * VLEN,
                .step = s->stride_x * VLEN };

  (void) thread;
  for (gsize y = first; y < end; y++) {
    tile.in = in + y * s->stride_y * job->in->row;
    tile.out = job->out_data + image * job->out->batch + block * job->out->plane +
               y * job->out->row;
    if (job->residual != NULL)
      tile.residual = job->residual_data + image * job->residual->batch +
                      block * job->residual->plane + y * job->residual->row;
    run_row (job, &tile, runs);
  }
}

/* Whole blocks where there are enough of them, else parts of their rows. */
static void
cut_tasks (Job *job, guint threads)
{
  const ConvShape *s = &job->d->shape;
  gsize planes = job->d->blocks * s->batch, parts = 1;

  if (threads > 1 && weir_conv_macs (s) >= MIN_MACS_TO_SPLIT)
    parts = (threads * TASKS_PER_THREAD + planes - 1) / planes;
  job->rows = MAX ((s->out_height + parts - 1) / parts, MIN_ROWS);
  job->parts = (guint) ((s->out_height + job->rows - 1) / job->rows);
}

static gboolean
depthwise_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const Depthwise *d = run->step->state;
  Job job = { .d = d,
              .in = weir_group_input (run->plan, group, 0),
              .out = weir_group_output (run->plan, group, 0),
              .in_data = weir_run_input (run, 0),
              .out_data = weir_run_output (run, 0) };

  (void) error;
  if (group->residual >= 0) {
    job.residual = weir_group_input (run->plan, group, (guint) group->residual);
    job.residual_data = weir_run_input (run, (guint) group->residual);
  }
  cut_tasks (&job, weir_threads_count (run->threads));
  weir_threads_run (run->threads, (guint) (d->shape.batch * d->blocks) * job.parts,
                    run_task, &job);
  return TRUE;
}

#if VLEN == 16
#define GFLOPS 60.0
#elif defined(__AVX2__)
#define GFLOPS 50.0
#else
#define GFLOPS 8.0
#endif

/* Nearly always the memory is what it waits for. */
static double
depthwise_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  if (!depthwise_shape (plan, group, &shape))
    return INFINITY;
  return 300 + MAX (weir_conv_macs (&shape) * 2 / GFLOPS, weir_conv_bytes (&shape) / 25);
}

WEIR_KERNEL_DEFINE (conv_depthwise) = {
  .name = "conv-depthwise-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "GroupConvolution",
  .accepts = depthwise_accepts,
  .demand = depthwise_demand,
  .cost = depthwise_cost,
  .prepare = depthwise_prepare,
  .release = depthwise_release,
  .run = depthwise_run,
};
