#include "list.h"

#include "order.h"

#include <string.h>

/* DepthToSpace, SpaceToDepth and ShuffleChannels as a Transpose between two Reshapes, for
 * who runs a network: a Reshape moves nothing, so that one way to move is fast enough for
 * all. The opposite of fuse-shuffle. */

#define RANK 4

typedef struct {
  gint64 apart[6], joined[RANK];
  int rank;
  WeirPassOrder order;
} Steps;

/* Dimensions of [N, C, H, W] behind the first must be known. */
static gboolean
is_known (const WeirShape *shape)
{
  for (int i = 1; i < shape->rank; i++)
    if (shape->dims[i] <= 0)
      return FALSE;
  return shape->rank == RANK;
}

static gboolean
expand (WeirGraph *graph, WeirNode *node, const Steps *steps, gboolean *changed,
        GError **error)
{
  g_autofree char *apart_name = g_strconcat (node->name, "/apart", NULL);
  g_autofree char *moved_name = g_strconcat (node->name, "/moved", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port = node->inputs[0];

  port = weir_build_reshape (&builder, apart_name, port, steps->apart,
                             (gsize) steps->rank, TRUE);
  port = weir_pass_order_build (&builder, moved_name, port, &steps->order);
  port = weir_build_reshape (&builder, node->name, port, steps->joined, RANK, TRUE);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static void
set_joined (Steps *steps, const WeirNode *node)
{
  for (int i = 1; i < RANK; i++)
    steps->joined[i] = node->outputs[0].info.shape.dims[i];
}

static gboolean
depth_to_space (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *x = weir_graph_shape (graph, node->inputs[0]);
  gint64 b = weir_node_int (node, "block_size"), c;
  Steps steps = { .rank = 6, .order = { 6, { 0, 3, 4, 1, 5, 2 } } };

  if (!is_known (x))
    return TRUE;
  c = x->dims[1] / (b * b);
  if (weir_node_string_is (node, "mode", "depth_first")) {
    memcpy (steps.apart, (gint64[]){ 0, c, b, b, x->dims[2], x->dims[3] },
            sizeof steps.apart);
    steps.order = (WeirPassOrder){ 6, { 0, 1, 4, 2, 5, 3 } };
  } else {
    memcpy (steps.apart, (gint64[]){ 0, b, b, c, x->dims[2], x->dims[3] },
            sizeof steps.apart);
  }
  set_joined (&steps, node);
  return expand (graph, node, &steps, changed, error);
}

static gboolean
space_to_depth (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *x = weir_graph_shape (graph, node->inputs[0]);
  gint64 b = weir_node_int (node, "block_size");
  Steps steps = { .rank = 6, .order = { 6, { 0, 3, 5, 1, 2, 4 } } };

  if (!is_known (x))
    return TRUE;
  memcpy (steps.apart, (gint64[]){ 0, x->dims[1], x->dims[2] / b, b, x->dims[3] / b, b },
          sizeof steps.apart);
  if (weir_node_string_is (node, "mode", "depth_first"))
    steps.order = (WeirPassOrder){ 6, { 0, 1, 3, 5, 2, 4 } };
  set_joined (&steps, node);
  return expand (graph, node, &steps, changed, error);
}

static gboolean
shuffle_channels (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *x = weir_graph_shape (graph, node->inputs[0]);
  gint64 groups = weir_node_int (node, "group"), axis = weir_node_int (node, "axis");
  Steps steps = { .rank = 5, .order = { 5, { 0, 2, 1, 3, 4 } } };

  if (!is_known (x) || (axis != 1 && axis != 1 - RANK))
    return TRUE;
  memcpy (steps.apart,
          (gint64[]){ 0, groups, x->dims[1] / groups, x->dims[2], x->dims[3], 0 },
          sizeof steps.apart);
  set_joined (&steps, node);
  return expand (graph, node, &steps, changed, error);
}

static const WeirRewrite rows[] = {
  { "DepthToSpace", depth_to_space },
  { "SpaceToDepth", space_to_depth },
  { "ShuffleChannels", shuffle_channels },
  { NULL },
};

gboolean
weir_pass_expand_shuffle (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
