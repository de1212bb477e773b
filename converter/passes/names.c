#include "names.h"

#include "base/near.h"

#include <string.h>

/* How many nodes are compared for a suggestion. */
#define COMPARED_NAMES 20000

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

gboolean
weir_pass_unknown_name (const WeirGraph *graph, const char *what, const char *name,
                        GError **error)
{
  WeirNear near = { 0 };

  for (guint i = 0; i < MIN (weir_graph_size (graph), COMPARED_NAMES); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node == NULL || weir_node_is (node, "Constant") || weir_node_is (node, "Result"))
      continue;
    weir_near_offer (&near, node->name, name);
    for (guint o = 0; o < node->n_outputs; o++)
      for (guint k = 0; node->outputs[o].names != NULL && k < node->outputs[o].names->len;
           k++)
        weir_near_offer (&near, node->outputs[o].names->pdata[k], name);
  }
  return weir_near_fail (&near, what, name, error);
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
