#include "mapping.h"

#include "base/error.h"
#include "base/expression.h"
#include "context.h"

#include <math.h>
#include <string.h>

/* Builds the nodes of a mapping for one node of a framework. */

#define MAX_ELEMENTS 4096

typedef struct {
  const Mapping *mapping;
  const WeirForeignNode *foreign;
  WeirBuilder *builder;
  GPtrArray *built; /* WeirNode, one a node of the mapping */
} Build;

static JsonNode *
default_of (const Build *b, const char *name)
{
  JsonObject *defaults = b->mapping->defaults;

  return defaults != NULL ? json_object_get_member (defaults, name) : NULL;
}

static gboolean
is_boolean (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         json_node_get_value_type (node) == G_TYPE_BOOLEAN;
}

/* A name in an expression. */
static gboolean
number_of (const char *name, gpointer data, double *value, GError **error)
{
  const Build *b = data;
  JsonNode *fallback = default_of (b, name);
  WeirAttr attr;

  if (!weir_foreign_attr (b->foreign, name, WEIR_ATTR_FLOAT, &attr, error))
    return FALSE;
  *value = attr.f;
  if (attr.set)
    return TRUE;
  if (is_boolean (fallback))
    *value = json_node_get_boolean (fallback);
  else if (!weir_json_node_number (fallback, value))
    return weir_fail (error, WEIR_ERROR_FORMAT, "it has no attribute '%s'", name);
  return TRUE;
}

static gboolean
evaluate (Build *b, const char *text, double *value)
{
  return b->builder->error == NULL &&
         weir_expression_evaluate (text, number_of, b, value, &b->builder->error);
}

/* Adds what @text comes to, to a list in the spelling of the IR. */
static gboolean
add_expression (Build *b, const WeirAttrRow *row, const char *text, GString *list)
{
  gboolean whole = row->type == WEIR_ATTR_INT || row->type == WEIR_ATTR_INTS;
  g_autofree char *printed = NULL;
  double value;

  if (!evaluate (b, text, &value))
    return FALSE;
  if (whole && (value != trunc (value) || fabs (value) > 9007199254740992.0)) {
    weir_build_fail (b->builder, WEIR_ERROR_FORMAT,
                     "attribute '%s': '%.80s' is %g, no whole number", row->name, text,
                     value);
    return FALSE;
  }
  printed = whole ? g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) value)
                  : weir_print_float (value, FALSE);
  g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", printed);
  return TRUE;
}

static gboolean
add_expressions (Build *b, const WeirAttrRow *row, const char *text, GString *list)
{
  gboolean is_list = row->type == WEIR_ATTR_INTS || row->type == WEIR_ATTR_FLOATS;
  g_auto (GStrv) parts = g_strsplit (text, ",", MAX_ELEMENTS);

  if (!is_list)
    return add_expression (b, row, text, list);
  for (guint i = 0; parts[i] != NULL; i++)
    if (!add_expression (b, row, parts[i], list))
      return FALSE;
  return TRUE;
}

/* A text, number or boolean of JSON in the spelling of the IR. */
static gboolean
add_scalar (Build *b, const WeirAttrRow *row, JsonNode *node, GString *list)
{
  gboolean is_text = row->type == WEIR_ATTR_STRING || row->type == WEIR_ATTR_DTYPE ||
                     row->type == WEIR_ATTR_BOOL;
  const char *text = weir_json_node_string (node);
  double number;

  if (text != NULL && !is_text)
    return add_expressions (b, row, text, list);
  if (text != NULL || is_boolean (node)) {
    g_string_append (list, text != NULL                   ? text
                           : json_node_get_boolean (node) ? "true"
                                                          : "false");
    return TRUE;
  }
  if (weir_json_node_number (node, &number)) {
    g_autofree char *printed = weir_print_float (number, FALSE);

    return add_expression (b, row, printed, list);
  }
  weir_build_fail (b->builder, WEIR_ERROR_FORMAT,
                   "attribute '%s': the mapping gives what is no %s", row->name,
                   weir_attr_type_name (row->type));
  return FALSE;
}

static gboolean
add_json (Build *b, const WeirAttrRow *row, JsonNode *node, GString *list)
{
  JsonArray *array = weir_json_node_array (node);

  if (array == NULL)
    return add_scalar (b, row, node, list);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_scalar (b, row, json_array_get_element (array, i), list))
      return FALSE;
  return TRUE;
}

static void
set_json (Build *b, WeirNode *node, guint row, JsonNode *value)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (add_json (b, &node->op->attrs[row], value, text))
    ext_node_set (b->builder, node, row, text->str);
}

