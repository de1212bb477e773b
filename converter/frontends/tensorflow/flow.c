#include "flow.h"

#include <string.h>

/* Searches of branches together take no more than so many steps, and so many a node. */
#define STEPS_BASE     1000000
#define STEPS_PER_NODE 256

/* Identities between the parts of a loop. */
#define MAX_HOPS 8

/* Which variable of which loop a node belongs to. */
typedef struct {
  TfLoop *loop;
  guint variable;
} TfPlace;

static void
loop_free (gpointer data)
{
  TfLoop *loop = data;

  g_free (loop->name);
  g_ptr_array_unref (loop->enters);
  g_array_unref (loop->variables);
  g_free (loop);
}

void
tf_flow_free (TfFlow *flow)
{
  g_hash_table_unref (flow->loops);
  g_hash_table_unref (flow->places);
  g_hash_table_unref (flow->contexts);
  g_hash_table_unref (flow->kept);
  g_clear_pointer (&flow->readers, g_hash_table_unref);
  g_free (flow);
}

static gboolean
is (const Tf__NodeDef *proto, const char *op)
{
  return proto != NULL && strcmp (proto->op, op) == 0;
}

gboolean
tf_flow_is_input (const Tf__NodeDef *proto)
{
  return is (proto, "Placeholder") || is (proto, "PlaceholderWithDefault") ||
         is (proto, "IteratorGetNext");
}

gboolean
tf_flow_is_end (const Tf__NodeDef *proto)
{
  return is (proto, "Exit") || is (proto, "Merge");
}

static char *
frame_of (const TfScope *scope, const Tf__NodeDef *enter)
{
  for (gsize i = 0; i < enter->n_attr; i++) {
    const Tf__AttrValue *value = enter->attr[i]->value;

    if (g_strcmp0 (enter->attr[i]->key, "frame_name") == 0 && value != NULL &&
        value->has_s)
      return weir_wire_text (scope->import->file->wire, &value->s, WEIR_MAX_NAME, NULL);
  }
  return NULL;
}

static void
add_enter (TfFlow *flow, const TfScope *scope, const Tf__NodeDef *enter)
{
  g_autofree char *name = frame_of (scope, enter);
  TfLoop *loop = name != NULL ? g_hash_table_lookup (flow->loops, name) : NULL;
  TfPlace place = { .variable = G_MAXUINT };

  if (name == NULL || enter->n_input == 0)
    return;
  if (loop == NULL) {
    loop = g_new0 (TfLoop, 1);
    loop->name = g_steal_pointer (&name);
    loop->enters = g_ptr_array_new ();
    loop->variables = g_array_new (FALSE, FALSE, sizeof (TfLoopVariable));
    g_hash_table_insert (flow->loops, loop->name, loop);
  }
  g_ptr_array_add (loop->enters, (gpointer) enter);
  place.loop = loop;
  g_hash_table_insert (flow->places, (gpointer) enter, g_memdup2 (&place, sizeof place));
}

/* A Merge of an Enter and a NextIteration makes a variable. */
static void
add_merge (TfFlow *flow, const TfScope *scope, const Tf__NodeDef *merge)
{
  TfLoopVariable variable = { .merge = merge };
  const TfPlace *found = NULL;
  TfPlace place;

  for (gsize i = 0; i < merge->n_input; i++) {
    const Tf__NodeDef *source = tf_scope_source (scope, merge->input[i]);

    if (is (source, "Enter")) {
      variable.enter = source;
      found = g_hash_table_lookup (flow->places, source);
    } else if (is (source, "NextIteration") && source->n_input > 0)
      variable.next = source->input[0];
  }
  if (found == NULL)
    return;
  place = (TfPlace){ .loop = found->loop, .variable = found->loop->variables->len };
  g_array_append_val (found->loop->variables, variable);
  g_hash_table_insert (flow->places, (gpointer) merge, g_memdup2 (&place, sizeof place));
}

static const Tf__NodeDef *
behind_identities (const TfScope *scope, const char *text)
{
  const Tf__NodeDef *source = tf_scope_source (scope, text);

  for (guint i = 0; i < MAX_HOPS && is (source, "Identity") && source->n_input > 0; i++)
    source = tf_scope_source (scope, source->input[0]);
  return source;
}

/* A Switch or an Exit belongs to the variable of its first input. */
static void
add_behind (TfFlow *flow, const TfScope *scope, const Tf__NodeDef *node)
{
  const Tf__NodeDef *source =
      node->n_input > 0 ? behind_identities (scope, node->input[0]) : NULL;
  const TfPlace *found =
      source != NULL ? g_hash_table_lookup (flow->places, source) : NULL;
  const Tf__NodeDef *condition;
  TfLoopVariable *variable;

  if (found == NULL || found->variable == G_MAXUINT)
    return;
  variable = &g_array_index (found->loop->variables, TfLoopVariable, found->variable);
  if (is (node, "Switch")) {
    condition = node->n_input > 1 ? behind_identities (scope, node->input[1]) : NULL;
    if (!is (condition, "LoopCond"))
      return;
    variable->gate = node;
    found->loop->condition = condition;
  } else {
    variable->exit = node;
  }
  g_hash_table_insert (flow->places, (gpointer) node, g_memdup2 (found, sizeof *found));
}

