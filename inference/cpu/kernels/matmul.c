#include "base/checked.h"
#include "base/error.h"
#include "cost.h"
#include "cpu/kernel.h"
#include "map.h"

/* Products of plain matrices. The right one is packed into panels of columns, once when
 * it is constant, else at each run; a register tile of rows by a panel walks down them.
 */

#define PANEL    (2 * VLEN)
#define MAX_ROWS (VLEN == 16 ? 12 : VLEN == 8 ? 6 : 4)

typedef struct {
  gsize m, n, k;
  gsize batch;
  gsize a_step, b_step; /* elements from one matrix of the batch to the next; 0 repeats */
  gsize a_row, a_k;     /* of the left matrix as it stands */
  gsize k_step, n_step; /* of the right matrix as it stands */
  float *packed;        /* [batch of b][panels][k][PANEL], of a constant */
  float *bias;          /* padded to whole panels */
  WeirActivation after;
} Product;

static gsize
leading (const WeirShape *shape)
{
  gsize count = 1;

  for (int i = 0; i < shape->rank - 2; i++)
    count *= (gsize) shape->dims[i];
  return count;
}

static gboolean
same_leading (const WeirShape *a, const WeirShape *b)
{
  if (a->rank != b->rank)
    return FALSE;
  for (int i = 0; i < a->rank - 2; i++)
    if (a->dims[i] != b->dims[i])
      return FALSE;
  return TRUE;
}

static void
read_product (const WeirPlan *plan, const WeirGroup *group, Product *p)
{
  const WeirShape *a = &weir_group_input (plan, group, 0)->shape;
  const WeirShape *b = &weir_group_input (plan, group, 1)->shape;
  gboolean transposed = weir_node_bool (group->node, "transpose_b");
  gsize rows = (gsize) b->dims[b->rank - 2], columns = (gsize) b->dims[b->rank - 1];
  gboolean a_transposed = weir_node_bool (group->node, "transpose_a");

  p->k = (gsize) a->dims[a->rank - (a_transposed ? 2 : 1)];
  p->m = (gsize) a->dims[a->rank - (a_transposed ? 1 : 2)];
  p->a_row = a_transposed ? 1 : p->k;
  p->a_k = a_transposed ? p->m : 1;
  p->n = transposed ? rows : columns;
  p->k_step = transposed ? 1 : columns;
  p->n_step = transposed ? columns : 1;
  p->batch = leading (a);
  p->a_step = p->m * p->k;
  p->b_step = leading (b) == 1 ? 0 : rows * columns;
  if (p->b_step == 0 && !a_transposed) {
    p->m *= p->batch;
    p->batch = 1;
  }
}

static gboolean
matmul_accepts (const WeirPlan *plan, const WeirGroup *group)
{
  const WeirValue *a, *b;

  if (!weir_node_is (group->node, "MatMul") || group->residual >= 0 ||
      group->before.kind != WEIR_ACT_NONE || group->after.slopes != NULL ||
      group->after.offset != 0 ||
      (group->after.kind != WEIR_ACT_NONE && map_find (group->after.kind) == NULL))
    return FALSE;
  a = weir_group_input (plan, group, 0);
  b = weir_group_input (plan, group, 1);
  return a->dtype == WEIR_DTYPE_F32 && b->dtype == WEIR_DTYPE_F32 &&
         weir_shape_is_static (&a->shape) && weir_shape_is_static (&b->shape) &&
         a->shape.rank >= 2 && b->shape.rank >= 2 &&
         weir_shape_elements (&a->shape) > 0 && weir_shape_elements (&b->shape) > 0 &&
         (leading (&b->shape) == 1 || same_leading (&a->shape, &b->shape)) &&
         weir_group_output (plan, group, 0)->shape.rank >= a->shape.rank;
}

static double
matmul_cost (const WeirPlan *plan, const WeirGroup *group)
{
  Product p = { 0 };

  read_product (plan, group, &p);
  return COST_CALL + (double) (p.batch * p.m * p.n * p.k) * 2 / COST_FLOPS +
         (double) (p.n * p.k) * 4 / COST_STREAM;
}

static gsize
panels_of (const Product *p)
{
  return (p->n + PANEL - 1) / PANEL;
}

static void
pack_panel (const Product *p, const float *b, gsize panel, float *to)
{
  gsize first = panel * PANEL, width = MIN (PANEL, p->n - first);

  for (gsize k = 0; k < p->k; k++, to += PANEL) {
    const float *from = b + k * p->k_step + first * p->n_step;

    for (gsize j = 0; j < width; j++)
      to[j] = from[j * p->n_step];
    for (gsize j = width; j < PANEL; j++)
      to[j] = 0;
  }
}

static void
matmul_release (void *data)
{
  Product *p = data;

  weir_free (p->packed);
  weir_free (p->bias);
  g_free (p);
}

static gboolean
pack_constant (Product *p, const WeirTensor *b, GError **error)
{
  gsize matrices = p->b_step == 0 ? 1 : p->batch, size;
  gsize one = panels_of (p) * p->k * PANEL;

  if (!weir_mul_size (matrices * sizeof (float), one, &size))
    return weir_fail (error, WEIR_ERROR_LIMIT, "a matrix is too large");
  p->packed = weir_try_alloc (size, error);
  if (p->packed == NULL)
    return FALSE;
  for (gsize i = 0; i < matrices; i++)
    for (gsize j = 0; j < panels_of (p); j++)
      pack_panel (p, (const float *) weir_tensor_data (b) + i * p->b_step, j,
                  p->packed + i * one + j * p->k * PANEL);
  return TRUE;
}

