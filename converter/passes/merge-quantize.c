#include "list.h"

#include "constant-math.h"
#include "quantize-range.h"
#include "unfused.h"

#include <float.h>

/* What stands beside a FakeQuantize and can be said by its ranges:
 *
 *   FakeQuantize of Relu or Clamp       whose bounds lie beyond the input range
 *   FakeQuantize of x * k               for positive k: the input range divided by k
 *   FakeQuantize * k                    the output range times k
 *   FakeQuantize of the same FakeQuantize
 */

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassRange, weir_pass_range_clear)

static gboolean
ranges_of (const WeirGraph *graph, const WeirNode *node, WeirPassRange *in,
           WeirPassRange *out)
{
  return weir_node_string_is (node, "auto_broadcast", "numpy") &&
         weir_pass_range_of (graph, node, WEIR_PASS_IN_LOW, in) &&
         weir_pass_range_of (graph, node, WEIR_PASS_OUT_LOW, out) &&
         weir_pass_range_rises (in);
}

/* The bounds that @node keeps its input in; FALSE where it is no Relu and no Clamp. */
static gboolean
bounds_of (const WeirNode *node, double *low, double *high)
{
  gboolean clamp = weir_node_is (node, "Clamp");

  *low = clamp ? weir_node_float (node, "min") : 0;
  *high = clamp ? weir_node_float (node, "max") : DBL_MAX;
  return clamp || weir_node_is (node, "Relu");
}

/* The part of a step by which a bound may lie inside of the range: such values are
 * rounded to the last level all the same. */
#define INSIDE 0.4

static gboolean
is_within (const WeirPassRange *in, double low, double high, gint64 levels)
{
  for (gsize i = 0; i < weir_tensor_count (in->low); i++)
    for (gsize j = 0; j < weir_tensor_count (in->high); j++) {
      double from = weir_tensor_get (in->low, i), to = weir_tensor_get (in->high, j);
      double near = INSIDE * (to - from) / (double) (levels - 1);

      if (low > from + near || high < to - near)
        return FALSE;
    }
  return TRUE;
}

static gboolean
drop_bounds (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *before = weir_node_input (graph, node, 0);
  g_auto (WeirPassRange) in = { 0 }, out = { 0 };
  double low, high;

  (void) error;
  if (!bounds_of (before, &low, &high) ||
      weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !ranges_of (graph, node, &in, &out) || weir_tensor_count (in.low) != 1 ||
      weir_tensor_count (in.high) != 1 ||
      !is_within (&in, low, high, weir_node_int (node, "levels")))
    return TRUE;
  weir_edit_set_input (graph, node, 0, before->inputs[0]);
  weir_edit_remove_unused (graph, (WeirNode *) before);
  *changed = TRUE;
  return TRUE;
}

/* A product that only the caller reads, with a constant that leaves its shape. */
static WeirTensor *
factor_of (const WeirGraph *graph, const WeirNode *node, WeirPort *value)
{
  if (!weir_node_is (node, "Multiply") || weir_pass_is_unfused (node) ||
      !weir_node_string_is (node, "auto_broadcast", "numpy"))
    return NULL;
  for (guint i = 0; i < 2; i++) {
    WeirTensor *factor = weir_pass_constant (graph, node->inputs[i]);

    if (factor == NULL)
      continue;
    *value = node->inputs[1 - i];
    if (weir_pass_broadcasts_into (weir_tensor_shape (factor),
                                   weir_graph_shape (graph, *value)))
      return factor;
    weir_tensor_unref (factor);
    return NULL;
  }
  return NULL;
}

static gboolean
scale_input (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *before = weir_node_input (graph, node, 0);
  g_auto (WeirPassRange) in = { 0 }, out = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = WEIR_PORT_NONE;
  g_autoptr (WeirTensor) factor = factor_of (graph, before, &x);

  if (factor == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !weir_pass_is_positive (factor) || !ranges_of (graph, node, &in, &out) ||
      !weir_pass_range_map (&in, factor, weir_pass_ratio))
    return TRUE;
  return weir_pass_finish (&builder, node,
                           weir_pass_quantize_build (&builder, node->name, x, &in, &out,
                                                     weir_node_int (node, "levels")),
                           changed, error);
}

static gboolean
scale_output (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (WeirPassRange) in = { 0 }, out = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort value = WEIR_PORT_NONE;
  g_autoptr (WeirTensor) factor = factor_of (graph, node, &value);
  const WeirNode *quantize;

  if (factor == NULL || weir_graph_n_uses (graph, value) != 1)
    return TRUE;
  quantize = weir_match (graph, value, "FakeQuantize");
  if (quantize == NULL || !ranges_of (graph, quantize, &in, &out) ||
      !weir_pass_range_map (&out, factor, weir_pass_product))
    return TRUE;
  return weir_pass_finish (&builder, node,
                           weir_pass_quantize_build (&builder, node->name,
                                                     quantize->inputs[0], &in, &out,
                                                     weir_node_int (quantize, "levels")),
                           changed, error);
}

/* Rounded twice to the same levels is rounded once. */
static gboolean
drop_second (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *first = weir_match_input (graph, node, 0, "FakeQuantize");
  g_auto (WeirPassRange) in = { 0 }, out = { 0 }, first_in = { 0 }, first_out = { 0 };

  (void) error;
  if (first == NULL ||
      weir_node_int (first, "levels") != weir_node_int (node, "levels") ||
      !ranges_of (graph, node, &in, &out) ||
      !ranges_of (graph, first, &first_in, &first_out) ||
      !weir_pass_range_equal (&in, &out) || !weir_pass_range_equal (&in, &first_out))
    return TRUE;
  weir_pass_take_place (graph, node, node->inputs[0], changed);
  return TRUE;
}

static const WeirRewrite rows[] = {
  { "FakeQuantize", drop_second },
  { "FakeQuantize", drop_bounds },
  { "FakeQuantize", scale_input },
  { "Multiply", scale_output },
  { NULL },
};

gboolean
weir_pass_merge_quantize (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  return options->disable_fusing ||
         weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
