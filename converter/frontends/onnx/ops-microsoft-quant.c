#include "attr.h"
#include "node.h"
#include "quant.h"
#include "table.h"
#include "window.h"

/* Quantised operations of the domain com.microsoft. */

#define MS "com.microsoft"

static WeirPort
with_bias (OnnxNode *n, WeirPort x, guint index)
{
  return onnx_has (n, index) ? WEIR_MAKE (&n->make, "Add", x, onnx_in (n, index)) : x;
}

/* Quantised operations: x, its scale, its zero point, then the next. */
static WeirPort
qlinear_binary (OnnxNode *n, const char *op)
{
  WeirPort a = onnx_dequantize (n, onnx_in (n, 0), 1, 2);
  WeirPort b = onnx_dequantize (n, onnx_in (n, 3), 4, 5);

  return onnx_quantize (n, WEIR_MAKE (&n->make, op, a, b), 6, 7,
                        weir_make_dtype (&n->make, onnx_in (n, 0)));
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
  return onnx_quantize (n, y, 3, 4, weir_make_dtype (&n->make, onnx_in (n, 0)));
}

static WeirPort
qlinear_sigmoid (OnnxNode *n)
{
  return requantized (
      n, WEIR_MAKE (&n->make, "Sigmoid", onnx_dequantize (n, onnx_in (n, 0), 1, 2)));
}

static WeirPort
qlinear_leaky_relu (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2), slope;

  slope = weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 0.01));
  return requantized (
      n, WEIR_MAKE (&n->make, "PRelu", x, weir_make_vector_of (&n->make, slope)));
}

static WeirPort
qlinear_softmax (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Softmax", onnx_dequantize (n, onnx_in (n, 0), 1, 2));

  weir_node_set_int (node, "axis", onnx_attr_int (n, "axis", -1));
  return requantized (n, weir_make_end (&n->make, node));
}

static WeirPort
qlinear_global_average_pool (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2), axes;
  int rank = weir_make_rank (&n->make, x);

  axes = onnx_attr_int (n, "channels_last", 0) != 0
             ? weir_make_range (&n->make, 1, rank - 1)
             : weir_make_range (&n->make, 2, rank);
  return requantized (n, weir_make_reduce (&n->make, "ReduceMean", x, axes, TRUE));
}

static WeirPort
qlinear_average_pool (OnnxNode *n)
{
  gboolean last = onnx_attr_int (n, "channels_last", 0) != 0;
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2);

  x = onnx_average_pool (n, last ? weir_make_to_nchw (&n->make, x) : x);
  return requantized (n, last ? weir_make_to_nhwc (&n->make, x) : x);
}

static WeirPort
qlinear_reduce_mean (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 1, 2);
  WeirPort axes = onnx_list (n, "axes", G_MAXUINT);

  if (weir_port_is_none (axes))
    axes = weir_make_range (&n->make, 0, weir_make_rank (&n->make, x));
  return requantized (n, weir_make_reduce (&n->make, "ReduceMean", x, axes,
                                           onnx_attr_int (n, "keepdims", 1) != 0));
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
    return weir_make_invalid (&n->make, "expected at least 5 inputs, found %u",
                              n->n_inputs);
  return onnx_quantize (
      n, weir_make_concat (&n->make, parts, count, onnx_attr_int (n, "axis", 0)), 0, 1,
      weir_make_dtype (&n->make, onnx_in (n, 2)));
}

static WeirPort
qlinear_where (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 1), 2, 3);
  WeirPort y = onnx_dequantize (n, onnx_in (n, 4), 5, 6);

  return onnx_quantize (n, WEIR_MAKE (&n->make, "Select", onnx_in (n, 0), x, y), 7, 8,
                        weir_make_dtype (&n->make, onnx_in (n, 1)));
}

/* Products of integers, scaled at once. */
static WeirPort
mat_mul_integer_to_float (OnnxNode *n)
{
  WeirPort a = onnx_dequantize (n, onnx_in (n, 0), 2, 4);
  WeirPort b = onnx_dequantize (n, onnx_in (n, 1), 3, 5);

  return with_bias (n, WEIR_MAKE (&n->make, "MatMul", a, b), 6);
}

