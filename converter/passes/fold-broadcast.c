#include "list.h"

#include "constant-math.h"
#include "rewrite.h"

#include <string.h>

/* A constant added to, or times, a number that is repeated: another number is repeated.
 */

static const struct {
  const char *op;
  double (*function) (double, double);
} functions[] = { { "Add", weir_pass_sum }, { "Multiply", weir_pass_product } };

/* The Broadcast of a single number at input @index, if nobody else reads it. */
static WeirNode *
repeated (WeirGraph *graph, const WeirNode *node, guint index, double *value)
{
  WeirNode *broadcast = weir_match_input (graph, node, index, "Broadcast");

  if (broadcast == NULL || weir_graph_n_uses (graph, node->inputs[index]) != 1 ||
      !weir_node_string_is (broadcast, "mode", "numpy") ||
      !weir_pass_scalar (graph, broadcast, 0, value))
    return NULL;
  return broadcast;
}

static gboolean
joined (WeirGraph *graph, WeirNode *node, guint index, gboolean *changed, GError **error)
{
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autofree char *name = g_strconcat (node->name, "/value", NULL);
  double a, b;
  WeirNode *broadcast = repeated (graph, node, index, &a), *made;
  WeirPort value;

  if (broadcast == NULL || !weir_pass_scalar (graph, node, 1 - index, &b) ||
      !weir_pass_broadcasts_into (weir_graph_shape (graph, node->inputs[1 - index]),
                                  &node->outputs[0].info.shape))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (strcmp (node->op->name, functions[i].op) == 0)
      a = functions[i].function (a, b);
  value = weir_build_scalar (&builder, name, broadcast->inputs[0], a);
  made = weir_build_begin_like (&builder, broadcast, node->name,
                                WEIR_INPUTS (value, broadcast->inputs[1]));
  return weir_pass_finish (&builder, node, weir_build_end (&builder, made), changed,
                           error);
}

static gboolean
binary (WeirGraph *graph, WeirNode *node, gboolean *changed, GError **error)
{
  guint index = weir_match_input (graph, node, 0, "Broadcast") != NULL ? 0 : 1;

  if (!weir_dtype_is_float (node->outputs[0].info.dtype))
    return TRUE;
  return joined (graph, node, index, changed, error);
}

static const WeirRewrite rows[] = { { "Add", binary }, { "Multiply", binary }, { NULL } };

gboolean
weir_pass_fold_broadcast (WeirModel *model, const WeirPassOptions *options,
                          GError **error)
{
  (void) options;
  return weir_rewrite_graph (weir_model_graph (model), rows, NULL, error);
}
