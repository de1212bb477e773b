#include "accumulate.h"
#include "broadcast.h"

#include <string.h>

/* MatMul: stacks of matrices, broadcast by NumPy's rule. A first operand of rank 1 is a
 * row, a second one is a column, and the dimension that makes it so leaves the result
 * again. */

static const WeirAttrRow attrs[] = {
  { "transpose_a", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { "transpose_b", WEIR_ATTR_BOOL, "false", NULL, 0, 0 },
  { NULL }
};

/* An operand as a stack of matrices, as it is multiplied. */
typedef struct {
  WeirShape batch;
  gint64 rows, columns;
  gboolean is_vector;
  gboolean turned; /* elements lie column by column */
} Matrix;

static Matrix
matrix_of (const WeirShape *shape, gboolean first, gboolean transpose)
{
  Matrix m = { .batch = *shape, .is_vector = shape->rank == 1 };
  gint64 rows, columns;

  if (m.is_vector) {
    m.batch.rank = 0;
    m.rows = first ? 1 : shape->dims[0];
    m.columns = first ? shape->dims[0] : 1;
    return m;
  }
  m.batch.rank -= 2;
  rows = shape->dims[m.batch.rank];
  columns = shape->dims[m.batch.rank + 1];
  m.turned = transpose;
  m.rows = transpose ? columns : rows;
  m.columns = transpose ? rows : columns;
  return m;
}

static gboolean
matmul_shape (const Matrix *a, const Matrix *b, WeirShape *y, GError **error)
{
  if (a->columns >= 0 && b->rows >= 0 && a->columns != b->rows)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "the first operand has %" G_GINT64_FORMAT
                      " columns, the second %" G_GINT64_FORMAT " rows",
                      a->columns, b->rows);
  if (!weir_shape_broadcast (&a->batch, &b->batch, y, error))
    return FALSE;
  return (a->is_vector || weir_shape_append (y, a->rows, error)) &&
         (b->is_vector || weir_shape_append (y, b->columns, error));
}

static gboolean
matmul_infer (WeirInfer *infer, GError **error)
{
  const WeirValueInfo *in = infer->inputs;
  WeirDtype dtype = in[0].dtype != WEIR_DTYPE_UNKNOWN ? in[0].dtype : in[1].dtype;
  Matrix a, b;
  WeirShape y;

  if (in[1].dtype != WEIR_DTYPE_UNKNOWN && in[1].dtype != dtype)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "both inputs must have one element type, found %s and %s",
                      weir_dtype_name (dtype), weir_dtype_name (in[1].dtype));
  if (in[0].shape.rank == 0 || in[1].shape.rank == 0)
    return weir_fail (error, WEIR_ERROR_SHAPE, "expected matrices, found a scalar");
  if (in[0].shape.rank < 0 || in[1].shape.rank < 0)
    return weir_infer_set (infer, 0, dtype, &WEIR_SHAPE_UNKNOWN);
  a = matrix_of (&in[0].shape, TRUE, weir_node_bool (infer->node, "transpose_a"));
  b = matrix_of (&in[1].shape, FALSE, weir_node_bool (infer->node, "transpose_b"));
  if (!matmul_shape (&a, &b, &y, error))
    return FALSE;
  return weir_infer_set (infer, 0, dtype, &y);
}

/* One product of two matrices: sizes, where the elements are, and room to work. */
typedef struct {
  gsize rows, inner, columns;
  gsize a_row, a_step; /* elements between rows, and within a row */
  gboolean b_turned;
  double *row;  /* @inner */
  double *sums; /* @columns */
} Product;

static void
multiply_row (const Product *p, const float *b)
{
  gsize k = 0;

  if (p->b_turned) {
    for (gsize j = 0; j < p->columns; j++)
      p->sums[j] = weir_dot (p->row, b + j * p->inner, p->inner);
    return;
  }
  memset (p->sums, 0, p->columns * sizeof *p->sums);
  for (; k + 4 <= p->inner; k += 4)
    weir_add_scaled4 (p->sums, p->row + k, b + k * p->columns, 1, p->columns, p->columns);
  for (; k < p->inner; k++)
    weir_add_scaled (p->sums, 1, p->row[k], b + k * p->columns, 1, p->columns);
}

static void
multiply_f32 (const Product *p, const float *a, const float *b, WeirDtype dtype, void *y,
              gsize y_at)
{
  for (gsize i = 0; i < p->rows; i++) {
    for (gsize k = 0; k < p->inner; k++)
      p->row[k] = a[i * p->a_row + k * p->a_step];
    multiply_row (p, b);
    for (gsize j = 0; j < p->columns; j++)
      weir_dtype_store (dtype, y, y_at + i * p->columns + j, p->sums[j]);
  }
}

