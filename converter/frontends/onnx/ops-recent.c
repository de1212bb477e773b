#include "attr.h"
#include "body.h"
#include "node.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Operations of the newest sets that the IR has no counterpart for, written out. */

static WeirPort
swiglu (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;

  y = WEIR_MAKE (&n->make, "Swish", x,
                 weir_make_scalar (&n->make, x, onnx_attr_float (n, "alpha", 1)));
  return WEIR_MAKE (&n->make, "Multiply", y, onnx_in (n, 1));
}

/* Puts the update behind the write index of each batch, or around the end of the cache.
 */
static WeirPort
tensor_scatter (OnnxNode *n)
{
  WeirPort cache = onnx_in (n, 0), update = onnx_in (n, 1), indices, end, size;
  int rank = weir_make_rank (&n->make, cache), axis;
  gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

  axis = onnx_axis (n, onnx_attr_int (n, "axis", -2), rank);
  end = weir_make_length_of (&n->make, update, axis);
  dims[axis] = -1;
  indices = weir_make_reshape (&n->make, weir_make_counting (&n->make, end), dims,
                               (gsize) rank);
  if (onnx_has (n, 2)) {
    dims[axis] = 1;
    dims[0] = -1;
    end = weir_make_convert (&n->make, onnx_in (n, 2), WEIR_DTYPE_I64);
    indices = WEIR_MAKE (&n->make, "Add", indices,
                         weir_make_reshape (&n->make, end, dims, (gsize) rank));
  }
  size = weir_make_length_of (&n->make, cache, axis);
  if (onnx_attr_is (n, "mode", "linear", "circular"))
    indices = WEIR_MAKE (&n->make, "FloorMod", indices, size);
  indices =
      weir_make_broadcast (&n->make, indices, weir_make_shape_of (&n->make, update));
  return WEIR_MAKE (&n->make, "ScatterElementsUpdate", cache, indices, update,
                    weir_make_int (&n->make, axis));
}

/* For each element the product of all that come before it, or behind it: a triangle of a
 * square of copies. */
static WeirPort
products_along (OnnxNode *n, WeirPort x, int axis, int rank)
{
  gboolean reverse = onnx_attr_int (n, "reverse", 0) != 0;
  gboolean exclusive = onnx_attr_int (n, "exclusive", 0) != 0;
  WeirPort at = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, axis)),
           kept;

  kept = WEIR_MAKE (&n->make,
                    reverse     ? exclusive ? "Less" : "LessEqual"
                    : exclusive ? "Greater"
                                : "GreaterEqual",
                    weir_make_unsqueeze (&n->make, at, 1),
                    weir_make_unsqueeze (&n->make, at, 0));
  for (int i = axis + 2; i <= rank; i++)
    kept = weir_make_unsqueeze (&n->make, kept, -1);
  x = WEIR_MAKE (&n->make, "Select", kept, weir_make_unsqueeze (&n->make, x, axis),
                 weir_make_scalar (&n->make, x, 1));
  return weir_make_reduce (&n->make, "ReduceProd", x, WEIR_MAKE_INTS (&n->make, axis + 1),
                           FALSE);
}

/* The axis is an input; where it is not constant, all are computed and one is chosen. */
static WeirPort
cum_prod (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y = WEIR_PORT_NONE, axis = onnx_in (n, 1), chosen;
  int rank = weir_make_rank (&n->make, x);
  gint64 value;

  if (rank < 1 || rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "an input of rank %d", rank);
  if (onnx_int_value (n, axis, &value))
    return products_along (n, x, onnx_axis (n, value, rank), rank);
  axis =
      weir_make_scalar_of (&n->make, weir_make_convert (&n->make, axis, WEIR_DTYPE_I64));
  axis = WEIR_MAKE (&n->make, "FloorMod", axis, weir_make_int (&n->make, rank));
  for (int i = 0; i < rank; i++) {
    WeirPort along = products_along (n, x, i, rank);

    chosen = WEIR_MAKE (&n->make, "Equal", axis, weir_make_int (&n->make, i));
    y = i == 0 ? along : WEIR_MAKE (&n->make, "Select", chosen, along, y);
  }
  return y;
}

