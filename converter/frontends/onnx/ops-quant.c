#include "attr.h"
#include "node.h"
#include "quant.h"
#include "table.h"
#include "window.h"

/* Quantisation. Scales and zero points are one number, or one for each index of `axis`.
 */

/* A vector of scales, shaped to run along @axis of a value of @rank. */
static WeirPort
along (OnnxNode *n, WeirPort x, int rank, int axis)
{
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };
  const WeirShape *shape = weir_make_shape (&n->make, x);

  if (shape->rank != 1 || shape->dims[0] == 1 || rank < 1)
    return x;
  dims[axis] = -1;
  return weir_make_reshape (&n->make, x, dims, (gsize) rank);
}

/* From version 21 on a scale may stand for a block along the axis. */
static WeirPort
unblocked (OnnxNode *n, WeirPort scale, int rank, int axis)
{
  gint64 block = onnx_attr_int (n, "block_size", 0);
  gint64 dims[WEIR_MAX_RANK + 1], times[WEIR_MAX_RANK + 1];
  const WeirShape *shape = weir_make_shape (&n->make, scale);
  gsize count = 0;

  if (block == 0 || shape->rank != rank)
    return scale;
  if (!weir_shape_is_static (shape) || rank >= WEIR_MAX_RANK || block < 0 ||
      block > G_MAXINT32)
    return weir_make_unsupported (&n->make, "blocks of scales of unknown shape");
  for (int i = 0; i < rank; i++) {
    times[count] = 1;
    dims[count++] = shape->dims[i];
    if (i == axis) {
      times[count] = block;
      dims[count++] = 1;
    }
  }
  scale = weir_make_reshape (&n->make, scale, dims, count);
  scale = WEIR_MAKE (&n->make, "Tile", scale, weir_make_ints (&n->make, times, count));
  for (int i = 0; i < rank; i++)
    dims[i] =
        i == axis ? -1 : weir_make_shape (&n->make, scale)->dims[i < axis ? i : i + 1];
  return weir_make_reshape (&n->make, scale, dims, (gsize) rank);
}

/* Blocks may be cut off at the end of the axis. */
static WeirPort
fitting (OnnxNode *n, WeirPort scale, WeirPort x, int rank, int axis)
{
  scale = unblocked (n, along (n, scale, rank, axis), rank, axis);
  if (onnx_attr_int (n, "block_size", 0) == 0 ||
      weir_make_shape (&n->make, scale)->rank != rank)
    return scale;
  return weir_make_slice (&n->make, scale, WEIR_MAKE_INTS (&n->make, 0),
                          weir_make_dim_of (&n->make, x, axis), axis);
}

typedef struct {
  WeirPort scale, zero; /* zero may be none */
} Steps;

static Steps
steps_along (OnnxNode *n, WeirPort x, guint scale, guint zero, int axis)
{
  int rank = weir_make_rank (&n->make, x);
  Steps steps = { .scale = onnx_in (n, scale), .zero = WEIR_PORT_NONE };

  steps.scale = fitting (n, steps.scale, x, rank, axis);
  if (onnx_has (n, zero))
    steps.zero = fitting (n, onnx_in (n, zero), x, rank, axis);
  return steps;
}

static Steps
steps_of (OnnxNode *n, WeirPort x, guint scale, guint zero)
{
  int axis = 0;

  if (weir_make_shape (&n->make, onnx_in (n, scale))->rank > 0)
    axis = onnx_axis (n, onnx_attr_int (n, "axis", 1), weir_make_rank (&n->make, x));
  return steps_along (n, x, scale, zero, axis);
}

static void
range_of (OnnxNode *n, WeirDtype dtype, double *low, double *high)
{
  double levels = (double) ((guint64) 1 << MIN (weir_dtype_bits (dtype), 32));

  if (!weir_dtype_is_integer (dtype) || weir_dtype_bits (dtype) > 32)
    weir_make_unsupported (&n->make, "quantisation to %s", weir_dtype_name (dtype));
  *low = weir_dtype_is_signed (dtype) ? -levels / 2 : 0;
  *high = *low + levels - 1;
}

static WeirPort
rounded (OnnxNode *n, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Round", x);

  weir_node_set_string (node, "mode", "half_to_even");
  return weir_make_end (&n->make, node);
}

static WeirPort
clamped (OnnxNode *n, WeirPort x, double low, double high)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Clamp", x);

  weir_node_set_float (node, "min", low);
  weir_node_set_float (node, "max", high);
  return weir_make_end (&n->make, node);
}

/* saturate (round (x / scale) + zero). */
static WeirPort
quantize (OnnxNode *n, WeirPort x, Steps steps, WeirDtype dtype)
{
  double low = 0, high = 0;
  WeirDtype type = weir_make_dtype (&n->make, x);

  range_of (n, dtype, &low, &high);
  x = rounded (n, WEIR_MAKE (&n->make, "Divide", x,
                             weir_make_convert (&n->make, steps.scale, type)));
  if (!weir_port_is_none (steps.zero))
    x = WEIR_MAKE (&n->make, "Add", x, weir_make_convert (&n->make, steps.zero, type));
  return weir_make_convert (&n->make, clamped (n, x, low, high), dtype);
}

