#include "table.h"

#include <math.h>
#include <string.h>

/* Reductions, and what is found along an axis. */

/* Programs before 2.5 have no scalars: what has one element is a vector. */
static WeirPort
as_declared (PdNode *n, WeirPort y, const char *out)
{
  return pd_out_rank (n, out) == 1 && weir_make_shape (&n->make, y)->rank == 0
             ? weir_make_vector_of (&n->make, y)
             : y;
}

static WeirPort
axes_of (PdNode *n, WeirPort x, gboolean all)
{
  return all ? weir_make_range (&n->make, 0, weir_make_rank (&n->make, x))
             : pd_vector (n, NULL, NULL, "dim");
}

static gboolean
is_over_all (PdNode *n)
{
  gint64 dims[WEIR_MAX_RANK];

  return pd_bool (n, "reduce_all", FALSE) || pd_ints (n, "dim", dims, WEIR_MAX_RANK) == 0;
}

static WeirPort
reduce (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  WeirDtype dtype = pd_attr_dtype (n, "out_dtype", weir_make_dtype (&n->make, x));

  if (dtype != weir_make_dtype (&n->make, x))
    x = weir_make_convert (&n->make, x, dtype);
  x = weir_make_reduce (&n->make, n->row->ir, x, axes_of (n, x, is_over_all (n)),
                        pd_bool (n, "keep_dim", FALSE));
  return as_declared (n, x, "Out");
}

static WeirPort
mean_of_all (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return as_declared (
      n, weir_make_reduce (&n->make, "ReduceMean", x, axes_of (n, x, TRUE), FALSE),
      "Out");
}

static WeirPort
absolute_power (PdNode *n, WeirPort x, double exponent)
{
  x = weir_make_1 (&n->make, "Abs", x);
  return weir_make_2 (&n->make, "Power", x, weir_make_scalar (&n->make, x, exponent));
}

/* (sum |x|^p)^(1/p); its limits for p of 0 and of infinity. */
static WeirPort
p_norm (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), axes;
  double p = pd_float (n, "porder", 2);
  gboolean keep = pd_bool (n, "keepdim", FALSE), all = pd_bool (n, "asvector", FALSE);
  int rank = weir_make_rank (&n->make, x);

  axes = all ? weir_make_range (&n->make, 0, rank)
             : WEIR_MAKE_INTS (&n->make,
                               weir_make_axis (&n->make, pd_int (n, "axis", -1), rank));
  if (p == 0) {
    WeirPort is =
        weir_make_2 (&n->make, "NotEqual", x, weir_make_scalar (&n->make, x, 0));

    x = weir_make_convert (&n->make, is, weir_make_dtype (&n->make, x));
    return as_declared (n, weir_make_reduce (&n->make, "ReduceSum", x, axes, keep),
                        "Out");
  }
  if (isinf (p))
    x = weir_make_reduce (&n->make, p > 0 ? "ReduceMax" : "ReduceMin",
                          weir_make_1 (&n->make, "Abs", x), axes, keep);
  else if (p == 1 || p == 2)
    x = weir_make_reduce (&n->make, p == 1 ? "ReduceL1" : "ReduceL2", x, axes, keep);
  else
    x = absolute_power (
        n, weir_make_reduce (&n->make, "ReduceSum", absolute_power (n, x, p), axes, keep),
        1 / p);
  return as_declared (n, x, "Out");
}

static WeirNode *
top_k_node (PdNode *n, WeirPort x, WeirPort k, int axis, gboolean largest,
            const char *sort)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "TopK", x, k);

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", largest ? "max" : "min");
  weir_node_set_string (node, "sort", sort);
  weir_node_set_bool (node, "stable", TRUE);
  weir_node_set_dtype (node, "index_element_type", WEIR_DTYPE_I64);
  return node;
}

static WeirPort
arg (PdNode *n)
{
  gboolean flat = pd_bool (n, "flatten", FALSE);
  gboolean keep = pd_bool (n, "keepdims", FALSE);
  WeirPort x = pd_in (n, "X"), y;
  int rank = weir_make_rank (&n->make, x), axis;
  WeirNode *node;

  if (pd_has (n, "Axis"))
    return weir_make_unsupported (&n->make, "an axis that the network computes");
  if (flat)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  axis = flat ? 0 : weir_make_axis (&n->make, pd_int (n, "axis", -1), rank);
  node = top_k_node (n, x, weir_make_int (&n->make, 1), axis,
                     strcmp (n->row->ir, "max") == 0, "value");
  weir_make_end (&n->make, node);
  y = weir_make_convert (&n->make, weir_make_port (&n->make, node, 1),
                         pd_attr_dtype (n, "dtype", WEIR_DTYPE_I64));
  return keep && !flat ? y
                       : as_declared (n, weir_make_squeeze (&n->make, y, axis), "Out");
}

static WeirPort
top_k (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), k;
  int rank = weir_make_rank (&n->make, x);
  int axis = weir_make_axis (&n->make, pd_int (n, "axis", -1), rank);
  WeirNode *node;

  k = pd_has (n, "K") ? weir_make_scalar_of (&n->make, pd_in (n, "K"))
                      : weir_make_int (&n->make, pd_int (n, "k", 1));
  node = top_k_node (n, x, k, axis, pd_bool (n, "largest", TRUE), "value");
  pd_out (n, "Out", weir_make_end (&n->make, node));
  pd_out (n, "Indices", weir_make_port (&n->make, node, 1));
  return WEIR_PORT_NONE;
}

static WeirPort
arg_sort (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  int axis =
      weir_make_axis (&n->make, pd_int (n, "axis", -1), weir_make_rank (&n->make, x));
  WeirNode *node = top_k_node (n, x, weir_make_length_of (&n->make, x, axis), axis,
                               pd_bool (n, "descending", FALSE), "value");

  pd_out (n, "Out", weir_make_end (&n->make, node));
  pd_out (n, "Indices", weir_make_port (&n->make, node, 1));
  return WEIR_PORT_NONE;
}

static WeirPort
cum_sum (PdNode *n)
{
  gboolean flat = pd_bool (n, "flatten", FALSE);
  WeirPort x = pd_in (n, "X");
  WeirNode *node;
  gint64 axis = pd_int (n, "axis", -1);

  if (flat)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  axis = flat ? 0 : weir_make_axis (&n->make, axis, weir_make_rank (&n->make, x));
  node = WEIR_MAKE_BEGIN (&n->make, "CumSum", x, weir_make_int (&n->make, axis));
  weir_node_set_bool (node, "exclusive", pd_bool (n, "exclusive", FALSE));
  weir_node_set_bool (node, "reverse", pd_bool (n, "reverse", FALSE));
  return weir_make_end (&n->make, node);
}

const PdRow pd_rows_reduce[] = {
  { "reduce_max", reduce, .ir = "ReduceMax" },
  { "reduce_mean", reduce, .ir = "ReduceMean" },
  { "reduce_min", reduce, .ir = "ReduceMin" },
  { "reduce_prod", reduce, .ir = "ReduceProd" },
  { "reduce_sum", reduce, .ir = "ReduceSum" },
  { "reduce_all", reduce, .ir = "ReduceLogicalAnd" },
  { "reduce_any", reduce, .ir = "ReduceLogicalOr" },
  { "mean", mean_of_all },
  { "p_norm", p_norm },
  { "arg_max", arg, .ir = "max" },
  { "arg_min", arg, .ir = "min" },
  { "top_k", top_k },
  { "top_k_v2", top_k },
  { "argsort", arg_sort },
  { "cumsum", cum_sum },
  { NULL },
};
