#include "context.h"

#include "base/error.h"

#include <string.h>

/* Nodes that an extension asks for by name. */

static gboolean
may_build (const WeirOp *op)
{
  static const char *const own[] = { "Constant", "Parameter", "Result" };

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (strcmp (op->name, own[i]) == 0)
      return FALSE;
  return (op->flags & WEIR_OP_BODY) == 0;
}

WeirNode *
ext_node_begin (WeirBuilder *builder, const char *op, const char *name,
                const WeirPort *inputs, guint n_inputs, guint n_outputs)
{
  const WeirOp *found = op != NULL ? weir_op_find (op) : NULL;

  if (builder->error != NULL)
    return NULL;
  if (found == NULL) {
    weir_build_fail (builder, WEIR_ERROR_UNSUPPORTED, "there is no operation '%.80s'",
                     op != NULL ? op : "");
    return NULL;
  }
  if (!may_build (found)) {
    weir_build_fail (builder, WEIR_ERROR_UNSUPPORTED, "an extension cannot add a %s",
                     found->name);
    return NULL;
  }
  return weir_edit_add (builder->graph, found, 0, name, inputs, n_inputs, n_outputs,
                        &builder->error);
}

int
ext_node_row (WeirBuilder *builder, const WeirNode *node, const char *name)
{
  const WeirAttrRow *rows = node->op->attrs;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++)
    if (strcmp (rows[i].name, name) == 0 && weir_attr_row_in (&rows[i], node->version))
      return (int) i;
  weir_build_fail (builder, WEIR_ERROR_FORMAT, "%s has no attribute '%.80s'",
                   node->op->name, name);
  return -1;
}

gboolean
ext_node_set (WeirBuilder *builder, WeirNode *node, guint row, const char *text)
{
  return builder->error == NULL && weir_node_set_text (node, row, text, &builder->error);
}

gboolean
ext_node_take (WeirBuilder *builder, const WeirNode *node, WeirPort *outputs,
               guint n_outputs)
{
  if (builder->error != NULL || node == NULL)
    return FALSE;
  if (n_outputs > node->n_outputs) {
    weir_build_fail (builder, WEIR_ERROR_FORMAT, "%s has %u outputs, not %u",
                     node->op->name, node->n_outputs, n_outputs);
    return FALSE;
  }
  for (guint i = 0; i < n_outputs; i++)
    outputs[i] = WEIR_PORT (node, i);
  return TRUE;
}
