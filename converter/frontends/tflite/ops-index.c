#include "families.h"
#include "operator.h"

/* Elements by their indices. */

enum { GATHER_AXIS, GATHER_BATCH_DIMS };

static WeirPort
gather_with (WeirTfliteOp *op, WeirPort x, WeirPort indices, gint64 axis,
             gint64 batch_dims)
{
  WeirNode *node = weir_tflite_begin (
      op, "Gather", WEIR_INPUTS (x, indices, weir_tflite_int (op, axis)));

  weir_node_set_int (node, "batch_dims", batch_dims);
  return weir_tflite_end (op, node);
}

static WeirPort
gather (WeirTfliteOp *op)
{
  return gather_with (op, weir_tflite_input (op, 0), weir_tflite_input (op, 1),
                      weir_flat_i32 (&op->options, GATHER_AXIS, 0),
                      weir_flat_i32 (&op->options, GATHER_BATCH_DIMS, 0));
}

/* Rows of the second input. */
static WeirPort
embedding_lookup (WeirTfliteOp *op)
{
  return gather_with (op, weir_tflite_input (op, 1), weir_tflite_input (op, 0), 0, 0);
}

static WeirPort
gather_nd (WeirTfliteOp *op)
{
  return weir_tflite_2 (op, "GatherND", weir_tflite_input (op, 0),
                        weir_tflite_input (op, 1));
}

/* Onto zeros of the shape in input 2. */
static WeirPort
scatter_nd (WeirTfliteOp *op)
{
  WeirPort indices = weir_tflite_input (op, 0), updates = weir_tflite_input (op, 1);
  WeirPort zeros = weir_tflite_2 (op, "Broadcast", weir_tflite_number (op, updates, 0),
                                  weir_tflite_input (op, 2));

  return weir_tflite_scatter (op, zeros, indices, updates, "sum");
}

/* Inputs: indices, depth, the values for on and off. */
static WeirPort
one_hot (WeirTfliteOp *op)
{
  WeirPort ports[4];
  WeirNode *node;

  for (guint i = 0; i < 4; i++)
    ports[i] = i == 0 ? weir_tflite_input (op, i)
                      : weir_tflite_scalar (op, weir_tflite_input (op, i));
  node = weir_tflite_begin (op, "OneHot", ports, 4);
  weir_node_set_int (node, "axis", weir_flat_i32 (&op->options, 0, 0));
  return weir_tflite_end (op, node);
}

/* One row for each element that is not zero; the IR has one column. */
static WeirPort
where (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);
  WeirNode *node = weir_tflite_begin (op, "NonZero", &x, 1);

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  return weir_tflite_transpose (op, weir_tflite_end (op, node), (gint64[]){ 1, 0 }, 2);
}

/* Where row and column number of the last two dimensions are the same, for diagonals @x.
 */
static WeirPort
diagonal (WeirTfliteOp *op, WeirPort x)
{
  WeirPort size, numbers, column;
  WeirNode *node;

  size = weir_tflite_3 (op, "Gather", weir_tflite_1 (op, "ShapeOf", x),
                        weir_tflite_int (op, -1), weir_tflite_int (op, 0));
  node = weir_tflite_begin (
      op, "Range", WEIR_INPUTS (weir_tflite_int (op, 0), size, weir_tflite_int (op, 1)));
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  numbers = weir_tflite_end (op, node);
  column = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), numbers,
                                 (gint64[]){ 1 }, 1);
  return weir_tflite_2 (op, "Equal", numbers, column);
}

static WeirPort
matrix_diag (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), same = diagonal (op, x);

  x = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), x,
                            (gint64[]){ -1 }, 1);
  return weir_tflite_3 (op, "Select", same, x, weir_tflite_number (op, x, 0));
}

/* Only of square matrices, where rows and columns are as many as the diagonal's elements.
 */
static WeirPort
matrix_set_diag (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), y = weir_tflite_input (op, 1);
  WeirShape shape = weir_tflite_shape (op, x);
  int rank = shape.rank;

  if (rank < 2 || shape.dims[rank - 1] < 0 ||
      shape.dims[rank - 1] != shape.dims[rank - 2])
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                            "expected square matrices of known size");
  return weir_tflite_3 (op, "Select", diagonal (op, y),
                        weir_build_unsqueeze (op->builder,
                                              weir_tflite_name (op, "Unsqueeze"), y,
                                              (gint64[]){ -1 }, 1),
                        x);
}

