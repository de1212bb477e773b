#include "base/error.h"
#include "conv-tile.h"
#include "cost.h"
#include "cpu/conv-shape.h"
#include "cpu/features.h"

/* Convolution on blocked values, straight from the input: [C/VLEN][H][W][VLEN] in and
 * out. The output channels are cut into slices of some blocks, each with its weights
 * packed in the order in which a register tile reads them. Pixels are counted through the
 * whole image, so that tiles stay full where rows are short.
 *
 * Groups need no code of their own: a slice reads just the blocks of input channels that
 * its groups have, with zeros for weights between channels of different groups. */

/* Tasks a thread, so that they end at about the same time. */
#define TASKS_PER_THREAD 4
/* Multiplications below which a second thread costs more than it brings. */
#define MIN_MACS_TO_SPLIT 200000
/* Fewest pixels that are worth the loading of a slice's weights. */
#define MIN_PIXELS 48

/**
 * Slice:
 * @block, @blocks: which blocks of output channels
 * @in_block, @in_blocks: which blocks of input channels they read
 * @last_lanes: how many channels of the last of those
 * @weights: where its packed weights begin
 */
typedef struct {
  gsize block;
  guint blocks;
  gsize in_block, in_blocks;
  guint last_lanes;
  gsize weights;
} Slice;

typedef struct {
  ConvShape shape;
  Post post;
  Slice *slices;
  guint n_slices;
  float *weights;
  float *bias;
  guint32 *offsets;   /* [input blocks of a slice][kernel_height][kernel_width] */
  gsize pixels;       /* at a time, so that what they read stays in a cache */
  gsize chunk_blocks; /* input blocks at a time, for the same reason */
} Direct;

static gsize
blocks_of (gsize channels)
{
  return (channels + VLEN - 1) / VLEN;
}

static gboolean
direct_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return weir_conv_shape (plan, group, &shape);
}

static void
direct_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
               WeirDemand *outputs)
{
  ConvShape shape;

  if (weir_conv_shape (plan, group, &shape))
    weir_conv_demand (&shape, group, VLEN, inputs, outputs);
}

/* Input channels that the output channels of @slice read: those of their groups. */
static void
slice_inputs (Slice *slice, const ConvShape *s)
{
  gsize outputs = s->outputs / s->groups, channels = s->channels / s->groups;
  gsize first = slice->block * VLEN / outputs;
  gsize last = (MIN ((slice->block + slice->blocks) * VLEN, s->outputs) - 1) / outputs;
  gsize begin = first * channels, end = (last + 1) * channels;

  slice->in_block = begin / VLEN;
  slice->in_blocks = blocks_of (end) - slice->in_block;
  slice->last_lanes = (guint) ((end - 1) % VLEN + 1);
}

static gsize
slice_steps (const Slice *slice, const ConvShape *s)
{
  return ((slice->in_blocks - 1) * VLEN + slice->last_lanes) * s->kernel_height *
         s->kernel_width;
}

/* Blocks of a slice: as many as a tile holds, but no more than share their input where
 * the convolution is grouped. */
static guint
slice_limit (const ConvShape *s)
{
  gsize shared = MAX (s->outputs / s->groups / VLEN, 1);

  return (guint) (s->groups == 1 ? TILE_BLOCKS : MIN (TILE_BLOCKS, shared));
}

/* Cuts all blocks into slices that differ by one block at most. Returns how many weights
 * they have. */
static gsize
cut_slices (Direct *d)
{
  gsize blocks = blocks_of (d->shape.outputs), block = 0, weights = 0;
  guint limit = slice_limit (&d->shape);

  d->n_slices = (guint) ((blocks + limit - 1) / limit);
  d->slices = g_new0 (Slice, d->n_slices);
  for (guint i = 0; i < d->n_slices; i++) {
    Slice *slice = &d->slices[i];

    slice->block = block;
    slice->blocks = (guint) ((blocks - block) / (d->n_slices - i));
    if ((blocks - block) % (d->n_slices - i) != 0)
      slice->blocks++;
    slice->weights = weights;
    slice_inputs (slice, &d->shape);
    block += slice->blocks;
    weights += slice_steps (slice, &d->shape) * slice->blocks * VLEN;
  }
  return weights;
}

