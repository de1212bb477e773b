#include "order.h"

#include <string.h>

gboolean
weir_pass_order_of (const WeirGraph *graph, const WeirNode *node, WeirPassOrder *order)
{
  int rank = weir_graph_shape (graph, node->inputs[0])->rank;
  gint64 values[2 * WEIR_MAX_RANK];
  gsize n;

  *order = (WeirPassOrder){ 0 };
  if (rank <= 0 || !weir_pass_axes (graph, node, 1, rank, values, &n) ||
      (n != 0 && n != (gsize) rank))
    return FALSE;
  order->rank = rank;
  for (int i = 0; i < rank; i++)
    order->at[i] = (gint8) (n == 0 ? rank - 1 - i : values[i]);
  return TRUE;
}

WeirPassOrder
weir_pass_order_inverse (const WeirPassOrder *order)
{
  WeirPassOrder inverse = { .rank = order->rank };

  for (int i = 0; i < order->rank; i++)
    inverse.at[order->at[i]] = (gint8) i;
  return inverse;
}

gboolean
weir_pass_order_equal (const WeirPassOrder *a, const WeirPassOrder *b)
{
  return a->rank == b->rank && memcmp (a->at, b->at, (gsize) a->rank) == 0;
}

gboolean
weir_pass_order_is_identity (const WeirPassOrder *order)
{
  for (int i = 0; i < order->rank; i++)
    if (order->at[i] != i)
      return FALSE;
  return TRUE;
}

int
weir_pass_order_position (const WeirPassOrder *order, int axis)
{
  for (int i = 0; i < order->rank; i++)
    if (order->at[i] == axis)
      return i;
  return -1;
}

gboolean
weir_pass_order_moves_nothing (const WeirPassOrder *order, const WeirShape *shape)
{
  int last = -1;

  if (shape->rank != order->rank)
    return FALSE;
  for (int i = 0; i < order->rank; i++) {
    if (shape->dims[order->at[i]] == 1)
      continue;
    if (order->at[i] < last)
      return FALSE;
    last = order->at[i];
  }
  return TRUE;
}

WeirPort
weir_pass_order_build (WeirBuilder *builder, const char *name, WeirPort port,
                       const WeirPassOrder *order)
{
  gint64 values[WEIR_MAX_RANK];

  for (int i = 0; i < order->rank; i++)
    values[i] = order->at[i];
  return weir_build_transpose (builder, name, port, values, (gsize) order->rank);
}

WeirTensor *
weir_pass_order_tensor (const WeirTensor *tensor, const WeirPassOrder *order,
                        GError **error)
{
  const WeirShape *from = weir_tensor_shape (tensor);
  gsize size = weir_dtype_size (weir_tensor_dtype (tensor)), strides[WEIR_MAX_RANK];
  gint64 index[WEIR_MAX_RANK] = { 0 };
  const guint8 *source = weir_tensor_data (tensor);
  WeirShape shape = { .rank = from->rank };
  WeirTensor *result;
  guint8 *target;
  gsize at = 0;

  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = from->dims[order->at[i]];
  result = weir_tensor_new (weir_tensor_dtype (tensor), &shape, error);
  if (result == NULL)
    return NULL;
  weir_shape_strides (from, strides);
  target = weir_tensor_writable (result);
  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    memcpy (target + i * size, source + at * size, size);
    for (int d = shape.rank - 1; d >= 0; d--) {
      at += strides[order->at[d]];
      if (++index[d] < shape.dims[d])
        break;
      at -= strides[order->at[d]] * (gsize) shape.dims[d];
      index[d] = 0;
    }
  }
  return result;
}
