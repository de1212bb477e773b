#include "attr.h"
#include "heads.h"
#include "node.h"
#include "quant.h"
#include "table.h"

#include <float.h>

/* The attentions of the domain com.microsoft, written out
 * (https://onnxruntime.ai/docs/reference/operators/ContribOperators.html). */

#define MS "com.microsoft"

/**
 * Scene:
 * @q, @k, @v: [batch, heads, length, size]; as many heads in all three
 * @bias: added to the products; may be none
 * @sink: one more score for each row that takes its share of the probability; may be none
 */
typedef struct {
  OnnxNode *n;
  WeirPort q, k, v;
  WeirPort bias;
  WeirPort sink;
} Scene;

static void
add_bias (Scene *s, WeirPort bias)
{
  if (weir_port_is_none (s->bias))
    s->bias = bias;
  else
    s->bias = WEIR_MAKE (&s->n->make, "Add", s->bias, bias);
}

/* @value where it is not @allowed, else 0. */
static void
forbid (Scene *s, WeirPort allowed, double value)
{
  OnnxNode *n = s->n;
  WeirPort zero = weir_make_scalar (&n->make, s->q, 0);

  if (weir_make_dtype (&n->make, s->q) == WEIR_DTYPE_F16)
    value = MAX (value, -65504);
  add_bias (s, WEIR_MAKE (&n->make, "Select", allowed, zero,
                          weir_make_scalar (&n->make, s->q, value)));
}

/* Probabilities, with one column more for the sink while they are made. */
static WeirPort
softmax (Scene *s, WeirPort scores)
{
  OnnxNode *n = s->n;
  WeirPort parts[2] = { scores, WEIR_PORT_NONE }, shape[2], length;
  WeirNode *node;

  if (!weir_port_is_none (s->sink)) {
    length = weir_make_dim_of (&n->make, scores, 3);
    shape[0] =
        weir_make_slice (&n->make, weir_make_shape_of (&n->make, scores),
                         WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, 3), 0);
    shape[1] = WEIR_MAKE_INTS (&n->make, 1);
    parts[1] =
        weir_make_broadcast (&n->make, s->sink, weir_make_concat (&n->make, shape, 2, 0));
    scores = weir_make_concat (&n->make, parts, 2, 3);
  }
  node = WEIR_MAKE_BEGIN (&n->make, "Softmax", scores);
  weir_node_set_int (node, "axis", 3);
  scores = weir_make_end (&n->make, node);
  if (weir_port_is_none (s->sink))
    return scores;
  return weir_make_slice (&n->make, scores, WEIR_MAKE_INTS (&n->make, 0), length, 3);
}

/* [batch, length, heads * size] */
static WeirPort
attend (Scene *s)
{
  OnnxNode *n = s->n;
  double scale = onnx_attr_float (n, "scale", 0), cap = onnx_attr_float (n, "softcap", 0);
  WeirPort factor, y;
  WeirNode *node;

  factor = weir_make_convert (&n->make, weir_make_length_of (&n->make, s->q, 3),
                              WEIR_DTYPE_F32);
  factor =
      WEIR_MAKE (&n->make, "Power", factor, weir_make_scalar (&n->make, factor, -0.5));
  factor = weir_make_convert (&n->make, factor, weir_make_dtype (&n->make, s->q));
  if (scale != 0)
    factor = weir_make_scalar (&n->make, s->q, scale);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul",
                          WEIR_MAKE (&n->make, "Multiply", s->q, factor), s->k);
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = weir_make_end (&n->make, node);
  if (cap > 0) {
    y = WEIR_MAKE (
        &n->make, "Tanh",
        WEIR_MAKE (&n->make, "Divide", y, weir_make_scalar (&n->make, y, cap)));
    y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, cap));
  }
  if (!weir_port_is_none (s->bias))
    y = WEIR_MAKE (&n->make, "Add", y, s->bias);
  return onnx_join_heads (n, WEIR_MAKE (&n->make, "MatMul", softmax (s, y), s->v));
}

/* The mask of input @index: lengths [batch], ends and then beginnings [2 * batch], or
 * what may be seen: [batch, keys] or [batch, queries, keys]. */