/* A convolution of each channel over the past; its last inputs are the next state. */
static WeirPort
causal_conv (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), w = onnx_in (n, 1), parts[2], y, shape[3];
  const WeirShape *filter = weir_make_shape (&n->make, w);
  gint64 taps = filter->rank == 3 ? filter->dims[2] : 0;
  const char *activation = onnx_attr_string (n, "activation", "none");
  WeirNode *node;

  if (onnx_attr_int (n, "channels_last", 0) != 0 ||
      onnx_attr_int (n, "dilation", 1) != 1 || onnx_attr_int (n, "ndim", 1) != 1 ||
      onnx_wants (n, 2))
    return weir_make_unsupported (
        &n->make, "channels at the end, dilation or updates of the state");
  if (taps < 1)
    return weir_make_unsupported (&n->make, "weights of unknown shape");
  shape[0] = weir_make_dim_of (&n->make, x, 0);
  shape[1] = weir_make_dim_of (&n->make, x, 1);
  shape[2] = WEIR_MAKE_INTS (&n->make, taps - 1);
  parts[0] = onnx_has (n, 3)
                 ? onnx_in (n, 3)
                 : weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0),
                                        weir_make_concat (&n->make, shape, 3, 0));
  parts[1] = x;
  x = taps > 1 ? weir_make_concat (&n->make, parts, 2, 2) : x;
  w = weir_make_reshape (&n->make, w, (const gint64[]){ -1, 1, 1, taps }, 4);
  node = WEIR_MAKE_BEGIN (&n->make, "GroupConvolution", x, w);
  weir_node_set_ints (node, "strides", (const gint64[]){ 1 }, 1);
  weir_node_set_ints (node, "dilations", (const gint64[]){ 1 }, 1);
  weir_node_set_ints (node, "pads_begin", (const gint64[]){ 0 }, 1);
  weir_node_set_ints (node, "pads_end", (const gint64[]){ 0 }, 1);
  y = weir_make_end (&n->make, node);
  if (onnx_has (n, 2))
    y = WEIR_MAKE (&n->make, "Add", y, weir_make_channels (&n->make, onnx_in (n, 2), 3));
  if (strcmp (activation, "none") != 0)
    y = WEIR_MAKE (&n->make, "Swish", y);
  if (onnx_wants (n, 1))
    onnx_out (n, 1,
              weir_make_slice (&n->make, x,
                               taps > 1 ? WEIR_MAKE_INTS (&n->make, 1 - taps)
                                        : WEIR_MAKE_INTS (&n->make, G_MAXINT64),
                               WEIR_MAKE_INTS (&n->make, G_MAXINT64), 2));
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
  WeirPort x = weir_make_convert (&l->n->make, onnx_in (l->n, index), WEIR_DTYPE_F32),
           port;
  WeirShape shape;

  x = weir_make_reshape (&l->n->make, x, (const gint64[]){ 0, 0, heads, -1 }, 4);
  if (weir_build_failed (l->n->make.b) || weir_build_failed (l->in.make.b))
    return WEIR_PORT_NONE;
  shape = *weir_make_shape (&l->n->make, x);
  if (shape.rank == 4)
    shape.dims[1] = 1;
  weir_edit_append_input (l->n->make.b->graph, l->node, x);
  onnx_map_input (l->body, l->node->n_inputs - 1,
                  weir_graph_n_parameters (l->in.make.b->graph), 1, FALSE);
  port = weir_build_parameter (l->in.make.b, l->n->make.name, WEIR_DTYPE_F32, &shape);
  return weir_make_squeeze (&l->in.make, port, 1);
}

static WeirPort
step (Linear *l, WeirPort state, WeirPort *next)
{
  OnnxNode *n = &l->in;
  WeirPort q = step_input (l, 0, l->heads), k = step_input (l, 1, l->heads), y;
  WeirPort v = weir_make_unsqueeze (&n->make, step_input (l, 2, l->heads), 2), known,
           beta;
  gint64 group = l->q_heads / l->heads;

  if (l->gated) {
    WeirPort fade = WEIR_MAKE (&n->make, "Exp", step_input (l, 4, l->heads));
    state =
        WEIR_MAKE (&n->make, "Multiply", state, weir_make_unsqueeze (&n->make, fade, 3));
  }
  if (l->delta) {
    const WeirShape *shape = weir_make_shape (&l->n->make, onnx_in (l->n, 5));

    known = WEIR_MAKE (&n->make, "MatMul", weir_make_unsqueeze (&n->make, k, 2), state);
    beta = step_input (l, 5, shape->rank == 3 && shape->dims[2] == 1 ? 1 : l->heads);
    v = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Subtract", v, known),
                   weir_make_unsqueeze (&n->make, beta, 3));
  }
  known = WEIR_MAKE (&n->make, "Multiply", weir_make_unsqueeze (&n->make, k, 3), v);
  *next = WEIR_MAKE (&n->make, "Add", state, known);
  q = weir_make_reshape (&n->make, q, (const gint64[]){ 0, 0, group, -1 }, 4);
  y = WEIR_MAKE (&n->make, "MatMul", q, *next);
  y = WEIR_MAKE (&n->make, "Multiply", y, weir_make_scalar (&n->make, y, l->scale));
  return weir_make_unsqueeze (&n->make, y, 1);
}