/* alpha * A * B + C; what is added has the scale of the products. */
static WeirPort
quantized_gemm (OnnxNode *n)
{
  gboolean swapped = onnx_attr_int (n, "transB", 0) != 0;
  WeirPort a = onnx_dequantize (n, onnx_in (n, 0), 1, 2), y, scale;
  WeirPort b = onnx_dequantize_along (n, onnx_in (n, 3), 4, 5, swapped ? 0 : 1);
  double alpha = onnx_attr_float (n, "alpha", 1);
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", a, b);

  weir_node_set_bool (node, "transpose_a", onnx_attr_int (n, "transA", 0) != 0);
  weir_node_set_bool (node, "transpose_b", swapped);
  y = weir_make_end (&n->make, node);
  if (onnx_has (n, 6)) {
    scale = WEIR_MAKE (&n->make, "Multiply", onnx_in (n, 1), onnx_in (n, 4));
    y = WEIR_MAKE (
        &n->make, "Add", y,
        WEIR_MAKE (&n->make, "Multiply",
                   weir_make_convert (&n->make, onnx_in (n, 6), WEIR_DTYPE_F32), scale));
  }
  if (alpha != 1)
    y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, alpha));
  return onnx_has (n, 7)
             ? onnx_quantize (n, y, 7, 8, weir_make_dtype (&n->make, onnx_in (n, 0)))
             : y;
}

/* Sums of products of 16 bits, which a double holds exactly. */
static WeirPort
mat_mul_integer_16 (OnnxNode *n)
{
  WeirPort y = WEIR_MAKE (&n->make, "MatMul",
                          weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_F64),
                          weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_F64));

  return weir_make_convert (&n->make, y, WEIR_DTYPE_I32);
}

/* Weights of 4 or 8 bits in blocks along the columns: [N, blocks, bytes a block], the
 * first of two values in the low half of a byte. */
static WeirPort
halves_of (OnnxNode *n, WeirPort packed, gboolean high_first)
{
  WeirPort x = weir_make_convert (&n->make, packed, WEIR_DTYPE_I32), parts[2];

  parts[high_first] =
      WEIR_MAKE (&n->make, "FloorMod", x, weir_make_scalar (&n->make, x, 16));
  parts[!high_first] =
      WEIR_MAKE (&n->make, "Divide", x, weir_make_scalar (&n->make, x, 16));
  for (guint i = 0; i < 2; i++)
    parts[i] = weir_make_unsqueeze (&n->make, parts[i], -1);
  return weir_make_concat (&n->make, parts, 2, -1);
}

static WeirPort
unpacked (OnnxNode *n, WeirPort packed, gint64 bits, gint64 rows, gint64 per_row)
{
  WeirPort x = bits == 8 ? weir_make_convert (&n->make, packed, WEIR_DTYPE_I32)
                         : halves_of (n, packed, FALSE);

  return weir_make_reshape (&n->make, x, (const gint64[]){ rows, per_row, -1 }, 3);
}

static WeirPort
mat_mul_bits (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), scale = onnx_in (n, 2), zero;
  gint64 bits = onnx_attr_int (n, "bits", 4), block = onnx_attr_int (n, "block_size", 32);
  gint64 rows = onnx_attr_int (n, "N", 0), columns = onnx_attr_int (n, "K", 0), blocks;
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  WeirNode *node;

  if ((bits != 4 && bits != 8) || block < 1 || rows < 1 || columns < 1 ||
      MAX (rows, columns) > G_MAXINT32 || block > G_MAXINT32)
    return weir_make_unsupported (
        &n->make, "%" G_GINT64_FORMAT " bits in blocks of %" G_GINT64_FORMAT, bits,
        block);
  if (onnx_has (n, 4))
    return weir_make_unsupported (&n->make, "columns in another order");
  blocks = (columns + block - 1) / block;
  w = unpacked (n, w, bits, rows, blocks);
  zero = weir_make_scalar (&n->make, w, bits == 4 ? 8 : 128);
  if (onnx_has (n, 3) && weir_make_dtype (&n->make, onnx_in (n, 3)) != WEIR_DTYPE_U8)
    return weir_make_unsupported (&n->make, "zero points of floats");
  if (onnx_has (n, 3)) {
    zero = unpacked (n, onnx_in (n, 3), bits, rows, 1);
    zero = weir_make_slice (&n->make, zero, WEIR_MAKE_INTS (&n->make, 0),
                            WEIR_MAKE_INTS (&n->make, blocks), 2);
    zero = weir_make_reshape (&n->make, zero, (const gint64[]){ rows, blocks, 1 }, 3);
  }
  w = weir_make_convert (&n->make, WEIR_MAKE (&n->make, "Subtract", w, zero), dtype);
  scale = weir_make_reshape (&n->make, scale, (const gint64[]){ rows, blocks, 1 }, 3);
  w = WEIR_MAKE (&n->make, "Multiply", w, weir_make_convert (&n->make, scale, dtype));
  w = weir_make_reshape (&n->make, w, (const gint64[]){ rows, -1 }, 2);
  w = weir_make_slice (&n->make, w, WEIR_MAKE_INTS (&n->make, 0),
                       WEIR_MAKE_INTS (&n->make, columns), 1);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x, w);
  weir_node_set_bool (node, "transpose_b", TRUE);
  return with_bias (n, weir_make_end (&n->make, node), 5);
}