/* The weight between two channels at position @k of the window; zero between groups. */
static float
weight_at (const ConvShape *s, const float *weights, gsize output, gsize channel, gsize k)
{
  gsize outputs = s->outputs / s->groups, channels = s->channels / s->groups;
  gsize area = s->kernel_height * s->kernel_width;

  if (output >= s->outputs || channel / channels != output / outputs)
    return 0;
  return weights[(output * channels + channel % channels) * area + k];
}

static void
pack_slice (const Direct *d, const Slice *slice, const float *from)
{
  gsize area = d->shape.kernel_height * d->shape.kernel_width;
  gsize width = slice->blocks * VLEN;
  float *to = d->weights + slice->weights;

  for (gsize i = 0; i < slice->in_blocks; i++) {
    gsize lanes = i + 1 == slice->in_blocks ? slice->last_lanes : VLEN;

    for (gsize k = 0; k < area; k++)
      for (gsize c = 0; c < lanes; c++, to += width)
        for (gsize o = 0; o < width; o++)
          to[o] = weight_at (&d->shape, from, slice->block * VLEN + o,
                             (slice->in_block + i) * VLEN + c, k);
  }
}

static void
make_offsets (Direct *d, const WeirValue *in)
{
  const ConvShape *s = &d->shape;
  gsize blocks = 0, n = 0;

  for (guint i = 0; i < d->n_slices; i++)
    blocks = MAX (blocks, d->slices[i].in_blocks);
  d->offsets = g_new (guint32, blocks * s->kernel_height * s->kernel_width);
  for (gsize i = 0; i < blocks; i++)
    for (gsize y = 0; y < s->kernel_height; y++)
      for (gsize x = 0; x < s->kernel_width; x++)
        d->offsets[n++] = (guint32) (i * in->plane + y * s->dilation_y * in->row +
                                     x * s->dilation_x * VLEN);
}

static gboolean
pack (Direct *d, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *weights = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gsize n_weights = cut_slices (d);

  d->weights = weir_try_alloc (n_weights * sizeof (float), error);
  if (d->weights == NULL)
    return FALSE;
  d->bias = weir_try_alloc (blocks_of (d->shape.outputs) * VLEN * sizeof (float), error);
  if (d->bias == NULL)
    return FALSE;
  for (guint i = 0; i < d->n_slices; i++)
    pack_slice (d, &d->slices[i], weights);
  make_offsets (d, weir_group_input (plan, group, 0));
  for (gsize i = 0; group->bias != NULL && i < d->shape.outputs; i++)
    d->bias[i] = (float) weir_tensor_get (group->bias, i);
  return TRUE;
}

/* All weights are read once for all pixels that are worked on at a time, and those
 * pixels' inputs once for each slice. So few pixels that the inputs stay in L1, if the
 * weights are in L2 anyway; else as many as L2 holds. */
static void
choose_blocking (Direct *d, gsize n_weights)
{
  const WeirFeatures *cpu = weir_features ();
  const ConvShape *s = &d->shape;
  gsize all = s->out_height * s->out_width;
  gsize weights = n_weights * sizeof (float);
  gsize pixel = d->slices[0].in_blocks * VLEN * sizeof (float) *
                MIN (s->stride_y, s->kernel_height) * MIN (s->stride_x, s->kernel_width);
  gsize step = d->slices[0].blocks * VLEN * VLEN * sizeof (float) * s->kernel_height *
               s->kernel_width;
  gsize room = weights <= cpu->l2 / 2 ? cpu->l1 / 2 : cpu->l2 / 2;
  gsize parts;

  d->pixels = CLAMP (room / pixel, MIN_PIXELS, 1024);
  parts = (all + d->pixels - 1) / d->pixels;
  d->pixels = (all + parts - 1) / parts;
  d->chunk_blocks = MAX (cpu->l2 / 4 / step, 1);
}