static void
add_mask (Scene *s, guint index)
{
  OnnxNode *n = s->n;
  WeirPort mask, at, end, allowed;
  const WeirShape *shape, *q = weir_make_shape (&n->make, s->q);
  double value = onnx_attr_float (n, "mask_filter_value", -10000);
  gint64 batch = q->rank == 4 ? q->dims[0] : WEIR_DIM_UNKNOWN;

  if (!onnx_has (n, index))
    return;
  mask = weir_make_convert (&n->make, onnx_in (n, index), WEIR_DTYPE_I64);
  shape = weir_make_shape (&n->make, mask);
  if (shape->rank == 2 || shape->rank == 3) {
    allowed = WEIR_MAKE (&n->make, "NotEqual", mask, weir_make_int (&n->make, 0));
    if (shape->rank == 2)
      allowed = weir_make_unsqueeze (&n->make, allowed, 1);
    forbid (s, weir_make_unsqueeze (&n->make, allowed, 1), value);
    return;
  }
  if (shape->rank != 1 || shape->dims[0] < 1 || batch < 1 ||
      (shape->dims[0] != batch && shape->dims[0] != 2 * batch)) {
    weir_make_unsupported (&n->make, "a mask of unknown or of this shape");
    return;
  }
  at = weir_make_counting (&n->make, weir_make_length_of (&n->make, s->k, 2));
  end = weir_make_slice (&n->make, mask, WEIR_MAKE_INTS (&n->make, 0),
                         WEIR_MAKE_INTS (&n->make, batch), 0);
  end = weir_make_reshape (&n->make, end, (const gint64[]){ -1, 1, 1, 1 }, 4);
  allowed = WEIR_MAKE (&n->make, "Less", at, end);
  if (shape->dims[0] == 2 * batch) {
    end = weir_make_slice (&n->make, mask, WEIR_MAKE_INTS (&n->make, batch),
                           WEIR_MAKE_INTS (&n->make, 2 * batch), 0);
    end = weir_make_reshape (&n->make, end, (const gint64[]){ -1, 1, 1, 1 }, 4);
    allowed = WEIR_MAKE (&n->make, "LogicalAnd", allowed,
                         WEIR_MAKE (&n->make, "GreaterEqual", at, end));
  }
  forbid (s, allowed, value);
}

/* Keys that stand behind a query are not seen by it; the queries are the last ones. */
static void
add_causal (Scene *s)
{
  OnnxNode *n = s->n;
  WeirPort keys, queries, rows;

  if (onnx_attr_int (n, "unidirectional", 0) == 0)
    return;
  keys = weir_make_length_of (&n->make, s->k, 2);
  queries = weir_make_length_of (&n->make, s->q, 2);
  rows = WEIR_MAKE (&n->make, "Add", weir_make_counting (&n->make, queries),
                    WEIR_MAKE (&n->make, "Subtract", keys, queries));
  forbid (s,
          WEIR_MAKE (&n->make, "GreaterEqual", weir_make_unsqueeze (&n->make, rows, 1),
                     weir_make_counting (&n->make, keys)),
          -FLT_MAX);
}

static gint64
heads_of (OnnxNode *n, const char *name)
{
  gint64 heads = onnx_attr_int (n, name, 0);

  if (heads >= 1 && heads <= G_MAXINT32)
    return heads;
  weir_make_invalid (&n->make,
                     "attribute '%s': expected 1 or more, found %" G_GINT64_FORMAT, name,
                     heads);
  return 1;
}

/* The parts of @x along its last dimension, which are as long as @sizes say. */
static void
split_last (OnnxNode *n, WeirPort x, const gint64 *sizes, WeirPort *parts)
{
  WeirPort inputs[3] = { x, weir_make_int (&n->make, -1),
                         weir_make_ints (&n->make, sizes, 3) };
  WeirNode *node =
      weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name, inputs, 3, 3);

  weir_make_end (&n->make, node);
  for (guint i = 0; i < 3; i++)
    parts[i] = weir_make_port (&n->make, node, i);
}

