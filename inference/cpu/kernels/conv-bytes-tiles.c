#include "base/checked.h"
#include "base/error.h"
#include "bytes-post.h"
#include "cost.h"
#include "cpu/features.h"

#include <immintrin.h>

/* Convolution of bytes on tile registers (Intel AMX): 16 pixels of 64 bytes times 64
 * bytes of 16 outputs. The input rows of a task are copied so that all channels of a
 * pixel, and the pixels of a row, lie side by side: then each row of the window is one
 * run of bytes, of which 64 are taken at a time, as long as it is, and weights of zero
 * fill up the rest. Where windows do not step over pixels, tiles run over the ends of
 * rows, too; what they compute between is dropped. */

#define TILE_ROWS  16
#define TILE_BYTES 64
#define STEP_SIZE  (TILE_ROWS * TILE_BYTES)
#define NO_PIXEL   G_MAXSIZE
#define MIN_PIXELS 64
/* Bytes of copied input that a task works on at most, if one row needs no more. */
#define ROOM (192 << 10)

typedef struct {
  ConvShape shape;
  BytesPost post;
  guint in_block;
  gsize in_blocks, blocks;
  gsize pixel;    /* bytes */
  gsize width;    /* pixels of a copied row */
  gsize steps;    /* a row of the window */
  gint8 *weights; /* [blocks][kernel_height][steps][16 groups of four][16 outputs][4] */
  gint32 *starts;
  gsize rows;    /* output rows a task */
  gboolean flat; /* tiles run over the ends of rows */
} Tiles;

static gboolean
tiles_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return bytes_conv_shape (plan, group, s) && s->groups == 1 && s->dilation_x == 1;
}

static gboolean
tiles_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape shape;

  return tiles_shape (plan, group, &shape);
}

static guint
block_of (const ConvShape *s)
{
  return s->channels <= 4 ? 4 : VLEN;
}

static void
tiles_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
              WeirDemand *outputs)
{
  ConvShape shape;

  if (tiles_shape (plan, group, &shape))
    bytes_conv_demand (plan, group, &shape, block_of (&shape), inputs, outputs);
}

static void
tiles_release (void *state)
{
  Tiles *t = state;

  if (t == NULL)
    return;
  bytes_post_clear (&t->post);
  weir_free (t->weights);
  weir_free (t->starts);
  g_free (t);
}

/* Weights of one block of outputs. */
static gsize
block_size (const Tiles *t)
{
  return t->shape.kernel_height * t->steps * STEP_SIZE;
}

static gint32
pack_output (Tiles *t, gsize o, const float *from)
{
  const ConvShape *s = &t->shape;
  gint8 *to = t->weights + o / VLEN * block_size (t) + o % VLEN * 4;
  gint32 sum = 0;

  for (gsize c = 0; c < s->channels; c++)
    for (gsize y = 0; y < s->kernel_height; y++)
      for (gsize x = 0; x < s->kernel_width; x++) {
        gsize byte = x * t->pixel + c;

        to[(y * t->steps * TILE_BYTES + byte) / 4 * TILE_BYTES + byte % 4] =
            (gint8) *from;
        sum += (gint32) *from++;
      }
  return sum;
}

