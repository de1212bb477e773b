#include "scatter.h"
#include "table.h"

#include <string.h>

/* Elements by their indices, and indices of elements. */

static WeirPort
gather_at (TfNode *n, WeirPort axis, gint64 batch_dims)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Gather", tf_in (n, 0), tf_in (n, 1), axis);

  weir_node_set_int (node, "batch_dims", batch_dims);
  return weir_make_end (&n->make, node);
}

static WeirPort
gather (TfNode *n)
{
  return gather_at (n, weir_make_int (&n->make, 0), 0);
}

/* What a resource holds stands in its place. */
static WeirPort
resource_gather (TfNode *n)
{
  gint64 batch_dims = tf_attr_int (n, "batch_dims", 0);

  return gather_at (n, weir_make_int (&n->make, batch_dims), batch_dims);
}

static WeirPort
gather_v2 (TfNode *n)
{
  return gather_at (n, weir_make_scalar_of (&n->make, tf_in (n, 2)),
                    tf_attr_int (n, "batch_dims", 0));
}

static WeirPort
gather_nd (TfNode *n)
{
  return weir_make_2 (&n->make, "GatherND", tf_in (n, 0), tf_in (n, 1));
}

/* Onto zeros of the shape in input 2. */
static WeirPort
scatter_nd (TfNode *n)
{
  WeirPort updates = tf_in (n, 1), zeros;

  zeros = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, updates, 0),
                               tf_in (n, 2));
  return tf_scatter (n, zeros, tf_in (n, 0), updates, "sum");
}

/* Row's @ir: how updates meet what is there. */
static WeirPort
tensor_scatter (TfNode *n)
{
  return tf_scatter (n, tf_in (n, 0), tf_in (n, 1), tf_in (n, 2), n->row->ir);
}

static WeirPort
tensor_scatter_sub (TfNode *n)
{
  return tf_scatter (n, tf_in (n, 0), tf_in (n, 1),
                     weir_make_1 (&n->make, "Negative", tf_in (n, 2)), "sum");
}

static WeirPort
one_hot (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "OneHot", tf_in (n, 0),
                                    weir_make_scalar_of (&n->make, tf_in (n, 1)),
                                    weir_make_scalar_of (&n->make, tf_in (n, 2)),
                                    weir_make_scalar_of (&n->make, tf_in (n, 3)));

  weir_node_set_int (node, "axis", tf_attr_int (n, "axis", -1));
  return weir_make_end (&n->make, node);
}

/* One row an element that is not zero. */
static WeirPort
where_true (TfNode *n)
{
  WeirPort rows = tf_non_zero (n, tf_in (n, 0));

  return weir_make_transpose (&n->make, rows, (gint64[]){ 1, 0 }, 2);
}

/* A vector chooses between whole rows. */
static WeirPort
select_rows (TfNode *n)
{
  WeirPort condition = tf_in (n, 0), x = tf_in (n, 1);
  int rank = weir_make_shape (&n->make, x)->rank;
  const gint64 dims[WEIR_MAX_RANK] = { -1, 1, 1, 1, 1, 1, 1, 1 };

  if (weir_make_shape (&n->make, condition)->rank == 1 && rank > 1)
    condition = weir_make_reshape (&n->make, condition, dims, (gsize) rank);
  return WEIR_MAKE (&n->make, "Select", condition, x, tf_in (n, 2));
}

static WeirPort
select_v2 (TfNode *n)
{
  return WEIR_MAKE (&n->make, "Select", tf_in (n, 0), tf_in (n, 1), tf_in (n, 2));
}

static WeirDtype
index_type (TfNode *n, const char *name, WeirDtype fallback)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  return value != NULL && value->has_type ? tf_dtype (value->type) : fallback;
}

static WeirNode *
top (TfNode *n, WeirPort k, gint64 axis, const char *mode, gboolean sorted)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "TopK", tf_in (n, 0), k);

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "sort", sorted ? "value" : "none");
  return node;
}