/* Keys and values of earlier calls lie in one tensor [2, batch, heads, length, size]. */
static void
join_past (Scene *s, guint index)
{
  OnnxNode *n = s->n;
  WeirPort parts[2];

  if (onnx_has (n, index)) {
    parts[0] =
        weir_make_gather (&n->make, onnx_in (n, index), weir_make_int (&n->make, 0), 0);
    parts[1] = s->k;
    s->k = weir_make_concat (&n->make, parts, 2, 2);
    parts[0] =
        weir_make_gather (&n->make, onnx_in (n, index), weir_make_int (&n->make, 1), 0);
    parts[1] = s->v;
    s->v = weir_make_concat (&n->make, parts, 2, 2);
  }
  if (!onnx_wants (n, 1))
    return;
  parts[0] = weir_make_unsqueeze (&n->make, s->k, 0);
  parts[1] = weir_make_unsqueeze (&n->make, s->v, 0);
  onnx_out (n, 1, weir_make_concat (&n->make, parts, 2, 0));
}

/* Queries, keys and values in one product. */
static WeirPort
self_attention (OnnxNode *n, WeirPort packed, guint mask, guint past, guint bias)
{
  gint64 heads = heads_of (n, "num_heads"), sizes[3];
  const WeirShape *shape = weir_make_shape (&n->make, packed);
  gint64 all = shape->rank == 3 ? shape->dims[2] : WEIR_DIM_UNKNOWN;
  Scene s = { .n = n, .bias = WEIR_PORT_NONE, .sink = WEIR_PORT_NONE };
  WeirPort parts[3];
  gsize count;
  const gint64 *given = onnx_attr_ints (n, "qkv_hidden_sizes", &count);

  if (all < 3 || onnx_attr_int (n, "do_rotary", 0) != 0 ||
      onnx_attr_int (n, "past_present_share_buffer", 0) != 0)
    return weir_make_unsupported (&n->make,
                                  "weights of unknown shape, rotation or shared buffers");
  for (guint i = 0; i < 3; i++)
    sizes[i] = count == 3 ? given[i] : all / 3;
  split_last (n, packed, sizes, parts);
  s.q = onnx_split_heads (n, parts[0], heads);
  s.k = onnx_split_heads (n, parts[1], heads);
  s.v = onnx_split_heads (n, parts[2], heads);
  join_past (&s, past);
  add_mask (&s, mask);
  add_causal (&s);
  if (onnx_has (n, bias))
    add_bias (&s, onnx_in (n, bias));
  return attend (&s);
}

static WeirPort
attention (OnnxNode *n)
{
  WeirPort packed = WEIR_MAKE (&n->make, "MatMul", onnx_in (n, 0), onnx_in (n, 1));

  if (onnx_has (n, 2))
    packed = WEIR_MAKE (&n->make, "Add", packed, onnx_in (n, 2));
  return self_attention (n, packed, 3, 4, 5);
}

static WeirPort
quantized_attention (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 3, 6);
  WeirPort w = onnx_dequantize (n, onnx_in (n, 1), 4, 7);
  WeirPort packed =
      WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "MatMul", x, w), onnx_in (n, 2));

  return self_attention (n, packed, 5, 8, G_MAXUINT);
}

/* Queries, keys and values [batch, length, heads, parts, size] in one tensor. */
static WeirPort
unpacked (OnnxNode *n, WeirPort x, gint64 part)
{
  return weir_make_transpose (
      &n->make, weir_make_gather (&n->make, x, weir_make_int (&n->make, part), 3),
      (const gint64[]){ 0, 2, 1, 3 }, 4);
}

/* [batch, length, heads * size] and its part of the bias; the bias of keys begins behind
 * that of the queries, and that of values behind both. */
static WeirPort
projected (OnnxNode *n, WeirPort x, gint64 heads, WeirPort begin, WeirPort *end)
{
  *end = WEIR_MAKE (&n->make, "Add", begin, weir_make_dim_of (&n->make, x, 2));
  if (onnx_has (n, 3))
    x = WEIR_MAKE (&n->make, "Add", x,
                   weir_make_slice (&n->make, onnx_in (n, 3), begin, *end, 0));
  return onnx_split_heads (n, x, heads);
}

