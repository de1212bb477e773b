#include "attr.h"
#include "body.h"
#include "onnx-build.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Operations of the newest sets that the IR has no counterpart for, written out. */

static WeirPort
swiglu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;

  y = ONNX_OP (n, "Swish", x, onnx_scalar (n, x, onnx_attr_float (n, "alpha", 1)));
  return ONNX_OP (n, "Multiply", y, onnx_in (n, 1));
}

/* Puts the update behind the write index of each batch, or around the end of the cache.
 */
static WeirPort
tensor_scatter (OnnxNode *n)
{
  WeirPort cache = onnx_in (n, 0), update = onnx_in (n, 1), indices, end, size;
  int rank = onnx_rank (n, cache), axis;
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  axis = onnx_axis (n, onnx_attr_int (n, "axis", -2), rank);
  end = onnx_length_of (n, update, axis);
  dims[axis] = -1;
  indices = onnx_reshape (n, onnx_counting (n, end), dims, (gsize) rank);
  if (onnx_has (n, 2)) {
    dims[axis] = 1;
    dims[0] = -1;
    end = onnx_convert (n, onnx_in (n, 2), WEIR_DTYPE_I64);
    indices = ONNX_OP (n, "Add", indices, onnx_reshape (n, end, dims, (gsize) rank));
  }
  size = onnx_length_of (n, cache, axis);
  if (onnx_attr_is (n, "mode", "linear", "circular"))
    indices = ONNX_OP (n, "FloorMod", indices, size);
  indices = onnx_broadcast (n, indices, onnx_shape_of (n, update));
  return ONNX_OP (n, "ScatterElementsUpdate", cache, indices, update, onnx_int (n, axis));
}

/* For each element the product of all that come before it, or behind it: a triangle of a
 * square of copies. */
static WeirPort
products_along (OnnxNode *n, WeirPort x, int axis, int rank)
{
  gboolean reverse = onnx_attr_int (n, "reverse", 0) != 0;
  gboolean exclusive = onnx_attr_int (n, "exclusive", 0) != 0;
  WeirPort at = onnx_counting (n, onnx_length_of (n, x, axis)), kept;

  kept = ONNX_OP (n,
                  reverse     ? exclusive ? "Less" : "LessEqual"
                  : exclusive ? "Greater"
                              : "GreaterEqual",
                  onnx_unsqueeze (n, at, 1), onnx_unsqueeze (n, at, 0));
  for (int i = axis + 2; i <= rank; i++)
    kept = onnx_unsqueeze (n, kept, -1);
  x = ONNX_OP (n, "Select", kept, onnx_unsqueeze (n, x, axis), onnx_scalar (n, x, 1));
  return onnx_reduce (n, "ReduceProd", x, ONNX_INTS (n, axis + 1), FALSE);
}

/* The axis is an input; where it is not constant, all are computed and one is chosen. */
static WeirPort
cum_prod (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = WEIR_PORT_NONE, axis = onnx_in (n, 1), chosen;
  int rank = onnx_rank (n, x);
  gint64 value;

  if (rank < 1 || rank >= WEIR_MAX_RANK)
    return onnx_unsupported (n, "an input of rank %d", rank);
  if (onnx_int_value (n, axis, &value))
    return products_along (n, x, onnx_axis (n, value, rank), rank);
  axis = onnx_scalar_of (n, onnx_convert (n, axis, WEIR_DTYPE_I64));
  axis = ONNX_OP (n, "FloorMod", axis, onnx_int (n, rank));
  for (int i = 0; i < rank; i++) {
    WeirPort along = products_along (n, x, i, rank);

    chosen = ONNX_OP (n, "Equal", axis, onnx_int (n, i));
    y = i == 0 ? along : ONNX_OP (n, "Select", chosen, along, y);
  }
  return y;
}

