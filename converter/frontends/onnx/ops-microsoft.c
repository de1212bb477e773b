#include "attr.h"
#include "node.h"
#include "table.h"
#include "window.h"

#include <string.h>

/* Operations that ONNX Runtime's optimiser and quantiser leave in saved models
 * (https://onnxruntime.ai/docs/reference/operators/ContribOperators.html). */

#define MS "com.microsoft"

static WeirPort
gelu_of (OnnxNode *n, WeirPort x, const char *mode)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Gelu", x);

  weir_node_set_string (node, "approximation_mode", mode);
  return weir_make_end (&n->make, node);
}

static WeirPort
with_bias (OnnxNode *n, WeirPort x, guint index)
{
  return onnx_has (n, index) ? WEIR_MAKE (&n->make, "Add", x, onnx_in (n, index)) : x;
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

  return WEIR_MAKE (&n->make, "Swish", x,
                    weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1.702f)));
}

static WeirPort
bias_add (OnnxNode *n)
{
  WeirPort x = WEIR_MAKE (&n->make, "Add", onnx_in (n, 0), onnx_in (n, 1));

  return WEIR_MAKE (&n->make, "Add", x, onnx_in (n, 2));
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
    return WEIR_MAKE (&n->make, name, x);
  if (strcmp (name, "LeakyRelu") == 0)
    return WEIR_MAKE (
        &n->make, "PRelu", x,
        weir_make_vector_of (
            &n->make, weir_make_scalar (&n->make, x, count > 0 ? params[0] : 0.01)));
  if (strcmp (name, "HardSigmoid") == 0 && count >= 2)
    return WEIR_MAKE (&n->make, "HardSigmoid", x,
                      weir_make_scalar (&n->make, x, params[0]),
                      weir_make_scalar (&n->make, x, params[1]));
  if (strcmp (name, "Clip") != 0 || count < 2)
    return weir_make_unsupported (&n->make, "activation %s", name);
  node = WEIR_MAKE_BEGIN (&n->make, "Clamp", x);
  weir_node_set_float (node, "min", params[0]);
  weir_node_set_float (node, "max", params[1]);
  return weir_make_end (&n->make, node);
}

static WeirPort
fused_conv (OnnxNode *n)
{
  WeirPort y = onnx_conv (n);

  return activated (n,
                    onnx_has (n, 3) ? WEIR_MAKE (&n->make, "Add", y, onnx_in (n, 3)) : y);
}

/* FusedConv whose input, output and addend have the channels last. */
static WeirPort
nhwc_conv (OnnxNode *n)
{
  OnnxValue inputs[3] = { { .port = weir_make_to_nchw (&n->make, onnx_in (n, 0)) },
                          { .port = onnx_in (n, 1) },
                          { .port = onnx_has (n, 2) ? onnx_in (n, 2) : WEIR_PORT_NONE } };
  OnnxNode inner = *n;
  WeirPort y;

  inner.inputs = inputs;
  inner.n_inputs = 3;
  y = weir_make_to_nhwc (&n->make, onnx_conv (&inner));
  return activated (n,
                    onnx_has (n, 3) ? WEIR_MAKE (&n->make, "Add", y, onnx_in (n, 3)) : y);
}

static WeirPort
scaled (OnnxNode *n, WeirPort x, double factor)
{
  return factor == 1 ? x
                     : WEIR_MAKE (&n->make, "Multiply", x,
                                  weir_make_scalar (&n->make, x, factor));
}

static WeirPort
product (OnnxNode *n, WeirPort a, WeirPort b)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", a, b);

  weir_node_set_bool (node, "transpose_a", onnx_attr_int (n, "transA", 0) != 0);
  weir_node_set_bool (node, "transpose_b", onnx_attr_int (n, "transB", 0) != 0);
  return scaled (n, weir_make_end (&n->make, node), onnx_attr_float (n, "alpha", 1));
}

static WeirPort
fused_gemm (OnnxNode *n)
{
  WeirPort y = product (n, onnx_in (n, 0), onnx_in (n, 1));

  if (onnx_has (n, 2))
    y = WEIR_MAKE (&n->make, "Add", y,
                   scaled (n, onnx_in (n, 2), onnx_attr_float (n, "beta", 1)));
  return activated (n, y);
}

