#include "flow.h"

#include <string.h>

/* Which loops and branches a node stands in: the Enters and Switches between it and what
 * is always computed, once. */

#define MAX_HOPS 8

#define IN_LOOP 2

/* The branch @branch of @predicate, or the loop of that name, within @parent. */
typedef struct _TfContext {
  const struct _TfContext *parent;
  guint depth, branch;
  char predicate[];
} TfContext;

static gboolean
is (const Tf__NodeDef *proto, const char *op)
{
  return proto != NULL && strcmp (proto->op, op) == 0;
}

char *
tf_gate_predicate (const TfScope *scope, const Tf__NodeDef *gate)
{
  const char *text = gate->input[1];
  const Tf__NodeDef *source = tf_scope_source (scope, text);
  g_autofree char *output = NULL;
  g_autofree char *name = NULL;
  guint index;

  for (guint i = 0; i < MAX_HOPS && is (source, "Identity") && source->n_input > 0; i++) {
    text = source->input[0];
    source = tf_scope_source (scope, text);
  }
  name = tf_split_name (text, &output, &index);
  return output != NULL ? g_strdup (text) : g_strdup_printf ("%s:%u", name, index);
}

static const TfContext *
within (TfFlow *flow, const TfContext *parent, const char *predicate, guint branch)
{
  g_autofree char *key =
      g_strdup_printf ("%p %u %s", (gconstpointer) parent, branch, predicate);
  TfContext *context = g_hash_table_lookup (flow->kept, key);

  if (context != NULL)
    return context;
  context = g_malloc0 (sizeof *context + strlen (predicate) + 1);
  memcpy (context->predicate, predicate, strlen (predicate));
  context->parent = parent;
  context->branch = branch;
  context->depth = parent != NULL ? parent->depth + 1 : 1;
  g_hash_table_insert (flow->kept, g_steal_pointer (&key), context);
  return context;
}

static gboolean
is_loop_merge (const TfScope *scope, const Tf__NodeDef *merge)
{
  for (gsize i = 0; i < merge->n_input; i++)
    if (is (tf_scope_source (scope, merge->input[i]), "NextIteration"))
      return TRUE;
  return FALSE;
}

/* Of what @text names, which has been looked at. */
static const TfContext *
context_of (TfScope *scope, const char *text)
{
  TfFlow *flow = tf_flow_of (scope);
  const Tf__NodeDef *source = tf_scope_source (scope, text);
  const TfContext *context =
      source != NULL ? g_hash_table_lookup (flow->contexts, source) : NULL;
  g_autofree char *output = NULL;
  g_autofree char *name = NULL;
  g_autofree char *predicate = NULL;
  guint index;

  if (!is (source, "Switch") || source->n_input < 2 || tf_is_control (text) ||
      g_hash_table_contains (flow->places, source))
    return context;
  name = tf_split_name (text, &output, &index);
  if (output != NULL)
    index = strcmp (output, "output_true") == 0;
  predicate = tf_gate_predicate (scope, source);
  return within (flow, context, predicate, index != 0);
}

/* The context of a node whose inputs have been looked at: that of the innermost one; a
 * Merge or an Exit ends it. */
static const TfContext *
combine (TfScope *scope, const Tf__NodeDef *node)
{
  const TfContext *innermost = NULL;

  for (gsize i = 0; i < node->n_input; i++) {
    const TfContext *context = context_of (scope, node->input[i]);

    if (context != NULL && (innermost == NULL || context->depth > innermost->depth))
      innermost = context;
  }
  if (is (node, "Enter"))
    return within (tf_flow_of (scope), innermost, tf_flow_frame (scope, node), IN_LOOP);
  if (innermost != NULL &&
      (is (node, "Exit") || (is (node, "Merge") && !is_loop_merge (scope, node))))
    return innermost->parent;
  return innermost;
}

/* Looks at everything that @text depends on; not on the call stack, as a graph may be a
 * million nodes deep. A cycle is taken as if it were cut. */
static void
look_at (TfScope *scope, const char *text)
{
  TfFlow *flow = tf_flow_of (scope);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GHashTable) open = g_hash_table_new (NULL, NULL);
  const Tf__NodeDef *first = tf_scope_source (scope, text);

  if (first != NULL)
    g_ptr_array_add (stack, (gpointer) first);
  while (stack->len > 0) {
    const Tf__NodeDef *node = stack->pdata[stack->len - 1];
    gboolean opened = g_hash_table_contains (flow->contexts, node);

    if (opened) {
      g_ptr_array_set_size (stack, stack->len - 1);
      if (g_hash_table_remove (open, node))
        g_hash_table_insert (flow->contexts, (gpointer) node,
                             (gpointer) combine (scope, node));
      continue;
    }
    g_hash_table_insert (flow->contexts, (gpointer) node, NULL);
    g_hash_table_add (open, (gpointer) node);
    for (gsize i = 0; i < node->n_input; i++) {
      const Tf__NodeDef *source = tf_scope_source (scope, node->input[i]);

      if (source != NULL && !is (source, "NextIteration") &&
          !g_hash_table_contains (flow->contexts, source))
        g_ptr_array_add (stack, (gpointer) source);
    }
  }
}

gboolean
tf_gate_branches (TfScope *scope, const Tf__NodeDef *merge, TfBranches *branches,
                  GError **error)
{
  const TfContext *contexts[2], *known;

  if (merge->n_input < 2 || tf_is_control (merge->input[0]) ||
      tf_is_control (merge->input[1]) ||
      (merge->n_input > 2 && !tf_is_control (merge->input[2])))
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "expected two values of which one is chosen");
  for (guint i = 0; i < 2; i++) {
    look_at (scope, merge->input[i]);
    contexts[i] = context_of (scope, merge->input[i]);
  }
  known = contexts[0];
  if (known == NULL || (contexts[1] != NULL && contexts[1]->depth > known->depth))
    known = contexts[1];
  if (known == NULL || known->branch == IN_LOOP)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "no Switch decides between the two values");
  if (contexts[0] != NULL && contexts[1] != NULL &&
      contexts[0]->depth == contexts[1]->depth &&
      (strcmp (contexts[0]->predicate, contexts[1]->predicate) != 0 ||
       contexts[0]->branch == contexts[1]->branch))
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "the two values are not the two branches of one Switch");
  branches->predicate = g_strdup (known->predicate);
  branches->inputs[known->branch] = known == contexts[0] ? 0 : 1;
  branches->inputs[1 - known->branch] = known == contexts[0] ? 1 : 0;
  return TRUE;
}

gboolean
tf_flow_is_inside (TfScope *scope, const Tf__NodeDef *proto)
{
  look_at (scope, proto->name);
  return g_hash_table_lookup (tf_flow_of (scope)->contexts, proto) != NULL;
}
