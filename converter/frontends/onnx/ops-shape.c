#include "attr.h"
#include "node.h"
#include "table.h"
#include "tensor.h"

/* Shapes and the movement of whole tensors; what picks elements is in ops-index.c. */

static WeirPort
identity (OnnxNode *n)
{
  if (onnx_has (n, 0) && n->inputs[0].items != NULL) {
    n->outputs[0].items = n->inputs[0].items;
    return WEIR_PORT_NONE;
  }
  return onnx_in (n, 0);
}

/* In inference; the mask says that everything is kept. */
static WeirPort
dropout (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), one;

  if (onnx_wants (n, 1)) {
    one = weir_make_constant (&n->make, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
    onnx_out (n, 1,
              weir_make_broadcast (&n->make, one, weir_make_shape_of (&n->make, x)));
  }
  return x;
}

static WeirPort
constant_list (OnnxNode *n)
{
  gsize count;
  const float *floats = onnx_attr_floats (n, "value_floats", &count);
  WeirShape shape;

  if (onnx_attr (n, "value_floats") != NULL) {
    shape = WEIR_SHAPE ((gint64) count);
    return weir_make_constant (
        &n->make,
        weir_tensor_new_copy (WEIR_DTYPE_F32, &shape, floats, &n->make.b->error));
  }
  if (onnx_attr (n, "value_ints") != NULL)
    return onnx_list (n, "value_ints", G_MAXUINT);
  return weir_make_unsupported (&n->make,
                                "expected one of value, value_float, value_floats, "
                                "value_int, value_ints, sparse_value");
}

static WeirPort
constant (OnnxNode *n)
{
  const Onnx__AttributeProto *sparse = onnx_attr (n, "sparse_value");
  WeirTensor *value = onnx_attr_tensor (n, "value");

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  if (sparse != NULL && sparse->sparse_tensor != NULL)
    value = onnx_sparse_read (n->scope->import, sparse->sparse_tensor, &n->make.b->error);
  else if (onnx_attr (n, "value_float") != NULL)
    value = weir_tensor_new_f32_scalar ((float) onnx_attr_float (n, "value_float", 0));
  else if (onnx_attr (n, "value_int") != NULL)
    value = weir_tensor_new_i64_scalar (onnx_attr_int (n, "value_int", 0));
  return value != NULL || weir_build_failed (n->make.b)
             ? weir_make_constant (&n->make, value)
             : constant_list (n);
}

static WeirPort
constant_of_shape (OnnxNode *n)
{
  WeirTensor *given = onnx_attr_tensor (n, "value");
  WeirPort value;

  value = weir_make_constant (&n->make,
                              given != NULL ? given : weir_tensor_new_f32_scalar (0));
  return weir_make_broadcast (&n->make, weir_make_scalar_of (&n->make, value),
                              onnx_in (n, 0));
}

static WeirPort
cast (OnnxNode *n)
{
  const Onnx__AttributeProto *to = onnx_attr (n, "to");

  if (to == NULL)
    return weir_make_invalid (&n->make, "attribute 'to' is missing");
  return weir_make_convert (&n->make, onnx_in (n, 0),
                            onnx_attr_dtype (n, "to", WEIR_DTYPE_F32));
}

static WeirPort
cast_like (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), like = onnx_in (n, 1);
  WeirDtype dtype = weir_make_dtype (&n->make, like);

  return dtype != WEIR_DTYPE_UNKNOWN ? weir_make_convert (&n->make, x, dtype)
                                     : WEIR_MAKE (&n->make, "ConvertLike", x, like);
}

/* Integers of the same width are each other's bits; the IR has no operation that reads
 * the bits of a float, so that only those of constants can be read. */
static WeirPort
bit_cast (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  WeirDtype from = weir_make_dtype (&n->make, x), to = onnx_attr_dtype (n, "to", from);
  WeirTensor *value = weir_make_value (&n->make, x);

  if (weir_dtype_bits (from) != weir_dtype_bits (to) || weir_dtype_bits (to) < 8)
    return weir_make_unsupported (&n->make, "the bits of %s as %s",
                                  weir_dtype_name (from), weir_dtype_name (to));
  if (weir_dtype_is_float (from) == weir_dtype_is_float (to))
    return weir_make_convert (&n->make, x, to);
  if (value == NULL)
    return weir_make_unsupported (&n->make, "the bits of %s as %s",
                                  weir_dtype_name (from), weir_dtype_name (to));
  return weir_make_constant (
      &n->make, weir_tensor_new_copy (to, weir_tensor_shape (value),
                                      weir_tensor_data (value), &n->make.b->error));
}

