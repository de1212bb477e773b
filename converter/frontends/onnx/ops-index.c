#include "attr.h"
#include "onnx-build.h"
#include "table.h"

#include <string.h>

/* Operations that pick or place elements: slices, gather and scatter, padding, masks. */

/* Starts and ends are attributes before version 10. */
static WeirPort
slice (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), begin = onnx_list (n, "starts", 1), axes, step, one;
  WeirPort end = onnx_list (n, "ends", 2);
  const WeirShape *shape = onnx_shape (n, begin);

  if (weir_port_is_none (begin) || weir_port_is_none (end))
    return onnx_invalid (n, "starts or ends are missing");
  axes = onnx_list (n, "axes", 3);
  step =
      onnx_has (n, 4) ? onnx_convert (n, onnx_in (n, 4), WEIR_DTYPE_I64) : WEIR_PORT_NONE;
  if (weir_port_is_none (axes) && shape->rank == 1 && shape->dims[0] >= 0)
    axes = onnx_range (n, 0, shape->dims[0]);
  if (weir_port_is_none (step)) {
    one = onnx_int (n, 1);
    step = onnx_broadcast (n, one, onnx_shape_of (n, begin));
  }
  return weir_port_is_none (axes) ? ONNX_OP (n, "Slice", x, begin, end, step)
                                  : ONNX_OP (n, "Slice", x, begin, end, step, axes);
}

static WeirPort
gather (OnnxNode *n)
{
  return onnx_gather (n, onnx_in (n, 0), onnx_in (n, 1), onnx_attr_int (n, "axis", 0));
}

static WeirPort
gather_elements (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "GatherElements", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", 0));
  return onnx_end (n, node);
}

static WeirPort
gather_nd (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "GatherND", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "batch_dims", onnx_attr_int (n, "batch_dims", 0));
  return onnx_end (n, node);
}

static const char *
reduction_of (OnnxNode *n)
{
  static const char *const words[][2] = {
    { "none", "none" }, { "add", "sum" }, { "mul", "prod" },
    { "max", "max" },   { "min", "min" },
  };
  const char *given = onnx_attr_string (n, "reduction", "none");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (given, words[i][0]) == 0)
      return words[i][1];
  onnx_invalid (n, "attribute 'reduction': expected none, add, mul, max or min, found %s",
                given);
  return "none";
}

/* Only the newest version can do more than replace. */
static WeirPort
scatter (OnnxNode *n, const char *op, guint newest, const WeirPort *inputs, guint count)
{
  const char *reduction = reduction_of (n);
  WeirNode *node;

  if (strcmp (reduction, "none") == 0)
    return weir_build (n->b, op, n->name, inputs, count);
  node = onnx_begin_version (n, op, newest, inputs, count);
  weir_node_set_string (node, "reduction", reduction);
  return onnx_end (n, node);
}

static WeirPort
scatter_elements (OnnxNode *n)
{
  const WeirPort inputs[] = { onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2),
                              onnx_int (n, onnx_attr_int (n, "axis", 0)) };

  return scatter (n, "ScatterElementsUpdate", 12, inputs, 4);
}

static WeirPort
scatter_nd (OnnxNode *n)
{
  const WeirPort inputs[] = { onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2) };

  return scatter (n, "ScatterNDUpdate", 15, inputs, 3);
}

static WeirPort
where (OnnxNode *n)
{
  return ONNX_OP (n, "Select", onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2));
}

static WeirPort
non_zero_of (OnnxNode *n, WeirPort x)
{
  WeirNode *node = ONNX_BEGIN (n, "NonZero", x);

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return onnx_end (n, node);
}

static WeirPort
non_zero (OnnxNode *n)
{
  return non_zero_of (n, onnx_in (n, 0));
}

/* Without an axis, of the flattened input. */
static WeirPort
compress (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0),
           kept = onnx_squeeze (n, non_zero_of (n, onnx_in (n, 1)), 0);

  if (onnx_attr (n, "axis") == NULL)
    return onnx_gather (n, onnx_reshape (n, x, (const gint64[]){ -1 }, 1), kept, 0);
  return onnx_gather (n, x, kept, onnx_attr_int (n, "axis", 0));
}

static WeirPort
unique (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  WeirNode *node;

  if (onnx_attr (n, "axis") != NULL)
    node = ONNX_BEGIN (n, "Unique", x, onnx_int (n, onnx_attr_int (n, "axis", 0)));
  else
    node = ONNX_BEGIN (n, "Unique", x);
  weir_node_set_bool (node, "sorted", onnx_attr_int (n, "sorted", 1) != 0);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_dtype (node, "count_element_type", WEIR_DTYPE_I64);
  onnx_end (n, node);
  for (guint i = 0; i < 4; i++)
    onnx_out (n, i, onnx_port (n, node, i));
  return onnx_port (n, node, 0);
}

