#include "list.h"

#include "constant-math.h"
#include "pattern.h"
#include "quantize-range.h"

#include <math.h>

/* Quantisation written out:
 *
 *   q = convert (clamp (round (x / scale) + zero))     Convert of a FakeQuantize to
 * levels (convert (q) - zero) * scale                       of that: a FakeQuantize
 *
 * The zero point may be added before it is rounded. Where x lies half-way between two
 * levels, FakeQuantize may take the other one, for it divides otherwise. */

/* More levels are rounded away in the arithmetic of FakeQuantize. */
#define MAX_LEVELS 256

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WeirPassRange, weir_pass_range_clear)

/* @zero may be none. */
typedef struct {
  WeirPassPattern pattern;
  WeirPort x;
  WeirTensor *scale, *zero;
  double low, high;
} Match;

static void
match_clear (Match *match)
{
  g_clear_pointer (&match->scale, weir_tensor_unref);
  g_clear_pointer (&match->zero, weir_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Match, match_clear)

/* A Constant, or one of a narrow type behind a Convert. */
static WeirTensor *
constant_behind (const WeirGraph *graph, WeirPort port)
{
  const WeirNode *node = weir_match (graph, port, "Convert");

  return weir_pass_constant (
      graph, node != NULL && !weir_pass_is_decompression (node) ? node->inputs[0] : port);
}

/* @op of a value and a constant behind it, or in any order if @commutes. */
static gboolean
take_with_constant (WeirPassPattern *pattern, WeirPort port, const char *op,
                    gboolean commutes, WeirPort *value, WeirTensor **constant)
{
  guint n = pattern->n;
  const WeirNode *node = weir_pass_pattern_take (pattern, port, op);

  if (node != NULL && !weir_node_string_is (node, "auto_broadcast", "numpy"))
    node = NULL;
  for (guint i = 2; node != NULL && i-- > (commutes ? 0 : 1);) {
    *constant = constant_behind (pattern->graph, node->inputs[i]);
    if (*constant != NULL) {
      *value = node->inputs[1 - i];
      return TRUE;
    }
  }
  pattern->n = n;
  return FALSE;
}

/* x / scale, also as a product. */
static gboolean
match_quotient (Match *match, WeirPort port)
{
  WeirTensor *factor;

  if (take_with_constant (&match->pattern, port, "Divide", FALSE, &match->x,
                          &match->scale))
    return TRUE;
  if (!take_with_constant (&match->pattern, port, "Multiply", TRUE, &match->x, &factor))
    return FALSE;
  match->scale = weir_pass_map (factor, weir_pass_inverse);
  weir_tensor_unref (factor);
  return match->scale != NULL;
}

static gboolean
match_rounded (Match *match, WeirPort port)
{
  const WeirNode *round;

  take_with_constant (&match->pattern, port, "Add", TRUE, &port, &match->zero);
  round = weir_pass_pattern_take (&match->pattern, port, "Round");
  if (round == NULL || !weir_node_string_is (round, "mode", "half_to_even"))
    return FALSE;
  port = round->inputs[0];
  if (match->zero == NULL)
    take_with_constant (&match->pattern, port, "Add", TRUE, &port, &match->zero);
  return match_quotient (match, port);
}

/* Whether all integers from @low to @high are values of @dtype, and few enough. */
static gboolean
are_levels (double low, double high, WeirDtype dtype)
{
  double half;

  if (!weir_dtype_is_integer (dtype) || weir_dtype_bits (dtype) > 32)
    return FALSE;
  half = ldexp (1, (int) weir_dtype_bits (dtype) - 1);
  return low == floor (low) && high == floor (high) && high > low &&
         high - low < MAX_LEVELS && low >= (weir_dtype_is_signed (dtype) ? -half : 0) &&
         high <= (weir_dtype_is_signed (dtype) ? half : 2 * half) - 1;
}

/* Whether @tensor (may be none) stands beside values of @shape without a dimension more.
 */
static gboolean
fits (const WeirTensor *tensor, const WeirShape *shape)
{
  return tensor == NULL || weir_tensor_count (tensor) == 1 ||
         weir_pass_broadcasts_into (weir_tensor_shape (tensor), shape);
}

/* The numbers that the levels from @low to @high stand for: (level - zero) * scale. */
static gboolean
range_init (WeirPassRange *range, double low, double high, const WeirTensor *zero,
            const WeirTensor *scale)
{
  range->low = weir_tensor_new_scalar (WEIR_DTYPE_F64, low);
  range->high = weir_tensor_new_scalar (WEIR_DTYPE_F64, high);
  return (zero == NULL || weir_pass_range_map (range, zero, weir_pass_difference)) &&
         (scale == NULL || weir_pass_range_map (range, scale, weir_pass_product));
}

static gboolean
match_levels (Match *match, const WeirNode *convert)
{
  const WeirNode *clamp =
      weir_pass_pattern_take (&match->pattern, convert->inputs[0], "Clamp");
  const WeirGraph *graph = match->pattern.graph;

  if (clamp == NULL)
    return FALSE;
  match->low = weir_node_float (clamp, "min");
  match->high = weir_node_float (clamp, "max");
  return are_levels (match->low, match->high, convert->outputs[0].info.dtype) &&
         match_rounded (match, clamp->inputs[0]) &&
         weir_pass_is_positive (match->scale) &&
         weir_dtype_is_float (weir_graph_dtype (graph, match->x)) &&
         weir_graph_dtype (graph, match->x) == clamp->outputs[0].info.dtype &&
         fits (match->scale, weir_graph_shape (graph, match->x)) &&
         fits (match->zero, weir_graph_shape (graph, match->x));
}

static gboolean
quantize (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Match) match = { .pattern.graph = graph };
  g_auto (WeirPassRange) in = { 0 }, out = { 0 };
  g_autofree char *name = g_strconcat (node->name, "/levels", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort port;

  if (!match_levels (&match, node) ||
      !weir_pass_pattern_is_private (&match.pattern, node) ||
      !range_init (&in, match.low, match.high, match.zero, match.scale) ||
      !range_init (&out, match.low, match.high, NULL, NULL))
    return TRUE;
  port = weir_pass_quantize_build (&builder, name, match.x, &in, &out,
                                   (gint64) (match.high - match.low) + 1);
  port = weir_build_convert (&builder, node->name, port, node->outputs[0].info.dtype);
  return weir_pass_finish (&builder, node, port, changed, error);
}

/* The FakeQuantize to integers that @port converts there and back; its levels in @out. */
static const WeirNode *
find_levels (const WeirGraph *graph, WeirPort port, WeirPassRange *out)
{
  const WeirNode *back = weir_match (graph, port, "Convert"), *there, *levels;

  there = back != NULL ? weir_match_input (graph, back, 0, "Convert") : NULL;
  levels = there != NULL ? weir_match_input (graph, there, 0, "FakeQuantize") : NULL;
  if (levels == NULL || levels->outputs[0].info.dtype != back->outputs[0].info.dtype ||
      !weir_pass_range_of (graph, levels, WEIR_PASS_OUT_LOW, out) ||
      weir_tensor_count (out->low) != 1 || weir_tensor_count (out->high) != 1 ||
      !are_levels (weir_tensor_get (out->low, 0), weir_tensor_get (out->high, 0),
                   there->outputs[0].info.dtype) ||
      (double) weir_node_int (levels, "levels") !=
          weir_tensor_get (out->high, 0) - weir_tensor_get (out->low, 0) + 1)
    return NULL;
  return levels;
}

static gboolean
dequantize (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_auto (Match) match = { .pattern.graph = graph };
  g_auto (WeirPassRange) in = { 0 }, levels = { 0 }, out = { 0 };
  WeirBuilder builder = WEIR_BUILDER (graph);
  const WeirNode *from;
  const WeirShape *shape;

  if (!take_with_constant (&match.pattern, WEIR_PORT (node, 0), "Multiply", TRUE,
                           &match.x, &match.scale))
    return TRUE;
  take_with_constant (&match.pattern, match.x, "Subtract", FALSE, &match.x, &match.zero);
  from = find_levels (graph, match.x, &levels);
  if (from == NULL)
    return TRUE;
  shape = &from->outputs[0].info.shape;
  if (!fits (match.scale, shape) || !fits (match.zero, shape) ||
      !weir_pass_range_of (graph, from, WEIR_PASS_IN_LOW, &in) ||
      !range_init (&out, weir_tensor_get (levels.low, 0),
                   weir_tensor_get (levels.high, 0), match.zero, match.scale))
    return TRUE;
  return weir_pass_finish (&builder, node,
                           weir_pass_quantize_build (&builder, node->name,
                                                     from->inputs[0], &in, &out,
                                                     weir_node_int (from, "levels")),
                           changed, error);
}

static const WeirRewrite rows[] = {
  { "Convert", quantize },
  { "Multiply", dequantize },
  { NULL },
};

gboolean
weir_pass_fuse_quantize (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
