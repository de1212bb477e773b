#include "list.h"

#include "rewrite.h"

/* The same reduction along some dimensions and then along others is one along all: all
 * that is reduced first has the same number of elements, so that this holds for means. */

/* The dimension of a value of @rank that is number @index of those that are left when
 * @gone are. */
static int
nth_left (guint gone, int rank, gint64 index)
{
  int at = 0;

  for (; at < rank - 1; at++)
    if ((gone & 1u << at) == 0 && index-- == 0)
      break;
  return at;
}

static guint
mask_of (const gint64 *axes, gsize n)
{
  guint mask = 0;

  for (gsize i = 0; i < n; i++)
    mask |= 1u << axes[i];
  return mask;
}

/* Of integers, means and roots are rounded each time. */
static gboolean
is_exact (const WeirNode *node)
{
  return weir_dtype_is_float (node->outputs[0].info.dtype) ||
         (!weir_node_is (node, "ReduceMean") && !weir_node_is (node, "ReduceL2"));
}

static gboolean
reduce (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *first = weir_match_input (graph, node, 0, node->op->name);
  gint64 inner[2 * WEIR_MAX_RANK], outer[2 * WEIR_MAX_RANK], joined[WEIR_MAX_RANK];
  g_autofree char *name = g_strconcat (node->name, "/axes", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gsize n_inner, n_outer, n = 0;
  WeirNode *made;
  guint mask;
  int rank;

  if (first == NULL || !is_exact (node) ||
      weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      weir_node_bool (first, "keep_dims") != weir_node_bool (node, "keep_dims"))
    return TRUE;
  rank = weir_graph_shape (graph, first->inputs[0])->rank;
  if (!weir_pass_axes (graph, first, 1, rank, inner, &n_inner) ||
      !weir_pass_axes (graph, node, 1, first->outputs[0].info.shape.rank, outer,
                       &n_outer))
    return TRUE;
  mask = mask_of (inner, n_inner);
  if (!weir_node_bool (first, "keep_dims"))
    for (gsize i = 0; i < n_outer; i++)
      outer[i] = nth_left (mask, rank, outer[i]);
  mask |= mask_of (outer, n_outer);
  for (int i = 0; i < rank; i++)
    if ((mask & 1u << i) != 0)
      joined[n++] = i;
  made = weir_build_begin_like (
      &builder, node, node->name,
      WEIR_INPUTS (first->inputs[0], weir_build_i64 (&builder, name, joined, n)));
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "ReduceMean", reduce },      { "ReduceSum", reduce },
  { "ReduceMax", reduce },       { "ReduceMin", reduce },
  { "ReduceProd", reduce },      { "ReduceL1", reduce },
  { "ReduceL2", reduce },        { "ReduceLogicalAnd", reduce },
  { "ReduceLogicalOr", reduce }, { NULL },
};

gboolean
weir_pass_merge_reduce (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
