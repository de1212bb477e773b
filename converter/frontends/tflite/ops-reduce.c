#include "families.h"
#include "operator.h"

#include <string.h>

/* Along dimensions: sums and extremes, running sums, the largest, ordering. */

enum { CUMSUM_EXCLUSIVE, CUMSUM_REVERSE };

static WeirPort
reduce (WeirTfliteOp *op)
{
  WeirNode *node = weir_tflite_begin (
      op, op->row->ir,
      WEIR_INPUTS (weir_tflite_input (op, 0), weir_tflite_input (op, 1)));

  weir_node_set_bool (node, "keep_dims", weir_flat_bool (&op->options, 0, FALSE));
  return weir_tflite_end (op, node);
}

/* TopK has values and indices as outputs. */
static WeirNode *
top_k (WeirTfliteOp *op, WeirPort x, WeirPort k, gint64 axis, const char *mode,
       WeirDtype index_type)
{
  WeirNode *node = weir_tflite_begin (op, "TopK", WEIR_INPUTS (x, k));

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "sort", "value");
  weir_node_set_dtype (node, "index_element_type",
                       index_type == WEIR_DTYPE_I64 ? index_type : WEIR_DTYPE_I32);
  return weir_port_is_none (weir_tflite_end (op, node)) ? NULL : node;
}

/* The index of the first largest or smallest element; op->row->ir says which. */
static WeirPort
arg_extreme (WeirTfliteOp *op)
{
  const WeirTfliteTensor *to = weir_tflite_output_tensor (op, 0);
  WeirPort x = weir_tflite_input (op, 0);
  int rank = weir_tflite_rank (op, x);
  gint64 axis;
  WeirNode *node;
  guint n;

  if (to == NULL || rank < 0 || !weir_tflite_ints (op, 1, &axis, 1, &n))
    return WEIR_PORT_NONE;
  if (n != 1 || axis < -rank || axis >= rank)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "axis %" G_GINT64_FORMAT " of %d dimensions", axis, rank);
  axis = axis < 0 ? axis + rank : axis;
  node = top_k (op, x, weir_tflite_int (op, 1), axis, op->row->ir, to->dtype);
  if (node == NULL)
    return WEIR_PORT_NONE;
  return weir_build_squeeze (op->builder, weir_tflite_name (op, "Squeeze"),
                             WEIR_PORT (node, 1), &axis, 1);
}

static WeirPort
top_k_v2 (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), k = weir_tflite_input (op, 1);
  WeirShape shape = weir_tflite_shape (op, k);
  int rank = weir_tflite_rank (op, x);
  WeirNode *node;

  if (shape.rank == 1)
    k = weir_build_squeeze (op->builder, weir_tflite_name (op, "Squeeze"), k,
                            (gint64[]){ 0 }, 1);
  node = top_k (op, x, k, MAX (rank - 1, 0), "max", WEIR_DTYPE_I32);
  if (node == NULL)
    return WEIR_PORT_NONE;
  weir_tflite_set_output (op, 1, WEIR_PORT (node, 1));
  return WEIR_PORT (node, 0);
}

static WeirPort
cumsum (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), axis = weir_tflite_input (op, 1);
  WeirNode *node;

  axis = weir_tflite_scalar (op, axis);
  node = weir_tflite_begin (op, "CumSum", WEIR_INPUTS (x, axis));
  weir_node_set_bool (node, "exclusive",
                      weir_flat_bool (&op->options, CUMSUM_EXCLUSIVE, FALSE));
  weir_node_set_bool (node, "reverse",
                      weir_flat_bool (&op->options, CUMSUM_REVERSE, FALSE));
  return weir_tflite_end (op, node);
}

/* @x with its rows brought to the rows of @ids of a value that has @count rows, all
 * @start. */
static WeirPort
segments (WeirTfliteOp *op, WeirPort x, WeirPort ids, WeirPort count, double start,
          const char *reduction)
{
  int rank = weir_tflite_shape (op, ids).rank;
  WeirPort rest, shape;
  WeirNode *node;

  shape = weir_tflite_1 (op, "ShapeOf", x);
  rest = weir_tflite_end (
      op, weir_tflite_begin (
              op, "Slice",
              WEIR_INPUTS (shape, weir_tflite_list (op, (gint64[]){ MAX (rank, 0) }, 1),
                           weir_tflite_list (op, (gint64[]){ G_MAXINT64 }, 1),
                           weir_tflite_list (op, (gint64[]){ 1 }, 1))));
  node = weir_tflite_begin (op, "Concat", WEIR_INPUTS (count, rest));
  weir_node_set_int (node, "axis", 0);
  shape = weir_tflite_end (op, node);
  ids = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"), ids,
                              (gint64[]){ -1 }, 1);
  return weir_tflite_scatter (
      op, weir_tflite_2 (op, "Broadcast", weir_tflite_number (op, x, start), shape), ids,
      x, reduction);
}