static WeirPort
reshape (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = onnx_list (n, "shape", 1);
  WeirNode *node;

  if (weir_port_is_none (shape))
    return weir_make_invalid (&n->make, "input 1, the new shape, is missing");
  node = WEIR_MAKE_BEGIN (&n->make, "Reshape", x, shape);
  weir_node_set_bool (node, "special_zero", onnx_attr_int (n, "allowzero", 0) == 0);
  return weir_make_end (&n->make, node);
}

static WeirPort
flatten (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gint64 axis = onnx_attr_int (n, "axis", 1);
  int rank = weir_make_rank (&n->make, x);

  if (axis < -rank || axis > rank)
    return weir_make_invalid (
        &n->make, "attribute 'axis': expected %d to %d, found %" G_GINT64_FORMAT, -rank,
        rank, axis);
  return weir_make_flatten (&n->make, x, (int) (axis < 0 ? axis + rank : axis));
}

static WeirPort
squeeze (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes = onnx_list (n, "axes", 1);

  return weir_port_is_none (axes) ? WEIR_MAKE (&n->make, "Squeeze", x)
                                  : WEIR_MAKE (&n->make, "Squeeze", x, axes);
}

static WeirPort
unsqueeze (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes = onnx_list (n, "axes", 1);

  if (weir_port_is_none (axes))
    return weir_make_invalid (&n->make, "the axes are missing");
  return WEIR_MAKE (&n->make, "Unsqueeze", x, axes);
}

/* From version 15 on, dimensions `start` to `end` alone. */
static WeirPort
shape_of (OnnxNode *n)
{
  WeirPort shape = weir_make_shape_of (&n->make, onnx_in (n, 0));
  gint64 start = onnx_attr_int (n, "start", 0);
  gint64 end = onnx_attr_int (n, "end", G_MAXINT64);

  if (start == 0 && end == G_MAXINT64)
    return shape;
  return weir_make_slice (&n->make, shape, WEIR_MAKE_INTS (&n->make, start),
                          WEIR_MAKE_INTS (&n->make, end), 0);
}

static WeirPort
size (OnnxNode *n)
{
  return weir_make_reduce (&n->make, "ReduceProd",
                           weir_make_shape_of (&n->make, onnx_in (n, 0)),
                           WEIR_MAKE_INTS (&n->make, 0), FALSE);
}

static WeirPort
transpose (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gsize count;
  const gint64 *perm = onnx_attr_ints (n, "perm", &count);
  gint64 reversed[WEIR_MAX_RANK];
  int rank;

  if (onnx_attr (n, "perm") != NULL)
    return weir_make_transpose (&n->make, x, perm, count);
  rank = weir_make_rank (&n->make, x);
  for (int i = 0; i < rank; i++)
    reversed[i] = rank - 1 - i;
  return weir_make_transpose (&n->make, x, reversed, (gsize) rank);
}

static WeirPort
concat (OnnxNode *n)
{
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (n->n_inputs, 1));

  for (guint i = 0; i < n->n_inputs; i++)
    parts[i] = onnx_in (n, i);
  if (n->version >= 4 && onnx_attr (n, "axis") == NULL)
    return weir_make_invalid (&n->make, "attribute 'axis' is missing");
  if (n->n_inputs == 1)
    return parts[0];
  return weir_make_concat (&n->make, parts, n->n_inputs, onnx_attr_int (n, "axis", 1));
}

/* Lengths of parts that are as equal as may be, the last one shorter (num_outputs). */
static WeirPort
split_lengths (OnnxNode *n, gint64 dim, guint parts)
{
  g_autofree gint64 *lengths = g_new (gint64, parts);
  gint64 length = (dim + parts - 1) / parts;

  for (guint i = 0; i < parts; i++)
    lengths[i] = CLAMP (dim - i * length, 0, length);
  return weir_make_ints (&n->make, lengths, parts);
}

