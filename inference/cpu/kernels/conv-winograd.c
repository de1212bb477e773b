#include "base/error.h"
#include "conv-tile.h"
#include "conv-values.h"
#include "cost.h"
#include "cpu/conv-shape.h"
#include "cpu/features.h"
#include "winograd.h"

#include <string.h>

/* 3 x 3 convolution of stride 1 by Winograd's F(4, 3) on blocked values. A task takes
 * some tiles of the output through all steps while they stay in L2: it transforms their
 * input, multiplies each of the 36 points with the transformed weights of a slice of
 * output channels, on the register tile of the direct convolution, and transforms back.
 */

/* Tiles a task: each weight that is loaded should serve this many at least. */
#define MIN_TILES        24
#define MAX_TILES        96
#define TASKS_PER_THREAD 4

typedef struct {
  ConvShape shape;
  Post post;
  gsize in_blocks, out_blocks;
  gsize tiles_x, tiles;
  guint slice; /* output blocks a slice at most */
  guint n_slices;
  float *weights;   /* [slices][points][channels][slice's blocks][VLEN] */
  guint32 *offsets; /* [input blocks] */
  gsize at_once;    /* tiles a task */
} Winograd;

static gboolean
winograd_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return weir_conv_shape (plan, group, s) && s->groups == 1 && s->kernel_height == 3 &&
         s->kernel_width == 3 && s->stride_y == 1 && s->stride_x == 1 &&
         s->dilation_y == 1 && s->dilation_x == 1;
}

static gboolean
winograd_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return !weir_node_is_exact (group->node) && winograd_shape (plan, group, &shape);
}

static void
winograd_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                 WeirDemand *outputs)
{
  ConvShape shape;

  if (winograd_shape (plan, group, &shape))
    weir_conv_demand (&shape, group, VLEN, inputs, outputs);
}

static void
winograd_release (void *state)
{
  Winograd *w = state;

  if (w == NULL)
    return;
  post_clear (&w->post);
  weir_free (w->weights);
  g_free (w->offsets);
  g_free (w);
}

/* The first block of a slice; of one behind the last, how many blocks there are. */
static gsize
slice_begin (const Winograd *w, guint slice)
{
  return w->out_blocks * slice / w->n_slices;
}

static guint
slice_blocks (const Winograd *w, guint slice)
{
  return (guint) (slice_begin (w, slice + 1) - slice_begin (w, slice));
}

/* Weights of all slices before @slice. */
static gsize
slice_offset (const Winograd *w, guint slice)
{
  return slice_begin (w, slice) * VLEN * WINO_POINTS * w->shape.channels;
}

/* Tiles a register tile, of @count: all of them about equally full. */
static gsize
tile_width (gsize count, guint blocks)
{
  gsize limit = TILE_PIXELS (blocks), n = (count + limit - 1) / limit;

  return (count + n - 1) / n;
}

/* The filters between @channel and one block of outputs. */
static void
pack_filters (const Winograd *w, guint slice, gsize block, gsize channel,
              const float *from)
{
  const ConvShape *s = &w->shape;
  gsize width = slice_blocks (w, slice) * VLEN;
  float *to = w->weights + slice_offset (w, slice) + channel * width +
              (block - slice_begin (w, slice)) * VLEN;
  gsize lanes = MIN (s->outputs - block * VLEN, VLEN);
  float filters[9][VLEN] = { 0 };
  Vec points[WINO_POINTS];

  for (gsize o = 0; o < lanes; o++)
    for (gsize i = 0; i < 9; i++)
      filters[i][o] = from[((block * VLEN + o) * s->channels + channel) * 9 + i];
  wino_filter (&filters[0][0], points);
  for (gsize i = 0; i < WINO_POINTS; i++)
    vec_store (to + i * s->channels * width, points[i]);
}

static gboolean
pack (Winograd *w, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  const ConvShape *s = &w->shape;

  w->weights = weir_try_alloc (
      WINO_POINTS * s->channels * w->out_blocks * VLEN * sizeof (float), error);
  if (w->weights == NULL)
    return FALSE;
  for (guint i = 0; i < w->n_slices; i++)
    for (gsize block = slice_begin (w, i); block < slice_begin (w, i + 1); block++)
      for (gsize c = 0; c < s->channels; c++)
        pack_filters (w, i, block, c, from);
  return TRUE;
}

