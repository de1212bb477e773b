#include "list.h"

#include "constant-math.h"
#include "unfused.h"
#include "weights.h"

/* A Multiply or an Add of a constant, along the dimension that a Concat joins, goes
 * before it, to each part its own, where all parts are made by layers that take it over.
 */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassWeights, weir_pass_weights_clear)

/* What is added to or multiplied with a constant; FALSE where @node does neither. */
static gboolean
operand (const WeirGraph *graph, const WeirNode *node, WeirPort *data,
         WeirTensor **constant)
{
  if ((!weir_node_is (node, "Multiply") && !weir_node_is (node, "Add")) ||
      !weir_node_string_is (node, "auto_broadcast", "numpy") ||
      weir_pass_is_unfused (node))
    return FALSE;
  for (guint i = 0; i < 2; i++) {
    *constant = weir_pass_constant (graph, node->inputs[i]);
    *data = node->inputs[1 - i];
    if (*constant != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Whether what makes @port, for the Concat alone, can take a factor along @axis; with
 * @adds a summand, which needs one that is there. */
static gboolean
is_taken (const WeirGraph *graph, WeirPort port, int axis, gboolean adds)
{
  g_auto (WeirPassWeights) weights = { 0 };
  int rank = weir_graph_shape (graph, port)->rank;
  gboolean sums = !adds;

  for (;;) {
    const WeirNode *node = weir_graph_node (graph, port.node);
    g_autoptr (WeirTensor) constant = NULL;

    if (weir_graph_n_uses (graph, port) != 1)
      return FALSE;
    if (!operand (graph, node, &port, &constant))
      return sums && weir_pass_weights (graph, node, &weights) &&
             (weights.channel_axis < 0 ? rank - 1 : weights.channel_axis) == axis;
    sums = sums || weir_node_is (node, "Add");
  }
}

static gboolean
all_take (const WeirGraph *graph, const WeirNode *concat, int axis, gboolean adds)
{
  for (guint i = 0; i < concat->n_inputs; i++)
    if (weir_graph_shape (graph, concat->inputs[i])->dims[axis] < 1 ||
        !is_taken (graph, concat->inputs[i], axis, adds))
      return FALSE;
  return TRUE;
}

/* The elements of @constant from @first on, along @axis; one for all stays one. */
static WeirPort
build_part (WeirBuilder *builder, const WeirNode *node, guint index,
            const WeirTensor *constant, gsize first, gsize count, int axis, int rank)
{
  g_autofree char *name = g_strdup_printf ("%s/part%u", node->name, index);
  WeirDtype dtype = weir_tensor_dtype (constant);
  gboolean single = weir_tensor_count (constant) == 1;
  WeirShape shape = weir_shape_unknown (rank);
  WeirTensor *part;

  for (int i = 0; i < rank; i++)
    shape.dims[i] = i == axis && !single ? (gint64) count : 1;
  part = weir_tensor_new (dtype, &shape, &builder->error);
  for (gsize i = 0; part != NULL && i < weir_tensor_count (part); i++)
    weir_dtype_store (dtype, weir_tensor_writable (part), i,
                      weir_tensor_get (constant, single ? 0 : first + i));
  return weir_build_constant (builder, name, part);
}

static WeirPort
build (WeirBuilder *builder, const WeirNode *node, const WeirNode *concat, int axis,
       const WeirTensor *constant)
{
  g_autofree WeirPort *parts =
      g_memdup2 (concat->inputs, concat->n_inputs * sizeof *parts);
  int rank = concat->outputs[0].info.shape.rank;
  gsize first = 0;

  for (guint i = 0; i < concat->n_inputs; i++) {
    g_autofree char *name = g_strdup_printf ("%s/of%u", node->name, i);
    gsize count = (gsize) weir_graph_shape (builder->graph, parts[i])->dims[axis];
    WeirPort part = build_part (builder, node, i, constant, first, count, axis, rank);

    parts[i] = weir_build2 (builder, node->op->name, name, parts[i], part);
    first += count;
  }
  return weir_build_end (builder, weir_build_begin_like (builder, concat, node->name,
                                                         parts, concat->n_inputs));
}

static gboolean
binary (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_autoptr (WeirTensor) constant = NULL;
  WeirBuilder builder = WEIR_BUILDER (graph);
  const WeirNode *concat;
  WeirPort data;
  int rank, axis;

  if (!operand (graph, node, &data, &constant) || weir_graph_n_uses (graph, data) != 1)
    return TRUE;
  concat = weir_match (graph, data, "Concat");
  rank = weir_graph_shape (graph, data)->rank;
  if (concat == NULL || rank < 1 ||
      !weir_shape_axis (weir_node_int (concat, "axis"), rank, &axis, NULL) ||
      !weir_pass_along (constant, rank, axis) ||
      !weir_pass_broadcasts_into (weir_tensor_shape (constant),
                                  weir_graph_shape (graph, data)) ||
      !all_take (graph, concat, axis, weir_node_is (node, "Add")))
    return TRUE;
  return weir_pass_finish (&builder, node, build (&builder, node, concat, axis, constant),
                           changed, error);
}

static const WeirRewrite rows[] = {
  { "Multiply", binary },
  { "Add", binary },
  { NULL },
};

gboolean
weir_pass_scale_concat (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  return options->disable_fusing ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
