#include "context.h"

#include "base/error.h"

/* The host's table, and what its functions share. */

static const WeirDtype dtypes[] = {
  [WEIR_EXTENSION_F64] = WEIR_DTYPE_F64,   [WEIR_EXTENSION_F32] = WEIR_DTYPE_F32,
  [WEIR_EXTENSION_F16] = WEIR_DTYPE_F16,   [WEIR_EXTENSION_BF16] = WEIR_DTYPE_BF16,
  [WEIR_EXTENSION_I64] = WEIR_DTYPE_I64,   [WEIR_EXTENSION_I32] = WEIR_DTYPE_I32,
  [WEIR_EXTENSION_I16] = WEIR_DTYPE_I16,   [WEIR_EXTENSION_I8] = WEIR_DTYPE_I8,
  [WEIR_EXTENSION_I4] = WEIR_DTYPE_I4,     [WEIR_EXTENSION_U64] = WEIR_DTYPE_U64,
  [WEIR_EXTENSION_U32] = WEIR_DTYPE_U32,   [WEIR_EXTENSION_U16] = WEIR_DTYPE_U16,
  [WEIR_EXTENSION_U8] = WEIR_DTYPE_U8,     [WEIR_EXTENSION_U4] = WEIR_DTYPE_U4,
  [WEIR_EXTENSION_BOOL] = WEIR_DTYPE_BOOL,
};

WeirDtype
ext_dtype (WeirExtensionType type)
{
  guint index = (guint) type;

  return index < G_N_ELEMENTS (dtypes) ? dtypes[index] : WEIR_DTYPE_UNKNOWN;
}

WeirExtensionType
ext_type (WeirDtype dtype)
{
  for (guint i = 1; i < G_N_ELEMENTS (dtypes); i++)
    if (dtypes[i] == dtype)
      return (WeirExtensionType) i;
  return WEIR_EXTENSION_UNKNOWN;
}

gboolean
ext_shape (const WeirExtensionShape *from, WeirShape *shape, GError **error)
{
  *shape = WEIR_SHAPE_UNKNOWN;
  if (from->rank == WEIR_RANK_UNKNOWN)
    return TRUE;
  if (from->rank < 0 || from->rank > WEIR_MAX_RANK)
    return weir_fail (error, WEIR_ERROR_SHAPE,
                      "the extension gave a shape of rank %d; expected -1 to %d",
                      from->rank, WEIR_MAX_RANK);
  for (int i = 0; i < from->rank; i++)
    if (from->dims[i] < WEIR_DIM_UNKNOWN)
      return weir_fail (error, WEIR_ERROR_SHAPE,
                        "the extension gave dimension %d as %" G_GINT64_FORMAT, i,
                        (gint64) from->dims[i]);
  shape->rank = from->rank;
  for (int i = 0; i < from->rank; i++)
    shape->dims[i] = from->dims[i];
  return TRUE;
}

void
ext_put_shape (const WeirShape *from, WeirExtensionShape *shape)
{
  *shape = (WeirExtensionShape){ .rank = from->rank };
  for (int i = 0; i < from->rank; i++)
    shape->dims[i] = from->dims[i];
}

gboolean
ext_fail (WeirExtensionContext *c, int code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (c->error == NULL)
    c->error = g_error_new_valist (WEIR_ERROR, code, format, args);
  va_end (args);
  return FALSE;
}

gboolean
ext_is (WeirExtensionContext *c, guint kinds, const char *function)
{
  static const char *const names[] = { "", "infer", "evaluate", "translate" };

  if ((kinds & (1u << c->kind)) != 0)
    return TRUE;
  return ext_fail (c, WEIR_ERROR_INTERNAL, "the extension calls %s in its %s", function,
                   names[c->kind]);
}

static void
fail_with (WeirExtensionContext *c, const char *message)
{
  g_autofree char *valid = g_utf8_make_valid (message != NULL ? message : "", -1);

  if (c == NULL)
    ext_register_fail (valid);
  else
    ext_fail (c, WEIR_ERROR_FORMAT, "%s", valid);
}

static void
free_attr (gpointer data)
{
  weir_attr_clear (data);
  g_free (data);
}

gboolean
ext_call (WeirExtensionContext *c, WeirExtensionCallback callback, void *user_data,
          GError **error)
{
  gboolean good;

  c->kept = g_ptr_array_new_with_free_func (free_attr);
  good = callback (&ext_host, c, user_data);
  if (!good)
    ext_fail (c, WEIR_ERROR_INTERNAL, "the extension failed and did not say why");
  g_clear_pointer (&c->kept, g_ptr_array_unref);
  if (c->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&c->error));
  return FALSE;
}

const WeirExtensionHost ext_host = {
  .abi = WEIR_EXTENSION_ABI,
  .size = sizeof (WeirExtensionHost),
  .add_op = ext_add_op,
  .add_translation = ext_add_translation,
  .fail = fail_with,
  .attr_int = ext_attr_int,
  .attr_float = ext_attr_float,
  .attr_string = ext_attr_string,
  .attr_ints = ext_attr_ints,
  .attr_floats = ext_attr_floats,
  .n_inputs = ext_n_inputs,
  .n_outputs = ext_n_outputs,
  .input_type = ext_input_type,
  .input_data = ext_input_data,
  .set_output_type = ext_set_output_type,
  .output_data = ext_output_data,
  .node_name = ext_node_name,
  .input = ext_input,
  .add_constant = ext_add_constant,
  .add_node = ext_add_node,
  .set_output = ext_set_output,
  .graph = &ext_graph,
};