/* The first dimension goes behind those of the batches where @attr says so. */
static WeirPort
batches_first (OnnxNode *n, WeirPort x, const char *attr)
{
  int rank = weir_make_rank (&n->make, x);
  gint64 order[WEIR_MAX_RANK];

  if (onnx_attr_int (n, attr, 0) == 0 || rank < 3)
    return x;
  for (int i = 0; i < rank - 2; i++)
    order[i] = i + 1;
  order[rank - 2] = 0;
  order[rank - 1] = rank - 1;
  return weir_make_transpose (&n->make, x, order, (gsize) rank);
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
  WeirPort y = WEIR_MAKE (&n->make, "MatMul", onnx_in (n, 0), onnx_in (n, 1));

  return gelu_of (n, with_bias (n, y, 2), "TANH");
}

/* The first half of the last dimension times GELU of the second. */
static WeirPort
bias_split_gelu (OnnxNode *n)
{
  WeirPort x = WEIR_MAKE (&n->make, "Add", onnx_in (n, 0), onnx_in (n, 1));
  WeirPort inputs[2] = { x, weir_make_int (&n->make, -1) };
  WeirNode *node =
      weir_build_begin_outputs (n->make.b, "Split", n->make.name, inputs, 2, 2);

  weir_node_set_int (node, "num_splits", 2);
  weir_make_end (&n->make, node);
  return WEIR_MAKE (&n->make, "Multiply", weir_make_port (&n->make, node, 0),
                    gelu_of (n, weir_make_port (&n->make, node, 1), "ERF"));
}

/* The bias lacks dimensions that lie in front, or some before the axis, where it has 1.
 */
static WeirPort
bias_softmax (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = weir_make_shape_of (&n->make, x), y;
  int rank = weir_make_rank (&n->make, x),
      axis = onnx_axis (n, onnx_attr_int (n, "axis", 1), rank);
  WeirNode *node;

  y = weir_make_flatten (&n->make, WEIR_MAKE (&n->make, "Add", x, onnx_in (n, 1)), axis);
  node = WEIR_MAKE_BEGIN (&n->make, "Softmax", y);
  weir_node_set_int (node, "axis", 1);
  return weir_make_reshape_to (&n->make, weir_make_end (&n->make, node), shape);
}

/* In inference: nothing is dropped. */
static WeirPort
bias_dropout (OnnxNode *n)
{
  WeirPort y = with_bias (n, WEIR_MAKE (&n->make, "Add", onnx_in (n, 0), onnx_in (n, 1)),
                          2),
           one;

  if (onnx_wants (n, 1)) {
    one = weir_make_constant (&n->make, weir_tensor_new_scalar (WEIR_DTYPE_BOOL, 1));
    onnx_out (n, 1,
              weir_make_broadcast (&n->make, one, weir_make_shape_of (&n->make, y)));
  }
  return y;
}

static WeirPort
scaled_silu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), factor;

  factor = onnx_has (n, 1)
               ? onnx_in (n, 1)
               : weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1));
  return WEIR_MAKE (&n->make, "Swish", WEIR_MAKE (&n->make, "Multiply", x, factor));
}

static WeirPort
gated_add (OnnxNode *n)
{
  if (onnx_has (n, 3))
    return weir_make_unsupported (&n->make, "a gate that is projected");
  return WEIR_MAKE (&n->make, "Add", onnx_in (n, 0),
                    WEIR_MAKE (&n->make, "Multiply", onnx_in (n, 1), onnx_in (n, 2)));
}

/* How much of its state linear attention keeps and takes on at each step. */
static WeirPort
linear_attention_gate (OnnxNode *n)
{
  WeirPort x = weir_make_convert (&n->make, onnx_in (n, 0), WEIR_DTYPE_F32);

  if (onnx_has (n, 3))
    onnx_out (n, 1, WEIR_MAKE (&n->make, "Sigmoid", onnx_in (n, 3)));
  x = WEIR_MAKE (&n->make, "SoftPlus", WEIR_MAKE (&n->make, "Add", x, onnx_in (n, 1)));
  x = WEIR_MAKE (&n->make, "Multiply", x, onnx_in (n, 2));
  return weir_make_convert (&n->make, x, weir_make_dtype (&n->make, onnx_in (n, 0)));
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
    WeirPort x = WEIR_MAKE (&n->make, op, onnx_in (n, i));

    if (!finite)
      x = WEIR_MAKE (&n->make, "LogicalNot", x);
    x = weir_make_reduce (
        &n->make, "ReduceLogicalAnd", x,
        weir_make_range (&n->make, 0, weir_make_rank (&n->make, onnx_in (n, i))), FALSE);
    all = i == 0 ? x : WEIR_MAKE (&n->make, "LogicalAnd", all, x);
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
