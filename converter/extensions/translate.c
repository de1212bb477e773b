#include "context.h"

#include "base/error.h"

/* Translations: rows that fill attributes, or a callback that builds nodes. */

#define IN(kind) (1u << (kind))

WeirExtensionValue
ext_value (WeirPort port)
{
  if (weir_port_is_none (port))
    return (WeirExtensionValue){ 0 };
  return (WeirExtensionValue){ ((uint64_t) port.node + 1) << 32 | port.index };
}

WeirPort
ext_port (const WeirExtensionContext *c, WeirExtensionValue value)
{
  const WeirPort port = { .node = (WeirNodeId) ((value.id >> 32) - 1),
                          .index = (guint32) value.id };
  const WeirNode *node =
      value.id >> 32 != 0 ? weir_graph_node (c->builder->graph, port.node) : NULL;

  return node != NULL && port.index < node->n_outputs ? port : WEIR_PORT_NONE;
}

/* Passes what the builder says on to the context. */
static gboolean
check_builder (WeirExtensionContext *c)
{
  GError *error = c->builder->error;

  return error == NULL || ext_fail (c, error->code, "%s", error->message);
}

const char *
ext_node_name (WeirExtensionContext *c)
{
  return c->node != NULL ? c->node->name : c->foreign->name;
}

WeirExtensionValue
ext_input (WeirExtensionContext *c, uint32_t index)
{
  if (!ext_is (c, IN (EXT_TRANSLATE), "input") || index >= c->foreign->n_inputs)
    return (WeirExtensionValue){ 0 };
  return ext_value (c->foreign->inputs[index]);
}

WeirExtensionValue
ext_add_constant (WeirExtensionContext *c, WeirExtensionType type,
                  const WeirExtensionShape *from, const void *data, size_t bytes)
{
  const WeirExtensionValue none = { 0 };
  GError **error = c->error == NULL ? &c->error : NULL;
  WeirPort port = WEIR_PORT_NONE;
  WeirTensor *tensor;
  WeirShape shape;
  gsize size;

  if (!ext_is (c, IN (EXT_TRANSLATE), "add_constant") || !check_builder (c))
    return none;
  if (from == NULL || (data == NULL && bytes > 0) ||
      ext_dtype (type) == WEIR_DTYPE_UNKNOWN) {
    ext_fail (c, WEIR_ERROR_INTERNAL,
              "the extension adds a constant without type, shape "
              "or data");
    return none;
  }
  if (!ext_shape (from, &shape, error) ||
      !weir_tensor_bytes (ext_dtype (type), &shape, &size, error))
    return none;
  if (size != bytes) {
    ext_fail (c, WEIR_ERROR_INTERNAL,
              "the extension adds a constant of %zu bytes with %zu bytes", size, bytes);
    return none;
  }
  tensor = weir_tensor_new_copy (ext_dtype (type), &shape, data, error);
  if (tensor != NULL)
    port = weir_build_constant (c->builder, c->foreign->name, tensor);
  return check_builder (c) ? ext_value (port) : none;
}

static gboolean
set_texts (WeirExtensionContext *c, WeirNode *node, const char *const *attrs)
{
  for (guint i = 0; attrs != NULL && attrs[i] != NULL; i += 2) {
    int row = ext_node_row (c->builder, node, attrs[i]);

    if (row < 0)
      return FALSE;
    if (attrs[i + 1] == NULL) {
      weir_build_fail (c->builder, WEIR_ERROR_INTERNAL, "attribute '%s' has no text",
                       attrs[i]);
      return FALSE;
    }
    if (!ext_node_set (c->builder, node, (guint) row, attrs[i + 1]))
      return FALSE;
  }
  return TRUE;
}

static gboolean
build_node (WeirExtensionContext *c, const char *op, const WeirPort *inputs,
            guint n_inputs, const char *const *attrs, WeirPort *outputs, guint n_outputs)
{
  WeirNode *node =
      ext_node_begin (c->builder, op, c->foreign->name, inputs, n_inputs, n_outputs);

  if (node == NULL || !set_texts (c, node, attrs))
    return FALSE;
  weir_build_end (c->builder, node);
  return ext_node_take (c->builder, node, outputs, n_outputs);
}

