#include "rewrite.h"

#include "base/problem.h"

#include <string.h>

/* What a node has read: at @input, or, where there is a @list, at all. */
typedef struct {
  Tf__NodeDef *proto;
  gsize input;
  char *old;
  char **list;
  gsize n_list;
} Change;

typedef struct {
  gpointer data;
  GDestroyNotify free;
} Kept;

static void
kept_clear (gpointer data)
{
  Kept *kept = data;

  kept->free (kept->data);
}

static void
added_free (gpointer data)
{
  Tf__NodeDef *proto = data;

  for (gsize i = 0; i < proto->n_input; i++)
    g_free (proto->input[i]);
  g_free (proto->input);
  g_free (proto->name);
  g_free (proto->op);
  g_free (proto);
}

TfRewrite *
tf_rewrite_new (const TfImport *import, const Tf__GraphDef *graph)
{
  TfRewrite *rewrite = g_new0 (TfRewrite, 1);

  rewrite->import = import;
  rewrite->graph = *graph;
  rewrite->list = g_ptr_array_new ();
  rewrite->added = g_ptr_array_new_with_free_func (added_free);
  rewrite->nodes = g_hash_table_new (g_str_hash, g_str_equal);
  rewrite->pieces = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  rewrite->changed = g_array_new (FALSE, FALSE, sizeof (Change));
  rewrite->hidden = g_hash_table_new (g_str_hash, g_str_equal);
  rewrite->kept = g_array_new (FALSE, FALSE, sizeof (Kept));
  g_array_set_clear_func (rewrite->kept, kept_clear);
  for (gsize i = 0; i < graph->n_node; i++) {
    g_ptr_array_add (rewrite->list, graph->node[i]);
    if (graph->node[i]->name != NULL)
      g_hash_table_insert (rewrite->nodes, graph->node[i]->name, graph->node[i]);
  }
  rewrite->graph.node = (Tf__NodeDef **) rewrite->list->pdata;
  return rewrite;
}

void
tf_rewrite_free (TfRewrite *rewrite)
{
  if (rewrite == NULL)
    return;
  tf_rewrite_undo (rewrite);
  g_ptr_array_unref (rewrite->list);
  g_array_unref (rewrite->changed);
  g_hash_table_unref (rewrite->nodes);
  g_hash_table_unref (rewrite->hidden);
  g_hash_table_unref (rewrite->pieces);
  g_ptr_array_unref (rewrite->added);
  g_clear_pointer (&rewrite->outputs, g_ptr_array_unref);
  g_array_unref (rewrite->kept);
  g_free (rewrite);
}

void
tf_rewrite_own (TfRewrite *rewrite, gpointer data, GDestroyNotify free)
{
  const Kept kept = { .data = data, .free = free };

  g_array_append_val (rewrite->kept, kept);
}

gpointer
tf_rewrite_keep (TfRewrite *rewrite, gpointer data)
{
  tf_rewrite_own (rewrite, data, g_free);
  return data;
}

static gboolean
ends_in (const char *name, const char *end)
{
  gsize length = strlen (name), tail = strlen (end);

  return length > tail && name[length - tail - 1] == '/' &&
         strcmp (name + length - tail, end) == 0;
}

Tf__NodeDef *
tf_rewrite_find (const TfRewrite *rewrite, const char *name)
{
  Tf__NodeDef *exact = g_hash_table_lookup (rewrite->nodes, name);

  for (guint i = 0; exact == NULL && i < rewrite->list->len; i++) {
    Tf__NodeDef *proto = rewrite->list->pdata[i];

    if (proto->name != NULL && ends_in (proto->name, name))
      exact = proto;
  }
  return exact;
}

const char *
tf_rewrite_input (const TfRewrite *rewrite, const char *name, guint port, GError **error)
{
  const Tf__NodeDef *proto = tf_rewrite_find (rewrite, name);

  if (proto == NULL)
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH, "the graph has no node '%s'",
                       name);
  else if (port >= proto->n_input || tf_is_control (proto->input[port]))
    weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' (%s): input %u is missing",
               proto->name, proto->op, port);
  else
    return proto->input[port];
  return NULL;
}

/* A file may have a node of any name. */
static char *
free_name (const TfRewrite *rewrite, const char *name)
{
  char *found = g_strdup (name);

  for (guint i = 1; g_hash_table_contains (rewrite->nodes, found); i++) {
    g_free (found);
    found = g_strdup_printf ("%s_%u", name, i);
  }
  return found;
}

const char *
tf_rewrite_add (TfRewrite *rewrite, const char *name, const char *op,
                WeirPort (*convert) (TfNode *n), gconstpointer data,
                const char *const *inputs, gsize n_inputs)
{
  Tf__NodeDef *proto = g_new (Tf__NodeDef, 1);

  tf__node_def__init (proto);
  proto->name = free_name (rewrite, name);
  proto->op = g_strdup (op);
  proto->n_input = n_inputs;
  proto->input = g_new0 (char *, n_inputs + 1);
  for (gsize i = 0; i < n_inputs; i++)
    proto->input[i] = g_strdup (inputs[i]);
  g_ptr_array_add (rewrite->added, proto);
  g_ptr_array_add (rewrite->list, proto);
  g_hash_table_insert (rewrite->nodes, proto->name, proto);
  rewrite->graph.node = (Tf__NodeDef **) rewrite->list->pdata;
  rewrite->graph.n_node = rewrite->list->len;
  tf_rewrite_change (rewrite, proto, convert, data);
  return proto->name;
}

