#include "node.h"

#include <string.h>

static const Paddle__OpVar *
find_var (Paddle__OpVar **vars, gsize n_vars, const char *name)
{
  for (gsize i = 0; i < n_vars; i++)
    if (g_strcmp0 (vars[i]->parameter, name) == 0)
      return vars[i];
  return NULL;
}

const char *
pd_op_var (Paddle__OpVar **vars, gsize n_vars, const char *parameter, guint index)
{
  const Paddle__OpVar *var = find_var (vars, n_vars, parameter);

  return var != NULL && index < var->n_arguments ? var->arguments[index] : NULL;
}

guint
pd_n_in (const PdNode *n, const char *name)
{
  const Paddle__OpVar *var = find_var (n->op->inputs, n->op->n_inputs, name);

  return var != NULL ? (guint) var->n_arguments : 0;
}

gboolean
pd_has (const PdNode *n, const char *name)
{
  return pd_n_in (n, name) > 0;
}

static const PdValue *
argument (PdNode *n, const char *name, guint index)
{
  const char *var = pd_op_var (n->op->inputs, n->op->n_inputs, name, index);
  const PdValue *value = NULL;

  if (weir_build_failed (n->make.b))
    return NULL;
  if (var == NULL)
    weir_make_invalid (&n->make, "input '%s' is missing", name);
  else if (pd_scope_find (n->scope, var, &value, &n->make.b->error) && value == NULL)
    weir_make_invalid (&n->make, "input '%s': nothing writes variable '%s'", name, var);
  return value;
}

const PdValue *
pd_value (PdNode *n, const char *name)
{
  return argument (n, name, 0);
}

WeirPort
pd_in_at (PdNode *n, const char *name, guint index)
{
  const PdValue *value = argument (n, name, index);

  if (value == NULL)
    return WEIR_PORT_NONE;
  if (value->is_array)
    return weir_make_unsupported (&n->make, "input '%s' is a list of tensors", name);
  return value->port;
}

WeirPort
pd_in (PdNode *n, const char *name)
{
  return pd_in_at (n, name, 0);
}

WeirPort *
pd_ins (PdNode *n, const char *name, guint *count)
{
  WeirPort *ports = g_new0 (WeirPort, MAX (pd_n_in (n, name), 1));

  *count = MAX (pd_n_in (n, name), 1);
  for (guint i = 0; i < *count; i++)
    ports[i] = pd_in_at (n, name, i);
  return ports;
}

guint
pd_n_out (const PdNode *n, const char *name)
{
  const Paddle__OpVar *var = find_var (n->op->outputs, n->op->n_outputs, name);

  return var != NULL ? (guint) var->n_arguments : 0;
}

/* Outputs that nobody has a name for are not kept. */
void
pd_out_at (PdNode *n, const char *name, guint index, WeirPort port)
{
  const char *var = pd_op_var (n->op->outputs, n->op->n_outputs, name, index);

  if (weir_build_failed (n->make.b) || var == NULL || weir_port_is_none (port))
    return;
  pd_scope_set (n->scope, var, (PdValue){ .port = port });
  weir_edit_add_tensor_name (n->make.b->graph, port, var);
}

void
pd_out (PdNode *n, const char *name, WeirPort port)
{
  pd_out_at (n, name, 0, port);
}

int
pd_out_rank (const PdNode *n, const char *name)
{
  const char *var = pd_op_var (n->op->outputs, n->op->n_outputs, name, 0);
  WeirDtype dtype;
  WeirShape shape;

  return var != NULL && pd_var_shape (n->scope->import, var, &dtype, &shape) ? shape.rank
                                                                             : -1;
}

static gboolean
reads_broken (PdNode *n, gboolean *broken, GError **error)
{
  *broken = FALSE;
  for (gsize i = 0; i < n->op->n_inputs; i++)
    for (gsize j = 0; j < n->op->inputs[i]->n_arguments; j++) {
      const PdValue *value;

      if (!pd_scope_find (n->scope, n->op->inputs[i]->arguments[j], &value, error))
        return FALSE;
      *broken |= value != NULL && value->broken;
    }
  return TRUE;
}

void
pd_op_break (PdScope *scope, const Paddle__OpDesc *op)
{
  for (gsize i = 0; i < op->n_outputs; i++)
    for (gsize j = 0; j < op->outputs[i]->n_arguments; j++)
      pd_scope_set (scope, op->outputs[i]->arguments[j],
                    (PdValue){ .port = WEIR_PORT_NONE, .broken = TRUE });
}

static gboolean
convert_row (PdNode *n, GError **error)
{
  guint first = weir_graph_size (n->make.b->graph);
  gboolean broken;
  WeirPort port;

  if (n->row == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "an unknown operation");
  if (!reads_broken (n, &broken, error))
    return FALSE;
  if (broken) {
    pd_op_break (n->scope, n->op);
    return TRUE;
  }
  port = n->row->convert (n);
  pd_out (n, n->row->out != NULL ? n->row->out : "Out", port);
  if (!weir_build_finish (n->make.b, error))
    return FALSE;
  weir_make_name (&n->make, first, port);
  return TRUE;
}

const char *
pd_op_name (const Paddle__OpDesc *op)
{
  const PdRow *row = op->type != NULL ? pd_row_find (op->type) : NULL;
  const char *out = row != NULL && row->out != NULL ? row->out : "Out";
  const char *name = pd_op_var (op->outputs, op->n_outputs, out, 0);

  for (gsize i = 0; name == NULL && i < op->n_outputs; i++)
    if (op->outputs[i]->n_arguments > 0)
      name = op->outputs[i]->arguments[0];
  if (name == NULL)
    name = op->type;
  return name != NULL ? name : "";
}

gboolean
pd_node_convert (PdScope *scope, const Paddle__OpDesc *op, GError **error)
{
  PdNode n = { .scope = scope, .op = op };
  GError *local = NULL;

  if (op->type == NULL)
    return weir_fail (error, WEIR_ERROR_FORMAT, "an operation has no type");
  n.row = pd_row_find (op->type);
  n.make = (WeirMake){ .b = scope->builder, .name = pd_op_name (op) };
  if (convert_row (&n, &local))
    return TRUE;
  if (!g_error_matches (local, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED)) {
    g_propagate_prefixed_error (error, local, "operation '%s' (%s): ", n.make.name,
                                op->type);
    return FALSE;
  }
  g_ptr_array_add (scope->import->unsupported,
                   weir_unsupported_new (n.make.name, op->type, local->message));
  g_error_free (local);
  pd_op_break (scope, op);
  return TRUE;
}
