#include "check.h"

#include <math.h>
#include <string.h>

/* How far two tensors are apart. */

/* Orders of four dimensions that two frameworks may give the same picture. */
static const int orders[][4] = { { 0, 1, 2, 3 }, { 0, 3, 1, 2 }, { 0, 2, 3, 1 } };

/* Which dimension of @a each of @b is; %NULL where the shapes do not allow it. */
static const int *
find_order (const WeirShape *a, const WeirShape *b)
{
  for (guint i = 0; a->rank == 4 && b->rank == 4 && i < G_N_ELEMENTS (orders); i++) {
    gboolean fits = TRUE;

    for (int d = 0; d < 4; d++)
      fits = fits && b->dims[d] == a->dims[orders[i][d]];
    if (fits)
      return orders[i];
  }
  return NULL;
}

/* Where element @index of @a stands in @b. */
static gsize
moved (const WeirShape *a, const WeirShape *b, const int *order, gsize index)
{
  gsize at[4], result = 0;

  for (int d = 4; d-- > 0;) {
    at[d] = index % (gsize) a->dims[d];
    index /= (gsize) a->dims[d];
  }
  for (int d = 0; d < 4; d++)
    result = result * (gsize) b->dims[d] + at[order[d]];
  return result;
}

gboolean
check_fit_shape (const WeirShape *shape, const WeirShape *declared, WeirShape *fitted)
{
  guint n = shape->rank == 4 ? G_N_ELEMENTS (orders) : 1;

  for (guint i = 0; i < n; i++) {
    gboolean fits = declared->rank < 0 || declared->rank == shape->rank;

    *fitted = *shape;
    for (int d = 0; fits && d < shape->rank; d++) {
      if (shape->rank == 4)
        fitted->dims[d] = shape->dims[orders[i][d]];
      fits = declared->rank < 0 || declared->dims[d] < 0 ||
             declared->dims[d] == fitted->dims[d];
    }
    if (fits)
      return TRUE;
  }
  return FALSE;
}

WeirTensor *
check_reorder (WeirTensor *tensor, const WeirShape *shape, GError **error)
{
  const WeirShape *from = weir_tensor_shape (tensor);
  gsize size = weir_dtype_size (weir_tensor_dtype (tensor));
  const guint8 *source = weir_tensor_data (tensor);
  const int *order;
  WeirTensor *result;

  if (weir_shape_equal (from, shape))
    return weir_tensor_ref (tensor);
  order = find_order (from, shape);
  if (order == NULL) {
    weir_fail (error, WEIR_ERROR_SHAPE, "an input has another shape in the other model");
    return NULL;
  }
  result = weir_tensor_new (weir_tensor_dtype (tensor), shape, error);
  for (gsize i = 0; result != NULL && i < weir_tensor_count (tensor); i++)
    memcpy ((guint8 *) weir_tensor_writable (result) +
                moved (from, shape, order, i) * size,
            source + i * size, size);
  return result;
}

/* Two values that are not finite in the same way are equal; else they are infinitely far
 * apart. */
static double
distance (double a, double b)
{
  if (a == b || (isnan (a) && isnan (b)))
    return 0;
  return isfinite (a) && isfinite (b) ? fabs (a - b) : INFINITY;
}

CheckDifference
check_compare (const WeirTensor *a, const WeirTensor *b)
{
  const WeirShape *x = weir_tensor_shape (a), *y = weir_tensor_shape (b);
  gboolean same = weir_shape_equal (x, y);
  const int *order = same ? NULL : find_order (x, y);
  CheckDifference found = { .comparable = same || order != NULL };
  double most = 0;

  for (gsize i = 0; found.comparable && i < weir_tensor_count (a); i++) {
    double p = weir_tensor_get (a, i);
    double q = weir_tensor_get (b, same ? i : moved (x, y, order, i));
    double apart = distance (p, q);

    if (isfinite (p))
      found.largest = MAX (found.largest, fabs (p));
    if (apart <= most)
      continue;
    most = apart;
    found.element = i;
    found.a = p;
    found.b = q;
  }
  found.relative = most > 0 && found.largest > 0 ? most / found.largest : most;
  return found;
}
