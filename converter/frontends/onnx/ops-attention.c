#include "attr.h"
#include "heads.h"
#include "node.h"
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
  return weir_make_constant (&a->n->make, weir_tensor_new_scalar (a->dtype, -INFINITY));
}

static gint64
heads_of (OnnxNode *n, WeirPort x, const char *attr)
{
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 heads = onnx_attr_int (n, attr, 0);

  if (shape->rank == 4 && shape->dims[1] > 0)
    heads = shape->dims[1];
  if (heads < 1 || heads > G_MAXINT32)
    weir_make_unsupported (&n->make, "an unknown number of heads");
  return MAX (heads, 1);
}

static gboolean
attention_init (Attention *a, OnnxNode *n)
{
  *a = (Attention){
    .n = n, .q = onnx_in (n, 0), .k = onnx_in (n, 1), .v = onnx_in (n, 2)
  };
  a->dtype = weir_make_dtype (&n->make, a->q);
  a->flat = weir_make_rank (&n->make, a->q) == 3;
  a->q_heads = heads_of (n, a->q, "q_num_heads");
  a->kv_heads = heads_of (n, a->k, "kv_num_heads");
  if (a->q_heads % a->kv_heads != 0)
    weir_make_invalid (&n->make,
                       "%" G_GINT64_FORMAT " heads of queries share %" G_GINT64_FORMAT,
                       a->q_heads, a->kv_heads);
  if (a->flat) {
    a->q = onnx_split_heads (n, a->q, a->q_heads);
    a->k = onnx_split_heads (n, a->k, a->kv_heads);
    a->v = onnx_split_heads (n, a->v, a->kv_heads);
  }
  a->q_length = weir_make_length_of (&n->make, a->q, 2);
  a->offset = onnx_has (n, 4) ? weir_make_length_of (&n->make, onnx_in (n, 4), 2)
                              : weir_make_int (&n->make, 0);
  a->k = onnx_with_past (n, 4, a->k);
  a->v = onnx_with_past (n, 5, a->v);
  onnx_out (n, 1, a->k);
  onnx_out (n, 2, a->v);
  a->kv_length = weir_make_length_of (&n->make, a->k, 2);
  if (onnx_has (n, 6) && !onnx_has (n, 4)) {
    a->offset = weir_make_convert (&n->make, onnx_in (n, 6), WEIR_DTYPE_I64);
    a->offset = WEIR_MAKE (&n->make, "Subtract", a->offset, a->q_length);
    a->offset =
        weir_make_reshape (&n->make, a->offset, (const gint64[]){ -1, 1, 1, 1 }, 4);
  }
  return !weir_build_failed (n->make.b);
}

/* 0 where @allowed, else minus infinity, added to @bias. */
static WeirPort
restricted (Attention *a, WeirPort bias, WeirPort allowed)
{
  OnnxNode *n = a->n;
  WeirPort mask =
      WEIR_MAKE (&n->make, "Select", allowed,
                 weir_make_constant (&n->make, weir_tensor_new_scalar (a->dtype, 0)),
                 minus_infinity (a));

  return weir_port_is_none (bias) ? mask : WEIR_MAKE (&n->make, "Add", bias, mask);
}

/* A mask that is shorter than the keys forbids the rest of them. */
static WeirPort
given_mask (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort mask = onnx_in (n, 3), zeros, missing, last[2];
  gboolean boolean = weir_make_dtype (&n->make, mask) == WEIR_DTYPE_BOOL;
  int rank = weir_make_rank (&n->make, mask);
  WeirNode *node;

  if (boolean)
    mask = restricted (a, WEIR_PORT_NONE, mask);
  if (rank < 1)
    return mask;
  missing =
      WEIR_MAKE (&n->make, "Subtract", weir_make_unsqueeze (&n->make, a->kv_length, 0),
                 weir_make_dim_of (&n->make, mask, rank - 1));
  missing = WEIR_MAKE (&n->make, "Maximum", missing, WEIR_MAKE_INTS (&n->make, 0));
  zeros = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                               WEIR_MAKE_INTS (&n->make, rank));
  last[0] = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                                 WEIR_MAKE_INTS (&n->make, rank - 1));
  last[1] = missing;
  node = WEIR_MAKE_BEGIN (&n->make, "Pad", mask, zeros,
                          rank > 1 ? weir_make_concat (&n->make, last, 2, 0) : missing,
                          minus_infinity (a));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (&n->make, node);
}

/* Distance of each key behind each query. */
static WeirPort
distances (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort rows =
      weir_make_unsqueeze (&n->make, weir_make_counting (&n->make, a->q_length), 1);

  return WEIR_MAKE (&n->make, "Subtract", WEIR_MAKE (&n->make, "Add", rows, a->offset),
                    weir_make_counting (&n->make, a->kv_length));
}

