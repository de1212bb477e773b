#include "tensorflow.h"

#include <string.h>

/* Programs may save a variable under a name that is not its own: what a graph does to
 * restore its variables tells which (RestoreV2, whose results are assigned). In
 * TensorFlow 2 a function does so, with the variables as arguments. */

/* Nodes that stand between a tensor that was read and where it is assigned. */
#define MOST_STEPS 8

typedef struct {
  const WeirWire *wire;
  GHashTable *nodes;     /* name -> NodeDef */
  GHashTable *variables; /* (nullable): argument of a function -> name of a variable */
  GHashTable *restored;
} Search;

/* (transfer full): the nodes by their names. */
static GHashTable *
index_nodes (Tf__NodeDef **nodes, gsize count)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < count; i++)
    if (nodes[i]->name != NULL && nodes[i]->op != NULL)
      g_hash_table_insert (index, nodes[i]->name, nodes[i]);
  return index;
}

/* (nullable): the node that writes input @i of @node. */
static const Tf__NodeDef *
source_of (const Search *search, const Tf__NodeDef *node, gsize i, guint *output)
{
  g_autofree char *argument = NULL;
  g_autofree char *name = NULL;

  if (i >= node->n_input)
    return NULL;
  name = tf_split_name (node->input[i], &argument, output);
  return g_hash_table_lookup (search->nodes, name);
}

/* (transfer full) (nullable): text @i of the list of texts that @node holds. */
static char *
text_of (const Search *search, const Tf__NodeDef *node, guint i)
{
  for (gsize k = 0; k < node->n_attr; k++) {
    const Tf__AttrValue *value = node->attr[k]->value;

    if (g_strcmp0 (node->attr[k]->key, "value") == 0 && value != NULL &&
        value->tensor != NULL && i < value->tensor->n_string_val)
      return weir_wire_text (search->wire, &value->tensor->string_val[i], WEIR_MAX_NAME,
                             NULL);
  }
  return NULL;
}

/* (transfer full) (nullable): under what name the value that @assign assigns was read. */
static char *
key_of (const Search *search, const Tf__NodeDef *assign)
{
  guint output = 0, unused;
  const Tf__NodeDef *node = source_of (search, assign, 1, &output);

  for (guint i = 0; i < MOST_STEPS && node != NULL; i++) {
    if (strcmp (node->op, "RestoreV2") == 0) {
      const Tf__NodeDef *names = source_of (search, node, 1, &unused);

      return names != NULL ? text_of (search, names, output) : NULL;
    }
    if (strcmp (node->op, "Identity") != 0)
      return NULL;
    node = source_of (search, node, 0, &output);
  }
  return NULL;
}

static void
search_nodes (const Search *search, Tf__NodeDef **nodes, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    g_autofree char *argument = NULL;
    g_autofree char *target = NULL;
    g_autofree char *key = NULL;
    const char *variable;
    guint output;

    if (nodes[i]->op == NULL || nodes[i]->n_input < 2 ||
        (strcmp (nodes[i]->op, "Assign") != 0 &&
         strcmp (nodes[i]->op, "AssignVariableOp") != 0))
      continue;
    key = key_of (search, nodes[i]);
    target = tf_split_name (nodes[i]->input[0], &argument, &output);
    variable = search->variables != NULL ? g_hash_table_lookup (search->variables, target)
                                         : target;
    if (key != NULL && variable != NULL)
      g_hash_table_insert (search->restored, g_strdup (variable), g_steal_pointer (&key));
  }
}

/* (nullable): the function that @call calls. */
static const Tf__FunctionDef *
function_of (GHashTable *functions, const Tf__NodeDef *call)
{
  for (gsize i = 0; i < call->n_attr; i++) {
    const Tf__AttrValue *value = call->attr[i]->value;

    if (g_strcmp0 (call->attr[i]->key, "f") == 0 && value != NULL &&
        value->func != NULL && value->func->name != NULL)
      return g_hash_table_lookup (functions, value->func->name);
  }
  return NULL;
}

static void
search_function (const Search *graph, const Tf__FunctionDef *function,
                 const Tf__NodeDef *call)
{
  const Tf__OpDef *signature = function->signature;
  g_autoptr (GHashTable) nodes = index_nodes (function->node_def, function->n_node_def);
  g_autoptr (GHashTable) variables =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  Search search = *graph;

  search.nodes = nodes;
  search.variables = variables;
  for (gsize i = 0; i < MIN (signature->n_input_arg, call->n_input); i++) {
    g_autofree char *argument = NULL;
    guint output;

    if (signature->input_arg[i]->name != NULL)
      g_hash_table_insert (variables, signature->input_arg[i]->name,
                           tf_split_name (call->input[i], &argument, &output));
  }
  search_nodes (&search, function->node_def, function->n_node_def);
}

GHashTable *
tf_restored_names (const TfImport *import, const Tf__GraphDef *graph)
{
  GHashTable *restored = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) nodes = index_nodes (graph->node, graph->n_node);
  Search search = { .wire = import->file->wire, .nodes = nodes, .restored = restored };

  search_nodes (&search, graph->node, graph->n_node);
  for (gsize i = 0; i < graph->n_node; i++) {
    const Tf__FunctionDef *function = function_of (import->functions, graph->node[i]);

    if (function != NULL && graph->node[i]->n_input > 1)
      search_function (&search, function, graph->node[i]);
  }
  return restored;
}