/* Doubles, and integers, which wrap. */
static void
multiply_any (const Product *p, const WeirTensor *a, gsize a_at, const WeirTensor *b,
              gsize b_at, WeirTensor *y, gsize y_at)
{
  WeirDtype dtype = weir_tensor_dtype (y);
  gsize b_row = p->b_turned ? 1 : p->columns, b_step = p->b_turned ? p->inner : 1;

  for (gsize at = 0; at < p->rows * p->columns; at++) {
    gsize ia = a_at + at / p->columns * p->a_row, ib = b_at + at % p->columns * b_step;
    double sum = 0;
    guint64 integers = 0;

    for (gsize k = 0; k < p->inner; k++, ia += p->a_step, ib += b_row) {
      if (weir_dtype_is_float (dtype))
        sum += weir_tensor_get (a, ia) * weir_tensor_get (b, ib);
      else
        integers +=
            (guint64) weir_tensor_get_int (a, ia) * (guint64) weir_tensor_get_int (b, ib);
    }
    if (weir_dtype_is_float (dtype))
      weir_dtype_store (dtype, weir_tensor_writable (y), y_at + at, sum);
    else
      weir_dtype_store_int (dtype, weir_tensor_writable (y), y_at + at,
                            (gint64) integers);
  }
}

static void
multiply_at (const Product *p, const WeirTensor *a, gsize ia, const WeirTensor *b,
             gsize ib, WeirTensor *y, gsize at)
{
  gsize ea = ia * p->rows * p->inner, eb = ib * p->inner * p->columns;
  gsize ey = at * p->rows * p->columns;

  if (weir_tensor_dtype (a) == WEIR_DTYPE_F32)
    multiply_f32 (p, (const float *) weir_tensor_data (a) + ea,
                  (const float *) weir_tensor_data (b) + eb, weir_tensor_dtype (y),
                  weir_tensor_writable (y), ey);
  else
    multiply_any (p, a, ea, b, eb, y, ey);
}

static void
multiply_all (const Product *p, const Matrix *a, const Matrix *b, WeirTensor *const *in,
              WeirTensor *y)
{
  const WeirShape *batches[] = { &a->batch, &b->batch };
  WeirShape batch;
  WeirWalk walk;

  if (!weir_shape_broadcast (&a->batch, &b->batch, &batch, NULL))
    return;
  for (weir_walk_init (&walk, &batch, batches, 2); walk.more; weir_walk_next (&walk))
    for (gsize i = 0; i < walk.row; i++)
      multiply_at (p, in[0], walk.offset[0] + i * walk.step[0], in[1],
                   walk.offset[1] + i * walk.step[1], y, walk.at + i);
}

/* The 16-bit floats are computed as float, which holds them exactly. */
static WeirTensor *
widen (WeirTensor *tensor, GError **error)
{
  WeirDtype dtype = weir_tensor_dtype (tensor);
  gboolean is_half = dtype == WEIR_DTYPE_F16 || dtype == WEIR_DTYPE_BF16;

  return weir_tensor_convert (tensor, is_half ? WEIR_DTYPE_F32 : dtype, error);
}

static gboolean
matmul_evaluate (WeirEval *eval, GError **error)
{
  g_autoptr (WeirTensor) ta = widen (eval->inputs[0], error);
  g_autoptr (WeirTensor) tb = ta != NULL ? widen (eval->inputs[1], error) : NULL;
  WeirTensor *const in[] = { ta, tb };
  WeirTensor *y = tb != NULL ? weir_eval_inferred (eval, 0, error) : NULL;
  Product p = { 0 };
  Matrix a, b;

  if (y == NULL)
    return FALSE;
  a = matrix_of (weir_tensor_shape (ta), TRUE,
                 weir_node_bool (eval->node, "transpose_a"));
  b = matrix_of (weir_tensor_shape (tb), FALSE,
                 weir_node_bool (eval->node, "transpose_b"));
  p.rows = (gsize) a.rows;
  p.inner = (gsize) a.columns;
  p.columns = (gsize) b.columns;
  p.a_row = a.turned ? 1 : p.inner;
  p.a_step = a.turned ? p.rows : 1;
  p.b_turned = b.turned;
  p.row = weir_try_alloc (p.inner * sizeof *p.row, error);
  p.sums = p.row != NULL ? weir_try_alloc (p.columns * sizeof *p.sums, error) : NULL;
  if (p.sums != NULL)
    multiply_all (&p, &a, &b, in, y);
  weir_free (p.row);
  weir_free (p.sums);
  return p.sums != NULL;
}

WEIR_OP_DEFINE (matmul) = {
  .name = "MatMul",
  .versions = { 1 },
  .min_inputs = 2,
  .max_inputs = 2,
  .outputs = 1,
  .attrs = attrs,
  .summary = "Product of matrices, or of stacks of them",
  .infer = matmul_infer,
  .evaluate = matmul_evaluate,
};
