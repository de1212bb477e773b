#include "families.h"
#include "operator.h"

/* Shapes, and values made from shapes. */

enum { PACK_COUNT, PACK_AXIS };

/* The shape stands in input 1; older files have it among the options, where [0] means a
 * scalar. */
static WeirPort
reshape (WeirTfliteOp *op)
{
  WeirFlatVector list = weir_flat_vector (&op->options, 0, sizeof (gint32));
  WeirPort x = weir_tflite_input (op, 0);
  gint64 dims[WEIR_MAX_RANK];

  if (weir_tflite_has_input (op, 1)) {
    WeirPort shape = weir_tflite_input (op, 1);
    WeirNode *node = weir_tflite_begin (op, "Reshape", WEIR_INPUTS (x, shape));

    weir_node_set_bool (node, "special_zero", FALSE);
    return weir_tflite_end (op, node);
  }
  if (list.count > WEIR_MAX_RANK)
    return weir_build_fail (op->builder, WEIR_ERROR_LIMIT, "%u dimensions are too many",
                            list.count);
  for (guint32 i = 0; i < list.count; i++)
    dims[i] = weir_flat_at_i32 (&list, i);
  return weir_tflite_reshape (op, x, dims,
                              list.count == 1 && dims[0] == 0 ? 0 : list.count);
}

static WeirPort
squeeze (WeirTfliteOp *op)
{
  WeirFlatVector list = weir_flat_vector (&op->options, 0, sizeof (gint32));
  WeirPort x = weir_tflite_input (op, 0);
  gint64 axes[WEIR_MAX_RANK];

  if (list.count == 0)
    return weir_tflite_1 (op, "Squeeze", x);
  if (list.count > WEIR_MAX_RANK)
    return weir_build_fail (op->builder, WEIR_ERROR_LIMIT, "%u dimensions are too many",
                            list.count);
  for (guint32 i = 0; i < list.count; i++)
    axes[i] = weir_flat_at_i32 (&list, i);
  return weir_build_squeeze (op->builder, weir_tflite_name (op, "Squeeze"), x, axes,
                             list.count);
}

/* Two inputs, in the IR's order. */
static WeirPort
plain_2 (WeirTfliteOp *op)
{
  return weir_tflite_2 (op, op->row->ir, weir_tflite_input (op, 0),
                        weir_tflite_input (op, 1));
}

static WeirPort
shape_of (WeirTfliteOp *op, WeirPort x, WeirDtype dtype)
{
  WeirNode *node = weir_tflite_begin (op, "ShapeOf", &x, 1);

  weir_node_set_dtype (node, "output_type",
                       dtype == WEIR_DTYPE_I64 ? WEIR_DTYPE_I64 : WEIR_DTYPE_I32);
  return weir_tflite_end (op, node);
}

static WeirPort
shape (WeirTfliteOp *op)
{
  const WeirTfliteTensor *to = weir_tflite_output_tensor (op, 0);

  if (to == NULL)
    return WEIR_PORT_NONE;
  return shape_of (op, weir_tflite_input (op, 0), to->dtype);
}

static WeirPort
rank (WeirTfliteOp *op)
{
  WeirPort x = shape_of (op, weir_tflite_input (op, 0), WEIR_DTYPE_I32);

  return weir_tflite_scalar (op, shape_of (op, x, WEIR_DTYPE_I32));
}

static WeirPort
broadcast (WeirTfliteOp *op, WeirPort x, WeirPort shape)
{
  WeirNode *node = weir_tflite_begin (op, "Broadcast", WEIR_INPUTS (x, shape));

  weir_node_set_string (node, "mode", "numpy");
  return weir_tflite_end (op, node);
}

static WeirPort
broadcast_to (WeirTfliteOp *op)
{
  return broadcast (op, weir_tflite_input (op, 0), weir_tflite_input (op, 1));
}

static WeirPort
fill (WeirTfliteOp *op)
{
  return broadcast (op, weir_tflite_input (op, 1), weir_tflite_input (op, 0));
}

static WeirPort
zeros_like (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0);

  return broadcast (op, weir_tflite_number (op, x, 0), shape_of (op, x, WEIR_DTYPE_I64));
}

/* @shape with ones in front, so that it has @length dimensions. */
static WeirPort
padded (WeirTfliteOp *op, WeirPort shape, gint64 length)
{
  gint64 count = length - weir_tflite_shape (op, shape).dims[0];
  WeirPort ones;
  WeirNode *node;

  if (count == 0)
    return shape;
  ones =
      broadcast (op, weir_tflite_number (op, shape, 1), weir_tflite_list (op, &count, 1));
  node = weir_tflite_begin (op, "Concat", WEIR_INPUTS (ones, shape));
  weir_node_set_int (node, "axis", 0);
  return weir_tflite_end (op, node);
}