/* Elements from one point to the next: of the transformed input, and of the products. One
 * vector more than there is, else all points would compete for the same lines of L1. */
static gsize
input_step (const Winograd *w)
{
  return (w->in_blocks * w->at_once + 1) * VLEN;
}

static gsize
product_step (const Winograd *w)
{
  return (w->slice * w->at_once + 1) * VLEN;
}

/* Half of L2 for the transformed input and the products of a slice. */
static void
choose_tiles (Winograd *w)
{
  gsize tile = WINO_POINTS * VLEN * sizeof (float) * (w->in_blocks + w->slice);
  gsize limit = CLAMP (weir_features ()->l2 / 2 / tile, MIN_TILES, MAX_TILES);
  gsize parts = (w->tiles + limit - 1) / limit, even = (w->tiles + parts - 1) / parts;
  gsize pixels = TILE_PIXELS (w->slice);

  w->at_once = (even + pixels - 1) / pixels * pixels;
}

static void *
winograd_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Winograd *w = g_new0 (Winograd, 1);
  const ConvShape *s = &w->shape;

  if (!winograd_shape (plan, group, &w->shape)) {
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution of 3x3");
    winograd_release (w);
    return NULL;
  }
  w->in_blocks = (s->channels + VLEN - 1) / VLEN;
  w->out_blocks = (s->outputs + VLEN - 1) / VLEN;
  w->n_slices = (guint) tile_slices (w->out_blocks);
  w->slice = (guint) ((w->out_blocks + w->n_slices - 1) / w->n_slices);
  w->tiles_x = (s->out_width + WINO_OUT - 1) / WINO_OUT;
  w->tiles = w->tiles_x * ((s->out_height + WINO_OUT - 1) / WINO_OUT);
  choose_tiles (w);
  w->offsets = g_new (guint32, w->in_blocks);
  for (gsize i = 0; i < w->in_blocks; i++)
    w->offsets[i] = (guint32) (i * w->at_once * VLEN);
  if (pack (w, plan, group, error) && post_init (&w->post, group, s->outputs, error))
    return w;
  winograd_release (w);
  return NULL;
}

static gsize
winograd_scratch (const void *state)
{
  const Winograd *w = state;

  return (input_step (w) + product_step (w)) * WINO_POINTS * sizeof (float);
}

typedef struct {
  const Winograd *w;
  const WeirRun *run;
  ConvValues v;
  gsize tiles;                   /* tiles a task */
  guint tile_parts, slice_parts; /* tasks an image */
} Job;

/* The input of a tile that reaches beyond the input's border: what is there, then zeros,
 * which only outputs that are thrown away depend on. */
static void
copy_edge (const float *from, gsize row, gsize rows, gsize columns, float *to)
{
  memset (to, 0, WINO_POINTS * VLEN * sizeof (float));
  for (gsize y = 0; y < rows; y++)
    memcpy (to + y * WINO_IN * VLEN, from + y * row, columns * VLEN * sizeof (float));
}

static void
transform_tile (const Job *job, const float *in, gsize rows, gsize columns, float *to)
{
  const Winograd *w = job->w;
  float edge[WINO_POINTS * VLEN];

  for (gsize i = 0; i < w->in_blocks; i++) {
    const float *from = in + i * job->v.in->plane;
    float *points = to + i * w->at_once * VLEN;

    if (rows == WINO_IN && columns == WINO_IN) {
      wino_input (from, job->v.in->row, points, input_step (w));
      continue;
    }
    copy_edge (from, job->v.in->row, rows, columns, edge);
    wino_input (edge, WINO_IN * VLEN, points, input_step (w));
  }
}

/* [points][input blocks][tiles][VLEN] */
static void
transform_input (const Job *job, gsize image, gsize first, gsize count, float *to)
{
  const Winograd *w = job->w;
  const ConvShape *s = &w->shape;
  const float *base = job->v.in_data + image * job->v.in->batch -
                      s->top * (gssize) job->v.in->row - s->left * VLEN;

  for (gsize i = 0; i < count; i++) {
    gsize y = (first + i) / w->tiles_x * WINO_OUT;
    gsize x = (first + i) % w->tiles_x * WINO_OUT;

    transform_tile (job, base + y * job->v.in->row + x * VLEN,
                    MIN (s->out_height + 2 - y, WINO_IN),
                    MIN (s->out_width + 2 - x, WINO_IN), to + i * VLEN);
  }
}

