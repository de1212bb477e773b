#include "list.h"

#include "ir/edit.h"
#include "weights.h"

/* A reversal of the channels (Gather by n - 1 … 0) that reaches convolutions, through
 * operations on each channel by itself, becomes part of their weights. */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassWeights, weir_pass_weights_clear)

#define MAX_STEPS 64

/* How far the reversal has come: the value it is at, and the dimension it reverses. */
typedef struct {
  WeirGraph *graph;
  WeirPort at;
  int axis, rank;
  gint64 channels;
} Trace;

static gboolean
trace_init (Trace *trace, WeirGraph *graph, const WeirNode *gather)
{
  const WeirShape *shape = weir_graph_shape (graph, gather->inputs[0]);
  gint64 order[2 * WEIR_MAX_RANK], axis[2 * WEIR_MAX_RANK];
  gsize n, n_axis;

  if (!weir_pass_ints (graph, gather, 1, order, &n) || n < 2 ||
      !weir_pass_axes (graph, gather, 2, shape->rank, axis, &n_axis) || n_axis != 1 ||
      weir_graph_shape (graph, gather->inputs[1])->rank != 1 ||
      weir_node_int (gather, "batch_dims") != 0 || shape->dims[axis[0]] != (gint64) n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (order[i] != (gint64) (n - 1 - i))
      return FALSE;
  *trace = (Trace){ .graph = graph,
                    .at = WEIR_PORT (gather, 0),
                    .axis = (int) axis[0],
                    .rank = shape->rank,
                    .channels = (gint64) n };
  return TRUE;
}

/* The reversed contents of a constant beside the value; the same one where it is not
 * different from channel to channel. NULL: it cannot be had. */
static WeirTensor *
reverse_constant (const Trace *trace, WeirTensor *constant)
{
  const WeirShape *shape = weir_tensor_shape (constant);
  int axis = trace->axis - (trace->rank - shape->rank);
  WeirDtype dtype = weir_tensor_dtype (constant);
  gsize inner = 1, n = (gsize) trace->channels;
  WeirTensor *result;

  if (shape->rank > trace->rank || weir_dtype_size (dtype) == 0)
    return NULL;
  if (axis < 0 || shape->dims[axis] == 1)
    return weir_tensor_ref (constant);
  if (shape->dims[axis] != trace->channels)
    return NULL;
  for (int i = axis + 1; i < shape->rank; i++)
    inner *= (gsize) shape->dims[i];
  result = weir_tensor_new (dtype, shape, NULL);
  for (gsize i = 0; result != NULL && i < weir_tensor_count (constant); i++) {
    gsize channel = i / inner % n, from = i + (n - 1 - 2 * channel) * inner;
    weir_dtype_store (dtype, weir_tensor_writable (result), i,
                      weir_tensor_get (constant, from));
  }
  return result;
}

static gboolean
is_eltwise (const WeirNode *node)
{
  return (node->op->flags & (WEIR_OP_UNARY | WEIR_OP_BINARY)) != 0 ||
         weir_node_is (node, "FakeQuantize") || weir_node_is (node, "Convert");
}

/* Whether @node, which reads the value, treats each channel by itself and nothing but
 * constants joins there. */
static gboolean
passes_through (const Trace *trace, const WeirNode *node)
{
  const WeirShape *shape = &node->outputs[0].info.shape;

  if (!is_eltwise (node) || shape->rank != trace->rank ||
      shape->dims[trace->axis] != trace->channels)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++) {
    g_autoptr (WeirTensor) constant = NULL, reversed = NULL;

    if (weir_port_equal (node->inputs[i], trace->at))
      continue;
    constant = weir_pass_constant (trace->graph, node->inputs[i]);
    reversed = constant != NULL ? reverse_constant (trace, constant) : NULL;
    if (reversed == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Moves on behind @node, which reads the value; FALSE where that cannot be. */
static gboolean
advance (Trace *trace, const WeirNode *node)
{
  gint64 order[2 * WEIR_MAX_RANK];
  gsize n;

  if (weir_node_is (node, "Transpose") &&
      weir_pass_axes (trace->graph, node, 1, trace->rank, order, &n) &&
      n == (gsize) trace->rank) {
    for (gsize i = 0; i < n; i++)
      if (order[i] == trace->axis) {
        trace->axis = (int) i;
        break;
      }
  } else if (!passes_through (trace, node)) {
    return FALSE;
  }
  trace->at = WEIR_PORT (node, 0);
  return TRUE;
}

static gboolean
is_end (const Trace *trace, const WeirNode *node)
{
  g_auto (WeirPassWeights) weights = { 0 };

  return trace->axis == 1 && weir_node_is (node, "Convolution") &&
         weir_port_equal (node->inputs[0], trace->at) &&
         weir_pass_weights (trace->graph, node, &weights) &&
         weights.inputs == (gsize) trace->channels;
}

static gboolean
all_readers_end (const Trace *trace)
{
  const GArray *uses = weir_graph_output (trace->graph, trace->at)->uses;

  for (guint i = 0; i < uses->len; i++)
    if (!is_end (trace,
                 weir_graph_node (trace->graph, g_array_index (uses, WeirUse, i).node)))
      return FALSE;
  return uses->len > 0;
}

static gboolean
reverse_inputs (const Trace *trace, WeirNode *node, GError **error)
{
  for (guint i = 0; i < node->n_inputs; i++) {
    g_autoptr (WeirTensor) constant = NULL;
    WeirBuilder builder = WEIR_BUILDER (trace->graph);
    WeirPort port;

    if (weir_port_equal (node->inputs[i], trace->at) || weir_node_is (node, "Transpose"))
      continue;
    constant = weir_pass_constant (trace->graph, node->inputs[i]);
    port = weir_build_constant (&builder, weir_node_input (trace->graph, node, i)->name,
                                constant != NULL ? reverse_constant (trace, constant)
                                                 : NULL);
    if (!weir_build_finish (&builder, error))
      return FALSE;
    weir_edit_set_input (trace->graph, node, i, port);
  }
  return TRUE;
}

static gboolean
reverse_layers (const Trace *trace, GError **error)
{
  g_autoptr (GArray) uses =
      g_array_copy (weir_graph_output (trace->graph, trace->at)->uses);

  for (guint i = 0; i < uses->len; i++) {
    WeirNode *layer =
        weir_graph_node (trace->graph, g_array_index (uses, WeirUse, i).node);
    g_auto (WeirPassWeights) weights = { 0 };
    WeirBuilder builder = WEIR_BUILDER (trace->graph);
    gboolean changed;
    WeirPort port;

    if (!weir_pass_weights (trace->graph, layer, &weights))
      continue;
    port = weir_pass_weights_rebuild (&builder, layer, trace->at,
                                      weir_pass_weights_reverse (&weights));
    if (!weir_pass_finish (&builder, layer, port, &changed, error))
      return FALSE;
  }
  return TRUE;
}

/* The steps in between lose the names of their values: those are in another order now. */
static gboolean
gather (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirNodeId steps[MAX_STEPS];
  guint n = 0;
  Trace trace, walk;

  if (!trace_init (&trace, graph, node))
    return TRUE;
  walk = trace;
  while (!all_readers_end (&walk)) {
    WeirNode *next = weir_match_only_use (graph, walk.at);

    if (next == NULL || n == MAX_STEPS || !advance (&walk, next))
      return TRUE;
    steps[n++] = next->id;
  }
  for (guint i = 0; i < n; i++) {
    WeirNode *step = weir_graph_node (graph, steps[i]);

    if (!reverse_inputs (&trace, step, error) || !advance (&trace, step))
      return FALSE;
    g_clear_pointer (&step->outputs[0].names, g_ptr_array_unref);
  }
  if (!reverse_layers (&trace, error))
    return FALSE;
  weir_pass_take_place (graph, node, node->inputs[0], changed);
  return TRUE;
}

static const WeirRewrite rows[] = { { "Gather", gather }, { NULL } };

gboolean
weir_pass_fuse_reverse_channels (WeirModel *model, const WeirPassOptions *options,
                                 GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
