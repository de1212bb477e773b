#include "attr.h"
#include "node.h"
#include "quant.h"
#include "table.h"

/* Normalisations of the domain com.microsoft. */

#define MS "com.microsoft"

static WeirPort
with_bias (OnnxNode *n, WeirPort x, guint index)
{
  return onnx_has (n, index) ? WEIR_MAKE (&n->make, "Add", x, onnx_in (n, index)) : x;
}

/* Root mean square along the last dimension, or mean and variance. */
static WeirPort
normalized (OnnxNode *n, WeirPort x, gboolean simplified)
{
  double eps = onnx_attr_float (n, "epsilon", simplified ? 1e-5 : 1e-12);
  WeirPort mean;
  WeirNode *node;

  if (simplified) {
    mean =
        weir_make_reduce (&n->make, "ReduceMean", WEIR_MAKE (&n->make, "Multiply", x, x),
                          WEIR_MAKE_INTS (&n->make, -1), TRUE);
    mean = WEIR_MAKE (&n->make, "Add", mean, weir_make_scalar (&n->make, mean, eps));
    return WEIR_MAKE (&n->make, "Divide", x, WEIR_MAKE (&n->make, "Sqrt", mean));
  }
  node = WEIR_MAKE_BEGIN (&n->make, "MVN", x, WEIR_MAKE_INTS (&n->make, -1));
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", eps);
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  return weir_make_end (&n->make, node);
}

static WeirPort
simplified_layer_norm (OnnxNode *n)
{
  return WEIR_MAKE (&n->make, "Multiply", normalized (n, onnx_in (n, 0), TRUE),
                    onnx_in (n, 1));
}

static WeirPort
skip_norm (OnnxNode *n, gboolean simplified)
{
  guint beta = 3, bias = simplified ? 3 : 4;
  WeirPort sum = WEIR_MAKE (&n->make, "Add", onnx_in (n, 0), onnx_in (n, 1)), y;

  sum = with_bias (n, sum, bias);
  onnx_out (n, 3, sum);
  y = WEIR_MAKE (&n->make, "Multiply", normalized (n, sum, simplified), onnx_in (n, 2));
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

/* Rows @positions of a table of embeddings; a table of integers has a scale at input
 * @scale and a zero point at @zero. */
static WeirPort
embedded (OnnxNode *n, guint table, WeirPort positions, guint scale, guint zero)
{
  WeirPort rows = weir_make_gather (&n->make, onnx_in (n, table), positions, 0);

  return scale == 0 ? rows : onnx_dequantize (n, rows, scale, zero);
}

static WeirPort
vector_at (OnnxNode *n, guint index, guint scale, guint zero)
{
  return scale == 0 ? onnx_in (n, index)
                    : onnx_dequantize (n, onnx_in (n, index), scale, zero);
}

/* Sum of the embeddings of words, their positions and their segments, normalised.
 * @quantized: the scales of the five tables begin at input 8, their zero points at 13. */
static WeirPort
embedding_of (OnnxNode *n, gboolean quantized)
{
  WeirPort words = onnx_in (n, 0), at, sum, count;
  guint q = quantized ? 1 : 0;

  at = onnx_has (n, 8) && !quantized
           ? onnx_in (n, 8)
           : weir_make_counting (&n->make, weir_make_length_of (&n->make, words, 1));
  sum = WEIR_MAKE (&n->make, "Add", embedded (n, 2, words, 8 * q, 13 * q),
                   embedded (n, 3, at, 9 * q, 14 * q));
  if (onnx_has (n, 1) && onnx_has (n, 4))
    sum =
        WEIR_MAKE (&n->make, "Add", sum, embedded (n, 4, onnx_in (n, 1), 10 * q, 15 * q));
  if (onnx_has (n, 7))
    count =
        weir_make_reduce (&n->make, "ReduceSum",
                          weir_make_convert (&n->make, onnx_in (n, 7), WEIR_DTYPE_I32),
                          WEIR_MAKE_INTS (&n->make, 1), FALSE);
  else
    count = weir_make_broadcast (
        &n->make, weir_make_constant (&n->make, weir_tensor_new_i32_scalar (0)),
        weir_make_dim_of (&n->make, words, 0));
  onnx_out (n, 1, count);
  onnx_out (n, 2, sum);
  sum = WEIR_MAKE (&n->make, "Multiply", normalized (n, sum, FALSE),
                   vector_at (n, 5, 11 * q, 16 * q));
  return WEIR_MAKE (&n->make, "Add", sum, vector_at (n, 6, 12 * q, 17 * q));
}

static WeirPort
embed_layer_norm (OnnxNode *n)
{
  return embedding_of (n, FALSE);
}

static WeirPort
quantized_embed_layer_norm (OnnxNode *n)
{
  return embedding_of (n, TRUE);
}

/* Groups of channels, which come last unless said otherwise. */
static WeirPort
group_norm_of (OnnxNode *n, WeirPort x)
{
  gboolean last = onnx_attr_int (n, "channels_last", 1) != 0;
  gint64 groups = onnx_attr_int (n, "groups", 0);
  WeirPort shape, y;
  int rank = weir_make_rank (&n->make, x);
  WeirNode *node;

  if (groups < 1 || groups > G_MAXINT32)
    return weir_make_invalid (&n->make, "attribute 'groups': found %" G_GINT64_FORMAT,
                              groups);
  x = last ? weir_make_to_nchw (&n->make, x) : x;
  shape = weir_make_shape_of (&n->make, x);
  y = weir_make_reshape (&n->make, x, (const gint64[]){ 0, groups, -1 }, 3);
  node = WEIR_MAKE_BEGIN (&n->make, "MVN", y, WEIR_MAKE_INTS (&n->make, 2));
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", onnx_attr_float (n, "epsilon", 1e-5));
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  y = weir_make_reshape_to (&n->make, weir_make_end (&n->make, node), shape);
  y = WEIR_MAKE (&n->make, "Multiply", y,
                 weir_make_channels (&n->make, onnx_in (n, 1), rank));
  y = WEIR_MAKE (&n->make, "Add", y, weir_make_channels (&n->make, onnx_in (n, 2), rank));
  if (onnx_attr_int (n, "activation", 0) != 0)
    y = WEIR_MAKE (&n->make, "Swish", y);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

static WeirPort
group_norm (OnnxNode *n)
{
  return group_norm_of (n, onnx_in (n, 0));
}

/* What is skipped may have one value a channel alone. */
static WeirPort
skip_group_norm (OnnxNode *n)
{
  WeirPort skip = onnx_in (n, 3), sum;

  if (weir_make_rank (&n->make, skip) == 2)
    skip = weir_make_unsqueeze (&n->make, weir_make_unsqueeze (&n->make, skip, 1), 1);
  sum = with_bias (n, WEIR_MAKE (&n->make, "Add", onnx_in (n, 0), skip), 4);
  onnx_out (n, 1, sum);
  return group_norm_of (n, sum);
}

/* The last dimension in parts of @size, each of which has its own root mean square. */
static WeirPort
rms_of_parts (OnnxNode *n, WeirPort x, gint64 size)
{
  WeirPort shape = weir_make_shape_of (&n->make, x), y;
  int rank = weir_make_rank (&n->make, x);
  gint64 dims[WEIR_MAX_RANK + 1] = { 0 };

  if (rank < 1 || rank >= WEIR_MAX_RANK || size < 1)
    return weir_make_unsupported (&n->make, "parts of unknown size");
  dims[rank - 1] = -1;
  dims[rank] = size;
  y = weir_make_reshape (&n->make, x, dims, (gsize) rank + 1);
  return weir_make_reshape_to (&n->make, normalized (n, y, TRUE), shape);
}

/* One number for each element of a part, for as many parts as there are. */
static WeirPort
for_each_part (OnnxNode *n, WeirPort x, WeirPort scale)
{
  const WeirShape *all = weir_make_shape (&n->make, x),
                  *one = weir_make_shape (&n->make, scale);
  gint64 size = one->rank == 1 ? one->dims[0] : 0;
  gint64 length = all->rank > 0 ? all->dims[all->rank - 1] : 0;

  if (size < 1 || length < 1 || length % size != 0)
    return weir_make_unsupported (&n->make, "a scale of unknown shape");
  return size == length ? scale
                        : WEIR_MAKE (&n->make, "Tile", scale,
                                     WEIR_MAKE_INTS (&n->make, length / size));
}

static WeirPort
gated_rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), scale = onnx_in (n, 1), gate = onnx_in (n, 2), y;
  const WeirShape *shape = weir_make_shape (&n->make, scale);
  const char *op =
      onnx_attr_is (n, "activation", "silu", "sigmoid") ? "Sigmoid" : "Swish";

  y = rms_of_parts (n, x, shape->rank == 1 ? shape->dims[0] : 0);
  y = WEIR_MAKE (&n->make, "Multiply", y, for_each_part (n, x, scale));
  return WEIR_MAKE (&n->make, "Multiply", y, WEIR_MAKE (&n->make, op, gate));
}