/* All 36 points of one slice; [points][tiles][slice's blocks][VLEN], where the tiles of a
 * register tile lie as it stores them: [blocks][pixels]. */
static void
multiply (const Job *job, guint slice, gsize count, const float *in, float *to)
{
  static const float zeros[TILE_MAX_BLOCKS * VLEN] = { 0 };
  const Winograd *w = job->w;
  guint blocks = slice_blocks (w, slice);
  gsize width = tile_width (count, blocks), channels = w->shape.channels;
  gsize n = (count + width - 1) / width, lines = VLEN * blocks * VLEN / 16;
  ConvTile tile = { .offsets = w->offsets,
                    .steps = (guint) (channels / VLEN),
                    .short_steps = channels % VLEN != 0,
                    .lanes = (guint) (channels % VLEN),
                    .bias = zeros,
                    .line = TRUE,
                    .in_step = VLEN,
                    .ahead_lines = (guint) ((lines + n - 1) / n) };

  for (gsize point = 0; point < WINO_POINTS; point++) {
    tile.weights =
        w->weights + slice_offset (w, slice) + point * channels * blocks * VLEN;
    tile.ahead = tile.weights + channels * blocks * VLEN;
    for (gsize at = 0; at < count; at += width) {
      guint pixels = (guint) MIN (width, count - at);

      tile.in[0] = in + point * input_step (w) + at * VLEN;
      tile.sums = to + point * product_step (w) + at * blocks * VLEN;
      conv_tile_run (&tile, blocks, pixels);
      tile.ahead += tile.steps * tile.ahead_lines * 16;
    }
  }
}

/* Output @y, @x of one block, and what is valid of the 4 x 4 there. */
typedef struct {
  float *out;
  const float *residual;
  gsize rows, columns;
  gsize channel;
} Target;

static void
store_tile (const Job *job, const Target *t, Vec sums[WINO_OUT][WINO_OUT])
{
  float values[WINO_OUT * WINO_OUT * VLEN];
  float *out[WINO_OUT * WINO_OUT];
  const float *residual[WINO_OUT * WINO_OUT];
  PostTile tile = { values, 1, 0, t->channel, out, NULL, 0, 0 };

  UNROLLED (y, WINO_OUT)
    UNROLLED (x, WINO_OUT) {
      if (y >= t->rows || x >= t->columns)
        continue;
      out[tile.pixels] = t->out + y * job->v.out->row + x * VLEN;
      if (t->residual != NULL)
        residual[tile.pixels] = t->residual + y * job->v.residual->row + x * VLEN;
      vec_store (values + tile.pixels * VLEN, sums[y][x]);
      tile.pixels++;
    }
  if (t->residual != NULL)
    tile.residual = residual;
  post_tile (&job->w->post, &tile);
}

static void
store_clamped (const Job *job, const Target *t, Vec sums[WINO_OUT][WINO_OUT])
{
  const Post *post = &job->w->post;
  gsize row = job->v.residual != NULL ? job->v.residual->row : 0;

  UNROLLED (y, WINO_OUT)
    UNROLLED (x, WINO_OUT) {
      const float *residual =
          t->residual != NULL ? t->residual + y * row + x * VLEN : NULL;

      if (y < t->rows && x < t->columns)
        vec_store (t->out + y * job->v.out->row + x * VLEN,
                   post_vec (post, sums[y][x], residual));
    }
}

static void
transform_output_tile (const Job *job, const Target *t, const float *from)
{
  const Vec bias = vec_load (job->w->post.bias + t->channel);
  Vec sums[WINO_OUT][WINO_OUT];

  wino_output (from, product_step (job->w), sums);
  UNROLLED (y, WINO_OUT)
    UNROLLED (x, WINO_OUT)
      sums[y][x] += bias;
  if (job->w->post.clamps)
    store_clamped (job, t, sums);
  else
    store_tile (job, t, sums);
}