static WeirPort
split (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), lengths = onnx_list (n, "split", 1), axis;
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 at = onnx_attr_int (n, "axis", 0), dim = WEIR_DIM_UNKNOWN;
  guint parts = n->n_outputs;
  WeirPort inputs[3];
  WeirNode *node;

  if (shape->rank >= 0)
    dim = shape->dims[onnx_axis (n, at, shape->rank)];
  axis = weir_make_int (&n->make, at);
  if (weir_port_is_none (lengths) && dim >= 0 && parts > 0 && dim % parts != 0)
    lengths = split_lengths (n, dim, parts);
  inputs[0] = x;
  inputs[1] = axis;
  inputs[2] = lengths;
  if (weir_port_is_none (lengths)) {
    node = weir_build_begin_outputs (n->make.b, "Split", n->make.name, inputs, 2, parts);
    weir_node_set_int (node, "num_splits", parts);
  } else {
    node = weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name, inputs, 3,
                                     parts);
  }
  weir_make_end (&n->make, node);
  for (guint i = 0; i < parts; i++)
    onnx_out (n, i, weir_make_port (&n->make, node, i));
  return WEIR_PORT_NONE;
}

static WeirPort
expand (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Broadcast", onnx_in (n, 0), onnx_in (n, 1));

  weir_node_set_string (node, "mode", "bidirectional");
  return weir_make_end (&n->make, node);
}

/* Version 1 repeated along one axis, both given as inputs. */
static WeirPort
tile (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gint64 times, axis, repeats[WEIR_MAX_RANK];
  int rank;

  if (n->version >= 6)
    return WEIR_MAKE (&n->make, "Tile", x, onnx_in (n, 1));
  rank = weir_make_rank (&n->make, x);
  if (!onnx_int_value (n, onnx_in (n, 1), &times) ||
      !onnx_int_value (n, onnx_in (n, 2), &axis))
    return weir_make_unsupported (&n->make, "tiles and axis that are not constant");
  for (int i = 0; i < rank; i++)
    repeats[i] = 1;
  repeats[onnx_axis (n, axis, MAX (rank, 1))] = times;
  return WEIR_MAKE (&n->make, "Tile", x,
                    weir_make_ints (&n->make, repeats, (gsize) rank));
}

static WeirPort
depth_to_space (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "DepthToSpace", onnx_in (n, 0));
  gboolean columns = onnx_attr_is (n, "mode", "DCR", "CRD");

  weir_node_set_string (node, "mode", columns ? "depth_first" : "blocks_first");
  weir_node_set_int (node, "block_size", onnx_attr_int (n, "blocksize", 1));
  return weir_make_end (&n->make, node);
}

static WeirPort
space_to_depth (OnnxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "SpaceToDepth", onnx_in (n, 0));
  gboolean columns = onnx_attr_is (n, "mode", "DCR", "CRD");

  weir_node_set_string (node, "mode", columns ? "depth_first" : "blocks_first");
  weir_node_set_int (node, "block_size", onnx_attr_int (n, "blocksize", 1));
  return weir_make_end (&n->make, node);
}

static WeirPort
range (OnnxNode *n)
{
  WeirPort start = onnx_in (n, 0), limit = onnx_in (n, 1), delta = onnx_in (n, 2);
  WeirDtype dtype = weir_make_dtype (&n->make, start);
  WeirNode *node = WEIR_MAKE_BEGIN (
      &n->make, "Range", weir_make_scalar_of (&n->make, start),
      weir_make_scalar_of (&n->make, limit), weir_make_scalar_of (&n->make, delta));

  weir_node_set_dtype (node, "output_type", dtype);
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_shape[] = {
  { "BitCast", NULL, 0, 0, bit_cast },
  { "Cast", NULL, 0, 0, cast },
  { "CastLike", NULL, 0, 0, cast_like },
  { "Concat", NULL, 0, 0, concat },
  { "Constant", NULL, 0, 0, constant },
  { "ConstantOfShape", NULL, 0, 0, constant_of_shape },
  { "DepthToSpace", NULL, 0, 0, depth_to_space },
  { "Dropout", NULL, 0, 0, dropout },
  { "Expand", NULL, 0, 0, expand },
  { "Flatten", NULL, 0, 0, flatten },
  { "Identity", NULL, 0, 0, identity },
  { "Range", NULL, 0, 0, range },
  { "Range", "com.microsoft", 0, 0, range },
  { "Reshape", NULL, 0, 0, reshape },
  { "Shape", NULL, 0, 0, shape_of },
  { "Size", NULL, 0, 0, size },
  { "SpaceToDepth", NULL, 0, 0, space_to_depth },
  { "Split", NULL, 0, 0, split },
  { "Squeeze", NULL, 0, 0, squeeze },
  { "Tile", NULL, 0, 0, tile },
  { "Transpose", NULL, 0, 0, transpose },
  { "Unsqueeze", NULL, 0, 0, unsqueeze },
  { NULL },
};