/* The sixteen numbers of four bits: a sign, two bits of exponent and one of fraction; or
 * quantiles of the normal distribution (Dettmers et al., "QLoRA"). */
static const float four_bits[2][16] = {
  { 0, 5.208333333e-03f, 0.66666667f, 1, 0.33333333f, 0.5f, 0.16666667f, 0.25f, -0.f,
    -5.208333333e-03f, -0.66666667f, -1, -0.33333333f, -0.5f, -0.16666667f, -0.25f },
  { -1, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0,
    0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f,
    0.33791524171829224f, 0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f,
    1 },
};

static WeirPort
mat_mul_bnb4 (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w, scale;
  gint64 rows = onnx_attr_int (n, "N", 0), columns = onnx_attr_int (n, "K", 0);
  gint64 block = onnx_attr_int (n, "block_size", 0), type;
  WeirNode *node;

  type = onnx_attr_int (n, "quant_type", 0);
  if (rows < 1 || columns < 1 || block < 1 || MAX (rows, columns) > G_MAXINT32 ||
      rows * columns % block != 0 || type < 0 || type > 1)
    return weir_make_unsupported (&n->make, "blocks that do not fill the matrix");
  w = weir_make_reshape (&n->make, halves_of (n, onnx_in (n, 1), TRUE),
                         (const gint64[]){ -1 }, 1);
  w = weir_make_gather (
      &n->make,
      weir_make_constant (&n->make,
                          weir_tensor_new_f32 (&WEIR_SHAPE (16), four_bits[type])),
      w, 0);
  w = weir_make_reshape (&n->make,
                         weir_make_convert (&n->make, w, weir_make_dtype (&n->make, x)),
                         (const gint64[]){ -1, block }, 2);
  scale = weir_make_reshape (&n->make, onnx_in (n, 2), (const gint64[]){ -1, 1 }, 2);
  w = weir_make_reshape (&n->make, WEIR_MAKE (&n->make, "Multiply", w, scale),
                         (const gint64[]){ rows, columns }, 2);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x, w);
  weir_node_set_bool (node, "transpose_b", onnx_attr_int (n, "transB", 1) != 0);
  return weir_make_end (&n->make, node);
}

/* Rows of a quantised table, @packed: two of four bits in a byte. */
static WeirPort
rows_of (OnnxNode *n, guint index, gboolean packed)
{
  WeirPort x = onnx_in (n, index);
  int rank = weir_make_rank (&n->make, x);
  gint64 dims[WEIR_MAX_RANK] = { 0 };

  if (weir_dtype_bits (weir_make_dtype (&n->make, x)) < 8)
    x = weir_make_convert (&n->make, x, WEIR_DTYPE_I8);
  x = weir_make_gather (&n->make, x, onnx_in (n, 1), 0);
  if (!packed)
    return x;
  rank = weir_make_rank (&n->make, x);
  if (rank < 1)
    return weir_make_unsupported (&n->make, "a table of rank 0");
  dims[rank - 1] = -1;
  return weir_make_reshape (&n->make, halves_of (n, x, FALSE), dims, (gsize) rank);
}

/* Each number stands for a block of @block along the last dimension, of which @x has the
 * length. */
