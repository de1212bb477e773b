#include "operator.h"

#include "cut.h"

/* The version of ScatterNDUpdate that can add. */
#define SCATTER_WITH_REDUCTION 15

guint
weir_tflite_n_inputs (const WeirTfliteOp *op)
{
  return op->inputs.count;
}

guint
weir_tflite_n_outputs (const WeirTfliteOp *op)
{
  return op->outputs.count;
}

/* The index in @list, or -1. */
static gint32
index_at (const WeirFlatVector *list, guint at)
{
  return at < list->count ? weir_flat_at_i32 (list, at) : -1;
}

gboolean
weir_tflite_has_input (const WeirTfliteOp *op, guint index)
{
  return index_at (&op->inputs, index) != -1;
}

static WeirTfliteTensor *
tensor_at (WeirTfliteOp *op, const WeirFlatVector *list, const char *what, guint index)
{
  gint32 tensor = index_at (list, index);

  if (tensor == -1)
    weir_build_fail (op->builder, WEIR_ERROR_FORMAT, "%s %u is missing", what, index);
  else if (tensor < 0 || (guint32) tensor >= op->scope->n_tensors)
    weir_build_fail (op->builder, WEIR_ERROR_FORMAT, "%s %u names tensor %d of %u", what,
                     index, tensor, op->scope->n_tensors);
  else
    return &op->scope->tensors[tensor];
  return NULL;
}

const WeirTfliteTensor *
weir_tflite_tensor (WeirTfliteOp *op, guint index)
{
  return tensor_at (op, &op->inputs, "input", index);
}

const WeirTfliteTensor *
weir_tflite_output_tensor (WeirTfliteOp *op, guint index)
{
  return tensor_at (op, &op->outputs, "output", index);
}

WeirPort
weir_tflite_input (WeirTfliteOp *op, guint index)
{
  const WeirTfliteTensor *tensor = weir_tflite_tensor (op, index);
  int input;

  if (tensor == NULL || weir_build_failed (op->builder))
    return WEIR_PORT_NONE;
  input = weir_tflite_cut_read (op->scope, index, (gint32) (tensor - op->scope->tensors));
  return input >= 0
             ? weir_tflite_cut_value (op->scope, input)
             : weir_tflite_value (op->scope, (gint32) (tensor - op->scope->tensors));
}

WeirPort
weir_tflite_weights (WeirTfliteOp *op, guint index, const WeirTfliteOrder *order)
{
  const WeirTfliteTensor *tensor = weir_tflite_tensor (op, index);
  WeirShape shape, moved, result;
  WeirPort x;

  if (tensor == NULL || weir_build_failed (op->builder))
    return WEIR_PORT_NONE;
  if ((tensor->is_constant || tensor->real_of >= 0) &&
      weir_tflite_cut_read (op->scope, index, (gint32) (tensor - op->scope->tensors)) < 0)
    return weir_tflite_constant (op->scope, (gint32) (tensor - op->scope->tensors),
                                 order);
  x = weir_tflite_input (op, index);
  shape = weir_tflite_shape (op, x);
  if (!weir_shape_is_static (&shape))
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                            "the shape of computed weights must be known");
  if (!weir_tflite_order_shape (&shape, order, &moved, &result, &op->builder->error))
    return WEIR_PORT_NONE;
  if (order->rank > 1)
    x = weir_tflite_transpose (op, x, order->order, (gsize) order->rank);
  if (weir_shape_equal (&moved, &result))
    return x;
  return weir_tflite_reshape (op, x, result.dims, (gsize) result.rank);
}

gboolean
weir_tflite_ints (WeirTfliteOp *op, guint index, gint64 *values, guint max, guint *n)
{
  WeirPort port = weir_tflite_input (op, index);
  const WeirTensor *tensor;

  *n = 0;
  if (weir_build_failed (op->builder))
    return FALSE;
  tensor = weir_graph_info (op->builder->graph, port)->value;
  if (tensor == NULL || weir_tensor_count (tensor) > max) {
    weir_build_fail (op->builder,
                     tensor == NULL ? WEIR_ERROR_UNSUPPORTED : WEIR_ERROR_FORMAT,
                     "input %u must be a constant of at most %u elements", index, max);
    return FALSE;
  }
  *n = (guint) weir_tensor_count (tensor);
  for (guint i = 0; i < *n; i++)
    values[i] = weir_tensor_get_int (tensor, i);
  return TRUE;
}

