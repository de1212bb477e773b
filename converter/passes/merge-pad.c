#include "list.h"

#include "rewrite.h"

/* Pads in a row, of the same value or both of the edge, become one. */

typedef struct {
  gint64 begin[2 * WEIR_MAX_RANK], end[2 * WEIR_MAX_RANK];
  gsize n;
} Widths;

/* No more than a dimension may be: two sums of it are numbers still. */
static gboolean
widths_init (const WeirGraph *graph, const WeirNode *pad, Widths *widths)
{
  gsize n_end;

  if (!weir_pass_ints (graph, pad, 1, widths->begin, &widths->n) ||
      !weir_pass_ints (graph, pad, 2, widths->end, &n_end) || n_end != widths->n)
    return FALSE;
  for (gsize i = 0; i < widths->n; i++)
    if (widths->begin[i] < 0 || widths->end[i] < 0 || widths->begin[i] > G_MAXINT32 ||
        widths->end[i] > G_MAXINT32)
      return FALSE;
  return TRUE;
}

/* What is put there; 0 where nothing is said. */
static gboolean
value_of (const WeirGraph *graph, const WeirNode *pad, double *value)
{
  *value = 0;
  return pad->n_inputs < 4 || weir_pass_scalar (graph, pad, 3, value);
}

static gboolean
pads_alike (const WeirGraph *graph, const WeirNode *a, const WeirNode *b)
{
  double value_a, value_b;

  if (weir_node_string_is (a, "pad_mode", "edge"))
    return weir_node_string_is (b, "pad_mode", "edge");
  return weir_node_string_is (a, "pad_mode", "constant") &&
         weir_node_string_is (b, "pad_mode", "constant") &&
         value_of (graph, a, &value_a) && value_of (graph, b, &value_b) &&
         value_a == value_b;
}

static gboolean
pad (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *first = weir_match_input (graph, node, 0, "Pad");
  g_autofree char *begin_name = g_strconcat (node->name, "/begin", NULL);
  g_autofree char *end_name = g_strconcat (node->name, "/end", NULL);
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort inputs[4];
  Widths inner, outer;
  WeirNode *made;

  if (first == NULL || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      first->version != node->version || !pads_alike (graph, first, node) ||
      !widths_init (graph, first, &inner) || !widths_init (graph, node, &outer) ||
      inner.n != outer.n)
    return TRUE;
  for (gsize i = 0; i < inner.n; i++) {
    inner.begin[i] += outer.begin[i];
    inner.end[i] += outer.end[i];
  }
  inputs[0] = first->inputs[0];
  inputs[1] = weir_build_i64 (&builder, begin_name, inner.begin, inner.n);
  inputs[2] = weir_build_i64 (&builder, end_name, inner.end, inner.n);
  if (node->n_inputs > 3)
    inputs[3] = node->inputs[3];
  made = weir_build_begin_like (&builder, node, node->name, inputs, node->n_inputs);
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static const WeirRewrite rows[] = { { "Pad", pad }, { NULL } };

gboolean
weir_pass_merge_pad (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
