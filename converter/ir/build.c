#include "build.h"

#include "base/error.h"
#include "infer.h"

WeirPort
weir_build_fail (WeirBuilder *builder, int code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (builder->error == NULL)
    builder->error = g_error_new_valist (WEIR_ERROR, code, format, args);
  va_end (args);
  return WEIR_PORT_NONE;
}

gboolean
weir_build_finish (WeirBuilder *builder, GError **error)
{
  if (builder->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&builder->error));
  return FALSE;
}

WeirNode *
weir_build_begin_outputs (WeirBuilder *builder, const char *op, const char *name,
                          const WeirPort *inputs, guint n_inputs, guint n_outputs)
{
  const WeirOp *found;

  if (builder->error != NULL)
    return NULL;
  found = weir_op_find (op);
  if (found == NULL) {
    weir_build_fail (builder, WEIR_ERROR_INTERNAL, "node '%s': there is no operation %s",
                     name, op);
    return NULL;
  }
  return weir_edit_add (builder->graph, found, 0, name, inputs, n_inputs, n_outputs,
                        &builder->error);
}

WeirNode *
weir_build_begin (WeirBuilder *builder, const char *op, const char *name,
                  const WeirPort *inputs, guint n_inputs)
{
  return weir_build_begin_outputs (builder, op, name, inputs, n_inputs, 0);
}

WeirNode *
weir_build_begin_like (WeirBuilder *builder, const WeirNode *like, const char *name,
                       const WeirPort *inputs, guint n_inputs)
{
  WeirNode *node;

  if (builder->error != NULL)
    return NULL;
  node = weir_edit_add (builder->graph, like->op, like->version, name, inputs, n_inputs,
                        like->n_outputs, &builder->error);
  for (guint i = 0; node != NULL && i < weir_op_n_attrs (like->op); i++)
    weir_attr_copy (&node->attrs[i], &like->attrs[i]);
  if (node != NULL && like->rt_info != NULL) {
    GHashTableIter iter;
    gpointer key, value;

    g_hash_table_iter_init (&iter, like->rt_info);
    while (g_hash_table_iter_next (&iter, &key, &value))
      weir_edit_set_rt_info (node, key, value);
  }
  return node;
}

WeirPort
weir_build_end (WeirBuilder *builder, WeirNode *node)
{
  if (builder->error != NULL || node == NULL ||
      !weir_node_infer (builder->graph, node, &builder->error))
    return WEIR_PORT_NONE;
  return WEIR_PORT (node, 0);
}

WeirPort
weir_build (WeirBuilder *builder, const char *op, const char *name,
            const WeirPort *inputs, guint n_inputs)
{
  return weir_build_end (builder, weir_build_begin (builder, op, name, inputs, n_inputs));
}

WeirPort
weir_build1 (WeirBuilder *builder, const char *op, const char *name, WeirPort x)
{
  return weir_build (builder, op, name, &x, 1);
}

WeirPort
weir_build2 (WeirBuilder *builder, const char *op, const char *name, WeirPort x,
             WeirPort y)
{
  return weir_build (builder, op, name, WEIR_INPUTS (x, y));
}

WeirPort
weir_build_constant (WeirBuilder *builder, const char *name, WeirTensor *value)
{
  WeirNode *node = weir_build_begin (builder, "Constant", name, NULL, 0);

  if (node != NULL && value != NULL)
    weir_edit_set_constant (node, value);
  weir_tensor_unref (value);
  return weir_build_end (builder, node);
}

WeirPort
weir_build_i64 (WeirBuilder *builder, const char *name, const gint64 *values, gsize n)
{
  return weir_build_constant (builder, name, weir_tensor_new_i64 (values, n));
}

WeirPort
weir_build_i64_scalar (WeirBuilder *builder, const char *name, gint64 value)
{
  return weir_build_constant (builder, name, weir_tensor_new_i64_scalar (value));
}

WeirPort
weir_build_scalar (WeirBuilder *builder, const char *name, WeirPort like, double value)
{
  WeirDtype dtype;

  if (builder->error != NULL)
    return WEIR_PORT_NONE;
  dtype = weir_graph_dtype (builder->graph, like);
  return weir_build_constant (
      builder, name,
      weir_tensor_new_scalar (dtype != WEIR_DTYPE_UNKNOWN ? dtype : WEIR_DTYPE_F32,
                              value));
}

WeirPort
weir_build_parameter (WeirBuilder *builder, const char *name, WeirDtype dtype,
                      const WeirShape *shape)
{
  WeirNode *node = weir_build_begin (builder, "Parameter", name, NULL, 0);

  weir_node_set_dtype (node, "element_type", dtype);
  if (node != NULL)
    weir_graph_set_shape (node, shape);
  return weir_build_end (builder, node);
}

void
weir_build_result (WeirBuilder *builder, const char *name, WeirPort port)
{
  g_autofree char *full = g_strconcat (name, "/sink_port_0", NULL);

  weir_build1 (builder, "Result", full, port);
}

static WeirPort
build_with_list (WeirBuilder *builder, const char *op, const char *name, WeirPort x,
                 const gint64 *values, gsize n)
{
  g_autofree char *list = g_strconcat (name, "/", op, "_list", NULL);
  WeirPort constant = weir_build_i64 (builder, list, values, n);

  return weir_build2 (builder, op, name, x, constant);
}

WeirPort
weir_build_reshape (WeirBuilder *builder, const char *name, WeirPort x,
                    const gint64 *dims, gsize n, gboolean special_zero)
{
  g_autofree char *list = g_strconcat (name, "/Reshape_list", NULL);
  WeirPort shape = weir_build_i64 (builder, list, dims, n);
  WeirNode *node = weir_build_begin (builder, "Reshape", name, WEIR_INPUTS (x, shape));

  weir_node_set_bool (node, "special_zero", special_zero);
  return weir_build_end (builder, node);
}

WeirPort
weir_build_transpose (WeirBuilder *builder, const char *name, WeirPort x,
                      const gint64 *order, gsize n)
{
  return build_with_list (builder, "Transpose", name, x, order, n);
}

WeirPort
weir_build_convert (WeirBuilder *builder, const char *name, WeirPort x, WeirDtype dtype)
{
  WeirNode *node;

  if (builder->error != NULL || weir_graph_dtype (builder->graph, x) == dtype)
    return x;
  node = weir_build_begin (builder, "Convert", name, &x, 1);
  weir_node_set_dtype (node, "destination_type", dtype);
  return weir_build_end (builder, node);
}

WeirPort
weir_build_squeeze (WeirBuilder *builder, const char *name, WeirPort x,
                    const gint64 *axes, gsize n)
{
  return build_with_list (builder, "Squeeze", name, x, axes, n);
}

WeirPort
weir_build_unsqueeze (WeirBuilder *builder, const char *name, WeirPort x,
                      const gint64 *axes, gsize n)
{
  return build_with_list (builder, "Unsqueeze", name, x, axes, n);
}
