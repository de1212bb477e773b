#include "make.h"

#include "base/checked.h"

#include <string.h>

void
weir_make_name (const WeirMake *m, guint first, WeirPort main)
{
  WeirGraph *graph = m->b->graph;

  for (guint id = first; id < weir_graph_size (graph); id++) {
    WeirNode *node = weir_graph_node (graph, id);
    g_autofree char *name = NULL;

    if (node == NULL || id == main.node || strcmp (node->name, m->name) != 0 ||
        weir_node_is (node, "Parameter"))
      continue;
    name = g_strconcat (m->name, "/", node->op->name, NULL);
    weir_edit_rename (node, name);
  }
}

static void
fail (WeirMake *m, int code, const char *format, va_list args)
{
  if (m->b->error == NULL)
    m->b->error = g_error_new_valist (WEIR_ERROR, code, format, args);
}

WeirPort
weir_make_unsupported (WeirMake *m, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fail (m, WEIR_ERROR_UNSUPPORTED, format, args);
  va_end (args);
  return WEIR_PORT_NONE;
}

WeirPort
weir_make_invalid (WeirMake *m, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  fail (m, WEIR_ERROR_FORMAT, format, args);
  va_end (args);
  return WEIR_PORT_NONE;
}

static const WeirValueInfo *
info_of (const WeirMake *m, WeirPort port)
{
  static const WeirValueInfo unknown = { .shape = { .rank = WEIR_RANK_UNKNOWN } };

  return weir_build_failed (m->b) || weir_port_is_none (port)
             ? &unknown
             : weir_graph_info (m->b->graph, port);
}

const WeirShape *
weir_make_shape (const WeirMake *m, WeirPort port)
{
  return &info_of (m, port)->shape;
}

WeirDtype
weir_make_dtype (const WeirMake *m, WeirPort port)
{
  return info_of (m, port)->dtype;
}

WeirTensor *
weir_make_value (const WeirMake *m, WeirPort port)
{
  return info_of (m, port)->value;
}

int
weir_make_rank (WeirMake *m, WeirPort port)
{
  int rank = weir_make_shape (m, port)->rank;

  if (rank < 0)
    weir_make_unsupported (m, "the number of dimensions must be known");
  return MAX (rank, 0);
}

gboolean
weir_make_known_ints (WeirMake *m, WeirPort port, const char *what, gint64 *values,
                      gsize max, gsize *count)
{
  const WeirTensor *value = weir_make_value (m, port);

  *count = 0;
  if (weir_build_failed (m->b))
    return FALSE;
  if (value == NULL) {
    weir_make_unsupported (m, "%s must be known without running the network", what);
    return FALSE;
  }
  if (weir_tensor_count (value) > max) {
    weir_make_invalid (m, "%s: expected at most %zu numbers, found %zu", what, max,
                       weir_tensor_count (value));
    return FALSE;
  }
  *count = weir_tensor_count (value);
  for (gsize i = 0; i < *count; i++)
    values[i] = weir_tensor_get_int (value, i);
  return TRUE;
}

int
weir_make_axis (WeirMake *m, gint64 axis, int rank)
{
  g_autoptr (GError) error = NULL;
  int result;

  if (weir_shape_axis (axis, rank, &result, &error))
    return result;
  weir_make_invalid (m, "axis: %s", error->message);
  return 0;
}

WeirPort
weir_make_1 (WeirMake *m, const char *op, WeirPort x)
{
  return WEIR_MAKE (m, op, x);
}

WeirPort
weir_make_2 (WeirMake *m, const char *op, WeirPort x, WeirPort y)
{
  return WEIR_MAKE (m, op, x, y);
}

WeirPort
weir_make_clamp (WeirMake *m, WeirPort x, double low, double high)
{
  WeirNode *node = WEIR_MAKE_BEGIN (m, "Clamp", x);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return weir_make_end (m, node);
}

WeirNode *
weir_make_begin_version (WeirMake *m, const char *op, guint version,
                         const WeirPort *inputs, guint count)
{
  const WeirOp *found = weir_op_find (op);

  if (weir_build_failed (m->b))
    return NULL;
  if (found == NULL) {
    weir_make_unsupported (m, "there is no operation %s", op);
    return NULL;
  }
  return weir_edit_add (m->b->graph, found, version, m->name, inputs, count, 0,
                        &m->b->error);
}

WeirPort
weir_make_end (WeirMake *m, WeirNode *node)
{
  return weir_build_end (m->b, node);
}

WeirPort
weir_make_port (const WeirMake *m, const WeirNode *node, guint index)
{
  return node == NULL || weir_build_failed (m->b) ? WEIR_PORT_NONE
                                                  : WEIR_PORT (node, index);
}