void
tf_rewrite_change (TfRewrite *rewrite, Tf__NodeDef *proto,
                   WeirPort (*convert) (TfNode *n), gconstpointer data)
{
  TfPiece *piece = g_new0 (TfPiece, 1);

  piece->proto = proto;
  piece->row = (TfRow){ .op = proto->op, .convert = convert };
  piece->data = data;
  g_hash_table_replace (rewrite->pieces, proto->name, piece);
}

gboolean
tf_rewrite_is_changed (const TfRewrite *rewrite, const Tf__NodeDef *proto)
{
  return g_hash_table_contains (rewrite->pieces, proto->name);
}

/* What it has read is no output of the network when nobody else reads it. */
static void
hide_inputs (TfRewrite *rewrite, const Tf__NodeDef *proto)
{
  for (gsize i = 0; i < proto->n_input; i++) {
    g_autofree char *output = NULL;
    g_autofree char *name = NULL;
    const Tf__NodeDef *source;
    guint index;

    name = tf_split_name (proto->input[i] + (tf_is_control (proto->input[i]) ? 1 : 0),
                          &output, &index);
    source = g_hash_table_lookup (rewrite->nodes, name);
    if (source != NULL)
      g_hash_table_add (rewrite->hidden, source->name);
  }
}

void
tf_rewrite_read (TfRewrite *rewrite, Tf__NodeDef *proto, char **inputs, gsize n_inputs)
{
  const Change change = { .proto = proto,
                          .list = proto->input,
                          .n_list = proto->n_input };

  g_array_append_val (rewrite->changed, change);
  hide_inputs (rewrite, proto);
  proto->input = inputs;
  proto->n_input = n_inputs;
}

GPtrArray *
tf_rewrite_outputs (const TfRewrite *rewrite, TfScope *scope)
{
  GPtrArray *outputs = tf_graph_outputs (scope, &rewrite->graph);

  for (guint i = outputs->len; i-- > 0;)
    if (g_hash_table_contains (rewrite->hidden,
                               ((const TfWanted *) outputs->pdata[i])->ref))
      g_ptr_array_remove_index (outputs, i);
  return outputs;
}

static gboolean
names_same (const char *text, const char *node, guint index)
{
  g_autofree char *output = NULL;
  g_autofree char *name = NULL;
  guint number;

  if (tf_is_control (text) || strncmp (text, node, strlen (node)) != 0)
    return FALSE;
  name = tf_split_name (text, &output, &number);
  return number == index && strcmp (name, node) == 0;
}

void
tf_rewrite_redirect (TfRewrite *rewrite, const char *from, const char *to)
{
  g_autofree char *output = NULL;
  guint index;
  g_autofree char *node = tf_split_name (from, &output, &index);
  char *target = tf_rewrite_keep (rewrite, g_strdup (to));

  for (guint i = 0; i < rewrite->list->len - rewrite->added->len; i++) {
    Tf__NodeDef *proto = rewrite->list->pdata[i];

    for (gsize k = 0; k < proto->n_input; k++)
      if (names_same (proto->input[k], node, index)) {
        Change change = { .proto = proto, .input = k, .old = proto->input[k] };

        g_array_append_val (rewrite->changed, change);
        proto->input[k] = target;
      }
  }
}

void
tf_rewrite_undo (TfRewrite *rewrite)
{
  for (guint i = rewrite->changed->len; i-- > 0;) {
    const Change *change = &g_array_index (rewrite->changed, Change, i);

    if (change->old != NULL) {
      change->proto->input[change->input] = change->old;
      continue;
    }
    change->proto->input = change->list;
    change->proto->n_input = change->n_list;
  }
  g_array_set_size (rewrite->changed, 0);
  g_hash_table_remove_all (rewrite->pieces);
  g_hash_table_remove_all (rewrite->hidden);
  g_ptr_array_set_size (rewrite->list, (int) (rewrite->list->len - rewrite->added->len));
  rewrite->graph.node = (Tf__NodeDef **) rewrite->list->pdata;
  rewrite->graph.n_node = rewrite->list->len;
  for (guint i = 0; i < rewrite->added->len; i++)
    g_hash_table_remove (rewrite->nodes,
                         ((const Tf__NodeDef *) rewrite->added->pdata[i])->name);
  g_ptr_array_set_size (rewrite->added, 0);
  g_clear_pointer (&rewrite->outputs, g_ptr_array_unref);
}

void
tf_rewrite_apply (const TfRewrite *rewrite, TfScope *scope)
{
  GHashTableIter iter;
  TfPiece *piece;

  g_hash_table_iter_init (&iter, rewrite->pieces);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &piece)) {
    TfEntry *entry = g_hash_table_lookup (scope->nodes, piece->proto->name);

    if (entry != NULL)
      entry->piece = piece;
  }
}

gconstpointer
tf_piece (const TfNode *n)
{
  const TfPiece *piece = n->entry->piece;

  return piece != NULL ? piece->data : NULL;
}
