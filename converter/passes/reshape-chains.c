#include "list.h"

#include "base/checked.h"
#include "ir/edit.h"
#include "rewrite.h"

#include <string.h>

/* Joins Reshapes, Transposes, Squeezes and Unsqueezes that follow one another. */

/* What a Reshape asks for; FALSE where it is not constant or copies a dimension that is
 * not there. */
typedef struct {
  gint64 dims[2 * WEIR_MAX_RANK];
  gsize n;
  gboolean special_zero;
} Target;

static gboolean
target_of (const WeirGraph *graph, const WeirNode *node, Target *target)
{
  target->special_zero = weir_node_bool (node, "special_zero");
  return weir_pass_ints (graph, node, 1, target->dims, &target->n) &&
         target->n <= WEIR_MAX_RANK;
}

static gboolean
copies (const Target *target, gsize i)
{
  return target->special_zero && target->dims[i] == 0;
}

/* Whether a reshape of @in by @target surely gives the same shape. */
static gboolean
is_same (const WeirShape *in, const Target *target)
{
  guint unknown = 0;

  if (in->rank < 0 || target->n != (gsize) in->rank)
    return FALSE;
  for (int i = 0; i < in->rank; i++) {
    if (copies (target, i) || (in->dims[i] >= 0 && target->dims[i] == in->dims[i]))
      continue;
    if (target->dims[i] != -1)
      return FALSE;
    unknown++;
  }
  return unknown <= 1;
}

/* The second of two Reshapes alone: a dimension that it copies must be one that the first
 * has copied too. */
static gboolean
can_skip (const Target *first, const Target *second)
{
  for (gsize i = 0; i < second->n; i++)
    if (copies (second, i) && (i >= first->n || !copies (first, i)))
      return FALSE;
  return TRUE;
}

static gboolean
reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  WeirNode *before = weir_match_input (graph, node, 0, "Reshape");
  Target target, first;

  (void) error;
  if (!target_of (graph, node, &target))
    return TRUE;
  if (is_same (weir_graph_shape (graph, node->inputs[0]), &target)) {
    weir_pass_take_place (graph, node, node->inputs[0], changed);
    return TRUE;
  }
  if (before == NULL)
    before = weir_match_input (graph, node, 0, "Squeeze");
  if (before == NULL)
    before = weir_match_input (graph, node, 0, "Unsqueeze");
  if (before == NULL)
    return TRUE;
  if (!weir_node_is (before, "Reshape") || !target_of (graph, before, &first))
    first = (Target){ 0 };
  if (!can_skip (&first, &target))
    return TRUE;
  weir_edit_set_input (graph, node, 0, before->inputs[0]);
  weir_edit_remove_unused (graph, before);
  *changed = TRUE;
  return TRUE;
}

/* The target of a Reshape from @in to @out: dimensions that are not known are copied
 * where they stay in place, and one may be left open. So is the first: it is the batch
 * often, and who changes that later finds it changed here. */
static gboolean
make_target (const WeirShape *in, const WeirShape *out, gint64 *target)
{
  gboolean in_place = TRUE;
  guint open = 0;

  if (in->rank < 0 || out->rank < 0)
    return FALSE;
  for (int i = 0; i < out->rank; i++) {
    in_place = in_place && i < in->rank && in->dims[i] == out->dims[i];
    target[i] = in_place && (i == 0 || out->dims[i] < 0) ? 0 : out->dims[i];
    open += target[i] == -1;
    if (out->dims[i] == 0)
      return FALSE;
  }
  return open <= 1;
}

static gboolean
become_reshape (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *in = weir_graph_shape (graph, node->inputs[0]);
  WeirBuilder builder = WEIR_BUILDER (graph);
  gint64 target[WEIR_MAX_RANK];
  WeirPort port;

  if (!make_target (in, &node->outputs[0].info.shape, target))
    return TRUE;
  port = weir_build_reshape (&builder, node->name, node->inputs[0], target,
                             (gsize) node->outputs[0].info.shape.rank, TRUE);
  return weir_pass_finish (&builder, node, port, changed, error);
}

/* Whether the dimensions that are not 1 stay in their order: nothing moves in memory. */
static gboolean
moves_nothing (const WeirShape *in, const gint64 *order, gsize n)
{
  gint64 last = -1;

  if (in->rank < 0 || (gsize) in->rank != n)
    return FALSE;
  for (gsize i = 0; i < n; i++) {
    if (in->dims[order[i]] == 1)
      continue;
    if (order[i] < last)
      return FALSE;
    last = order[i];
  }
  return TRUE;
}

static gboolean
transpose (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirShape *in = weir_graph_shape (graph, node->inputs[0]);
  WeirNode *before = weir_match_input (graph, node, 0, "Transpose");
  gint64 order[2 * WEIR_MAX_RANK], first[2 * WEIR_MAX_RANK], joined[WEIR_MAX_RANK];
  WeirBuilder builder = WEIR_BUILDER (graph);
  gsize n, m;
  WeirPort port;

  if (!weir_pass_axes (graph, node, 1, in->rank, order, &n) || n != (gsize) in->rank)
    return TRUE;
  if (moves_nothing (in, order, n))
    return become_reshape (graph, node, changed, error);
  if (before == NULL || !weir_pass_axes (graph, before, 1, in->rank, first, &m) || m != n)
    return TRUE;
  for (gsize i = 0; i < n; i++)
    joined[i] = first[order[i]];
  port = weir_build_transpose (&builder, node->name, before->inputs[0], joined, n);
  return weir_pass_finish (&builder, node, port, changed, error);
}

/* Unsqueeze and Squeeze of the same dimensions. */
static gboolean
undo (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  gboolean squeeze = weir_node_is (node, "Squeeze");
  WeirNode *before = weir_match_input (graph, node, 0, squeeze ? "Unsqueeze" : "Squeeze");
  gint64 a[2 * WEIR_MAX_RANK], b[2 * WEIR_MAX_RANK];
  guint in_a = 0, in_b = 0;
  gsize n_a, n_b;
  int rank;

  (void) error;
  if (before == NULL)
    return TRUE;
  rank = squeeze ? before->outputs[0].info.shape.rank : node->outputs[0].info.shape.rank;
  if (!weir_pass_axes (graph, node, 1, rank, a, &n_a) ||
      !weir_pass_axes (graph, before, 1, rank, b, &n_b))
    return TRUE;
  for (gsize i = 0; i < n_a; i++)
    in_a |= 1u << a[i];
  for (gsize i = 0; i < n_b; i++)
    in_b |= 1u << b[i];
  if (in_a == in_b)
    weir_pass_take_place (graph, node, before->inputs[0], changed);
  return TRUE;
}

static const WeirRewrite chain_rows[] = {
  { "Reshape", reshape },
  { "Transpose", transpose },
  { "Squeeze", undo },
  { "Unsqueeze", undo },
  { NULL },
};

/* Squeeze and Unsqueeze of known shapes are Reshapes too. */
static const WeirRewrite static_rows[] = {
  { "Squeeze", become_reshape },
  { "Unsqueeze", become_reshape },
  { NULL },
};

gboolean
weir_pass_reshape_chains (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), chain_rows, NULL, error);
}

gboolean
weir_pass_squeeze_to_reshape (WeirModel *model, const WeirPassOptions *options,
                              GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), static_rows, NULL, error);
}
