#include "axes.h"

gboolean
weir_axes_parse (const gint64 *values, gsize n, int rank, guint *set, GError **error)
{
  *set = 0;
  for (gsize i = 0; i < n; i++) {
    int axis;

    if (!weir_shape_axis (values[i], rank, &axis, error))
      return FALSE;
    if ((*set >> axis & 1) != 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "axis %d is named twice", axis);
    *set |= 1u << axis;
  }
  return TRUE;
}

gboolean
weir_axes_evaluate (const WeirTensor *axes, int rank, guint *set, GError **error)
{
  gint64 values[WEIR_MAX_RANK];
  gsize n = weir_tensor_count (axes);

  if (!weir_dtype_is_integer (weir_tensor_dtype (axes)))
    return weir_fail (error, WEIR_ERROR_SHAPE, "axes must be integers, found %s",
                      weir_dtype_name (weir_tensor_dtype (axes)));
  if (n > (gsize) rank)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "%" G_GSIZE_FORMAT " axes are too many for rank %d", n, rank);
  for (gsize i = 0; i < n; i++)
    values[i] = weir_tensor_get_int (axes, i);
  return weir_axes_parse (values, n, rank, set, error);
}

gboolean
weir_axes_infer (const WeirInfer *infer, guint port, int rank, guint *set,
                 gboolean *known, GError **error)
{
  *known = rank >= 0 && infer->inputs[port].value != NULL;
  return !*known || weir_axes_evaluate (infer->inputs[port].value, rank, set, error);
}

WeirShape
weir_axes_kept (const WeirShape *shape, guint set)
{
  WeirShape kept = *shape;

  for (int i = 0; i < shape->rank; i++)
    if ((set >> i & 1) != 0)
      kept.dims[i] = 1;
  return kept;
}
