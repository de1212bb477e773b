#include "list.h"

#include "ir/edit.h"
#include "ir/match.h"

/* Gives every node of a graph a name of its own. Whoever the outside knows keeps its
 * name: inputs and outputs first, then what outputs hand out, constants last. Tensor
 * names stay. */

typedef struct {
  GHashTable *taken; /* name -> the next number to try behind it */
} Names;

typedef gboolean (*Turn) (const WeirGraph *graph, const WeirNode *node);

static gboolean
is_rim (const WeirGraph *graph, const WeirNode *node)
{
  (void) graph;
  return weir_node_is (node, "Parameter") || weir_node_is (node, "Result");
}

static gboolean
is_handed_out (const WeirGraph *graph, const WeirNode *node)
{
  for (guint o = 0; o < node->n_outputs; o++)
    for (guint i = 0; i < node->outputs[o].uses->len; i++) {
      WeirUse use = g_array_index (node->outputs[o].uses, WeirUse, i);
      if (weir_node_is (weir_graph_node (graph, use.node), "Result"))
        return !is_rim (graph, node);
    }
  return FALSE;
}

static gboolean
is_inner (const WeirGraph *graph, const WeirNode *node)
{
  return !is_rim (graph, node) && !is_handed_out (graph, node) &&
         !weir_node_is (node, "Constant");
}

static gboolean
is_constant (const WeirGraph *graph, const WeirNode *node)
{
  return weir_node_is (node, "Constant") && !is_handed_out (graph, node);
}

static const Turn turns[] = { is_rim, is_handed_out, is_inner, is_constant };

/* Whether @node may keep its name. */
static gboolean
claim (Names *names, const WeirNode *node)
{
  if (node->name[0] == '\0' || g_hash_table_contains (names->taken, node->name))
    return FALSE;
  g_hash_table_insert (names->taken, g_strdup (node->name), GUINT_TO_POINTER (1));
  return TRUE;
}

static void
rename_node (Names *names, WeirGraph *graph, WeirNode *node)
{
  g_autofree char *wanted =
      g_strdup (node->name[0] != '\0' ? node->name : node->op->name);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (names->taken, wanted));
  g_autofree char *name = g_strdup (wanted);

  if (is_handed_out (graph, node) && node->outputs[0].names == NULL &&
      node->name[0] != '\0')
    weir_edit_add_tensor_name (graph, WEIR_PORT (node, 0), node->name);
  while (g_hash_table_contains (names->taken, name)) {
    g_free (name);
    name = g_strdup_printf ("%s_%u", wanted, n++);
  }
  weir_edit_rename (node, name);
  g_hash_table_insert (names->taken, g_steal_pointer (&name), GUINT_TO_POINTER (1));
  g_hash_table_insert (names->taken, g_steal_pointer (&wanted),
                       GUINT_TO_POINTER (MAX (n, 1)));
}

static void
name_graph (WeirGraph *graph)
{
  Names names = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) };
  g_autoptr (GPtrArray) later = g_ptr_array_new ();

  for (guint t = 0; t < G_N_ELEMENTS (turns); t++)
    for (guint i = 0; i < weir_graph_size (graph); i++) {
      WeirNode *node = weir_graph_node (graph, i);

      if (node != NULL && turns[t](graph, node) && !claim (&names, node))
        g_ptr_array_add (later, node);
    }
  for (guint i = 0; i < later->len; i++)
    rename_node (&names, graph, later->pdata[i]);
  g_hash_table_unref (names.taken);
  for (guint i = 0; i < weir_graph_size (graph); i++) {
    WeirNode *node = weir_graph_node (graph, i);

    for (guint b = 0; node != NULL && b < node->n_bodies; b++)
      name_graph (node->bodies[b].graph);
  }
}

gboolean
weir_pass_unique_names (WeirModel *model, const WeirPassOptions *options, GError **error)
{
  (void) options;
  (void) error;
  name_graph (weir_model_graph (model));
  return TRUE;
}