static void direct_release (void *state);

static void *
direct_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Direct *d = g_new0 (Direct, 1);
  gsize n_weights = 0;

  if (!weir_conv_shape (plan, group, &d->shape)) {
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution that was accepted");
    direct_release (d);
    return NULL;
  }
  if (!pack (d, plan, group, error) ||
      !post_init (&d->post, group, d->shape.outputs, error)) {
    direct_release (d);
    return NULL;
  }
  for (guint i = 0; i < d->n_slices; i++)
    n_weights += slice_steps (&d->slices[i], &d->shape) * d->slices[i].blocks * VLEN;
  choose_blocking (d, n_weights);
  return d;
}

static void
direct_release (void *state)
{
  Direct *d = state;

  if (d == NULL)
    return;
  post_clear (&d->post);
  weir_free (d->weights);
  weir_free (d->bias);
  g_free (d->offsets);
  g_free (d->slices);
  g_free (d);
}

static gsize
direct_scratch (const void *state)
{
  const Direct *d = state;

  return d->pixels * TILE_BLOCKS * VLEN * sizeof (float);
}

typedef struct {
  const Direct *d;
  const WeirRun *run;
  const WeirValue *in, *out, *residual;
  const float *in_data, *residual_data;
  float *out_data;
  gsize pixels;                   /* pixels a task */
  guint pixel_parts, slice_parts; /* tasks an image */
} Job;

/* The walk through the pixels of image @image for the blocks of @slice, from pixel @first
 * on. */
static ConvWalk
walk_from (const Job *job, gsize image, const Slice *slice, gsize first)
{
  const ConvShape *s = &job->d->shape;
  gsize y = first / s->out_width, x = first % s->out_width;
  const WeirValue *in = job->in, *out = job->out, *residual = job->residual;
  ConvWalk walk = { .x = x, .width = s->out_width, .in_step = s->stride_x * VLEN };

  walk.in = job->in_data + image * in->batch + slice->in_block * in->plane +
            y * s->stride_y * in->row + x * walk.in_step - s->top * (gssize) in->row -
            s->left * VLEN;
  walk.in_jump =
      (gssize) (s->stride_y * in->row) - (gssize) (s->out_width * walk.in_step);
  walk.out = job->out_data + image * out->batch + slice->block * out->plane +
             y * out->row + x * VLEN;
  walk.out_jump = (gssize) out->row - (gssize) (s->out_width * VLEN);
  if (residual == NULL)
    return walk;
  walk.residual = job->residual_data + image * residual->batch +
                  slice->block * residual->plane + y * residual->row + x * VLEN;
  walk.residual_jump = (gssize) residual->row - (gssize) (s->out_width * VLEN);
  return walk;
}

/* One slice of the output for pixels @first .. @first + @count, input blocks @begin on.
 */
