#include "list.h"

#include "rewrite.h"

/* Lists as they stand in calculations of shapes. Unsqueeze and Squeeze behind a Gather of
 * one element: a list with one index gives a list, a number gives a number. A Gather of
 * what a Concat has put together: the parts, if it takes whole ones. */

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

/* Where in the list that @concat makes part @index begins; -1 where that is not known. */
static gint64
begin_of (const WeirGraph *graph, const WeirNode *concat, guint index)
{
  gint64 begin = 0;

  for (guint i = 0; i < index; i++) {
    gint64 length = weir_graph_shape (graph, concat->inputs[i])->dims[0];

    if (length < 0 || begin > G_MAXINT32)
      return -1;
    begin += length;
  }
  return begin;
}

/* The part of @concat that @indices begin with, in their order; its length is in @length.
 */
static gboolean
find_part (const WeirGraph *graph, const WeirNode *concat, const gint64 *indices,
           gsize left, guint *part, gsize *length)
{
  for (*part = 0; *part < concat->n_inputs; ++*part) {
    gint64 begin = begin_of (graph, concat, *part);
    gint64 count = weir_graph_shape (graph, concat->inputs[*part])->dims[0];

    if (begin < 0 || count < 1 || (gsize) count > left || indices[0] != begin)
      continue;
    for (gint64 i = 1; i < count; i++)
      if (indices[i] != begin + i)
        return FALSE;
    *length = (gsize) count;
    return TRUE;
  }
  return FALSE;
}

static gboolean
gather (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *concat = weir_match_input (graph, node, 0, "Concat");
  gint64 indices[2 * WEIR_MAX_RANK];
  WeirPort parts[2 * WEIR_MAX_RANK];
  WeirBuilder builder = WEIR_BUILDER (graph);
  guint n_parts = 0, part;
  gsize n, length;
  WeirNode *made;

  if (concat == NULL || concat->outputs[0].info.shape.rank != 1 ||
      weir_graph_shape (graph, node->inputs[1])->rank != 1 ||
      !weir_pass_ints (graph, node, 1, indices, &n) || n == 0)
    return TRUE;
  for (gsize at = 0; at < n; at += length) {
    if (!find_part (graph, concat, indices + at, n - at, &part, &length))
      return TRUE;
    parts[n_parts++] = concat->inputs[part];
  }
  if (n_parts == 1) {
    weir_pass_take_place (graph, node, parts[0], changed);
    return TRUE;
  }
  if (weir_graph_n_uses (graph, node->inputs[0]) != 1)
    return TRUE;
  made = weir_build_begin_like (&builder, concat, node->name, parts, n_parts);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "Gather", gather },
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
