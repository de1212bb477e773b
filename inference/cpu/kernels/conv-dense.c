#include "conv-dense.h"

#include "base/limits.h"
#include "conv-tile.h"
#include "conv-values.h"
#include "cpu/features.h"

/* The output channels are cut into slices of some blocks, each with its weights packed in
 * the order in which a register tile reads them. Pixels are counted through the whole
 * image, so that tiles stay full where rows are short.
 *
 * Groups need no code of their own: a slice reads just the blocks of input channels that
 * its groups have, with zeros for weights between channels of different groups. */

/* Tasks a thread, so that they end at about the same time. */
#define TASKS_PER_THREAD 4
/* Multiplications below which a second thread costs more than it brings. */
#define MIN_MACS_TO_SPLIT 200000
/* Fewest pixels that are worth the loading of a slice's weights. */
#define MIN_PIXELS 48
#define MAX_PIXELS 1024

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

struct _Dense {
  DenseSpec spec;
  Slice *slices;
  guint n_slices;
  float *weights;
  guint32 *offsets;   /* [input blocks of a slice][taps] */
  gsize pixels;       /* at a time, so that what they read stays in a cache */
  gsize chunk_blocks; /* input blocks at a time, for the same reason */
  double macs;
};

static gsize
blocks_of (gsize channels)
{
  return (channels + VLEN - 1) / VLEN;
}

/* Input channels that the output channels of @slice read: those of their groups. */
static void
slice_inputs (Slice *slice, const DenseSpec *s)
{
  gsize outputs = s->outputs / s->groups, channels = s->channels / s->groups;
  gsize first = slice->block * VLEN / outputs;
  gsize last = (MIN ((slice->block + slice->blocks) * VLEN, s->outputs) - 1) / outputs;
  gsize begin = first * channels, end = (last + 1) * channels;

  slice->in_block = begin / VLEN;
  slice->in_blocks = blocks_of (end) - slice->in_block;
  slice->last_lanes = (guint) ((end - 1) % VLEN + 1);
}

/* Packed weights of a slice. */
static gsize
slice_size (const Slice *slice, const DenseSpec *s)
{
  return ((slice->in_blocks - 1) * VLEN + slice->last_lanes) * s->n_taps * slice->blocks *
         VLEN;
}

/* As a tile likes them, but no more blocks a slice than share their input where the
 * convolution is grouped. */
static guint
count_slices (const DenseSpec *s)
{
  gsize blocks = blocks_of (s->outputs), shared = MAX (s->outputs / s->groups / VLEN, 1);
  gsize limit = MIN (shared, TILE_BLOCKS);

  return (guint) (s->groups > 1 ? (blocks + limit - 1) / limit : tile_slices (blocks));
}

/* Cuts all blocks into slices that differ by one block at most. Returns how many weights
 * they have. */
static gsize
cut_slices (Dense *d)
{
  gsize blocks = blocks_of (d->spec.outputs), block = 0, weights = 0;

  d->n_slices = count_slices (&d->spec);
  d->slices = g_new0 (Slice, d->n_slices);
  for (guint i = 0; i < d->n_slices; i++) {
    Slice *slice = &d->slices[i];
    gsize left = d->n_slices - i;

    slice->block = block;
    slice->blocks = (guint) ((blocks - block + left - 1) / left);
    slice->weights = weights;
    slice_inputs (slice, &d->spec);
    block += slice->blocks;
    weights += slice_size (slice, &d->spec);
  }
  return weights;
}

/* The weights between input channel @channel and all outputs of @slice in its group;
 * those of other groups stay zero. */
static void
pack_channel (const DenseSpec *s, const Slice *slice, gsize channel, const DenseTap *tap,
              float *to)
{
  gsize outputs = s->outputs / s->groups, channels = s->channels / s->groups;
  gsize group = channel / channels, first = slice->block * VLEN;
  gsize begin = MAX (group * outputs, first);
  gsize end = MIN ((group + 1) * outputs, first + slice->blocks * VLEN);
  const float *from = s->weights + group * s->group_stride +
                      channel % channels * s->channel_stride + tap->weight;

  for (gsize o = begin; o < end; o++)
    to[o - first] = from[(o - group * outputs) * s->output_stride];
}

static void
pack_slice (const Dense *d, const Slice *slice)
{
  const DenseSpec *s = &d->spec;
  float *to = d->weights + slice->weights;

  for (gsize i = 0; i < slice->in_blocks; i++) {
    gsize lanes = i + 1 == slice->in_blocks ? slice->last_lanes : VLEN;

    for (gsize t = 0; t < s->n_taps; t++)
      for (gsize c = 0; c < lanes; c++, to += slice->blocks * VLEN)
        pack_channel (s, slice, (slice->in_block + i) * VLEN + c, &s->taps[t], to);
  }
}