/* (x - zero) * scale */
static WeirPort
dequantize (OnnxNode *n, WeirPort x, Steps steps)
{
  WeirDtype type = weir_make_dtype (&n->make, steps.scale);

  x = weir_make_convert (&n->make, x, type);
  if (!weir_port_is_none (steps.zero))
    x = WEIR_MAKE (&n->make, "Subtract", x,
                   weir_make_convert (&n->make, steps.zero, type));
  return WEIR_MAKE (&n->make, "Multiply", x, steps.scale);
}

WeirPort
onnx_dequantize (OnnxNode *n, WeirPort x, guint scale, guint zero)
{
  return dequantize (n, x, steps_of (n, x, scale, zero));
}

WeirPort
onnx_dequantize_along (OnnxNode *n, WeirPort x, guint scale, guint zero, int axis)
{
  return dequantize (n, x, steps_along (n, x, scale, zero, axis));
}

WeirPort
onnx_quantize (OnnxNode *n, WeirPort y, guint scale, guint zero, WeirDtype dtype)
{
  Steps steps = steps_of (n, y, scale, zero);

  return quantize (
      n, y, steps,
      weir_port_is_none (steps.zero) ? dtype : weir_make_dtype (&n->make, steps.zero));
}

static WeirPort
quantize_linear (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  if (!weir_dtype_is_float (weir_make_dtype (&n->make, x)))
    x = weir_make_convert (&n->make, x, weir_make_dtype (&n->make, onnx_in (n, 1)));
  return onnx_quantize (n, x, 1, 2, onnx_attr_dtype (n, "output_dtype", WEIR_DTYPE_U8));
}

static WeirPort
dequantize_linear (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return onnx_dequantize (n, x, 1, 2);
}

/* Scale and zero point from the range of the data, which always holds zero. */
static Steps
steps_for (OnnxNode *n, WeirPort x)
{
  WeirPort axes, low, high, zero = weir_make_scalar (&n->make, x, 0), scale, point;

  axes = weir_make_range (&n->make, 0, weir_make_rank (&n->make, x));
  low = WEIR_MAKE (&n->make, "Minimum",
                   weir_make_reduce (&n->make, "ReduceMin", x, axes, FALSE), zero);
  high = WEIR_MAKE (&n->make, "Maximum",
                    weir_make_reduce (&n->make, "ReduceMax", x, axes, FALSE), zero);
  scale = WEIR_MAKE (&n->make, "Divide", WEIR_MAKE (&n->make, "Subtract", high, low),
                     weir_make_scalar (&n->make, x, 255));
  point = WEIR_MAKE (&n->make, "Divide", WEIR_MAKE (&n->make, "Negative", low), scale);
  point = rounded (n, clamped (n, point, 0, 255));
  return (Steps){ .scale = scale,
                  .zero = weir_make_convert (&n->make, point, WEIR_DTYPE_U8) };
}

static WeirPort
dynamic_quantize (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  Steps steps = steps_for (n, x);

  onnx_out (n, 1, steps.scale);
  onnx_out (n, 2, steps.zero);
  return quantize (n, x, steps, WEIR_DTYPE_U8);
}

/* The first operand is rounded to 8 bits, the second one has them. */
static WeirPort
dynamic_quantize_mat_mul (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  Steps steps = steps_for (n, x);

  x = dequantize (n, quantize (n, x, steps, WEIR_DTYPE_U8), steps);
  y = WEIR_MAKE (&n->make, "MatMul", x, onnx_dequantize (n, onnx_in (n, 1), 2, 3));
  return onnx_has (n, 4) ? WEIR_MAKE (&n->make, "Add", y, onnx_in (n, 4)) : y;
}

/* Rows of the first operand and columns of the second may each have a scale. */
static WeirPort
qlinear_mat_mul (OnnxNode *n)
{
  WeirPort a = onnx_in (n, 0), b = onnx_in (n, 3), y;
  Steps left = { onnx_in (n, 1), onnx_in (n, 2) };
  Steps right = { onnx_in (n, 4), onnx_in (n, 5) };
  Steps out = { onnx_in (n, 6), onnx_in (n, 7) };

  if (weir_make_shape (&n->make, left.scale)->rank == 1) {
    left.scale = weir_make_unsqueeze (&n->make, left.scale, 1);
    left.zero =
        weir_make_unsqueeze (&n->make, weir_make_vector_of (&n->make, left.zero), 1);
  }
  y = WEIR_MAKE (&n->make, "MatMul", dequantize (n, a, left), dequantize (n, b, right));
  return quantize (n, y, out, weir_make_dtype (&n->make, out.zero));
}

