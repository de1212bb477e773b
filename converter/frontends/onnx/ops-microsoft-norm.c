#include "attr.h"
#include "onnx-build.h"
#include "quant.h"
#include "table.h"

/* Normalisations of the domain com.microsoft. */

#define MS "com.microsoft"

static WeirPort
with_bias (OnnxNode *n, WeirPort x, guint index)
{
  return onnx_has (n, index) ? ONNX_OP (n, "Add", x, onnx_in (n, index)) : x;
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

/* Rows @positions of a table of embeddings; a table of integers has a scale at input
 * @scale and a zero point at @zero. */
static WeirPort
embedded (OnnxNode *n, guint table, WeirPort positions, guint scale, guint zero)
{
  WeirPort rows = onnx_gather (n, onnx_in (n, table), positions, 0);

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

  at = onnx_has (n, 8) && !quantized ? onnx_in (n, 8)
                                     : onnx_counting (n, onnx_length_of (n, words, 1));
  sum = ONNX_OP (n, "Add", embedded (n, 2, words, 8 * q, 13 * q),
                 embedded (n, 3, at, 9 * q, 14 * q));
  if (onnx_has (n, 1) && onnx_has (n, 4))
    sum = ONNX_OP (n, "Add", sum, embedded (n, 4, onnx_in (n, 1), 10 * q, 15 * q));
  if (onnx_has (n, 7))
    count = onnx_reduce (n, "ReduceSum", onnx_convert (n, onnx_in (n, 7), WEIR_DTYPE_I32),
                         ONNX_INTS (n, 1), FALSE);
  else
    count = onnx_broadcast (n, onnx_constant (n, weir_tensor_new_i32_scalar (0)),
                            onnx_dim_of (n, words, 0));
  onnx_out (n, 1, count);
  onnx_out (n, 2, sum);
  sum = ONNX_OP (n, "Multiply", normalized (n, sum, FALSE),
                 vector_at (n, 5, 11 * q, 16 * q));
  return ONNX_OP (n, "Add", sum, vector_at (n, 6, 12 * q, 17 * q));
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
  int rank = onnx_rank (n, x);
  WeirNode *node;

  if (groups < 1 || groups > G_MAXINT32)
    return onnx_invalid (n, "attribute 'groups': found %" G_GINT64_FORMAT, groups);
  x = last ? onnx_channels_first (n, x) : x;
  shape = onnx_shape_of (n, x);
  y = onnx_reshape (n, x, (const gint64[]){ 0, groups, -1 }, 3);
  node = ONNX_BEGIN (n, "MVN", y, ONNX_INTS (n, 2));
  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", onnx_attr_float (n, "epsilon", 1e-5));
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  y = onnx_reshape_to (n, onnx_end (n, node), shape);
  y = ONNX_OP (n, "Multiply", y, onnx_channels (n, onnx_in (n, 1), rank));
  y = ONNX_OP (n, "Add", y, onnx_channels (n, onnx_in (n, 2), rank));
  if (onnx_attr_int (n, "activation", 0) != 0)
    y = ONNX_OP (n, "Swish", y);
  return last ? onnx_channels_last (n, y) : y;
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

  if (onnx_rank (n, skip) == 2)
    skip = onnx_unsqueeze (n, onnx_unsqueeze (n, skip, 1), 1);
  sum = with_bias (n, ONNX_OP (n, "Add", onnx_in (n, 0), skip), 4);
  onnx_out (n, 1, sum);
  return group_norm_of (n, sum);
}

/* The last dimension in parts of @size, each of which has its own root mean square. */
static WeirPort
rms_of_parts (OnnxNode *n, WeirPort x, gint64 size)
{
  WeirPort shape = onnx_shape_of (n, x), y;
  int rank = onnx_rank (n, x);
  gint64 dims[WEIR_MAX_RANK + 1] = { 0 };

  if (rank < 1 || rank >= WEIR_MAX_RANK || size < 1)
    return onnx_unsupported (n, "parts of unknown size");
  dims[rank - 1] = -1;
  dims[rank] = size;
  y = onnx_reshape (n, x, dims, (gsize) rank + 1);
  return onnx_reshape_to (n, normalized (n, y, TRUE), shape);
}

/* One number for each element of a part, for as many parts as there are. */
static WeirPort
for_each_part (OnnxNode *n, WeirPort x, WeirPort scale)
{
  const WeirShape *all = onnx_shape (n, x), *one = onnx_shape (n, scale);
  gint64 size = one->rank == 1 ? one->dims[0] : 0;
  gint64 length = all->rank > 0 ? all->dims[all->rank - 1] : 0;

  if (size < 1 || length < 1 || length % size != 0)
    return onnx_unsupported (n, "a scale of unknown shape");
  return size == length ? scale
                        : ONNX_OP (n, "Tile", scale, ONNX_INTS (n, length / size));
}

static WeirPort
gated_rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), scale = onnx_in (n, 1), gate = onnx_in (n, 2), y;
  const WeirShape *shape = onnx_shape (n, scale);
  const char *op =
      onnx_attr_is (n, "activation", "silu", "sigmoid") ? "Sigmoid" : "Swish";

  y = rms_of_parts (n, x, shape->rank == 1 ? shape->dims[0] : 0);
  y = ONNX_OP (n, "Multiply", y, for_each_part (n, x, scale));
  return ONNX_OP (n, "Multiply", y, ONNX_OP (n, op, gate));
}

static WeirPort
branchwise_rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y, scale;
  const WeirShape *shape = onnx_shape (n, x);
  gint64 parts = onnx_attr_int (n, "num_branches", 0);
  gint64 last = shape->rank > 0 ? shape->dims[shape->rank - 1] : 0;

  y = rms_of_parts (n, x, parts > 0 ? last / parts : last);
  if (!onnx_has (n, 1))
    return y;
  scale = onnx_in (n, 1);
  if (parts <= 0 && onnx_rank (n, scale) == 1 && onnx_shape (n, scale)->dims[0] != last)
    scale = onnx_reshape (n, scale, (const gint64[]){ -1, last }, 2);
  else if (parts > 0)
    scale = for_each_part (n, x, onnx_reshape (n, scale, (const gint64[]){ -1 }, 1));
  return ONNX_OP (n, "Multiply", y, scale);
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
