#include "functions.h"

#include "base/error.h"

/* Calls within calls; the chain of a function that calls itself is cut here too. */
#define MAX_CALLS WEIR_MAX_BODY_DEPTH

static char *
key_of (const char *domain, const char *name, const char *overload)
{
  return g_strdup_printf ("%s:%s:%s", domain != NULL ? domain : "",
                          name != NULL ? name : "", overload != NULL ? overload : "");
}

GHashTable *
onnx_functions_index (const Onnx__ModelProto *model)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < model->n_functions; i++) {
    Onnx__FunctionProto *function = model->functions[i];

    g_hash_table_insert (
        index, key_of (function->domain, function->name, function->overload), function);
  }
  return index;
}

const Onnx__FunctionProto *
onnx_function_find (const OnnxImport *import, const Onnx__NodeProto *proto)
{
  g_autofree char *key = NULL;

  if (g_hash_table_size (import->functions) == 0)
    return NULL;
  key = key_of (proto->domain, proto->op_type, proto->overload);
  return g_hash_table_lookup (import->functions, key);
}

static gboolean
is_running (const OnnxScope *scope, const Onnx__FunctionProto *function)
{
  for (; scope != NULL; scope = scope->caller != NULL ? scope->caller->scope : NULL)
    if (scope->function == function)
      return TRUE;
  return FALSE;
}

static gboolean
bind_inputs (OnnxScope *scope, const OnnxNode *n, GError **error)
{
  const Onnx__FunctionProto *function = scope->function;

  if (n->n_inputs > function->n_input)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "the function takes %" G_GSIZE_FORMAT " inputs, the call gives %u",
                      function->n_input, n->n_inputs);
  for (guint i = 0; i < function->n_input; i++) {
    OnnxValue absent = { .port = WEIR_PORT_NONE };

    if (!onnx_scope_set (scope, function->input[i],
                         i < n->n_inputs ? &n->inputs[i] : &absent, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
take_outputs (OnnxScope *scope, OnnxNode *n, GError **error)
{
  const Onnx__FunctionProto *function = scope->function;

  if (n->n_outputs > function->n_output)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "the function gives %" G_GSIZE_FORMAT " outputs, the call takes %u",
                      function->n_output, n->n_outputs);
  for (guint i = 0; i < n->n_outputs; i++) {
    const OnnxValue *value = onnx_scope_get (scope, function->output[i], error);

    if (value == NULL)
      return FALSE;
    n->outputs[i] = *value;
  }
  return TRUE;
}

gboolean
onnx_function_call (OnnxNode *n, const Onnx__FunctionProto *function, GError **error)
{
  OnnxImport *import = n->scope->import;
  OnnxScope scope;
  gboolean done;

  if (is_running (n->scope, function))
    return weir_fail (error, WEIR_ERROR_FORMAT, "the function calls itself");
  if (import->calls == MAX_CALLS)
    return weir_fail (error, WEIR_ERROR_LIMIT, "calls are nested deeper than %d",
                      MAX_CALLS);
  import->calls++;
  onnx_scope_init (&scope, import, NULL, n->make.b);
  scope.function = function;
  scope.caller = n;
  scope.prefix = n->make.name;
  done = bind_inputs (&scope, n, error) &&
         onnx_scope_run (&scope, function->node, function->n_node, error) &&
         take_outputs (&scope, n, error);
  onnx_scope_clear (&scope);
  import->calls--;
  return done;
}