static void
read_three (Scene *s)
{
  OnnxNode *n = s->n;
  gint64 heads = heads_of (n, "num_heads");
  WeirPort end = WEIR_MAKE_INTS (&n->make, 0);

  if (!onnx_has (n, 1) && weir_make_rank (&n->make, onnx_in (n, 0)) == 5) {
    s->q = unpacked (n, onnx_in (n, 0), 0);
    s->k = unpacked (n, onnx_in (n, 0), 1);
    s->v = unpacked (n, onnx_in (n, 0), 2);
    return;
  }
  s->q = projected (n, onnx_in (n, 0), heads, end, &end);
  if (!onnx_has (n, 2)) {
    s->k = unpacked (n, onnx_in (n, 1), 0);
    s->v = unpacked (n, onnx_in (n, 1), 1);
  } else if (weir_make_rank (&n->make, onnx_in (n, 1)) == 4) {
    s->k = onnx_in (n, 1);
    s->v = onnx_in (n, 2);
  } else {
    s->k = projected (n, onnx_in (n, 1), heads, end, &end);
    s->v = projected (n, onnx_in (n, 2), heads, end, &end);
  }
}

static WeirPort
multi_head_attention (OnnxNode *n)
{
  Scene s = { .n = n, .bias = WEIR_PORT_NONE, .sink = WEIR_PORT_NONE };

  if (onnx_has (n, 8) || onnx_has (n, 9))
    return weir_make_unsupported (&n->make, "shared buffers or beams");
  read_three (&s);
  s.k = onnx_with_past (n, 6, s.k);
  s.v = onnx_with_past (n, 7, s.v);
  onnx_out (n, 1, s.k);
  onnx_out (n, 2, s.v);
  add_mask (&s, 4);
  add_causal (&s);
  if (onnx_has (n, 5))
    add_bias (&s, onnx_in (n, 5));
  return attend (&s);
}

/* Rows of the caches at @positions, [batch, length, 1, size / 2]. */
static WeirPort
angles (OnnxNode *n, guint index, WeirPort positions)
{
  return weir_make_unsqueeze (
      &n->make, weir_make_gather (&n->make, onnx_in (n, index), positions, 0), 2);
}

/* Twice the width of a cache, of which each row holds half the angles. */
static gint64
turned_by (OnnxNode *n, guint index)
{
  const WeirShape *shape = weir_make_shape (&n->make, onnx_in (n, index));

  return shape->rank == 2 && shape->dims[1] > 0 ? 2 * shape->dims[1] : 0;
}

/* One position is that of the first element. */
static WeirPort
positions_of (OnnxNode *n, WeirPort x)
{
  WeirPort positions = weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64);

  if (weir_make_rank (&n->make, positions) != 1)
    return positions;
  positions = WEIR_MAKE (
      &n->make, "Add",
      weir_make_counting (&n->make, weir_make_length_of (&n->make, x, 1)), positions);
  return weir_make_unsqueeze (&n->make, positions, 0);
}

static WeirPort
rotary_embedding (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = weir_make_shape_of (&n->make, x), positions;
  gint64 heads = onnx_attr_int (n, "num_heads", 0), size = turned_by (n, 2);
  int rank = weir_make_rank (&n->make, x);

  if (onnx_attr_int (n, "is_packed_batching", 0) != 0)
    return weir_make_unsupported (&n->make, "packed batches");
  if (rank == 4)
    x = weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
  else if (heads > 0 && onnx_attr_int (n, "rotary_embedding_dim", 0) > 0)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  else
    x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, -1, MAX (size, 1) }, 4);
  positions = positions_of (n, x);
  x = onnx_turn (n, x, angles (n, 2, positions), angles (n, 3, positions), size,
                 onnx_attr_int (n, "interleaved", 0) != 0);
  return rank == 4 ? weir_make_transpose (&n->make, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
                   : weir_make_reshape_to (&n->make, x, shape);
}

/* Grouped attention keeps the keys and values of @total elements in a buffer, of which
 * some belong to earlier calls. */
typedef struct {
  Scene s;
  WeirPort first; /* position of the first query of each batch, [batch, 1] */
  WeirPort last;  /* that of its last one */
  gint64 heads, kv_heads;
} Grouped;

/* What the buffer holds at each place: for the first places what it held before, and
 * behind them what is new. */
