#include "onnx-build.h"

#include "base/checked.h"

WeirNode *
onnx_begin_version (OnnxNode *n, const char *op, guint version, const WeirPort *inputs,
                    guint count)
{
  const WeirOp *found = weir_op_find (op);

  if (weir_build_failed (n->b))
    return NULL;
  if (found == NULL) {
    onnx_unsupported (n, "there is no operation %s", op);
    return NULL;
  }
  return weir_edit_add (n->b->graph, found, version, n->name, inputs, count, 0,
                        &n->b->error);
}

WeirPort
onnx_end (OnnxNode *n, WeirNode *node)
{
  return weir_build_end (n->b, node);
}

WeirPort
onnx_port (const OnnxNode *n, const WeirNode *node, guint index)
{
  return node == NULL || weir_build_failed (n->b) ? WEIR_PORT_NONE
                                                  : WEIR_PORT (node, index);
}

WeirPort
onnx_ints (OnnxNode *n, const gint64 *values, gsize count)
{
  return weir_build_i64 (n->b, n->name, values, count);
}

WeirPort
onnx_int (OnnxNode *n, gint64 value)
{
  return weir_build_i64_scalar (n->b, n->name, value);
}

WeirPort
onnx_scalar (OnnxNode *n, WeirPort like, double value)
{
  return weir_build_scalar (n->b, n->name, like, value);
}

WeirPort
onnx_constant (OnnxNode *n, WeirTensor *value)
{
  return weir_build_constant (n->b, n->name, value);
}

WeirPort
onnx_convert (OnnxNode *n, WeirPort x, WeirDtype dtype)
{
  return weir_build_convert (n->b, n->name, x, dtype);
}

/* The shape that @dims ask of a constant; FALSE leaves the question to Reshape. */
static gboolean
resolve_dims (const WeirTensor *value, const gint64 *dims, gsize count, WeirShape *shape)
{
  const WeirShape *from = weir_tensor_shape (value);
  gint64 rest = (gint64) weir_tensor_count (value);
  int open = -1;

  if (!weir_shape_init (shape, NULL, 0, NULL) || count > WEIR_MAX_RANK || rest == 0)
    return FALSE;
  shape->rank = (int) count;
  for (int i = 0; i < shape->rank; i++) {
    shape->dims[i] = dims[i] == 0 && i < from->rank ? from->dims[i] : dims[i];
    if (dims[i] == -1 && open >= 0)
      return FALSE;
    if (dims[i] == -1)
      open = i;
    else if (shape->dims[i] <= 0 || rest % shape->dims[i] != 0)
      return FALSE;
    else
      rest /= shape->dims[i];
  }
  if (open >= 0)
    shape->dims[open] = rest;
  return open >= 0 || rest == 1;
}

WeirPort
onnx_reshape (OnnxNode *n, WeirPort x, const gint64 *dims, gsize count)
{
  WeirTensor *value = onnx_value (n, x);
  WeirShape shape;

  if (value != NULL && resolve_dims (value, dims, count, &shape))
    return onnx_constant (n, weir_tensor_reshape (value, &shape, &n->b->error));
  return weir_build_reshape (n->b, n->name, x, dims, count, TRUE);
}

WeirPort
onnx_reshape_to (OnnxNode *n, WeirPort x, WeirPort shape)
{
  WeirNode *node = ONNX_BEGIN (n, "Reshape", x, shape);

  weir_node_set_bool (node, "special_zero", FALSE);
  return onnx_end (n, node);
}

/* The product of dimensions @from to @to; -1 where one is unknown or it is too large. */
static gint64
product_of (const WeirShape *shape, int from, int to)
{
  gint64 product = 1;

  for (int i = from; i < to; i++)
    if (shape->dims[i] < 0 || !weir_mul_i64 (product, shape->dims[i], &product))
      return WEIR_DIM_UNKNOWN;
  return product;
}

WeirPort
onnx_flatten (OnnxNode *n, WeirPort x, int axis)
{
  int rank = onnx_rank (n, x);
  const WeirShape *shape = onnx_shape (n, x);
  WeirPort rows, parts[2];
  gint64 columns;

  if (weir_build_failed (n->b))
    return WEIR_PORT_NONE;
  if (axis <= 1 && rank > 0)
    return onnx_reshape (n, x, (const gint64[]){ axis == 0 ? 1 : 0, -1 }, 2);
  columns = product_of (shape, axis, rank);
  if (columns > 0)
    return onnx_reshape (n, x, (const gint64[]){ -1, columns }, 2);
  rows = onnx_slice (n, onnx_shape_of (n, x), ONNX_INTS (n, 0), ONNX_INTS (n, axis), 0);
  parts[0] = onnx_reduce (n, "ReduceProd", rows, ONNX_INTS (n, 0), TRUE);
  parts[1] = ONNX_INTS (n, -1);
  return onnx_reshape_to (n, x, onnx_concat (n, parts, 2, 0));
}

WeirPort
onnx_squeeze (OnnxNode *n, WeirPort x, gint64 axis)
{
  return weir_build_squeeze (n->b, n->name, x, &axis, 1);
}

WeirPort
onnx_unsqueeze (OnnxNode *n, WeirPort x, gint64 axis)
{
  return weir_build_unsqueeze (n->b, n->name, x, &axis, 1);
}

