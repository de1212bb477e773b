#include "attr.h"
#include "heads.h"
#include "onnx-build.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Attention of the standard (version 23 on), written out: scaled products of queries and
 * keys, a bias that masks, softmax, products with the values. */

typedef struct {
  OnnxNode *n;
  WeirPort q, k, v; /* [batch, heads, length, size] */
  WeirDtype dtype;
  gboolean flat; /* inputs were [batch, length, heads * size] */
  gint64 q_heads, kv_heads;
  WeirPort q_length, kv_length; /* scalars */
  WeirPort offset; /* keys before the first query: a scalar or [batch,1,1,1] */
} Attention;

static WeirPort
minus_infinity (Attention *a)
{
  return onnx_constant (a->n, weir_tensor_new_scalar (a->dtype, -INFINITY));
}

static gint64
heads_of (OnnxNode *n, WeirPort x, const char *attr)
{
  const WeirShape *shape = onnx_shape (n, x);
  gint64 heads = onnx_attr_int (n, attr, 0);

  if (shape->rank == 4 && shape->dims[1] > 0)
    heads = shape->dims[1];
  if (heads < 1 || heads > G_MAXINT32)
    onnx_unsupported (n, "an unknown number of heads");
  return MAX (heads, 1);
}

static gboolean
attention_init (Attention *a, OnnxNode *n)
{
  *a = (Attention){
    .n = n, .q = onnx_in (n, 0), .k = onnx_in (n, 1), .v = onnx_in (n, 2)
  };
  a->dtype = onnx_dtype (n, a->q);
  a->flat = onnx_rank (n, a->q) == 3;
  a->q_heads = heads_of (n, a->q, "q_num_heads");
  a->kv_heads = heads_of (n, a->k, "kv_num_heads");
  if (a->q_heads % a->kv_heads != 0)
    onnx_invalid (n, "%" G_GINT64_FORMAT " heads of queries share %" G_GINT64_FORMAT,
                  a->q_heads, a->kv_heads);
  if (a->flat) {
    a->q = onnx_split_heads (n, a->q, a->q_heads);
    a->k = onnx_split_heads (n, a->k, a->kv_heads);
    a->v = onnx_split_heads (n, a->v, a->kv_heads);
  }
  a->q_length = onnx_length_of (n, a->q, 2);
  a->offset = onnx_has (n, 4) ? onnx_length_of (n, onnx_in (n, 4), 2) : onnx_int (n, 0);
  a->k = onnx_with_past (n, 4, a->k);
  a->v = onnx_with_past (n, 5, a->v);
  onnx_out (n, 1, a->k);
  onnx_out (n, 2, a->v);
  a->kv_length = onnx_length_of (n, a->k, 2);
  if (onnx_has (n, 6) && !onnx_has (n, 4)) {
    a->offset = onnx_convert (n, onnx_in (n, 6), WEIR_DTYPE_I64);
    a->offset = ONNX_OP (n, "Subtract", a->offset, a->q_length);
    a->offset = onnx_reshape (n, a->offset, (const gint64[]){ -1, 1, 1, 1 }, 4);
  }
  return !weir_build_failed (n->b);
}

/* 0 where @allowed, else minus infinity, added to @bias. */
static WeirPort
restricted (Attention *a, WeirPort bias, WeirPort allowed)
{
  OnnxNode *n = a->n;
  WeirPort mask = ONNX_OP (n, "Select", allowed,
                           onnx_constant (n, weir_tensor_new_scalar (a->dtype, 0)),
                           minus_infinity (a));

  return weir_port_is_none (bias) ? mask : ONNX_OP (n, "Add", bias, mask);
}

/* A mask that is shorter than the keys forbids the rest of them. */
static WeirPort
given_mask (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort mask = onnx_in (n, 3), zeros, missing, last[2];
  gboolean boolean = onnx_dtype (n, mask) == WEIR_DTYPE_BOOL;
  int rank = onnx_rank (n, mask);
  WeirNode *node;

  if (boolean)
    mask = restricted (a, WEIR_PORT_NONE, mask);
  if (rank < 1)
    return mask;
  missing = ONNX_OP (n, "Subtract", onnx_unsqueeze (n, a->kv_length, 0),
                     onnx_dim_of (n, mask, rank - 1));
  missing = ONNX_OP (n, "Maximum", missing, ONNX_INTS (n, 0));
  zeros = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, rank));
  last[0] = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, rank - 1));
  last[1] = missing;
  node =
      ONNX_BEGIN (n, "Pad", mask, zeros, rank > 1 ? onnx_concat (n, last, 2, 0) : missing,
                  minus_infinity (a));
  weir_node_set_string (node, "pad_mode", "constant");
  return onnx_end (n, node);
}

/* Distance of each key behind each query. */
static WeirPort
distances (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort rows = onnx_unsqueeze (n, onnx_counting (n, a->q_length), 1);

  return ONNX_OP (n, "Subtract", ONNX_OP (n, "Add", rows, a->offset),
                  onnx_counting (n, a->kv_length));
}