static gboolean
pack (Tiles *t, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const ConvShape *s = &t->shape;
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gint32 zero = weir_group_input (plan, group, 0)->levels.zero;
  gsize window = s->channels * s->kernel_height * s->kernel_width, size;

  t->in_block = block_of (s);
  t->in_blocks = (s->channels + t->in_block - 1) / t->in_block;
  t->blocks = (s->outputs + VLEN - 1) / VLEN;
  t->pixel = t->in_blocks * t->in_block;
  t->steps = (s->kernel_width * t->pixel + TILE_BYTES - 1) / TILE_BYTES;
  if (!weir_mul_size (t->blocks, block_size (t), &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "too many weights");
  t->weights = weir_try_alloc (size, error);
  t->starts = weir_try_alloc (t->blocks * VLEN * sizeof (gint32), error);
  if (t->weights == NULL || t->starts == NULL)
    return FALSE;
  for (gsize o = 0; o < s->outputs; o++)
    t->starts[o] = -zero * pack_output (t, o, from + o * window);
  return TRUE;
}

static gsize
copied_rows (const Tiles *t, gsize rows)
{
  return (rows - 1) * t->shape.stride_y +
         (t->shape.kernel_height - 1) * t->shape.dilation_y + 1;
}

/* As many output rows as have their copied input in ROOM. */
static void
choose_rows (Tiles *t)
{
  const ConvShape *s = &t->shape;
  gsize row, parts;

  t->flat = s->stride_x == 1 && s->stride_y == 1;
  t->width = (s->out_width - 1) * s->stride_x + s->kernel_width;
  row = t->width * t->pixel * s->stride_y;
  t->rows =
      CLAMP (ROOM / row, (MIN_PIXELS + s->out_width - 1) / s->out_width, s->out_height);
  t->rows = MIN (t->rows, s->out_height);
  parts = (s->out_height + t->rows - 1) / t->rows;
  t->rows = (s->out_height + parts - 1) / parts;
}

static void *
tiles_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Tiles *t = g_new0 (Tiles, 1);

  if (!tiles_shape (plan, group, &t->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a convolution of bytes");
  else if (pack (t, plan, group, error) &&
           bytes_post_init (&t->post, plan, group, t->shape.outputs, error)) {
    choose_rows (t);
    return t;
  }
  tiles_release (t);
  return NULL;
}

/* Tiles of a task: those of one line of all pixels, or of one line a row. */
static gsize
line_pixels (const Tiles *t, gsize rows)
{
  return t->flat ? (rows - 1) * t->width + t->shape.out_width : t->shape.out_width;
}

static gsize
count_lines (const Tiles *t, gsize rows)
{
  return t->flat ? 1 : rows;
}

static gsize
places_size (const Tiles *t)
{
  gsize n = count_lines (t, t->rows) * line_pixels (t, t->rows);

  return (n * 2 * sizeof (gsize) + 63) & ~(gsize) 63;
}

/* Places first; then the copied rows, and what the last tile reads behind them. */
static gsize
tiles_scratch (const void *state)
{
  const Tiles *t = state;
  gsize behind = TILE_ROWS * t->shape.stride_x * t->pixel +
                 (t->shape.kernel_width + 1) * t->pixel + 2 * TILE_BYTES;

  return places_size (t) + copied_rows (t, t->rows) * t->width * t->pixel + behind;
}

typedef struct {
  const Tiles *t;
  const WeirRun *run;
  BytesTarget target;
  const WeirValue *in;
  const guint8 *in_data;
  gsize first, last; /* which rows */
  gsize rows;        /* a task */
  guint parts;       /* of an image */
} Job;

/* One task: what it works on. */
typedef struct {
  gsize n_lines, n_pixels; /* a line */
  const guint8 *copy;
  gsize *out, *residual; /* where pixels lie in a plane, NO_PIXEL between rows */
} Part;

static void
copy_row (const Job *job, gsize image, gssize y, guint8 *to)
{
  const Tiles *t = job->t;
  const guint8 *from = job->in_data + image * job->in->batch + y * (gssize) job->in->row -
                       t->shape.left * (gssize) t->in_block;

  for (gsize b = 0; b < t->in_blocks; b++, from += job->in->plane, to += t->in_block)
    for (gsize x = 0; x < t->width; x++) {
      if (t->in_block == VLEN)
        _mm_storeu_si128 ((__m128i *) (to + x * t->pixel),
                          _mm_loadu_si128 ((const __m128i *) (from + x * VLEN)));
      else
        memcpy (to + x * t->pixel, from + x * 4, 4);
    }
}

static void
copy_rows (const Job *job, gsize image, gsize first, gsize rows, guint8 *to)
{
  const ConvShape *s = &job->t->shape;
  gsize size = job->t->width * job->t->pixel;

  for (gsize y = 0; y < copied_rows (job->t, rows); y++, to += size)
    if (y % s->stride_y < s->kernel_height || s->dilation_y > 1)
      copy_row (job, image, (gssize) (first * s->stride_y + y) - s->top, to);
}

static void
find_pixels (const Job *job, gsize first, gsize rows, const Part *part)
{
  const Tiles *t = job->t;
  const WeirValue *out = job->target.out, *residual = job->target.residual;
  gsize pitch = t->flat ? t->width : t->shape.out_width, n = 0;

  for (gsize y = first; y < first + rows; y++)
    for (gsize x = 0; x < pitch && n < part->n_lines * part->n_pixels; x++, n++) {
      gboolean real = x < t->shape.out_width;

      part->out[n] = real ? y * out->row + x * VLEN : NO_PIXEL;
      part->residual[n] = residual != NULL ? y * residual->row + x * VLEN : 0;
    }
}

static gboolean
is_line (const gsize *places)
{
  return places[TILE_ROWS - 1] - places[0] == (TILE_ROWS - 1) * VLEN;
}

/* Finishes those of @count pixels that there are, at most 16 at a time. */
static void
finish (const Job *job, const BytesTarget *target, const Part *part, gsize block,
        gsize at, gsize count, gint32 *sums)
{
  BytesTile tile = { .blocks = 1, .channel = block * VLEN };
  BytesFinish f;
  gboolean simple = bytes_post_finish (&job->t->post, target, tile.channel, &f);

  for (gsize i = 0, n; i < count; i += n) {
    gboolean real = part->out[at + i] != NO_PIXEL;

    for (n = 1;
         n < TILE_ROWS && i + n < count && (part->out[at + i + n] != NO_PIXEL) == real;
         n++)
      ;
    tile.sums = sums + i * VLEN;
    tile.pixels = (guint) n;
    tile.out = part->out + at + i;
    tile.residual = part->residual + at + i;
    if (real && simple && n == TILE_ROWS && is_line (tile.out))
      bytes_store_line (&f, (const VecInt *) tile.sums, vec_load (f.scale),
                        vec_load (f.bias), f.out + tile.out[0], TILE_ROWS);
    else if (real)
      bytes_post_tile (&job->t->post, target, &tile);
  }
}

/* Weights come from L3 or from memory, and are asked for some steps ahead. */
#define AHEAD (6 * STEP_SIZE)

ALWAYS_INLINE void
fetch_ahead (const gint8 *weights)
{
  for (guint i = 0; i < TILE_ROWS; i++)
    __builtin_prefetch (weights + AHEAD + i * TILE_BYTES, 0, 2);
}

/* Sums of up to 2 blocks by 32 pixels, @in being where the first one's window begins.
 * @first: nobody has read these weights before. */
static void
multiply (const Tiles *t, const guint8 *in, gsize block, gsize blocks, gboolean wide,
          gboolean first, gint32 *sums)
{
  const gsize step = t->shape.stride_x * t->pixel;
  const gsize row = t->shape.dilation_y * t->width * t->pixel;
  const gint8 *w = t->weights + block * block_size (t), *w2 = w + block_size (t);
  const gint32 *start = t->starts + block * VLEN;
  const guint8 *in2 = in + TILE_ROWS * step;

  _tile_loadd (0, start, 0);
  _tile_loadd (1, start, 0);
  if (blocks > 1) {
    _tile_loadd (2, start + VLEN, 0);
    _tile_loadd (3, start + VLEN, 0);
  }
  for (gsize y = 0; y < t->shape.kernel_height; y++, in += row, in2 += row)
    for (gsize k = 0; k < t->steps; k++, w += STEP_SIZE, w2 += STEP_SIZE) {
      if (first) {
        fetch_ahead (w);
        fetch_ahead (w2);
      }
      _tile_loadd (4, in + k * TILE_BYTES, (int) step);
      _tile_loadd (6, w, TILE_BYTES);
      _tile_dpbusd (0, 4, 6);
      if (wide) {
        _tile_loadd (5, in2 + k * TILE_BYTES, (int) step);
        _tile_dpbusd (1, 5, 6);
      }
      if (blocks == 1)
        continue;
      _tile_loadd (7, w2, TILE_BYTES);
      _tile_dpbusd (2, 4, 7);
      if (wide)
        _tile_dpbusd (3, 5, 7);
    }
  _tile_stored (0, sums, VLEN * 4);
  _tile_stored (1, sums + TILE_ROWS * VLEN, VLEN * 4);
  if (blocks == 1)
    return;
  _tile_stored (2, sums + 2 * TILE_ROWS * VLEN, VLEN * 4);
  _tile_stored (3, sums + 3 * TILE_ROWS * VLEN, VLEN * 4);
}

static void
run_blocks (const Job *job, const Part *part, gsize image, gsize block)
{
  const Tiles *t = job->t;
  gint32 sums[4 * TILE_ROWS * VLEN] __attribute__ ((aligned (64)));
  gsize blocks = MIN (t->blocks - block, 2), pitch = t->shape.stride_y * t->width;
  BytesTarget targets[2];

  for (gsize b = 0; b < blocks; b++)
    targets[b] = bytes_post_plane (&job->target, image, block + b);
  for (gsize line = 0; line < part->n_lines; line++)
    for (gsize x = 0; x < part->n_pixels; x += 2 * TILE_ROWS) {
      gsize count = MIN (part->n_pixels - x, 2 * TILE_ROWS);
      gsize at = line * part->n_pixels + x;

      multiply (t, part->copy + (line * pitch + x * t->shape.stride_x) * t->pixel, block,
                blocks, count > TILE_ROWS, at == 0, sums);
      for (gsize b = 0; b < blocks; b++)
        finish (job, &targets[b], part, block + b, at, count,
                sums + b * 2 * TILE_ROWS * VLEN);
    }
}

/* All eight tiles whole (Intel SDM volume 1, chapter 18: palette 1). */
static void
configure (void)
{
  struct {
    guint8 palette, start, reserved[14];
    guint16 bytes[16];
    guint8 rows[16];
  } config = { .palette = 1 };

  for (guint i = 0; i < 8; i++) {
    config.bytes[i] = TILE_BYTES;
    config.rows[i] = TILE_ROWS;
  }
  _tile_loadconfig (&config);
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Tiles *t = job->t;
  gsize image = index / job->parts;
  gsize first = job->first + index % job->parts * job->rows;
  gsize rows = MIN (job->rows, job->last - first);
  guint8 *scratch = weir_run_scratch (job->run, thread);
  guint8 *copy = scratch + places_size (t);
  Part part = { .n_lines = count_lines (t, rows),
                .n_pixels = line_pixels (t, rows),
                .copy = copy,
                .out = (gsize *) scratch };

  part.residual = part.out + part.n_lines * part.n_pixels;
  copy_rows (job, image, first, rows, copy);
  find_pixels (job, first, rows, &part);
  configure ();
  for (gsize block = 0; block < t->blocks; block += 2)
    run_blocks (job, &part, image, block);
  _tile_release ();
}

static gboolean
tiles_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const Tiles *t = run->step->state;
  guint threads = weir_threads_count (run->threads);
  Job job = { .t = t,
              .run = run,
              .target = bytes_post_target (run),
              .in = weir_group_input (run->plan, &run->step->group, 0),
              .in_data = weir_run_input (run, 0),
              .first = first,
              .last = first + count };

  (void) error;
  job.rows = threads > 1 ? MIN (t->rows, (count + threads - 1) / threads) : t->rows;
  job.parts = (guint) ((count + job.rows - 1) / job.rows);
  weir_threads_run (run->threads, (guint) t->shape.batch * job.parts, run_task, &job);
  return TRUE;
}

static gboolean
tiles_run (const WeirRun *run, GError **error)
{
  const Tiles *t = run->step->state;

  return tiles_run_rows (run, 0, t->shape.out_height, error);
}

/* 16 by 16 by 64 products in 16 cycles at best; sums that go through memory; copies. */
static double
tiles_cost (const WeirPlan *plan, const WeirGroup *group)
{
  ConvShape s;
  double pixels, steps, blocks, pixel;

  if (!tiles_shape (plan, group, &s))
    return INFINITY;
  pixels = (double) (s.batch * s.out_height * (s.out_width + s.kernel_width - 1));
  pixel = s.channels <= 4 ? 4 : cost_pad (s.channels);
  steps = ceil ((double) s.kernel_width * pixel / TILE_BYTES);
  blocks = cost_pad (s.outputs) / VLEN;
  return 2 * COST_CALL +
         pixels / TILE_ROWS * steps * (double) s.kernel_height * blocks * 7 +
         pixels * blocks * 0.7 +
         (double) (s.batch * s.in_height * s.in_width) * ceil (pixel / 16) +
         (double) s.kernel_height * steps * blocks * STEP_SIZE / COST_STREAM;
}

WEIR_KERNEL_DEFINE (conv_bytes_tiles) = {
  .name = "conv-bytes-tiles-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "Convolution",
  .rounds = TRUE,
  .accepts = tiles_accepts,
  .demand = tiles_demand,
  .cost = tiles_cost,
  .prepare = tiles_prepare,
  .release = tiles_release,
  .scratch = tiles_scratch,
  .run_rows = tiles_run_rows,
  .rows_read = weir_conv_rows_read,
  .run = tiles_run,
};
