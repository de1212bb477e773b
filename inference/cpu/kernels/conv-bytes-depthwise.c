#include "base/error.h"
#include "bytes-post.h"
#include "cost.h"
#include "vec-bytes.h"

/* Depthwise convolution of bytes. Each lane is a channel; the bytes of some rows of the
 * window, one below the other, are put into it side by side and multiplied at once. Such
 * a column serves all pixels whose windows it lies in. */

#if DOT_WORDS == 1
#define WORD_ROWS 4
#else
#define WORD_ROWS 2
#endif
/* Pixels a tile. */
#define MAX_PIXELS 8
/* Rows of a block that one task does at least. */
#define MIN_ROWS         8
#define TASKS_PER_THREAD 4
/* Multiplications below which a second thread costs more than it brings. */
#define MIN_MACS_TO_SPLIT 100000

typedef struct {
  ConvShape shape;
  BytesPost post;
  gsize blocks, words; /* @words: a column of the window */
  gint32 *weights;     /* [blocks][kernel_width][words][VLEN] */
  gint32 *starts;      /* one a channel, padded */
} Depthwise;

static gboolean
depthwise_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *s)
{
  return bytes_conv_shape (plan, group, s) && s->groups == s->channels &&
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
    bytes_conv_demand (plan, group, &shape, VLEN, inputs, outputs);
}

static void
depthwise_release (void *state)
{
  Depthwise *d = state;

  if (d == NULL)
    return;
  bytes_post_clear (&d->post);
  weir_free (d->weights);
  weir_free (d->starts);
  g_free (d);
}

/* The weight of row @y of a column into its word. */
static void
pack_weight (gint32 *column, gsize y, gint32 weight)
{
  const guint bits = 32 / WORD_ROWS;
  const guint32 mask = (guint32) ((1ull << bits) - 1);

  column[y / WORD_ROWS * VLEN] |=
      (gint32) (((guint32) weight & mask) << (y % WORD_ROWS * bits));
}

static gboolean
pack (Depthwise *d, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const ConvShape *s = &d->shape;
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gint32 zero = weir_group_input (plan, group, 0)->levels.zero;
  gsize size;

  d->blocks = (s->outputs + VLEN - 1) / VLEN;
  d->words = (s->kernel_height + WORD_ROWS - 1) / WORD_ROWS;
  size = s->kernel_width * d->words * VLEN;
  d->weights = weir_try_alloc (d->blocks * size * sizeof (gint32), error);
  d->starts = weir_try_alloc (d->blocks * VLEN * sizeof (gint32), error);
  if (d->weights == NULL || d->starts == NULL)
    return FALSE;
  for (gsize c = 0; c < s->outputs; c++)
    for (gsize y = 0; y < s->kernel_height; y++)
      for (gsize x = 0; x < s->kernel_width; x++) {
        gint32 weight = (gint32) *from++;

        pack_weight (d->weights + c / VLEN * size + x * d->words * VLEN + c % VLEN, y,
                     weight);
        d->starts[c] -= zero * weight;
      }
  return TRUE;
}

static void *
depthwise_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Depthwise *d = g_new0 (Depthwise, 1);

  if (!depthwise_shape (plan, group, &d->shape))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a depthwise convolution of bytes");
  else if (pack (d, plan, group, error) &&
           bytes_post_init (&d->post, plan, group, d->shape.outputs, error))
    return d;
  depthwise_release (d);
  return NULL;
}

/**
 * Strip:
 * @in: what the window reads for the first pixel; @row and @column bytes from one
 * position of the window to the next, @step from one pixel to the next
 * @out, @residual: elements to the first pixel
 * @simple: @finish does all
 *
 * Where the tiles of one row begin.
 */
typedef struct {
  const Depthwise *d;
  const BytesTarget *target;
  const guint8 *in;
  const gint32 *weights, *starts;
  gsize channel;
  gsize row, column, step;
  gsize out, residual;
  gboolean simple;
  BytesFinish finish;
} Strip;

