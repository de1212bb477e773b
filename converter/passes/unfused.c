#include "list.h"

#include "ir/edit.h"
#include "unfused.h"

/* Nodes that --finegrain_fusing names keep a note while passes run that fuse. */

#define NOTE "weir_unfused"

gboolean
weir_pass_is_unfused (const WeirNode *node)
{
  return weir_node_rt_info (node, NOTE) != NULL || weir_node_is_exact (node);
}

static gboolean
is_named (const WeirNode *node, const GPtrArray *patterns)
{
  for (guint i = 0; i < patterns->len; i++)
    if (g_regex_match (patterns->pdata[i], node->name, G_REGEX_MATCH_DEFAULT, NULL))
      return TRUE;
  return FALSE;
}

static void
mark (WeirGraph *graph, const GPtrArray *patterns)
{
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL)
      continue;
    for (guint b = 0; b < node->n_bodies; b++)
      mark (node->bodies[b].graph, patterns);
    if (patterns == NULL)
      weir_edit_set_rt_info (node, NOTE, NULL);
    else if (is_named (node, patterns))
      weir_edit_set_rt_info (node, NOTE, "");
  }
}

gboolean
weir_pass_mark_unfused (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) error;
  if (options->unfused != NULL)
    mark (weir_model_graph (model), options->unfused);
  return TRUE;
}

gboolean
weir_pass_unmark_unfused (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) error;
  if (options->unfused != NULL)
    mark (weir_model_graph (model), NULL);
  return TRUE;
}