/* A convolution of each channel over the past; its last inputs are the next state. */
static WeirPort
causal_conv (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), parts[2], y, shape[3];
  const WeirShape *filter = onnx_shape (n, w);
  gint64 taps = filter->rank == 3 ? filter->dims[2] : 0;
  const char *activation = onnx_attr_string (n, "activation", "none");
  WeirNode *node;

  if (onnx_attr_int (n, "channels_last", 0) != 0 ||
      onnx_attr_int (n, "dilation", 1) != 1 || onnx_attr_int (n, "ndim", 1) != 1 ||
      onnx_wants (n, 2))
    return onnx_unsupported (n, "channels at the end, dilation or updates of the state");
  if (taps < 1)
    return onnx_unsupported (n, "weights of unknown shape");
  shape[0] = onnx_dim_of (n, x, 0);
  shape[1] = onnx_dim_of (n, x, 1);
  shape[2] = ONNX_INTS (n, taps - 1);
  parts[0] = onnx_has (n, 3) ? onnx_in (n, 3)
                             : onnx_broadcast (n, onnx_scalar (n, x, 0),
                                               onnx_concat (n, shape, 3, 0));
  parts[1] = x;
  x = taps > 1 ? onnx_concat (n, parts, 2, 2) : x;
  w = onnx_reshape (n, w, (const gint64[]){ -1, 1, 1, taps }, 4);
  node = ONNX_BEGIN (n, "GroupConvolution", x, w);
  weir_node_set_ints (node, "strides", (const gint64[]){ 1 }, 1);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1 }, 1);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ 0 }, 1);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ 0 }, 1);
  y = onnx_end (n, node);
  if (onnx_has (n, 2))
    y = ONNX_OP (n, "Add", y, onnx_channels (n, onnx_in (n, 2), 3));
  if (strcmp (activation, "none") != 0)
    y = ONNX_OP (n, "Swish", y);
  if (onnx_wants (n, 1))
    onnx_out (n, 1,
              onnx_slice (n, x,
                          taps > 1 ? ONNX_INTS (n, 1 - taps) : ONNX_INTS (n, G_MAXINT64),
                          ONNX_INTS (n, G_MAXINT64), 2));
  return y;
}

/* Linear attention keeps a matrix a head, which each step fades, corrects, adds to and
 * reads. */
typedef struct {
  OnnxNode *n; /* around the loop */
  OnnxNode in; /* inside it */
  gint64 heads, q_heads;
  gboolean gated, delta;
  double scale;
  WeirNode *node;
  WeirBody *body;
} Linear;

/* Input @index as [batch, steps, heads, -1], and the slice of it that a step sees. */
static WeirPort
step_input (Linear *l, guint index, gint64 heads)
{
  WeirPort x = onnx_convert (l->n, onnx_in (l->n, index), WEIR_DTYPE_F32), port;
  WeirShape shape;

  x = onnx_reshape (l->n, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  if (weir_build_failed (l->n->b) || weir_build_failed (l->in.b))
    return WEIR_PORT_NONE;
  shape = *onnx_shape (l->n, x);
  if (shape.rank == 4)
    shape.dims[1] = 1;
  weir_edit_append_input (l->n->b->graph, l->node, x);
  onnx_map_input (l->body, l->node->n_inputs - 1,
                  weir_graph_n_parameters (l->in.b->graph), 1, FALSE);
  port = weir_build_parameter (l->in.b, l->n->name, WEIR_DTYPE_F32, &shape);
  return onnx_squeeze (&l->in, port, 1);
}

static WeirPort
step (Linear *l, WeirPort state, WeirPort *next)
{
  OnnxNode *n = &l->in;
  WeirPort q = step_input (l, 0, l->heads), k = step_input (l, 1, l->heads), y;
  WeirPort v = onnx_unsqueeze (n, step_input (l, 2, l->heads), 2), known, beta;
  gint64 group = l->q_heads / l->heads;

  if (l->gated) {
    WeirPort fade = ONNX_OP (n, "Exp", step_input (l, 4, l->heads));
    state = ONNX_OP (n, "Multiply", state, onnx_unsqueeze (n, fade, 3));
  }
  if (l->delta) {
    const WeirShape *shape = onnx_shape (l->n, onnx_in (l->n, 5));

    known = ONNX_OP (n, "MatMul", onnx_unsqueeze (n, k, 2), state);
    beta = step_input (l, 5, shape->rank == 3 && shape->dims[2] == 1 ? 1 : l->heads);
    v = ONNX_OP (n, "Multiply", ONNX_OP (n, "Subtract", v, known),
                 onnx_unsqueeze (n, beta, 3));
  }
  known = ONNX_OP (n, "Multiply", onnx_unsqueeze (n, k, 3), v);
  *next = ONNX_OP (n, "Add", state, known);
  q = onnx_reshape (n, q, (const gint64[]){ 0, 0, group, -1 }, 4);
  y = ONNX_OP (n, "MatMul", q, *next);
  y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, l->scale));
  return onnx_unsqueeze (n, y, 1);
}

