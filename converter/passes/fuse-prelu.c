#include "list.h"

#include "constant-math.h"
#include "ir/edit.h"
#include "rewrite.h"

#include <float.h>

/* A leaky activation with a slope for each channel, as frameworks write it:
 *
 *   relu (x) - slope * relu (-x)            Keras
 *   relu (x) + slope * (x - |x|) / 2        TensorFlow
 *   relu (x) + slope * min (x, 0)
 *   max (x, slope * x)                      slopes up to 1; with min those from 1 on
 *   x > 0 ? x : slope * x
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

/* How often a negative x is in it: -1 where it is relu (-x), 2 where it is x - |x|, 1
 * where it is min (x, 0); 0 where it is none of these. */
static double
negative_part (const WeirGraph *graph, WeirPort port, WeirPort x)
{
  const WeirNode *node = weir_graph_node (graph, port.node), *inner;
  double zero;

  if (weir_graph_n_uses (graph, port) != 1)
    return 0;
  for (guint i = 0; weir_node_is (node, "Minimum") && i < 2; i++)
    if (weir_port_equal (node->inputs[i], x))
      return weir_pass_scalar (graph, node, 1 - i, &zero) && zero == 0 &&
                     weir_shape_equal (&node->outputs[0].info.shape,
                                       weir_graph_shape (graph, x))
                 ? 1
                 : 0;
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

/* A PRelu of @x in place of @node, where there is a @slope (transfer full). */
static gboolean
replace (WeirGraph *graph, WeirNode *node, WeirPort x, WeirTensor *slope,
         gboolean *changed, GError **error)
{
  g_autofree char *name = g_strconcat (node->name, "/slope", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (slope == NULL)
    return TRUE;
  port = weir_build2 (&builder, "PRelu", node->name, x,
                      weir_build_constant (&builder, name, slope));
  return weir_pass_finish (&builder, node, port, changed, error);
}

static gboolean
join (WeirGraph *graph, WeirNode *node, guint relu_index, gboolean *changed,
      GError **error)
{
  const WeirNode *relu = weir_match_input (graph, node, relu_index, "Relu");
  gboolean minus = weir_node_is (node, "Subtract");
  g_auto (Scaled) scaled = { 0 };
  WeirTensor *slope;
  double part;

  if (relu == NULL || weir_graph_n_uses (graph, node->inputs[relu_index]) != 1 ||
      !weir_dtype_is_float (node->outputs[0].info.dtype) ||
      !scaled_init (graph, node->inputs[1 - relu_index], &scaled))
    return TRUE;
  part = negative_part (graph, scaled.value, relu->inputs[0]);
  slope = part != 0 ? slope_of (&scaled, minus ? -part : part,
                                weir_graph_shape (graph, relu->inputs[0]))
                    : NULL;
  return replace (graph, node, relu->inputs[0], slope, changed, error);
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

static gboolean
is_between (const WeirTensor *tensor, double low, double high)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    if (!(weir_tensor_get (tensor, i) >= low && weir_tensor_get (tensor, i) <= high))
      return FALSE;
  return TRUE;
}

/* Whether input @index is @x times slopes, which @scaled takes. */
static gboolean
is_sloped (const WeirGraph *graph, const WeirNode *node, guint index, WeirPort x,
           Scaled *scaled)
{
  return weir_dtype_is_float (node->outputs[0].info.dtype) &&
         scaled_init (graph, node->inputs[index], scaled) &&
         weir_port_equal (scaled->value, x);
}

/* max (x, slope * x), or min */
static gboolean
extreme (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gboolean largest = weir_node_is (node, "Maximum");

  for (guint i = 0; i < 2; i++) {
    g_auto (Scaled) scaled = { 0 };
    WeirPort x = node->inputs[i];

    if (is_sloped (graph, node, 1 - i, x, &scaled) &&
        is_between (scaled.factor, largest ? 0 : 1, largest ? 1 : DBL_MAX))
      return replace (graph, node, x, slope_of (&scaled, 1, weir_graph_shape (graph, x)),
                      changed, error);
  }
  return TRUE;
}

/* The input of a Select that is taken for a positive x; 0 where its condition is another.
 */
static guint
positive_input (const WeirGraph *graph, const WeirNode *node, WeirPort *x)
{
  static const struct {
    const char *op;
    guint input;
  } comparisons[] = {
    { "Greater", 1 },
    { "GreaterEqual", 1 },
    { "Less", 2 },
    { "LessEqual", 2 },
  };
  const WeirNode *condition = weir_node_input (graph, node, 0);
  double zero;

  for (guint i = 0; i < G_N_ELEMENTS (comparisons); i++)
    if (weir_node_is (condition, comparisons[i].op) &&
        weir_pass_scalar (graph, condition, 1, &zero) && zero == 0) {
      *x = condition->inputs[0];
      return comparisons[i].input;
    }
  return 0;
}

static gboolean
select_slope (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Scaled) scaled = { 0 };
  WeirPort x = WEIR_PORT_NONE;
  guint positive = positive_input (graph, node, &x);

  if (positive == 0 || !weir_port_equal (node->inputs[positive], x) ||
      !is_sloped (graph, node, 3 - positive, x, &scaled) ||
      !weir_shape_equal (&node->outputs[0].info.shape, weir_graph_shape (graph, x)))
    return TRUE;
  return replace (graph, node, x, slope_of (&scaled, 1, weir_graph_shape (graph, x)),
                  changed, error);
}

static const WeirRewrite rows[] = {
  { "Add", add },         { "Subtract", subtract },   { "Maximum", extreme },
  { "Minimum", extreme }, { "Select", select_slope }, { NULL },
};

gboolean
weir_pass_fuse_prelu (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
