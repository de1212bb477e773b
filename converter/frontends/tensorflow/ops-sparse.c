#include "scatter.h"
#include "table.h"

/* Sparse values: a row of indices an element, the elements, the shape of the whole. */

/* Single numbers, or one a row, as rows. */
static WeirPort
rows (TfNode *n, WeirPort indices)
{
  const gint64 dims[] = { -1, 1 };

  return weir_make_shape (&n->make, indices)->rank == 2
             ? indices
             : weir_make_reshape (&n->make, indices, dims, 2);
}

static WeirPort
to_dense (TfNode *n, WeirPort indices, WeirPort shape, WeirPort values, WeirPort rest)
{
  WeirMake *m = &n->make;

  indices = rows (n, indices);
  if (weir_make_shape (m, values)->rank == 0)
    values = weir_make_broadcast (m, values, weir_make_dim_of (m, indices, 0));
  return tf_scatter (n, weir_make_broadcast (m, rest, shape), indices, values, "none");
}

/* Inputs: indices, the shape, values, what stands elsewhere. */
static WeirPort
sparse_to_dense (TfNode *n)
{
  return to_dense (n, tf_in (n, 0), tf_in (n, 1), tf_in (n, 2), tf_in (n, 3));
}

/* Inputs: indices, values, the shape, a dense value. */
static WeirPort
dense_add (TfNode *n)
{
  return tf_scatter (n, tf_in (n, 3), tf_in (n, 0), tf_in (n, 1), "sum");
}

/* Inputs: indices, values, the shape, a dense matrix. */
static WeirPort
dense_mat_mul (TfNode *n)
{
  WeirPort values = tf_in (n, 1);
  WeirPort a = to_dense (n, tf_in (n, 0), tf_in (n, 2), values,
                         weir_make_scalar (&n->make, values, 0));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", a, tf_in (n, 3));

  weir_node_set_bool (node, "transpose_a", tf_attr_bool (n, "adjoint_a", FALSE));
  weir_node_set_bool (node, "transpose_b", tf_attr_bool (n, "adjoint_b", FALSE));
  return weir_make_end (&n->make, node);
}

/* Inputs: indices, values, the shape, the value of rows that have none. */
static WeirPort
fill_empty_rows (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirNode *node = WEIR_MAKE_BEGIN (m, "SparseFillEmptyRows", tf_in (n, 1), tf_in (n, 2),
                                    tf_in (n, 0), weir_make_scalar_of (m, tf_in (n, 3)));

  weir_make_end (m, node);
  for (guint i = 1; i < 3; i++)
    tf_out (n, i, weir_make_port (m, node, i));
  return weir_make_port (m, node, 0);
}

/* @shape, where -1 stands for what the others leave of @total. */
static WeirPort
resolved (TfNode *n, WeirPort shape, WeirPort total)
{
  WeirMake *m = &n->make;
  WeirPort all = WEIR_MAKE_INTS (m, 0), open, rest;
  WeirNode *node;

  open = weir_make_2 (m, "Equal", shape, weir_make_int (m, -1));
  rest = weir_make_1 (m, "Abs", weir_make_reduce (m, "ReduceProd", shape, all, FALSE));
  node = WEIR_MAKE_BEGIN (m, "Divide", total, rest);
  weir_node_set_bool (node, "m_pythondiv", TRUE);
  rest = weir_make_end (m, node);
  return WEIR_MAKE (m, "Select", open, rest, shape);
}

/* Inputs: indices, the shape, the new shape. Outputs: the new indices and shape. */
static WeirPort
sparse_reshape (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort indices = tf_in (n, 0), shape = tf_in (n, 1), target = tf_in (n, 2), flat;
  WeirShape old = *weir_make_shape (m, shape), fresh = *weir_make_shape (m, target);
  WeirPort parts[WEIR_MAX_RANK];

  if (old.rank != 1 || fresh.rank != 1 || old.dims[0] < 1 || fresh.dims[0] < 1 ||
      old.dims[0] > WEIR_MAX_RANK || fresh.dims[0] > WEIR_MAX_RANK)
    return weir_make_unsupported (m, "the numbers of dimensions must be known");
  target = resolved (
      n, target, weir_make_reduce (m, "ReduceProd", shape, WEIR_MAKE_INTS (m, 0), FALSE));
  target = weir_make_known (m, target);
  flat = weir_make_gather (m, indices, WEIR_MAKE_INTS (m, 0), 1);
  for (gint64 i = 1; i < old.dims[0]; i++) {
    WeirPort size = weir_make_gather (m, shape, weir_make_int (m, i), 0);

    flat = weir_make_2 (m, "Multiply", flat, size);
    flat = weir_make_2 (m, "Add", flat,
                        weir_make_gather (m, indices, WEIR_MAKE_INTS (m, i), 1));
  }
  tf_split_index (n, flat, target, (guint) fresh.dims[0], parts);
  tf_out (n, 1, target);
  return fresh.dims[0] == 1 ? parts[0]
                            : weir_make_concat (m, parts, (guint) fresh.dims[0], 1);
}

const TfRow tf_rows_sparse[] = {
  { "SparseToDense", sparse_to_dense },
  { "SparseTensorDenseAdd", dense_add },
  { "SparseTensorDenseMatMul", dense_mat_mul },
  { "SparseFillEmptyRows", fill_empty_rows, NULL,
    "output_indices,output_values,empty_row_indicator,reverse_index_map" },
  { "SparseReshape", sparse_reshape, NULL, "output_indices,output_shape" },
  { NULL },
};
