#include "attr.h"
#include "onnx-build.h"
#include "table.h"

/* Reductions, sums along an axis, and what looks for the largest. */

/* The axes of a reduction: an attribute before version 18 (ReduceSum: 13), an input
 * since; all where none are given. */
typedef struct {
  WeirPort x, axes;
  gboolean keep;
  gboolean nothing; /* no axes, and none means none */
} Reduction;

static WeirPort
all_axes (OnnxNode *n, WeirPort x)
{
  int rank = onnx_shape (n, x)->rank;
  WeirPort end;
  WeirNode *node;

  if (rank >= 0)
    return onnx_range (n, 0, rank);
  end = onnx_squeeze (n, onnx_shape_of (n, onnx_shape_of (n, x)), 0);
  node = ONNX_BEGIN (n, "Range", onnx_int (n, 0), end, onnx_int (n, 1));
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return onnx_end (n, node);
}

static Reduction
reduction_of (OnnxNode *n)
{
  Reduction r = { .x = onnx_in (n, 0), .axes = onnx_list (n, "axes", 1) };
  WeirTensor *value = onnx_value (n, r.axes);
  const WeirShape *shape = onnx_shape (n, r.axes);
  gboolean empty = (value != NULL && weir_tensor_count (value) == 0) ||
                   (shape->rank == 1 && shape->dims[0] == 0);

  r.keep = onnx_attr_int (n, "keepdims", 1) != 0;
  if (weir_port_is_none (r.axes) || empty) {
    r.nothing = onnx_attr_int (n, "noop_with_empty_axes", 0) != 0;
    r.axes = all_axes (n, r.x);
  }
  return r;
}

static WeirPort
reduce_as (OnnxNode *n, const Reduction *r, const char *op, WeirPort x)
{
  return r->nothing ? x : onnx_reduce (n, op, x, r->axes, r->keep);
}

static WeirPort
reduce_l1 (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return r.nothing ? ONNX_OP (n, "Abs", r.x) : reduce_as (n, &r, "ReduceL1", r.x);
}

static WeirPort
reduce_l2 (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return r.nothing ? ONNX_OP (n, "Abs", r.x) : reduce_as (n, &r, "ReduceL2", r.x);
}

static WeirPort
reduce_log_sum (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return ONNX_OP (n, "Log", reduce_as (n, &r, "ReduceSum", r.x));
}

/* m + log (sum (exp (x - m))) with the largest m, so that nothing overflows. */
static WeirPort
reduce_log_sum_exp (OnnxNode *n)
{
  Reduction r = reduction_of (n);
  WeirPort top, sum;

  if (r.nothing)
    return r.x;
  top = onnx_reduce (n, "ReduceMax", r.x, r.axes, TRUE);
  sum = ONNX_OP (n, "Exp", ONNX_OP (n, "Subtract", r.x, top));
  sum = ONNX_OP (n, "Log", onnx_reduce (n, "ReduceSum", sum, r.axes, r.keep));
  if (!r.keep)
    top = ONNX_OP (n, "Squeeze", top, r.axes);
  return ONNX_OP (n, "Add", sum, top);
}

static WeirPort
reduce_max (OnnxNode *n)
{
  Reduction r = reduction_of (n);
  gboolean logical = onnx_dtype (n, r.x) == WEIR_DTYPE_BOOL;

  return reduce_as (n, &r, logical ? "ReduceLogicalOr" : "ReduceMax", r.x);
}

static WeirPort
reduce_mean (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return reduce_as (n, &r, "ReduceMean", r.x);
}

static WeirPort
reduce_min (OnnxNode *n)
{
  Reduction r = reduction_of (n);
  gboolean logical = onnx_dtype (n, r.x) == WEIR_DTYPE_BOOL;

  return reduce_as (n, &r, logical ? "ReduceLogicalAnd" : "ReduceMin", r.x);
}

static WeirPort
reduce_prod (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return reduce_as (n, &r, "ReduceProd", r.x);
}

static WeirPort
reduce_sum (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return reduce_as (n, &r, "ReduceSum", r.x);
}

static WeirPort
reduce_sum_square (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return reduce_as (n, &r, "ReduceSum", ONNX_OP (n, "Multiply", r.x, r.x));
}