WeirPort
onnx_transpose (OnnxNode *n, WeirPort x, const gint64 *order, gsize count)
{
  return weir_build_transpose (n->b, n->name, x, order, count);
}

WeirPort
onnx_concat (OnnxNode *n, const WeirPort *parts, guint count, gint64 axis)
{
  WeirNode *node = weir_build_begin (n->b, "Concat", n->name, parts, count);

  weir_node_set_int (node, "axis", axis);
  return onnx_end (n, node);
}

WeirPort
onnx_reduce (OnnxNode *n, const char *op, WeirPort x, WeirPort axes, gboolean keep_dims)
{
  WeirNode *node = ONNX_BEGIN (n, op, x, axes);

  weir_node_set_bool (node, "keep_dims", keep_dims);
  return onnx_end (n, node);
}

WeirPort
onnx_scalar_of (OnnxNode *n, WeirPort x)
{
  return onnx_shape (n, x)->rank == 0 ? x : onnx_reshape (n, x, NULL, 0);
}

WeirPort
onnx_vector_of (OnnxNode *n, WeirPort x)
{
  const gint64 dims[] = { -1 };

  return onnx_shape (n, x)->rank == 1 ? x : onnx_reshape (n, x, dims, 1);
}

WeirPort
onnx_known (OnnxNode *n, WeirPort x)
{
  WeirTensor *value = onnx_value (n, x);

  if (value == NULL || weir_node_is (weir_graph_node (n->b->graph, x.node), "Constant"))
    return x;
  return onnx_constant (n, weir_tensor_ref (value));
}

WeirPort
onnx_counting (OnnxNode *n, WeirPort end)
{
  WeirPort zero = onnx_scalar (n, end, 0), one = onnx_scalar (n, end, 1);
  WeirNode *node = ONNX_BEGIN (n, "Range", zero, end, one);

  weir_node_set_dtype (node, "output_type", onnx_dtype (n, end));
  return onnx_end (n, node);
}

WeirPort
onnx_range (OnnxNode *n, gint64 first, gint64 end)
{
  gint64 values[WEIR_MAX_RANK];
  gsize count = 0;

  for (gint64 i = first; i < end && count < WEIR_MAX_RANK; i++)
    values[count++] = i;
  return onnx_ints (n, values, count);
}

WeirPort
onnx_shape_of (OnnxNode *n, WeirPort x)
{
  return ONNX_OP (n, "ShapeOf", x);
}

WeirPort
onnx_dim_of (OnnxNode *n, WeirPort x, gint64 axis)
{
  const WeirShape *shape = onnx_shape (n, x);

  if (axis < shape->rank && shape->dims[axis] >= 0)
    return ONNX_INTS (n, shape->dims[axis]);
  return onnx_gather (n, onnx_shape_of (n, x), ONNX_INTS (n, axis), 0);
}

WeirPort
onnx_length_of (OnnxNode *n, WeirPort x, gint64 axis)
{
  const WeirShape *shape = onnx_shape (n, x);

  if (axis < shape->rank && shape->dims[axis] >= 0)
    return onnx_int (n, shape->dims[axis]);
  return onnx_gather (n, onnx_shape_of (n, x), onnx_int (n, axis), 0);
}

WeirPort
onnx_channels (OnnxNode *n, WeirPort x, int rank)
{
  const gint64 dims[WEIR_MAX_RANK] = { 1, -1, 1, 1, 1, 1, 1, 1 };

  return onnx_reshape (n, x, dims, (gsize) MAX (rank, 2));
}

WeirPort
onnx_gather (OnnxNode *n, WeirPort x, WeirPort indices, gint64 axis)
{
  WeirPort at = onnx_int (n, axis);

  return ONNX_OP (n, "Gather", x, indices, at);
}

WeirPort
onnx_slice (OnnxNode *n, WeirPort x, WeirPort begin, WeirPort end, gint64 axis)
{
  WeirPort step = ONNX_INTS (n, 1), axes = ONNX_INTS (n, axis);

  return ONNX_OP (n, "Slice", x, begin, end, step, axes);
}

WeirPort
onnx_broadcast (OnnxNode *n, WeirPort x, WeirPort shape)
{
  WeirNode *node = ONNX_BEGIN (n, "Broadcast", x, shape);

  weir_node_set_string (node, "mode", "numpy");
  return onnx_end (n, node);
}

/* Moves dimension @from of @x to place @to. */
static WeirPort
move_dimension (OnnxNode *n, WeirPort x, int from, int to)
{
  int rank = onnx_rank (n, x), count = 0;
  gint64 order[WEIR_MAX_RANK];

  if (rank < 3)
    return weir_build_failed (n->b)
               ? WEIR_PORT_NONE
               : onnx_invalid (n, "expected rank 3 or more, found %d", rank);
  from = from < 0 ? rank - 1 : from;
  to = to < 0 ? rank - 1 : to;
  for (int i = 0; i < rank; i++) {
    if (count == to)
      order[count++] = from;
    if (i != from)
      order[count++] = i;
  }
  if (count < rank)
    order[count] = from;
  return onnx_transpose (n, x, order, (gsize) rank);
}

WeirPort
onnx_channels_first (OnnxNode *n, WeirPort x)
{
  return move_dimension (n, x, -1, 1);
}

WeirPort
onnx_channels_last (OnnxNode *n, WeirPort x)
{
  return move_dimension (n, x, 1, -1);
}
