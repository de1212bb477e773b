#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/**
 * Case:
 * @low, @high: output range; the input range is -1..0.9
 * @levels: of the FakeQuantize
 * @subtracts: whether the zero point is none of the levels' own
 */
typedef struct {
  float low, high;
  gint64 levels;
  gboolean subtracts;
} Case;

static const Case cases[] = {
  { -1, 127.0F / 128, 256, FALSE }, /* as two's complement counts */
  { -0.8F, 0.8F, 255, FALSE },
  { -0.25F, 1, 256, TRUE },
  { 0, 6, 16, TRUE },
};

/* x [N, 4, 5] times the weights [5, 3], with ranges for each of the three columns. */
static WeirGraph *
make (const Case *c, WeirDtype dtype, gboolean constant)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", dtype, &WEIR_SHAPE (-1, 4, 5)), inputs[5];
  const float ranges[4] = { -1, 0.9F, c->low, c->high };
  WeirNode *node;

  inputs[0] = constant ? weir_build_constant (&b, "w", random_f32 (&WEIR_SHAPE (5, 3), 4))
                       : weir_build_parameter (&b, "w", dtype, &WEIR_SHAPE (5, 3));
  if (constant)
    inputs[0] = weir_build_constant (
        &b, "w",
        weir_tensor_convert (weir_graph_info (graph, inputs[0])->value, dtype, NULL));
  for (guint i = 0; i < 4; i++) {
    const float values[] = { ranges[i], ranges[i] * 2, ranges[i] * 0.5F };
    g_autoptr (WeirTensor) range = weir_tensor_new_f32 (&WEIR_SHAPE (3), values);

    inputs[i + 1] =
        weir_build_constant (&b, "range", weir_tensor_convert (range, dtype, NULL));
  }
  node = weir_build_begin (&b, "FakeQuantize", "quantized", inputs, 5);
  weir_node_set_int (node, "levels", c->levels);
  weir_build_result (&b, "y",
                     weir_build2 (&b, "MatMul", "y", x, weir_build_end (&b, node)));
  g_assert_no_error (b.error);
  return graph;
}

/* The one constant of eight bits. */
static const WeirTensor *
stored (const WeirGraph *graph)
{
  const WeirNode *node = weir_node_input (graph, only_op (graph, "Convert"), 0);

  g_assert_true (weir_node_is (node, "Constant"));
  g_assert_cmpint (node->outputs[0].info.dtype, ==, WEIR_DTYPE_I8);
  return node->outputs[0].info.value;
}

/* run_pass() compares what both compute. */
static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i], WEIR_DTYPE_F32, TRUE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_weights, NULL);

    g_test_message ("case %u", i);
    g_assert_cmpuint (weir_tensor_count (stored (after)), ==, 15);
    g_assert_cmpuint (count_op (after, "FakeQuantize"), ==, 0);
    g_assert_cmpuint (count_op (after, "Subtract"), ==, cases[i].subtracts);
    g_assert_cmpuint (count_op (after, "Multiply"), ==, 1);
  }
}

/* By hand: from -1..1 to the levels -2..1 of four, at -2/3, 0 and 2/3 a new one begins.
 */
static void
test_levels (void)
{
  static const float weights[] = { -3, -0.7F, -0.6F, -0.1F, 0.1F, 0.6F, 0.7F, 5 };
  static const gint64 levels[] = { -2, -2, -1, -1, 0, 0, 1, 1 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort w =
      weir_build_constant (&b, "w", weir_tensor_new_f32 (&WEIR_SHAPE (8), weights));
  WeirPort low = weir_build_scalar (&b, "low", w, -1);
  WeirPort high = weir_build_scalar (&b, "high", w, 1);
  WeirNode *node = weir_build_begin (&b, "FakeQuantize", "quantized",
                                     WEIR_INPUTS (w, low, high, low, high));

  weir_node_set_int (node, "levels", 4);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);

  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_weights, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    g_assert_cmpint (weir_tensor_get_int (stored (after), i), ==, levels[i]);
}

static void
test_left_alone (void)
{
  static const Case wide = { -1, 1, 257, TRUE }, falling = { 1, -1, 256, TRUE };
  g_autoptr (WeirGraph) many = make (&wide, WEIR_DTYPE_F32, TRUE);
  g_autoptr (WeirGraph) turned = make (&falling, WEIR_DTYPE_F32, TRUE);
  g_autoptr (WeirGraph) variable = make (&cases[0], WEIR_DTYPE_F32, FALSE);
  g_autoptr (WeirGraph) many_after = run_pass (many, weir_pass_compress_weights, NULL);
  g_autoptr (WeirGraph) turned_after =
      run_pass (turned, weir_pass_compress_weights, NULL);
  g_autoptr (WeirGraph) variable_after =
      run_pass (variable, weir_pass_compress_weights, NULL);

  g_assert_cmpuint (count_op (many_after, "FakeQuantize"), ==, 1);
  g_assert_cmpuint (count_op (turned_after, "FakeQuantize"), ==, 1);
  g_assert_cmpuint (count_op (variable_after, "FakeQuantize"), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&cases[1], WEIR_DTYPE_F32, TRUE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_compress_weights, NULL);

  stored (only_op (after, "If")->bodies[0].graph);
}

static void
test_f16 (void)
{
  g_autoptr (WeirGraph) graph = make (&cases[1], WEIR_DTYPE_F16, TRUE);
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_compress_weights, NULL);

  stored (after);
  assert_equivalent (graph, after, 5e-3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/compress-weights/cases", test_cases);
  g_test_add_func ("/passes/compress-weights/levels", test_levels);
  g_test_add_func ("/passes/compress-weights/left-alone", test_left_alone);
  g_test_add_func ("/passes/compress-weights/in-if", test_in_if);
  g_test_add_func ("/passes/compress-weights/f16", test_f16);
  return g_test_run ();
}
