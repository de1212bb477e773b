#include "base/error.h"
#include "conv-tile.h"
#include "conv-values.h"
#include "cost.h"
#include "cpu/conv-shape.h"

#include <string.h>

/* Convolution of a plain input of few channels into a blocked output: the first layer of
 * a network. A plain value has no border: the rows that a task reads are copied into
 * scratch memory, with zeros around them. The register tile then takes a row of the
 * window as its run of neighbours. */

#define MAX_CHANNELS     4
#define TASKS_PER_THREAD 4
/* Bytes of padded input that a task copies at most, if one row needs no more. */
#define ROOM (24 << 10)

typedef struct {
  ConvShape shape;
  Post post;
  gsize blocks;
  float *
      weights; /* [slices][channels][kernel_height][kernel_width][slice's blocks][VLEN] */
  guint32 *offsets; /* [channels][kernel_height] and, if dilated, [kernel_width] */
  guint steps, lanes;
  gsize width;  /* of a padded row */
  gsize height; /* of the padded rows that a task reads */
  gsize rows;   /* output rows a task */
} First;

static gboolean
first_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return weir_conv_shape (plan, group, s) && s->groups == 1 &&
         s->channels <= MAX_CHANNELS;
}

static gboolean
first_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return first_shape (plan, group, &shape);
}

static void
first_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
              WeirDemand *outputs)
{
  ConvShape shape;

  if (!first_shape (plan, group, &shape))
    return;
  weir_conv_demand (&shape, group, VLEN, inputs, outputs);
  inputs[0] = (WeirDemand){ .block = 0 };
}

static void
first_release (void *state)
{
  First *f = state;

  if (f == NULL)
    return;
  post_clear (&f->post);
  weir_free (f->weights);
  g_free (f->offsets);
  g_free (f);
}

/* Blocks of the slice that begins at @block. */
static guint
slice_blocks (const First *f, gsize block)
{
  return (guint) MIN (f->blocks - block, TILE_BLOCKS);
}

static gsize
window_size (const ConvShape *s)
{
  return s->channels * s->kernel_height * s->kernel_width;
}

static gboolean
pack (First *f, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gsize window = window_size (&f->shape);

  f->blocks = (f->shape.outputs + VLEN - 1) / VLEN;
  f->weights = weir_try_alloc (f->blocks * window * VLEN * sizeof (float), error);
  if (f->weights == NULL)
    return FALSE;
  for (gsize o = 0; o < f->shape.outputs; o++) {
    gsize first = o / VLEN / TILE_BLOCKS * TILE_BLOCKS;
    gsize width = slice_blocks (f, first) * VLEN;
    float *to = f->weights + first * window * VLEN + (o - first * VLEN);

    for (gsize k = 0; k < window; k++)
      to[k * width] = from[o * window + k];
  }
  return TRUE;
}

/* As many output rows as have their padded input in @ROOM. */
static void
choose_rows (First *f)
{
  const ConvShape *s = &f->shape;
  gsize reach_y = (s->kernel_height - 1) * s->dilation_y + 1;
  gsize reach_x = (s->kernel_width - 1) * s->dilation_x + 1;
  gsize row, fit;

  f->width = (s->out_width - 1) * s->stride_x + reach_x;
  row = f->width * s->channels * sizeof (float);
  fit = ROOM / row > reach_y ? (ROOM / row - reach_y) / s->stride_y + 1 : 1;
  f->rows = MIN (fit, s->out_height);
  f->height = (f->rows - 1) * s->stride_y + reach_y;
}

/* A step is a row of the window, or one position where these are no neighbours. */
static void
make_offsets (First *f)
{
  const ConvShape *s = &f->shape;
  gsize columns = s->dilation_x == 1 ? 1 : s->kernel_width, n = 0;

  f->lanes = (guint) (s->kernel_width / columns);
  f->steps = (guint) (s->channels * s->kernel_height * columns);
  f->offsets = g_new (guint32, f->steps);
  for (gsize c = 0; c < s->channels; c++)
    for (gsize y = 0; y < s->kernel_height; y++)
      for (gsize x = 0; x < columns; x++)
        f->offsets[n++] = (guint32) ((c * f->height + y * s->dilation_y) * f->width +
                                     x * s->dilation_x);
}