WeirPort
weir_make_ints (WeirMake *m, const gint64 *values, gsize count)
{
  return weir_build_i64 (m->b, m->name, values, count);
}

WeirPort
weir_make_int (WeirMake *m, gint64 value)
{
  return weir_build_i64_scalar (m->b, m->name, value);
}

WeirPort
weir_make_scalar (WeirMake *m, WeirPort like, double value)
{
  return weir_build_scalar (m->b, m->name, like, value);
}

WeirPort
weir_make_constant (WeirMake *m, WeirTensor *value)
{
  return weir_build_constant (m->b, m->name, value);
}

WeirPort
weir_make_convert (WeirMake *m, WeirPort x, WeirDtype dtype)
{
  return weir_build_convert (m->b, m->name, x, dtype);
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
weir_make_reshape (WeirMake *m, WeirPort x, const gint64 *dims, gsize count)
{
  WeirTensor *value = weir_make_value (m, x);
  WeirShape shape;

  if (value != NULL && resolve_dims (value, dims, count, &shape))
    return weir_make_constant (m, weir_tensor_reshape (value, &shape, &m->b->error));
  return weir_build_reshape (m->b, m->name, x, dims, count, TRUE);
}

WeirPort
weir_make_reshape_to (WeirMake *m, WeirPort x, WeirPort shape)
{
  WeirNode *node = WEIR_MAKE_BEGIN (m, "Reshape", x, shape);

  weir_node_set_bool (node, "special_zero", FALSE);
  return weir_make_end (m, node);
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
weir_make_flatten (WeirMake *m, WeirPort x, int axis)
{
  int rank = weir_make_rank (m, x);
  const WeirShape *shape = weir_make_shape (m, x);
  WeirPort rows, parts[2];
  gint64 columns;

  if (weir_build_failed (m->b))
    return WEIR_PORT_NONE;
  if (axis <= 1 && rank > 0)
    return weir_make_reshape (m, x, (const gint64[]){ axis == 0 ? 1 : 0, -1 }, 2);
  columns = product_of (shape, axis, rank);
  if (columns > 0)
    return weir_make_reshape (m, x, (const gint64[]){ -1, columns }, 2);
  rows = weir_make_slice (m, weir_make_shape_of (m, x), WEIR_MAKE_INTS (m, 0),
                          WEIR_MAKE_INTS (m, axis), 0);
  parts[0] = weir_make_reduce (m, "ReduceProd", rows, WEIR_MAKE_INTS (m, 0), TRUE);
  parts[1] = WEIR_MAKE_INTS (m, -1);
  return weir_make_reshape_to (m, x, weir_make_concat (m, parts, 2, 0));
}

WeirPort
weir_make_squeeze (WeirMake *m, WeirPort x, gint64 axis)
{
  return weir_build_squeeze (m->b, m->name, x, &axis, 1);
}

WeirPort
weir_make_unsqueeze (WeirMake *m, WeirPort x, gint64 axis)
{
  return weir_build_unsqueeze (m->b, m->name, x, &axis, 1);
}

WeirPort
weir_make_transpose (WeirMake *m, WeirPort x, const gint64 *order, gsize count)
{
  return weir_build_transpose (m->b, m->name, x, order, count);
}

WeirPort
weir_make_concat (WeirMake *m, const WeirPort *parts, guint count, gint64 axis)
{
  WeirNode *node = weir_build_begin (m->b, "Concat", m->name, parts, count);

  weir_node_set_int (node, "axis", axis);
  return weir_make_end (m, node);
}

WeirPort
weir_make_reduce (WeirMake *m, const char *op, WeirPort x, WeirPort axes,
                  gboolean keep_dims)
{
  WeirNode *node = WEIR_MAKE_BEGIN (m, op, x, axes);

  weir_node_set_bool (node, "keep_dims", keep_dims);
  return weir_make_end (m, node);
}

WeirPort
weir_make_scalar_of (WeirMake *m, WeirPort x)
{
  return weir_make_shape (m, x)->rank == 0 ? x : weir_make_reshape (m, x, NULL, 0);
}

WeirPort
weir_make_vector_of (WeirMake *m, WeirPort x)
{
  const gint64 dims[] = { -1 };

  return weir_make_shape (m, x)->rank == 1 ? x : weir_make_reshape (m, x, dims, 1);
}

WeirPort
weir_make_known (WeirMake *m, WeirPort x)
{
  WeirTensor *value = weir_make_value (m, x);

  if (value == NULL || weir_node_is (weir_graph_node (m->b->graph, x.node), "Constant"))
    return x;
  return weir_make_constant (m, weir_tensor_ref (value));
}

WeirPort
weir_make_counting (WeirMake *m, WeirPort end)
{
  WeirPort zero = weir_make_scalar (m, end, 0), one = weir_make_scalar (m, end, 1);
  WeirNode *node = WEIR_MAKE_BEGIN (m, "Range", zero, end, one);

  weir_node_set_dtype (node, "output_type", weir_make_dtype (m, end));
  return weir_make_end (m, node);
}

WeirPort
weir_make_range (WeirMake *m, gint64 first, gint64 end)
{
  gint64 values[WEIR_MAX_RANK];
  gsize count = 0;

  for (gint64 i = first; i < end && count < WEIR_MAX_RANK; i++)
    values[count++] = i;
  return weir_make_ints (m, values, count);
}

WeirPort
weir_make_shape_of (WeirMake *m, WeirPort x)
{
  return WEIR_MAKE (m, "ShapeOf", x);
}

WeirPort
weir_make_dim_of (WeirMake *m, WeirPort x, gint64 axis)
{
  const WeirShape *shape = weir_make_shape (m, x);

  if (axis < shape->rank && shape->dims[axis] >= 0)
    return WEIR_MAKE_INTS (m, shape->dims[axis]);
  return weir_make_gather (m, weir_make_shape_of (m, x), WEIR_MAKE_INTS (m, axis), 0);
}

WeirPort
weir_make_length_of (WeirMake *m, WeirPort x, gint64 axis)
{
  const WeirShape *shape = weir_make_shape (m, x);

  if (axis < shape->rank && shape->dims[axis] >= 0)
    return weir_make_int (m, shape->dims[axis]);
  return weir_make_gather (m, weir_make_shape_of (m, x), weir_make_int (m, axis), 0);
}

WeirPort
weir_make_channels (WeirMake *m, WeirPort x, int rank)
{
  const gint64 dims[WEIR_MAX_RANK] = { 1, -1, 1, 1, 1, 1, 1, 1 };

  return weir_make_reshape (m, x, dims, (gsize) MAX (rank, 2));
}

WeirPort
weir_make_split_groups (WeirMake *m, WeirPort filters, gint64 groups)
{
  WeirShape shape = *weir_make_shape (m, filters);
  gint64 dims[WEIR_MAX_RANK] = { groups };

  if (shape.rank < 2 || shape.rank >= WEIR_MAX_RANK || shape.dims[0] <= 0 || groups < 1 ||
      shape.dims[0] % groups != 0)
    return weir_make_invalid (m, "%" G_GINT64_FORMAT " groups do not divide the filters",
                              groups);
  dims[1] = shape.dims[0] / groups;
  for (int i = 1; i < shape.rank; i++)
    dims[i + 1] = shape.dims[i];
  return weir_make_reshape (m, filters, dims, (gsize) shape.rank + 1);
}

WeirPort
weir_make_gather (WeirMake *m, WeirPort x, WeirPort indices, gint64 axis)
{
  WeirPort at = weir_make_int (m, axis);

  return WEIR_MAKE (m, "Gather", x, indices, at);
}

WeirPort
weir_make_slice (WeirMake *m, WeirPort x, WeirPort begin, WeirPort end, gint64 axis)
{
  WeirPort step = WEIR_MAKE_INTS (m, 1), axes = WEIR_MAKE_INTS (m, axis);

  return WEIR_MAKE (m, "Slice", x, begin, end, step, axes);
}

WeirPort
weir_make_broadcast (WeirMake *m, WeirPort x, WeirPort shape)
{
  WeirNode *node = WEIR_MAKE_BEGIN (m, "Broadcast", x, shape);

  weir_node_set_string (node, "mode", "numpy");
  return weir_make_end (m, node);
}

WeirPort
weir_make_to_nchw (WeirMake *m, WeirPort x)
{
  gint64 order[WEIR_MAX_RANK] = { 0 };
  int rank = weir_make_rank (m, x);

  if (rank < 3)
    return weir_make_invalid (m, "expected at least 3 dimensions, found %d", rank);
  order[1] = rank - 1;
  for (int i = 2; i < rank; i++)
    order[i] = i - 1;
  return weir_make_transpose (m, x, order, (gsize) rank);
}

WeirPort
weir_make_to_nhwc (WeirMake *m, WeirPort x)
{
  gint64 order[WEIR_MAX_RANK] = { 0 };
  int rank = weir_make_rank (m, x);

  if (rank < 3)
    return weir_make_invalid (m, "expected at least 3 dimensions, found %d", rank);
  order[rank - 1] = 1;
  for (int i = 1; i < rank - 1; i++)
    order[i] = i + 1;
  return weir_make_transpose (m, x, order, (gsize) rank);
}