static WeirPort
appended (Grouped *g, guint index, WeirPort x)
{
  OnnxNode *n = g->s.n;
  WeirPort length, total, at, parts[2] = { WEIR_PORT_NONE, x };
  WeirNode *node;

  if (!onnx_has (n, index) || weir_make_shape (&n->make, onnx_in (n, index))->rank != 4 ||
      weir_make_shape (&n->make, onnx_in (n, index))->dims[2] == 0)
    return x;
  parts[0] = onnx_in (n, index);
  length = weir_make_length_of (&n->make, parts[0], 2);
  total = weir_make_convert (&n->make, weir_make_scalar_of (&n->make, onnx_in (n, 6)),
                             WEIR_DTYPE_I64);
  at = weir_make_counting (&n->make, WEIR_MAKE (&n->make, "Maximum", total, length));
  total =
      WEIR_MAKE (&n->make, "Add", at, WEIR_MAKE (&n->make, "Subtract", length, g->first));
  at = WEIR_MAKE (&n->make, "Select", WEIR_MAKE (&n->make, "Less", at, g->first), at,
                  total);
  x = weir_make_concat (&n->make, parts, 2, 2);
  at = WEIR_MAKE (&n->make, "Minimum", at,
                  WEIR_MAKE (&n->make, "Subtract", weir_make_length_of (&n->make, x, 2),
                             weir_make_int (&n->make, 1)));
  node = WEIR_MAKE_BEGIN (&n->make, "Gather", x, at, weir_make_int (&n->make, 2));
  weir_node_set_int (node, "batch_dims", 1);
  return weir_make_end (&n->make, node);
}

static void
read_grouped (Grouped *g)
{
  OnnxNode *n = g->s.n;
  gint64 all = g->heads + 2 * g->kv_heads, size;
  const WeirShape *shape = weir_make_shape (&n->make, onnx_in (n, 0));
  WeirPort parts[3];

  if (onnx_has (n, 1)) {
    g->s.q = weir_make_reshape (&n->make, onnx_in (n, 0),
                                (const gint64[]){ 0, 0, g->heads, -1 }, 4);
    g->s.k = weir_make_reshape (&n->make, onnx_in (n, 1),
                                (const gint64[]){ 0, 0, g->kv_heads, -1 }, 4);
    g->s.v = onnx_split_heads (n, onnx_in (n, 2), g->kv_heads);
    return;
  }
  if (shape->rank != 3 || shape->dims[2] < 1 || shape->dims[2] % all != 0) {
    weir_make_unsupported (&n->make, "queries, keys and values of unknown shape");
    return;
  }
  size = shape->dims[2] / all;
  split_last (n, onnx_in (n, 0),
              (const gint64[]){ g->heads * size, g->kv_heads * size, g->kv_heads * size },
              parts);
  g->s.q =
      weir_make_reshape (&n->make, parts[0], (const gint64[]){ 0, 0, g->heads, -1 }, 4);
  g->s.k = weir_make_reshape (&n->make, parts[1],
                              (const gint64[]){ 0, 0, g->kv_heads, -1 }, 4);
  g->s.v = onnx_split_heads (n, parts[2], g->kv_heads);
}

/* Where each query stands: behind what was there before. */
static WeirPort
place_queries (Grouped *g)
{
  OnnxNode *n = g->s.n;
  WeirPort length = weir_make_length_of (&n->make, g->s.q, 1), first;

  g->last = weir_make_convert (&n->make, onnx_in (n, 5), WEIR_DTYPE_I64);
  g->last = weir_make_reshape (&n->make, g->last, (const gint64[]){ -1, 1 }, 2);
  first = WEIR_MAKE (&n->make, "Subtract",
                     WEIR_MAKE (&n->make, "Add", g->last, weir_make_int (&n->make, 1)),
                     length);
  g->first = WEIR_MAKE (&n->make, "Maximum", first, weir_make_int (&n->make, 0));
  return WEIR_MAKE (&n->make, "Add", weir_make_counting (&n->make, length), g->first);
}

static void
turn_grouped (Grouped *g, WeirPort positions)
{
  OnnxNode *n = g->s.n;
  gboolean interleaved = onnx_attr_int (n, "rotary_interleaved", 0) != 0;
  gint64 size;
  WeirPort cosine, sine;

  if (onnx_attr_int (n, "do_rotary", 0) == 0)
    return;
  size = turned_by (n, 7);
  cosine = angles (n, 7, positions);
  sine = angles (n, 8, positions);
  g->s.q = onnx_turn (n, g->s.q, cosine, sine, size, interleaved);
  g->s.k = onnx_turn (n, g->s.k, cosine, sine, size, interleaved);
}

