#include "scope.h"

#include "base/error.h"
#include "cut.h"
#include "node.h"
#include "order.h"
#include "tensor.h"

#include <string.h>

void
onnx_scope_init (OnnxScope *scope, OnnxImport *import, OnnxScope *outer,
                 WeirBuilder *builder)
{
  *scope = (OnnxScope){ .import = import, .outer = outer, .builder = builder };
  scope->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  scope->initializers = g_hash_table_new (g_str_hash, g_str_equal);
  scope->sparse = g_hash_table_new (g_str_hash, g_str_equal);
  scope->captures = g_array_new (FALSE, FALSE, sizeof (WeirCapture));
  if (outer != NULL) {
    scope->caller = outer->caller;
    scope->function = outer->function;
    scope->prefix = outer->prefix;
    scope->repeated = outer->repeated;
  }
}

void
onnx_scope_clear (OnnxScope *scope)
{
  g_hash_table_unref (scope->values);
  g_hash_table_unref (scope->initializers);
  g_hash_table_unref (scope->sparse);
  g_array_unref (scope->captures);
}

gboolean
onnx_scope_add_graph (OnnxScope *scope, const Onnx__GraphProto *graph, GError **error)
{
  for (gsize i = 0; i < graph->n_initializer; i++) {
    Onnx__TensorProto *tensor = graph->initializer[i];

    if (tensor->name == NULL || *tensor->name == '\0')
      return weir_fail (error, WEIR_ERROR_FORMAT, "an initializer has no name");
    g_hash_table_insert (scope->initializers, tensor->name, tensor);
  }
  for (gsize i = 0; i < graph->n_sparse_initializer; i++) {
    Onnx__SparseTensorProto *tensor = graph->sparse_initializer[i];

    if (tensor->values == NULL || tensor->values->name == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "a sparse initializer has no name");
    g_hash_table_insert (scope->sparse, tensor->values->name, tensor);
  }
  return TRUE;
}

gboolean
onnx_scope_set (OnnxScope *scope, const char *name, const OnnxValue *value,
                GError **error)
{
  if (g_hash_table_contains (scope->values, name))
    return weir_fail (error, WEIR_ERROR_FORMAT, "tensor '%s' is written twice", name);
  g_hash_table_insert (scope->values, (gpointer) name, g_memdup2 (value, sizeof *value));
  return TRUE;
}

/* An initializer becomes a Constant when it is read for the first time. */
static gboolean
read_initializer (OnnxScope *scope, const char *name, OnnxValue *value, GError **error)
{
  Onnx__TensorProto *dense = g_hash_table_lookup (scope->initializers, name);
  Onnx__SparseTensorProto *sparse = g_hash_table_lookup (scope->sparse, name);
  WeirTensor *tensor;

  if (dense == NULL && sparse == NULL)
    return FALSE;
  tensor = dense != NULL ? onnx_tensor_read (scope->import, dense, error)
                         : onnx_sparse_read (scope->import, sparse, error);
  if (tensor == NULL) {
    g_prefix_error (error, "initializer '%s': ", name);
    return FALSE;
  }
  value->port = weir_build_constant (scope->builder, name, tensor);
  if (!weir_build_finish (scope->builder, error))
    return FALSE;
  weir_edit_add_tensor_name (scope->builder->graph, value->port, name);
  return TRUE;
}

static WeirPort
capture (OnnxScope *scope, const char *name, WeirPort outer)
{
  return weir_capture (scope->captures, scope->builder, scope->outer->builder->graph,
                       outer, name);
}

static gboolean
read_outer (OnnxScope *scope, const char *name, OnnxValue *value, GError **error)
{
  const OnnxValue *outer = NULL;

  if (scope->outer == NULL || !onnx_scope_find (scope->outer, name, &outer, error) ||
      outer == NULL)
    return FALSE;
  *value = *outer;
  if (outer->broken || scope->builder->graph == scope->outer->builder->graph)
    return TRUE;
  if (outer->items == NULL) {
    value->port = capture (scope, name, outer->port);
    return weir_build_finish (scope->builder, error);
  }
  value->items = g_array_new (FALSE, FALSE, sizeof (WeirPort));
  g_ptr_array_add (scope->import->sequences, value->items);
  for (guint i = 0; i < outer->items->len; i++) {
    WeirPort item = capture (scope, name, g_array_index (outer->items, WeirPort, i));
    g_array_append_val (value->items, item);
  }
  return weir_build_finish (scope->builder, error);
}

