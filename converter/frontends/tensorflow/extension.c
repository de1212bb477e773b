#include "extension.h"

#include "rewrite.h"

/* Operations and sub-graphs that an extension translates. */

#define FRAMEWORK "tensorflow"

/* Sub-graphs may ask for values of the graph that depend on other sub-graphs. */
#define MOST_ASKED 32

/* What stands behind a foreign node; @subgraph is %NULL for an operation. */
typedef struct {
  TfNode *n;
  const TfSubgraph *subgraph;
} Foreign;

static gboolean
take_ints (const gint64 *from, gsize n, WeirAttrType *found, WeirAttr *value)
{
  *found = WEIR_ATTR_INTS;
  value->n = n;
  value->ints = g_new0 (gint64, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    value->ints[i] = from[i];
  return TRUE;
}

static gboolean
take_list (const Tf__AttrValue__ListValue *list, WeirAttrType *found, WeirAttr *value)
{
  if (list->n_f == 0)
    return take_ints (list->i, list->n_i, found, value);
  *found = WEIR_ATTR_FLOATS;
  value->n = list->n_f;
  value->floats = g_new0 (double, list->n_f);
  for (gsize i = 0; i < list->n_f; i++)
    value->floats[i] = (double) list->f[i];
  return TRUE;
}

static gboolean
take_shape (TfNode *n, const char *name, WeirAttrType *found, WeirAttr *value)
{
  WeirShape shape = tf_attr_shape (n, name);

  return shape.rank >= 0 && take_ints (shape.dims, (gsize) shape.rank, found, value);
}

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  TfNode *n = ((const Foreign *) node->source)->n;
  const Tf__AttrValue *attr = tf_attr (n, name);

  if (attr == NULL)
    return FALSE;
  if (attr->list != NULL)
    return take_list (attr->list, found, value);
  if (attr->shape != NULL)
    return take_shape (n, name, found, value);
  if (attr->has_s) {
    *found = WEIR_ATTR_STRING;
    value->s = g_strdup (tf_attr_string (n, name, ""));
  } else if (attr->has_f) {
    *found = WEIR_ATTR_FLOAT;
    value->f = (double) attr->f;
  } else if (attr->has_type) {
    *found = WEIR_ATTR_DTYPE;
    value->i = tf_dtype (attr->type);
  } else {
    *found = attr->has_b ? WEIR_ATTR_BOOL : WEIR_ATTR_INT;
    value->i = attr->has_b ? attr->b : attr->i;
  }
  return attr->has_i || attr->has_b || attr->has_f || attr->has_s || attr->has_type ||
         wanted == WEIR_ATTR_INT;
}

static gboolean
find_number (JsonNode *node, WeirAttrType *found, WeirAttr *value)
{
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN) {
    *found = WEIR_ATTR_BOOL;
    value->i = json_node_get_boolean (node);
    return TRUE;
  }
  if (weir_json_node_int (node, &value->i)) {
    *found = WEIR_ATTR_INT;
    return TRUE;
  }
  *found = WEIR_ATTR_FLOAT;
  return weir_json_node_number (node, &value->f);
}

/* Numbers alone make a list. */
static gboolean
find_numbers (JsonArray *list, WeirAttrType *found, WeirAttr *value)
{
  guint n = json_array_get_length (list);

  *found = WEIR_ATTR_FLOATS;
  value->n = n;
  value->floats = g_new0 (double, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    if (!weir_json_node_number (json_array_get_element (list, i), &value->floats[i]))
      return FALSE;
  return TRUE;
}

static gboolean
find_custom (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
             WeirAttrType *found, WeirAttr *value)
{
  const Foreign *foreign = node->source;
  JsonNode *member = weir_json_member (foreign->subgraph->attributes, name);
  JsonArray *list = weir_json_node_array (member);

  (void) wanted;
  if (list != NULL)
    return find_numbers (list, found, value);
  if (member == NULL || !JSON_NODE_HOLDS_VALUE (member))
    return FALSE;
  if (weir_json_node_string (member) == NULL)
    return find_number (member, found, value);
  *found = WEIR_ATTR_STRING;
  value->s = g_strdup (weir_json_node_string (member));
  return TRUE;
}

static const char *
node_at (const WeirForeignNode *node, guint index, const char **op)
{
  const Foreign *foreign = node->source;
  const Tf__NodeDef *proto = foreign->subgraph->match->nodes->pdata[index];

  *op = proto->op;
  return proto->name;
}

static gboolean
value_of (const WeirForeignNode *node, const char *name, WeirPort *port, GError **error)
{
  TfScope *scope = ((const Foreign *) node->source)->n->scope;
  const TfValue *value;

  if (scope->import->asked == MOST_ASKED)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "more than %d sub-graphs ask for each other's values", MOST_ASKED);
  scope->import->asked++;
  value = tf_scope_value (scope, name, error);
  scope->import->asked--;
  if (value == NULL)
    return FALSE;
  *port = value->port;
  return !weir_port_is_none (value->port) ||
         weir_fail (error, WEIR_ERROR_UNSUPPORTED, "'%s' cannot be converted", name);
}

/* Builds what @translation makes of @node, whose rest is filled here. */
static WeirPort
run (TfNode *n, const WeirTranslation *translation, WeirForeignNode *node)
{
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n->n_inputs, 1));
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (node->n_outputs, 1));

  for (guint i = 0; i < n->n_inputs; i++)
    inputs[i] = tf_in (n, i);
  node->framework = FRAMEWORK;
  node->domain = translation->domain;
  node->op = translation->op;
  node->name = n->make.name;
  node->inputs = inputs;
  node->n_inputs = n->n_inputs;
  node->outputs = outputs;
  if (!weir_extension_op_convert (translation, node, n->make.b))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < node->n_outputs; i++)
    tf_out (n, i, outputs[i]);
  return WEIR_PORT_NONE;
}

static WeirPort
operation (TfNode *n)
{
  Foreign foreign = { .n = n };
  WeirForeignNode node = { .n_outputs = MAX (n->entry->n_outputs, 1),
                           .find = find_attr,
                           .source = &foreign };

  return run (n, weir_extension_op (FRAMEWORK, NULL, n->proto->op), &node);
}

static const TfRow row = { .op = "Custom", .convert = operation };

const TfRow *
tf_extension_row (const char *op)
{
  return weir_extension_op (FRAMEWORK, NULL, op) != NULL ? &row : NULL;
}

WeirPort
tf_extension_subgraph (TfNode *n)
{
  const TfSubgraph *subgraph = tf_piece (n);
  const WeirForeignGraph graph = { .n_nodes = subgraph->match->nodes->len,
                                   .node = node_at,
                                   .value = value_of };
  Foreign foreign = { .n = n, .subgraph = subgraph };
  WeirForeignNode node = { .n_outputs = subgraph->match->outputs->len,
                           .find = find_custom,
                           .source = &foreign,
                           .graph = &graph };

  return run (n, subgraph->translation, &node);
}

void
tf_subgraph_free (gpointer data)
{
  TfSubgraph *subgraph = data;

  tf_match_free (subgraph->match);
  g_clear_pointer (&subgraph->attributes, json_object_unref);
  g_free (subgraph);
}
