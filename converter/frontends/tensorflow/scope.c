#include "cut.h"

#include <string.h>

enum { NEW, OPEN, DONE };

static void
entry_free (gpointer data)
{
  TfEntry *entry = data;

  g_array_unref (entry->outputs);
  g_free (entry);
}

void
tf_scope_init (TfScope *scope, TfImport *import, WeirBuilder *builder)
{
  *scope = (TfScope){
    .import = import,
    .builder = builder,
    .nodes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free),
    .arguments = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free),
  };
}

void
tf_scope_clear (TfScope *scope)
{
  g_hash_table_unref (scope->nodes);
  g_hash_table_unref (scope->arguments);
}

gboolean
tf_scope_add (TfScope *scope, Tf__NodeDef **nodes, gsize n_nodes, GError **error)
{
  for (gsize i = 0; i < n_nodes; i++) {
    const Tf__NodeDef *proto = nodes[i];
    TfEntry *entry;

    if (proto->name == NULL || *proto->name == '\0' || proto->op == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "node %zu has no name or no operation",
                        i);
    entry = g_new0 (TfEntry, 1);
    entry->proto = proto;
    entry->outputs = g_array_new (FALSE, FALSE, sizeof (TfValue));
    if (!g_hash_table_insert (scope->nodes, proto->name, entry))
      return weir_fail (error, WEIR_ERROR_FORMAT, "there are two nodes '%s'",
                        proto->name);
  }
  return TRUE;
}

/* Functions count the outputs of one argument: "node:indices:0". */
static gboolean
find_output (const TfEntry *entry, const char *output, guint *index, GError **error)
{
  const TfRow *row = tf_row_find (entry->proto->op);
  g_auto (GStrv) names =
      row != NULL && row->outputs != NULL ? g_strsplit (row->outputs, ",", -1) : NULL;

  if (names == NULL)
    return TRUE;
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], output) == 0) {
      *index += i;
      return TRUE;
    }
  return weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' (%s) has no output '%s'",
                    entry->proto->name, entry->proto->op, output);
}

gboolean
tf_scope_resolve (TfScope *scope, const char *text, TfRef *ref, GError **error)
{
  g_autofree char *output = NULL;
  g_autofree char *name = tf_split_name (text, &output, &ref->index);

  ref->argument =
      scope->function != NULL ? g_hash_table_lookup (scope->arguments, name) : NULL;
  ref->entry = ref->argument == NULL ? g_hash_table_lookup (scope->nodes, name) : NULL;
  if (ref->argument == NULL && ref->entry == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "there is no node '%s'", name);
  return output == NULL || ref->entry == NULL ||
         find_output (ref->entry, output, &ref->index, error);
}

/* Nodes whose inputs are being converted; not the call stack, as a graph may be a million
 * nodes deep. */
typedef struct {
  TfEntry *entry;
  gsize next;
  guint port;
} Visit;

static void
open_entry (GArray *stack, TfEntry *entry)
{
  Visit visit = { .entry = entry };

  entry->state = OPEN;
  g_array_append_val (stack, visit);
}

/* The next input of the node on top that is not converted yet; %NULL if there is none. */
static gboolean
next_input (TfScope *scope, Visit *top, TfEntry **next, GError **error)
{
  const Tf__NodeDef *proto = top->entry->proto;

  *next = NULL;
  while (top->next < proto->n_input) {
    const char *text = proto->input[top->next++];
    TfRef ref;

    if (tf_is_control (text))
      continue;
    if (!tf_scope_resolve (scope, text, &ref, error))
      return FALSE;
    if (tf_cut_input (scope, top->entry, top->port++, &ref) >= 0 || ref.entry == NULL ||
        ref.entry->state == DONE)
      continue;
    if (ref.entry->state == OPEN)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "the graph has a cycle: node '%s' depends on itself",
                        ref.entry->proto->name);
    *next = ref.entry;
    return TRUE;
  }
  return TRUE;
}

static gboolean
step (TfScope *scope, GArray *stack, GError **error)
{
  Visit *top = &g_array_index (stack, Visit, stack->len - 1);
  TfEntry *entry = top->entry, *next;

  if (!next_input (scope, top, &next, error)) {
    g_prefix_error (error, "node '%s' (%s): ", entry->proto->name, entry->proto->op);
    return FALSE;
  }
  if (next != NULL) {
    open_entry (stack, next);
    return TRUE;
  }
  g_array_set_size (stack, stack->len - 1);
  entry->state = DONE;
  if (tf_node_convert (scope, entry, error))
    return TRUE;
  tf_scope_forget (entry);
  return FALSE;
}

static gboolean
convert_entry (TfScope *scope, TfEntry *entry, GError **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Visit));
  gboolean good = TRUE;

  open_entry (stack, entry);
  while (good && stack->len > 0)
    good = step (scope, stack, error);
  for (guint i = 0; i < stack->len; i++)
    tf_scope_forget (g_array_index (stack, Visit, i).entry);
  return good;
}

void
tf_scope_forget (TfEntry *entry)
{
  entry->state = NEW;
  g_array_set_size (entry->outputs, 0);
}

const TfValue *
tf_scope_input (TfScope *scope, const TfEntry *entry, guint port, const char *text,
                GError **error)
{
  TfRef ref;
  int index;

  if (!tf_scope_resolve (scope, text, &ref, error))
    return NULL;
  index = tf_cut_input (scope, entry, port, &ref);
  return index >= 0 ? tf_cut_make (scope, (guint) index, error)
                    : tf_scope_value (scope, text, error);
}

const TfValue *
tf_scope_value (TfScope *scope, const char *text, GError **error)
{
  TfRef ref;
  GArray *outputs;

  if (!tf_scope_resolve (scope, text, &ref, error))
    return NULL;
  if (ref.argument != NULL)
    return ref.argument;
  if (ref.entry->state == NEW && !convert_entry (scope, ref.entry, error))
    return NULL;
  outputs = ref.entry->outputs;
  if (outputs->len > 0 && g_array_index (outputs, TfValue, 0).broken)
    return &g_array_index (outputs, TfValue, 0);
  if (ref.index < outputs->len &&
      !weir_port_is_none (g_array_index (outputs, TfValue, ref.index).port))
    return &g_array_index (outputs, TfValue, ref.index);
  weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' (%s) has no output %u",
             ref.entry->proto->name, ref.entry->proto->op, ref.index);
  return NULL;
}
