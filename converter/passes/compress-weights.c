#include "list.h"

#include "constant-math.h"
#include "ir/evaluate.h"
#include "quantize-range.h"

#include <math.h>

/* FakeQuantize of constant weights: they are stored as the levels that they have, in
 * eight bits, and computed back: (Convert (levels) - zero) * scale. */

#define MAX_LEVELS 256
/* A zero point nearer to zero than this part of a step is one. */
#define NO_ZERO 1e-4

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassRange, weir_pass_range_clear)

/* The level of each weight, from -levels / 2 on. */
static WeirTensor *
levels_of (const WeirNode *node, WeirTensor *weights, const WeirPassRange *in,
           gint64 levels)
{
  WeirDtype dtype = weir_tensor_dtype (weights);
  double first = (double) -(levels / 2), last = first + (double) levels - 1;
  g_autoptr (WeirTensor) in_low = weir_tensor_convert (in->low, dtype, NULL);
  g_autoptr (WeirTensor) in_high = weir_tensor_convert (in->high, dtype, NULL);
  g_autoptr (WeirTensor) low = weir_tensor_new_scalar (dtype, first);
  g_autoptr (WeirTensor) high = weir_tensor_new_scalar (dtype, last);
  g_autoptr (WeirTensor) rounded = NULL;
  WeirTensor *inputs[] = { weights, in_low, in_high, low, high };

  if (in_low == NULL || in_high == NULL ||
      !weir_node_evaluate (node, inputs, &rounded, NULL, NULL))
    return NULL;
  for (gsize i = 0; i < weir_tensor_count (rounded); i++)
    if (weir_tensor_get (rounded, i) != rint (weir_tensor_get (rounded, i)))
      return NULL;
  return weir_tensor_convert (rounded, WEIR_DTYPE_I8, NULL);
}

/* The output range as steps: @scale from a level to the next, @zero the level of 0. */
static gboolean
steps_of (const WeirPassRange *out, gint64 levels, WeirTensor **scale, WeirTensor **zero)
{
  g_autoptr (WeirTensor) steps =
      weir_tensor_new_scalar (WEIR_DTYPE_F64, (double) levels - 1);
  g_autoptr (WeirTensor) first =
      weir_tensor_new_scalar (WEIR_DTYPE_F64, (double) -(levels / 2));
  g_autoptr (WeirTensor) width =
      weir_pass_join (out->high, out->low, weir_pass_difference);
  g_autoptr (WeirTensor) from = NULL, below = NULL;

  *scale = width != NULL ? weir_pass_join (width, steps, weir_pass_ratio) : NULL;
  from = *scale != NULL ? weir_pass_join (out->low, *scale, weir_pass_ratio) : NULL;
  below = from != NULL ? weir_pass_map (from, weir_pass_negative) : NULL;
  *zero = below != NULL ? weir_pass_join (below, first, weir_pass_sum) : NULL;
  return *zero != NULL && weir_pass_is_finite (*zero) && weir_pass_is_finite (*scale);
}

static gboolean
is_zero (const WeirTensor *tensor)
{
  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    if (fabs (weir_tensor_get (tensor, i)) > NO_ZERO)
      return FALSE;
  return TRUE;
}

static WeirPort
build_constant (WeirBuilder *builder, const char *name, const char *suffix,
                WeirTensor *value, WeirDtype dtype)
{
  g_autofree char *full = g_strconcat (name, suffix, NULL);

  return weir_build_constant (builder, full,
                              weir_tensor_convert (value, dtype, &builder->error));
}

static WeirPort
build (WeirBuilder *builder, const WeirNode *node, WeirTensor *levels, WeirTensor *scale,
       WeirTensor *zero)
{
  g_autofree char *convert_name = g_strconcat (node->name, "/convert", NULL);
  g_autofree char *shifted_name = g_strconcat (node->name, "/shifted", NULL);
  WeirDtype dtype = node->outputs[0].info.dtype;
  WeirPort port = build_constant (builder, node->name, "/levels", levels, WEIR_DTYPE_I8);

  port = weir_build_convert (builder, convert_name, port, dtype);
  if (!is_zero (zero))
    port = weir_build2 (builder, "Subtract", shifted_name, port,
                        build_constant (builder, node->name, "/zero", zero, dtype));
  return weir_build2 (builder, "Multiply", node->name, port,
                      build_constant (builder, node->name, "/scale", scale, dtype));
}

static gboolean
fake_quantize (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gint64 n = weir_node_int (node, "levels");
  g_autoptr (WeirTensor) weights = weir_pass_constant (graph, node->inputs[0]);
  g_autoptr (WeirTensor) levels = NULL, scale = NULL, zero = NULL;
  g_auto (WeirPassRange) in = { 0 }, out = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);

  if (weights == NULL || n > MAX_LEVELS ||
      !weir_shape_equal (&node->outputs[0].info.shape, weir_tensor_shape (weights)) ||
      !weir_node_string_is (node, "auto_broadcast", "numpy") ||
      !weir_pass_range_of (graph, node, WEIR_PASS_IN_LOW, &in) ||
      !weir_pass_range_of (graph, node, WEIR_PASS_OUT_LOW, &out) ||
      !weir_pass_range_rises (&in) || !weir_pass_range_rises (&out) ||
      !steps_of (&out, n, &scale, &zero))
    return TRUE;
  levels = levels_of (node, weights, &in, n);
  if (levels == NULL)
    return TRUE;
  return weir_pass_finish (&builder, node, build (&builder, node, levels, scale, zero),
                           changed, error);
}

static const WeirRewrite rows[] = { { "FakeQuantize", fake_quantize }, { NULL } };

gboolean
weir_pass_compress_weights (WeirModel *model, const WeirPassOptions *options,
                            GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
