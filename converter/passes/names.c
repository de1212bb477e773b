#include "names.h"

#include "base/error.h"

#include <string.h>

/* How much is compared for a suggestion: names are long and nodes are many. */
#define COMPARED_NAMES 20000
#define COMPARED_BYTES 64
#define SUGGESTIONS    3

static gboolean
has_name (const WeirOutput *output, const char *name)
{
  return output->names != NULL &&
         g_ptr_array_find_with_equal_func (output->names, name, g_str_equal, NULL);
}

WeirPort
weir_pass_find_tensor (const WeirGraph *graph, const char *name)
{
  g_autofree char *first = g_strconcat (name, ":0", NULL);
  WeirPort with_suffix = WEIR_PORT_NONE;

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    for (guint o = 0; node != NULL && o < node->n_outputs; o++) {
      if (has_name (&node->outputs[o], name))
        return WEIR_PORT (node, o);
      if (weir_port_is_none (with_suffix) && has_name (&node->outputs[o], first))
        with_suffix = WEIR_PORT (node, o);
    }
  }
  return with_suffix;
}

WeirNode *
weir_pass_find_parameter (const WeirGraph *graph, const char *name)
{
  WeirNode *node;

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++) {
    node = weir_graph_parameter (graph, i);
    if (strcmp (node->name, name) == 0)
      return node;
  }
  node = weir_graph_node (graph, weir_pass_find_tensor (graph, name).node);
  return weir_node_is (node, "Parameter") ? node : NULL;
}

/* Levenshtein's distance of what is compared of two names. */
static guint
distance (const char *a, const char *b)
{
  gsize n = MIN (strlen (a), COMPARED_BYTES), m = MIN (strlen (b), COMPARED_BYTES);
  guint row[COMPARED_BYTES + 1];

  for (gsize j = 0; j <= m; j++)
    row[j] = j;
  for (gsize i = 1; i <= n; i++) {
    guint diagonal = row[0];

    row[0] = i;
    for (gsize j = 1; j <= m; j++) {
      guint changed = diagonal + (a[i - 1] != b[j - 1]);

      diagonal = row[j];
      row[j] = MIN (changed, MIN (row[j], row[j - 1]) + 1);
    }
  }
  return row[m];
}

typedef struct {
  const char *name;
  guint distance;
} Near;

static void
offer (Near near[SUGGESTIONS], const char *name, const char *wanted)
{
  Near next = { name, distance (name, wanted) };

  if (strlen (name) > 2 && strlen (wanted) > 2 &&
      (strstr (name, wanted) != NULL || strstr (wanted, name) != NULL))
    next.distance /= 4;
  if (next.distance > strlen (wanted) / 3 + 1)
    return;
  for (guint i = 0; i < SUGGESTIONS; i++) {
    if (near[i].name != NULL && strcmp (near[i].name, next.name) == 0)
      return;
    if (near[i].name == NULL || next.distance < near[i].distance) {
      Near pushed = near[i];

      near[i] = next;
      next = pushed;
    }
    if (next.name == NULL)
      return;
  }
}

gboolean
weir_pass_unknown_name (const WeirGraph *graph, const char *what, const char *name,
                        GError **error)
{
  Near near[SUGGESTIONS] = { { NULL, 0 } };
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < MIN (weir_graph_size (graph), COMPARED_NAMES); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL || weir_node_is (node, "Constant") || weir_node_is (node, "Result"))
      continue;
    offer (near, node->name, name);
    for (guint o = 0; o < node->n_outputs; o++)
      for (guint k = 0; node->outputs[o].names != NULL && k < node->outputs[o].names->len;
           k++)
        offer (near, node->outputs[o].names->pdata[k], name);
  }
  for (guint i = 0; i < SUGGESTIONS && near[i].name != NULL; i++)
    g_string_append_printf (list, "%s'%s'", i > 0 ? ", " : "; near it: ", near[i].name);
  return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: there is no node or tensor '%s'%s",
                    what, name, list->str);
}

char *
weir_pass_list_parameters (const WeirGraph *graph)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < weir_graph_n_parameters (graph); i++)
    g_string_append_printf (list, "%s'%s'", i > 0 ? ", " : "",
                            weir_graph_parameter_name (graph, i));
  return g_string_free (list, FALSE);
}
