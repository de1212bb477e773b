#include "list.h"

#include "ir/edit.h"
#include "rewrite.h"

/* Two ways to write a Concat at length: of what another Concat along the same dimension
 * has made, for it alone; and of all parts of a Split, in their order, which is what was
 * split. */

static gboolean
axis_of (const WeirNode *concat, int *axis)
{
  int rank = concat->outputs[0].info.shape.rank;

  return rank > 0 && weir_shape_axis (weir_node_int (concat, "axis"), rank, axis, NULL);
}

/* A Concat like @node on its inputs, but for number @index: those of @inner. */
static gboolean
splice (WeirGraph *graph, WeirNode *node, const WeirNode *inner, guint index,
        gboolean *changed, GError **error)
{
  g_autoptr (GArray) inputs = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *made;

  g_array_append_vals (inputs, node->inputs, index);
  g_array_append_vals (inputs, inner->inputs, inner->n_inputs);
  g_array_append_vals (inputs, node->inputs + index + 1, node->n_inputs - index - 1);
  made = weir_build_begin_like (&builder, node, node->name, (WeirPort *) inputs->data,
                                inputs->len);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

/* The Split or VariadicSplit whose outputs @concat reads all, in their order. */
static const WeirNode *
split_of (const WeirGraph *graph, const WeirNode *concat)
{
  const WeirNode *split = weir_node_input (graph, concat, 0);

  if ((!weir_node_is (split, "Split") && !weir_node_is (split, "VariadicSplit")) ||
      split->n_outputs != concat->n_inputs)
    return NULL;
  for (guint i = 0; i < concat->n_inputs; i++)
    if (concat->inputs[i].node != split->id || concat->inputs[i].index != i)
      return NULL;
  return split;
}

static gboolean
concat (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *split;
  gint64 axes[2 * WEIR_MAX_RANK];
  int axis, inner_axis;
  gsize n;

  if (!axis_of (node, &axis))
    return TRUE;
  split = split_of (graph, node);
  if (split != NULL &&
      weir_pass_axes (graph, split, 1, node->outputs[0].info.shape.rank, axes, &n) &&
      n == 1 && axes[0] == axis) {
    weir_pass_take_place (graph, node, split->inputs[0], changed);
    return TRUE;
  }
  for (guint i = 0; i < node->n_inputs; i++) {
    const WeirNode *inner = weir_match_input (graph, node, i, "Concat");

    if (inner != NULL && weir_graph_n_uses (graph, node->inputs[i]) == 1 &&
        axis_of (inner, &inner_axis) && inner_axis == axis)
      return splice (graph, node, inner, i, changed, error);
  }
  return TRUE;
}

static const WeirRewrite rows[] = { { "Concat", concat }, { NULL } };

gboolean
weir_pass_merge_concat (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