static WeirPort
top_k (TfNode *n)
{
  WeirPort k = tf_n_inputs (n) > 1 ? weir_make_scalar_of (&n->make, tf_in (n, 1))
                                   : weir_make_int (&n->make, tf_attr_int (n, "k", 0));
  int rank = weir_make_rank (&n->make, tf_in (n, 0));
  WeirNode *node;

  if (rank < 1)
    return weir_make_invalid (&n->make, "expected a dimension, found none");
  node = top (n, k, rank - 1, "max", tf_attr_bool (n, "sorted", TRUE));
  weir_node_set_dtype (node, "index_element_type",
                       index_type (n, "index_type", WEIR_DTYPE_I32));
  weir_make_end (&n->make, node);
  tf_out (n, 1, weir_make_port (&n->make, node, 1));
  return weir_make_port (&n->make, node, 0);
}

static WeirPort
arg_top (TfNode *n)
{
  WeirDtype type = index_type (n, "output_type", WEIR_DTYPE_I64);
  gint64 axis = 0;
  WeirNode *node;
  WeirPort index;
  gsize count;

  if (tf_n_inputs (n) > 1 &&
      !weir_make_known_ints (&n->make, tf_in (n, 1), "the axis", &axis, 1, &count))
    return WEIR_PORT_NONE;
  node = top (n, weir_make_int (&n->make, 1), axis, n->row->ir, TRUE);
  weir_node_set_dtype (node, "index_element_type",
                       type == WEIR_DTYPE_I32 ? type : WEIR_DTYPE_I64);
  weir_make_end (&n->make, node);
  index = weir_make_squeeze (&n->make, weir_make_port (&n->make, node, 1), axis);
  return weir_make_dtype (&n->make, index) == type
             ? index
             : weir_make_convert (&n->make, index, type);
}

/* Outputs: the values in the order in which they first come, where each element's value
 * stands among them, how often each comes. */
static WeirPort
unique (TfNode *n)
{
  WeirDtype type = index_type (n, "out_idx", WEIR_DTYPE_I32);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Unique", tf_in (n, 0));

  weir_node_set_bool (node, "sorted", FALSE);
  weir_node_set_dtype (node, "index_element_type", type);
  weir_node_set_dtype (node, "count_element_type", type);
  weir_make_end (&n->make, node);
  tf_out (n, 1, weir_make_port (&n->make, node, 2));
  if (g_str_has_suffix (n->proto->op, "Counts"))
    tf_out (n, 2, weir_make_port (&n->make, node, 3));
  return weir_make_port (&n->make, node, 0);
}

/* How many boundaries each element is not below. */
static WeirPort
bucketize (TfNode *n)
{
  const Tf__AttrValue *value = tf_attr (n, "boundaries");
  gsize count = value != NULL && value->list != NULL ? value->list->n_f : 0;
  WeirShape shape = WEIR_SHAPE ((gint64) count);
  WeirPort boundaries;
  WeirNode *node;

  boundaries = weir_make_constant (
      &n->make,
      weir_tensor_new_f32 (&shape, count > 0 ? value->list->f : (float[]){ 0 }));
  node = WEIR_MAKE_BEGIN (&n->make, "Bucketize", tf_in (n, 0), boundaries);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I32);
  weir_node_set_bool (node, "with_right_bound", FALSE);
  return weir_make_end (&n->make, node);
}

static WeirPort
invert_permutation (TfNode *n)
{
  WeirPort x = tf_in (n, 0), length = weir_make_length_of (&n->make, x, 0);
  WeirPort numbers = weir_make_counting (
      &n->make, weir_make_convert (&n->make, length, weir_make_dtype (&n->make, x)));

  return WEIR_MAKE (&n->make, "ScatterElementsUpdate", numbers, x, numbers,
                    weir_make_int (&n->make, 0));
}

