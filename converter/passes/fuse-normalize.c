#include "list.h"

#include "pattern.h"

#include <float.h>

/* Division by the Euclidean length becomes NormalizeL2:
 *
 *   x / sqrt (sum (x²) + eps)            eps_mode add
 *   x / sqrt (max (sum (x²), eps))       eps_mode max
 *   x / max (sqrt (sum (x²)), eps)       eps_mode max of eps²
 *   x / l, or x / 1 where l = sqrt (sum (x²)) is 0
 *                                        eps_mode max of the smallest number there is
 */

typedef struct {
  WeirPassPattern pattern;
  WeirPort x, axes;
  double eps;
  const char *eps_mode;
} Match;

static gboolean
match_sum (Match *match, WeirPort port)
{
  WeirPort squares;

  return weir_pass_pattern_reduce (&match->pattern, port, "ReduceSum", &squares,
                                   &match->axes) &&
         weir_pass_pattern_square (&match->pattern, squares, &match->x);
}

/* sqrt (sum (x²)) */
static gboolean
match_length (Match *match, WeirPort port)
{
  WeirPort sum;

  if (weir_pass_pattern_reduce (&match->pattern, port, "ReduceL2", &match->x,
                                &match->axes))
    return TRUE;
  return weir_pass_pattern_root (&match->pattern, port, &sum) && match_sum (match, sum);
}

/* max (v, bound), also as a Clamp without an upper bound. */
static gboolean
match_maximum (Match *match, WeirPort port, WeirPort *value, double *bound)
{
  const WeirNode *node;

  if (weir_pass_pattern_with_scalar (&match->pattern, port, "Maximum", value, bound))
    return TRUE;
  node = weir_pass_pattern_take (&match->pattern, port, "Clamp");
  if (node == NULL || weir_node_float (node, "max") < FLT_MAX)
    return FALSE;
  *value = node->inputs[0];
  *bound = weir_node_float (node, "min");
  return TRUE;
}

static gboolean
match_radicand (Match *match, WeirPort port)
{
  WeirPort inner;

  match->eps_mode = "add";
  if (weir_pass_pattern_with_scalar (&match->pattern, port, "Add", &inner, &match->eps))
    return match_sum (match, inner);
  match->eps_mode = "max";
  return match_maximum (match, port, &inner, &match->eps) && match_sum (match, inner);
}

/* A length that was repeated to the shape of @x first. */
static WeirPort
before_broadcast (Match *match, WeirPort port, WeirPort x)
{
  const WeirGraph *graph = match->pattern.graph;
  const WeirNode *node = weir_match (graph, port, "Broadcast"), *shape_of;

  if (node == NULL)
    return port;
  shape_of = weir_match_input (graph, node, 1, "ShapeOf");
  if (shape_of != NULL ? !weir_port_equal (shape_of->inputs[0], x)
                       : !weir_shape_is_static (weir_graph_shape (graph, x)) ||
                             !weir_shape_equal (&node->outputs[0].info.shape,
                                                weir_graph_shape (graph, x)))
    return port;
  weir_pass_pattern_take (&match->pattern, port, "Broadcast");
  return node->inputs[0];
}

static gboolean
match_bounded (Match *match, WeirPort port)
{
  WeirPort length;

  if (!match_maximum (match, port, &length, &match->eps))
    return FALSE;
  match->eps *= match->eps;
  match->eps_mode = "max";
  return match_length (match, length);
}

/* A length that is replaced where it is zero: then x is zero too, and stays so. */
static gboolean
match_guarded (Match *match, WeirPort port)
{
  const WeirGraph *graph = match->pattern.graph;
  const WeirNode *select = weir_pass_pattern_take (&match->pattern, port, "Select");
  const WeirNode *equal;
  double zero, other;

  if (select == NULL || weir_graph_dtype (graph, port) != WEIR_DTYPE_F32 ||
      !weir_pass_scalar (graph, select, 1, &other) || other == 0)
    return FALSE;
  equal = weir_pass_pattern_take (&match->pattern, select->inputs[0], "Equal");
  if (equal == NULL || !weir_pass_scalar (graph, equal, 1, &zero) || zero != 0 ||
      !weir_port_equal (equal->inputs[0], select->inputs[2]))
    return FALSE;
  match->eps = FLT_MIN;
  match->eps_mode = "max";
  return match_length (match, select->inputs[2]);
}

/* What is divided by, however it is kept from zero. */
static gboolean
match_divisor (Match *match, WeirPort port, gboolean is_root)
{
  guint n = match->pattern.n;

  if (is_root)
    return match_radicand (match, port);
  if (match_bounded (match, port))
    return TRUE;
  match->pattern.n = n;
  return match_guarded (match, port);
}

static gboolean
quotient (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  Match match = { .pattern.graph = graph };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x, value;
  gboolean is_root;
  WeirNode *made;

  if (!weir_pass_pattern_quotient (&match.pattern, node, &x, &value, &is_root))
    return TRUE;
  if (!is_root) {
    value = before_broadcast (&match, value, x);
    is_root = weir_pass_pattern_root (&match.pattern, value, &value);
  }
  if (!match_divisor (&match, value, is_root))
    return TRUE;
  if (!weir_port_equal (x, match.x) || match.eps <= 0 ||
      !weir_dtype_is_float (node->outputs[0].info.dtype) ||
      !weir_pass_pattern_is_private (&match.pattern, node))
    return TRUE;
  made =
      weir_build_begin (&builder, "NormalizeL2", node->name, WEIR_INPUTS (x, match.axes));
  weir_node_set_float (made, "eps", match.eps);
  weir_node_set_string (made, "eps_mode", match.eps_mode);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = {
  { "Divide", quotient },
  { "Multiply", quotient },
  { NULL },
};

gboolean
weir_pass_fuse_normalize (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
