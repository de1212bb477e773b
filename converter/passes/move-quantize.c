#include "list.h"

#include "rewrite.h"

/* For who runs a network: FakeQuantize goes to where values are made, so that they never
 * have to be told in floats:
 *
 *   FakeQuantize of Concat or of nearest neighbours    the same of each part
 *   Split of a function of FakeQuantize                the function of each piece
 */

/* Whether @fake has one range for all elements. */
static gboolean
has_one_range (const WeirGraph *graph, const WeirNode *fake)
{
  double end;

  for (guint i = 1; i < 5; i++)
    if (!weir_match_scalar (graph, fake, i, &end))
      return FALSE;
  return TRUE;
}

/* How many inputs of @node its elements come from, in other order or more than once. */
static guint
n_parts (const WeirNode *node)
{
  if (weir_node_is (node, "Concat"))
    return node->n_inputs;
  return weir_node_is (node, "Interpolate") && node->version >= 4 &&
         weir_node_string_is (node, "mode", "nearest");
}

static gboolean
quantize_parts (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *whole = weir_node_input (graph, node, 0);
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree WeirPort *inputs = NULL;
  guint parts = n_parts (whole);

  if (parts == 0 || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      !has_one_range (graph, node))
    return TRUE;
  inputs = g_memdup2 (whole->inputs, whole->n_inputs * sizeof *inputs);
  for (guint i = 0; i < parts; i++) {
    g_autofree char *name = g_strdup_printf ("%s/%u", node->name, i);
    WeirPort ports[5];

    for (guint k = 1; k < 5; k++)
      ports[k] = node->inputs[k];
    ports[0] = inputs[i];
    inputs[i] =
        weir_build_end (&builder, weir_build_begin_like (&builder, node, name, ports, 5));
  }
  return weir_pass_finish (
      &builder, node,
      weir_build_end (&builder, weir_build_begin_like (&builder, whole, node->name,
                                                       inputs, whole->n_inputs)),
      changed, error);
}

/* A function of one operand, whose other inputs are numbers. */
static gboolean
is_function (const WeirGraph *graph, const WeirNode *node)
{
  double number;

  if ((node->op->flags & WEIR_OP_UNARY) == 0 && !weir_node_is (node, "Swish"))
    return FALSE;
  for (guint i = 1; i < node->n_inputs; i++)
    if (!weir_match_scalar (graph, node, i, &number))
      return FALSE;
  return node->n_outputs == 1;
}

/* Whether all pieces of @split are rounded again, and by nobody else read. */
static gboolean
pieces_are_rounded (const WeirGraph *graph, const WeirNode *split)
{
  for (guint i = 0; i < split->n_outputs; i++) {
    const WeirOutput *piece = &split->outputs[i];

    for (guint k = 0; k < piece->uses->len; k++) {
      const WeirUse *use = &g_array_index (piece->uses, WeirUse, k);

      if (!weir_node_is (weir_graph_node (graph, use->node), "FakeQuantize"))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
split_before (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  const WeirNode *function = weir_node_input (graph, node, 0);
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree WeirPort *inputs = NULL;
  WeirNode *split;

  if (!is_function (graph, function) || weir_graph_n_uses (graph, node->inputs[0]) != 1 ||
      weir_match_input (graph, function, 0, "FakeQuantize") == NULL ||
      !pieces_are_rounded (graph, node))
    return TRUE;
  inputs = g_memdup2 (node->inputs, node->n_inputs * sizeof *inputs);
  inputs[0] = function->inputs[0];
  split = weir_build_begin_like (&builder, node, node->name, inputs, node->n_inputs);
  weir_build_end (&builder, split);
  for (guint i = 0; split != NULL && i < node->n_outputs; i++) {
    g_autofree char *name = g_strdup_printf ("%s/%u", function->name, i);
    g_autofree WeirPort *ports =
        g_memdup2 (function->inputs, function->n_inputs * sizeof *ports);
    WeirPort piece;

    ports[0] = WEIR_PORT (split, i);
    piece = weir_build_end (&builder, weir_build_begin_like (&builder, function, name,
                                                             ports, function->n_inputs));
    if (!weir_build_failed (&builder))
      weir_edit_bypass (graph, WEIR_PORT (node, i), piece);
  }
  weir_edit_remove_unused (graph, node);
  *changed = TRUE;
  return weir_build_finish (&builder, error);
}

static const WeirRewrite rows[] = {
  { "FakeQuantize", quantize_parts },
  { "Split", split_before },
  { "VariadicSplit", split_before },
  { NULL },
};

gboolean
weir_pass_move_quantize (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
