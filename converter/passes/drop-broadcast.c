#include "list.h"

#include "dimension.h"
#include "rewrite.h"

/* What is repeated to the shape of the other operand before an element-wise operation,
 * which does that by itself. */

/* Whether list element @index says no more than dimension @axis of @other has. */
static gboolean
is_dimension_of (const WeirGraph *graph, WeirPort target, int index, WeirPort other,
                 int axis)
{
  gint64 dim = weir_graph_shape (graph, other)->dims[axis];
  WeirPassDimension own;
  WeirPassElement element;

  if (!weir_pass_element (graph, target, index, &element))
    return FALSE;
  if (!element.is_dimension)
    return element.number == 1 || element.number == dim;
  own = weir_pass_dimension_origin (graph, other, axis);
  return own.axis == element.dimension.axis &&
         weir_port_equal (own.port, element.dimension.port);
}

/* Whether the list at @target is the shape of @other, or leads into it. */
static gboolean
is_shape_of (const WeirGraph *graph, WeirPort target, WeirPort other)
{
  const WeirShape *list = weir_graph_shape (graph, target);
  int rank = weir_graph_shape (graph, other)->rank;

  if (list->rank != 1 || list->dims[0] < 0 || rank < 0 || list->dims[0] > rank)
    return FALSE;
  for (int i = 0; i < (int) list->dims[0]; i++)
    if (!is_dimension_of (graph, target, i, other, rank - (int) list->dims[0] + i))
      return FALSE;
  return TRUE;
}

static gboolean
is_broadcast (const WeirGraph *graph, const WeirNode *node, WeirPort other)
{
  const WeirShape *shape = &node->outputs[0].info.shape;

  if (!weir_node_is (node, "Broadcast") ||
      (!weir_node_string_is (node, "mode", "numpy") &&
       !weir_node_string_is (node, "mode", "bidirectional")))
    return FALSE;
  return weir_pass_broadcasts_into (shape, weir_graph_shape (graph, other)) ||
         is_shape_of (graph, node->inputs[1], other);
}

/* A Tile that repeats dimensions of one alone. */
static gboolean
is_tile (const WeirGraph *graph, const WeirNode *node, WeirPort other)
{
  const WeirShape *from, *to = &node->outputs[0].info.shape;
  gint64 repeats[2 * WEIR_MAX_RANK];
  gsize n;

  if (!weir_node_is (node, "Tile") || !weir_pass_ints (graph, node, 1, repeats, &n))
    return FALSE;
  from = weir_graph_shape (graph, node->inputs[0]);
  if (from->rank < (int) n)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (repeats[i] != 1 && from->dims[(gsize) from->rank - n + i] != 1)
      return FALSE;
  return weir_pass_broadcasts_into (to, weir_graph_shape (graph, other));
}

/* The first state of a recurrent cell, times a gate: OpenVINO looks for such cells, and
 * fails where the state has not the shape that it should have. */
static gboolean
is_first_state (const WeirGraph *graph, const WeirNode *node, const WeirNode *source)
{
  double value;

  return weir_node_is (node, "Multiply") && weir_pass_scalar (graph, source, 0, &value) &&
         value == 0;
}

static gboolean
binary (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  (void) error;
  if ((node->op->flags & WEIR_OP_BINARY) == 0 || node->n_inputs != 2 ||
      !weir_node_string_is (node, "auto_broadcast", "numpy"))
    return TRUE;
  for (guint i = 0; i < 2; i++) {
    WeirNode *source = weir_node_input (graph, node, i);
    WeirPort other = node->inputs[1 - i];

    if ((!is_broadcast (graph, source, other) && !is_tile (graph, source, other)) ||
        is_first_state (graph, node, source))
      continue;
    weir_edit_set_input (graph, node, i, source->inputs[0]);
    weir_edit_remove_unused (graph, source);
    *changed = TRUE;
  }
  return TRUE;
}

static const WeirRewrite rows[] = { { NULL, binary }, { NULL } };

gboolean
weir_pass_drop_broadcast (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
