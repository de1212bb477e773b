#include "attr.h"
#include "heads.h"
#include "onnx-build.h"
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
    s->bias = ONNX_OP (s->n, "Add", s->bias, bias);
}

/* @value where it is not @allowed, else 0. */
static void
forbid (Scene *s, WeirPort allowed, double value)
{
  OnnxNode *n = s->n;
  WeirPort zero = onnx_scalar (n, s->q, 0);

  if (onnx_dtype (n, s->q) == WEIR_DTYPE_F16)
    value = MAX (value, -65504);
  add_bias (s, ONNX_OP (n, "Select", allowed, zero, onnx_scalar (n, s->q, value)));
}

/* Probabilities, with one column more for the sink while they are made. */
static WeirPort
softmax (Scene *s, WeirPort scores)
{
  OnnxNode *n = s->n;
  WeirPort parts[2] = { scores, WEIR_PORT_NONE }, shape[2], length;
  WeirNode *node;

  if (!weir_port_is_none (s->sink)) {
    length = onnx_dim_of (n, scores, 3);
    shape[0] =
        onnx_slice (n, onnx_shape_of (n, scores), ONNX_INTS (n, 0), ONNX_INTS (n, 3), 0);
    shape[1] = ONNX_INTS (n, 1);
    parts[1] = onnx_broadcast (n, s->sink, onnx_concat (n, shape, 2, 0));
    scores = onnx_concat (n, parts, 2, 3);
  }
  node = ONNX_BEGIN (n, "Softmax", scores);
  weir_node_set_int (node, "axis", 3);
  scores = onnx_end (n, node);
  if (weir_port_is_none (s->sink))
    return scores;
  return onnx_slice (n, scores, ONNX_INTS (n, 0), length, 3);
}

/* [batch, length, heads * size] */
static WeirPort
attend (Scene *s)
{
  OnnxNode *n = s->n;
  double scale = onnx_attr_float (n, "scale", 0), cap = onnx_attr_float (n, "softcap", 0);
  WeirPort factor, y;
  WeirNode *node;

  factor = onnx_convert (n, onnx_length_of (n, s->q, 3), WEIR_DTYPE_F32);
  factor = ONNX_OP (n, "Power", factor, onnx_scalar (n, factor, -0.5));
  factor = onnx_convert (n, factor, onnx_dtype (n, s->q));
  if (scale != 0)
    factor = onnx_scalar (n, s->q, scale);
  node = ONNX_BEGIN (n, "MatMul", ONNX_OP (n, "Multiply", s->q, factor), s->k);
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = onnx_end (n, node);
  if (cap > 0) {
    y = ONNX_OP (n, "Tanh", ONNX_OP (n, "Divide", y, onnx_scalar (n, y, cap)));
    y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, cap));
  }
  if (!weir_port_is_none (s->bias))
    y = ONNX_OP (n, "Add", y, s->bias);
  return onnx_join_heads (n, ONNX_OP (n, "MatMul", softmax (s, y), s->v));
}

/* The mask of input @index: lengths [batch], ends and then beginnings [2 * batch], or
 * what may be seen: [batch, keys] or [batch, queries, keys]. */