/* [batch, heads, size of keys, size of values] */
static WeirPort
first_state (Linear *l, gint64 keys, gint64 values)
{
  OnnxNode *n = l->n;
  WeirPort zero, parts[2];

  if (onnx_has (n, 3))
    return onnx_convert (n, onnx_in (n, 3), WEIR_DTYPE_F32);
  zero = onnx_constant (n, weir_tensor_new_f32_scalar (0));
  parts[0] = onnx_dim_of (n, onnx_in (n, 0), 0);
  parts[1] = ONNX_INTS (n, l->heads, keys, values);
  return onnx_broadcast (n, zero, onnx_concat (n, parts, 2, 0));
}

static gboolean
linear_init (Linear *l, OnnxNode *n, WeirBuilder *inside, gint64 *keys, gint64 *values)
{
  const char *rule = onnx_attr_string (n, "update_rule", "gated_delta");
  const WeirShape *q = onnx_shape (n, onnx_in (n, 0)),
                  *v = onnx_shape (n, onnx_in (n, 2));

  *l = (Linear){ .n = n,
                 .in = *n,
                 .heads = onnx_attr_int (n, "kv_num_heads", 0),
                 .q_heads = onnx_attr_int (n, "q_num_heads", 0) };
  l->in.b = inside;
  l->gated = g_str_has_prefix (rule, "gated");
  l->delta = g_str_has_suffix (rule, "delta");
  if (l->heads < 1 || l->q_heads < 1 || l->q_heads % l->heads != 0)
    onnx_invalid (n, "%" G_GINT64_FORMAT " heads of queries share %" G_GINT64_FORMAT,
                  l->q_heads, l->heads);
  else if (q->rank != 3 || v->rank != 3 || q->dims[2] < 1 || v->dims[2] < 1)
    onnx_unsupported (n, "queries or values of unknown size");
  if (weir_build_failed (n->b))
    return FALSE;
  *keys = q->dims[2] / l->q_heads;
  *values = v->dims[2] / l->heads;
  l->scale = onnx_attr_float (n, "scale", 0);
  if (l->scale == 0)
    l->scale = 1 / sqrt ((double) MAX (*keys, 1));
  return TRUE;
}

static WeirPort
linear_attention (OnnxNode *n)
{
  WeirBuilder inside = { 0 };
  WeirDtype dtype = onnx_dtype (n, onnx_in (n, 0)), kept = dtype;
  WeirPort state, next, y;
  gint64 keys, values;
  Linear l;

  if (!linear_init (&l, n, &inside, &keys, &values))
    return WEIR_PORT_NONE;
  if (onnx_has (n, 3))
    kept = onnx_dtype (n, onnx_in (n, 3));
  state = first_state (&l, keys, values);
  l.node = weir_build_begin_outputs (n->b, "TensorIterator", n->name, &state, 1, 2);
  if (l.node == NULL)
    return WEIR_PORT_NONE;
  l.body = weir_edit_add_body (l.node);
  inside = WEIR_BUILDER (l.body->graph);
  onnx_map_input (l.body, 0, 0, -1, FALSE);
  y = weir_build_parameter (&inside, n->name, WEIR_DTYPE_F32,
                            &WEIR_SHAPE (WEIR_DIM_UNKNOWN, l.heads, keys, values));
  y = step (&l, y, &next);
  weir_build_result (&inside, n->name, y);
  weir_build_result (&inside, n->name, next);
  onnx_map_output (l.body, 0, 0, 1, FALSE);
  onnx_map_output (l.body, 1, 1, -1, FALSE);
  onnx_map_back (l.body, 1, 0);
  if (!weir_build_failed (n->b))
    weir_build_finish (&inside, &n->b->error);
  g_clear_error (&inside.error);
  y = onnx_end (n, l.node);
  if (onnx_wants (n, 1))
    onnx_out (n, 1, onnx_convert (n, onnx_port (n, l.node, 1), kept));
  y = onnx_reshape (n, y, (const gint64[]){ 0, 0, -1 }, 3);
  return onnx_convert (n, y, dtype);
}

const OnnxRow onnx_rows_recent[] = {
  { "CausalConvWithState", NULL, 0, 0, causal_conv },
  { "CausalConvWithState", "com.microsoft", 0, 0, causal_conv },
  { "CumProd", NULL, 0, 0, cum_prod },
  { "LinearAttention", NULL, 0, 0, linear_attention },
  { "LinearAttention", "com.microsoft", 0, 0, linear_attention },
  { "SwiGLU", NULL, 0, 0, swiglu },
  { "TensorScatter", NULL, 0, 0, tensor_scatter },
  { NULL },
};
