#include "list.h"

#include "pattern.h"

/* Softmax and its logarithm as they are written out, with or without the largest value
 * taken off first:
 *
 *   exp (x - max (x)) / sum (exp (x - max (x)))     Softmax
 *   x - max (x) - log (sum (exp (x - max (x))))     LogSoftmax
 *
 * Without the maximum both are the same numbers where the sum does not overflow. */

typedef struct {
  WeirPassPattern pattern;
  WeirPort x;
  int axis;
} Match;

/* One dimension, the same in every reduction: a softmax has one. */
static gboolean
match_axis (Match *match, WeirPort axes, WeirPort value, gboolean first)
{
  const WeirGraph *graph = match->pattern.graph;
  int rank = weir_graph_shape (graph, value)->rank, axis;
  g_autoptr (WeirTensor) tensor = weir_pass_constant (graph, axes);

  if (rank < 1 || tensor == NULL || weir_tensor_count (tensor) != 1 ||
      !weir_shape_axis (weir_tensor_get_int (tensor, 0), rank, &axis, NULL) ||
      (!first && axis != match->axis))
    return FALSE;
  match->axis = axis;
  return TRUE;
}

/* x - max (x): goes on to x. */
static void
skip_maximum (Match *match, WeirPort port)
{
  guint n = match->pattern.n;
  const WeirNode *node = weir_pass_pattern_take (&match->pattern, port, "Subtract");
  WeirPort x, axes;

  match->x = port;
  if (node != NULL &&
      weir_pass_pattern_reduce (&match->pattern, node->inputs[1], "ReduceMax", &x,
                                &axes) &&
      weir_port_equal (x, node->inputs[0]) && match_axis (match, axes, x, FALSE))
    match->x = x;
  else
    match->pattern.n = n;
}

/* sum (exp (v)) along one dimension */
static gboolean
match_sum (Match *match, WeirPort port, WeirPort *exponential, WeirPort *exponent)
{
  const WeirNode *node;
  WeirPort axes;

  if (!weir_pass_pattern_reduce (&match->pattern, port, "ReduceSum", exponential, &axes))
    return FALSE;
  node = weir_pass_pattern_take (&match->pattern, *exponential, "Exp");
  if (node == NULL || !match_axis (match, axes, *exponential, TRUE))
    return FALSE;
  *exponent = node->inputs[0];
  return TRUE;
}

static gboolean
replace (Match *match, WeirNode *node, const char *op, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER ((WeirGraph *) match->pattern.graph);
  WeirNode *made;

  if (!weir_dtype_is_float (node->outputs[0].info.dtype) ||
      !weir_pass_pattern_is_private (&match->pattern, node))
    return TRUE;
  made = weir_build_begin (&builder, op, node->name, &match->x, 1);
  weir_node_set_int (made, "axis", match->axis);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static gboolean
divide (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  Match match = { .pattern.graph = graph };
  WeirPort exponential, exponent;

  if (!match_sum (&match, node->inputs[1], &exponential, &exponent) ||
      !weir_port_equal (node->inputs[0], exponential))
    return TRUE;
  skip_maximum (&match, exponent);
  return replace (&match, node, "Softmax", changed, error);
}

static gboolean
subtract (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  Match match = { .pattern.graph = graph };
  WeirPort exponential, exponent;
  const WeirNode *log = weir_pass_pattern_take (&match.pattern, node->inputs[1], "Log");

  if (log == NULL || !match_sum (&match, log->inputs[0], &exponential, &exponent) ||
      !weir_port_equal (node->inputs[0], exponent))
    return TRUE;
  skip_maximum (&match, exponent);
  return replace (&match, node, "LogSoftmax", changed, error);
}

static const WeirRewrite rows[] = {
  { "Divide", divide },
  { "Subtract", subtract },
  { NULL },
};

gboolean
weir_pass_fuse_softmax (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
