#include "constant-math.h"

#include <math.h>

double
weir_pass_sum (double a, double b)
{
  return a + b;
}

double
weir_pass_product (double a, double b)
{
  return a * b;
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

static void
scale_floats (const float *from, float *to, gsize count, double factor)
{
  for (gsize i = 0; i < count; i++)
    to[i] = (float) (factor * (double) from[i]);
}

void
weir_pass_scale_run (const WeirTensor *from, WeirTensor *to, gsize first, gsize count,
                     double factor)
{
  WeirDtype dtype = weir_tensor_dtype (from);

  if (dtype == WEIR_DTYPE_F32) {
    scale_floats ((const float *) weir_tensor_data (from) + first,
                  (float *) weir_tensor_writable (to) + first, count, factor);
    return;
  }
  for (gsize i = first; i < first + count; i++)
    weir_dtype_store (dtype, weir_tensor_writable (to), i,
                      factor * weir_tensor_get (from, i));
}

double
weir_pass_sum_run (const WeirTensor *tensor, gsize first, gsize count)
{
  const float *floats = weir_tensor_data (tensor);
  gboolean narrow = weir_tensor_dtype (tensor) == WEIR_DTYPE_F32;
  double sum = 0;

  for (gsize i = first; i < first + count; i++)
    sum += narrow ? (double) floats[i] : weir_tensor_get (tensor, i);
  return sum;
}

static gboolean
are_finite (const float *values, gsize count)
{
  gboolean finite = TRUE;

  for (gsize i = 0; i < count; i++)
    finite &= isfinite (values[i]) != 0;
  return finite;
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
