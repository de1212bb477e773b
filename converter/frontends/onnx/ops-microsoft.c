#include "attr.h"
#include "onnx-build.h"
#include "quant.h"
#include "table.h"
#include "window.h"

#include <string.h>

/* Operations that ONNX Runtime's optimiser and quantiser leave in saved models
 * (https://onnxruntime.ai/docs/reference/operators/ContribOperators.html). */

#define MS "com.microsoft"

static WeirPort
gelu_of (OnnxNode *n, WeirPort x, const char *mode)
{
  WeirNode *node = ONNX_BEGIN (n, "Gelu", x);

  weir_node_set_string (node, "approximation_mode", mode);
  return onnx_end (n, node);
}

static WeirPort
with_bias (OnnxNode *n, WeirPort x, guint index)
{
  return onnx_has (n, index) ? ONNX_OP (n, "Add", x, onnx_in (n, index)) : x;
}

static WeirPort
gelu (OnnxNode *n)
{
  return gelu_of (n, onnx_in (n, 0), "ERF");
}

static WeirPort
bias_gelu (OnnxNode *n)
{
  return gelu_of (n, with_bias (n, onnx_in (n, 0), 1), "ERF");
}

static WeirPort
fast_gelu (OnnxNode *n)
{
  return gelu_of (n, with_bias (n, onnx_in (n, 0), 1), "TANH");
}

static WeirPort
quick_gelu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);

  return ONNX_OP (n, "Swish", x,
                  onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1.702f)));
}

static WeirPort
bias_add (OnnxNode *n)
{
  WeirPort x = ONNX_OP (n, "Add", onnx_in (n, 0), onnx_in (n, 1));

  return ONNX_OP (n, "Add", x, onnx_in (n, 2));
}

static WeirPort
activated (OnnxNode *n, WeirPort x)
{
  const char *name = onnx_attr_string (n, "activation", "");
  gsize count;
  const float *params = onnx_attr_floats (n, "activation_params", &count);
  WeirNode *node;

  if (*name == '\0')
    return x;
  if (strcmp (name, "Relu") == 0 || strcmp (name, "Tanh") == 0 ||
      strcmp (name, "Sigmoid") == 0)
    return ONNX_OP (n, name, x);
  if (strcmp (name, "LeakyRelu") == 0)
    return ONNX_OP (n, "PRelu", x,
                    onnx_vector_of (n, onnx_scalar (n, x, count > 0 ? params[0] : 0.01)));
  if (strcmp (name, "HardSigmoid") == 0 && count >= 2)
    return ONNX_OP (n, "HardSigmoid", x, onnx_scalar (n, x, params[0]),
                    onnx_scalar (n, x, params[1]));
  if (strcmp (name, "Clip") != 0 || count < 2)
    return onnx_unsupported (n, "activation %s", name);
  node = ONNX_BEGIN (n, "Clamp", x);
  weir_node_set_float (node, "min", params[0]);
  weir_node_set_float (node, "max", params[1]);
  return onnx_end (n, node);
}

static WeirPort
fused_conv (OnnxNode *n)
{
  WeirPort y = onnx_conv (n);

  return activated (n, onnx_has (n, 3) ? ONNX_OP (n, "Add", y, onnx_in (n, 3)) : y);
}

static WeirPort
scaled (OnnxNode *n, WeirPort x, double factor)
{
  return factor == 1 ? x : ONNX_OP (n, "Multiply", x, onnx_scalar (n, x, factor));
}

static WeirPort
product (OnnxNode *n, WeirPort a, WeirPort b)
{
  WeirNode *node = ONNX_BEGIN (n, "MatMul", a, b);

  weir_node_set_bool (node, "transpose_a", onnx_attr_int (n, "transA", 0) != 0);
  weir_node_set_bool (node, "transpose_b", onnx_attr_int (n, "transB", 0) != 0);
  return scaled (n, onnx_end (n, node), onnx_attr_float (n, "alpha", 1));
}

static WeirPort
fused_gemm (OnnxNode *n)
{
  WeirPort y = product (n, onnx_in (n, 0), onnx_in (n, 1));

  if (onnx_has (n, 2))
    y = ONNX_OP (n, "Add", y, scaled (n, onnx_in (n, 2), onnx_attr_float (n, "beta", 1)));
  return activated (n, y);
}

static WeirPort
fused_mat_mul (OnnxNode *n)
{
  if (onnx_attr_int (n, "transBatchA", 0) != 0 ||
      onnx_attr_int (n, "transBatchB", 0) != 0)
    return onnx_unsupported (n, "batches that are transposed");
  return product (n, onnx_in (n, 0), onnx_in (n, 1));
}

/* Root mean square along the last dimension, or mean and variance. */
static WeirPort
normalized (OnnxNode *n, WeirPort x, gboolean simplified)
{
  double eps = onnx_attr_float (n, "epsilon", simplified ? 1e-5 : 1e-12);
  WeirPort mean;
  WeirNode *node;

  if (simplified) {
    mean = onnx_reduce (n, "ReduceMean", ONNX_OP (n, "Multiply", x, x), ONNX_INTS (n, -1),
                        TRUE);
    mean = ONNX_OP (n, "Add", mean, onnx_scalar (n, mean, eps));
    return ONNX_OP (n, "Divide", x, ONNX_OP (n, "Sqrt", mean));
  }
  node = ONNX_BEGIN (n, "MVN", x, ONNX_INTS (n, -1));
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", eps);
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  return onnx_end (n, node);
}

