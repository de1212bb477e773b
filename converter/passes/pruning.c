#include "list.h"

#include "weights.h"

#include <string.h>

/* Takes channels away between two layers that nobody would miss: those that the first
 * layer makes as zeros and that stay zeros on the way, and those that the second one
 * multiplies by zeros alone. What the second layer makes stays the same. */

#define MAX_LINKS 16

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassWeights, weir_pass_weights_clear)

/* A layer, what each channel goes through alone, and the layer that reads it. */
typedef struct {
  const WeirGraph *graph;
  const WeirNode *first, *second;
  const WeirNode *links[MAX_LINKS];
  guint n_links;
  WeirPassWeights made, read;
  gsize channels;
  gboolean *zero; /* for each channel: it is zero so far */
  gboolean *keep;
  gsize n_kept;
} Chain;

static void
chain_clear (Chain *chain)
{
  weir_pass_weights_clear (&chain->made);
  weir_pass_weights_clear (&chain->read);
  g_free (chain->zero);
  g_free (chain->keep);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear)

static const char *const zero_ops[] = { "Abs",  "Elu",  "Gelu",     "HSwish", "MaxPool",
                                        "Mish", "Relu", "AvgPool",  "Sign",   "Sin",
                                        "Sqrt", "Tanh", "SoftSign", "Swish",  NULL };
static const char *const factor_ops[] = { "Multiply", "PRelu", NULL };
static const char *const shift_ops[] = { "Add", "Subtract", NULL };
static const char *const other_ops[] = { "Clamp",    "Exp",      "HSigmoid", "Sigmoid",
                                         "SoftPlus", "Negative", NULL };

static gboolean
is_pool (const WeirNode *node)
{
  return weir_node_is (node, "MaxPool") || weir_node_is (node, "AvgPool");
}

/* Which dimension of the weights counts the channels of the output, or the input. */
static int
weights_axis (const WeirPassWeights *weights, gboolean of_inputs)
{
  return of_inputs != weights->inputs_first;
}