/* @rows (1 .. WORD_ROWS) bytes of each channel, @row apart, side by side. */
ALWAYS_INLINE VecInt
load_word (const guint8 *at, gsize row, const guint rows)
{
#if DOT_WORDS == 1 && VLEN == 16 && defined(__AVX512VBMI__)
  const __m512i order = _mm512_set_epi32 (0x3f2f1f0f, 0x3e2e1e0e, 0x3d2d1d0d, 0x3c2c1c0c,
                                          0x3b2b1b0b, 0x3a2a1a0a, 0x39291909, 0x38281808,
                                          0x37271707, 0x36261606, 0x35251505, 0x34241404,
                                          0x33231303, 0x32221202, 0x31211101, 0x30201000);
  __m512i all = _mm512_zextsi128_si512 (_mm_loadu_si128 ((const __m128i *) at));

  for (guint r = 1; r < rows; r++)
    all =
        _mm512_mask_broadcast_i32x4 (all, (__mmask16) (0xf << 4 * r),
                                     _mm_loadu_si128 ((const __m128i *) (at + r * row)));
  return (VecInt) _mm512_permutexvar_epi8 (order, all);
#else
  VecInt word = vec_load_bytes (at);

  for (guint r = 1; r < rows; r++)
    word |= vec_load_bytes (at + r * row) << (int) (r * (32 / WORD_ROWS));
  return word;
#endif
}

ALWAYS_INLINE VecInt
add_word (VecInt sum, VecInt word, const gint32 *weights)
{
  VecInt w = *(const VecIntLoose *) weights;

#if DOT_WORDS == 1
  return dot_add (sum, (DotInput){ { word } }, &w);
#else
  return sum + vec_dot_pairs (word, w);
#endif
}

/* A square window of known size, with neighbours beside each other. */
ALWAYS_INLINE void
sum_square (const Strip *t, VecInt *sums, const guint size, const guint stride,
            const guint pixels)
{
  const guint words = (size + WORD_ROWS - 1) / WORD_ROWS;

  UNROLLED (x, (pixels - 1) * stride + size)
    UNROLLED (g, words) {
      const guint first = g * WORD_ROWS, rows = MIN (WORD_ROWS, size - first);
      VecInt word = load_word (t->in + first * t->row + x * VLEN, t->row, rows);

      UNROLLED (p, pixels) {
        const guint kx = x - p * stride;

        if (kx < size)
          sums[p] = add_word (sums[p], word, t->weights + (kx * words + g) * VLEN);
      }
    }
}

ALWAYS_INLINE void
sum_any (const Strip *t, VecInt *sums, const guint pixels)
{
  const ConvShape *s = &t->d->shape;
  const gint32 *w = t->weights;

  for (gsize x = 0; x < s->kernel_width; x++)
    for (gsize y = 0; y < s->kernel_height; y += WORD_ROWS, w += VLEN) {
      guint rows = (guint) MIN (WORD_ROWS, s->kernel_height - y);
      const guint8 *in = t->in + y * t->row + x * t->column;

      UNROLLED (p, pixels)
        sums[p] = add_word (sums[p], load_word (in + p * t->step, t->row, rows), w);
    }
}

static void
finish_any (const Strip *t, VecInt *sums, guint pixels)
{
  gsize out[MAX_PIXELS], residual[MAX_PIXELS];
  BytesTile tile = { .sums = (gint32 *) sums,
                     .blocks = 1,
                     .pixels = pixels,
                     .channel = t->channel,
                     .out = out,
                     .residual = residual };

  for (guint p = 0; p < pixels; p++) {
    out[p] = t->out + p * VLEN;
    residual[p] = t->residual + p * VLEN;
  }
  bytes_post_tile (&t->d->post, t->target, &tile);
}

/* @count tiles of @pixels, one behind the other; @size 0 is a window of any kind. */
ALWAYS_INLINE void
run_strip (Strip *t, guint count, const guint size, const guint stride,
           const guint pixels)
{
  for (; count > 0; count--) {
    VecInt sums[MAX_PIXELS];

    UNROLLED (p, pixels)
      sums[p] = *(const VecIntLoose *) t->starts;
    if (size > 0)
      sum_square (t, sums, size, stride, pixels);
    else
      sum_any (t, sums, pixels);
    if (t->simple) {
      const Vec scale = vec_load (t->finish.scale), bias = vec_load (t->finish.bias);

      bytes_store_line (&t->finish, sums, scale, bias, t->finish.out + t->out, pixels);
    } else {
      finish_any (t, sums, pixels);
    }
    t->in += pixels * t->step;
    t->out += pixels * VLEN;
    t->residual += pixels * VLEN;
  }
}

typedef void (*StripRun) (Strip *strip, guint count);