/* Whether what comes in at input 0 is rounded already as @tensor asks. */
static gboolean
is_rounded (WeirTfliteOp *op, const WeirTfliteTensor *tensor)
{
  gint32 from = index_at (&op->inputs, 0);

  return (op->row->flags & TFL_MOVES) != 0 && from >= 0 &&
         (guint32) from < op->scope->n_tensors &&
         weir_tflite_same_quant (&op->scope->tensors[from], tensor);
}

/* The tensor that output @index writes; an error where it has been written. */
static WeirTfliteTensor *
written (WeirTfliteOp *op, guint index)
{
  WeirTfliteTensor *tensor = tensor_at (op, &op->outputs, "output", index);

  if (tensor == NULL ||
      (weir_port_is_none (tensor->port) && !tensor->is_constant && tensor->real_of < 0))
    return tensor;
  weir_build_fail (op->builder, WEIR_ERROR_FORMAT,
                   "output %u, tensor '%s', has a value already", index, tensor->name);
  return NULL;
}

void
weir_tflite_set_output (WeirTfliteOp *op, guint index, WeirPort port)
{
  WeirTfliteTensor *tensor;

  if (weir_build_failed (op->builder) || weir_port_is_none (port))
    return;
  tensor = written (op, index);
  if (tensor != NULL)
    tensor->port =
        is_rounded (op, tensor) ? port : weir_tflite_round (op->scope, tensor, port);
}

void
weir_tflite_set_alias (WeirTfliteOp *op, guint index, guint input)
{
  const WeirTfliteTensor *from = weir_tflite_tensor (op, input);
  WeirTfliteTensor *tensor;

  if (from == NULL || weir_build_failed (op->builder))
    return;
  tensor = written (op, index);
  if (tensor == NULL)
    return;
  tensor->real_of =
      from->real_of >= 0 ? from->real_of : (gint32) (from - op->scope->tensors);
  tensor->shape = from->shape;
}

const char *
weir_tflite_name (WeirTfliteOp *op, const char *suffix)
{
  char *name = g_strconcat (op->name, "/", suffix, NULL);

  g_ptr_array_add (op->names, name);
  return name;
}

WeirNode *
weir_tflite_begin (WeirTfliteOp *op, const char *ir, const WeirPort *inputs, guint n)
{
  return weir_build_begin (op->builder, ir, weir_tflite_name (op, ir), inputs, n);
}

WeirPort
weir_tflite_end (WeirTfliteOp *op, WeirNode *node)
{
  return weir_build_end (op->builder, node);
}

WeirPort
weir_tflite_1 (WeirTfliteOp *op, const char *ir, WeirPort x)
{
  return weir_tflite_end (op, weir_tflite_begin (op, ir, &x, 1));
}

WeirPort
weir_tflite_2 (WeirTfliteOp *op, const char *ir, WeirPort x, WeirPort y)
{
  return weir_tflite_end (op, weir_tflite_begin (op, ir, WEIR_INPUTS (x, y)));
}

WeirPort
weir_tflite_3 (WeirTfliteOp *op, const char *ir, WeirPort x, WeirPort y, WeirPort z)
{
  return weir_tflite_end (op, weir_tflite_begin (op, ir, WEIR_INPUTS (x, y, z)));
}

WeirPort
weir_tflite_list (WeirTfliteOp *op, const gint64 *values, gsize n)
{
  return weir_build_i64 (op->builder, weir_tflite_name (op, "list"), values, n);
}

WeirPort
weir_tflite_int (WeirTfliteOp *op, gint64 value)
{
  return weir_build_i64_scalar (op->builder, weir_tflite_name (op, "number"), value);
}

WeirPort
weir_tflite_number (WeirTfliteOp *op, WeirPort like, double value)
{
  return weir_build_scalar (op->builder, weir_tflite_name (op, "number"), like, value);
}

WeirPort
weir_tflite_convert (WeirTfliteOp *op, WeirPort x, WeirDtype dtype)
{
  return weir_build_convert (op->builder, weir_tflite_name (op, "Convert"), x, dtype);
}

