#include "extension.h"

#include "frontends/extension-ops.h"

/* Operations that an extension translates; those of Python's CustomOp by their type. */

#define FRAMEWORK "mxnet"

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
  guint n_inputs = mx_n_inputs (n), n_outputs = n->entry->n_read;
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n_inputs, 1));
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n_outputs, 1));
  WeirForeignNode node = { .framework = FRAMEWORK,
                           .domain = "",
                           .op = mx_op (n->entry),
                           .name = n->make.name,
                           .inputs = inputs,
                           .n_inputs = n_inputs,
                           .outputs = outputs,
                           .n_outputs = n_outputs,
                           .find = find_attr,
                           .source = n };

  for (guint i = 0; i < n_inputs; i++)
    inputs[i] = mx_in (n, i);
  if (weir_build_failed (n->make.b) ||
      !weir_extension_op_convert (weir_extension_op (FRAMEWORK, NULL, node.op), &node,
                                  n->make.b))
    return WEIR_PORT_NONE;
  for (guint i = 0; i < n_outputs; i++)
    mx_out (n, i, outputs[i]);
  return WEIR_PORT_NONE;
}

static const MxRow row = { .op = "Custom", .convert = convert };

const MxRow *
mx_extension (const char *op)
{
  return weir_extension_op (FRAMEWORK, NULL, op) != NULL ? &row : NULL;
}
