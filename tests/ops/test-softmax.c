#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

static const float values[] = { 0, 1, 2, 3, -1, 1 };

static WeirTensor *
run (const char *op, gint64 axis, WeirDtype dtype)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) wide = weir_tensor_new_f32 (&WEIR_SHAPE (2, 3), values);
  g_autoptr (WeirTensor) x = weir_tensor_convert (wide, dtype, NULL);
  WeirNode *node = begin_op (&builder, op, &x, 1);

  weir_node_set_int (node, "axis", axis);
  return run_op (&builder, node, &x, 0);
}

/* From NumPy. */
static void
test_values (void)
{
  const float rows[] = { 0.090030573f, 0.244728476f, 0.66524094f,
                         0.866813362f, 0.015876237f, 0.117310420f };
  const float columns[] = { 0.0474258736f, 0.880797029f, 0.731058598f,
                            0.952574134f,  0.119202919f, 0.268941432f };
  const float logarithms[] = { -2.40760589f,  -1.40760601f, -0.407606006f,
                               -0.142931640f, -4.14293146f, -2.14293146f };
  g_autoptr (WeirTensor) last = run ("Softmax", -1, WEIR_DTYPE_F32);
  g_autoptr (WeirTensor) wide = run ("Softmax", 1, WEIR_DTYPE_F64);
  g_autoptr (WeirTensor) first = run ("Softmax", 0, WEIR_DTYPE_F32);
  g_autoptr (WeirTensor) logarithm = run ("LogSoftmax", -1, WEIR_DTYPE_F32);

  assert_f32 (last, rows, 6);
  assert_f32 (wide, rows, 6);
  assert_f32 (first, columns, 6);
  assert_f32 (logarithm, logarithms, 6);
}

/* e^1000 is beyond any float, its share is not. */
static void
test_large (void)
{
  const float large[] = { 1000, 1000, -INFINITY };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), large);
  WeirNode *node = begin_op (&builder, "Softmax", &x, 1);
  g_autoptr (WeirTensor) y = run_op (&builder, node, &x, 0);

  assert_f32 (y, (float[]){ 0.5f, 0.5f, 0 }, 3);
}

static void
test_axis (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 3));
  g_autoptr (WeirTensor) empty = iota_f32 (&WEIR_SHAPE (2, 0));
  WeirNode *node = begin_op (&builder, "Softmax", &x, 1);
  WeirNode *of_empty = begin_op (&builder, "Softmax", &empty, 1);
  g_autoptr (WeirTensor) nothing = run_op (&builder, of_empty, &empty, 0);

  weir_node_set_int (node, "axis", 2);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "axis 2 is out of range");
  assert_shape (weir_tensor_shape (nothing), "[2,0]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/softmax/values", test_values);
  g_test_add_func ("/ops/softmax/large", test_large);
  g_test_add_func ("/ops/softmax/axis", test_axis);
  return g_test_run ();
}
