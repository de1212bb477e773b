#include "list.h"

#include "constant-math.h"
#include "ir/edit.h"
#include "rewrite.h"

/* A leaky activation with a slope for each channel, as frameworks write it:
 *
 *   relu (x) - slope * relu (-x)            Keras
 *   relu (x) + slope * (x - |x|) / 2        TensorFlow
 */

/* One of the two operands: what is multiplied by a constant, the constants joined. */
typedef struct {
  WeirPort value;
  WeirTensor *factor;
} Scaled;

static void
scaled_clear (Scaled *scaled)
{
  g_clear_pointer (&scaled->factor, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scaled, scaled_clear)

static gboolean
join_factor (Scaled *scaled, WeirTensor *next)
{
  g_autoptr (WeirTensor) taken = next;
  WeirTensor *joined;

  if (scaled->factor == NULL) {
    scaled->factor = g_steal_pointer (&taken);
    return TRUE;
  }
  joined = weir_pass_join (scaled->factor, taken, weir_pass_product);
  if (joined == NULL)
    return FALSE;
  weir_tensor_unref (scaled->factor);
  scaled->factor = joined;
  return TRUE;
}

/* Follows Multiplies with constants, and Negative, down to what is no such. */
static gboolean
scaled_init (const WeirGraph *graph, WeirPort port, Scaled *scaled)
{
  *scaled = (Scaled){ .value = port };
  for (;;) {
    const WeirNode *node = weir_graph_node (graph, scaled->value.node);
    WeirTensor *constant = NULL;
    guint i = 0;

    if (weir_graph_n_uses (graph, scaled->value) != 1)
      return scaled->factor != NULL;
    if (weir_node_is (node, "Negative"))
      constant = weir_tensor_new_scalar (node->outputs[0].info.dtype, -1);
    for (; constant == NULL && weir_node_is (node, "Multiply") && i < 2; i++)
      constant = weir_pass_constant (graph, node->inputs[i]);
    if (constant == NULL)
      return scaled->factor != NULL;
    if (!join_factor (scaled, constant))
      return FALSE;
    scaled->value = node->inputs[weir_node_is (node, "Negative") ? 0 : 2 - i];
  }
}

/* -1 where it is relu (-x), 1/2 where it is x - |x|: the factor that makes it x for a
 * negative x, turned round; 0 where it is neither. */
static double
negative_part (const WeirGraph *graph, WeirPort port, WeirPort x)
{
  const WeirNode *node = weir_graph_node (graph, port.node), *inner;

  if (weir_graph_n_uses (graph, port) != 1)
    return 0;
  if (weir_node_is (node, "Relu")) {
    inner = weir_match_input (graph, node, 0, "Negative");
    return inner != NULL && weir_port_equal (inner->inputs[0], x) ? -1 : 0;
  }
  if (!weir_node_is (node, "Subtract") || !weir_port_equal (node->inputs[0], x))
    return 0;
  inner = weir_match_input (graph, node, 1, "Abs");
  return inner != NULL && weir_port_equal (inner->inputs[0], x) ? 2 : 0;
}

/* The slope as a PRelu takes it: with all dimensions, or one number. */
static WeirTensor *
slope_of (const Scaled *scaled, double part, const WeirShape *shape)
{
  WeirDtype dtype = weir_tensor_dtype (scaled->factor);
  g_autoptr (WeirTensor) unit = weir_tensor_new_scalar (dtype, part);
  g_autoptr (WeirTensor) slope = weir_pass_join (scaled->factor, unit, weir_pass_product);
  WeirShape full = { .rank = shape->rank };
  const WeirShape *from;

  if (slope == NULL)
    return NULL;
  from = weir_tensor_shape (slope);
  if (!weir_pass_broadcasts_into (from, shape))
    return NULL;
  if (weir_tensor_count (slope) == 1)
    full = WEIR_SHAPE (1);
  for (int i = 0; weir_tensor_count (slope) > 1 && i < full.rank; i++)
    full.dims[i] =
        i < full.rank - from->rank ? 1 : from->dims[i - full.rank + from->rank];
  return weir_tensor_reshape (slope, &full, NULL);
}

static gboolean
join (WeirGraph *graph, WeirNode *node, guint relu_index, gboolean *changed,
      GError **error)
{
  const WeirNode *relu = weir_match_input (graph, node, relu_index, "Relu");
  gboolean minus = weir_node_is (node, "Subtract");
  g_autofree char *name = g_strconcat (node->name, "/slope", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_auto (Scaled) scaled = { 0 };
  WeirTensor *slope;
  double part;
  WeirPort port;

  if (relu == NULL || weir_graph_n_uses (graph, node->inputs[relu_index]) != 1 ||
      !weir_dtype_is_float (node->outputs[0].info.dtype) ||
      !scaled_init (graph, node->inputs[1 - relu_index], &scaled))
    return TRUE;
  part = negative_part (graph, scaled.value, relu->inputs[0]);
  slope = part != 0 ? slope_of (&scaled, minus ? -part : part,
                                weir_graph_shape (graph, relu->inputs[0]))
                    : NULL;
  if (slope == NULL)
    return TRUE;
  port = weir_build2 (&builder, "PRelu", node->name, relu->inputs[0],
                      weir_build_constant (&builder, name, slope));
  return weir_pass_finish (&builder, node, port, changed, error);
}

static gboolean
add (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirNodeId id = node->id;

  return join (graph, node, 0, changed, error) &&
         (weir_graph_node (graph, id) == NULL || join (graph, node, 1, changed, error));
}

static gboolean
subtract (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  return join (graph, node, 0, changed, error);
}

static const WeirRewrite rows[] = { { "Add", add }, { "Subtract", subtract }, { NULL } };

gboolean
weir_pass_fuse_prelu (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
