#include "list.h"

#include "constant-math.h"
#include "ir/edit.h"
#include "rewrite.h"
#include "unfused.h"

#include <string.h>

/* Convolutions on the parts of a Split, whose results are joined again, are one
 * GroupConvolution: so frameworks without groups write them. Each branch may end with its
 * own bias. */

#define CHANNELS 1

typedef struct {
  const WeirNode *split, *first;
  WeirTensor *weights; /* of all branches */
  WeirTensor *bias;    /* (nullable): of all branches */
} Match;

static void
match_clear (Match *match)
{
  g_clear_pointer (&match->weights, weir_tensor_unref);
  g_clear_pointer (&match->bias, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Match, match_clear)

/* One branch. @bias: (nullable) */
typedef struct {
  const WeirNode *conv;
  WeirTensor *weights, *bias;
} Branch;

static void
branch_clear (Branch *branch)
{
  g_clear_pointer (&branch->bias, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Branch, branch_clear)

/* A bias a channel; then @port is what it is added to. */
static void
take_bias (const WeirGraph *graph, Branch *branch, WeirPort *port)
{
  const WeirNode *add = weir_match (graph, *port, "Add");
  const WeirShape *shape = weir_graph_shape (graph, *port);

  for (guint i = 0; add != NULL && i < 2; i++) {
    g_autoptr (WeirTensor) bias = weir_pass_constant (graph, add->inputs[i]);

    if (bias == NULL || shape->rank < 3 ||
        !weir_pass_along (bias, shape->rank, CHANNELS) ||
        (gint64) weir_tensor_count (bias) != shape->dims[CHANNELS] ||
        weir_graph_n_uses (graph, add->inputs[1 - i]) != 1)
      continue;
    branch->bias = g_steal_pointer (&bias);
    *port = add->inputs[1 - i];
    return;
  }
}

static gboolean
branch_init (const WeirGraph *graph, WeirPort port, Branch *branch)
{
  const WeirNode *source;

  *branch = (Branch){ 0 };
  if (weir_graph_n_uses (graph, port) != 1)
    return FALSE;
  take_bias (graph, branch, &port);
  branch->conv = weir_match (graph, port, "Convolution");
  if (branch->conv == NULL || weir_pass_is_unfused (branch->conv) ||
      weir_graph_n_uses (graph, branch->conv->inputs[0]) != 1)
    return FALSE;
  source = weir_match_input (graph, branch->conv, 1, "Constant");
  if (source == NULL)
    return FALSE;
  branch->weights = source->outputs[0].info.value;
  return weir_dtype_is_float (weir_tensor_dtype (branch->weights));
}

/* Whether @conv does with its part what @first does with its own. */
static gboolean
does_the_same (const WeirNode *first, const WeirNode *conv)
{
  if (conv->version != first->version)
    return FALSE;
  for (guint i = 0; i < weir_op_n_attrs (first->op); i++)
    if (!weir_attr_equal (&conv->attrs[i], &first->attrs[i]))
      return FALSE;
  return TRUE;
}

/* Weights with a dimension more, in front; a bias with the channels of all. */
static gboolean
make_room (Match *match, const Branch *branch, guint n, int rank)
{
  const WeirShape *part = weir_tensor_shape (branch->weights);
  WeirShape weights = { .rank = part->rank + 1, .dims = { n } }, bias = { .rank = rank };

  if (weights.rank > WEIR_MAX_RANK)
    return FALSE;
  for (int i = 0; i < part->rank; i++)
    weights.dims[i + 1] = part->dims[i];
  match->weights = weir_tensor_new (weir_tensor_dtype (branch->weights), &weights, NULL);
  if (branch->bias == NULL)
    return match->weights != NULL;
  for (int i = 0; i < rank; i++)
    bias.dims[i] = i == CHANNELS ? n * (gint64) weir_tensor_count (branch->bias) : 1;
  match->bias = weir_tensor_new (weir_tensor_dtype (branch->bias), &bias, NULL);
  return match->weights != NULL && match->bias != NULL;
}

static void
put (WeirTensor *all, const WeirTensor *part, guint index)
{
  gsize size = weir_tensor_size (part);

  memcpy ((guint8 *) weir_tensor_writable (all) + index * size, weir_tensor_data (part),
          size);
}

/* Whether branch @i fits beside those before it; takes its weights over. */
static gboolean
add_branch (const WeirGraph *graph, const WeirNode *concat, guint i, Match *match)
{
  g_auto (Branch) branch = { 0 };
  WeirPort from;

  if (!branch_init (graph, concat->inputs[i], &branch))
    return FALSE;
  from = branch.conv->inputs[0];
  if (i == 0) {
    match->split = weir_graph_node (graph, from.node);
    match->first = branch.conv;
    if ((!weir_node_is (match->split, "Split") &&
         !weir_node_is (match->split, "VariadicSplit")) ||
        match->split->n_outputs != concat->n_inputs ||
        !make_room (match, &branch, concat->n_inputs, concat->outputs[0].info.shape.rank))
      return FALSE;
  }
  if (from.node != match->split->id || from.index != i ||
      !does_the_same (match->first, branch.conv) ||
      weir_tensor_size (branch.weights) * concat->n_inputs !=
          weir_tensor_size (match->weights) ||
      !weir_shape_equal (weir_tensor_shape (branch.weights),
                         weir_graph_shape (graph, match->first->inputs[1])) ||
      (branch.bias != NULL) != (match->bias != NULL))
    return FALSE;
  put (match->weights, branch.weights, i);
  if (branch.bias != NULL)
    put (match->bias, branch.bias, i);
  return TRUE;
}

/* Both the Split and the Concat along the channels. */
static gboolean
along_channels (const WeirGraph *graph, const WeirNode *concat, const WeirNode *split)
{
  int rank = concat->outputs[0].info.shape.rank, axis;
  gint64 axes[2 * WEIR_MAX_RANK];
  gsize n;

  return rank >= 3 &&
         weir_shape_axis (weir_node_int (concat, "axis"), rank, &axis, NULL) &&
         axis == CHANNELS && weir_pass_axes (graph, split, 1, rank, axes, &n) && n == 1 &&
         axes[0] == CHANNELS;
}

static WeirPort
build (WeirBuilder *builder, const WeirNode *concat, Match *match)
{
  static const char *const attrs[] = { "strides", "pads_begin", "pads_end", "dilations" };
  g_autofree char *weights_name = g_strconcat (concat->name, "/weights", NULL);
  g_autofree char *bias_name = g_strconcat (concat->name, "/bias", NULL);
  g_autofree char *conv_name = g_strconcat (concat->name, "/grouped", NULL);
  WeirPort weights =
      weir_build_constant (builder, weights_name, g_steal_pointer (&match->weights));
  WeirNode *node = weir_build_begin (builder, "GroupConvolution",
                                     match->bias != NULL ? conv_name : concat->name,
                                     WEIR_INPUTS (match->split->inputs[0], weights));
  WeirPort port;

  for (guint i = 0; i < G_N_ELEMENTS (attrs); i++) {
    gsize n;
    const gint64 *values = weir_node_ints (match->first, attrs[i], &n);

    weir_node_set_ints (node, attrs[i], values, n);
  }
  weir_node_set_string (node, "auto_pad", weir_node_string (match->first, "auto_pad"));
  port = weir_build_end (builder, node);
  if (match->bias == NULL)
    return port;
  return weir_build2 (
      builder, "Add", concat->name, port,
      weir_build_constant (builder, bias_name, g_steal_pointer (&match->bias)));
}

static gboolean
concat (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_auto (Match) match = { 0 };

  if (node->n_inputs < 2)
    return TRUE;
  for (guint i = 0; i < node->n_inputs; i++)
    if (!add_branch (graph, node, i, &match))
      return TRUE;
  if (!along_channels (graph, node, match.split))
    return TRUE;
  return weir_pass_finish (&builder, node, build (&builder, node, &match), changed,
                           error);
}

static const WeirRewrite rows[] = { { "Concat", concat }, { NULL } };

gboolean
weir_pass_fuse_branches (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return options->disable_gfusing ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
