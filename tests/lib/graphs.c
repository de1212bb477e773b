#include "graphs.h"

#include "base/error.h"
#include "compare.h"
#include "ir/evaluate.h"
#include "ir/infer.h"

#include <string.h>

WeirTensor *
random_f32 (const WeirShape *shape, guint32 seed)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] = (float) g_rand_double_range (rand, -1, 1);
  return tensor;
}

WeirTensor *
noise_f32 (const WeirShape *shape, guint32 seed, float low, float range)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    values[i] = (float) ((seed >> 16) % 1000) / 1000 * range + low;
  }
  return tensor;
}

WeirTensor *
iota_f32 (const WeirShape *shape)
{
  WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, shape, NULL);
  float *values = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i++)
    values[i] = (float) i;
  return tensor;
}

WeirTensor *
ints (const WeirShape *shape, const gint64 *values)
{
  return weir_tensor_new_copy (WEIR_DTYPE_I64, shape, values, NULL);
}

WeirNode *
begin_op_constants (WeirBuilder *builder, const char *op, WeirTensor *const *inputs,
                    guint n_inputs, guint first_constant, guint n_outputs)
{
  g_autofree WeirPort *ports = g_new0 (WeirPort, MAX (n_inputs, 1));
  WeirNode *node;

  for (guint i = 0; i < n_inputs; i++) {
    g_autofree char *name = g_strdup_printf ("input%u", i);

    ports[i] = i >= first_constant
                   ? weir_build_constant (builder, name, weir_tensor_ref (inputs[i]))
                   : weir_build_parameter (builder, name, weir_tensor_dtype (inputs[i]),
                                           weir_tensor_shape (inputs[i]));
  }
  node = weir_build_begin_outputs (builder, op, "node", ports, n_inputs, n_outputs);
  g_assert_no_error (builder->error);
  return node;
}

WeirNode *
begin_op (WeirBuilder *builder, const char *op, WeirTensor *const *inputs, guint n_inputs)
{
  return begin_op_constants (builder, op, inputs, n_inputs, n_inputs, 0);
}

WeirTensor *
run_op (WeirBuilder *builder, WeirNode *node, WeirTensor *const *inputs, guint port)
{
  g_autofree WeirTensor **outputs = g_new0 (WeirTensor *, MAX (node->n_outputs, 1));
  GError *error = NULL;
  WeirTensor *result;

  weir_node_infer (builder->graph, node, &error);
  g_assert_no_error (error);
  weir_node_evaluate (node, inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < node->n_outputs; i++) {
    WeirShape shape = node->outputs[i].info.shape;

    g_assert_cmpint (weir_tensor_dtype (outputs[i]), ==, node->outputs[i].info.dtype);
    g_assert_true (weir_shape_merge (&shape, weir_tensor_shape (outputs[i])));
  }
  result = weir_tensor_ref (outputs[port]);
  for (guint i = 0; i < node->n_outputs; i++)
    weir_tensor_unref (outputs[i]);
  return result;
}

void
expect_infer_error (WeirBuilder *builder, WeirNode *node, int code, const char *text)
{
  GError *error = NULL;

  g_assert_false (weir_node_infer (builder->graph, node, &error));
  g_assert_error (error, WEIR_ERROR, code);
  assert_says (error, text);
  g_error_free (error);
}

static void
set_attr (WeirNode *node, const char *name, const char *value)
{
  const WeirAttrRow *rows = node->op->attrs;
  GError *error = NULL;

  for (guint i = 0; rows != NULL && rows[i].name != NULL; i++)
    if (strcmp (rows[i].name, name) == 0) {
      weir_attr_parse (&rows[i], value, &node->attrs[i], &error);
      g_assert_no_error (error);
      return;
    }
  g_error ("%s has no attribute '%s'", node->op->name, name);
}

void
set_attrs (WeirNode *node, const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (parts[i], "=", 2);

    if (pair[0] != NULL && pair[1] != NULL)
      set_attr (node, g_strstrip (pair[0]), pair[1]);
  }
}
