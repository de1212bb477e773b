#include "list.h"

#include <string.h>

static gboolean
check_kind (const WeirValueInfo *info, guint port, const char *what, GError **error)
{
  g_autofree char *shape = NULL;

  if (info->shape.rank <= 1 &&
      (info->dtype == WEIR_DTYPE_UNKNOWN || weir_dtype_is_integer (info->dtype)))
    return TRUE;
  shape = weir_shape_to_string (&info->shape);
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "input %u (%s): expected a list of integers, found %s of %s", port,
                    what, shape, weir_dtype_name (info->dtype));
}

gboolean
weir_list_input (const WeirInfer *infer, guint port, const char *what, WeirList *list,
                 GError **error)
{
  const WeirValueInfo *info;
  gint64 length;
  gsize count = 0;

  *list = (WeirList){ .n = -1 };
  if (port >= infer->n_inputs)
    return TRUE;
  info = &infer->inputs[port];
  if (!check_kind (info, port, what, error))
    return FALSE;
  length = info->shape.rank == 1 ? info->shape.dims[0] : info->shape.rank == 0 ? 1 : -1;
  if (length > WEIR_LIST_MAX)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "input %u (%s) has %" G_GINT64_FORMAT " values, more than %d", port,
                      what, length, WEIR_LIST_MAX);
  list->n = (int) length;
  list->known = weir_infer_ints (infer, port, list->values, &count);
  if (list->known)
    list->n = (int) count;
  else if (length >= 0 && length <= WEIR_MAX_RANK) {
    memcpy (list->values, info->partial.values, (gsize) length * sizeof *list->values);
    list->mask = info->partial.mask;
  }
  if (list->known)
    list->mask = (1u << list->n) - 1;
  return TRUE;
}

gboolean
weir_list_axis (const WeirInfer *infer, guint port, int rank, int *axis, GError **error)
{
  WeirList list;

  *axis = -1;
  if (!weir_list_input (infer, port, "axis", &list, error))
    return FALSE;
  if (list.n >= 0 && list.n != 1)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "input %u (axis): expected one value, found %d", port, list.n);
  if (!list.known)
    return TRUE;
  if (rank >= 0)
    return weir_shape_axis (list.values[0], rank, axis, error);
  if (list.values[0] >= WEIR_MAX_RANK || list.values[0] < -WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "axis %" G_GINT64_FORMAT " is out of range for any rank",
                      list.values[0]);
  *axis = (int) MAX (list.values[0], -1);
  return TRUE;
}

gboolean
weir_list_axes (WeirList *list, const char *what, int rank, GError **error)
{
  guint seen = 0;

  for (int i = 0; i < list->n; i++) {
    int axis;

    if (!weir_shape_axis (list->values[i], rank, &axis, error)) {
      g_prefix_error (error, "%s: ", what);
      return FALSE;
    }
    if ((seen & 1u << axis) != 0)
      return weir_fail (error, WEIR_ERROR_SHAPE, "%s: axis %d comes twice", what, axis);
    seen |= 1u << axis;
    list->values[i] = axis;
  }
  return TRUE;
}

gboolean
weir_list_length (const WeirList *list, const char *what, int n, GError **error)
{
  if (list->n < 0 || n < 0 || list->n == n)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE, "%s: expected %d values, found %d", what, n,
                    list->n);
}

gboolean
weir_infer_indices (const WeirInfer *infer, guint port, GError **error)
{
  WeirDtype dtype = infer->inputs[port].dtype;

  if (dtype == WEIR_DTYPE_UNKNOWN || weir_dtype_is_integer (dtype))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE, "indices are %s, expected integers",
                    weir_dtype_name (dtype));
}

gboolean
weir_index_wrap (gint64 *index, gint64 size, GError **error)
{
  gint64 found = *index;

  if (found < -size || found >= size)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "index %" G_GINT64_FORMAT
                      " is out of range for a dimension of %" G_GINT64_FORMAT,
                      found, size);
  *index = found < 0 ? found + size : found;
  return TRUE;
}

gboolean
weir_shape_append_dims (WeirShape *shape, const WeirShape *from, int first, int end,
                        GError **error)
{
  for (int i = first; i < end; i++)
    if (!weir_shape_append (shape, from->dims[i], error))
      return FALSE;
  return TRUE;
}

gboolean
weir_infer_sized (WeirInfer *infer, guint port, WeirDtype dtype, const WeirShape *shape,
                  GError **error)
{
  gsize size;

  if (weir_shape_is_static (shape) &&
      !(dtype == WEIR_DTYPE_UNKNOWN ? weir_shape_count (shape, &size, error)
                                    : weir_tensor_bytes (dtype, shape, &size, error)))
    return FALSE;
  return weir_infer_set (infer, port, dtype, shape);
}

gboolean
weir_infer_same_type (const WeirInfer *infer, guint a, guint b, GError **error)
{
  WeirDtype ta = infer->inputs[a].dtype, tb = infer->inputs[b].dtype;

  if (ta == tb || ta == WEIR_DTYPE_UNKNOWN || tb == WEIR_DTYPE_UNKNOWN)
    return TRUE;
  return weir_fail (error, WEIR_ERROR_SHAPE,
                    "inputs %u and %u: element types %s and %s differ", a, b,
                    weir_dtype_name (ta), weir_dtype_name (tb));
}
