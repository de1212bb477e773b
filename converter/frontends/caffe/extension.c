#include "caffe.h"

#include "frontends/extension-ops.h"

#include <string.h>

/* Layers that an extension translates. Its node reads the bottoms and then the weights.
 */

#define FRAMEWORK "caffe"

/* Fields @name of @message as one text: a list has commas. */
static char *
text_of (const WeirTextTree *tree, const WeirTextField *message, const char *name)
{
  const WeirTextField *field = weir_text_tree_child (tree, message);
  GString *text = NULL;

  for (; field != NULL; field = weir_text_tree_next (tree, field)) {
    if (field->value == NULL || strcmp (field->name, name) != 0)
      continue;
    if (text == NULL)
      text = g_string_new (field->value);
    else
      g_string_append_printf (text, ", %s", field->value);
  }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

char *
cf_layer_text (const CfLayer *l, const char *name)
{
  const WeirTextTree *tree = l->import->tree;
  const WeirTextField *layer = l->entry->field, *field;
  const char *dot = strrchr (name, '.');
  g_auto (GStrv) parts = g_strsplit (name, ".", WEIR_MAX_DEPTH);
  char *text = NULL;

  for (guint i = 0; dot != NULL && layer != NULL && parts[i + 1] != NULL; i++)
    layer = weir_text_tree_find (tree, layer, parts[i]);
  if (dot != NULL)
    return layer != NULL ? text_of (tree, layer, dot + 1) : NULL;
  text = text_of (tree, layer, name);
  field = weir_text_tree_child (tree, layer);
  for (; text == NULL && field != NULL; field = weir_text_tree_next (tree, field))
    if (field->value == NULL)
      text = text_of (tree, field, name);
  return text;
}

/* A layer in Python is called as its class. */
static char *
called (const CfLayer *l)
{
  g_autofree char *module = NULL;
  g_autofree char *name = NULL;

  if (strcmp (l->proto->type, "Python") != 0)
    return g_strdup (l->proto->type);
  module = cf_layer_text (l, "python_param.module");
  name = cf_layer_text (l, "python_param.layer");
  return g_strdup_printf ("%s.%s", module != NULL ? module : "",
                          name != NULL ? name : "");
}

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  g_autofree char *text = cf_layer_text (node->source, name);

  return weir_extension_op_text (text, wanted, found, value);
}

static WeirPort
convert (CfLayer *l)
{
  guint n_top = (guint) l->proto->n_top;
  g_autofree WeirPort *inputs = NULL;
  guint n_inputs = cf_layer_inputs (l, &inputs);
  g_autofree char *op = called (l);
  g_autofree WeirPort *outputs = g_new (WeirPort, n_top + 1);
  WeirForeignNode node = { .framework = FRAMEWORK,
                           .domain = "",
                           .op = op,
                           .name = l->make.name,
                           .inputs = inputs,
                           .n_inputs = n_inputs,
                           .outputs = outputs,
                           .n_outputs = n_top,
                           .find = find_attr,
                           .source = l };

  if (!weir_extension_op_convert (weir_extension_op (FRAMEWORK, NULL, op), &node,
                                  l->make.b))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < n_top; i++)
    cf_out (l, i, outputs[i]);
  return n_top > 0 ? outputs[0] : WEIR_PORT_NONE;
}

static const CfRow row = { .type = "an extension's", .convert = convert, .passes = TRUE };

const CfRow *
cf_extension_row (const CfLayer *l)
{
  g_autofree char *op = called (l);

  return weir_extension_op (FRAMEWORK, NULL, op) != NULL ? &row : NULL;
}