/* The shape that two others broadcast to: where one says 1, the other counts. */
static WeirPort
broadcast_args (WeirTfliteOp *op)
{
  WeirPort x = weir_tflite_input (op, 0), y = weir_tflite_input (op, 1);
  WeirShape a = weir_tflite_shape (op, x), b = weir_tflite_shape (op, y);
  gint64 length;

  if (a.rank != 1 || b.rank != 1 || a.dims[0] < 0 || b.dims[0] < 0 ||
      MAX (a.dims[0], b.dims[0]) > WEIR_MAX_RANK)
    return weir_build_fail (op->builder, WEIR_ERROR_SHAPE,
                            "expected two shapes of at most %d dimensions",
                            WEIR_MAX_RANK);
  length = MAX (a.dims[0], b.dims[0]);
  x = padded (op, x, length);
  y = padded (op, y, length);
  return weir_tflite_3 (
      op, "Select", weir_tflite_2 (op, "Equal", x, weir_tflite_number (op, x, 1)), y, x);
}

static WeirPort
range (WeirTfliteOp *op)
{
  WeirPort ports[3];
  WeirNode *node;

  for (guint i = 0; i < 3; i++)
    ports[i] = weir_tflite_scalar (op, weir_tflite_input (op, i));
  node = weir_tflite_begin (op, "Range", ports, 3);
  weir_node_set_dtype (node, "output_type", weir_tflite_dtype (op, ports[0]));
  return weir_tflite_end (op, node);
}

/* Every input, in an array to be freed. */
static WeirPort *
all_inputs (WeirTfliteOp *op)
{
  guint n = weir_tflite_n_inputs (op);
  WeirPort *ports = g_new0 (WeirPort, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    ports[i] = weir_tflite_input (op, i);
  return ports;
}

static WeirPort
concat (WeirTfliteOp *op, const WeirPort *ports, gint64 axis)
{
  WeirNode *node = weir_tflite_begin (op, "Concat", ports, weir_tflite_n_inputs (op));

  weir_node_set_int (node, "axis", axis);
  return weir_tflite_end (op, node);
}

static WeirPort
concatenation (WeirTfliteOp *op)
{
  g_autofree WeirPort *ports = all_inputs (op);
  WeirPort x = concat (op, ports, weir_flat_i32 (&op->options, 0, 0));

  return weir_tflite_activate (op, x, weir_flat_i8 (&op->options, 1, ACTIVATION_NONE));
}

static WeirPort
pack (WeirTfliteOp *op)
{
  gint64 axis = weir_flat_i32 (&op->options, PACK_AXIS, 0);
  g_autofree WeirPort *ports = all_inputs (op);

  for (guint i = 0; i < weir_tflite_n_inputs (op); i++)
    ports[i] = weir_build_unsqueeze (op->builder, weir_tflite_name (op, "Unsqueeze"),
                                     ports[i], &axis, 1);
  return concat (op, ports, axis);
}

static WeirPort
unpack (WeirTfliteOp *op)
{
  gint64 axis = weir_flat_i32 (&op->options, PACK_AXIS, 0);
  WeirPort x = weir_tflite_input (op, 0);
  guint n = weir_tflite_n_outputs (op);
  WeirNode *node =
      weir_build_begin_outputs (op->builder, "Split", weir_tflite_name (op, "Split"),
                                WEIR_INPUTS (x, weir_tflite_int (op, axis)), n);

  weir_node_set_int (node, "num_splits", n);
  if (weir_port_is_none (weir_tflite_end (op, node)))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < n; i++)
    weir_tflite_set_output (op, i,
                            weir_build_squeeze (op->builder,
                                                weir_tflite_name (op, "Squeeze"),
                                                WEIR_PORT (node, i), &axis, 1));
  return WEIR_PORT_NONE;
}

const WeirTfliteRow weir_tflite_ops_shape[] = {
  { "CONCATENATION", 2, OPTIONS_CONCATENATION, 0, concatenation },
  { "RESHAPE", 22, OPTIONS_RESHAPE, TFL_MOVES, reshape },
  { "TRANSPOSE", 39, OPTIONS_NONE, TFL_MOVES, plain_2, "Transpose" },
  { "SQUEEZE", 43, OPTIONS_SQUEEZE, TFL_MOVES, squeeze },
  { "TILE", 69, OPTIONS_NONE, TFL_MOVES, plain_2, "Tile" },
  { "EXPAND_DIMS", 70, OPTIONS_NONE, TFL_MOVES, plain_2, "Unsqueeze" },
  { "SHAPE", 77, OPTIONS_NONE, 0, shape },
  { "PACK", 83, OPTIONS_PACK, TFL_MOVES, pack },
  { "UNPACK", 88, OPTIONS_UNPACK, TFL_MOVES, unpack },
  { "ZEROS_LIKE", 93, OPTIONS_NONE, 0, zeros_like },
  { "FILL", 94, OPTIONS_NONE, TFL_MOVES, fill },
  { "RANGE", 96, OPTIONS_NONE, 0, range },
  { "RANK", 110, OPTIONS_NONE, 0, rank },
  { "BROADCAST_TO", 130, OPTIONS_NONE, TFL_MOVES, broadcast_to },
  { "BROADCAST_ARGS", 145, OPTIONS_NONE, 0, broadcast_args },
  { NULL },
};
