#include "attr.h"
#include "node.h"
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
  int rank = weir_make_shape (&n->make, x)->rank;
  WeirPort end;
  WeirNode *node;

  if (rank >= 0)
    return weir_make_range (&n->make, 0, rank);
  end = weir_make_squeeze (
      &n->make, weir_make_shape_of (&n->make, weir_make_shape_of (&n->make, x)), 0);
  node = WEIR_MAKE_BEGIN (&n->make, "Range", weir_make_int (&n->make, 0), end,
                          weir_make_int (&n->make, 1));
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_make_end (&n->make, node);
}

static Reduction
reduction_of (OnnxNode *n)
{
  Reduction r = { .x = onnx_in (n, 0), .axes = onnx_list (n, "axes", 1) };
  WeirTensor *value = weir_make_value (&n->make, r.axes);
  const WeirShape *shape = weir_make_shape (&n->make, r.axes);
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
  return r->nothing ? x : weir_make_reduce (&n->make, op, x, r->axes, r->keep);
}

static WeirPort
reduce_l1 (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return r.nothing ? WEIR_MAKE (&n->make, "Abs", r.x)
                   : reduce_as (n, &r, "ReduceL1", r.x);
}

static WeirPort
reduce_l2 (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return r.nothing ? WEIR_MAKE (&n->make, "Abs", r.x)
                   : reduce_as (n, &r, "ReduceL2", r.x);
}

static WeirPort
reduce_log_sum (OnnxNode *n)
{
  Reduction r = reduction_of (n);

  return WEIR_MAKE (&n->make, "Log", reduce_as (n, &r, "ReduceSum", r.x));
}

/* m + log (sum (exp (x - m))) with the largest m, so that nothing overflows. */
static WeirPort
reduce_log_sum_exp (OnnxNode *n)
{
  Reduction r = reduction_of (n);
  WeirPort top, sum;

  if (r.nothing)
    return r.x;
  top = weir_make_reduce (&n->make, "ReduceMax", r.x, r.axes, TRUE);
  sum = WEIR_MAKE (&n->make, "Exp", WEIR_MAKE (&n->make, "Subtract", r.x, top));
  sum = WEIR_MAKE (&n->make, "Log",
                   weir_make_reduce (&n->make, "ReduceSum", sum, r.axes, r.keep));
  if (!r.keep)
    top = WEIR_MAKE (&n->make, "Squeeze", top, r.axes);
  return WEIR_MAKE (&n->make, "Add", sum, top);
}

static WeirPort
reduce_max (OnnxNode *n)
{
  Reduction r = reduction_of (n);
  gboolean logical = weir_make_dtype (&n->make, r.x) == WEIR_DTYPE_BOOL;

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
  gboolean logical = weir_make_dtype (&n->make, r.x) == WEIR_DTYPE_BOOL;

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

  return reduce_as (n, &r, "ReduceSum", WEIR_MAKE (&n->make, "Multiply", r.x, r.x));
}

static WeirNode *
top_k_node (OnnxNode *n, WeirPort x, WeirPort k, gint64 axis, gboolean largest,
            gboolean sorted)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "TopK", x, k);

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", largest ? "max" : "min");
  weir_node_set_string (node, "sort", sorted ? "value" : "none");
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  return node;
}

static WeirPort
top_k (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), k;
  WeirNode *node;

  k = n->version < 10 ? weir_make_int (&n->make, onnx_attr_int (n, "k", 1))
                      : weir_make_scalar_of (&n->make, onnx_in (n, 1));
  node = top_k_node (n, x, k, onnx_attr_int (n, "axis", -1),
                     onnx_attr_int (n, "largest", 1) != 0,
                     onnx_attr_int (n, "sorted", 1) != 0);
  onnx_out (n, 1, weir_make_port (&n->make, node, 1));
  return weir_make_port (&n->make, node, 0);
}

/* The last one of equals is the first one from the other end. */
static WeirPort
reversed (OnnxNode *n, WeirPort x, gint64 axis)
{
  WeirPort begin = WEIR_MAKE_INTS (&n->make, -1),
           end = WEIR_MAKE_INTS (&n->make, G_MININT64 + 1);
  WeirPort step = WEIR_MAKE_INTS (&n->make, -1), axes = WEIR_MAKE_INTS (&n->make, axis);

  return WEIR_MAKE (&n->make, "Slice", x, begin, end, step, axes);
}

static WeirPort
arg_of (OnnxNode *n, gboolean largest)
{
  WeirPort x = onnx_in (n, 0), found, end;
  gint64 axis = onnx_attr_int (n, "axis", 0);
  gboolean last = onnx_attr_int (n, "select_last_index", 0) != 0;
  int rank = weir_make_shape (&n->make, x)->rank;
  WeirNode *node;

  if (rank > 0)
    axis = onnx_axis (n, axis, rank);
  if (last)
    x = reversed (n, x, axis);
  node = top_k_node (n, x, weir_make_int (&n->make, 1), axis, largest, TRUE);
  found = weir_make_port (&n->make, node, 1);
  if (last) {
    end = WEIR_MAKE (&n->make, "Subtract", weir_make_dim_of (&n->make, x, axis),
                     WEIR_MAKE_INTS (&n->make, 1));
    found = WEIR_MAKE (&n->make, "Subtract", end, found);
  }
  return onnx_attr_int (n, "keepdims", 1) != 0
             ? found
             : weir_make_squeeze (&n->make, found, axis);
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
  WeirPort axis = weir_make_scalar_of (&n->make, onnx_in (n, 1));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "CumSum", onnx_in (n, 0), axis);

  weir_node_set_bool (node, "exclusive", onnx_attr_int (n, "exclusive", 0) != 0);
  weir_node_set_bool (node, "reverse", onnx_attr_int (n, "reverse", 0) != 0);
  return weir_make_end (&n->make, node);
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