/* What is in x, but not in y, and where it stands in x. */
static WeirPort
list_diff (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), y = tf_in (n, 1), found, at;

  found = weir_make_2 (m, "Equal", weir_make_unsqueeze (m, x, 1), y);
  found = weir_make_reduce (m, "ReduceLogicalOr", found, WEIR_MAKE_INTS (m, 1), FALSE);
  at = tf_non_zero (n, weir_make_1 (m, "LogicalNot", found));
  at = weir_make_squeeze (m, at, 0);
  tf_out (n, 1, weir_make_convert (m, at, index_type (n, "out_idx", WEIR_DTYPE_I32)));
  return weir_make_gather (m, x, at, 0);
}

/* How often, or with what weight, each number below the size comes. */
static WeirPort
bincount (TfNode *n)
{
  WeirMake *m = &n->make;
  const gint64 flat[] = { -1 };
  WeirPort x = weir_make_reshape (m, tf_in (n, 0), flat, 1), weights = tf_in (n, 2), hot;
  const WeirShape *shape = weir_make_shape (m, weights);
  gboolean weighted = shape->rank > 0 && shape->dims[0] != 0;
  WeirNode *node = WEIR_MAKE_BEGIN (m, "OneHot", x, weir_make_scalar_of (m, tf_in (n, 1)),
                                    weir_make_scalar (m, weights, 1),
                                    weir_make_scalar (m, weights, 0));

  weir_node_set_int (node, "axis", 0);
  hot = weir_make_end (m, node);
  if (weighted)
    hot = weir_make_2 (m, "Multiply", hot, weir_make_reshape (m, weights, flat, 1));
  return weir_make_reduce (m, "ReduceSum", hot, WEIR_MAKE_INTS (m, 1), FALSE);
}

/* Indices into a flat array as those of the dimensions in input 1, a row each. */
static WeirPort
unravel_index (TfNode *n)
{
  WeirPort x = tf_in (n, 0), dims = tf_in (n, 1);
  WeirShape shape = *weir_make_shape (&n->make, dims);
  WeirPort rows[WEIR_MAX_RANK];

  if (shape.rank != 1 || shape.dims[0] < 1 || shape.dims[0] > WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "the number of dimensions must be known");
  tf_split_index (n, x, dims, (guint) shape.dims[0], rows);
  for (gint64 i = 0; i < shape.dims[0]; i++)
    rows[i] = weir_make_unsqueeze (&n->make, rows[i], 0);
  return weir_make_concat (&n->make, rows, (guint) shape.dims[0], 0);
}

/* Inputs: step ids, parent ids, how long the sequences are at most, the end token. */
static WeirPort
gather_tree (TfNode *n)
{
  return WEIR_MAKE (&n->make, "GatherTree", tf_in (n, 0), tf_in (n, 1), tf_in (n, 2),
                    weir_make_scalar_of (&n->make, tf_in (n, 3)));
}

const TfRow tf_rows_index[] = {
  { "Gather", gather },
  { "GatherV2", gather_v2 },
  { "ResourceGather", resource_gather },
  { "GatherNd", gather_nd },
  { "ScatterNd", scatter_nd },
  { "TensorScatterUpdate", tensor_scatter, "none" },
  { "TensorScatterAdd", tensor_scatter, "sum" },
  { "TensorScatterMax", tensor_scatter, "max" },
  { "TensorScatterMin", tensor_scatter, "min" },
  { "TensorScatterSub", tensor_scatter_sub },
  { "GatherTree", gather_tree },
  { "Addons>GatherTree", gather_tree },
  { "OneHot", one_hot },
  { "Where", where_true },
  { "Select", select_rows },
  { "SelectV2", select_v2 },
  { "TopK", top_k, NULL, "values,indices" },
  { "TopKV2", top_k, NULL, "values,indices" },
  { "ArgMax", arg_top, "max" },
  { "ArgMin", arg_top, "min" },
  { "Unique", unique, NULL, "y,idx" },
  { "UniqueWithCounts", unique, NULL, "y,idx,count" },
  { "Bucketize", bucketize },
  { "InvertPermutation", invert_permutation },
  { "ListDiff", list_diff, NULL, "out,idx" },
  { "Bincount", bincount },
  { "UnravelIndex", unravel_index },
  { NULL },
};