/* [batch, heads, size of keys, size of values] */
static WeirPort
first_state (Linear *l, gint64 keys, gint64 values)
{
  OnnxNode *n = l->n;
  WeirPort zero, parts[2];

  if (onnx_has (n, 3))
    return weir_make_convert (&n->make, onnx_in (n, 3), WEIR_DTYPE_F32);
  zero = weir_make_constant (&n->make, weir_tensor_new_f32_scalar (0));
  parts[0] = weir_make_dim_of (&n->make, onnx_in (n, 0), 0);
  parts[1] = WEIR_MAKE_INTS (&n->make, l->heads, keys, values);
  return weir_make_broadcast (&n->make, zero, weir_make_concat (&n->make, parts, 2, 0));
}

static gboolean
linear_init (Linear *l, OnnxNode *n, WeirBuilder *inside, gint64 *keys, gint64 *values)
{
  const char *rule = onnx_attr_string (n, "update_rule", "gated_delta");
  const WeirShape *q = weir_make_shape (&n->make, onnx_in (n, 0)),
                  *v = weir_make_shape (&n->make, onnx_in (n, 2));

  *l = (Linear){ .n = n,
                 .in = *n,
                 .heads = onnx_attr_int (n, "kv_num_heads", 0),
                 .q_heads = onnx_attr_int (n, "q_num_heads", 0) };
  l->in.make.b = inside;
  l->gated = g_str_has_prefix (rule, "gated");
  l->delta = g_str_has_suffix (rule, "delta");
  if (l->heads < 1 || l->q_heads < 1 || l->q_heads % l->heads != 0)
    weir_make_invalid (&n->make,
                       "%" G_GINT64_FORMAT " heads of queries share %" G_GINT64_FORMAT,
                       l->q_heads, l->heads);
  else if (q->rank != 3 || v->rank != 3 || q->dims[2] < 1 || v->dims[2] < 1)
    weir_make_unsupported (&n->make, "queries or values of unknown size");
  if (weir_build_failed (n->make.b))
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
  WeirDtype dtype = weir_make_dtype (&n->make, onnx_in (n, 0)), kept = dtype;
  WeirPort state, next, y;
  gint64 keys, values;
  Linear l;

  if (!linear_init (&l, n, &inside, &keys, &values))
    return WEIR_PORT_NONE;
  if (onnx_has (n, 3))
    kept = weir_make_dtype (&n->make, onnx_in (n, 3));
  state = first_state (&l, keys, values);
  l.node =
      weir_build_begin_outputs (n->make.b, "TensorIterator", n->make.name, &state, 1, 2);
  if (l.node == NULL)
    return WEIR_PORT_NONE;
  l.body = weir_edit_add_body (l.node);
  inside = WEIR_BUILDER (l.body->graph);
  onnx_map_input (l.body, 0, 0, -1, FALSE);
  y = weir_build_parameter (&inside, n->make.name, WEIR_DTYPE_F32,
                            &WEIR_SHAPE (WEIR_DIM_UNKNOWN, l.heads, keys, values));
  y = step (&l, y, &next);
  weir_build_result (&inside, n->make.name, y);
  weir_build_result (&inside, n->make.name, next);
  onnx_map_output (l.body, 0, 0, 1, FALSE);
  onnx_map_output (l.body, 1, 1, -1, FALSE);
  onnx_map_back (l.body, 1, 0);
  if (!weir_build_failed (n->make.b))
    weir_build_finish (&inside, &n->make.b->error);
  g_clear_error (&inside.error);
  y = weir_make_end (&n->make, l.node);
  if (onnx_wants (n, 1))
    onnx_out (n, 1,
              weir_make_convert (&n->make, weir_make_port (&n->make, l.node, 1), kept));
  y = weir_make_reshape (&n->make, y, (const gint64[]){ 0, 0, -1 }, 3);
  return weir_make_convert (&n->make, y, dtype);
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