static WeirPort
convolution (OnnxNode *n, WeirPort x, WeirPort w)
{
  OnnxValue inputs[3] = { { .port = x }, { .port = w }, { .port = WEIR_PORT_NONE } };
  OnnxNode inner = *n;

  inner.inputs = inputs;
  inner.n_inputs = 2;
  return onnx_conv (&inner);
}

/* The zero point of the weights is theirs alone, or one for each output. */
static Steps
of_weights (OnnxNode *n, WeirPort w, WeirPort scale, WeirPort zero)
{
  int rank = weir_make_rank (&n->make, w);
  Steps steps = { along (n, scale, rank, 0), WEIR_PORT_NONE };

  if (!weir_port_is_none (zero))
    steps.zero = along (n, zero, rank, 0);
  return steps;
}

static WeirPort
qlinear_conv (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 3), y, bias, scale;
  Steps in = { onnx_in (n, 1), onnx_in (n, 2) }, out = { onnx_in (n, 6), onnx_in (n, 7) };
  Steps weights = of_weights (n, w, onnx_in (n, 4), onnx_in (n, 5));
  gboolean last = onnx_attr_int (n, "channels_last", 0) != 0;
  int rank = weir_make_rank (&n->make, w);

  x = dequantize (n, last ? weir_make_to_nchw (&n->make, x) : x, in);
  y = convolution (n, x, dequantize (n, w, weights));
  if (onnx_has (n, 8)) {
    scale = WEIR_MAKE (&n->make, "Multiply", onnx_in (n, 1), onnx_in (n, 4));
    bias =
        weir_make_convert (&n->make, onnx_in (n, 8), weir_make_dtype (&n->make, scale));
    y = WEIR_MAKE (&n->make, "Add", y,
                   weir_make_channels (
                       &n->make, WEIR_MAKE (&n->make, "Multiply", bias, scale), rank));
  }
  y = last ? weir_make_to_nhwc (&n->make, y) : y;
  return quantize (n, y, out, weir_make_dtype (&n->make, out.zero));
}

/* Integers as floats, which hold the sums of any real network exactly. */
static WeirPort
shifted (OnnxNode *n, WeirPort x, WeirPort zero)
{
  x = weir_make_convert (&n->make, x, WEIR_DTYPE_F32);
  return weir_port_is_none (zero)
             ? x
             : WEIR_MAKE (&n->make, "Subtract", x,
                          weir_make_convert (&n->make, zero, WEIR_DTYPE_F32));
}

static WeirPort
zero_point (OnnxNode *n, guint index)
{
  return onnx_has (n, index) ? onnx_in (n, index) : WEIR_PORT_NONE;
}

static WeirPort
conv_integer (OnnxNode *n)
{
  WeirPort w = onnx_in (n, 1), zero = of_weights (n, w, w, zero_point (n, 3)).zero, y;

  y = convolution (n, shifted (n, onnx_in (n, 0), zero_point (n, 2)),
                   shifted (n, w, zero));
  return weir_make_convert (&n->make, y, WEIR_DTYPE_I32);
}

static WeirPort
mat_mul_integer (OnnxNode *n)
{
  WeirPort zero = zero_point (n, 2), y;

  if (!weir_port_is_none (zero) && weir_make_shape (&n->make, zero)->rank == 1 &&
      weir_make_shape (&n->make, zero)->dims[0] != 1)
    zero = weir_make_unsqueeze (&n->make, zero, 1);
  y = WEIR_MAKE (&n->make, "MatMul", shifted (n, onnx_in (n, 0), zero),
                 shifted (n, onnx_in (n, 1), zero_point (n, 3)));
  return weir_make_convert (&n->make, y, WEIR_DTYPE_I32);
}

static WeirPort
fake_quantize (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "FakeQuantize", onnx_in (n, 0), onnx_in (n, 1),
                       onnx_in (n, 2), onnx_in (n, 3), onnx_in (n, 4));

  weir_node_set_int (node, "levels", onnx_attr_int (n, "levels", 256));
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_quant[] = {
  { "ConvInteger", NULL, 0, 0, conv_integer },
  { "DequantizeLinear", NULL, 0, 0, dequantize_linear },
  { "DequantizeLinear", "com.microsoft", 0, 0, dequantize_linear },
  { "DynamicQuantizeMatMul", "com.microsoft", 0, 0, dynamic_quantize_mat_mul },
  { "DynamicQuantizeLinear", NULL, 0, 0, dynamic_quantize },
  { "FakeQuantize", "org.openvinotoolkit", 0, 0, fake_quantize },
  { "FakeQuantize", NULL, 0, 0, fake_quantize },
  { "MatMulInteger", NULL, 0, 0, mat_mul_integer },
  { "QLinearConv", NULL, 0, 0, qlinear_conv },
  { "QLinearConv", "com.microsoft", 0, 0, qlinear_conv },
  { "QLinearMatMul", NULL, 0, 0, qlinear_mat_mul },
  { "QuantizeLinear", NULL, 0, 0, quantize_linear },
  { "QuantizeLinear", "com.microsoft", 0, 0, quantize_linear },
  { NULL },
};
