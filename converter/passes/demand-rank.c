#include "list.h"

#include "ir/demand.h"
#include "ir/infer.h"

/* Inputs whose rank the model's file leaves open get the one that their readers demand:
 * other runtimes refuse an input of unknown rank. */

static int
rank_of (const WeirGraph *graph, const WeirNode *node, guint index)
{
  return index < node->n_inputs ? weir_node_input_info (graph, node, index)->shape.rank
                                : -1;
}

/* The length of the list at input @index: one element a dimension. */
static int
length_of (const WeirGraph *graph, const WeirNode *node, guint index)
{
  const WeirShape *shape = &weir_node_input_info (graph, node, index)->shape;

  return shape->rank == 1 && shape->dims[0] > 0 && shape->dims[0] <= WEIR_MAX_RANK
             ? (int) shape->dims[0]
             : -1;
}

static int
as_filters (const WeirGraph *graph, const WeirNode *node)
{
  return rank_of (graph, node, 1);
}

static int
as_grouped_filters (const WeirGraph *graph, const WeirNode *node)
{
  return rank_of (graph, node, 1) - 1;
}

static int
as_kernel (const WeirGraph *graph G_GNUC_UNUSED, const WeirNode *node)
{
  gsize n;

  weir_node_ints (node, "kernel", &n);
  return n <= WEIR_MAX_RANK - 2 ? (int) n + 2 : -1;
}

static int
as_list (const WeirGraph *graph, const WeirNode *node)
{
  return length_of (graph, node, 1);
}

static int
three (const WeirGraph *graph G_GNUC_UNUSED, const WeirNode *node G_GNUC_UNUSED)
{
  return 3;
}

static int
two (const WeirGraph *graph G_GNUC_UNUSED, const WeirNode *node G_GNUC_UNUSED)
{
  return 2;
}

static int
as_others (const WeirGraph *graph, const WeirNode *node)
{
  for (guint i = 0; i < node->n_inputs; i++)
    if (rank_of (graph, node, i) >= 0)
      return rank_of (graph, node, i);
  return -1;
}

/* @rank: of the first @inputs inputs; negative where it is open. */
static const struct {
  const char *op;
  guint inputs;
  int (*rank) (const WeirGraph *graph, const WeirNode *node);
} rows[] = {
  { "AvgPool", 1, as_kernel },
  { "BatchToSpace", 1, as_list },
  { "Concat", G_MAXUINT, as_others },
  { "Convolution", 1, as_filters },
  { "ConvolutionBackpropData", 1, as_filters },
  { "GRUCell", 2, two },
  { "GRUSequence", 2, three },
  { "GroupConvolution", 1, as_grouped_filters },
  { "GroupConvolutionBackpropData", 1, as_grouped_filters },
  { "LSTMCell", 3, two },
  { "LSTMSequence", 3, three },
  { "MaxPool", 1, as_kernel },
  { "Pad", 1, as_list },
  { "RNNCell", 2, two },
  { "RNNSequence", 2, three },
  { "SpaceToBatch", 1, as_list },
  { "Transpose", 1, as_list },
};

static gboolean
ask (WeirGraph *graph, const WeirNode *node)
{
  gboolean changed = FALSE;

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++) {
    int rank;

    if (!weir_node_is (node, rows[r].op))
      continue;
    rank = rows[r].rank (graph, node);
    for (guint i = 0; rank >= 0 && i < node->n_inputs && i < rows[r].inputs; i++)
      changed |= weir_graph_demand_rank (graph, node->inputs[i], rank);
  }
  return changed;
}

/* Frontends may have asked on behalf of their own operations. */
static gboolean
has_open_value (const WeirGraph *graph)
{
  for (guint id = 0; id < weir_graph_size (graph); id++) {
    const WeirNode *node = weir_graph_node (graph, id);

    for (guint i = 0; node != NULL && i < node->n_outputs; i++)
      if (node->outputs[i].info.shape.rank < 0)
        return TRUE;
  }
  return FALSE;
}

static gboolean
has_open_input (const WeirGraph *graph)
{
  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    if (weir_graph_parameter (graph, i)->outputs[0].info.shape.rank < 0)
      return TRUE;
  return FALSE;
}

gboolean
weir_pass_demand_rank (WeirModel *model, const WeirPassOptions *options G_GNUC_UNUSED,
                       GError **error)
{
  WeirGraph *graph = weir_model_graph (model);
  gboolean changed;

  if (has_open_value (graph) && !weir_graph_infer (graph, error))
    return FALSE;
  changed = has_open_input (graph);
  while (changed) {
    changed = FALSE;
    for (guint id = 0; id < weir_graph_size (graph); id++) {
      const WeirNode *node = weir_graph_node (graph, id);

      if (node != NULL)
        changed |= ask (graph, node);
    }
    if (changed && !weir_graph_infer (graph, error))
      return FALSE;
  }
  return TRUE;
}
