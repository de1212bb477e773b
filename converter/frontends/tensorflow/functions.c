#include "node.h"

#include <string.h>

static const char *const calls[] = { "PartitionedCall", "StatefulPartitionedCall" };

const Tf__FunctionDef *
tf_function_of (const TfNode *n)
{
  const Tf__AttrValue *value;

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (strcmp (n->proto->op, calls[i]) == 0) {
      value = tf_attr (n, "f");
      return value != NULL && value->func != NULL && value->func->name != NULL
                 ? g_hash_table_lookup (n->scope->import->functions, value->func->name)
                 : NULL;
    }
  return n->row == NULL ? g_hash_table_lookup (n->scope->import->functions, n->proto->op)
                        : NULL;
}

static gboolean
add_arguments (TfScope *body, const TfNode *n, GError **error)
{
  const Tf__OpDef *signature = body->function->signature;

  if (signature->n_input_arg != n->n_inputs)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "function '%s' has %zu arguments, the call %u", signature->name,
                      signature->n_input_arg, n->n_inputs);
  for (guint i = 0; i < n->n_inputs; i++)
    if (signature->input_arg[i]->name != NULL)
      g_hash_table_insert (body->arguments, signature->input_arg[i]->name,
                           g_memdup2 (&n->inputs[i], sizeof (TfValue)));
  return TRUE;
}

/* (nullable): what the body returns as its output @name. */
static const char *
returned (const Tf__FunctionDef *function, const char *name)
{
  for (gsize i = 0; i < function->n_ret; i++)
    if (g_strcmp0 (function->ret[i]->key, name) == 0)
      return function->ret[i]->value;
  return NULL;
}

static gboolean
take_outputs (TfScope *body, TfNode *n, GError **error)
{
  const Tf__OpDef *signature = body->function->signature;

  for (gsize i = 0; i < signature->n_output_arg; i++) {
    const char *text = returned (body->function, signature->output_arg[i]->name);
    TfValue none = TF_NO_VALUE;
    const TfValue *value;

    if (text == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "function '%s' returns no '%s'",
                        signature->name, signature->output_arg[i]->name);
    value = tf_scope_value (body, text, error);
    if (value == NULL) {
      g_prefix_error (error, "function '%s': ", signature->name);
      return FALSE;
    }
    none = *value;
    g_array_append_val (n->entry->outputs, none);
  }
  return TRUE;
}

gboolean
tf_function_call (TfNode *n, const Tf__FunctionDef *function, GError **error)
{
  const Tf__AttrValue *called = tf_attr (n, "f");
  gboolean direct = called == NULL || called->func == NULL;
  TfScope body;
  gboolean good;

  if (n->scope->depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "functions call each other more than %d deep, '%s' the last",
                      WEIR_MAX_BODY_DEPTH, function->signature->name);
  tf_scope_init (&body, n->scope->import, n->scope->builder);
  body.function = function;
  body.prefix = n->make.name;
  body.depth = n->scope->depth + 1;
  body.given = direct ? n->proto->attr : called->func->attr;
  body.n_given = direct ? n->proto->n_attr : called->func->n_attr;
  good = add_arguments (&body, n, error) &&
         tf_scope_add (&body, function->node_def, function->n_node_def, error) &&
         take_outputs (&body, n, error);
  tf_scope_clear (&body);
  return good;
}