static void
add_mask (Scene *s, guint index)
{
  OnnxNode *n = s->n;
  WeirPort mask, at, end, allowed;
  const WeirShape *shape, *q = onnx_shape (n, s->q);
  double value = onnx_attr_float (n, "mask_filter_value", -10000);
  gint64 batch = q->rank == 4 ? q->dims[0] : WEIR_DIM_UNKNOWN;

  if (!onnx_has (n, index))
    return;
  mask = onnx_convert (n, onnx_in (n, index), WEIR_DTYPE_I64);
  shape = onnx_shape (n, mask);
  if (shape->rank == 2 || shape->rank == 3) {
    allowed = ONNX_OP (n, "NotEqual", mask, onnx_int (n, 0));
    if (shape->rank == 2)
      allowed = onnx_unsqueeze (n, allowed, 1);
    forbid (s, onnx_unsqueeze (n, allowed, 1), value);
    return;
  }
  if (shape->rank != 1 || shape->dims[0] < 1 || batch < 1 ||
      (shape->dims[0] != batch && shape->dims[0] != 2 * batch)) {
    onnx_unsupported (n, "a mask of unknown or of this shape");
    return;
  }
  at = onnx_counting (n, onnx_length_of (n, s->k, 2));
  end = onnx_slice (n, mask, ONNX_INTS (n, 0), ONNX_INTS (n, batch), 0);
  end = onnx_reshape (n, end, (const gint64[]){ -1, 1, 1, 1 }, 4);
  allowed = ONNX_OP (n, "Less", at, end);
  if (shape->dims[0] == 2 * batch) {
    end = onnx_slice (n, mask, ONNX_INTS (n, batch), ONNX_INTS (n, 2 * batch), 0);
    end = onnx_reshape (n, end, (const gint64[]){ -1, 1, 1, 1 }, 4);
    allowed = ONNX_OP (n, "LogicalAnd", allowed, ONNX_OP (n, "GreaterEqual", at, end));
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
  keys = onnx_length_of (n, s->k, 2);
  queries = onnx_length_of (n, s->q, 2);
  rows = ONNX_OP (n, "Add", onnx_counting (n, queries),
                  ONNX_OP (n, "Subtract", keys, queries));
  forbid (
      s,
      ONNX_OP (n, "GreaterEqual", onnx_unsqueeze (n, rows, 1), onnx_counting (n, keys)),
      -FLT_MAX);
}

static gint64
heads_of (OnnxNode *n, const char *name)
{
  gint64 heads = onnx_attr_int (n, name, 0);

  if (heads >= 1 && heads <= G_MAXINT32)
    return heads;
  onnx_invalid (n, "attribute '%s': expected 1 or more, found %" G_GINT64_FORMAT, name,
                heads);
  return 1;
}

/* The parts of @x along its last dimension, which are as long as @sizes say. */
static void
split_last (OnnxNode *n, WeirPort x, const gint64 *sizes, WeirPort *parts)
{
  WeirPort inputs[3] = { x, onnx_int (n, -1), onnx_ints (n, sizes, 3) };
  WeirNode *node =
      weir_build_begin_outputs (n->b, "VariadicSplit", n->name, inputs, 3, 3);

  onnx_end (n, node);
  for (guint i = 0; i < 3; i++)
    parts[i] = onnx_port (n, node, i);
}

/* Keys and values of earlier calls lie in one tensor [2, batch, heads, length, size]. */
static void
join_past (Scene *s, guint index)
{
  OnnxNode *n = s->n;
  WeirPort parts[2];

  if (onnx_has (n, index)) {
    parts[0] = onnx_gather (n, onnx_in (n, index), onnx_int (n, 0), 0);
    parts[1] = s->k;
    s->k = onnx_concat (n, parts, 2, 2);
    parts[0] = onnx_gather (n, onnx_in (n, index), onnx_int (n, 1), 0);
    parts[1] = s->v;
    s->v = onnx_concat (n, parts, 2, 2);
  }
  if (!onnx_wants (n, 1))
    return;
  parts[0] = onnx_unsqueeze (n, s->k, 0);
  parts[1] = onnx_unsqueeze (n, s->v, 0);
  onnx_out (n, 1, onnx_concat (n, parts, 2, 0));
}

/* Queries, keys and values in one product. */
static WeirPort
self_attention (OnnxNode *n, WeirPort packed, guint mask, guint past, guint bias)
{
  gint64 heads = heads_of (n, "num_heads"), sizes[3];
  const WeirShape *shape = onnx_shape (n, packed);
  gint64 all = shape->rank == 3 ? shape->dims[2] : WEIR_DIM_UNKNOWN;
  Scene s = { .n = n, .bias = WEIR_PORT_NONE, .sink = WEIR_PORT_NONE };
  WeirPort parts[3];
  gsize count;
  const gint64 *given = onnx_attr_ints (n, "qkv_hidden_sizes", &count);

  if (all < 3 || onnx_attr_int (n, "do_rotary", 0) != 0 ||
      onnx_attr_int (n, "past_present_share_buffer", 0) != 0)
    return onnx_unsupported (n, "weights of unknown shape, rotation or shared buffers");
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
  WeirPort packed = ONNX_OP (n, "MatMul", onnx_in (n, 0), onnx_in (n, 1));

  if (onnx_has (n, 2))
    packed = ONNX_OP (n, "Add", packed, onnx_in (n, 2));
  return self_attention (n, packed, 3, 4, 5);
}

static WeirPort
quantized_attention (OnnxNode *n)
{
  WeirPort x = onnx_dequantize (n, onnx_in (n, 0), 3, 6);
  WeirPort w = onnx_dequantize (n, onnx_in (n, 1), 4, 7);
  WeirPort packed = ONNX_OP (n, "Add", ONNX_OP (n, "MatMul", x, w), onnx_in (n, 2));

  return self_attention (n, packed, 5, 8, G_MAXUINT);
}

/* Queries, keys and values [batch, length, heads, parts, size] in one tensor. */
static WeirPort
unpacked (OnnxNode *n, WeirPort x, gint64 part)
{
  return onnx_transpose (n, onnx_gather (n, x, onnx_int (n, part), 3),
                         (const gint64[]){ 0, 2, 1, 3 }, 4);
}

/* [batch, length, heads * size] and its part of the bias; the bias of keys begins behind
 * that of the queries, and that of values behind both. */
static WeirPort
projected (OnnxNode *n, WeirPort x, gint64 heads, WeirPort begin, WeirPort *end)
{
  *end = ONNX_OP (n, "Add", begin, onnx_dim_of (n, x, 2));
  if (onnx_has (n, 3))
    x = ONNX_OP (n, "Add", x, onnx_slice (n, onnx_in (n, 3), begin, *end, 0));
  return onnx_split_heads (n, x, heads);
}

static void
read_three (Scene *s)
{
  OnnxNode *n = s->n;
  gint64 heads = heads_of (n, "num_heads");
  WeirPort end = ONNX_INTS (n, 0);

  if (!onnx_has (n, 1) && onnx_rank (n, onnx_in (n, 0)) == 5) {
    s->q = unpacked (n, onnx_in (n, 0), 0);
    s->k = unpacked (n, onnx_in (n, 0), 1);
    s->v = unpacked (n, onnx_in (n, 0), 2);
    return;
  }
  s->q = projected (n, onnx_in (n, 0), heads, end, &end);
  if (!onnx_has (n, 2)) {
    s->k = unpacked (n, onnx_in (n, 1), 0);
    s->v = unpacked (n, onnx_in (n, 1), 1);
  } else if (onnx_rank (n, onnx_in (n, 1)) == 4) {
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
    return onnx_unsupported (n, "shared buffers or beams");
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
  return onnx_unsqueeze (n, onnx_gather (n, onnx_in (n, index), positions, 0), 2);
}

/* Twice the width of a cache, of which each row holds half the angles. */
static gint64
turned_by (OnnxNode *n, guint index)
{
  const WeirShape *shape = onnx_shape (n, onnx_in (n, index));

  return shape->rank == 2 && shape->dims[1] > 0 ? 2 * shape->dims[1] : 0;
}

/* One position is that of the first element. */
static WeirPort
positions_of (OnnxNode *n, WeirPort x)
{
  WeirPort positions = onnx_convert (n, onnx_in (n, 1), WEIR_DTYPE_I64);

  if (onnx_rank (n, positions) != 1)
    return positions;
  positions = ONNX_OP (n, "Add", onnx_counting (n, onnx_length_of (n, x, 1)), positions);
  return onnx_unsqueeze (n, positions, 0);
}

static WeirPort
rotary_embedding (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), shape = onnx_shape_of (n, x), positions;
  gint64 heads = onnx_attr_int (n, "num_heads", 0), size = turned_by (n, 2);
  int rank = onnx_rank (n, x);

  if (onnx_attr_int (n, "is_packed_batching", 0) != 0)
    return onnx_unsupported (n, "packed batches");
  if (rank == 4)
    x = onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4);
  else if (heads > 0 && onnx_attr_int (n, "rotary_embedding_dim", 0) > 0)
    x = onnx_reshape (n, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  else
    x = onnx_reshape (n, x, (const gint64[]){ 0, 0, -1, MAX (size, 1) }, 4);
  positions = positions_of (n, x);
  x = onnx_turn (n, x, angles (n, 2, positions), angles (n, 3, positions), size,
                 onnx_attr_int (n, "interleaved", 0) != 0);
  return rank == 4 ? onnx_transpose (n, x, (const gint64[]){ 0, 2, 1, 3 }, 4)
                   : onnx_reshape_to (n, x, shape);
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

  if (!onnx_has (n, index) || onnx_shape (n, onnx_in (n, index))->rank != 4 ||
      onnx_shape (n, onnx_in (n, index))->dims[2] == 0)
    return x;
  parts[0] = onnx_in (n, index);
  length = onnx_length_of (n, parts[0], 2);
  total = onnx_convert (n, onnx_scalar_of (n, onnx_in (n, 6)), WEIR_DTYPE_I64);
  at = onnx_counting (n, ONNX_OP (n, "Maximum", total, length));
  total = ONNX_OP (n, "Add", at, ONNX_OP (n, "Subtract", length, g->first));
  at = ONNX_OP (n, "Select", ONNX_OP (n, "Less", at, g->first), at, total);
  x = onnx_concat (n, parts, 2, 2);
  at = ONNX_OP (n, "Minimum", at,
                ONNX_OP (n, "Subtract", onnx_length_of (n, x, 2), onnx_int (n, 1)));
  node = ONNX_BEGIN (n, "Gather", x, at, onnx_int (n, 2));
  weir_node_set_int (node, "batch_dims", 1);
  return onnx_end (n, node);
}

static void
read_grouped (Grouped *g)
{
  OnnxNode *n = g->s.n;
  gint64 all = g->heads + 2 * g->kv_heads, size;
  const WeirShape *shape = onnx_shape (n, onnx_in (n, 0));
  WeirPort parts[3];

  if (onnx_has (n, 1)) {
    g->s.q = onnx_reshape (n, onnx_in (n, 0), (const gint64[]){ 0, 0, g->heads, -1 }, 4);
    g->s.k =
        onnx_reshape (n, onnx_in (n, 1), (const gint64[]){ 0, 0, g->kv_heads, -1 }, 4);
    g->s.v = onnx_split_heads (n, onnx_in (n, 2), g->kv_heads);
    return;
  }
  if (shape->rank != 3 || shape->dims[2] < 1 || shape->dims[2] % all != 0) {
    onnx_unsupported (n, "queries, keys and values of unknown shape");
    return;
  }
  size = shape->dims[2] / all;
  split_last (n, onnx_in (n, 0),
              (const gint64[]){ g->heads * size, g->kv_heads * size, g->kv_heads * size },
              parts);
  g->s.q = onnx_reshape (n, parts[0], (const gint64[]){ 0, 0, g->heads, -1 }, 4);
  g->s.k = onnx_reshape (n, parts[1], (const gint64[]){ 0, 0, g->kv_heads, -1 }, 4);
  g->s.v = onnx_split_heads (n, parts[2], g->kv_heads);
}

/* Where each query stands: behind what was there before. */
static WeirPort
place_queries (Grouped *g)
{
  OnnxNode *n = g->s.n;
  WeirPort length = onnx_length_of (n, g->s.q, 1), first;

  g->last = onnx_convert (n, onnx_in (n, 5), WEIR_DTYPE_I64);
  g->last = onnx_reshape (n, g->last, (const gint64[]){ -1, 1 }, 2);
  first = ONNX_OP (n, "Subtract", ONNX_OP (n, "Add", g->last, onnx_int (n, 1)), length);
  g->first = ONNX_OP (n, "Maximum", first, onnx_int (n, 0));
  return ONNX_OP (n, "Add", onnx_counting (n, length), g->first);
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
  WeirPort at = onnx_counting (n, onnx_length_of (n, g->s.k, 2)), allowed, from;

  if (onnx_attr_int (n, "causal", 1) == 0)
    positions = onnx_broadcast (n, g->last, onnx_shape_of (n, positions));
  positions = onnx_unsqueeze (n, onnx_unsqueeze (n, positions, 1), 3);
  allowed = ONNX_OP (n, "LessEqual", at, positions);
  if (window > 0) {
    from = ONNX_OP (n, "Subtract", positions, onnx_int (n, window));
    allowed = ONNX_OP (n, "LogicalAnd", allowed, ONNX_OP (n, "Greater", at, from));
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
    return onnx_unsupported (n, "quantised, normalised or sliding caches");
  if (g.heads % g.kv_heads != 0)
    return onnx_invalid (n, "%" G_GINT64_FORMAT " heads share %" G_GINT64_FORMAT, g.heads,
                         g.kv_heads);
  read_grouped (&g);
  positions = place_queries (&g);
  given = onnx_has (n, 9) ? onnx_convert (n, onnx_in (n, 9), WEIR_DTYPE_I64) : positions;
  turn_grouped (&g, given);
  g.s.q = onnx_transpose (n, g.s.q, (const gint64[]){ 0, 2, 1, 3 }, 4);
  g.s.k = onnx_transpose (n, g.s.k, (const gint64[]){ 0, 2, 1, 3 }, 4);
  g.s.k = appended (&g, 3, g.s.k);
  g.s.v = appended (&g, 4, g.s.v);
  onnx_out (n, 1, g.s.k);
  onnx_out (n, 2, g.s.v);
  g.s.k = onnx_repeat_heads (n, g.s.k, g.kv_heads, g.heads);
  g.s.v = onnx_repeat_heads (n, g.s.v, g.kv_heads, g.heads);
  add_grouped_masks (&g, positions);
  if (onnx_has (n, 11))
    g.s.sink = onnx_channels (n, onnx_in (n, 11), 4);
  else if (onnx_attr_int (n, "smooth_softmax", 0) == 1)
    g.s.sink = onnx_scalar (n, g.s.q, 0);
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