static WeirPort
simplified_layer_norm (OnnxNode *n)
{
  return ONNX_OP (n, "Multiply", normalized (n, onnx_in (n, 0), TRUE), onnx_in (n, 1));
}

static WeirPort
skip_norm (OnnxNode *n, gboolean simplified)
{
  guint beta = 3, bias = simplified ? 3 : 4;
  WeirPort sum = ONNX_OP (n, "Add", onnx_in (n, 0), onnx_in (n, 1)), y;

  sum = with_bias (n, sum, bias);
  onnx_out (n, 3, sum);
  y = ONNX_OP (n, "Multiply", normalized (n, sum, simplified), onnx_in (n, 2));
  return simplified ? y : with_bias (n, y, beta);
}

static WeirPort
skip_layer_norm (OnnxNode *n)
{
  return skip_norm (n, FALSE);
}

static WeirPort
skip_simplified_layer_norm (OnnxNode *n)
{
  return skip_norm (n, TRUE);
}

/* Quantised operations: x, its scale, its zero point, then the next. */
static WeirPort
qlinear_binary (OnnxNode *n, const char *op)
{
  WeirPort a = onnx_dequantize (n, onnx_in (n, 0), 1, 2);
  WeirPort b = onnx_dequantize (n, onnx_in (n, 3), 4, 5);

  return onnx_quantize (n, ONNX_OP (n, op, a, b), 6, 7, onnx_dtype (n, onnx_in (n, 0)));
}

static WeirPort
qlinear_add (OnnxNode *n)
{
  return qlinear_binary (n, "Add");
}

static WeirPort
qlinear_mul (OnnxNode *n)
{
  return qlinear_binary (n, "Multiply");
}

static WeirPort
requantized (OnnxNode *n, WeirPort y)
{
  return onnx_quantize (n, y, 3, 4, onnx_dtype (n, onnx_in (n, 0)));
}

static WeirPort
qlinear_sigmoid (OnnxNode *n)
{
  return requantized (n,
                      ONNX_OP (n, "Sigmoid", onnx_dequantize (n, onnx_in (n, 0), 1, 2)));
}

static WeirPort
qlinear_leaky_relu (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2), slope;

  slope = onnx_scalar (n, x, onnx_attr_float (n, "alpha", 0.01));
  return requantized (n, ONNX_OP (n, "PRelu", x, onnx_vector_of (n, slope)));
}

static WeirPort
qlinear_softmax (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "Softmax", onnx_dequantize (n, onnx_in (n, 0), 1, 2));

  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", -1));
  return requantized (n, onnx_end (n, node));
}

static WeirPort
qlinear_global_average_pool (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2), axes;
  int rank = onnx_rank (n, x);

  axes = onnx_attr_int (n, "channels_last", 0) != 0 ? onnx_range (n, 1, rank - 1)
                                                    : onnx_range (n, 2, rank);
  return requantized (n, onnx_reduce (n, "ReduceMean", x, axes, TRUE));
}

static WeirPort
qlinear_reduce_mean (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2);
  WeirPort axes = onnx_list (n, "axes", G_MAXUINT);

  if (weir_port_is_none (axes))
    axes = onnx_range (n, 0, onnx_rank (n, x));
  return requantized (
      n, onnx_reduce (n, "ReduceMean", x, axes, onnx_attr_int (n, "keepdims", 1) != 0));
}

/* The first two inputs belong to the result; then come three for each part. */
static WeirPort
qlinear_concat (OnnxNode *n)
{
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (n->n_inputs, 1));
  guint count = 0;

  for (guint i = 2; i + 2 < n->n_inputs; i += 3)
    parts[count++] = onnx_dequantize (n, onnx_in (n, i), i + 1, i + 2);
  if (count == 0)
    return onnx_invalid (n, "expected at least 5 inputs, found %u", n->n_inputs);
  return onnx_quantize (n, onnx_concat (n, parts, count, onnx_attr_int (n, "axis", 0)), 0,
                        1, onnx_dtype (n, onnx_in (n, 2)));
}

static WeirPort
qlinear_where (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 1), 2, 3);
  WeirPort y = onnx_dequantize (n, onnx_in (n, 4), 5, 6);

  return onnx_quantize (n, ONNX_OP (n, "Select", onnx_in (n, 0), x, y), 7, 8,
                        onnx_dtype (n, onnx_in (n, 1)));
}

/* Products of integers, scaled at once. */
static WeirPort
mat_mul_integer_to_float (OnnxNode *n)
{
  WeirPort a = onnx_dequantize (n, onnx_in (n, 0), 2, 4);
  WeirPort b = onnx_dequantize (n, onnx_in (n, 1), 3, 5);

  return with_bias (n, ONNX_OP (n, "MatMul", a, b), 6);
}

