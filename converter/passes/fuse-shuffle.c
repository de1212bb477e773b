#include "list.h"

#include "ir/edit.h"
#include "order.h"

/* A Reshape that takes dimensions apart, a Transpose, and a Reshape that joins them again
 * in their new order: what frameworks without DepthToSpace, SpaceToDepth and
 * ShuffleChannels write in their place. For a picture [N, C, H, W] and blocks of b:
 *
 *   DepthToSpace       [N, b, b, c, H, W] or [N, c, b, b, H, W]
 *   SpaceToDepth       [N, C, h, b, w, b]
 *   ShuffleChannels    [N, g, c, H, W] or [N, g, c, HW]
 */

#define RANK 4

/**
 * Form:
 * @apart: rank between the Reshapes
 * @order: of the Transpose
 * @fits: whether the dimensions between the Reshapes are those that the operation takes
 * its input apart to; says how many blocks or groups
 * @mode: (nullable): of DepthToSpace and SpaceToDepth
 */
typedef struct {
  const char *op;
  int apart;
  gint8 order[6];
  gboolean (*fits) (const gint64 *in, const gint64 *apart, gint64 *count);
  const char *mode;
} Form;

static gboolean
is_blocks_first (const gint64 *in, const gint64 *apart, gint64 *count)
{
  *count = apart[1];
  return apart[2] == *count && apart[4] == in[2] && apart[5] == in[3];
}

static gboolean
is_depth_first (const gint64 *in, const gint64 *apart, gint64 *count)
{
  *count = apart[2];
  return apart[3] == *count && apart[4] == in[2] && apart[5] == in[3];
}

static gboolean
is_space (const gint64 *in, const gint64 *apart, gint64 *count)
{
  *count = apart[3];
  return apart[5] == *count && apart[1] == in[1] && in[2] % *count == 0 &&
         apart[2] == in[2] / *count;
}

static gboolean
is_groups (const gint64 *in, const gint64 *apart, gint64 *count)
{
  *count = apart[1];
  return in[1] % *count == 0 && apart[2] == in[1] / *count;
}

static gboolean
is_groups_apart (const gint64 *in, const gint64 *apart, gint64 *count)
{
  return is_groups (in, apart, count) && apart[3] == in[2];
}

static const Form forms[] = {
  { "DepthToSpace", 6, { 0, 3, 4, 1, 5, 2 }, is_blocks_first, "blocks_first" },
  { "DepthToSpace", 6, { 0, 1, 4, 2, 5, 3 }, is_depth_first, "depth_first" },
  { "SpaceToDepth", 6, { 0, 3, 5, 1, 2, 4 }, is_space, "blocks_first" },
  { "SpaceToDepth", 6, { 0, 1, 3, 5, 2, 4 }, is_space, "depth_first" },
  { "ShuffleChannels", 5, { 0, 2, 1, 3, 4 }, is_groups_apart, NULL },
  { "ShuffleChannels", 4, { 0, 2, 1, 3 }, is_groups, NULL },
};

/* Elements behind the first dimension; 0 where a dimension is not known. */
static gint64
volume (const WeirShape *shape)
{
  gint64 product = 1;

  for (int i = 1; i < shape->rank; i++) {
    if (shape->dims[i] <= 0 || shape->dims[i] > G_MAXINT32 || product > G_MAXINT32)
      return 0;
    product *= shape->dims[i];
  }
  return product;
}

/* Equal volumes keep the first dimension, known or not. */
static gboolean
is_taken_apart (const Form *form, const WeirShape *in, const WeirShape *apart,
                const WeirPassOrder *order, gint64 *count)
{
  if (apart->rank != form->apart || volume (in) == 0 || volume (apart) != volume (in) ||
      (in->dims[0] >= 0 && apart->dims[0] >= 0 && apart->dims[0] != in->dims[0]))
    return FALSE;
  for (int i = 0; i < form->apart; i++)
    if (order->at[i] != form->order[i])
      return FALSE;
  return form->fits (in->dims, apart->dims, count) && *count > 1;
}

static gboolean
is_joined (const WeirShape *made, const WeirShape *out)
{
  if (out->rank != RANK || made->rank != RANK)
    return FALSE;
  for (int i = 1; i < RANK; i++)
    if (out->dims[i] != made->dims[i])
      return FALSE;
  return TRUE;
}

static WeirPort
build (WeirBuilder *builder, const Form *form, const char *name, WeirPort x, gint64 count)
{
  WeirNode *node = weir_build_begin (builder, form->op, name, &x, 1);

  if (form->mode != NULL) {
    weir_node_set_string (node, "mode", form->mode);
    weir_node_set_int (node, "block_size", count);
  } else {
    weir_node_set_int (node, "axis", 1);
    weir_node_set_int (node, "group", count);
  }
  return weir_build_end (builder, node);
}

/* The Reshape that @node joins again, where nobody else reads what lies between. */
static const WeirNode *
find_first (const WeirGraph *graph, const WeirNode *node, WeirPassOrder *order)
{
  const WeirNode *transpose = weir_match_input (graph, node, 0, "Transpose");

  if (transpose == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      weir_graph_n_uses (graph, transpose->inputs[0]) != 1 ||
      !weir_pass_order_of (graph, transpose, order))
    return NULL;
  return weir_match_input (graph, transpose, 0, "Reshape");
}

static gboolean
reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPassOrder order;
  const WeirNode *first = find_first (graph, node, &order);
  const WeirShape *in;
  gint64 count;

  if (first == NULL)
    return TRUE;
  in = weir_graph_shape (graph, first->inputs[0]);
  for (guint i = 0; in->rank == RANK && i < G_N_ELEMENTS (forms); i++) {
    WeirPort port;

    if (!is_taken_apart (&forms[i], in, &first->outputs[0].info.shape, &order, &count))
      continue;
    port = build (&builder, &forms[i], node->name, first->inputs[0], count);
    if (!weir_build_failed (&builder) &&
        !is_joined (weir_graph_shape (graph, port), &node->outputs[0].info.shape)) {
      weir_edit_remove_unused (graph, weir_graph_node (graph, port.node));
      continue;
    }
    return weir_pass_finish (&builder, node, port, changed, error);
  }
  return TRUE;
}

static const WeirRewrite rows[] = { { "Reshape", reshape }, { NULL } };

gboolean
weir_pass_fuse_shuffle (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