TfFlow *
tf_flow_of (TfScope *scope)
{
  TfFlow *flow;

  while (scope->outer != NULL)
    scope = scope->outer;
  if (scope->flow != NULL)
    return scope->flow;
  flow = scope->flow = g_new0 (TfFlow, 1);
  flow->loops = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, loop_free);
  flow->places = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  flow->contexts = g_hash_table_new (NULL, NULL);
  flow->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (gsize i = 0; i < scope->n_list; i++)
    if (is (scope->list[i], "Enter"))
      add_enter (flow, scope, scope->list[i]);
  for (gsize i = 0; i < scope->n_list; i++)
    if (is (scope->list[i], "Merge"))
      add_merge (flow, scope, scope->list[i]);
  for (gsize i = 0; i < scope->n_list; i++)
    if (is (scope->list[i], "Switch"))
      add_behind (flow, scope, scope->list[i]);
  for (gsize i = 0; i < scope->n_list; i++)
    if (is (scope->list[i], "Exit"))
      add_behind (flow, scope, scope->list[i]);
  return flow;
}

const char *
tf_flow_frame (TfScope *scope, const Tf__NodeDef *enter)
{
  const TfPlace *place = g_hash_table_lookup (tf_flow_of (scope)->places, enter);

  return place != NULL ? place->loop->name : "";
}

TfLoop *
tf_flow_loop (TfScope *scope, const Tf__NodeDef *exit, guint *index, GError **error)
{
  const TfPlace *place = g_hash_table_lookup (tf_flow_of (scope)->places, exit);

  if (place == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "it leaves no loop: expected a Switch of a Merge of an Enter before it");
    return NULL;
  }
  *index = place->variable;
  for (guint i = 0; i < place->loop->variables->len; i++) {
    const TfLoopVariable *variable =
        &g_array_index (place->loop->variables, TfLoopVariable, i);

    if (variable->next == NULL) {
      weir_fail (error, WEIR_ERROR_FORMAT,
                 "the loop '%s' does not close: Merge '%s' reads no NextIteration",
                 place->loop->name, variable->merge->name);
      return NULL;
    }
  }
  if (place->loop->condition == NULL || place->loop->condition->n_input == 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "the loop '%s' has no condition",
               place->loop->name);
    return NULL;
  }
  return place->loop;
}

gboolean
tf_flow_is_gate (TfScope *scope, const Tf__NodeDef *proto)
{
  g_autofree char *predicate = is (proto, "Switch") && proto->n_input > 1
                                   ? tf_gate_predicate (scope, proto)
                                   : NULL;

  return predicate != NULL && strcmp (predicate, scope->gate) == 0;
}

static char **
loop_needs (TfScope *scope, const Tf__NodeDef *exit, GError **error)
{
  guint index;
  const TfLoop *loop = tf_flow_loop (scope, exit, &index, error);
  GPtrArray *needs;

  if (loop == NULL)
    return NULL;
  needs = g_ptr_array_new ();
  for (guint i = 0; i < loop->enters->len; i++)
    g_ptr_array_add (needs,
                     g_strdup (((const Tf__NodeDef *) loop->enters->pdata[i])->input[0]));
  g_ptr_array_add (needs, NULL);
  return (char **) g_ptr_array_free (needs, FALSE);
}

/* What the Switches of @branches let in, searched backwards from the Merge. */
static gboolean
find_gates (TfScope *scope, const Tf__NodeDef *merge, const TfBranches *branches,
            GPtrArray *needs, GError **error)
{
  TfFlow *flow = tf_flow_of (scope);
  gsize most = STEPS_BASE + STEPS_PER_NODE * scope->n_list;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, (gpointer) merge);
  while (stack->len > 0) {
    const Tf__NodeDef *node = g_ptr_array_steal_index (stack, stack->len - 1);
    g_autofree char *predicate = NULL;

    if (!g_hash_table_add (seen, (gpointer) node))
      continue;
    if (++flow->steps > most)
      return weir_fail (error, WEIR_ERROR_LIMIT,
                        "branches within branches: the search "
                        "for their beginnings takes too long");
    predicate =
        is (node, "Switch") && node->n_input > 1 ? tf_gate_predicate (scope, node) : NULL;
    if (g_strcmp0 (predicate, branches->predicate) == 0) {
      g_ptr_array_add (needs, g_strdup (node->input[0]));
      continue;
    }
    for (gsize i = 0; i < node->n_input; i++) {
      const Tf__NodeDef *source =
          tf_is_control (node->input[i]) ? NULL : tf_scope_source (scope, node->input[i]);

      if (source != NULL)
        g_ptr_array_add (stack, (gpointer) source);
    }
  }
  return TRUE;
}

static char **
branch_needs (TfScope *scope, const Tf__NodeDef *merge, GError **error)
{
  g_autoptr (GPtrArray) needs = NULL;
  TfBranches branches;
  gboolean good;

  if (g_hash_table_contains (tf_flow_of (scope)->places, merge)) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "the graph has a cycle: the beginning of a loop is read outside of it");
    return NULL;
  }
  if (!tf_gate_branches (scope, merge, &branches, error))
    return NULL;
  needs = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (needs, g_strdup (branches.predicate));
  good = find_gates (scope, merge, &branches, needs, error);
  g_free (branches.predicate);
  if (!good)
    return NULL;
  g_ptr_array_add (needs, NULL);
  return (char **) g_ptr_array_steal (needs, NULL);
}

char **
tf_flow_needs (TfScope *scope, const Tf__NodeDef *proto, GError **error)
{
  return is (proto, "Exit") ? loop_needs (scope, proto, error)
                            : branch_needs (scope, proto, error);
}