/* How many boundaries each element is not below. */
static WeirPort
bucketize (WeirTfliteOp *op)
{
  WeirFlatVector list = weir_flat_vector (&op->options, 0, sizeof (float));
  WeirShape shape = WEIR_SHAPE (list.count);
  WeirTensor *boundaries = weir_tensor_new (WEIR_DTYPE_F32, &shape, &op->builder->error);
  WeirPort x = weir_tflite_input (op, 0), y;
  WeirNode *node;

  for (guint32 i = 0; boundaries != NULL && i < list.count; i++)
    weir_dtype_store (WEIR_DTYPE_F32, weir_tensor_writable (boundaries), i,
                      weir_flat_at_f32 (&list, i));
  y = weir_build_constant (op->builder, weir_tflite_name (op, "boundaries"), boundaries);
  node = weir_tflite_begin (op, "Bucketize", WEIR_INPUTS (x, y));
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I32);
  weir_node_set_bool (node, "with_right_bound", FALSE);
  return weir_tflite_end (op, node);
}

/* Input 2 is a value for each row of indices, or one for all; the rest is input 3. */
static WeirPort
sparse_to_dense (WeirTfliteOp *op)
{
  WeirPort indices = weir_tflite_input (op, 0), values = weir_tflite_input (op, 2), rows;
  WeirPort dense =
      weir_tflite_2 (op, "Broadcast", weir_tflite_scalar (op, weir_tflite_input (op, 3)),
                     weir_tflite_input (op, 1));
  int rank = weir_tflite_rank (op, indices);

  if (rank < 2)
    indices = weir_tflite_reshape (op, indices, (gint64[]){ -1, 1 }, 2);
  if (weir_tflite_rank (op, values) == 0) {
    rows = weir_tflite_3 (op, "Gather", weir_tflite_1 (op, "ShapeOf", indices),
                          weir_tflite_list (op, (gint64[]){ 0 }, 1),
                          weir_tflite_int (op, 0));
    values = weir_tflite_2 (op, "Broadcast", values, rows);
  }
  return weir_tflite_scatter (op, dense, indices, values, "none");
}

/* Where the update would reach over an end, it begins earlier. */
static WeirPort
dynamic_update_slice (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), update = weir_tflite_input (op, 1);
  WeirPort begin = weir_tflite_convert (op, weir_tflite_input (op, 2), WEIR_DTYPE_I64);
  WeirPort size = weir_tflite_1 (op, "ShapeOf", update), end, step;
  WeirPort room = weir_tflite_2 (op, "Subtract", weir_tflite_1 (op, "ShapeOf", x), size);

  begin = weir_tflite_2 (op, "Minimum", begin, room);
  begin = weir_tflite_2 (op, "Maximum", begin, weir_tflite_int (op, 0));
  end = weir_tflite_2 (op, "Add", begin, size);
  step = weir_tflite_2 (op, "Broadcast", weir_tflite_int (op, 1),
                        weir_tflite_1 (op, "ShapeOf", size));
  return weir_tflite_end (
      op,
      weir_tflite_begin (op, "SliceScatter", WEIR_INPUTS (x, update, begin, end, step)));
}

const WeirTfliteRow weir_tflite_ops_index[] = {
  { "EMBEDDING_LOOKUP", 7, OPTIONS_NONE, 0, embedding_lookup },
  { "GATHER", 36, OPTIONS_GATHER, TFL_MOVES, gather },
  { "ONE_HOT", 85, OPTIONS_ONE_HOT, 0, one_hot },
  { "SPARSE_TO_DENSE", 68, OPTIONS_NONE, 0, sparse_to_dense },
  { "GATHER_ND", 107, OPTIONS_NONE, TFL_MOVES, gather_nd },
  { "WHERE", 109, OPTIONS_NONE, 0, where },
  { "MATRIX_DIAG", 113, OPTIONS_NONE, TFL_MOVES, matrix_diag },
  { "MATRIX_SET_DIAG", 115, OPTIONS_NONE, 0, matrix_set_diag },
  { "SCATTER_ND", 122, OPTIONS_NONE, 0, scatter_nd },
  { "BUCKETIZE", 147, OPTIONS_BUCKETIZE, 0, bucketize },
  { "DYNAMIC_UPDATE_SLICE", 151, OPTIONS_NONE, TFL_MOVES, dynamic_update_slice },
  { NULL },
};