static WeirNode *
top_k_node (OnnxNode *n, WeirPort x, WeirPort k, gint64 axis, gboolean largest,
            gboolean sorted)
{
  WeirNode *node = ONNX_BEGIN (n, "TopK", x, k);

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", largest ? "max" : "min");
  weir_node_set_string (node, "sort", sorted ? "value" : "none");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  onnx_end (n, node);
  return node;
}

static WeirPort
top_k (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), k;
  WeirNode *node;

  k = n->version < 10 ? onnx_int (n, onnx_attr_int (n, "k", 1))
                      : onnx_scalar_of (n, onnx_in (n, 1));
  node = top_k_node (n, x, k, onnx_attr_int (n, "axis", -1),
                     onnx_attr_int (n, "largest", 1) != 0,
                     onnx_attr_int (n, "sorted", 1) != 0);
  onnx_out (n, 1, onnx_port (n, node, 1));
  return onnx_port (n, node, 0);
}

/* The last one of equals is the first one from the other end. */
static WeirPort
reversed (OnnxNode *n, WeirPort x, gint64 axis)
{
  WeirPort begin = ONNX_INTS (n, -1), end = ONNX_INTS (n, G_MININT64 + 1);
  WeirPort step = ONNX_INTS (n, -1), axes = ONNX_INTS (n, axis);

  return ONNX_OP (n, "Slice", x, begin, end, step, axes);
}

static WeirPort
arg_of (OnnxNode *n, gboolean largest)
{
  WeirPort x = onnx_in (n, 0), found, end;
  gint64 axis = onnx_attr_int (n, "axis", 0);
  gboolean last = onnx_attr_int (n, "select_last_index", 0) != 0;
  int rank = onnx_shape (n, x)->rank;
  WeirNode *node;

  if (rank > 0)
    axis = onnx_axis (n, axis, rank);
  if (last)
    x = reversed (n, x, axis);
  node = top_k_node (n, x, onnx_int (n, 1), axis, largest, TRUE);
  found = onnx_port (n, node, 1);
  if (last) {
    end = ONNX_OP (n, "Subtract", onnx_dim_of (n, x, axis), ONNX_INTS (n, 1));
    found = ONNX_OP (n, "Subtract", end, found);
  }
  return onnx_attr_int (n, "keepdims", 1) != 0 ? found : onnx_squeeze (n, found, axis);
}

static WeirPort
arg_max (OnnxNode *n)
{
  return arg_of (n, TRUE);
}

static WeirPort
arg_min (OnnxNode *n)
{
  return arg_of (n, FALSE);
}

static WeirPort
cum_sum (OnnxNode *n)
{
  WeirPort axis = onnx_scalar_of (n, onnx_in (n, 1));
  WeirNode *node = ONNX_BEGIN (n, "CumSum", onnx_in (n, 0), axis);

  weir_node_set_bool (node, "exclusive", onnx_attr_int (n, "exclusive", 0) != 0);
  weir_node_set_bool (node, "reverse", onnx_attr_int (n, "reverse", 0) != 0);
  return onnx_end (n, node);
}

const OnnxRow onnx_rows_reduce[] = {
  { "ArgMax", NULL, 0, 0, arg_max },
  { "ArgMin", NULL, 0, 0, arg_min },
  { "CumSum", NULL, 0, 0, cum_sum },
  { "ReduceL1", NULL, 0, 0, reduce_l1 },
  { "ReduceL2", NULL, 0, 0, reduce_l2 },
  { "ReduceLogSum", NULL, 0, 0, reduce_log_sum },
  { "ReduceLogSumExp", NULL, 0, 0, reduce_log_sum_exp },
  { "ReduceMax", NULL, 0, 0, reduce_max },
  { "ReduceMean", NULL, 0, 0, reduce_mean },
  { "ReduceMin", NULL, 0, 0, reduce_min },
  { "ReduceProd", NULL, 0, 0, reduce_prod },
  { "ReduceSum", NULL, 0, 0, reduce_sum },
  { "ReduceSumSquare", NULL, 0, 0, reduce_sum_square },
  { "TopK", NULL, 0, 0, top_k },
  { NULL },
};
