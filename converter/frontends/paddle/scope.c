#include "paddle.h"

#include <string.h>

void
pd_scope_init (PdScope *scope, PdImport *import, PdScope *outer, WeirBuilder *builder)
{
  *scope = (PdScope){ .import = import, .outer = outer, .builder = builder };
  scope->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  scope->captures = g_array_new (FALSE, FALSE, sizeof (WeirCapture));
  scope->depth = outer != NULL ? outer->depth + 1 : 0;
}

void
pd_scope_clear (PdScope *scope)
{
  g_hash_table_unref (scope->values);
  g_array_unref (scope->captures);
}

void
pd_scope_set (PdScope *scope, const char *name, PdValue value)
{
  g_hash_table_replace (scope->values, (char *) name, g_memdup2 (&value, sizeof value));
}

static gboolean
read_outer (PdScope *scope, const char *name, GError **error)
{
  const PdValue *outer;
  PdValue value;

  if (!pd_scope_find (scope->outer, name, &outer, error))
    return FALSE;
  if (outer == NULL)
    return TRUE;
  value = *outer;
  if (!value.broken && !weir_port_is_none (value.port))
    value.port = weir_capture (scope->captures, scope->builder,
                               scope->outer->builder->graph, value.port, name);
  pd_scope_set (scope, name, value);
  return weir_build_finish (scope->builder, error);
}

/* A parameter becomes a Constant when it is first read. */
static gboolean
read_param (PdScope *scope, const char *name, WeirTensor *tensor, GError **error)
{
  PdValue value = { .port = weir_build_constant (scope->builder, name,
                                                 weir_tensor_ref (tensor)) };

  if (!weir_build_finish (scope->builder, error))
    return FALSE;
  weir_edit_add_tensor_name (scope->builder->graph, value.port, name);
  pd_scope_set (scope, name, value);
  return TRUE;
}

gboolean
pd_scope_find (PdScope *scope, const char *name, const PdValue **found, GError **error)
{
  WeirTensor *tensor;

  *found = g_hash_table_lookup (scope->values, name);
  if (*found != NULL)
    return TRUE;
  tensor = g_hash_table_lookup (scope->import->params, name);
  if (scope->outer != NULL ? !read_outer (scope, name, error)
                           : tensor != NULL && !read_param (scope, name, tensor, error))
    return FALSE;
  *found = g_hash_table_lookup (scope->values, name);
  return TRUE;
}

gboolean
pd_scope_has (const PdScope *scope, const char *name)
{
  for (; scope != NULL; scope = scope->outer)
    if (g_hash_table_contains (scope->values, name) ||
        g_hash_table_contains (scope->import->params, name))
      return TRUE;
  return FALSE;
}

gboolean
pd_var_shape (const PdImport *import, const char *name, WeirDtype *dtype,
              WeirShape *shape)
{
  const Paddle__VarDesc *var = g_hash_table_lookup (import->vars, name);
  const Paddle__LoDTensorDesc *type = NULL;
  gint64 dims[WEIR_MAX_RANK];

  if (var != NULL && var->type != NULL)
    type =
        var->type->lod_tensor != NULL ? var->type->lod_tensor : var->type->tensor_array;
  if (type == NULL || type->tensor == NULL || type->tensor->n_dims > WEIR_MAX_RANK)
    return FALSE;
  for (gsize i = 0; i < type->tensor->n_dims; i++)
    dims[i] = type->tensor->dims[i] >= 0 ? type->tensor->dims[i] : WEIR_DIM_UNKNOWN;
  *dtype = pd_dtype (type->tensor->data_type);
  return weir_shape_init (shape, dims, type->tensor->n_dims, NULL);
}
