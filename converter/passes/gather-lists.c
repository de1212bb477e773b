#include "list.h"

#include "rewrite.h"

/* Unsqueeze and Squeeze behind a Gather of one element, as they stand in calculations of
 * shapes: a list with one index gives a list, a number gives a number. */

/* The Gather at input 0 if it takes one constant element of a list, and nobody else reads
 * it. */
static WeirNode *
single_gather (WeirGraph *graph, const WeirNode *node, int rank, gint64 *index)
{
  WeirNode *gather = weir_match_input (graph, node, 0, "Gather");
  gint64 indices[2 * WEIR_MAX_RANK];
  gsize n;

  if (gather == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      weir_graph_shape (graph, gather->inputs[0])->rank != 1 ||
      weir_graph_shape (graph, gather->inputs[1])->rank != rank ||
      !weir_pass_ints (graph, gather, 1, indices, &n) || n != 1)
    return NULL;
  *index = indices[0];
  return gather;
}

static gboolean
replace (WeirGraph *graph, WeirNode *node, const WeirNode *gather, gint64 index,
         gboolean as_list, gboolean *changed, GError **error)
{
  g_autofree char *name = g_strconcat (node->name, "/index", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort at = as_list ? weir_build_i64 (&builder, name, &index, 1)
                        : weir_build_i64_scalar (&builder, name, index);
  WeirNode *made =
      weir_build_begin_like (&builder, gather, node->name,
                             WEIR_INPUTS (gather->inputs[0], at, gather->inputs[2]));

  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static gboolean
unsqueeze (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 index = 0;
  WeirNode *gather = single_gather (graph, node, 0, &index);

  if (gather == NULL || node->outputs[0].info.shape.rank != 1)
    return TRUE;
  return replace (graph, node, gather, index, TRUE, changed, error);
}

static gboolean
squeeze (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 index = 0;
  WeirNode *gather = single_gather (graph, node, 1, &index);

  if (gather == NULL || node->outputs[0].info.shape.rank != 0)
    return TRUE;
  return replace (graph, node, gather, index, FALSE, changed, error);
}

static const WeirRewrite rows[] = {
  { "Unsqueeze", unsqueeze },
  { "Squeeze", squeeze },
  { NULL },
};

gboolean
weir_pass_gather_lists (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
