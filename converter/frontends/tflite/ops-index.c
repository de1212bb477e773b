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

  return weir_tflite_scatter (op, zeros, indices, updates);
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

/* @x as the diagonal of one more dimension: where row and column number are the same. */
static WeirPort
matrix_diag (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), size, numbers, column, same;
  WeirNode *node;

  size = weir_tflite_3 (op, "Gather", weir_tflite_1 (op, "ShapeOf", x),
                        weir_tflite_int (op, -1), weir_tflite_int (op, 0));
  node = weir_tflite_begin (
      op, "Range", WEIR_INPUTS (weir_tflite_int (op, 0), size, weir_tflite_int (op, 1)));
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
  numbers = weir_tflite_end (op, node);
  column = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), numbers,
                                 (gint64[]){ 1 }, 1);
  same = weir_tflite_2 (op, "Equal", numbers, column);
  x = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), x,
                            (gint64[]){ -1 }, 1);
  return weir_tflite_3 (op, "Select", same, x, weir_tflite_number (op, x, 0));
}

const WeirTfliteRow weir_tflite_ops_index[] = {
  { "EMBEDDING_LOOKUP", 7, OPTIONS_NONE, 0, embedding_lookup },
  { "GATHER", 36, OPTIONS_GATHER, TFL_MOVES, gather },
  { "ONE_HOT", 85, OPTIONS_ONE_HOT, 0, one_hot },
  { "GATHER_ND", 107, OPTIONS_NONE, TFL_MOVES, gather_nd },
  { "WHERE", 109, OPTIONS_NONE, 0, where },
  { "MATRIX_DIAG", 113, OPTIONS_NONE, TFL_MOVES, matrix_diag },
  { "SCATTER_ND", 122, OPTIONS_NONE, 0, scatter_nd },
  { NULL },
};
