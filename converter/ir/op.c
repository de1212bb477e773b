#include "op.h"

#include "base/error.h"
#include "graph.h"
#include "registry.h"

#include <string.h>

const WeirOp *
weir_op_find (const char *name)
{
  guint count, low = 0;
  const WeirOp *const *table = weir_op_table (&count);

  for (guint high = count; low < high;) {
    guint middle = low + (high - low) / 2;
    int order = g_ascii_strcasecmp (name, table[middle]->name);

    if (order == 0)
      return table[middle];
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  for (guint i = 0; i < count; i++)
    if (table[i]->xml_type != NULL && g_ascii_strcasecmp (table[i]->xml_type, name) == 0)
      return table[i];
  return weir_registry_op (name);
}

gboolean
weir_op_has_version (const WeirOp *op, guint version)
{
  return version >= op->versions[0];
}

guint
weir_op_n_outputs (const WeirOp *op, guint version)
{
  return version < op->outputs_since ? 1 : op->outputs;
}

guint
weir_op_n_attrs (const WeirOp *op)
{
  guint n = 0;

  while (op->attrs != NULL && op->attrs[n].name != NULL)
    n++;
  return n;
}

gboolean
weir_attr_row_in (const WeirAttrRow *row, guint version)
{
  return version >= row->since && (row->until == 0 || version <= row->until);
}

gboolean
weir_infer_set (WeirInfer *infer, guint port, WeirDtype dtype, const WeirShape *shape)
{
  g_return_val_if_fail (port < infer->n_outputs, FALSE);
  infer->outputs[port].dtype = dtype;
  infer->outputs[port].shape = *shape;
  return TRUE;
}

gboolean
weir_infer_same (WeirInfer *infer, GError **error)
{
  (void) error;
  return weir_infer_set (infer, 0, infer->inputs[0].dtype, &infer->inputs[0].shape);
}

gboolean
weir_infer_broadcast (WeirInfer *infer, GError **error)
{
  WeirShape shape;
  WeirDtype a = infer->inputs[0].dtype, b = infer->inputs[1].dtype;

  if (a != WEIR_DTYPE_UNKNOWN && b != WEIR_DTYPE_UNKNOWN && a != b)
    return weir_fail (error, WEIR_ERROR_SHAPE, "element types %s and %s differ",
                      weir_dtype_name (a), weir_dtype_name (b));
  if (!weir_shape_broadcast (&infer->inputs[0].shape, &infer->inputs[1].shape, &shape,
                             error))
    return FALSE;
  return weir_infer_set (infer, 0, a != WEIR_DTYPE_UNKNOWN ? a : b, &shape);
}

gboolean
weir_infer_ints (const WeirInfer *infer, guint port, gint64 *values, gsize *count)
{
  const WeirTensor *value = port < infer->n_inputs ? infer->inputs[port].value : NULL;

  if (value == NULL || !weir_dtype_is_integer (weir_tensor_dtype (value)) ||
      weir_tensor_count (value) > WEIR_MAX_RANK * 2)
    return FALSE;
  *count = weir_tensor_count (value);
  for (gsize i = 0; i < *count; i++)
    values[i] = weir_tensor_get_int (value, i);
  return TRUE;
}

WeirTensor *
weir_eval_output (WeirEval *eval, guint port, WeirDtype dtype, const WeirShape *shape,
                  GError **error)
{
  g_return_val_if_fail (port < eval->n_outputs, NULL);
  weir_tensor_unref (eval->outputs[port]);
  eval->outputs[port] = weir_tensor_new (dtype, shape, error);
  return eval->outputs[port];
}

WeirTensor *
weir_eval_inferred (WeirEval *eval, guint port, GError **error)
{
  g_return_val_if_fail (port < eval->n_outputs, NULL);
  return weir_eval_output (eval, port, eval->infos[port].dtype, &eval->infos[port].shape,
                           error);
}
