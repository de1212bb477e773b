#include "base/checked.h"
#include "base/error.h"
#include "bytes-post.h"
#include "bytes-tile.h"
#include "cost.h"
#include "cpu/features.h"

/* Convolution of bytes with weights of 8 bits, in whole numbers. An input of few channels
 * lies in blocks of four, so that a first layer is like any other.
 *
 * Bytes have a zero of their own: sums begin with what it times all weights is too much.
 * A border is made of it, and needs no care. */

#define TASKS_PER_THREAD 4
/* Multiplications below which a second thread costs more than it brings. */
#define MIN_MACS_TO_SPLIT 400000
/* Fewest and most pixels that are worked on at a time. */
#define MIN_PIXELS 56
#define MAX_PIXELS 2048

typedef struct {
  ConvShape shape;
  BytesPost post;
  guint in_block;
  gsize in_blocks, blocks;
  gint32 *weights;  /* [slices][in_blocks][taps][in_block / 4][slice's blocks][DOT_WORDS]
                       [VLEN] */
  gint32 *starts;   /* one an output channel, padded */
  guint32 *offsets; /* [in_blocks][taps] */
  gsize pixels;     /* at a time */
} ConvBytes;

/* Blocks of the input: of a first layer's three channels no whole vector is made. */
static guint
block_of (const ConvShape *s)
{
  return s->channels <= 4 ? 4 : VLEN;
}

static gboolean
bytes_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return bytes_conv_shape (plan, group, s) && s->groups == 1;
}

static gboolean
conv_bytes_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return bytes_shape (plan, group, &shape);
}

static void
conv_bytes_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                   WeirDemand *outputs)
{
  ConvShape shape;

  if (bytes_shape (plan, group, &shape))
    bytes_conv_demand (plan, group, &shape, block_of (&shape), inputs, outputs);
}

static void
conv_bytes_release (void *state)
{
  ConvBytes *c = state;

  if (c == NULL)
    return;
  bytes_post_clear (&c->post);
  weir_free (c->weights);
  weir_free (c->starts);
  g_free (c->offsets);
  g_free (c);
}

static gsize
taps_of (const ConvShape *s)
{
  return s->kernel_height * s->kernel_width;
}

/* Numbers that the weights of one block of outputs take. */
static gsize
block_size (const ConvBytes *c)
{
  return c->in_blocks * taps_of (&c->shape) * (c->in_block / 4) * DOT_WORDS * VLEN;
}

static guint
slice_blocks (const ConvBytes *c, gsize block)
{
  return (guint) MIN (c->blocks - block, BYTES_TILE_BLOCKS);
}

/* All weights of output channel @o; returns their sum. */
static gint32
pack_output (ConvBytes *c, gsize o, const float *from)
{
  gsize taps = taps_of (&c->shape), quads = c->in_block / 4;
  gsize first = o / VLEN / BYTES_TILE_BLOCKS * BYTES_TILE_BLOCKS;
  gsize blocks = slice_blocks (c, first), place = o / VLEN - first;
  gint32 *to = c->weights + first * block_size (c) + place * DOT_WORDS * VLEN + o % VLEN;
  gint32 sum = 0;

  for (gsize i = 0; i < c->shape.channels; i++)
    for (gsize t = 0; t < taps; t++) {
      gint32 weight = (gint32) from[i * taps + t];
      gsize quad = (i / c->in_block * taps + t) * quads + i % c->in_block / 4;

      dot_pack (to + quad * blocks * DOT_WORDS * VLEN, VLEN, (guint) (i % 4), weight);
      sum += weight;
    }
  return sum;
}

