#include "replace-match.h"

#include "base/problem.h"

#include <string.h>

/* Which nodes a configuration means: all of a scope, those between points, or none but
 * those whose outputs it names. */

/* What a user's expression may cost for one name, and how long it may be. */
#define LIMIT        "(*LIMIT_MATCH=10000)"
#define MOST_PATTERN 1000

void
tf_match_free (gpointer data)
{
  TfMatch *match = data;

  if (match == NULL)
    return;
  g_free (match->name);
  g_ptr_array_unref (match->nodes);
  g_ptr_array_unref (match->inputs);
  g_array_unref (match->outputs);
  g_free (match);
}

static TfMatch *
match_new (const char *name)
{
  TfMatch *match = g_new0 (TfMatch, 1);

  match->name = g_strdup (name);
  match->nodes = g_ptr_array_new ();
  match->inputs = g_ptr_array_new_with_free_func (g_free);
  match->outputs = g_array_new (FALSE, FALSE, sizeof (TfPoint));
  return match;
}

/* (transfer full): the node that @ref names, and which of its outputs. */
static char *
split (const char *ref, guint *index)
{
  g_autofree char *output = NULL;

  return tf_split_name (ref, &output, index);
}

static GHashTable *
set_of (const TfMatch *match)
{
  GHashTable *set = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < match->nodes->len; i++)
    g_hash_table_add (set, ((Tf__NodeDef *) match->nodes->pdata[i])->name);
  return set;
}

/* One more than there may be tells that there are too many. */
static void
add_input (TfMatch *match, const char *node, guint index)
{
  g_autofree char *ref = NULL;

  if (match->inputs->len == WEIR_ANY_NUMBER)
    return;
  ref = g_strdup_printf ("%s:%u", node, index);
  if (!g_ptr_array_find_with_equal_func (match->inputs, ref, g_str_equal, NULL))
    g_ptr_array_add (match->inputs, g_steal_pointer (&ref));
}

static void
add_output (TfMatch *match, Tf__NodeDef *proto, guint port)
{
  TfPoint point = { .proto = proto, .port = port };

  for (guint i = 0; i < match->outputs->len; i++) {
    const TfPoint *other = &g_array_index (match->outputs, TfPoint, i);

    if (other->proto == proto && other->port == port)
      return;
  }
  if (match->outputs->len < WEIR_ANY_NUMBER)
    g_array_append_val (match->outputs, point);
}

/* What @proto reads across the border of @set, into it or out of it. */
static void
cross (const TfReplace *r, TfMatch *match, GHashTable *set, const Tf__NodeDef *proto)
{
  gboolean inside = g_hash_table_contains (set, proto->name);

  if (!inside && g_hash_table_contains (r->rewrite->hidden, proto->name))
    return;
  for (gsize i = 0; i < proto->n_input; i++) {
    g_autofree char *name = NULL;
    Tf__NodeDef *source;
    guint index;

    if (tf_is_control (proto->input[i]))
      continue;
    name = split (proto->input[i], &index);
    source = g_hash_table_lookup (r->rewrite->nodes, name);
    if (inside && !g_hash_table_contains (set, name))
      add_input (match, name, index);
    else if (!inside && source != NULL && g_hash_table_contains (set, name))
      add_output (match, source, index);
  }
}

void
tf_match_bounds (const TfReplace *r, TfMatch *match)
{
  g_autoptr (GHashTable) set = set_of (match);
  g_autoptr (GPtrArray) outputs = tf_rewrite_outputs (r->rewrite, NULL);

  g_ptr_array_set_size (match->inputs, 0);
  g_array_set_size (match->outputs, 0);
  for (guint i = 0; i < r->rewrite->list->len; i++)
    cross (r, match, set, r->rewrite->list->pdata[i]);
  for (guint i = 0; i < outputs->len; i++) {
    const char *name = ((const TfWanted *) outputs->pdata[i])->ref;

    if (g_hash_table_contains (set, name))
      add_output (match, g_hash_table_lookup (r->rewrite->nodes, name), 0);
  }
}

/* An expression that begins where a name does. It is compiled without the limit first,
 * for messages that count characters. */