/* Rows with the same number are added; numbers ascend, so the last tells how many there
 * are. */
static WeirPort
segment_sum (WeirTfliteOp *op)
{
  WeirPort ids = weir_tflite_convert (op, weir_tflite_input (op, 1), WEIR_DTYPE_I64);
  WeirPort last =
      weir_tflite_3 (op, "Gather", ids, weir_tflite_list (op, (gint64[]){ -1 }, 1),
                     weir_tflite_int (op, 0));

  return segments (op, weir_tflite_input (op, 0), ids,
                   weir_tflite_2 (op, "Add", last, weir_tflite_int (op, 1)), 0, "sum");
}

/* What a segment without rows holds, by the reduction of the row. */
static double
start_of (const char *reduction, WeirDtype dtype)
{
  double highest = weir_dtype_is_float (dtype) ? G_MAXFLOAT : G_MAXINT32;

  if (strcmp (reduction, "sum") == 0)
    return 0;
  if (strcmp (reduction, "prod") == 0)
    return 1;
  if (strcmp (reduction, "min") == 0)
    return highest;
  return weir_dtype_is_float (dtype) ? -highest : G_MININT32;
}

static WeirPort
unsorted_segments (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);
  WeirPort ids = weir_tflite_convert (op, weir_tflite_input (op, 1), WEIR_DTYPE_I64);
  WeirPort count = weir_tflite_convert (op, weir_tflite_input (op, 2), WEIR_DTYPE_I64);

  return segments (op, x, ids, weir_tflite_reshape (op, count, (gint64[]){ 1 }, 1),
                   start_of (op->row->ir, weir_tflite_dtype (op, x)), op->row->ir);
}

/* In the order of their first appearance; the second output says where each went. */
static WeirPort
unique (WeirTfliteOp *op)
{
  const WeirTfliteTensor *to = weir_tflite_output_tensor (op, 1);
  WeirPort x = weir_tflite_input (op, 0), y;
  WeirNode *node = weir_tflite_begin (op, "Unique", &x, 1);

  if (to == NULL)
    return WEIR_PORT_NONE;
  weir_node_set_bool (node, "sorted", FALSE);
  weir_node_set_dtype (node, "index_element_type",
                       to->dtype == WEIR_DTYPE_I64 ? WEIR_DTYPE_I64 : WEIR_DTYPE_I32);
  y = weir_tflite_end (op, node);
  if (!weir_port_is_none (y))
    weir_tflite_set_output (op, 1, WEIR_PORT (node, 2));
  return y;
}

#define REDUCE(name, code, ir)                 \
  {                                            \
    name, code, OPTIONS_REDUCER, 0, reduce, ir \
  }

const WeirTfliteRow weir_tflite_ops_reduce[] = {
  REDUCE ("MEAN", 40, "ReduceMean"),
  REDUCE ("SUM", 74, "ReduceSum"),
  REDUCE ("REDUCE_PROD", 81, "ReduceProd"),
  { "REDUCE_MAX", 82, OPTIONS_REDUCER, TFL_MOVES, reduce, "ReduceMax" },
  { "REDUCE_MIN", 89, OPTIONS_REDUCER, TFL_MOVES, reduce, "ReduceMin" },
  REDUCE ("REDUCE_ANY", 91, "ReduceLogicalOr"),
  REDUCE ("REDUCE_ALL", 140, "ReduceLogicalAnd"),
  { "TOPK_V2", 48, OPTIONS_NONE, TFL_MOVES, top_k_v2 },
  { "ARG_MAX", 56, OPTIONS_NONE, 0, arg_extreme, "max" },
  { "ARG_MIN", 79, OPTIONS_NONE, 0, arg_extreme, "min" },
  { "UNIQUE", 103, OPTIONS_NONE, 0, unique },
  { "SEGMENT_SUM", 125, OPTIONS_NONE, 0, segment_sum },
  { "CUMSUM", 128, OPTIONS_CUMSUM, 0, cumsum },
  { "UNSORTED_SEGMENT_PROD", 153, OPTIONS_NONE, 0, unsorted_segments, "prod" },
  { "UNSORTED_SEGMENT_MAX", 154, OPTIONS_NONE, 0, unsorted_segments, "max" },
  { "UNSORTED_SEGMENT_SUM", 155, OPTIONS_NONE, 0, unsorted_segments, "sum" },
  { "UNSORTED_SEGMENT_MIN", 157, OPTIONS_NONE, 0, unsorted_segments, "min" },
  { NULL },
};
