#include "node.h"

#include <string.h>

/* Identities between an argument and the output that returns it. */
#define MAX_HOPS 4

static const char *const calls[] = { "PartitionedCall", "StatefulPartitionedCall" };

const Tf__FunctionDef *
tf_function_named (const TfNode *n, const char *name)
{
  const Tf__AttrValue *value = tf_attr (n, name);

  return value != NULL && value->func != NULL && value->func->name != NULL
             ? g_hash_table_lookup (n->scope->import->functions, value->func->name)
             : NULL;
}

const Tf__FunctionDef *
tf_function_of (const TfNode *n)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    if (strcmp (n->proto->op, calls[i]) == 0)
      return tf_function_named (n, "f");
  return n->row == NULL ? g_hash_table_lookup (n->scope->import->functions, n->proto->op)
                        : NULL;
}

static gboolean
add_arguments (TfScope *body, const TfValue *arguments, guint n_arguments, GError **error)
{
  const Tf__OpDef *signature = body->function->signature;

  if (signature->n_input_arg != n_arguments)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "function '%s' has %zu arguments, the call %u", signature->name,
                      signature->n_input_arg, n_arguments);
  for (guint i = 0; i < n_arguments; i++)
    if (signature->input_arg[i]->name != NULL)
      g_hash_table_insert (body->arguments, signature->input_arg[i]->name,
                           g_memdup2 (&arguments[i], sizeof (TfValue)));
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
take_outputs (TfScope *body, GArray *outputs, GError **error)
{
  const Tf__OpDef *signature = body->function->signature;

  for (gsize i = 0; i < signature->n_output_arg; i++) {
    const char *text = returned (body->function, signature->output_arg[i]->name);
    const TfValue *value;

    if (text == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "function '%s' returns no '%s'",
                        signature->name, signature->output_arg[i]->name);
    value = tf_scope_value (body, text, error);
    if (value == NULL) {
      g_prefix_error (error, "function '%s': ", signature->name);
      return FALSE;
    }
    g_array_append_vals (outputs, value, 1);
  }
  return TRUE;
}

gboolean
tf_function_run (TfNode *n, const TfCall *call, const TfValue *arguments,
                 guint n_arguments, GArray *outputs, GError **error)
{
  const Tf__FunctionDef *function = call->function;
  const Tf__AttrValue *given = call->given;
  gboolean direct = given == NULL || given->func == NULL;
  TfScope body;
  gboolean good;

  if (n->scope->depth >= WEIR_MAX_BODY_DEPTH)
    return weir_fail (error, WEIR_ERROR_LIMIT,
                      "functions call each other more than %d deep, '%s' the last",
                      WEIR_MAX_BODY_DEPTH, function->signature->name);
  tf_scope_init (&body, n->scope->import, call->builder);
  body.function = function;
  body.prefix = n->make.name;
  body.depth = n->scope->depth + 1;
  body.body = call->body;
  body.given = direct ? n->proto->attr : given->func->attr;
  body.n_given = direct ? n->proto->n_attr : given->func->n_attr;
  good = add_arguments (&body, arguments, n_arguments, error) &&
         tf_scope_add (&body, function->node_def, function->n_node_def, error) &&
         take_outputs (&body, outputs, error);
  tf_scope_clear (&body);
  return good;
}

static const Tf__NodeDef *
find_identity (const Tf__FunctionDef *function, const char *name)
{
  for (gsize i = 0; i < function->n_node_def; i++)
    if (g_strcmp0 (function->node_def[i]->name, name) == 0)
      return g_strcmp0 (function->node_def[i]->op, "Identity") == 0 &&
                     function->node_def[i]->n_input > 0
                 ? function->node_def[i]
                 : NULL;
  return NULL;
}

int
tf_function_argument (const Tf__FunctionDef *function, guint index)
{
  const Tf__OpDef *signature = function->signature;
  const char *text = index < signature->n_output_arg
                         ? returned (function, signature->output_arg[index]->name)
                         : NULL;

  for (guint hops = 0; text != NULL && hops <= MAX_HOPS; hops++) {
    g_autofree char *output = NULL;
    guint number;
    g_autofree char *name = tf_split_name (text, &output, &number);
    const Tf__NodeDef *node = find_identity (function, name);

    for (gsize i = 0; i < signature->n_input_arg; i++)
      if (g_strcmp0 (signature->input_arg[i]->name, name) == 0)
        return (int) i;
    text = node != NULL ? node->input[0] : NULL;
  }
  return -1;
}

gboolean
tf_function_call (TfNode *n, const Tf__FunctionDef *function, GError **error)
{
  TfCall call = { .function = function,
                  .given = tf_attr (n, "f"),
                  .builder = n->make.b,
                  .body = n->scope->body };

  return tf_function_run (n, &call, n->inputs, n->n_inputs, n->entry->outputs, error);
}