gboolean
onnx_scope_find_original (OnnxScope *scope, const char *name, const OnnxValue **found,
                          GError **error)
{
  GError *local = NULL;
  OnnxValue value = { .port = WEIR_PORT_NONE };

  *found = g_hash_table_lookup (scope->values, name);
  if (*found != NULL)
    return TRUE;
  if (read_initializer (scope, name, &value, &local) ||
      (local == NULL && read_outer (scope, name, &value, &local))) {
    onnx_scope_set (scope, name, &value, NULL);
    *found = g_hash_table_lookup (scope->values, name);
  }
  if (local != NULL)
    g_propagate_error (error, local);
  return local == NULL;
}

gboolean
onnx_scope_find (OnnxScope *scope, const char *name, const OnnxValue **found,
                 GError **error)
{
  if (scope->cut == NULL)
    return onnx_scope_find_original (scope, name, found, error);
  if (!onnx_cut_find (scope, name, found, error))
    return FALSE;
  return *found != NULL || onnx_scope_find_original (scope, name, found, error);
}

const OnnxValue *
onnx_scope_get (OnnxScope *scope, const char *name, GError **error)
{
  const OnnxValue *found;

  if (!onnx_scope_find (scope, name, &found, error))
    return NULL;
  if (found == NULL)
    weir_fail (error, WEIR_ERROR_FORMAT, "nothing writes tensor '%s'", name);
  return found;
}

gboolean
onnx_scope_run (OnnxScope *scope, Onnx__NodeProto **nodes, gsize n_nodes, GError **error)
{
  g_autoptr (GArray) order = onnx_order (nodes, n_nodes, error);

  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < order->len; i++) {
    gsize index = g_array_index (order, gsize, i);

    if (scope->cut != NULL ? !onnx_cut_convert (scope, nodes[index], index, error)
                           : !onnx_node_convert (scope, nodes[index], error))
      return FALSE;
  }
  return TRUE;
}

static const char *
plain_domain (const char *domain)
{
  return domain == NULL || strcmp (domain, "ai.onnx") == 0 ? "" : domain;
}

gint64
onnx_scope_version (const OnnxScope *scope, const char *domain)
{
  const Onnx__ModelProto *model = scope->import->model;
  gsize n = model->n_opset_import;
  Onnx__OperatorSetIdProto **sets = model->opset_import;

  if (scope->function != NULL && scope->function->n_opset_import > 0) {
    n = scope->function->n_opset_import;
    sets = scope->function->opset_import;
  }
  for (gsize i = 0; i < n; i++)
    if (strcmp (plain_domain (sets[i]->domain), plain_domain (domain)) == 0)
      return sets[i]->version;
  return 1;
}

static gint64
dim_of (const Onnx__TensorShapeProto__Dimension *dim)
{
  return dim->has_dim_value && dim->dim_value != -1 ? dim->dim_value : WEIR_DIM_UNKNOWN;
}

gboolean
onnx_value_info (const Onnx__ValueInfoProto *info, WeirDtype *dtype, WeirShape *shape,
                 GError **error)
{
  const Onnx__TypeProto__Tensor *type =
      info->type != NULL ? info->type->tensor_type : NULL;
  gint64 dims[WEIR_MAX_RANK];

  *dtype = WEIR_DTYPE_UNKNOWN;
  *shape = WEIR_SHAPE_UNKNOWN;
  if (info->type != NULL && type == NULL)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "'%s': expected a tensor, found a sequence, a map or an optional",
                      info->name);
  if (type == NULL)
    return TRUE;
  *dtype = onnx_dtype_from (type->elem_type);
  if (type->elem_type != 0 && *dtype == WEIR_DTYPE_UNKNOWN)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED, "'%s': elements of type %s",
                      info->name, onnx_dtype_name (type->elem_type));
  if (type->shape == NULL)
    return TRUE;
  if (type->shape->n_dim > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                      "'%s': rank %" G_GSIZE_FORMAT "; at most %d is supported",
                      info->name, type->shape->n_dim, WEIR_MAX_RANK);
  for (gsize i = 0; i < type->shape->n_dim; i++)
    dims[i] = dim_of (type->shape->dim[i]);
  if (weir_shape_init (shape, dims, type->shape->n_dim, error))
    return TRUE;
  g_prefix_error (error, "'%s': ", info->name);
  return FALSE;
}