static void *
matmul_prepare (const WeirPlan *plan, const WeirGroup *group, GError **error)
{
  const WeirTensor *constant = weir_group_input (plan, group, 1)->constant;
  Product *p = g_new0 (Product, 1);

  read_product (plan, group, p);
  p->after = group->after;
  p->bias = weir_try_alloc (panels_of (p) * PANEL * sizeof (float), error);
  if (p->bias == NULL || (constant != NULL && !pack_constant (p, constant, error))) {
    matmul_release (p);
    return NULL;
  }
  for (gsize i = 0; group->bias != NULL && i < p->n; i++)
    p->bias[i] = (float) weir_tensor_get (group->bias, i);
  return p;
}

static gsize
matmul_scratch (const void *state)
{
  const Product *p = state;

  return p->packed != NULL ? 0 : p->k * PANEL * sizeof (float);
}

ALWAYS_INLINE void
tile (const Product *p, const float *a, const float *panel, const float *bias, float *out,
      gsize width, const guint rows)
{
  Vec sums[MAX_ROWS][2];

  UNROLLED (r, rows) {
    sums[r][0] = vec_load (bias);
    sums[r][1] = vec_load (bias + VLEN);
  }
  for (gsize k = 0; k < p->k; k++, panel += PANEL, a += p->a_k) {
    Vec left = vec_load (panel), right = vec_load (panel + VLEN);

    UNROLLED (r, rows) {
      Vec x = vec_set (a[r * p->a_row]);

      sums[r][0] = vec_fma (x, left, sums[r][0]);
      sums[r][1] = vec_fma (x, right, sums[r][1]);
    }
  }
  UNROLLED (r, rows) {
    float *row = out + r * p->n;

    if (width == PANEL) {
      vec_store (row, sums[r][0]);
      vec_store (row + VLEN, sums[r][1]);
    } else {
      vec_store_part (row, sums[r][0], (guint) MIN (width, VLEN));
      if (width > VLEN)
        vec_store_part (row + VLEN, sums[r][1], (guint) (width - VLEN));
    }
  }
}

typedef void (*Tile) (const Product *p, const float *a, const float *panel,
                      const float *bias, float *out, gsize width);

#define TILE(rows)                                                               \
  static void tile_##rows (const Product *p, const float *a, const float *panel, \
                           const float *bias, float *out, gsize width)           \
  {                                                                              \
    tile (p, a, panel, bias, out, width, rows);                                  \
  }

TILE (1)
TILE (2)
TILE (3)
TILE (4)
#if VLEN >= 8
TILE (5)
TILE (6)
#endif
#if VLEN == 16
TILE (7)
TILE (8)
TILE (9)
TILE (10)
TILE (11)
TILE (12)
#endif

static const Tile tiles[] = { NULL,   tile_1, tile_2, tile_3,  tile_4,
#if VLEN >= 8
                              tile_5, tile_6,
#endif
#if VLEN == 16
                              tile_7, tile_8, tile_9, tile_10, tile_11, tile_12
#endif
};

typedef struct {
  const Product *p;
  const WeirRun *run;
  const float *a, *b;
  float *out;
  gsize strips, strip; /* how many runs of rows a matrix is cut into, and their length */
} Job;

static void
product_task (void *context, guint index, guint thread)
{
  const Job *job = context;
  const Product *p = job->p;
  gsize panels = panels_of (p), strip = index % job->strips;
  gsize panel = index / job->strips % panels, matrix = index / job->strips / panels;
  gsize first = strip * job->strip, last = MIN (first + job->strip, p->m);
  gsize width = MIN (PANEL, p->n - panel * PANEL);
  const float *a = job->a + matrix * p->a_step, *packed;
  float *out = job->out + matrix * p->m * p->n + panel * PANEL;

  if (p->packed != NULL) {
    packed = p->packed + ((p->b_step == 0 ? 0 : matrix) * panels + panel) * p->k * PANEL;
  } else {
    float *scratch = weir_run_scratch (job->run, thread);

    pack_panel (p, job->b + matrix * p->b_step, panel, scratch);
    packed = scratch;
  }
  for (gsize row = first; row < last; row += MAX_ROWS) {
    guint rows = (guint) MIN (MAX_ROWS, last - row);

    tiles[rows](p, a + row * p->a_row, packed, p->bias + panel * PANEL, out + row * p->n,
                width);
    for (guint r = 0; r < rows; r++)
      map_run (&p->after, out + (row + r) * p->n, width);
  }
}

static gboolean
matmul_run (const WeirRun *run, GError **error)
{
  const Product *p = run->step->state;
  guint threads = weir_threads_count (run->threads);
  Job job = { .p = p,
              .run = run,
              .a = weir_run_input (run, 0),
              .b = weir_run_input (run, 1),
              .out = weir_run_output (run, 0),
              .strips = 1 };
  gsize panels = panels_of (p) * p->batch;

  (void) error;
  if (p->packed != NULL && panels < threads * 2 && p->m >= 2 * MAX_ROWS)
    job.strips = MIN (p->m / MAX_ROWS, threads * 2);
  job.strip = (p->m + job.strips - 1) / job.strips;
  job.strip = (job.strip + MAX_ROWS - 1) / MAX_ROWS * MAX_ROWS;
  weir_threads_run (run->threads, (guint) (panels * job.strips), product_task, &job);
  return TRUE;
}

WEIR_KERNEL_DEFINE (matmul) = {
  .name = "matmul-" WEIR_ISA_STRING (WEIR_ISA),
  .op = "MatMul",
  .accepts = matmul_accepts,
  .cost = matmul_cost,
  .prepare = matmul_prepare,
  .release = matmul_release,
  .scratch = matmul_scratch,
  .run = matmul_run,
};
