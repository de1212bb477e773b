#include "base/checked.h"
#include "base/error.h"
#include "bytes-post.h"
#include "bytes-tile.h"
#include "cost.h"

/* Products of rows of bytes and a constant matrix of 8 bits, in whole numbers. To the
 * register tile a row is a pixel of one block of channels after the other. */

#define TASKS_PER_THREAD 4
/* Rows a task, so that they stay in L1. */
#define MAX_ROWS 128

typedef struct {
  gsize m, n, k;
  BytesPost post;
  guint quads; /* groups of four a step */
  gsize blocks;
  gint32 *weights; /* [slices][steps][quads][slice's blocks][DOT_WORDS][VLEN] */
  gint32 *starts;  /* one a column, padded */
  guint32 *offsets;
} Product;

static gsize
leading (const WeirShape *shape)
{
  gsize count = 1;

  for (int i = 0; i < shape->rank - 1; i++)
    count *= (gsize) shape->dims[i];
  return count;
}

static gboolean
read_product (const WeirPlan *plan, const WeirGroup *group, Product *p)
{
  const WeirValue *a = weir_group_input (plan, group, 0);
  const WeirValue *b = weir_group_input (plan, group, 1);
  const WeirShape *w = &b->shape;
  gboolean transposed;

  if (!weir_node_is_exact (group->node) || a->levels.step != 1 || b->levels.step != 1 ||
      b->constant == NULL || a->shape.rank < 2 || w->rank < 2 || group->residual >= 0 ||
      weir_node_bool (group->node, "transpose_a") ||
      weir_group_output (plan, group, 0)->shape.rank != a->shape.rank ||
      !bytes_post_accepts (plan, group))
    return FALSE;
  transposed = weir_node_bool (group->node, "transpose_b");
  p->m = leading (&a->shape);
  p->k = (gsize) a->shape.dims[a->shape.rank - 1];
  p->n = (gsize) w->dims[w->rank - (transposed ? 2 : 1)];
  return p->m > 0 && p->n > 0 && p->k > 0 && p->k % 4 == 0 &&
         weir_shape_elements (w) == p->n * p->k;
}

static gboolean
product_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  Product p = { 0 };

  return read_product (plan, group, &p);
}

static void
product_demand (const WeirPlan *plan, const WeirGroup *group, WeirDemand *inputs,
                WeirDemand *outputs)
{
  inputs[0].bytes = TRUE;
  bytes_post_demand (plan, group, inputs, outputs);
}

static double
product_cost (const WeirPlan *plan, const WeirGroup *group)
{
  Product p = { 0 };

  if (!read_product (plan, group, &p))
    return INFINITY;
  return COST_CALL + (double) (p.m * p.n * p.k) * 2 / (COST_FLOPS * BYTES_GAIN) +
         (double) (p.n * p.k) / COST_STREAM;
}

static void
product_release (void *state)
{
  Product *p = state;

  if (p == NULL)
    return;
  bytes_post_clear (&p->post);
  weir_free (p->weights);
  weir_free (p->starts);
  g_free (p->offsets);
  g_free (p);
}

static guint
slice_blocks (const Product *p, gsize block)
{
  return (guint) MIN (p->blocks - block, BYTES_TILE_BLOCKS);
}

/* Numbers that the weights of one block of columns take. */
static gsize
block_size (const Product *p)
{
  return p->k / 4 * DOT_WORDS * VLEN;
}

/* Column @n; returns its sum. */
static gint32
pack_column (Product *p, gsize n, const float *from, gsize step)
{
  gsize first = n / VLEN / BYTES_TILE_BLOCKS * BYTES_TILE_BLOCKS;
  gsize blocks = slice_blocks (p, first), place = n / VLEN - first;
  gint32 *to = p->weights + first * block_size (p) + place * DOT_WORDS * VLEN + n % VLEN;
  gint32 sum = 0;

  for (gsize k = 0; k < p->k; k++) {
    gint32 weight = (gint32) from[k * step];

    dot_pack (to + k / 4 * blocks * DOT_WORDS * VLEN, VLEN, (guint) (k % 4), weight);
    sum += weight;
  }
  return sum;
}

static gboolean
pack (Product *p, const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const float *from = weir_tensor_data (weir_group_input (plan, group, 1)->constant);
  gboolean transposed = weir_node_bool (group->node, "transpose_b");
  gint32 zero = weir_group_input (plan, group, 0)->levels.zero;
  gsize size;

  p->blocks = (p->n + VLEN - 1) / VLEN;
  p->quads = p->k % VLEN == 0 ? VLEN / 4 : 1;
  if (!weir_mul_size (p->blocks * sizeof (gint32), block_size (p), &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "a matrix is too large");
  p->weights = weir_try_alloc (size, error);
  p->starts = weir_try_alloc (p->blocks * VLEN * sizeof (gint32), error);
  if (p->weights == NULL || p->starts == NULL)
    return FALSE;
  for (gsize n = 0; n < p->n; n++)
    p->starts[n] = -zero * pack_column (p, n, from + n * (transposed ? p->k : 1),
                                        transposed ? 1 : p->n);
  p->offsets = g_new (guint32, p->k / 4 / p->quads);
  for (gsize i = 0; i < p->k / 4 / p->quads; i++)
    p->offsets[i] = (guint32) (i * p->quads * 4);
  return TRUE;
}

static void *
product_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  Product *p = g_new0 (Product, 1);

  if (!read_product (plan, group, p))
    weir_fail (error, WEIR_ERROR_INTERNAL, "not a product of bytes");
  else if (pack (p, plan, group, error) &&
           bytes_post_init (&p->post, plan, group, p->n, error))
    return p;
  product_release (p);
  return NULL;
}