static GRegex *
compile (const char *scope, const char *pattern, GError **error)
{
  g_autofree char *text =
      g_strdup_printf (LIMIT "%s%s", scope, *pattern != '\0' ? pattern : "$");
  const char *own = text + strlen (LIMIT);
  g_autoptr (GRegex) plain = NULL;
  g_autoptr (GError) local = NULL;

  if (strlen (own) > MOST_PATTERN) {
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                       "pattern '%.40s…' is longer than %d characters", own,
                       MOST_PATTERN);
    return NULL;
  }
  plain = g_regex_new (own, G_REGEX_ANCHORED, G_REGEX_MATCH_DEFAULT, &local);
  if (plain != NULL)
    return g_regex_new (text, G_REGEX_ANCHORED, G_REGEX_MATCH_DEFAULT, error);
  weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT, "%s", local->message);
  return NULL;
}

/* @end: (out) (optional): how much of the name it takes. */
static gboolean
fits (const GRegex *regex, const char *name, int *end, gboolean *found, GError **error)
{
  g_autoptr (GMatchInfo) info = NULL;
  GError *local = NULL;

  *found = g_regex_match_full (regex, name, -1, 0, G_REGEX_MATCH_DEFAULT, &info, &local);
  if (local != NULL) {
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT, "pattern '%s' on '%.80s': %s",
                       g_regex_get_pattern (regex) + strlen (LIMIT), name,
                       local->message);
    g_error_free (local);
    return FALSE;
  }
  if (*found && end != NULL)
    g_match_info_fetch_pos (info, 0, NULL, end);
  return TRUE;
}

/* (transfer full): the one node of @nodes that @pattern means, behind @scope. */
static Tf__NodeDef *
find_one (const GPtrArray *nodes, const char *scope, const char *pattern, GError **error)
{
  g_autoptr (GRegex) regex = compile (scope, pattern, error);
  Tf__NodeDef *found = NULL;

  for (guint i = 0; regex != NULL && i < nodes->len; i++) {
    Tf__NodeDef *proto = nodes->pdata[i];
    gboolean fit;

    if (proto->name == NULL)
      continue;
    if (!fits (regex, proto->name, NULL, &fit, error))
      return NULL;
    if (fit && found != NULL) {
      weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                         "pattern '%s%s' fits '%s' and '%s'", scope, pattern, found->name,
                         proto->name);
      return NULL;
    }
    found = fit ? proto : found;
  }
  if (regex != NULL && found == NULL)
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH, "the graph has no node '%s%s'",
                       scope, pattern);
  return found;
}

/* Where a configuration's inputs and outputs are looked for. */
typedef struct {
  const TfReplace *r;
  TfMatch *match;
  const GPtrArray *nodes;
  const char *scope;
} Place;

/* A node and a port: { "node": "sub$", "port": 0 }. */
static Tf__NodeDef *
read_point (const Place *place, JsonNode *node, guint *port, GError **error)
{
  JsonObject *object = weir_json_node_object (node);
  const char *pattern = weir_json_string (object, "node");
  JsonNode *number = weir_json_member (object, "port");
  gint64 value = 0;

  if (pattern == NULL || (number != NULL && (!weir_json_node_int (number, &value) ||
                                             value < 0 || value > G_MAXUINT16))) {
    weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                       "inputs and outputs: expected an object with 'node', a pattern "
                       "of a name, and 'port', a number from 0 to %d",
                       G_MAXUINT16);
    return NULL;
  }
  *port = (guint) value;
  return find_one (place->nodes, place->scope, pattern, error);
}

/* What the nodes of one input read at their ports, which is the same. */
static gboolean
read_input (const Place *place, JsonNode *list, GError **error)
{
  JsonArray *points = weir_json_node_array (list);
  guint n = points != NULL ? json_array_get_length (points) : 0;
  g_autofree char *common = NULL;

  if (n == 0)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_CONTENT,
                              "inputs: expected a list of nodes for each input");
  for (guint i = 0; i < n; i++) {
    guint port, index;
    const Tf__NodeDef *proto =
        read_point (place, json_array_get_element (points, i), &port, error);
    g_autofree char *source = NULL;
    g_autofree char *ref = NULL;

    if (proto == NULL)
      return FALSE;
    if (port >= proto->n_input || tf_is_control (proto->input[port]))
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                                "node '%s' (%s) has no input %u", proto->name, proto->op,
                                port);
    source = split (proto->input[port], &index);
    ref = g_strdup_printf ("%s:%u", source, index);
    if (common != NULL && strcmp (common, ref) != 0)
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                                "one input reads '%s' and '%s'", common, ref);
    if (common == NULL)
      common = g_steal_pointer (&ref);
  }
  g_ptr_array_add (place->match->inputs, g_steal_pointer (&common));
  return TRUE;
}

