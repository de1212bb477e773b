#include "list.h"

#include "dimension.h"
#include "rewrite.h"

/* Targets of Reshapes that a graph computes although they say no more than a constant
 * can: dimensions that stay in place are copied, numbers are numbers, and one dimension
 * is what is left. The network can be reshaped as before. */

/* Whether dimension @axis of what is reshaped is that of the target. */
static gboolean
stays (const WeirGraph *graph, WeirPort x, int axis, const WeirPassElement *element)
{
  WeirPassDimension own;

  if (axis >= weir_graph_shape (graph, x)->rank)
    return FALSE;
  own = weir_pass_dimension_origin (graph, x, axis);
  return own.axis == element->dimension.axis &&
         weir_port_equal (own.port, element->dimension.port);
}

static gboolean
find_target (const WeirGraph *graph, const WeirNode *node, gint64 *target, gsize count)
{
  guint open = 0;

  for (gsize i = 0; i < count; i++) {
    WeirPassElement element;
    gboolean known = weir_pass_element (graph, node->inputs[1], (gint64) i, &element);

    if (known && element.is_dimension &&
        stays (graph, node->inputs[0], (int) i, &element))
      target[i] = 0;
    else if (known && !element.is_dimension)
      target[i] = element.number;
    else
      target[i] = -1;
    if (known && !element.is_dimension && element.number == 0 &&
        (!weir_node_bool (node, "special_zero") ||
         (int) i >= weir_graph_shape (graph, node->inputs[0])->rank))
      return FALSE;
    open += target[i] == -1;
  }
  return open <= 1;
}

static gboolean
reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *shape = weir_graph_shape (graph, node->inputs[1]);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gint64 target[WEIR_MAX_RANK];
  WeirPort port;

  if (weir_match_input (graph, node, 1, "Constant") != NULL || shape->rank != 1 ||
      shape->dims[0] < 1 || shape->dims[0] > WEIR_MAX_RANK ||
      weir_graph_shape (graph, node->inputs[0])->rank < 0 ||
      !find_target (graph, node, target, (gsize) shape->dims[0]))
    return TRUE;
  port = weir_build_reshape (&builder, node->name, node->inputs[0], target,
                             (gsize) shape->dims[0], TRUE);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static const WeirRewrite rows[] = { { "Reshape", reshape }, { NULL } };

gboolean
weir_pass_reshape_targets (WeirModel *model, const WeirPassOptions *options,
                           GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
