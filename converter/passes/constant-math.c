#include "constant-math.h"

#include <math.h>
#include <string.h>

double
weir_pass_sum (double a, double b)
{
  return a + b;
}

double
weir_pass_difference (double a, double b)
{
  return a - b;
}

double
weir_pass_product (double a, double b)
{
  return a * b;
}

double
weir_pass_ratio (double a, double b)
{
  return a / b;
}

double
weir_pass_negative (double a)
{
  return -a;
}

double
weir_pass_inverse (double a)
{
  return 1 / a;
}

WeirTensor *
weir_pass_map (const WeirTensor *tensor, double (*function) (double))
{
  WeirDtype dtype = weir_tensor_dtype (tensor);
  WeirTensor *result = weir_tensor_new (dtype, weir_tensor_shape (tensor), NULL);

  if (result == NULL)
    return NULL;
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    weir_dtype_store (dtype, weir_tensor_writable (result), i,
                      function (weir_tensor_get (tensor, i)));
  return result;
}

/* Where an operand stands while all elements of the result are visited in order. */
typedef struct {
  const WeirTensor *tensor;
  gsize steps[WEIR_MAX_RANK]; /* elements to the next index of each dimension of the
                                 result */
  gsize at;
} Walk;

static void
walk_init (Walk *walk, const WeirTensor *tensor, int rank)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  gsize strides[WEIR_MAX_RANK];

  *walk = (Walk){ .tensor = tensor };
  weir_shape_strides (shape, strides);
  for (int i = 0; i < shape->rank; i++)
    walk->steps[i + rank - shape->rank] = shape->dims[i] == 1 ? 0 : strides[i];
}

static void
walk_next (Walk *walk, const WeirShape *shape, gint64 *index)
{
  for (int d = shape->rank - 1; d >= 0; d--) {
    walk->at += walk->steps[d];
    if (index[d] + 1 < shape->dims[d])
      return;
    walk->at -= walk->steps[d] * (gsize) shape->dims[d];
  }
}

static void
index_next (gint64 *index, const WeirShape *shape)
{
  for (int d = shape->rank - 1; d >= 0; d--) {
    if (++index[d] < shape->dims[d])
      return;
    index[d] = 0;
  }
}

WeirTensor *
weir_pass_join (const WeirTensor *a, const WeirTensor *b,
                double (*function) (double, double))
{
  WeirDtype dtype = weir_tensor_dtype (a);
  gint64 index[WEIR_MAX_RANK] = { 0 };
  g_autoptr (WeirTensor) result = NULL;
  WeirShape shape;
  Walk p, q;

  if (!weir_shape_broadcast (weir_tensor_shape (a), weir_tensor_shape (b), &shape, NULL))
    return NULL;
  if (!weir_shape_equal (&shape, weir_tensor_shape (a)) &&
      weir_shape_elements (&shape) > MAX (weir_tensor_count (a), weir_tensor_count (b)))
    return NULL;
  result = weir_tensor_new (dtype, &shape, NULL);
  if (result == NULL)
    return NULL;
  walk_init (&p, a, shape.rank);
  walk_init (&q, b, shape.rank);
  for (gsize i = 0; i < weir_tensor_count (result); i++) {
    weir_dtype_store (dtype, weir_tensor_writable (result), i,
                      function (weir_tensor_get (a, p.at), weir_tensor_get (b, q.at)));
    walk_next (&p, &shape, index);
    walk_next (&q, &shape, index);
    index_next (index, &shape);
  }
  return g_steal_pointer (&result);
}

double *
weir_pass_values (const WeirTensor *tensor, gsize count)
{
  gsize last = weir_tensor_count (tensor) - 1;
  double *values = g_new (double, count);

  for (gsize i = 0; i < count; i++)
    values[i] = weir_tensor_get (tensor, MIN (i, last));
  return values;
}

static void
scale_floats (const float *from, float *to, const double *factors, gsize n, gsize run)
{
  if (run == 1) {
    for (gsize k = 0; k < n; k++)
      to[k] = (float) (factors[k] * (double) from[k]);
    return;
  }
  for (gsize k = 0; k < n; k++)
    for (gsize i = k * run; i < (k + 1) * run; i++)
      to[i] = (float) (factors[k] * (double) from[i]);
}

void
weir_pass_scale_runs (const WeirTensor *from, WeirTensor *to, gsize first,
                      const double *factors, gsize n, gsize run)
{
  WeirDtype dtype = weir_tensor_dtype (from);

  if (dtype == WEIR_DTYPE_F32) {
    scale_floats ((const float *) weir_tensor_data (from) + first,
                  (float *) weir_tensor_writable (to) + first, factors, n, run);
    return;
  }
  for (gsize i = 0; i < n * run; i++)
    weir_dtype_store (dtype, weir_tensor_writable (to), first + i,
                      factors[i / run] * weir_tensor_get (from, first + i));
}

/* Several sums side by side: an addition need not wait for the one before it. */
static double
sum_floats (const float *values, gsize count)
{
  double sums[4] = { 0 };
  gsize i = 0;

  for (; count - i >= G_N_ELEMENTS (sums); i += G_N_ELEMENTS (sums))
    for (gsize k = 0; k < G_N_ELEMENTS (sums); k++)
      sums[k] += (double) values[i + k];
  for (; i < count; i++)
    sums[0] += (double) values[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void
weir_pass_sum_runs (const WeirTensor *tensor, gsize first, gsize n, gsize run,
                    double *sums)
{
  const float *floats = weir_tensor_data (tensor);

  if (weir_tensor_dtype (tensor) == WEIR_DTYPE_F32) {
    for (gsize k = 0; k < n; k++)
      sums[k] = run == 1 ? (double) floats[first + k]
                         : sum_floats (floats + first + k * run, run);
    return;
  }
  for (gsize k = 0; k < n; k++) {
    sums[k] = 0;
    for (gsize i = k * run; i < (k + 1) * run; i++)
      sums[k] += weir_tensor_get (tensor, first + i);
  }
}

/* An exponent of ones is that of no finite number; bits are compared many at a time. */
static gboolean
are_finite (const float *values, gsize count)
{
  const guint32 exponent = 0x7F800000;
  guint32 found = 0;

  for (gsize i = 0; i < count; i++) {
    guint32 bits;

    memcpy (&bits, &values[i], sizeof bits);
    found |= (guint32) ((bits & exponent) == exponent);
  }
  return found == 0;
}

gboolean
weir_pass_is_finite (const WeirTensor *tensor)
{
  if (weir_tensor_dtype (tensor) == WEIR_DTYPE_F32)
    return are_finite (weir_tensor_data (tensor), weir_tensor_count (tensor));
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    if (!isfinite (weir_tensor_get (tensor, i)))
      return FALSE;
  return TRUE;
}

gboolean
weir_pass_is_positive (const WeirTensor *tensor)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    if (!(weir_tensor_get (tensor, i) > 0))
      return FALSE;
  return weir_tensor_count (tensor) > 0 && weir_pass_is_finite (tensor);
}

gboolean
weir_pass_along (const WeirTensor *tensor, int rank, int axis)
{
  const WeirShape *shape = weir_tensor_shape (tensor);

  if (shape->rank > rank || weir_tensor_count (tensor) == 0)
    return FALSE;
  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] != 1 && i + rank - shape->rank != axis)
      return FALSE;
  return TRUE;
}