/* Each query sees the keys up to its own, at most so many of them. */
static void
add_grouped_masks (Grouped *g, WeirPort positions)
{
  OnnxNode *n = g->s.n;
  gint64 window = onnx_attr_int (n, "local_window_size", -1);
  WeirPort at = weir_make_counting (&n->make, weir_make_length_of (&n->make, g->s.k, 2)),
           allowed, from;

  if (onnx_attr_int (n, "causal", 1) == 0)
    positions =
        weir_make_broadcast (&n->make, g->last, weir_make_shape_of (&n->make, positions));
  positions =
      weir_make_unsqueeze (&n->make, weir_make_unsqueeze (&n->make, positions, 1), 3);
  allowed = WEIR_MAKE (&n->make, "LessEqual", at, positions);
  if (window > 0) {
    from = WEIR_MAKE (&n->make, "Subtract", positions, weir_make_int (&n->make, window));
    allowed = WEIR_MAKE (&n->make, "LogicalAnd", allowed,
                         WEIR_MAKE (&n->make, "Greater", at, from));
  }
  forbid (&g->s, allowed, -FLT_MAX);
  if (onnx_has (n, 10))
    add_bias (&g->s, onnx_in (n, 10));
}

static gboolean
grouped_is_plain (OnnxNode *n)
{
  for (guint i = 12; i < n->n_inputs; i++)
    if (onnx_has (n, i))
      return FALSE;
  return onnx_attr_int (n, "sliding_window_cache", 0) == 0 && !onnx_wants (n, 3);
}

static WeirPort
group_query_attention (OnnxNode *n)
{
  Grouped g = { .s = { .n = n, .bias = WEIR_PORT_NONE, .sink = WEIR_PORT_NONE } };
  WeirPort positions, given;

  g.heads = heads_of (n, "num_heads");
  g.kv_heads = heads_of (n, "kv_num_heads");
  if (!grouped_is_plain (n))
    return weir_make_unsupported (&n->make, "quantised, normalised or sliding caches");
  if (g.heads % g.kv_heads != 0)
    return weir_make_invalid (&n->make,
                              "%" G_GINT64_FORMAT " heads share %" G_GINT64_FORMAT,
                              g.heads, g.kv_heads);
  read_grouped (&g);
  positions = place_queries (&g);
  given = onnx_has (n, 9) ? weir_make_convert (&n->make, onnx_in (n, 9), WEIR_DTYPE_I64)
                          : positions;
  turn_grouped (&g, given);
  g.s.q = weir_make_transpose (&n->make, g.s.q, (const gint64[]){ 0, 2, 1, 3 }, 4);
  g.s.k = weir_make_transpose (&n->make, g.s.k, (const gint64[]){ 0, 2, 1, 3 }, 4);
  g.s.k = appended (&g, 3, g.s.k);
  g.s.v = appended (&g, 4, g.s.v);
  onnx_out (n, 1, g.s.k);
  onnx_out (n, 2, g.s.v);
  g.s.k = onnx_repeat_heads (n, g.s.k, g.kv_heads, g.heads);
  g.s.v = onnx_repeat_heads (n, g.s.v, g.kv_heads, g.heads);
  add_grouped_masks (&g, positions);
  if (onnx_has (n, 11))
    g.s.sink = weir_make_channels (&n->make, onnx_in (n, 11), 4);
  else if (onnx_attr_int (n, "smooth_softmax", 0) == 1)
    g.s.sink = weir_make_scalar (&n->make, g.s.q, 0);
  return attend (&g.s);
}

const OnnxRow onnx_rows_microsoft_attention[] = {
  { "Attention", MS, 0, 0, attention },
  { "GroupQueryAttention", MS, 0, 0, group_query_attention },
  { "MultiHeadAttention", MS, 0, 0, multi_head_attention },
  { "QAttention", MS, 0, 0, quantized_attention },
  { "RotaryEmbedding", MS, 0, 0, rotary_embedding },
  { NULL },
};
