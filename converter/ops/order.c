#include "order.h"

#include <math.h>

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

int
weir_order (WeirDtype dtype, const void *a, gsize i, const void *b, gsize j)
{
  if (weir_dtype_is_float (dtype)) {
    double p = weir_dtype_load (dtype, a, i), q = weir_dtype_load (dtype, b, j);

    return isnan (p) || isnan (q) ? (isnan (p) != 0) - (isnan (q) != 0) : ORDER (p, q);
  }
  if (dtype == WEIR_DTYPE_U64)
    return ORDER (((const guint64 *) a)[i], ((const guint64 *) b)[j]);
  return ORDER (weir_dtype_load_int (dtype, a, i), weir_dtype_load_int (dtype, b, j));
}
