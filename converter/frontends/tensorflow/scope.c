#include "body.h"
#include "cut.h"
#include "flow.h"
#include "offload.h"

#include <string.h>

enum { NEW, OPEN, DONE };

static void
entry_free (gpointer data)
{
  TfEntry *entry = data;

  g_array_unref (entry->outputs);
  g_strfreev (entry->needs);
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
tf_scope_init_part (TfScope *scope, TfScope *outer, WeirBuilder *builder, TfBody *body)
{
  tf_scope_init (scope, outer->import, builder);
  scope->function = outer->function;
  scope->given = outer->given;
  scope->n_given = outer->n_given;
  scope->prefix = outer->prefix;
  scope->depth = outer->depth + 1;
  scope->outer = outer;
  scope->body = body;
}

void
tf_scope_clear (TfScope *scope)
{
  g_hash_table_unref (scope->nodes);
  g_hash_table_unref (scope->arguments);
  g_clear_pointer (&scope->flow, tf_flow_free);
}

static TfEntry *
add_entry (TfScope *scope, const Tf__NodeDef *proto)
{
  TfEntry *entry = g_new0 (TfEntry, 1);

  entry->proto = proto;
  entry->outputs = g_array_new (FALSE, FALSE, sizeof (TfValue));
  g_hash_table_insert (scope->nodes, proto->name, entry);
  return entry;
}

gboolean
tf_scope_add (TfScope *scope, Tf__NodeDef **nodes, gsize n_nodes, GError **error)
{
  scope->list = nodes;
  scope->n_list = n_nodes;
  for (gsize i = 0; i < n_nodes; i++) {
    const Tf__NodeDef *proto = nodes[i];

    if (proto->name == NULL || *proto->name == '\0' || proto->op == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "node %zu has no name or no operation",
                        i);
    if (g_hash_table_contains (scope->nodes, proto->name))
      return weir_fail (error, WEIR_ERROR_FORMAT, "there are two nodes '%s'",
                        proto->name);
    add_entry (scope, proto);
  }
  return TRUE;
}

const Tf__NodeDef *
tf_scope_proto (const TfScope *scope, const char *name)
{
  const TfEntry *entry;

  while (scope->outer != NULL)
    scope = scope->outer;
  entry = g_hash_table_lookup (scope->nodes, name);
  return entry != NULL ? entry->proto : NULL;
}

const Tf__NodeDef *
tf_scope_source (const TfScope *scope, const char *text)
{
  g_autofree char *output = NULL;
  guint index;
  g_autofree char *name =
      tf_split_name (tf_is_control (text) ? text + 1 : text, &output, &index);

  return tf_scope_proto (scope, name);
}

TfValue
tf_scope_capture (TfScope *scope, const TfValue *value)
{
  return scope->builder == scope->outer->builder
             ? *value
             : tf_body_capture (scope->body, scope->import, value);
}

static TfEntry *
give_entry (TfScope *scope, const Tf__NodeDef *proto)
{
  TfEntry *entry = g_hash_table_lookup (scope->nodes, proto->name);

  if (entry == NULL)
    entry = add_entry (scope, proto);
  entry->given = TRUE;
  entry->state = DONE;
  return entry;
}

static void
give_output (TfEntry *entry, guint index, const TfValue *value)
{
  TfValue none = TF_NO_VALUE;

  while (entry->outputs->len <= index)
    g_array_append_val (entry->outputs, none);
  g_array_index (entry->outputs, TfValue, index) = *value;
}

void
tf_scope_give (TfScope *scope, const char *name, guint index, const TfValue *value)
{
  const Tf__NodeDef *proto = tf_scope_proto (scope, name);

  if (proto != NULL)
    give_output (give_entry (scope, proto), index, value);
}

/* Arguments of a function whose body this is a part of. */
static const TfValue *
find_argument (TfScope *scope, const char *name)
{
  const TfValue *found = g_hash_table_lookup (scope->arguments, name);
  TfValue inner;

  if (found != NULL || scope->outer == NULL)
    return found;
  found = find_argument (scope->outer, name);
  if (found == NULL)
    return NULL;
  inner = tf_scope_capture (scope, found);
  found = g_memdup2 (&inner, sizeof inner);
  g_hash_table_insert (scope->arguments,
                       g_string_chunk_insert_const (scope->import->names, name),
                       (gpointer) found);
  return found;
}

static gboolean convert_entry (TfScope *scope, TfEntry *entry, GError **error);

static gboolean
find_root (TfScope *scope, const Tf__NodeDef *proto, TfEntry **found, GError **error)
{
  TfEntry *entry = g_hash_table_lookup (scope->nodes, proto->name);

  *found = NULL;
  if (!tf_flow_is_input (proto))
    return TRUE;
  *found = entry;
  return entry->state != NEW || convert_entry (scope, entry, error);
}

/* The entry of a node that a part of a graph has from around it: what it was given, what
 * the Switches of a branch let in, the inputs of the network. */
static gboolean
find_given (TfScope *scope, const Tf__NodeDef *proto, TfEntry **found, GError **error)
{
  TfEntry *entry = g_hash_table_lookup (scope->nodes, proto->name), *around;
  const TfValue *data;
  TfValue inner;

  if (scope->outer == NULL)
    return find_root (scope, proto, found, error);
  *found = entry != NULL && entry->given ? entry : NULL;
  if (entry != NULL)
    return TRUE;
  if (scope->gate != NULL && tf_flow_is_gate (scope, proto)) {
    data = tf_scope_value (scope->outer, proto->input[0], error);
    if (data == NULL)
      return FALSE;
    inner = tf_scope_capture (scope, data);
    *found = give_entry (scope, proto);
    give_output (*found, 0, &inner);
    give_output (*found, 1, &inner);
    return TRUE;
  }
  if (!find_given (scope->outer, proto, &around, error))
    return FALSE;
  for (guint i = 0; around != NULL && i < around->outputs->len; i++) {
    inner = tf_scope_capture (scope, &g_array_index (around->outputs, TfValue, i));
    *found = give_entry (scope, proto);
    give_output (*found, i, &inner);
  }
  return TRUE;
}

/* @entry: (out) (nullable) */
static gboolean
find_entry (TfScope *scope, const char *name, TfEntry **entry, GError **error)
{
  const Tf__NodeDef *proto;

  *entry = g_hash_table_lookup (scope->nodes, name);
  proto = *entry == NULL && scope->outer != NULL ? tf_scope_proto (scope, name) : NULL;
  if (proto == NULL)
    return TRUE;
  if (!find_given (scope, proto, entry, error))
    return FALSE;
  if (*entry == NULL)
    *entry = add_entry (scope, proto);
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

  ref->entry = NULL;
  ref->argument = scope->function != NULL ? find_argument (scope, name) : NULL;
  if (ref->argument == NULL && !find_entry (scope, name, &ref->entry, error))
    return FALSE;
  if (ref->argument == NULL && ref->entry == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "there is no node '%s'", name);
  if (output != NULL && ref->entry != NULL &&
      !find_output (ref->entry, output, &ref->index, error))
    return FALSE;
  if (scope->import->offload != NULL && scope->function == NULL)
    tf_offload_redirect (scope->import->offload, ref);
  return TRUE;
}

/* Nodes whose inputs are being converted; not the call stack, as a graph may be a million
 * nodes deep. */
typedef struct {
  TfEntry *entry;
  gsize next, n_needs;
  guint port;
} Visit;

static gboolean
open_entry (TfScope *scope, GArray *stack, TfEntry *entry, GError **error)
{
  Visit visit = { .entry = entry, .n_needs = entry->proto->n_input };

  entry->state = OPEN;
  if (tf_flow_is_end (entry->proto)) {
    entry->needs = tf_flow_needs (scope, entry->proto, error);
    if (entry->needs == NULL) {
      g_prefix_error (error, "node '%s' (%s): ", entry->proto->name, entry->proto->op);
      return FALSE;
    }
    visit.n_needs = g_strv_length (entry->needs);
  }
  g_array_append_val (stack, visit);
  return TRUE;
}

/* Whether input @port of the node on top, which names @ref, is one that the user made. */
static gboolean
is_made (const TfScope *scope, const Visit *top, const TfRef *ref)
{
  return top->entry->needs == NULL ? tf_cut_input (scope, top->entry, top->port, ref) >= 0
                                   : tf_cut_replaced (scope, ref) >= 0;
}

/* The next input of the node on top that is not converted yet; %NULL if there is none. */
static gboolean
next_input (TfScope *scope, Visit *top, TfEntry **next, GError **error)
{
  const Tf__NodeDef *proto = top->entry->proto;
  char **needs = top->entry->needs != NULL ? top->entry->needs : proto->input;

  *next = NULL;
  while (top->next < top->n_needs) {
    const char *text = needs[top->next++];
    gboolean made;
    TfRef ref;

    if (tf_is_control (text))
      continue;

    if (!tf_scope_resolve (scope, text, &ref, error))
      return FALSE;
    made = is_made (scope, top, &ref);
    top->port++;
    if (made || ref.entry == NULL || ref.entry->state == DONE)
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
  if (next != NULL)
    return open_entry (scope, stack, next, error);
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
  gboolean good = open_entry (scope, stack, entry, error);

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
  g_clear_pointer (&entry->needs, g_strfreev);
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
                    : tf_scope_own_value (scope, text, error);
}

const TfValue *
tf_scope_value (TfScope *scope, const char *text, GError **error)
{
  TfRef ref;
  int index;

  if (!tf_scope_resolve (scope, text, &ref, error))
    return NULL;
  index = tf_cut_replaced (scope, &ref);
  return index >= 0 ? tf_cut_make (scope, (guint) index, error)
                    : tf_scope_own_value (scope, text, error);
}

const TfValue *
tf_scope_own_value (TfScope *scope, const char *text, GError **error)
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
      !tf_value_is_none (&g_array_index (outputs, TfValue, ref.index)))
    return &g_array_index (outputs, TfValue, ref.index);
  weir_fail (error, WEIR_ERROR_FORMAT, "node '%s' (%s) has no output %u",
             ref.entry->proto->name, ref.entry->proto->op, ref.index);
  return NULL;
}
