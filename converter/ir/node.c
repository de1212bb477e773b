#include "graph-private.h"

#include <string.h>

/* Reading a node: what feeds it, and its attributes by name. */

gboolean
weir_node_is (const WeirNode *node, const char *op)
{
  return node != NULL && node->op->name[0] == op[0] && strcmp (node->op->name, op) == 0;
}

WeirNode *
weir_node_input (const WeirGraph *graph, const WeirNode *node, guint index)
{
  return index < node->n_inputs ? weir_graph_node (graph, node->inputs[index].node)
                                : NULL;
}

const WeirValueInfo *
weir_node_input_info (const WeirGraph *graph, const WeirNode *node, guint index)
{
  g_return_val_if_fail (index < node->n_inputs, NULL);
  return weir_graph_info (graph, node->inputs[index]);
}

WeirAttr *
weir_node_attr (const WeirNode *node, const char *name, WeirAttrType type)
{
  static WeirAttr none;
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++)
    if (strcmp (rows[i].name, name) == 0) {
      if (rows[i].type != type)
        g_critical ("%s: attribute '%s' is no %s", node->op->name, name,
                    weir_attr_type_name (type));
      return &node->attrs[i];
    }
  g_critical ("%s has no attribute '%s'", node->op->name, name);
  none = (WeirAttr){ 0 };
  return &none;
}

gint64
weir_node_int (const WeirNode *node, const char *attr)
{
  return weir_node_attr (node, attr, WEIR_ATTR_INT)->i;
}

double
weir_node_float (const WeirNode *node, const char *attr)
{
  return weir_node_attr (node, attr, WEIR_ATTR_FLOAT)->f;
}

gboolean
weir_node_bool (const WeirNode *node, const char *attr)
{
  return weir_node_attr (node, attr, WEIR_ATTR_BOOL)->i != 0;
}

WeirDtype
weir_node_dtype (const WeirNode *node, const char *attr)
{
  return (WeirDtype) weir_node_attr (node, attr, WEIR_ATTR_DTYPE)->i;
}

const char *
weir_node_string (const WeirNode *node, const char *attr)
{
  const char *s = weir_node_attr (node, attr, WEIR_ATTR_STRING)->s;

  return s != NULL ? s : "";
}

const gint64 *
weir_node_ints (const WeirNode *node, const char *attr, gsize *n)
{
  const WeirAttr *value = weir_node_attr (node, attr, WEIR_ATTR_INTS);

  *n = value->n;
  return value->ints;
}

const double *
weir_node_floats (const WeirNode *node, const char *attr, gsize *n)
{
  const WeirAttr *value = weir_node_attr (node, attr, WEIR_ATTR_FLOATS);

  *n = value->n;
  return value->floats;
}

gint64
weir_node_int_at (const WeirNode *node, const char *attr, gsize index, gint64 fallback)
{
  const WeirAttr *value = weir_node_attr (node, attr, WEIR_ATTR_INTS);

  return index < value->n ? value->ints[index] : fallback;
}

gboolean
weir_node_string_is (const WeirNode *node, const char *attr, const char *value)
{
  return g_ascii_strcasecmp (weir_node_string (node, attr), value) == 0;
}

const char *
weir_node_rt_info (const WeirNode *node, const char *name)
{
  return node->rt_info != NULL ? g_hash_table_lookup (node->rt_info, name) : NULL;
}

gboolean
weir_node_is_exact (const WeirNode *node)
{
  return weir_node_rt_info (node, WEIR_NOTE_EXACT) != NULL;
}