WeirPort
weir_tflite_transpose (WeirTfliteOp *op, WeirPort x, const gint64 *order, gsize n)
{
  return weir_build_transpose (op->builder, weir_tflite_name (op, "Transpose"), x, order,
                               n);
}

WeirPort
weir_tflite_reshape (WeirTfliteOp *op, WeirPort x, const gint64 *dims, gsize n)
{
  return weir_build_reshape (op->builder, weir_tflite_name (op, "Reshape"), x, dims, n,
                             FALSE);
}

WeirPort
weir_tflite_scalar (WeirTfliteOp *op, WeirPort x)
{
  WeirShape shape = weir_tflite_shape (op, x);

  if (shape.rank <= 0)
    return x;
  return weir_tflite_reshape (op, x, NULL, 0);
}

WeirShape
weir_tflite_shape (const WeirTfliteOp *op, WeirPort port)
{
  if (weir_build_failed (op->builder) || weir_port_is_none (port))
    return WEIR_SHAPE_UNKNOWN;
  return *weir_graph_shape (op->builder->graph, port);
}

int
weir_tflite_rank (WeirTfliteOp *op, WeirPort port)
{
  int rank = weir_tflite_shape (op, port).rank;

  if (rank < 0)
    weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED,
                     "the number of dimensions is not known");
  return rank;
}

WeirDtype
weir_tflite_dtype (const WeirTfliteOp *op, WeirPort port)
{
  if (weir_build_failed (op->builder) || weir_port_is_none (port))
    return WEIR_DTYPE_UNKNOWN;
  return weir_graph_dtype (op->builder->graph, port);
}

WeirPort
weir_tflite_to_nchw (WeirTfliteOp *op, WeirPort x)
{
  gint64 order[WEIR_MAX_RANK] = { 0 };
  int rank = weir_tflite_rank (op, x);

  if (rank < 3)
    return rank < 0 ? WEIR_PORT_NONE
                    : weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                                       "expected at least 3 dimensions, found %d", rank);
  order[1] = rank - 1;
  for (int i = 2; i < rank; i++)
    order[i] = i - 1;
  return weir_tflite_transpose (op, x, order, (gsize) rank);
}

WeirPort
weir_tflite_to_nhwc (WeirTfliteOp *op, WeirPort x)
{
  gint64 order[WEIR_MAX_RANK] = { 0 };
  int rank = weir_tflite_rank (op, x);

  if (rank < 3)
    return WEIR_PORT_NONE;
  order[rank - 1] = 1;
  for (int i = 1; i < rank - 1; i++)
    order[i] = i + 1;
  return weir_tflite_transpose (op, x, order, (gsize) rank);
}

WeirPort
weir_tflite_clamp (WeirTfliteOp *op, WeirPort x, double low, double high)
{
  WeirNode *node = weir_tflite_begin (op, "Clamp", &x, 1);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return weir_tflite_end (op, node);
}

WeirPort
weir_tflite_activate (WeirTfliteOp *op, WeirPort x, gint32 activation)
{
  switch (activation) {
  case ACTIVATION_NONE:
    return x;
  case ACTIVATION_RELU:
    return weir_tflite_1 (op, "Relu", x);
  case ACTIVATION_RELU_N1_TO_1:
    return weir_tflite_clamp (op, x, -1, 1);
  case ACTIVATION_RELU6:
    return weir_tflite_clamp (op, x, 0, 6);
  case ACTIVATION_TANH:
    return weir_tflite_1 (op, "Tanh", x);
  default:
    return weir_build_fail (op->builder, WEIR_ERROR_UNSUPPORTED, "fused activation %d",
                            activation);
  }
}

WeirPort
weir_tflite_scatter (WeirTfliteOp *op, WeirPort x, WeirPort indices, WeirPort updates,
                     const char *reduction)
{
  const WeirOp *ir = weir_op_find ("ScatterNDUpdate");
  WeirNode *node;

  if (weir_build_failed (op->builder))
    return WEIR_PORT_NONE;
  node = weir_edit_add (op->builder->graph, ir, SCATTER_WITH_REDUCTION,
                        weir_tflite_name (op, ir->name),
                        WEIR_INPUTS (x, indices, updates), 0, &op->builder->error);
  if (node != NULL)
    weir_node_set_string (node, "reduction", reduction);
  return weir_tflite_end (op, node);
}
