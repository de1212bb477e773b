#include "extension.h"

#include "base/problem.h"

#include <string.h>

/* Sub-graphs that an extension replaces: a node of its own reads what they read, and the
 * nodes whose outputs others read hand out what it gives. */

/* The outputs of a node that are replaced, in the order of its inputs. */
typedef struct {
  guint n;
  guint ports[];
} Given;

static WeirPort
hand_out (TfNode *n)
{
  const Given *given = tf_piece (n);

  for (guint i = 0; i < given->n; i++)
    tf_out (n, given->ports[i], tf_in (n, i));
  return WEIR_PORT_NONE;
}

/* @proto gives what the node @made gives for it. */
static void
replace_node (TfReplace *r, const TfMatch *match, Tf__NodeDef *proto, const char *made)
{
  Given *given = g_malloc0 (sizeof *given + match->outputs->len * sizeof (guint));
  char **inputs = g_new0 (char *, match->outputs->len);

  for (guint i = 0; i < match->outputs->len; i++) {
    const TfPoint *point = &g_array_index (match->outputs, TfPoint, i);

    if (point->proto != proto)
      continue;
    inputs[given->n] = tf_rewrite_keep (r->rewrite, g_strdup_printf ("%s:%u", made, i));
    given->ports[given->n++] = point->port;
  }
  tf_rewrite_keep (r->rewrite, inputs);
  tf_rewrite_keep (r->rewrite, given);
  tf_rewrite_read (r->rewrite, proto, inputs, given->n);
  tf_rewrite_change (r->rewrite, proto, hand_out, given);
}

static void
replace_match (TfReplace *r, const WeirTranslation *translation, TfMatch *match)
{
  TfSubgraph *subgraph = g_new0 (TfSubgraph, 1);
  const char *made;

  *subgraph = (TfSubgraph){ .translation = translation, .match = match };
  if (r->attributes != NULL)
    subgraph->attributes = json_object_ref (r->attributes);
  tf_rewrite_own (r->rewrite, subgraph, tf_subgraph_free);
  made = tf_rewrite_add (r->rewrite, match->name, r->id, tf_extension_subgraph, subgraph,
                         (const char *const *) match->inputs->pdata, match->inputs->len);
  for (guint i = 0; i < match->outputs->len; i++) {
    Tf__NodeDef *proto = g_array_index (match->outputs, TfPoint, i).proto;

    if (!tf_rewrite_is_changed (r->rewrite, proto))
      replace_node (r, match, proto, made);
  }
  for (guint i = 0; i < match->nodes->len; i++) {
    Tf__NodeDef *proto = match->nodes->pdata[i];

    if (!tf_rewrite_is_changed (r->rewrite, proto))
      g_hash_table_add (r->rewrite->hidden, proto->name);
  }
}

/* Two replacements of one value have no order. */
static gboolean
check_free (const TfReplace *r, const TfMatch *match, GError **error)
{
  for (guint i = 0; i < match->outputs->len; i++) {
    const Tf__NodeDef *proto = g_array_index (match->outputs, TfPoint, i).proto;

    if (tf_rewrite_is_changed (r->rewrite, proto))
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                                "node '%s' is replaced twice", proto->name);
  }
  return TRUE;
}

gboolean
tf_replace_subgraphs (TfReplace *r, const WeirTranslation *translation, GError **error)
{
  g_autoptr (GPtrArray) matches = tf_match_find (r, error);

  while (matches != NULL && matches->len > 0) {
    TfMatch *match = matches->pdata[0];

    if (!check_free (r, match, error))
      return FALSE;
    g_ptr_array_steal_index (matches, 0);
    replace_match (r, translation, match);
  }
  return matches != NULL;
}