#define STRIP(name, p, size, stride)             \
  static void name##_##p (Strip *t, guint count) \
  {                                              \
    run_strip (t, count, size, stride, p);       \
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

STRIPS (any, 0, 1)
STRIPS (square_3_1, 3, 1)
STRIPS (square_3_2, 3, 2)
STRIPS (square_5_1, 5, 1)
STRIPS (square_5_2, 5, 2)

static const struct {
  gsize size, stride;
  const StripRun *runs;
} variants[] = {
  { 3, 1, square_3_1 },
  { 3, 2, square_3_2 },
  { 5, 1, square_5_1 },
  { 5, 2, square_5_2 },
};

static const StripRun *
runs_of (const ConvShape *s)
{
  for (guint i = 0; i < G_N_ELEMENTS (variants); i++)
    if (s->kernel_height == variants[i].size && s->kernel_width == variants[i].size &&
        s->stride_x == variants[i].stride && s->stride_y == variants[i].stride &&
        s->dilation_x == 1 && s->dilation_y == 1)
      return variants[i].runs;
  return any;
}

typedef struct {
  const Depthwise *d;
  BytesTarget target;
  const WeirValue *in;
  const guint8 *in_data;
  gsize first, last; /* which rows */
  gsize rows;        /* rows a task */
  guint parts;       /* tasks a block */
} Job;

/* Tiles of two sizes that differ by one pixel. */
static void
run_width (const StripRun *runs, gsize width, Strip strip)
{
  gsize n = (width + MAX_PIXELS - 1) / MAX_PIXELS, pixels = width / n, wider = width % n;

  if (wider > 0)
    runs[pixels](&strip, (guint) wider);
  runs[pixels - 1](&strip, (guint) (n - wider));
}

static gsize
place_of (const WeirValue *value, gsize image, gsize block, gsize y)
{
  return image * value->batch + block * value->plane + y * value->row;
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const ConvShape *s = &job->d->shape;
  const StripRun *runs = runs_of (s);
  gsize part = index % job->parts, rest = index / job->parts;
  gsize block = rest % job->d->blocks, image = rest / job->d->blocks;
  gsize begin = job->first + part * job->rows;
  gsize end = MIN (begin + job->rows, job->last);
  const guint8 *in = job->in_data + place_of (job->in, image, block, 0) -
                     s->top * (gssize) job->in->row - s->left * VLEN;
  Strip strip = { .d = job->d,
                  .target = &job->target,
                  .weights =
                      job->d->weights + block * s->kernel_width * job->d->words * VLEN,
                  .starts = job->d->starts + block * VLEN,
                  .channel = block * VLEN,
                  .row = s->dilation_y * job->in->row,
                  .column = s->dilation_x * VLEN,
                  .step = s->stride_x * VLEN };

  (void) thread;
  strip.simple =
      bytes_post_finish (&job->d->post, &job->target, strip.channel, &strip.finish);
  for (gsize y = begin; y < end; y++) {
    strip.in = in + y * s->stride_y * job->in->row;
    strip.out = place_of (job->target.out, image, block, y);
    if (job->target.residual != NULL)
      strip.residual = place_of (job->target.residual, image, block, y);
    run_width (runs, s->out_width, strip);
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
  job->rows = MAX ((all + parts - 1) / parts, MIN_ROWS);
  job->parts = (guint) ((all + job->rows - 1) / job->rows);
}

static gboolean
depthwise_run_rows (const WeirRun *run, gsize first, gsize count, GError **error)
{
  const Depthwise *d = run->step->state;
  Job job = { .d = d,
              .target = bytes_post_target (run),
              .in = weir_group_input (run->plan, &run->step->group, 0),
              .in_data = weir_run_input (run, 0),
              .first = first,
              .last = first + count };

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

  if (!depthwise_shape (plan, group, &s))
    return INFINITY;
  return COST_CALL + weir_conv_macs (&s) / VLEN / WORD_ROWS * COST_VECTOR * 2;
}

WEIR_KERNEL_DEFINE (conv_bytes_depthwise) = {
  .name = "conv-bytes-depthwise-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "GroupConvolution",
  .rounds = TRUE,
  .accepts = depthwise_accepts,
  .demand = depthwise_demand,
  .cost = depthwise_cost,
  .prepare = depthwise_prepare,
  .release = depthwise_release,
  .run_rows = depthwise_run_rows,
  .rows_read = weir_conv_rows_read,
  .run = depthwise_run,
};