/* Values in the order in which they come, which of them each element is, and counts. */
static WeirPort
unique_of_microsoft (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "Unique", onnx_in (n, 0));

  weir_node_set_bool (node, "sorted", FALSE);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_dtype (node, "count_element_type", WEIR_DTYPE_I64);
  onnx_end (n, node);
  onnx_out (n, 1, onnx_port (n, node, 2));
  onnx_out (n, 2, onnx_port (n, node, 3));
  return onnx_port (n, node, 0);
}

static WeirPort
reverse_sequence (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "ReverseSequence", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "batch_axis", onnx_attr_int (n, "batch_axis", 1));
  weir_node_set_int (node, "seq_axis", onnx_attr_int (n, "time_axis", 0));
  return onnx_end (n, node);
}

/* Depth and indices may be of any type; values hold what is off and what is on. A
 * negative index counts from the end. */
static WeirPort
one_hot (OnnxNode *n)
{
  WeirPort indices = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_I64), depth, negative;
  WeirPort values = onnx_in (n, 2), off, on;
  WeirNode *node;

  depth = onnx_scalar_of (n, onnx_convert (n, onnx_in (n, 1), WEIR_DTYPE_I64));
  negative = ONNX_OP (n, "Less", indices, onnx_int (n, 0));
  indices = ONNX_OP (n, "Select", negative, ONNX_OP (n, "Add", indices, depth), indices);
  off = onnx_gather (n, values, onnx_int (n, 0), 0);
  on = onnx_gather (n, values, onnx_int (n, 1), 0);
  node = ONNX_BEGIN (n, "OneHot", indices, depth, on, off);
  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", -1));
  return onnx_end (n, node);
}

/* [0, 1, ..., dimension @axis - 1], as a column or as a row. */
static WeirPort
counting (OnnxNode *n, WeirPort x, gint64 axis, gboolean column)
{
  WeirPort all = onnx_counting (n, onnx_length_of (n, x, axis));

  return onnx_unsqueeze (n, all, column ? 1 : 0);
}

/* The upper or the lower triangle; k moves the diagonal to the right. */
static WeirPort
trilu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), rows, columns, kept;
  int rank = onnx_rank (n, x);
  gboolean upper = onnx_attr_int (n, "upper", 1) != 0;

  if (rank < 2)
    return onnx_invalid (n, "expected an input of rank 2 or more, found rank %d", rank);
  rows = counting (n, x, rank - 2, TRUE);
  columns = counting (n, x, rank - 1, FALSE);
  if (onnx_has (n, 1))
    rows = ONNX_OP (n, "Add", rows, onnx_scalar_of (n, onnx_in (n, 1)));
  kept = ONNX_OP (n, upper ? "GreaterEqual" : "LessEqual", columns, rows);
  return ONNX_OP (n, "Select", kept, x, onnx_scalar (n, x, 0));
}

static WeirPort
eye_like (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), rows, columns, diagonal;
  WeirDtype dtype = onnx_attr_dtype (n, "dtype", onnx_dtype (n, x));

  rows = counting (n, x, 0, TRUE);
  columns = counting (n, x, 1, FALSE);
  rows = ONNX_OP (n, "Add", rows, onnx_int (n, onnx_attr_int (n, "k", 0)));
  diagonal = ONNX_OP (n, "Equal", columns, rows);
  return onnx_convert (n, diagonal, dtype);
}

const OnnxRow onnx_rows_index[] = {
  { "DynamicSlice", NULL, 0, 0, slice },
  { "Compress", NULL, 0, 0, compress },
  { "EyeLike", NULL, 0, 0, eye_like },
  { "Gather", NULL, 0, 0, gather },
  { "GatherElements", NULL, 0, 0, gather_elements },
  { "GatherND", NULL, 0, 0, gather_nd },
  { "GatherND", "com.microsoft", 0, 0, gather_nd },
  { "NonZero", NULL, 0, 0, non_zero },
  { "OneHot", NULL, 0, 0, one_hot },
  { "ReverseSequence", NULL, 0, 0, reverse_sequence },
  { "Scatter", NULL, 0, 0, scatter_elements },
  { "ScatterElements", NULL, 0, 0, scatter_elements },
  { "ScatterND", NULL, 0, 0, scatter_nd },
  { "Slice", NULL, 0, 0, slice },
  { "Trilu", NULL, 0, 0, trilu },
  { "Trilu", "com.microsoft", 0, 0, trilu },
  { "Unique", NULL, 0, 0, unique },
  { "Unique", "com.microsoft", 0, 0, unique_of_microsoft },
  { "Where", NULL, 0, 0, where },
  { NULL },
};