/* Weights of 4 or 8 bits in blocks along the columns: [N, blocks, bytes a block], the
 * first of two values in the low half of a byte. */
static WeirPort
unpacked (OnnxNode *n, WeirPort packed, gint64 bits, gint64 rows, gint64 per_row)
{
  WeirPort low, high, parts[2], x = onnx_convert (n, packed, WEIR_DTYPE_I32);

  if (bits == 8)
    return onnx_reshape (n, x, (const gint64[]){ rows, per_row, -1 }, 3);
  low = ONNX_OP (n, "FloorMod", x, onnx_scalar (n, x, 16));
  high = ONNX_OP (n, "Divide", x, onnx_scalar (n, x, 16));
  parts[0] = onnx_unsqueeze (n, low, -1);
  parts[1] = onnx_unsqueeze (n, high, -1);
  return onnx_reshape (n, onnx_concat (n, parts, 2, -1),
                       (const gint64[]){ rows, per_row, -1 }, 3);
}

static WeirPort
mat_mul_bits (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), scale = onnx_in (n, 2), zero;
  gint64 bits = onnx_attr_int (n, "bits", 4), block = onnx_attr_int (n, "block_size", 32);
  gint64 rows = onnx_attr_int (n, "N", 0), columns = onnx_attr_int (n, "K", 0), blocks;
  WeirDtype dtype = onnx_dtype (n, x);
  WeirNode *node;

  if ((bits != 4 && bits != 8) || block < 1 || rows < 1 || columns < 1 ||
      MAX (rows, columns) > G_MAXINT32 || block > G_MAXINT32)
    return onnx_unsupported (
        n, "%" G_GINT64_FORMAT " bits in blocks of %" G_GINT64_FORMAT, bits, block);
  if (onnx_has (n, 4))
    return onnx_unsupported (n, "columns in another order");
  blocks = (columns + block - 1) / block;
  w = unpacked (n, w, bits, rows, blocks);
  zero = onnx_scalar (n, w, bits == 4 ? 8 : 128);
  if (onnx_has (n, 3) && onnx_dtype (n, onnx_in (n, 3)) != WEIR_DTYPE_U8)
    return onnx_unsupported (n, "zero points of floats");
  if (onnx_has (n, 3)) {
    zero = unpacked (n, onnx_in (n, 3), bits, rows, 1);
    zero = onnx_slice (n, zero, ONNX_INTS (n, 0), ONNX_INTS (n, blocks), 2);
    zero = onnx_reshape (n, zero, (const gint64[]){ rows, blocks, 1 }, 3);
  }
  w = onnx_convert (n, ONNX_OP (n, "Subtract", w, zero), dtype);
  scale = onnx_reshape (n, scale, (const gint64[]){ rows, blocks, 1 }, 3);
  w = ONNX_OP (n, "Multiply", w, onnx_convert (n, scale, dtype));
  w = onnx_reshape (n, w, (const gint64[]){ rows, -1 }, 2);
  w = onnx_slice (n, w, ONNX_INTS (n, 0), ONNX_INTS (n, columns), 1);
  node = ONNX_BEGIN (n, "MatMul", x, w);
  weir_node_set_bool (node, "transpose_b", TRUE);
  return with_bias (n, onnx_end (n, node), 5);
}

const OnnxRow onnx_rows_microsoft[] = {
  { "BiasAdd", MS, 0, 0, bias_add },
  { "BiasGelu", MS, 0, 0, bias_gelu },
  { "FastGelu", MS, 0, 0, fast_gelu },
  { "FusedConv", MS, 0, 0, fused_conv },
  { "FusedGemm", MS, 0, 0, fused_gemm },
  { "FusedMatMul", MS, 0, 0, fused_mat_mul },
  { "Gelu", MS, 0, 0, gelu },
  { "MatMulIntegerToFloat", MS, 0, 0, mat_mul_integer_to_float },
  { "MatMulNBits", MS, 0, 0, mat_mul_bits },
  { "QLinearAdd", MS, 0, 0, qlinear_add },
  { "QLinearConcat", MS, 0, 0, qlinear_concat },
  { "QLinearGlobalAveragePool", MS, 0, 0, qlinear_global_average_pool },
  { "QLinearLeakyRelu", MS, 0, 0, qlinear_leaky_relu },
  { "QLinearMul", MS, 0, 0, qlinear_mul },
  { "QLinearReduceMean", MS, 0, 0, qlinear_reduce_mean },
  { "QLinearSigmoid", MS, 0, 0, qlinear_sigmoid },
  { "QLinearSoftmax", MS, 0, 0, qlinear_softmax },
  { "QLinearWhere", MS, 0, 0, qlinear_where },
  { "QuickGelu", MS, 0, 0, quick_gelu },
  { "SimplifiedLayerNormalization", MS, 0, 0, simplified_layer_norm },
  { "SimplifiedLayerNormalization", NULL, 0, 0, simplified_layer_norm },
  { "SkipLayerNormalization", MS, 0, 0, skip_layer_norm },
  { "SkipSimplifiedLayerNormalization", MS, 0, 0, skip_simplified_layer_norm },
  { NULL },
};