/* "$name": the framework's attribute as it is. */
static void
set_copy (Build *b, WeirNode *node, guint row, const char *name)
{
  const WeirAttrRow *wanted = &node->op->attrs[row];
  JsonNode *fallback = default_of (b, name);
  WeirAttr value;

  if (!weir_foreign_attr (b->foreign, name, wanted->type, &value, &b->builder->error))
    return;
  if (value.set) {
    g_autofree char *text = weir_attr_print (wanted, &value);

    ext_node_set (b->builder, node, row, text);
  } else if (fallback != NULL) {
    set_json (b, node, row, fallback);
  }
  weir_attr_clear (&value);
}

static void
set_attrs (Build *b, const MapNode *from, WeirNode *node)
{
  g_autoptr (GList) names =
      from->attrs != NULL ? json_object_get_members (from->attrs) : NULL;

  for (const GList *at = names; at != NULL && b->builder->error == NULL; at = at->next) {
    JsonNode *value = json_object_get_member (from->attrs, at->data);
    const char *text = weir_json_node_string (value);
    int row = ext_node_row (b->builder, node, at->data);

    if (row < 0)
      return;
    if (text != NULL && *text == '$')
      set_copy (b, node, (guint) row, text + 1);
    else
      set_json (b, node, (guint) row, value);
  }
}

static WeirPort
input_at (Build *b, guint index)
{
  const WeirForeignNode *foreign = b->foreign;

  if (index < foreign->n_inputs && !weir_port_is_none (foreign->inputs[index]))
    return foreign->inputs[index];
  return weir_build_fail (b->builder, WEIR_ERROR_FORMAT, "input %u is missing", index);
}

static WeirPort
constant_of (Build *b, const MapRef *ref)
{
  g_auto (GStrv) parts = g_strsplit (ref->text, ",", MAX_ELEMENTS);
  guint n = g_strv_length (parts);
  gboolean is_empty = n == 0 || (n == 1 && *g_strstrip (parts[0]) == '\0');
  WeirShape shape = ref->is_list ? WEIR_SHAPE (is_empty ? 0 : n) : WEIR_SHAPE_SCALAR;
  WeirDtype dtype = ref->dtype;
  WeirTensor *tensor;

  if (dtype == WEIR_DTYPE_UNKNOWN && b->foreign->n_inputs > 0 &&
      !weir_port_is_none (b->foreign->inputs[0]))
    dtype = weir_graph_dtype (b->builder->graph, b->foreign->inputs[0]);
  if (dtype == WEIR_DTYPE_UNKNOWN)
    dtype = WEIR_DTYPE_F32;
  tensor = weir_tensor_new (dtype, &shape, &b->builder->error);
  for (guint i = 0; tensor != NULL && i < weir_tensor_count (tensor); i++) {
    double value;

    if (!evaluate (b, parts[i], &value)) {
      weir_tensor_unref (tensor);
      return WEIR_PORT_NONE;
    }
    weir_dtype_store (dtype, weir_tensor_writable (tensor), i, value);
  }
  return weir_build_constant (b->builder, b->foreign->name, tensor);
}

static WeirPort
port_of (Build *b, const MapRef *ref)
{
  const WeirNode *node;

  if (b->builder->error != NULL)
    return WEIR_PORT_NONE;
  if (ref->kind == REF_INPUT)
    return input_at (b, ref->index);
  if (ref->kind == REF_CONSTANT)
    return constant_of (b, ref);
  node = b->built->pdata[ref->index];
  if (ref->port < node->n_outputs)
    return WEIR_PORT (node, ref->port);
  return weir_build_fail (b->builder, WEIR_ERROR_FORMAT, "%s has no output %u",
                          node->op->name, ref->port);
}

static gboolean
build_node (Build *b, const MapNode *from)
{
  guint n = from->inputs->len;
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n, 1));
  WeirNode *node;

  for (guint i = 0; i < n; i++)
    inputs[i] = port_of (b, &g_array_index (from->inputs, MapRef, i));
  node =
      ext_node_begin (b->builder, from->op, b->foreign->name, inputs, n, from->n_outputs);
  if (node == NULL)
    return FALSE;
  set_attrs (b, from, node);
  weir_build_end (b->builder, node);
  g_ptr_array_add (b->built, node);
  return b->builder->error == NULL;
}

void
mapping_build (const WeirTranslation *translation, const WeirForeignNode *foreign,
               WeirBuilder *builder)
{
  const Mapping *m = translation->data;
  g_autoptr (GPtrArray) built = g_ptr_array_new ();
  Build b = { .mapping = m, .foreign = foreign, .builder = builder, .built = built };

  for (guint i = 0; i < m->nodes->len; i++)
    if (!build_node (&b, m->nodes->pdata[i])) {
      g_prefix_error (&builder->error, "node %u of its mapping: ", i);
      return;
    }
  for (guint i = 0; i < MIN (foreign->n_outputs, m->outputs->len); i++)
    foreign->outputs[i] = port_of (&b, &g_array_index (m->outputs, MapRef, i));
}