static void
transform_output (const Job *job, gsize image, guint slice, gsize first, gsize count,
                  const float *from)
{
  const Winograd *w = job->w;
  const ConvShape *s = &w->shape;
  guint blocks = slice_blocks (w, slice);
  gsize width = tile_width (count, blocks), block = slice_begin (w, slice);

  for (gsize i = 0; i < count; i++) {
    gsize y = (first + i) / w->tiles_x * WINO_OUT;
    gsize x = (first + i) % w->tiles_x * WINO_OUT;
    gsize group = i / width * width, pixels = MIN (width, count - group);

    for (gsize b = 0; b < blocks; b++) {
      Target target = { .out = job->v.out_data + image * job->v.out->batch +
                               (block + b) * job->v.out->plane + y * job->v.out->row +
                               x * VLEN,
                        .rows = s->out_height - y,
                        .columns = s->out_width - x,
                        .channel = (block + b) * VLEN };

      if (job->v.residual != NULL)
        target.residual = job->v.residual_data + image * job->v.residual->batch +
                          (block + b) * job->v.residual->plane +
                          y * job->v.residual->row + x * VLEN;
      transform_output_tile (job, &target,
                             from + (group * blocks + b * pixels + (i - group)) * VLEN);
    }
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Winograd *w = job->w;
  guint slice_part = index % job->slice_parts, rest = index / job->slice_parts;
  gsize first = rest % job->tile_parts * job->tiles, image = rest / job->tile_parts;
  gsize count = MIN (job->tiles, w->tiles - first);
  guint begin = w->n_slices * slice_part / job->slice_parts;
  guint end = w->n_slices * (slice_part + 1) / job->slice_parts;
  float *in = weir_run_scratch (job->run, thread);
  float *products = in + input_step (w) * WINO_POINTS;

  transform_input (job, image, first, count, in);
  for (guint i = begin; i < end; i++) {
    multiply (job, i, count, in, products);
    transform_output (job, image, i, first, count, products);
  }
}

/* @tiles rounded up to whole register tiles. */
static gsize
whole_tiles (const Winograd *w, gsize tiles)
{
  gsize pixels = TILE_PIXELS (w->slice);

  return MIN ((tiles + pixels - 1) / pixels * pixels, w->at_once);
}

/* Tasks for all threads: fewer tiles at a time, but not fewer than make use of the
 * weights; then slices apart, which transform their input each. Where both leave a thread
 * without work, few tiles are better than none. */
static void
cut_tasks (Job *job, guint threads)
{
  const Winograd *w = job->w;
  gsize wanted = threads > 1 ? threads * TASKS_PER_THREAD : 1;
  gsize images = w->shape.batch, all = w->tiles * images, tasks;

  job->tiles = whole_tiles (w, MAX ((all + wanted - 1) / wanted, MIN_TILES));
  tasks = (w->tiles + job->tiles - 1) / job->tiles * images;
  if (threads > 1 && tasks * w->n_slices < 2 * threads)
    job->tiles = whole_tiles (w, (all + 2 * threads - 1) / (2 * threads));
  job->tile_parts = (guint) ((w->tiles + job->tiles - 1) / job->tiles);
  tasks = job->tile_parts * images;
  job->slice_parts = (guint) MIN (w->n_slices, (wanted + tasks - 1) / tasks);
}

static gboolean
winograd_run (const WeirRun *run, GError **error)
{
  const Winograd *w = run->step->state;
  Job job = { .w = w, .run = run, .v = conv_values (run) };

  (void) error;
  cut_tasks (&job, weir_threads_count (run->threads));
  weir_threads_run (run->threads,
                    (guint) w->shape.batch * job.tile_parts * job.slice_parts, run_task,
                    &job);
  return TRUE;
}

/* Vector operations of the transforms of one tile of one block. */
#define TRANSFORM_OPS 200

static double
winograd_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  double tiles, weights, multiply, transforms;

  if (!winograd_shape (plan, group, &s))
    return INFINITY;
  tiles = (double) (s.batch * ((s.out_height + WINO_OUT - 1) / WINO_OUT) *
                    ((s.out_width + WINO_OUT - 1) / WINO_OUT));
  weights = WINO_POINTS * (double) s.channels * cost_pad (s.outputs);
  multiply = tiles * weights * 2 / COST_FLOPS + weights * sizeof (float) / COST_STREAM;
  transforms = tiles * (cost_pad (s.channels) + cost_pad (s.outputs)) / VLEN *
               TRANSFORM_OPS * COST_VECTOR;
  return COST_CALL + multiply + transforms + weir_conv_bytes (&s) / COST_BYTES;
}

WEIR_KERNEL_DEFINE (conv_winograd) = {
  .name = "conv-winograd-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Convolution",
  .accepts = winograd_accepts,
  .demand = winograd_demand,
  .cost = winograd_cost,
  .prepare = winograd_prepare,
  .release = winograd_release,
  .scratch = winograd_scratch,
  .run = winograd_run,
};