static void
make_offsets (Dense *d, const WeirValue *in)
{
  const DenseSpec *s = &d->spec;
  gsize blocks = 0, n = 0;

  for (guint i = 0; i < d->n_slices; i++)
    blocks = MAX (blocks, d->slices[i].in_blocks);
  d->offsets = g_new (guint32, blocks * s->n_taps);
  for (gsize i = 0; i < blocks; i++)
    for (gsize t = 0; t < s->n_taps; t++)
      d->offsets[n++] =
          (guint32) (i * in->plane + s->taps[t].y * in->row + s->taps[t].x * VLEN);
}

/* Input pixels that one more output pixel needs. */
static gsize
new_pixels (const DenseSpec *s)
{
  gsize height = 1, width = 1;

  for (gsize t = 0; t < s->n_taps; t++) {
    height = MAX (height, s->taps[t].y + 1);
    width = MAX (width, s->taps[t].x + 1);
  }
  return MIN (s->in_step_y, height) * MIN (s->in_step_x, width);
}

/* All weights are read once for all pixels that are worked on at a time, and those
 * pixels' inputs once for each slice. So few pixels that the inputs stay in L1, if the
 * weights are in L2 anyway; else as many as L2 holds. */
static void
choose_blocking (Dense *d, gsize n_weights)
{
  const WeirFeatures *cpu = weir_features ();
  const DenseSpec *s = &d->spec;
  gsize all = s->rows * s->columns;
  gsize block = VLEN * sizeof (float);
  gsize pixel = d->slices[0].in_blocks * block * new_pixels (s);
  gsize step = d->slices[0].blocks * VLEN * block * MAX (s->n_taps, 1);
  gsize room = n_weights * sizeof (float) <= cpu->l2 / 2 ? cpu->l1 / 2 : cpu->l2 / 2;
  gsize parts;

  d->pixels = CLAMP (room / pixel, MIN_PIXELS, MAX_PIXELS);
  parts = (all + d->pixels - 1) / d->pixels;
  d->pixels = (all + parts - 1) / parts;
  d->chunk_blocks = MAX (cpu->l2 / 4 / step, 1);
  d->macs = (double) (s->batch * all) * (double) n_weights;
}

Dense *
dense_new (const DenseSpec *spec, const WeirValue *in, GError **error)
{
  Dense *d = g_new0 (Dense, 1);
  gsize n_weights;

  d->spec = *spec;
  n_weights = cut_slices (d);
  d->weights = weir_try_alloc (n_weights * sizeof (float), error);
  if (d->weights == NULL) {
    dense_free (d);
    return NULL;
  }
  for (guint i = 0; i < d->n_slices; i++)
    pack_slice (d, &d->slices[i]);
  make_offsets (d, in);
  choose_blocking (d, n_weights);
  d->spec.taps = NULL;
  d->spec.weights = NULL;
  return d;
}

void
dense_free (Dense *d)
{
  if (d == NULL)
    return;
  weir_free (d->weights);
  g_free (d->offsets);
  g_free (d->slices);
  g_free (d);
}

gsize
dense_scratch (const Dense *d)
{
  return d->pixels * TILE_MAX_BLOCKS * VLEN * sizeof (float);
}

typedef struct {
  const Dense *d;
  const WeirRun *run;
  ConvValues v;
  gsize first, all;               /* pixels of an image that are computed */
  gsize pixels;                   /* pixels a task */
  guint pixel_parts, slice_parts; /* tasks an image */
} Job;

/* Elements from the first row and pixel of @value to those that @y and @x are. */
static gssize
offset_of (const WeirValue *value, gssize y, gssize x)
{
  return y * (gssize) value->row + x * VLEN;
}

/* The walk through the pixels of image @image for the blocks of @slice, from pixel @first
 * on. */
static ConvWalk
walk_from (const Job *job, gsize image, const Slice *slice, gsize first)
{
  const DenseSpec *s = &job->d->spec;
  const ConvValues *v = &job->v;
  gsize y = first / s->columns, x = first % s->columns;
  gssize in_y = s->in_y + (gssize) (y * s->in_step_y);
  gssize in_x = s->in_x + (gssize) (x * s->in_step_x);
  gssize out_y = (gssize) (s->out_y + y * s->out_step_y);
  gssize out_x = (gssize) (s->out_x + x * s->out_step_x);
  gssize in_width = (gssize) (s->columns * s->in_step_x);
  gssize out_width = (gssize) (s->columns * s->out_step_x);
  ConvWalk walk = { .x = x,
                    .width = s->columns,
                    .in_step = s->in_step_x * VLEN,
                    .out_step = s->out_step_x * VLEN };

  walk.in = v->in_data + image * v->in->batch + slice->in_block * v->in->plane +
            offset_of (v->in, in_y, in_x);
  walk.in_jump = offset_of (v->in, (gssize) s->in_step_y, -in_width);
  walk.out = v->out_data + image * v->out->batch + slice->block * v->out->plane +
             offset_of (v->out, out_y, out_x);
  walk.out_jump = offset_of (v->out, (gssize) s->out_step_y, -out_width);
  if (v->residual == NULL)
    return walk;
  walk.residual = v->residual_data + image * v->residual->batch +
                  slice->block * v->residual->plane +
                  offset_of (v->residual, out_y, out_x);
  walk.residual_jump = offset_of (v->residual, (gssize) s->out_step_y, -out_width);
  return walk;
}

