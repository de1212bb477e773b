#include "extension.h"

#include "flexbuf.h"
#include "frontends/extension-ops.h"
#include "operator.h"

/* Custom operators that an extension translates. */

#define FRAMEWORK "tflite"

static gboolean
find_attr (const WeirForeignNode *node, const char *name, WeirAttrType wanted,
           WeirAttrType *found, WeirAttr *value)
{
  const WeirTfliteOp *op = node->source;

  (void) wanted;
  return weir_flex_value (&op->custom, name, found, value);
}

static void
take_inputs (WeirTfliteOp *op, WeirPort *inputs)
{
  for (guint i = 0; i < weir_tflite_n_inputs (op); i++)
    inputs[i] =
        weir_tflite_has_input (op, i) ? weir_tflite_input (op, i) : WEIR_PORT_NONE;
}

static WeirPort
convert (WeirTfliteOp *op)
{
  guint n_inputs = weir_tflite_n_inputs (op), n_outputs = weir_tflite_n_outputs (op);
  g_autofree WeirPort *inputs = g_new (WeirPort, MAX (n_inputs, 1));
  g_autofree WeirPort *outputs = g_new (WeirPort, MAX (n_outputs, 1));
  WeirForeignNode node = { .framework = FRAMEWORK,
                           .domain = "",
                           .op = op->called,
                           .name = op->name,
                           .inputs = inputs,
                           .n_inputs = n_inputs,
                           .outputs = outputs,
                           .n_outputs = n_outputs,
                           .find = find_attr,
                           .source = op };

  take_inputs (op, inputs);
  if (!weir_extension_op_convert (weir_extension_op (FRAMEWORK, NULL, op->called), &node,
                                  op->builder))
    return WEIR_PORT_NONE;
  for (guint i = 1; i < n_outputs; i++)
    weir_tflite_set_output (op, i, outputs[i]);
  return n_outputs > 0 ? outputs[0] : WEIR_PORT_NONE;
}

static const WeirTfliteRow row = {
  .name = "CUSTOM",
  .code = BUILTIN_CUSTOM,
  .options = OPTIONS_NONE,
  .convert = convert,
};

const WeirTfliteRow *
weir_tflite_extension (const char *custom)
{
  return custom != NULL && weir_extension_op (FRAMEWORK, NULL, custom) != NULL ? &row
                                                                               : NULL;
}