static WeirPort
branchwise_rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y, scale;
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 parts = onnx_attr_int (n, "num_branches", 0);
  gint64 last = shape->rank > 0 ? shape->dims[shape->rank - 1] : 0;

  y = rms_of_parts (n, x, parts > 0 ? last / parts : last);
  if (!onnx_has (n, 1))
    return y;
  scale = onnx_in (n, 1);
  if (parts <= 0 && weir_make_rank (&n->make, scale) == 1 &&
      weir_make_shape (&n->make, scale)->dims[0] != last)
    scale = weir_make_reshape (&n->make, scale, (const gint64[]){ -1, last }, 2);
  else if (parts > 0)
    scale = for_each_part (
        n, x, weir_make_reshape (&n->make, scale, (const gint64[]){ -1 }, 1));
  return WEIR_MAKE (&n->make, "Multiply", y, scale);
}

const OnnxRow onnx_rows_microsoft_norm[] = {
  { "BranchwiseRMSNorm", MS, 0, 0, branchwise_rms_norm },
  { "EmbedLayerNormalization", MS, 0, 0, embed_layer_norm },
  { "GatedRMSNorm", MS, 0, 0, gated_rms_norm },
  { "GroupNorm", MS, 0, 0, group_norm },
  { "QEmbedLayerNormalization", MS, 0, 0, quantized_embed_layer_norm },
  { "SimplifiedLayerNormalization", MS, 0, 0, simplified_layer_norm },
  { "SimplifiedLayerNormalization", NULL, 0, 0, simplified_layer_norm },
  { "SkipGroupNorm", MS, 0, 0, skip_group_norm },
  { "SkipLayerNormalization", MS, 0, 0, skip_layer_norm },
  { "SkipSimplifiedLayerNormalization", MS, 0, 0, skip_simplified_layer_norm },
  { NULL },
};
