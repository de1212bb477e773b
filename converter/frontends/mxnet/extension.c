#include "frontends/extension-ops.h"
#include "node.h"

#include <string.h>

/* Nodes that an extension translates, and those of type Custom by the operation that
 * they name. */

#define FRAMEWORK "mxnet"

static const char *
called (const MxEntry *entry)
{
  const char *type = strcmp (entry->op, "Custom") == 0 && entry->attrs != NULL
                         ? weir_json_string (entry->attrs, "op_type")
                         : NULL;

  return type != NULL ? type : entry->op;
}

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  const char *text = mx_attr (node->source, name);

  return weir_extension_op_text (text, wanted, found, value);
}

static WeirPort
convert (MxNode *n)
{
  const char *op = called (n->entry);
  guint n_inputs = mx_n_inputs (n), n_outputs = MAX (n->entry->wanted, 1);
  g_autofree WeirPort *inputs = g_new (WeirPort, n_inputs + 1);
  g_autofree WeirPort *outputs = g_new (WeirPort, n_outputs);
  WeirForeignNode node = { .framework = FRAMEWORK,
                           .domain = "",
                           .op = op,
                           .name = n->make.name,
                           .inputs = inputs,
                           .n_inputs = n_inputs,
                           .outputs = outputs,
                           .n_outputs = n_outputs,
                           .find = find_attr,
                           .source = n };

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = mx_in (n, i);
  if (!weir_extension_op_convert (weir_extension_op (FRAMEWORK, NULL, op), &node,
                                  n->make.b))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < n_outputs; i++)
    mx_out (n, i, outputs[i]);
  return outputs[0];
}

static const MxRow row = { .op = "an extension's", .convert = convert };

const MxRow *
mx_extension_row (const MxEntry *entry)
{
  return weir_extension_op (FRAMEWORK, NULL, called (entry)) != NULL ? &row : NULL;
}