static void *
first_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  First *f = g_new0 (First, 1);

  if (!first_shape (plan, group, &f->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution of few channels");
  else if (pack (f, plan, group, error) &&
           post_init (&f->post, group, f->shape.outputs, error)) {
    choose_rows (f);
    make_offsets (f);
    return f;
  }
  first_release (f);
  return NULL;
}

static gsize
first_scratch (const void *state)
{
  const First *f = state;

  return f->width * f->height * f->shape.channels * sizeof (float);
}

typedef struct {
  const First *f;
  const WeirRun *run;
  ConvValues v;
  gsize first, last; /* which rows */
  gsize rows;        /* rows a task */
  guint parts;
} Job;

/* One padded row; @y counts in the input and may lie outside of it. */
static void
copy_row (const ConvShape *s, const float *plane, gssize y, float *to, gsize width)
{
  gsize left = MIN ((gsize) MAX (s->left, 0), width), skip = (gsize) MAX (-s->left, 0);
  gsize count = MIN (s->in_width - MIN (skip, s->in_width), width - left);

  if (y < 0 || y >= (gssize) s->in_height) {
    memset (to, 0, width * sizeof (float));
    return;
  }
  memset (to, 0, left * sizeof (float));
  memcpy (to + left, plane + (gsize) y * s->in_width + skip, count * sizeof (float));
  memset (to + left + count, 0, (width - left - count) * sizeof (float));
}

/* The rows that output rows from @first on read, [channels][height][width]. */
static void
copy_rows (const Job *job, gsize image, gsize first, gsize rows, float *to)
{
  const First *f = job->f;
  const ConvShape *s = &f->shape;
  gsize height = (rows - 1) * s->stride_y + (s->kernel_height - 1) * s->dilation_y + 1;
  gssize top = (gssize) (first * s->stride_y) - s->top;

  for (gsize c = 0; c < s->channels; c++) {
    const float *plane =
        job->v.in_data + (image * s->channels + c) * s->in_height * s->in_width;

    for (gsize y = 0; y < height; y++)
      copy_row (s, plane, top + (gssize) y, to + (c * f->height + y) * f->width,
                f->width);
  }
}

/* The walk through output rows from @first on, whose padded input is @rows. */
static ConvWalk
walk_from (const Job *job, gsize image, gsize block, gsize first, const float *rows)
{
  const ConvShape *s = &job->f->shape;
  const ConvValues *v = &job->v;
  gssize width = (gssize) (s->out_width * VLEN);
  ConvWalk walk = {
    .width = s->out_width, .in = rows, .in_step = s->stride_x, .out_step = VLEN
  };

  walk.in_jump =
      (gssize) (s->stride_y * job->f->width) - (gssize) (s->out_width * s->stride_x);
  walk.out =
      v->out_data + image * v->out->batch + block * v->out->plane + first * v->out->row;
  walk.out_jump = (gssize) v->out->row - width;
  if (v->residual == NULL)
    return walk;
  walk.residual = v->residual_data + image * v->residual->batch +
                  block * v->residual->plane + first * v->residual->row;
  walk.residual_jump = (gssize) v->residual->row - width;
  return walk;
}

/* One slice of the output, for @count output rows from @first on. */
static void
run_slice (const Job *job, gsize image, gsize block, gsize first, gsize count,
           const float *rows)
{
  const First *f = job->f;
  guint blocks = slice_blocks (f, block);
  gsize all = count * f->shape.out_width;
  ConvWalk walk = walk_from (job, image, block, first, rows);
  ConvTile tile = {
    .weights = f->weights + block * window_size (&f->shape) * VLEN,
    .offsets = f->offsets,
    .short_steps = f->steps,
    .lanes = f->lanes,
    .bias = f->post.bias + block * VLEN,
    .post = &f->post,
    .channel = block * VLEN,
    .out_block = job->v.out->plane,
    .residual_block = job->v.residual != NULL ? job->v.residual->plane : 0,
    .has_residual = job->v.residual != NULL,
  };

  for (gsize at = 0; at < all;) {
    guint pixels = conv_walk_tile (&walk, blocks, all - at);

    conv_walk (&walk, pixels, &tile);
    conv_tile_run (&tile, blocks, pixels);
    at += pixels;
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const First *f = job->f;
  gsize image = index / job->parts, first = job->first + index % job->parts * job->rows;
  gsize count = MIN (job->rows, job->last - first);
  float *rows = weir_run_scratch (job->run, thread);

  copy_rows (job, image, first, count, rows);
  for (gsize block = 0; block < f->blocks; block += TILE_BLOCKS)
    run_slice (job, image, block, first, count, rows);
}

static gboolean
first_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const First *f = run->step->state;
  gsize tasks = weir_threads_count (run->threads) * TASKS_PER_THREAD;
  Job job = { .f = f,
              .run = run,
              .v = conv_values (run),
              .first = first,
              .last = first + count,
              .rows = MIN (f->rows, (count + tasks - 1) / tasks) };

  (void) error;
  job.parts = (guint) ((count + job.rows - 1) / job.rows);
  weir_threads_run (run->threads, (guint) f->shape.batch * job.parts, run_task, &job);
  return TRUE;
}

static gboolean
first_run (const WeirRun *run, GError **error)
{
  const First *f = run->step->state;

  return first_run_rows (run, 0, f->shape.out_height, error);
}

static double
first_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  double pixels;

  if (!first_shape (plan, group, &s))
    return INFINITY;
  pixels = (double) (s.batch * s.out_height * s.out_width);
  return COST_CALL + weir_conv_bytes (&s) / COST_BYTES +
         pixels * cost_pad (s.outputs) * (double) window_size (&s) * 2 / COST_FLOPS;
}

WEIR_KERNEL_DEFINE (conv_first) = {
  .name = "conv-first-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Convolution",
  .accepts = first_accepts,
  .demand = first_demand,
  .cost = first_cost,
  .prepare = first_prepare,
  .release = first_release,
  .scratch = first_scratch,
  .run_rows = first_run_rows,
  .rows_read = weir_conv_rows_read,
  .run = first_run,
};