static WeirPort
bias_of (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort bias = onnx_has (n, 3) ? given_mask (a) : WEIR_PORT_NONE, valid;
  gint64 left = onnx_attr_int (n, "left_window_size", -1);
  gint64 right = onnx_attr_int (n, "right_window_size", -1);

  if (onnx_attr_int (n, "is_causal", 0) != 0)
    bias =
        restricted (a, bias, ONNX_OP (n, "GreaterEqual", distances (a), onnx_int (n, 0)));
  if (left >= 0)
    bias =
        restricted (a, bias, ONNX_OP (n, "LessEqual", distances (a), onnx_int (n, left)));
  if (right >= 0)
    bias = restricted (a, bias,
                       ONNX_OP (n, "GreaterEqual", distances (a), onnx_int (n, -right)));
  if (onnx_has (n, 6)) {
    valid = onnx_convert (n, onnx_in (n, 6), WEIR_DTYPE_I64);
    valid = onnx_reshape (n, valid, (const gint64[]){ -1, 1, 1, 1 }, 4);
    bias =
        restricted (a, bias, ONNX_OP (n, "Less", onnx_counting (n, a->kv_length), valid));
  }
  return bias;
}

/* Both factors get the root of the scale, as half floats would overflow. */
static WeirPort
products (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort root, size, k;
  WeirNode *node;
  double cap = onnx_attr_float (n, "softcap", 0);

  if (onnx_attr (n, "scale") != NULL) {
    root = onnx_scalar (n, a->q, sqrt (onnx_attr_float (n, "scale", 1)));
  } else {
    size = onnx_convert (n, onnx_length_of (n, a->q, 3), WEIR_DTYPE_F32);
    root = ONNX_OP (n, "Power", size, onnx_scalar (n, size, -0.25));
    root = onnx_convert (n, root, a->dtype);
  }
  k = ONNX_OP (n, "Multiply", onnx_repeat_heads (n, a->k, a->kv_heads, a->q_heads), root);
  node = ONNX_BEGIN (n, "MatMul", ONNX_OP (n, "Multiply", a->q, root), k);
  weir_node_set_bool (node, "transpose_b", TRUE);
  k = onnx_end (n, node);
  if (cap <= 0)
    return k;
  k = ONNX_OP (n, "Tanh", ONNX_OP (n, "Divide", k, onnx_scalar (n, k, cap)));
  return ONNX_OP (n, "Multiply", k, onnx_scalar (n, k, cap));
}

/* A row of which every key is forbidden gives zeros, not NaN. */
static WeirPort
probabilities (Attention *a, WeirPort scores, WeirPort bias)
{
  OnnxNode *n = a->n;
  WeirPort best, empty, y, zero;
  WeirNode *node;

  scores = onnx_convert (n, scores, onnx_attr_dtype (n, "softmax_precision", a->dtype));
  node = ONNX_BEGIN (n, "Softmax", scores);
  weir_node_set_int (node, "axis", 3);
  y = onnx_convert (n, onnx_end (n, node), a->dtype);
  if (weir_port_is_none (bias))
    return y;
  best = onnx_reduce (n, "ReduceMax", bias, ONNX_INTS (n, -1), TRUE);
  empty = ONNX_OP (n, "Equal", best, minus_infinity (a));
  zero = onnx_constant (n, weir_tensor_new_scalar (a->dtype, 0));
  return ONNX_OP (n, "Select", empty, zero, y);
}

static WeirPort
attention (OnnxNode *n)
{
  gint64 shown = onnx_attr_int (n, "qk_matmul_output_mode", 0);
  WeirPort scores, bias, y;
  Attention a;

  if (!attention_init (&a, n))
    return WEIR_PORT_NONE;
  scores = products (&a);
  bias = bias_of (&a);
  onnx_out (n, 3, scores);
  if (!weir_port_is_none (bias))
    scores = ONNX_OP (n, "Add", scores, bias);
  if (shown == 2)
    onnx_out (n, 3, scores);
  y = probabilities (&a, scores, bias);
  if (shown == 3)
    onnx_out (n, 3, y);
  y = ONNX_OP (n, "MatMul", y, onnx_repeat_heads (n, a.v, a.kv_heads, a.q_heads));
  return a.flat ? onnx_join_heads (n, y) : y;
}

/* Caches as [batch, length, 1, size / 2]. */
static WeirPort
angles (OnnxNode *n, guint index)
{
  WeirPort cache = onnx_in (n, index);

  if (onnx_has (n, 3))
    cache = onnx_gather (n, cache, onnx_in (n, 3), 0);
  return onnx_unsqueeze (n, cache, 2);
}

static WeirPort
rotary_embedding (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = onnx_shape_of (n, x);
  const WeirShape *cache = onnx_shape (n, onnx_in (n, 1));
  gint64 size = onnx_attr_int (n, "rotary_embedding_dim", 0);
  int rank = onnx_rank (n, x);

  if (size == 0 && cache->rank > 0)
    size = 2 * cache->dims[cache->rank - 1];
  x = rank == 4
          ? onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
          : onnx_reshape (
                n, x, (const gint64[]){ 0, 0, onnx_attr_int (n, "num_heads", 1), -1 }, 4);
  x = onnx_turn (n, x, angles (n, 1), angles (n, 2), size,
                 onnx_attr_int (n, "interleaved", 0) != 0);
  return rank == 4 ? onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
                   : onnx_reshape_to (n, x, shape);
}

const OnnxRow onnx_rows_attention[] = {
  { "Attention", NULL, 0, 0, attention },
  { "RotaryEmbedding", NULL, 0, 0, rotary_embedding },
  { NULL },
};