static gboolean
channel_is_zero (const WeirTensor *tensor, int axis, gsize channel)
{
  const WeirShape *shape = weir_tensor_shape (tensor);
  WeirDtype dtype = weir_tensor_dtype (tensor);
  gsize outer = 1, inner = 1;

  for (int i = 0; i < shape->rank; i++) {
    if (i < axis)
      outer *= (gsize) shape->dims[i];
    if (i > axis)
      inner *= (gsize) shape->dims[i];
  }
  for (gsize o = 0; o < outer; o++)
    for (gsize i = 0; i < inner; i++) {
      gsize at = (o * (gsize) shape->dims[axis] + channel) * inner + i;

      if (weir_dtype_load (dtype, weir_tensor_data (tensor), at) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_depthwise (const WeirPassWeights *weights)
{
  return weights->groups > 1 && weights->inputs == 1 && weights->outputs == 1;
}

/* The constant of a link is for all channels, or for each. */
static gboolean
constant_suits (const Chain *chain, const WeirNode *node, WeirTensor **constant)
{
  *constant = weir_pass_constant (chain->graph, node->inputs[1]);
  if (*constant == NULL)
    return FALSE;
  if (weir_node_is (node, "PRelu"))
    return weir_tensor_count (*constant) == 1 ||
           (weir_tensor_shape (*constant)->rank == 1 &&
            weir_tensor_count (*constant) == chain->channels);
  return weir_pass_weights_along (&chain->made, *constant,
                                  node->outputs[0].info.shape.rank, chain->channels) &&
         weir_pass_broadcasts_into (weir_tensor_shape (*constant),
                                    weir_graph_shape (chain->graph, node->inputs[0]));
}

/* Adding something makes a channel that was zero another one. */
static void
shift_zeros (Chain *chain, const WeirTensor *constant)
{
  gsize count = weir_tensor_count (constant);

  for (gsize c = 0; c < chain->channels; c++)
    chain->zero[c] &=
        weir_dtype_load (weir_tensor_dtype (constant), weir_tensor_data (constant),
                         count == 1 ? 0 : c) == 0;
}

static void
no_zeros (Chain *chain, const WeirNode *node)
{
  if (weir_node_is (node, "Negative") ||
      (weir_node_is (node, "Clamp") && weir_node_float (node, "min") <= 0 &&
       weir_node_float (node, "max") >= 0))
    return;
  memset (chain->zero, 0, chain->channels * sizeof *chain->zero);
}

static gboolean
take_depthwise (const Chain *chain, const WeirNode *node)
{
  g_auto (WeirPassWeights) weights = { 0 };

  return weir_node_is (node, "GroupConvolution") &&
         weir_pass_weights (chain->graph, node, &weights) && is_depthwise (&weights) &&
         weights.groups == chain->channels;
}

/* Whether @node works on each channel alone; notes what it does to zeros. */
static gboolean
take_link (Chain *chain, const WeirNode *node)
{
  const char *op = node->op->name;
  g_autoptr (WeirTensor) constant = NULL;

  if (chain->n_links == MAX_LINKS)
    return FALSE;
  if (g_strv_contains (other_ops, op))
    no_zeros (chain, node);
  else if (g_strv_contains (shift_ops, op) || g_strv_contains (factor_ops, op)) {
    if (!constant_suits (chain, node, &constant))
      return FALSE;
    if (g_strv_contains (shift_ops, op))
      shift_zeros (chain, constant);
  } else if (!g_strv_contains (zero_ops, op) && !take_depthwise (chain, node)) {
    return FALSE;
  }
  if ((is_pool (node) || weir_node_is (node, "PRelu")) && chain->made.channel_axis != 1)
    return FALSE;
  for (guint i = 1; i < node->n_outputs; i++)
    if (weir_graph_n_uses (chain->graph, WEIR_PORT (node, i)) > 0)
      return FALSE;
  chain->links[chain->n_links++] = node;
  return TRUE;
}

static gboolean
find_second (Chain *chain)
{
  const WeirNode *at = chain->first;

  for (;;) {
    const WeirNode *reader = weir_match_only_use (chain->graph, WEIR_PORT (at, 0));

    if (reader == NULL || reader->n_inputs == 0 || reader->inputs[0].node != at->id)
      return FALSE;
    if (!take_link (chain, reader)) {
      chain->second = reader;
      return weir_pass_weights (chain->graph, reader, &chain->read) &&
             chain->read.groups == 1 && chain->read.inputs == chain->channels &&
             chain->read.channel_axis == chain->made.channel_axis;
    }
    at = reader;
  }
}

static gboolean
chain_init (Chain *chain, const WeirGraph *graph, const WeirNode *node)
{
  chain->graph = graph;
  chain->first = node;
  if (!weir_pass_weights (graph, node, &chain->made) || chain->made.groups != 1)
    return FALSE;
  chain->channels = chain->made.outputs;
  chain->zero = g_new0 (gboolean, chain->channels);
  chain->keep = g_new0 (gboolean, chain->channels);
  for (gsize c = 0; c < chain->channels; c++)
    chain->zero[c] =
        channel_is_zero (chain->made.tensor, weights_axis (&chain->made, FALSE), c);
  if (!find_second (chain))
    return FALSE;
  for (gsize c = 0; c < chain->channels; c++) {
    chain->keep[c] =
        !chain->zero[c] &&
        !channel_is_zero (chain->read.tensor, weights_axis (&chain->read, TRUE), c);
    chain->n_kept += chain->keep[c];
  }
  if (chain->n_kept == 0)
    chain->keep[0] = ++chain->n_kept;
  return chain->n_kept < chain->channels;
}

/* (transfer full) (nullable): what is kept of dimension @axis. */
static WeirTensor *
cut (const Chain *chain, const WeirTensor *tensor, int axis, GError **error)
{
  WeirShape shape = *weir_tensor_shape (tensor);
  gsize outer = 1, inner = weir_dtype_bits (weir_tensor_dtype (tensor)) / 8;
  const guint8 *from = weir_tensor_data (tensor);
  WeirTensor *result;
  guint8 *to;

  for (int i = 0; i < shape.rank; i++)
    if (i != axis)
      *(i < axis ? &outer : &inner) *= (gsize) shape.dims[i];
  shape.dims[axis] = (gint64) chain->n_kept;
  result = weir_tensor_new (weir_tensor_dtype (tensor), &shape, error);
  if (result == NULL)
    return NULL;
  to = weir_tensor_writable (result);
  for (gsize o = 0; o < outer; o++)
    for (gsize c = 0; c < chain->channels; c++, from += inner)
      if (chain->keep[c]) {
        memcpy (to, from, inner);
        to += inner;
      }
  return result;
}

/* The dimension of a link's constant where the channels are; -1: it is for all. */
static int
constant_axis (const Chain *chain, const WeirTensor *constant)
{
  const WeirShape *shape = weir_tensor_shape (constant);

  for (int i = 0; i < shape->rank && weir_tensor_count (constant) > 1; i++)
    if (shape->dims[i] == (gint64) chain->channels)
      return i;
  return -1;
}

static WeirPort
rebuild_link (WeirBuilder *b, const Chain *chain, const WeirNode *link, WeirPort data)
{
  g_autofree WeirPort *inputs = g_memdup2 (link->inputs, link->n_inputs * sizeof *inputs);
  g_autoptr (WeirTensor) constant = NULL;
  int axis = -1;

  inputs[0] = data;
  if (link->n_inputs > 1)
    constant = weir_pass_constant (chain->graph, link->inputs[1]);
  if (constant != NULL)
    axis = weir_node_is (link, "GroupConvolution") ? 0 : constant_axis (chain, constant);
  if (axis >= 0)
    inputs[1] = weir_build_constant (b, weir_node_input (b->graph, link, 1)->name,
                                     cut (chain, constant, axis, &b->error));
  return weir_build_end (
      b, weir_build_begin_like (b, link, link->name, inputs, link->n_inputs));
}

static gboolean
prune (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Chain) chain = { 0 };
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirTensor *made, *read;
  WeirPort port;

  if (!chain_init (&chain, graph, node))
    return TRUE;
  made = cut (&chain, chain.made.tensor, weights_axis (&chain.made, FALSE), error);
  if (made == NULL)
    return FALSE;
  port = weir_pass_weights_rebuild (&b, node, node->inputs[0], made);
  for (guint i = 0; i < chain.n_links; i++)
    port = rebuild_link (&b, &chain, chain.links[i], port);
  read = cut (&chain, chain.read.tensor, weights_axis (&chain.read, TRUE), &b.error);
  port = weir_pass_weights_rebuild (&b, chain.second, port, read);
  return weir_pass_finish (&b, weir_graph_node (graph, chain.second->id), port, changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "Convolution", prune },
  { "ConvolutionBackpropData", prune },
  { "MatMul", prune },
  { NULL },
};

gboolean
weir_transform_pruning (WeirModel *model, const WeirTransformSpec *spec, GError **error)
{
  gboolean changed = FALSE;

  (void) spec;
  return weir_rewrite_graph (weir_model_graph (model), rows, &changed, error);
}