typedef struct {
  const Product *p;
  BytesTarget target;
  const guint8 *in;
  gsize rows; /* a task */
  guint row_parts, slice_parts;
} Job;

/* Columns beyond the last one are not there to be written: the tile goes to memory of its
 * own first. */
static void
finish_narrow (const Job *job, BytesTile *tile, gsize row)
{
  const Product *p = job->p;
  float values[BYTES_TILE_BLOCKS * BYTES_MAX_PIXELS * VLEN];
  gsize size = weir_value_element (job->target.out), width = tile->blocks * VLEN;
  gsize out[BYTES_MAX_PIXELS], used = p->n - tile->channel;
  BytesTarget target = job->target;
  BytesTile moved = *tile;

  for (guint i = 0; i < tile->pixels; i++)
    out[i] = i * width;
  moved.out = out;
  target.out_data = values;
  bytes_post_tile (&p->post, &target, &moved);
  for (guint i = 0; i < tile->pixels; i++)
    memcpy ((guint8 *) job->target.out_data + ((row + i) * p->n + tile->channel) * size,
            (guint8 *) values + i * width * size, used * size);
}

static void
run_slice (const Job *job, gsize block, gsize first, gsize count)
{
  const Product *p = job->p;
  guint blocks = slice_blocks (p, block);
  gint32 values[BYTES_TILE_BLOCKS * BYTES_MAX_PIXELS * VLEN]
      __attribute__ ((aligned (64)));
  gsize out[BYTES_MAX_PIXELS];
  gssize places[BYTES_MAX_PIXELS];
  BytesSums sums = { .weights = p->weights + block * block_size (p),
                     .offsets = p->offsets,
                     .steps = p->k / 4 / p->quads,
                     .quads = p->quads,
                     .start = p->starts + block * VLEN,
                     .sums = values,
                     .in = job->in,
                     .places = places };
  BytesTile tile = { .sums = values,
                     .blocks = blocks,
                     .channel = block * VLEN,
                     .out = out,
                     .out_block = VLEN };

  for (gsize row = first; row < first + count; row += tile.pixels) {
    tile.pixels = (guint) MIN (BYTES_PIXELS (blocks), first + count - row);
    for (guint i = 0; i < tile.pixels; i++) {
      places[i] = (gssize) ((row + i) * p->k);
      out[i] = (row + i) * p->n + tile.channel;
    }
    bytes_sums_run (&sums, blocks, tile.pixels);
    if (tile.channel + blocks * VLEN <= p->n)
      bytes_post_tile (&p->post, &job->target, &tile);
    else
      finish_narrow (job, &tile, row);
  }
}

static void
run_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Product *p = job->p;
  gsize slices = (p->blocks + BYTES_TILE_BLOCKS - 1) / BYTES_TILE_BLOCKS;
  gsize part = index % job->slice_parts;
  gsize first = index / job->slice_parts * job->rows;
  gsize end = slices * (part + 1) / job->slice_parts;

  (void) thread;
  for (gsize i = slices * part / job->slice_parts; i < end; i++)
    run_slice (job, i * BYTES_TILE_BLOCKS, first, MIN (job->rows, p->m - first));
}

static gboolean
product_run (const WeirRun *run, GError **error)
{
  const Product *p = run->step->state;
  guint threads = weir_threads_count (run->threads);
  gsize slices = (p->blocks + BYTES_TILE_BLOCKS - 1) / BYTES_TILE_BLOCKS;
  Job job = { .p = p,
              .target = bytes_post_target (run),
              .in = weir_run_input (run, 0),
              .rows = MIN (p->m, MAX_ROWS) };

  (void) error;
  job.row_parts = (guint) ((p->m + job.rows - 1) / job.rows);
  job.slice_parts =
      threads > 1 ? (guint) MIN (slices, (gsize) threads * TASKS_PER_THREAD) : 1;
  weir_threads_run (run->threads, job.row_parts * job.slice_parts, run_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (matmul_bytes) = {
  .name = "matmul-bytes-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "MatMul",
  .rounds = TRUE,
  .accepts = product_accepts,
  .demand = product_demand,
  .cost = product_cost,
  .prepare = product_prepare,
  .release = product_release,
  .run = product_run,
};