/* Lists that are empty, or not there, mean what is found. */
static gboolean
read_bounds (const Place *place, GError **error)
{
  JsonArray *inputs = weir_json_array (place->r->config, "inputs");
  JsonArray *outputs = weir_json_array (place->r->config, "outputs");
  guint n_inputs = inputs != NULL ? json_array_get_length (inputs) : 0;
  guint n_outputs = outputs != NULL ? json_array_get_length (outputs) : 0;

  tf_match_bounds (place->r, place->match);
  if (n_inputs > 0)
    g_ptr_array_set_size (place->match->inputs, 0);
  if (n_outputs > 0)
    g_array_set_size (place->match->outputs, 0);
  for (guint i = 0; i < n_inputs; i++)
    if (!read_input (place, json_array_get_element (inputs, i), error))
      return FALSE;
  for (guint i = 0; i < n_outputs; i++) {
    guint port;
    Tf__NodeDef *proto =
        read_point (place, json_array_get_element (outputs, i), &port, error);

    if (proto == NULL)
      return FALSE;
    add_output (place->match, proto, port);
  }
  if (place->match->inputs->len >= WEIR_ANY_NUMBER ||
      place->match->outputs->len >= WEIR_ANY_NUMBER)
    return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "more than %d inputs or outputs", WEIR_ANY_NUMBER - 1);
  return place->match->outputs->len > 0 ||
         weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                            "nobody reads what is to be replaced");
}

/* All nodes whose names begin with @instance. */
static TfMatch *
find_scope (const TfReplace *r, const char *instance, GError **error)
{
  g_autofree char *scope =
      g_strconcat (instance, g_str_has_suffix (instance, "/") ? "" : "/", NULL);
  g_autoptr (GRegex) regex = compile ("", scope, error);
  TfMatch *match = match_new (instance);
  Place place = { .r = r, .match = match, .nodes = match->nodes, .scope = scope };
  gboolean good = regex != NULL;

  for (guint i = 0; good && i < r->rewrite->list->len; i++) {
    Tf__NodeDef *proto = r->rewrite->list->pdata[i];
    gboolean found = FALSE;
    int end = 0;

    good = proto->name == NULL || fits (regex, proto->name, &end, &found, error);
    if (found && match->nodes->len == 0) {
      g_free (match->name);
      match->name = g_strndup (proto->name, (gsize) MAX (end - 1, 0));
    }
    if (found)
      g_ptr_array_add (match->nodes, proto);
  }
  if (good && match->nodes->len == 0)
    good = weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                              "the graph has no scope '%s'", instance);
  if (good && read_bounds (&place, error))
    return match;
  tf_match_free (match);
  return NULL;
}

static gboolean
find_scopes (const TfReplace *r, GPtrArray *matches, GError **error)
{
  JsonArray *instances = weir_json_array (r->config, "instances");

  for (guint i = 0; i < json_array_get_length (instances); i++) {
    TfMatch *match = find_scope (
        r, weir_json_node_string (json_array_get_element (instances, i)), error);

    if (match == NULL)
      return FALSE;
    g_ptr_array_add (matches, match);
  }
  return TRUE;
}

/* The names of @list as a set of nodes. */
static GHashTable *
read_points (const TfReplace *r, JsonArray *list, GError **error)
{
  GHashTable *set = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < json_array_get_length (list); i++) {
    const char *name = weir_json_node_string (json_array_get_element (list, i));
    Tf__NodeDef *proto = g_hash_table_lookup (r->rewrite->nodes, name);

    if (proto == NULL) {
      weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH, "the graph has no node '%s'",
                         name);
      g_hash_table_unref (set);
      return NULL;
    }
    g_hash_table_add (set, proto);
  }
  return set;
}

static void
readers_free (gpointer data)
{
  g_ptr_array_unref (data);
}

/* node -> (element-type Tf__NodeDef): who reads it */
static GHashTable *
index_readers (const TfRewrite *rewrite)
{
  GHashTable *readers = g_hash_table_new_full (NULL, NULL, NULL, readers_free);

  for (guint i = 0; i < rewrite->list->len; i++) {
    Tf__NodeDef *proto = rewrite->list->pdata[i];

    for (gsize k = 0; k < proto->n_input; k++) {
      guint index;
      g_autofree char *name = split (proto->input[k], &index);
      Tf__NodeDef *source = g_hash_table_lookup (rewrite->nodes, name);
      GPtrArray *list = source != NULL ? g_hash_table_lookup (readers, source) : NULL;

      if (source != NULL && list == NULL) {
        list = g_ptr_array_new ();
        g_hash_table_insert (readers, source, list);
      }
      if (source != NULL)
        g_ptr_array_add (list, proto);
    }
  }
  return readers;
}

