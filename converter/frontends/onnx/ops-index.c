#include "attr.h"
#include "node.h"
#include "table.h"

#include <string.h>

/* Operations that pick or place elements: slices, gather and scatter, padding, masks. */

/* Starts and ends are attributes before version 10. */
static WeirPort
slice (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), begin = onnx_list (n, "starts", 1), axes, step, one;
  WeirPort end = onnx_list (n, "ends", 2);
  const WeirShape *shape = weir_make_shape (&n->make, begin);

  if (weir_port_is_none (begin) || weir_port_is_none (end))
    return weir_make_invalid (&n->make, "starts or ends are missing");
  axes = onnx_list (n, "axes", 3);
  step = onnx_has (n, 4) ? weir_make_convert (&n->make, onnx_in (n, 4), WEIR_DTYPE_I64)
                         : WEIR_PORT_NONE;
  if (weir_port_is_none (axes) && shape->rank == 1 && shape->dims[0] >= 0)
    axes = weir_make_range (&n->make, 0, shape->dims[0]);
  if (weir_port_is_none (step)) {
    one = weir_make_int (&n->make, 1);
    step = weir_make_broadcast (&n->make, one, weir_make_shape_of (&n->make, begin));
  }
  return weir_port_is_none (axes)
             ? WEIR_MAKE (&n->make, "Slice", x, begin, end, step)
             : WEIR_MAKE (&n->make, "Slice", x, begin, end, step, axes);
}

static WeirPort
gather (OnnxNode *n)
{
  return weir_make_gather (&n->make, onnx_in (n, 0), onnx_in (n, 1),
                           onnx_attr_int (n, "axis", 0));
}

static WeirPort
gather_elements (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "GatherElements", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", 0));
  return weir_make_end (&n->make, node);
}

static WeirPort
gather_nd (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "GatherND", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "batch_dims", onnx_attr_int (n, "batch_dims", 0));
  return weir_make_end (&n->make, node);
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
  weir_make_invalid (
      &n->make, "attribute 'reduction': expected none, add, mul, max or min, found %s",
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
    return weir_build (n->make.b, op, n->make.name, inputs, count);
  node = weir_make_begin_version (&n->make, op, newest, inputs, count);
  weir_node_set_string (node, "reduction", reduction);
  return weir_make_end (&n->make, node);
}

static WeirPort
scatter_elements (OnnxNode *n)
{
  const WeirPort inputs[] = { onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2),
                              weir_make_int (&n->make, onnx_attr_int (n, "axis", 0)) };

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
  return WEIR_MAKE (&n->make, "Select", onnx_in (n, 0), onnx_in (n, 1), onnx_in (n, 2));
}

static WeirPort
non_zero_of (OnnxNode *n, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "NonZero", x);

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_end (&n->make, node);
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
           kept = weir_make_squeeze (&n->make, non_zero_of (n, onnx_in (n, 1)), 0);

  if (onnx_attr (n, "axis") == NULL)
    return weir_make_gather (
        &n->make, weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1), kept, 0);
  return weir_make_gather (&n->make, x, kept, onnx_attr_int (n, "axis", 0));
}

static WeirPort
unique (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  WeirNode *node;

  if (onnx_attr (n, "axis") != NULL)
    node = WEIR_MAKE_BEGIN (&n->make, "Unique", x,
                            weir_make_int (&n->make, onnx_attr_int (n, "axis", 0)));
  else
    node = WEIR_MAKE_BEGIN (&n->make, "Unique", x);
  weir_node_set_bool (node, "sorted", onnx_attr_int (n, "sorted", 1) != 0);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_dtype (node, "count_element_type", WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < 4; i++)
    onnx_out (n, i, weir_make_port (&n->make, node, i));
  return weir_make_port (&n->make, node, 0);
}

/* Values in the order in which they come, which of them each element is, and counts. */
static WeirPort
unique_of_microsoft (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Unique", onnx_in (n, 0));

  weir_node_set_bool (node, "sorted", FALSE);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_node_set_dtype (node, "count_element_type", WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  onnx_out (n, 1, weir_make_port (&n->make, node, 2));
  onnx_out (n, 2, weir_make_port (&n->make, node, 3));
  return weir_make_port (&n->make, node, 0);
}

static WeirPort
reverse_sequence (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "ReverseSequence", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_int (node, "batch_axis", onnx_attr_int (n, "batch_axis", 1));
  weir_node_set_int (node, "seq_axis", onnx_attr_int (n, "time_axis", 0));
  return weir_make_end (&n->make, node);
}

/* Depth and indices may be of any type; values hold what is off and what is on. A
 * negative index counts from the end. */
static WeirPort
one_hot (OnnxNode *n)
{
  WeirPort indices = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_I64), depth,
           negative;
  WeirPort values = onnx_in (n, 2), off, on;
  WeirNode *node;

  depth = weir_make_scalar_of (
      &n->make, weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64));
  negative = WEIR_MAKE (&n->make, "Less", indices, weir_make_int (&n->make, 0));
  indices = WEIR_MAKE (&n->make, "Select", negative,
                       WEIR_MAKE (&n->make, "Add", indices, depth), indices);
  off = weir_make_gather (&n->make, values, weir_make_int (&n->make, 0), 0);
  on = weir_make_gather (&n->make, values, weir_make_int (&n->make, 1), 0);
  node = WEIR_MAKE_BEGIN (&n->make, "OneHot", indices, depth, on, off);
  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", -1));
  return weir_make_end (&n->make, node);
}

/* [0, 1, ..., dimension @axis - 1], as a column or as a row. */
static WeirPort
counting (OnnxNode *n, WeirPort x, gint64 axis, gboolean column)
{
  WeirPort all = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, axis));

  return weir_make_unsqueeze (&n->make, all, column ? 1 : 0);
}

/* The upper or the lower triangle; k moves the diagonal to the right. */
static WeirPort
trilu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), rows, columns, kept;
  int rank = weir_make_rank (&n->make, x);
  gboolean upper = onnx_attr_int (n, "upper", 1) != 0;

  if (rank < 2)
    return weir_make_invalid (&n->make,
                              "expected an input of rank 2 or more, found rank %d", rank);
  rows = counting (n, x, rank - 2, TRUE);
  columns = counting (n, x, rank - 1, FALSE);
  if (onnx_has (n, 1))
    rows =
        WEIR_MAKE (&n->make, "Add", rows, weir_make_scalar_of (&n->make, onnx_in (n, 1)));
  kept = WEIR_MAKE (&n->make, upper ? "GreaterEqual" : "LessEqual", columns, rows);
  return WEIR_MAKE (&n->make, "Select", kept, x, weir_make_scalar (&n->make, x, 0));
}

static WeirPort
eye_like (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), rows, columns, diagonal;
  WeirDtype dtype = onnx_attr_dtype (n, "dtype", weir_make_dtype (&n->make, x));

  rows = counting (n, x, 0, TRUE);
  columns = counting (n, x, 1, FALSE);
  rows = WEIR_MAKE (&n->make, "Add", rows,
                    weir_make_int (&n->make, onnx_attr_int (n, "k", 0)));
  diagonal = WEIR_MAKE (&n->make, "Equal", columns, rows);
  return weir_make_convert (&n->make, diagonal, dtype);
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
