#include "flow.h"

/* Who reads a node's outputs: what nobody reads need not be computed. */

static void
add_reader (GHashTable *readers, const Tf__NodeDef *node, const char *text)
{
  TfReader reader = { .node = node, .text = text };
  g_autofree char *output = NULL;
  guint index;
  g_autofree char *name = NULL;
  GArray *list;

  if (text == NULL || tf_is_control (text))
    return;
  name = tf_split_name (text, &output, &index);
  list = g_hash_table_lookup (readers, name);
  if (list == NULL) {
    list = g_array_new (FALSE, FALSE, sizeof (TfReader));
    g_hash_table_insert (readers, g_steal_pointer (&name), list);
  }
  g_array_append_val (list, reader);
}

static GHashTable *
find_readers (const TfScope *scope)
{
  GHashTable *readers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                               (GDestroyNotify) g_array_unref);

  for (gsize i = 0; i < scope->n_list; i++)
    for (gsize k = 0; k < scope->list[i]->n_input; k++)
      add_reader (readers, scope->list[i], scope->list[i]->input[k]);
  for (gsize i = 0; scope->function != NULL && i < scope->function->n_ret; i++)
    add_reader (readers, NULL, scope->function->ret[i]->value);
  return readers;
}

const GArray *
tf_flow_readers (TfScope *scope, const Tf__NodeDef *proto)
{
  TfFlow *flow = tf_flow_of (scope);

  while (scope->outer != NULL)
    scope = scope->outer;
  if (flow->readers == NULL)
    flow->readers = find_readers (scope);
  return g_hash_table_lookup (flow->readers, proto->name);
}