bool
ext_add_node (WeirExtensionContext *c, const char *op, const WeirExtensionValue *inputs,
              uint32_t n_inputs, const char *const *attrs, WeirExtensionValue *outputs,
              uint32_t n_outputs)
{
  WeirPort in[WEIR_ANY_NUMBER], out[WEIR_ANY_NUMBER];

  if (!ext_is (c, IN (EXT_TRANSLATE), "add_node") || !check_builder (c))
    return false;
  if (n_inputs >= WEIR_ANY_NUMBER || n_outputs >= WEIR_ANY_NUMBER ||
      (inputs == NULL && n_inputs > 0) || (outputs == NULL && n_outputs > 0))
    return ext_fail (c, WEIR_ERROR_INTERNAL,
                     "the extension adds a node with %u inputs and %u outputs", n_inputs,
                     n_outputs);
  for (guint i = 0; i < n_inputs; i++) {
    in[i] = ext_port (c, inputs[i]);
    if (weir_port_is_none (in[i]))
      return ext_fail (c, WEIR_ERROR_INTERNAL,
                       "the extension adds a %.80s with an input %u that is no value",
                       op != NULL ? op : "node", i);
  }
  if (!build_node (c, op, in, n_inputs, attrs, out, n_outputs))
    return check_builder (c);
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = ext_value (out[i]);
  return true;
}

bool
ext_set_output (WeirExtensionContext *c, uint32_t index, WeirExtensionValue value)
{
  WeirPort port;

  if (!ext_is (c, IN (EXT_TRANSLATE), "set_output"))
    return false;
  port = ext_port (c, value);
  if (index >= c->foreign->n_outputs)
    return ext_fail (c, WEIR_ERROR_INTERNAL, "the extension sets output %u of %u", index,
                     c->foreign->n_outputs);
  if (weir_port_is_none (port))
    return ext_fail (c, WEIR_ERROR_INTERNAL,
                     "the extension sets output %u to what is no value", index);
  c->foreign->outputs[index] = port;
  return true;
}

/* The attribute @from of the framework, as row @row of @node wants it; %FALSE where the
 * framework's node has none, or after a failure. */
static gboolean
copy_attr (const WeirForeignNode *foreign, WeirBuilder *builder, WeirNode *node,
           guint row, const char *from)
{
  const WeirAttrRow *wanted = &node->op->attrs[row];
  WeirAttr value;
  gboolean found;

  if (!weir_foreign_attr (foreign, from, wanted->type, &value, &builder->error))
    return FALSE;
  found = value.set;
  if (found) {
    g_autofree char *text = weir_attr_print (wanted, &value);

    found = ext_node_set (builder, node, row, text);
  }
  weir_attr_clear (&value);
  return found;
}

static void
fill_by_rows (const WeirForeignNode *foreign, WeirBuilder *builder, WeirNode *node,
              const WeirExtensionAttrRow *rows)
{
  for (guint i = 0; builder->error == NULL && rows[i].to != NULL; i++) {
    int row = ext_node_row (builder, node, rows[i].to);

    if (row < 0)
      return;
    if (rows[i].from != NULL &&
        copy_attr (foreign, builder, node, (guint) row, rows[i].from))
      continue;
    if (rows[i].value != NULL)
      ext_node_set (builder, node, (guint) row, rows[i].value);
  }
}

static void
fill_by_names (const WeirForeignNode *foreign, WeirBuilder *builder, WeirNode *node)
{
  for (guint i = 0; builder->error == NULL && i < weir_op_n_attrs (node->op); i++)
    if (weir_attr_row_in (&node->op->attrs[i], node->version))
      copy_attr (foreign, builder, node, i, node->op->attrs[i].name);
}

static void
translate_by_rows (const ExtRows *t, const WeirForeignNode *foreign, WeirBuilder *builder)
{
  guint n = foreign->n_inputs;
  WeirNode *node;

  while (n > 0 && weir_port_is_none (foreign->inputs[n - 1]))
    n--;
  for (guint i = 0; i < n; i++)
    if (weir_port_is_none (foreign->inputs[i])) {
      weir_build_fail (builder, WEIR_ERROR_UNSUPPORTED,
                       "input %u is left out, which %s does not allow", i, t->target);
      return;
    }
  node = ext_node_begin (builder, t->target, foreign->name, foreign->inputs, n,
                         foreign->n_outputs);
  if (node == NULL)
    return;
  if (t->rows != NULL)
    fill_by_rows (foreign, builder, node, t->rows);
  else
    fill_by_names (foreign, builder, node);
  weir_build_end (builder, node);
  ext_node_take (builder, node, foreign->outputs, foreign->n_outputs);
}

void
ext_translate (const WeirTranslation *translation, const WeirForeignNode *foreign,
               WeirBuilder *builder)
{
  const ExtRows *t = translation->data;
  WeirExtensionContext c = { .kind = EXT_TRANSLATE,
                             .foreign = foreign,
                             .builder = builder };
  GError *error = NULL;

  if (t->translate == NULL) {
    translate_by_rows (t, foreign, builder);
  } else if (!ext_call (&c, t->translate, t->user_data, &error)) {
    g_clear_error (&builder->error);
    builder->error = error;
  }
}