static WeirPort
blocks_of (OnnxNode *n, WeirPort scale, WeirPort x, gint64 block)
{
  int rank = weir_make_rank (&n->make, scale);
  gint64 times[WEIR_MAX_RANK + 1], dims[WEIR_MAX_RANK] = { 0 };

  if (rank < 1 || rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "scales of rank %d", rank);
  for (int i = 0; i <= rank; i++)
    times[i] = i == rank ? block : 1;
  dims[rank - 1] = -1;
  scale = weir_make_unsqueeze (&n->make, scale, -1);
  scale = WEIR_MAKE (&n->make, "Tile", scale,
                     weir_make_ints (&n->make, times, (gsize) rank + 1));
  scale = weir_make_reshape (&n->make, scale, dims, (gsize) rank);
  return weir_make_slice (&n->make, scale, WEIR_MAKE_INTS (&n->make, 0),
                          weir_make_dim_of (&n->make, x, rank - 1), rank - 1);
}

static WeirPort
gather_block_quantized (OnnxNode *n)
{
  gint64 bits = onnx_attr_int (n, "bits", 4),
         block = onnx_attr_int (n, "block_size", 128);
  WeirDtype type = weir_make_dtype (&n->make, onnx_in (n, 0)),
            dtype = weir_make_dtype (&n->make, onnx_in (n, 2));
  int rank = weir_make_rank (&n->make, onnx_in (n, 0));
  gboolean bytes = type == WEIR_DTYPE_U8, packed = bytes && bits == 4;
  WeirPort x, zero, scale;

  if (onnx_axis (n, onnx_attr_int (n, "gather_axis", 0), rank) != 0 ||
      onnx_axis (n, onnx_attr_int (n, "quantize_axis", 1), rank) != rank - 1 ||
      rank < 2 || !weir_dtype_is_integer (type) || (bytes && bits != 4 && bits != 8) ||
      block < 1 || block > G_MAXINT32)
    return weir_make_unsupported (&n->make,
                                  "blocks along another axis, or elements of this size");
  x = weir_make_convert (&n->make, rows_of (n, 0, packed), dtype);
  scale = weir_make_gather (&n->make, onnx_in (n, 2), onnx_in (n, 1), 0);
  if (onnx_has (n, 3)) {
    zero = rows_of (n, 3, packed);
    zero = weir_make_slice (
        &n->make, zero, WEIR_MAKE_INTS (&n->make, 0),
        weir_make_dim_of (&n->make, scale, weir_make_rank (&n->make, scale) - 1),
        weir_make_rank (&n->make, scale) - 1);
    zero = blocks_of (n, weir_make_convert (&n->make, zero, dtype), x, block);
  } else {
    zero = weir_make_scalar (&n->make, x, bytes ? (double) (1 << (bits - 1)) : 0);
  }
  return WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Subtract", x, zero),
                    blocks_of (n, scale, x, block));
}

const OnnxRow onnx_rows_microsoft_quant[] = {
  { "GatherBlockQuantized", MS, 0, 0, gather_block_quantized },
  { "MatMulBnb4", MS, 0, 0, mat_mul_bnb4 },
  { "MatMulInteger16", MS, 0, 0, mat_mul_integer_16 },
  { "MatMulIntegerToFloat", MS, 0, 0, mat_mul_integer_to_float },
  { "MatMulNBits", MS, 0, 0, mat_mul_bits },
  { "QGemm", MS, 0, 0, quantized_gemm },
  { "QLinearAdd", MS, 0, 0, qlinear_add },
  { "QLinearAveragePool", MS, 0, 0, qlinear_average_pool },
  { "QLinearConcat", MS, 0, 0, qlinear_concat },
  { "QLinearGlobalAveragePool", MS, 0, 0, qlinear_global_average_pool },
  { "QLinearLeakyRelu", MS, 0, 0, qlinear_leaky_relu },
  { "QLinearMul", MS, 0, 0, qlinear_mul },
  { "QLinearReduceMean", MS, 0, 0, qlinear_reduce_mean },
  { "QLinearSigmoid", MS, 0, 0, qlinear_sigmoid },
  { "QLinearSoftmax", MS, 0, 0, qlinear_softmax },
  { "QLinearWhere", MS, 0, 0, qlinear_where },
  { NULL },
};
