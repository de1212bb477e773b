#include "list.h"

#include "rewrite.h"

/* SpaceToBatch, a convolution, BatchToSpace: how TensorFlow writes a convolution with
 * dilations. What is padded only to fill the last block is cut off again behind. */

typedef struct {
  const WeirNode *back, *conv, *forth;
  gint64 block[WEIR_MAX_RANK], begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK];
  gsize n; /* spatial dimensions */
} Match;

/* Input @index, a number a dimension; batch and channels must have @neutral. */
static gboolean
read_list (const WeirGraph *graph, const WeirNode *node, guint index, gint64 neutral,
           gint64 *spatial, gsize n)
{
  gint64 values[2 * WEIR_MAX_RANK];
  gsize count;

  if (!weir_pass_ints (graph, node, index, values, &count) || count != n + 2 ||
      values[0] != neutral || values[1] != neutral)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    spatial[i] = values[i + 2];
  return TRUE;
}

static gboolean
has_no_pads (const WeirNode *conv, gsize n)
{
  if (weir_node_string_is (conv, "auto_pad", "valid"))
    return TRUE;
  for (gsize i = 0; i < n; i++)
    if (weir_node_int_at (conv, "pads_begin", i, 0) != 0 ||
        weir_node_int_at (conv, "pads_end", i, 0) != 0)
      return FALSE;
  return weir_node_string_is (conv, "auto_pad", "explicit");
}

static gboolean
is_plain (const WeirNode *conv, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (weir_node_int_at (conv, "strides", i, 1) != 1)
      return FALSE;
  return has_no_pads (conv, n);
}

static gboolean
match_lists (const WeirGraph *graph, Match *m)
{
  gint64 block[WEIR_MAX_RANK], cut_begin[WEIR_MAX_RANK], cut_end[WEIR_MAX_RANK];

  if (!read_list (graph, m->forth, 1, 1, m->block, m->n) ||
      !read_list (graph, m->forth, 2, 0, m->begin, m->n) ||
      !read_list (graph, m->forth, 3, 0, m->end, m->n) ||
      !read_list (graph, m->back, 1, 1, block, m->n) ||
      !read_list (graph, m->back, 2, 0, cut_begin, m->n) ||
      !read_list (graph, m->back, 3, 0, cut_end, m->n))
    return FALSE;
  for (gsize i = 0; i < m->n; i++) {
    m->begin[i] -= cut_begin[i];
    m->end[i] -= cut_end[i];
    if (block[i] != m->block[i] || block[i] < 1 || m->begin[i] < 0 || m->end[i] < 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
match_init (const WeirGraph *graph, const WeirNode *back, Match *m)
{
  *m = (Match){ .back = back };
  m->conv = weir_match_input (graph, back, 0, "Convolution");
  if (m->conv == NULL)
    m->conv = weir_match_input (graph, back, 0, "GroupConvolution");
  if (m->conv == NULL || weir_graph_n_uses (graph, back->inputs[0]) != 1 ||
      back->outputs[0].info.shape.rank < 3)
    return FALSE;
  m->n = (gsize) back->outputs[0].info.shape.rank - 2;
  m->forth = weir_match_input (graph, m->conv, 0, "SpaceToBatch");
  return m->forth != NULL && weir_graph_n_uses (graph, m->conv->inputs[0]) == 1 &&
         is_plain (m->conv, m->n) && match_lists (graph, m);
}

static gboolean
batch_to_space (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  gint64 dilations[WEIR_MAX_RANK];
  WeirNode *conv;
  Match m;

  if (!match_init (graph, node, &m))
    return TRUE;
  for (gsize i = 0; i < m.n; i++)
    dilations[i] = m.block[i] * weir_node_int_at (m.conv, "dilations", i, 1);
  conv = weir_build_begin_like (&builder, m.conv, node->name,
                                WEIR_INPUTS (m.forth->inputs[0], m.conv->inputs[1]));
  weir_node_set_ints (conv, "dilations", dilations, m.n);
  weir_node_set_ints (conv, "pads_begin", m.begin, m.n);
  weir_node_set_ints (conv, "pads_end", m.end, m.n);
  weir_node_set_string (conv, "auto_pad", "explicit");
  return weir_pass_finish (&builder, node, weir_build_end (&builder, conv), changed,
                           error);
}

static const WeirRewrite rows[] = { { "BatchToSpace", batch_to_space }, { NULL } };

gboolean
weir_pass_fuse_space_to_batch (WeirModel *model, const WeirPassOptions *options,
                               GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