static gboolean
pack (ConvBytes *c, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gint32 zero = weir_group_input (plan, group, 0)->levels.zero;
  gsize window = c->shape.channels * taps_of (&c->shape), size;

  c->in_block = block_of (&c->shape);
  c->in_blocks = (c->shape.channels + c->in_block - 1) / c->in_block;
  c->blocks = (c->shape.outputs + VLEN - 1) / VLEN;
  if (!weir_mul_size (c->blocks * sizeof (gint32), block_size (c), &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many weights");
  c->weights = weir_try_alloc (size, error);
  c->starts = weir_try_alloc (c->blocks * VLEN * sizeof (gint32), error);
  if (c->weights == NULL || c->starts == NULL)
    return FALSE;
  for (gsize o = 0; o < c->shape.outputs; o++)
    c->starts[o] = -zero * pack_output (c, o, from + o * window);
  return TRUE;
}

static void
make_offsets (ConvBytes *c, const WeirValue *in)
{
  const ConvShape *s = &c->shape;
  gsize n = 0;

  c->offsets = g_new (guint32, c->in_blocks * taps_of (s));
  for (gsize i = 0; i < c->in_blocks; i++)
    for (gsize y = 0; y < s->kernel_height; y++)
      for (gsize x = 0; x < s->kernel_width; x++)
        c->offsets[n++] = (guint32) (i * in->plane + y * s->dilation_y * in->row +
                                     x * s->dilation_x * c->in_block);
}

/* So many that what they read stays in L2 beside the weights of a slice. */
static void
choose_pixels (ConvBytes *c)
{
  const ConvShape *s = &c->shape;
  gsize all = s->out_height * s->out_width, parts;
  gsize pixel = c->in_blocks * c->in_block * MIN (s->stride_y, s->kernel_height) *
                MIN (s->stride_x, s->kernel_width);

  c->pixels = CLAMP (weir_features ()->l2 / 3 / pixel, MIN_PIXELS, MAX_PIXELS);
  parts = (all + c->pixels - 1) / c->pixels;
  c->pixels = (all + parts - 1) / parts;
}

static void *
conv_bytes_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  ConvBytes *c = g_new0 (ConvBytes, 1);

  if (!bytes_shape (plan, group, &c->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution of bytes");
  else if (pack (c, plan, group, error) &&
           bytes_post_init (&c->post, plan, group, c->shape.outputs, error)) {
    make_offsets (c, weir_group_input (plan, group, 0));
    choose_pixels (c);
    return c;
  }
  conv_bytes_release (c);
  return NULL;
}

static gsize
conv_bytes_scratch (const void *state)
{
  const ConvBytes *c = state;

  return 3 * c->pixels * sizeof (gsize);
}

typedef struct {
  const ConvBytes *c;
  const WeirRun *run;
  BytesTarget target;
  const WeirValue *in;
  const guint8 *in_data;
  gsize first, last;              /* pixels of an image that are computed */
  gsize pixels;                   /* a task */
  guint pixel_parts, slice_parts; /* tasks an image */
} Job;

/* Where pixels lie in a plane of each value, in elements. */
typedef struct {
  gssize *in;
  gsize *out, *residual;
} Places;

static void
find_pixels (const Job *job, gsize first, gsize count, Places *places)
{
  const ConvShape *s = &job->c->shape;
  const BytesTarget *t = &job->target;
  gsize y = first / s->out_width, x = first % s->out_width;

  for (gsize p = 0; p < count; p++) {
    gssize in_y = (gssize) (y * s->stride_y) - s->top;
    gssize in_x = (gssize) (x * s->stride_x) - s->left;

    places->in[p] = in_y * (gssize) job->in->row + in_x * (gssize) job->c->in_block;
    places->out[p] = y * t->out->row + x * VLEN;
    if (t->residual != NULL)
      places->residual[p] = y * t->residual->row + x * VLEN;
    if (++x == s->out_width) {
      x = 0;
      y++;
    }
  }
}

/* How many pixels, of @limit at most, a tile has from @pixel on, of the @left ones that
 * still come: as even a part as can be, of the rest of the row where rows are long enough
 * to fill tiles. */
static guint
tile_pixels (const ConvBytes *c, gsize limit, gsize pixel, gsize left)
{
  gsize width = c->shape.out_width, n;

  if (width >= limit)
    left = MIN (left, width - pixel % width);
  n = (left + limit - 1) / limit;
  return (guint) ((left + n - 1) / n);
}

/* One slice of the output for @count pixels from @first on. */
static void
run_slice (const Job *job, gsize image, gsize block, gsize first, gsize count,
           const Places *places)
{
  const ConvBytes *c = job->c;
  const BytesTarget target = bytes_post_plane (&job->target, image, block);
  guint blocks = slice_blocks (c, block);
  gint32 values[BYTES_TILE_BLOCKS * BYTES_MAX_PIXELS * VLEN]
      __attribute__ ((aligned (64)));
  BytesSums sums = { .weights = c->weights + block * block_size (c),
                     .offsets = c->offsets,
                     .steps = c->in_blocks * taps_of (&c->shape),
                     .quads = c->in_block / 4,
                     .start = c->starts + block * VLEN,
                     .sums = values,
                     .in = job->in_data + image * job->in->batch };
  BytesTile tile = { .sums = values,
                     .blocks = blocks,
                     .channel = block * VLEN,
                     .out_block = target.out->plane };

  BytesFinish finish;

  if (target.residual != NULL)
    tile.residual_block = target.residual->plane;
  if (bytes_post_finish (&c->post, &target, tile.channel, &finish))
    sums.finish = &finish;
  sums.out_block = tile.out_block;
  for (gsize at = 0; at < count; at += tile.pixels) {
    tile.pixels = tile_pixels (c, BYTES_PIXELS (blocks), first + at, count - at);
    tile.out = places->out + at;
    tile.residual = places->residual + at;
    sums.places = places->in + at;
    sums.out_places = tile.out;
    sums.line = tile.out[tile.pixels - 1] - tile.out[0] == (tile.pixels - 1) * VLEN;
    bytes_sums_run (&sums, blocks, tile.pixels);
    if (sums.finish == NULL)
      bytes_post_tile (&c->post, &target, &tile);
  }
}

static gsize
count_slices (const ConvBytes *c)
{
  return (c->blocks + BYTES_TILE_BLOCKS - 1) / BYTES_TILE_BLOCKS;
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  gsize slices = count_slices (job->c);
  gsize part = index % job->slice_parts, rest = index / job->slice_parts;
  gsize first = job->first + rest % job->pixel_parts * job->pixels;
  gsize count = MIN (job->pixels, job->last - first), image = rest / job->pixel_parts;
  gsize end = slices * (part + 1) / job->slice_parts;
  gsize *room = weir_run_scratch (job->run, thread);
  Places places = { .in = (gssize *) room,
                    .out = room + job->c->pixels,
                    .residual = room + 2 * job->c->pixels };

  find_pixels (job, first, count, &places);
  for (gsize i = slices * part / job->slice_parts; i < end; i++)
    run_slice (job, image, i * BYTES_TILE_BLOCKS, first, count, &places);
}

/* By pixels as the cache wants it, then by slices, then into fewer pixels, until there is
 * enough for all threads. */
static void
cut_tasks (Job *job, guint threads)
{
  const ConvBytes *c = job->c;
  gsize all = job->last - job->first;
  gsize tasks = (all + c->pixels - 1) / c->pixels * c->shape.batch;
  gsize wanted = threads * TASKS_PER_THREAD;

  job->pixels = c->pixels;
  job->slice_parts = 1;
  if (threads > 1 && weir_conv_macs (&c->shape) >= MIN_MACS_TO_SPLIT && tasks < wanted) {
    gsize missing = (wanted + tasks - 1) / tasks;

    job->slice_parts = (guint) MIN (missing, count_slices (c));
    missing = (missing + job->slice_parts - 1) / job->slice_parts;
    missing = MAX ((job->pixels + missing - 1) / missing, BYTES_MAX_PIXELS);
    job->pixels = MIN (job->pixels, missing);
  }
  job->pixel_parts = (guint) ((all + job->pixels - 1) / job->pixels);
}

static gboolean
conv_bytes_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const ConvBytes *c = run->step->state;
  Job job = { .c = c,
              .run = run,
              .target = bytes_post_target (run),
              .in = weir_group_input (run->plan, &run->step->group, 0),
              .in_data = weir_run_input (run, 0),
              .first = first * c->shape.out_width,
              .last = (first + count) * c->shape.out_width };

  (void) error;
  cut_tasks (&job, weir_threads_count (run->threads));
  weir_threads_run (run->threads,
                    (guint) c->shape.batch * job.pixel_parts * job.slice_parts, run_task,
                    &job);
  return TRUE;
}

static gboolean
conv_bytes_run (const WeirRun *run, GError **error)
{
  const ConvBytes *c = run->step->state;

  return conv_bytes_run_rows (run, 0, c->shape.out_height, error);
}

static double
conv_bytes_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;

  if (!bytes_shape (plan, group, &s))
    return INFINITY;
  return COST_CALL + weir_conv_macs (&s) * 2 / (COST_FLOPS * BYTES_GAIN);
}

WEIR_KERNEL_DEFINE (conv_bytes) = {
  .name = "conv-bytes-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Convolution",
  .rounds = TRUE,
  .accepts = conv_bytes_accepts,
  .demand = conv_bytes_demand,
  .cost = conv_bytes_cost,
  .prepare = conv_bytes_prepare,
  .release = conv_bytes_release,
  .scratch = conv_bytes_scratch,
  .run_rows = conv_bytes_run_rows,
  .rows_read = weir_conv_rows_read,
  .run = conv_bytes_run,
};
