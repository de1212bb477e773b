#include "attr.h"
#include "onnx-build.h"
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
  float own[] = { (float) onnx_attr_float (n, "activation_alpha", 0.01),
                  (float) onnx_attr_float (n, "activation_beta", 0) };
  WeirNode *node;

  if (*name == '\0')
    return x;
  if (count == 0 && onnx_attr (n, "activation_alpha") != NULL) {
    params = own;
    count = 2;
  }
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

/* FusedConv whose input, output and addend have the channels last. */
static WeirPort
nhwc_conv (OnnxNode *n)
{
  OnnxValue inputs[3] = { { .port = onnx_channels_first (n, onnx_in (n, 0)) },
                          { .port = onnx_in (n, 1) },
                          { .port = onnx_has (n, 2) ? onnx_in (n, 2) : WEIR_PORT_NONE } };
  OnnxNode inner = *n;
  WeirPort y;

  inner.inputs = inputs;
  inner.n_inputs = 3;
  y = onnx_channels_last (n, onnx_conv (&inner));
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

/* The first dimension goes behind those of the batches where @attr says so. */
static WeirPort
batches_first (OnnxNode *n, WeirPort x, const char *attr)
{
  int rank = onnx_rank (n, x);
  gint64 order[WEIR_MAX_RANK];

  if (onnx_attr_int (n, attr, 0) == 0 || rank < 3)
    return x;
  for (int i = 0; i < rank - 2; i++)
    order[i] = i + 1;
  order[rank - 2] = 0;
  order[rank - 1] = rank - 1;
  return onnx_transpose (n, x, order, (gsize) rank);
}

static WeirPort
fused_mat_mul (OnnxNode *n)
{
  return product (n, batches_first (n, onnx_in (n, 0), "transBatchA"),
                  batches_first (n, onnx_in (n, 1), "transBatchB"));
}

/* Like FastGelu of a product. */
static WeirPort
gemm_fast_gelu (OnnxNode *n)
{
  WeirPort y = ONNX_OP (n, "MatMul", onnx_in (n, 0), onnx_in (n, 1));

  return gelu_of (n, with_bias (n, y, 2), "TANH");
}

/* The first half of the last dimension times GELU of the second. */
static WeirPort
bias_split_gelu (OnnxNode *n)
{
  WeirPort x = ONNX_OP (n, "Add", onnx_in (n, 0), onnx_in (n, 1));
  WeirPort inputs[2] = { x, onnx_int (n, -1) };
  WeirNode *node = weir_build_begin_outputs (n->b, "Split", n->name, inputs, 2, 2);

  weir_node_set_int (node, "num_splits", 2);
  onnx_end (n, node);
  return ONNX_OP (n, "Multiply", onnx_port (n, node, 0),
                  gelu_of (n, onnx_port (n, node, 1), "ERF"));
}

/* The bias lacks dimensions that lie in front, or some before the axis, where it has 1.
 */
static WeirPort
bias_softmax (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = onnx_shape_of (n, x), y;
  int rank = onnx_rank (n, x), axis = onnx_axis (n, onnx_attr_int (n, "axis", 1), rank);
  WeirNode *node;

  y = onnx_flatten (n, ONNX_OP (n, "Add", x, onnx_in (n, 1)), axis);
  node = ONNX_BEGIN (n, "Softmax", y);
  weir_node_set_int (node, "axis", 1);
  return onnx_reshape_to (n, onnx_end (n, node), shape);
}

/* In inference: nothing is dropped. */
static WeirPort
bias_dropout (OnnxNode *n)
{
  WeirPort y = with_bias (n, ONNX_OP (n, "Add", onnx_in (n, 0), onnx_in (n, 1)), 2), one;

  if (onnx_wants (n, 1)) {
    one = onnx_constant (n, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
    onnx_out (n, 1, onnx_broadcast (n, one, onnx_shape_of (n, y)));
  }
  return y;
}

static WeirPort
scaled_silu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), factor;

  factor = onnx_has (n, 1) ? onnx_in (n, 1)
                           : onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1));
  return ONNX_OP (n, "Swish", ONNX_OP (n, "Multiply", x, factor));
}

static WeirPort
gated_add (OnnxNode *n)
{
  if (onnx_has (n, 3))
    return onnx_unsupported (n, "a gate that is projected");
  return ONNX_OP (n, "Add", onnx_in (n, 0),
                  ONNX_OP (n, "Multiply", onnx_in (n, 1), onnx_in (n, 2)));
}

/* How much of its state linear attention keeps and takes on at each step. */
static WeirPort
linear_attention_gate (OnnxNode *n)
{
  WeirPort x = onnx_convert (n, onnx_in (n, 0), WEIR_DTYPE_F32);

  if (onnx_has (n, 3))
    onnx_out (n, 1, ONNX_OP (n, "Sigmoid", onnx_in (n, 3)));
  x = ONNX_OP (n, "SoftPlus", ONNX_OP (n, "Add", x, onnx_in (n, 1)));
  x = ONNX_OP (n, "Multiply", x, onnx_in (n, 2));
  return onnx_convert (n, x, onnx_dtype (n, onnx_in (n, 0)));
}

static WeirPort
is_all_finite (OnnxNode *n)
{
  const char *op = onnx_attr_int (n, "isnan_only", 0) != 0   ? "IsNaN"
                   : onnx_attr_int (n, "isinf_only", 0) != 0 ? "IsInf"
                                                             : "IsFinite";
  gboolean finite = *op == 'I' && op[2] == 'F';
  WeirPort all = WEIR_PORT_NONE;

  for (guint i = 0; i < n->n_inputs; i++) {
    WeirPort x = ONNX_OP (n, op, onnx_in (n, i));

    if (!finite)
      x = ONNX_OP (n, "LogicalNot", x);
    x = onnx_reduce (n, "ReduceLogicalAnd", x,
                     onnx_range (n, 0, onnx_rank (n, onnx_in (n, i))), FALSE);
    all = i == 0 ? x : ONNX_OP (n, "LogicalAnd", all, x);
  }
  return all;
}

const OnnxRow onnx_rows_microsoft[] = {
  { "BiasAdd", MS, 0, 0, bias_add },
  { "BiasDropout", MS, 0, 0, bias_dropout },
  { "BiasGelu", MS, 0, 0, bias_gelu },
  { "BiasSoftmax", MS, 0, 0, bias_softmax },
  { "BiasSplitGelu", MS, 0, 0, bias_split_gelu },
  { "FastGelu", MS, 0, 0, fast_gelu },
  { "FusedConv", MS, 0, 0, fused_conv },
  { "FusedGemm", MS, 0, 0, fused_gemm },
  { "FusedMatMul", MS, 0, 0, fused_mat_mul },
  { "GatedAdd", MS, 0, 0, gated_add },
  { "Gelu", MS, 0, 0, gelu },
  { "GemmFastGelu", MS, 0, 0, gemm_fast_gelu },
  { "IsAllFinite", MS, 0, 0, is_all_finite },
  { "LinearAttentionGate", MS, 0, 0, linear_attention_gate },
  { "NhwcConv", MS, 0, 0, nhwc_conv },
  { "NhwcFusedConv", MS, 0, 0, nhwc_conv },
  { "QuickGelu", MS, 0, 0, quick_gelu },
  { "ScaledSiLU", MS, 0, 0, scaled_silu },
  { "TransposeMatMul", MS, 0, 0, fused_mat_mul },
  { NULL },
};
