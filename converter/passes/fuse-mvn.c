#include "list.h"

#include "pattern.h"

/* Layer and instance normalisation written out: the mean goes, and the rest is divided by
 * its standard deviation. Scale and shift behind it stay where they are. Two ways:
 *
 *   (x - mean (x)) / sqrt (mean ((x - mean (x))²) + eps)
 *   x * m + (shift - mean (x) * m)       where m is 1 / sqrt (…), perhaps with a scale
 */

typedef struct {
  WeirPassPattern pattern;
  WeirPort x, axes, mean;
  double eps;
  gboolean eps_inside;
} Match;

/* x - mean (x) */
static gboolean
match_centered (Match *match, WeirPort port)
{
  const WeirNode *node = weir_pass_pattern_take (&match->pattern, port, "Subtract");
  WeirPort x;

  if (node == NULL)
    return FALSE;
  match->x = node->inputs[0];
  match->mean = node->inputs[1];
  return weir_pass_pattern_reduce (&match->pattern, match->mean, "ReduceMean", &x,
                                   &match->axes) &&
         weir_port_equal (x, match->x);
}

/* (x - mean (x))² */
static gboolean
match_squares (Match *match, WeirPort port)
{
  const WeirNode *node =
      weir_pass_pattern_take (&match->pattern, port, "SquaredDifference");
  WeirPort centered, x;

  if (node == NULL)
    return weir_pass_pattern_square (&match->pattern, port, &centered) &&
           match_centered (match, centered);
  for (guint i = 0; i < 2; i++) {
    match->mean = node->inputs[i];
    match->x = node->inputs[1 - i];
    if (weir_pass_pattern_reduce (&match->pattern, match->mean, "ReduceMean", &x,
                                  &match->axes) &&
        weir_port_equal (x, match->x))
      return TRUE;
  }
  return FALSE;
}

static gboolean
match_variance (Match *match, WeirPort port)
{
  WeirPort squares, axes;

  return weir_pass_pattern_reduce (&match->pattern, port, "ReduceMean", &squares,
                                   &axes) &&
         match_squares (match, squares) &&
         weir_pass_pattern_same_axes (
             &match->pattern, axes, match->axes,
             weir_graph_shape (match->pattern.graph, match->x)->rank);
}

/* What is divided by: sqrt (variance + eps), or sqrt (variance) + eps. */
static gboolean
match_deviation (Match *match, WeirPort port, gboolean is_root)
{
  WeirPort inner;

  if (!weir_pass_pattern_with_scalar (&match->pattern, port, "Add", &inner, &match->eps))
    return FALSE;
  match->eps_inside = is_root;
  if (!is_root && !weir_pass_pattern_root (&match->pattern, inner, &inner))
    return FALSE;
  return match_variance (match, inner);
}

static gboolean
is_usable (const Match *match, const WeirNode *root)
{
  return match->eps > 0 && weir_dtype_is_float (root->outputs[0].info.dtype) &&
         weir_pass_pattern_is_private (&match->pattern, root);
}

static WeirPort
build_mvn (const Match *match, WeirBuilder *builder, const char *name)
{
  WeirNode *node =
      weir_build_begin (builder, "MVN", name, WEIR_INPUTS (match->x, match->axes));

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", match->eps);
  weir_node_set_string (node, "eps_mode",
                        match->eps_inside ? "inside_sqrt" : "outside_sqrt");
  return weir_build_end (builder, node);
}

static gboolean
quotient (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  Match match = { .pattern.graph = graph };
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort centered, value, x;
  gboolean is_root;

  if (!weir_pass_pattern_quotient (&match.pattern, node, &centered, &value, &is_root) ||
      !match_deviation (&match, value, is_root))
    return TRUE;
  x = match.x;
  if (!match_centered (&match, centered) || !weir_port_equal (x, match.x) ||
      !is_usable (&match, node))
    return TRUE;
  return weir_pass_finish (&builder, node, build_mvn (&match, &builder, node->name),
                           changed, error);
}

/* The second way: products with the same m on both sides of the sum. */
typedef struct {
  WeirPort m, scale, shift;
} Affine;

/* @port is value * m: says what m is. */
static gboolean
match_product (Match *match, WeirPort port, WeirPort value, WeirPort *m)
{
  const WeirNode *node = weir_pass_pattern_take (&match->pattern, port, "Multiply");

  for (guint i = 0; node != NULL && i < 2; i++)
    if (weir_port_equal (node->inputs[i], value)) {
      *m = node->inputs[1 - i];
      return TRUE;
    }
  return FALSE;
}

/* m is 1 / sqrt (variance + eps), or that times a scale. */
static gboolean
match_factor (Match *match, Affine *affine)
{
  const WeirNode *node;
  gboolean is_root;
  WeirPort value;

  affine->scale = WEIR_PORT_NONE;
  if (weir_pass_pattern_inverse (&match->pattern, affine->m, &value, &is_root))
    return is_root && match_deviation (match, value, TRUE);
  node = weir_pass_pattern_take (&match->pattern, affine->m, "Multiply");
  for (guint i = 0; node != NULL && i < 2; i++)
    if (weir_pass_pattern_inverse (&match->pattern, node->inputs[i], &value, &is_root)) {
      affine->scale = node->inputs[1 - i];
      return is_root && match_deviation (match, value, TRUE);
    }
  return FALSE;
}

/* One side x * m, the other shift - mean (x) * m. */
static gboolean
match_affine (Match *match, const WeirNode *root, guint index, Affine *affine)
{
  const WeirNode *product, *rest;
  WeirPort m;

  product = weir_pass_pattern_take (&match->pattern, root->inputs[index], "Multiply");
  rest = weir_pass_pattern_take (&match->pattern, root->inputs[1 - index], "Subtract");
  if (product == NULL || rest == NULL)
    return FALSE;
  affine->shift = rest->inputs[0];
  for (guint i = 0; i < 2; i++) {
    guint n = match->pattern.n;

    affine->m = product->inputs[i];
    if (match_factor (match, affine) &&
        weir_port_equal (product->inputs[1 - i], match->x) &&
        match_product (match, rest->inputs[1], match->mean, &m) &&
        weir_port_equal (m, affine->m))
      return TRUE;
    match->pattern.n = n;
  }
  return FALSE;
}

static gboolean
sum (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  g_autofree char *mvn_name = g_strconcat (node->name, "/normalised", NULL);
  g_autofree char *scale_name = g_strconcat (node->name, "/scaled", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gboolean found = FALSE;
  Affine affine;
  Match match;
  WeirPort port;

  for (guint i = 0; !found && i < 2; i++) {
    match = (Match){ .pattern.graph = graph };
    found = match_affine (&match, node, i, &affine);
  }
  if (!found || !is_usable (&match, node))
    return TRUE;
  port = build_mvn (&match, &builder, mvn_name);
  if (!weir_port_is_none (affine.scale))
    port = weir_build2 (&builder, "Multiply", scale_name, port, affine.scale);
  port = weir_build2 (&builder, "Add", node->name, port, affine.shift);
  return weir_pass_finish (&builder, node, port, changed, error);
}

static const WeirRewrite rows[] = {
  { "Divide", quotient },
  { "Multiply", quotient },
  { "Add", sum },
  { NULL },
};

gboolean
weir_pass_fuse_mvn (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