/* One slice of the output for pixels @first .. @first + @count, input blocks @begin on.
 */
static void
run_chunk (const Job *job, gsize image, const Slice *slice, gsize first, gsize count,
           gsize begin, float *sums)
{
  const Dense *d = job->d;
  const ConvValues *v = &job->v;
  gsize blocks = MIN (d->chunk_blocks, slice->in_blocks - begin);
  gboolean last = begin + blocks == slice->in_blocks;
  gboolean is_short = last && slice->last_lanes < VLEN;
  gsize taps = d->spec.n_taps, width = slice->blocks * VLEN;
  gsize limit = TILE_PIXELS (slice->blocks), n = (count + limit - 1) / limit;
  ConvWalk walk = walk_from (job, image, slice, first);
  ConvTile tile = {
    .weights = d->weights + slice->weights + begin * taps * VLEN * width,
    .offsets = d->offsets + begin * taps,
    .steps = (guint) ((blocks - is_short) * taps),
    .short_steps = is_short ? (guint) taps : 0,
    .lanes = slice->last_lanes,
    .bias = d->spec.post->bias + slice->block * VLEN,
    .post = d->spec.post,
    .channel = slice->block * VLEN,
    .out_block = v->out->plane,
    .residual_block = v->residual != NULL ? v->residual->plane : 0,
    .has_residual = v->residual != NULL,
    .ahead_lines = (guint) ((VLEN * width / 16 + n - 1) / n),
  };

  tile.ahead = tile.weights + blocks * taps * VLEN * width;
  for (gsize at = 0; at < count;) {
    guint pixels = conv_walk_tile (&walk, slice->blocks, count - at);

    conv_walk (&walk, pixels, &tile);
    tile.start = begin > 0 ? sums + at * width : NULL;
    tile.sums = last ? NULL : sums + at * width;
    conv_tile_run (&tile, slice->blocks, pixels);
    tile.ahead += blocks * taps * tile.ahead_lines * 16;
    at += pixels;
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Dense *d = job->d;
  guint slice_part = index % job->slice_parts, rest = index / job->slice_parts;
  gsize first = rest % job->pixel_parts * job->pixels;
  gsize count = MIN (job->pixels, job->all - first), image = rest / job->pixel_parts;
  guint begin = d->n_slices * slice_part / job->slice_parts;
  guint end = d->n_slices * (slice_part + 1) / job->slice_parts;
  float *sums = weir_run_scratch (job->run, thread);

  for (guint i = begin; i < end; i++) {
    const Slice *slice = &d->slices[i];

    for (gsize b = 0; b < slice->in_blocks; b += d->chunk_blocks)
      run_chunk (job, image, slice, job->first + first, count, b, sums);
  }
}

/* How the work is cut into tasks: by pixels as the caches want it, then by slices, then
 * into fewer pixels, until there is enough for all threads. */
static void
cut_tasks (Job *job, guint threads)
{
  const Dense *d = job->d;
  gsize all = job->all;
  gsize tasks = (all + d->pixels - 1) / d->pixels * d->spec.batch;
  gsize wanted = threads * TASKS_PER_THREAD;

  job->pixels = d->pixels;
  job->slice_parts = 1;
  if (threads > 1 && d->macs >= MIN_MACS_TO_SPLIT && tasks < wanted) {
    gsize missing = (wanted + tasks - 1) / tasks;

    job->slice_parts = (guint) MIN (missing, d->n_slices);
    missing = (missing + job->slice_parts - 1) / job->slice_parts;
    job->pixels = MAX ((job->pixels + missing - 1) / missing, TILE_MAX_PIXELS);
  }
  job->pixel_parts = (guint) ((all + job->pixels - 1) / job->pixels);
}

void
dense_run (const Dense *d, const WeirRun *run, gsize first, gsize count)
{
  Job job = { .d = d,
              .run = run,
              .v = conv_values (run),
              .first = first * d->spec.columns,
              .all = MIN (count, d->spec.rows - first) * d->spec.columns };

  cut_tasks (&job, weir_threads_count (run->threads));
  weir_threads_run (run->threads,
                    (guint) d->spec.batch * job.pixel_parts * job.slice_parts, run_task,
                    &job);
}