/* From the starts forward to the ends, with all that nodes behind the starts read. */
static GHashTable *
walk_between (const TfRewrite *rewrite, GHashTable *starts, GHashTable *ends)
{
  g_autoptr (GHashTable) readers = index_readers (rewrite);
  GHashTable *between = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer start;

  g_hash_table_iter_init (&iter, starts);
  while (g_hash_table_iter_next (&iter, &start, NULL))
    g_ptr_array_add (stack, start);
  while (stack->len > 0) {
    Tf__NodeDef *proto = g_ptr_array_steal_index (stack, stack->len - 1);
    const GPtrArray *list = g_hash_table_lookup (readers, proto);

    if (!g_hash_table_add (between, proto))
      continue;
    for (guint i = 0;
         list != NULL && i < list->len && !g_hash_table_contains (ends, proto); i++)
      g_ptr_array_add (stack, list->pdata[i]);
    for (gsize i = 0; i < proto->n_input && !g_hash_table_contains (starts, proto); i++) {
      guint index;
      g_autofree char *name = split (proto->input[i], &index);
      gpointer source = g_hash_table_lookup (rewrite->nodes, name);

      if (source != NULL)
        g_ptr_array_add (stack, source);
    }
  }
  return between;
}

static gboolean
take_between (const TfReplace *r, GHashTable *between, TfMatch *match, GError **error)
{
  for (guint i = 0; i < r->rewrite->list->len; i++) {
    Tf__NodeDef *proto = r->rewrite->list->pdata[i];

    if (!g_hash_table_contains (between, proto))
      continue;
    if (strcmp (proto->op, "Placeholder") == 0)
      return weir_problem_fail (error, WEIR_PROBLEM_CONFIG_MATCH,
                                "the sub-graph between the points holds the input '%s'",
                                proto->name);
    g_ptr_array_add (match->nodes, proto);
  }
  return TRUE;
}

/* "include_inputs_to_sub_graph", true where it is left out. */
static gboolean
includes (const TfReplace *r, const char *which)
{
  JsonNode *node = weir_json_member (r->config, which);

  return node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
         json_node_get_value_type (node) != G_TYPE_BOOLEAN ||
         json_node_get_boolean (node);
}

static void
leave_out (GHashTable *between, GHashTable *points)
{
  GHashTableIter iter;
  gpointer point;

  g_hash_table_iter_init (&iter, points);
  while (g_hash_table_iter_next (&iter, &point, NULL))
    g_hash_table_remove (between, point);
}

static gboolean
find_between (const TfReplace *r, GPtrArray *matches, GError **error)
{
  JsonObject *instances = weir_json_object (r->config, "instances");
  g_autoptr (GHashTable) starts =
      read_points (r, weir_json_array (instances, "start_points"), error);
  g_autoptr (GHashTable) ends =
      starts != NULL ? read_points (r, weir_json_array (instances, "end_points"), error)
                     : NULL;
  g_autoptr (GHashTable) between = NULL;
  TfMatch *match;
  Place place;

  if (ends == NULL)
    return FALSE;
  between = walk_between (r->rewrite, starts, ends);
  if (!includes (r, "include_inputs_to_sub_graph"))
    leave_out (between, starts);
  if (!includes (r, "include_outputs_to_sub_graph"))
    leave_out (between, ends);
  match = match_new (r->id);
  g_ptr_array_add (matches, match);
  place = (Place){ .r = r, .match = match, .nodes = r->rewrite->list, .scope = "" };
  return take_between (r, between, match, error) && read_bounds (&place, error);
}

/* The nodes that are named, wherever they are. */
static gboolean
find_named (const TfReplace *r, GPtrArray *matches, GError **error)
{
  TfMatch *match = match_new (r->id);
  const Place place = { .r = r, .match = match, .nodes = r->rewrite->list, .scope = "" };

  g_ptr_array_add (matches, match);
  return read_bounds (&place, error);
}

GPtrArray *
tf_match_find (const TfReplace *r, GError **error)
{
  const char *kind = weir_json_string (r->config, "match_kind");
  g_autoptr (GPtrArray) matches = g_ptr_array_new_with_free_func (tf_match_free);
  gboolean good;

  if (strcmp (kind, "scope") == 0)
    good = find_scopes (r, matches, error);
  else if (strcmp (kind, "points") == 0)
    good = find_between (r, matches, error);
  else
    good = find_named (r, matches, error);
  return good ? g_steal_pointer (&matches) : NULL;
}