static void
run_chunk (const Job *job, gsize image, const Slice *slice, gsize first, gsize count,
           gsize begin, float *sums)
{
  const Direct *d = job->d;
  gsize blocks = MIN (d->chunk_blocks, slice->in_blocks - begin);
  gboolean last = begin + blocks == slice->in_blocks;
  gboolean is_short = last && slice->last_lanes < VLEN;
  gsize area = d->shape.kernel_height * d->shape.kernel_width;
  gsize width = slice->blocks * VLEN;
  gsize limit = TILE_PIXELS (slice->blocks), n_tiles = (count + limit - 1) / limit;
  gsize even = count / n_tiles, wider = count % n_tiles;
  ConvWalk walk = walk_from (job, image, slice, first);
  ConvTile tile = {
    .weights = d->weights + slice->weights + begin * area * VLEN * width,
    .offsets = d->offsets + begin * area,
    .steps = (guint) ((blocks - is_short) * area),
    .short_steps = is_short ? (guint) area : 0,
    .lanes = slice->last_lanes,
    .bias = d->bias + slice->block * VLEN,
    .post = &d->post,
    .channel = slice->block * VLEN,
    .out_block = job->out->plane,
    .residual_block = job->residual != NULL ? job->residual->plane : 0,
    .has_residual = job->residual != NULL,
  };

  for (gsize i = 0, at = 0; i < n_tiles; i++) {
    guint pixels = (guint) (even + (i < wider));

    conv_walk (&walk, pixels, &tile);
    tile.start = begin > 0 ? sums + at * width : NULL;
    tile.sums = last ? NULL : sums + at * width;
    conv_tile_run (slice->blocks, pixels) (&tile);
    at += pixels;
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Direct *d = job->d;
  gsize all = d->shape.out_height * d->shape.out_width;
  guint slice_part = index % job->slice_parts, rest = index / job->slice_parts;
  gsize first = rest % job->pixel_parts * job->pixels;
  gsize count = MIN (job->pixels, all - first), image = rest / job->pixel_parts;
  guint begin = d->n_slices * slice_part / job->slice_parts;
  guint end = d->n_slices * (slice_part + 1) / job->slice_parts;
  float *sums = weir_run_scratch (job->run, thread);

  for (guint i = begin; i < end; i++) {
    const Slice *slice = &d->slices[i];

    for (gsize b = 0; b < slice->in_blocks; b += d->chunk_blocks)
      run_chunk (job, image, slice, first, count, b, sums);
  }
}

/* How the work is cut into tasks: by pixels as the caches want it, then by slices, then
 * into fewer pixels, until there is enough for all threads. */
static void
cut_tasks (Job *job, guint threads)
{
  const Direct *d = job->d;
  gsize all = d->shape.out_height * d->shape.out_width, parts, wanted;

  job->pixels = d->pixels;
  job->slice_parts = 1;
  parts = (all + job->pixels - 1) / job->pixels;
  wanted = threads * TASKS_PER_THREAD;
  if (threads > 1 && weir_conv_macs (&d->shape) >= MIN_MACS_TO_SPLIT &&
      parts * d->shape.batch < wanted) {
    gsize missing = (wanted + parts * d->shape.batch - 1) / (parts * d->shape.batch);

    job->slice_parts = (guint) MIN (missing, d->n_slices);
    missing = (missing + job->slice_parts - 1) / job->slice_parts;
    job->pixels = MAX ((job->pixels + missing - 1) / missing, TILE_MAX_PIXELS);
  }
  job->pixel_parts = (guint) ((all + job->pixels - 1) / job->pixels);
}

static gboolean
direct_run (const WeirRun *run, GError **error)
{
  const WeirGroup *group = &run->step->group;
  const Direct *d = run->step->state;
  Job job = { .d = d,
              .run = run,
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
  weir_threads_run (run->threads,
                    (guint) d->shape.batch * job.pixel_parts * job.slice_parts, run_task,
                    &job);
  return TRUE;
}

/* Blocks are always computed whole; in a block of several groups most products are with
 * zeros. */
static double
direct_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  gsize channels, outputs, together;
  double pixels;

  if (!weir_conv_shape (plan, group, &s))
    return INFINITY;
  channels = s.channels / s.groups;
  outputs = s.outputs / s.groups;
  together = s.groups > 1 && outputs < VLEN ? (VLEN + outputs - 1) / outputs : 1;
  pixels = (double) (s.batch * s.out_height * s.out_width);
  return COST_CALL + weir_conv_bytes (&s) / COST_BYTES +
         pixels * cost_pad (s.outputs) * (double) (channels * together) *
             (double) (s.kernel_height * s.kernel_width) * 2 / COST_FLOPS;
}

#define DIRECT(operation)                                                            \
  {                                                                                  \
    .name = "conv-direct-" WEIR_ISA_STRING (WEIR_ISA), .op = operation,              \
    .accepts = direct_accepts, .demand = direct_demand, .cost = direct_cost,         \
    .prepare = direct_prepare, .release = direct_release, .scratch = direct_scratch, \
    .run = direct_run,                                                               \
  }
WEIR_KERNEL_DEFINE (conv_direct) = DIRECT ("Convolution");
WEIR_KERNEL_DEFINE (conv_direct_grouped) = DIRECT ("GroupConvolution");