static WeirPort
bias_of (Attention *a)
{
  OnnxNode *n = a->n;
  WeirPort bias = onnx_has (n, 3) ? given_mask (a) : WEIR_PORT_NONE, valid;
  gint64 left = onnx_attr_int (n, "left_window_size", -1);
  gint64 right = onnx_attr_int (n, "right_window_size", -1);

  if (onnx_attr_int (n, "is_causal", 0) != 0)
    bias = restricted (
        a, bias,
        WEIR_MAKE (&n->make, "GreaterEqual", distances (a), weir_make_int (&n->make, 0)));
  if (left >= 0)
    bias = restricted (
        a, bias,
        WEIR_MAKE (&n->make, "LessEqual", distances (a), weir_make_int (&n->make, left)));
  if (right >= 0)
    bias = restricted (a, bias,
                       WEIR_MAKE (&n->make, "GreaterEqual", distances (a),
                                  weir_make_int (&n->make, -right)));
  if (onnx_has (n, 6)) {
    valid = weir_make_convert (&n->make, onnx_in (n, 6), WEIR_DTYPE_I64);
    valid = weir_make_reshape (&n->make, valid, (const gint64[]){ -1, 1, 1, 1 }, 4);
    bias = restricted (
        a, bias,
        WEIR_MAKE (&n->make, "Less", weir_make_counting (&n->make, a->kv_length), valid));
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
    root = weir_make_scalar (&n->make, a->q, sqrt (onnx_attr_float (n, "scale", 1)));
  } else {
    size = weir_make_convert (&n->make, weir_make_length_of (&n->make, a->q, 3),
                              WEIR_DTYPE_F32);
    root = WEIR_MAKE (&n->make, "Power", size, weir_make_scalar (&n->make, size, -0.25));
    root = weir_make_convert (&n->make, root, a->dtype);
  }
  k = WEIR_MAKE (&n->make, "Multiply",
                 onnx_repeat_heads (n, a->k, a->kv_heads, a->q_heads), root);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul",
                          WEIR_MAKE (&n->make, "Multiply", a->q, root), k);
  weir_node_set_bool (node, "transpose_b", TRUE);
  k = weir_make_end (&n->make, node);
  if (cap <= 0)
    return k;
  k = WEIR_MAKE (&n->make, "Tanh",
                 WEIR_MAKE (&n->make, "Divide", k, weir_make_scalar (&n->make, k, cap)));
  return WEIR_MAKE (&n->make, "Multiply", k, weir_make_scalar (&n->make, k, cap));
}

/* A row of which every key is forbidden gives zeros, not NaN. */
static WeirPort
probabilities (Attention *a, WeirPort scores, WeirPort bias)
{
  OnnxNode *n = a->n;
  WeirPort best, empty, y, zero;
  WeirNode *node;

  scores = weir_make_convert (&n->make, scores,
                              onnx_attr_dtype (n, "softmax_precision", a->dtype));
  node = WEIR_MAKE_BEGIN (&n->make, "Softmax", scores);
  weir_node_set_int (node, "axis", 3);
  y = weir_make_convert (&n->make, weir_make_end (&n->make, node), a->dtype);
  if (weir_port_is_none (bias))
    return y;
  best =
      weir_make_reduce (&n->make, "ReduceMax", bias, WEIR_MAKE_INTS (&n->make, -1), TRUE);
  empty = WEIR_MAKE (&n->make, "Equal", best, minus_infinity (a));
  zero = weir_make_constant (&n->make, weir_tensor_new_scalar (a->dtype, 0));
  return WEIR_MAKE (&n->make, "Select", empty, zero, y);
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
    scores = WEIR_MAKE (&n->make, "Add", scores, bias);
  if (shown == 2)
    onnx_out (n, 3, scores);
  y = probabilities (&a, scores, bias);
  if (shown == 3)
    onnx_out (n, 3, y);
  y = WEIR_MAKE (&n->make, "MatMul", y,
                 onnx_repeat_heads (n, a.v, a.kv_heads, a.q_heads));
  return a.flat ? onnx_join_heads (n, y) : y;
}

/* Caches as [batch, length, 1, size / 2]. */
static WeirPort
angles (OnnxNode *n, guint index)
{
  WeirPort cache = onnx_in (n, index);

  if (onnx_has (n, 3))
    cache = weir_make_gather (&n->make, cache, onnx_in (n, 3), 0);
  return weir_make_unsqueeze (&n->make, cache, 2);
}

static WeirPort
rotary_embedding (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = weir_make_shape_of (&n->make, x);
  const WeirShape *cache = weir_make_shape (&n->make, onnx_in (n, 1));
  gint64 size = onnx_attr_int (n, "rotary_embedding_dim", 0);
  int rank = weir_make_rank (&n->make, x);

  if (size == 0 && cache->rank > 0)
    size = 2 * cache->dims[cache->rank - 1];
  x = rank == 4 ? weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
                : weir_make_reshape (
                      &n->make, x,
                      (const gint64[]){ 0, 0, onnx_attr_int (n, "num_heads", 1), -1 }, 4);
  x = onnx_turn (n, x, angles (n, 1), angles (n, 2), size,
                 onnx_attr_int (n, "interleaved", 0) != 0);
  return rank == 4 ? weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
                   : weir_make_reshape_to (&n->make, x, shape);
}

const OnnxRow onnx_rows_attention[] = {
  { "Attention", NULL, 0, 0, attention },
  { "RotaryEmbedding", NULL, 0, 0, rotary_embedding },
  { NULL },
};
