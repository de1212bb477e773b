#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#define N 14

/* From OpenVINO: subnormals, halves that go to even, and numbers beyond the largest. */
static void
check (const char *type, float scale, float shift, const float *expected)
{
  const float values[N] = { 0,       2e-3f,    0.0009765625f, 0.0014f,  0.1f,
                            0.3f,    1.05f,    1.07f,         3.14159f, 17,
                            -250.3f, -57344.f, 1e4f,          7e4f };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (N), values);
  g_autoptr (WeirTensor) s = weir_tensor_new_f32_scalar (scale);
  g_autoptr (WeirTensor) o = weir_tensor_new_f32_scalar (shift);
  WeirTensor *inputs[] = { x, s, o };
  WeirNode *node = begin_op (&builder, "FakeConvert", inputs, shift != 0 ? 3 : 2);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_string (node, "destination_type", type);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, expected, N);
}

static void
test_values (void)
{
  check ("f8e4m3", 1, 0,
         (float[]){ 0, 0.001953125f, 0, 0.001953125f, 0.1015625f, 0.3125f, 1, 1.125f,
                    3.25f, 16, -256, -448, 448, 448 });
  check ("f8e5m2", 1, 0,
         (float[]){ 0, 0.001953125f, 0.0009765625f, 0.00146484375f, 0.09375f, 0.3125f, 1,
                    1, 3, 16, -256, -57344, 10240, 57344 });
  check ("f8e4m3", 2, 0.5f,
         (float[]){ 0, 0, 0, 0, 0.09375f, 0.30078125f, 1.0625f, 1.0625f, 3.25f, 16.25f,
                    -223.75f, -223.75f, 224.25f, 224.25f });
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (3));
  g_autoptr (WeirTensor) large = iota_f32 (&WEIR_SHAPE (2, 3));
  WeirTensor *inputs[] = { x, large };
  WeirNode *node = begin_op (&builder, "FakeConvert", inputs, 2);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 1 has more elements than the data");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/fake-convert/values", test_values);
  g_test_add_func ("/ops/fake-convert/errors", test_errors);
  return g_test_run ();
}
