#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Expected values were computed with OpenVINO. */

static WeirTensor *
numbers (void)
{
  return noise_f32 (&WEIR_SHAPE (1, 16, 1, 2), 1, -2, 4);
}

static void
check (const char *attrs, const char *shape, const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = numbers ();
  WeirNode *node = begin_op (&builder, "RegionYolo", &x, 1);
  g_autoptr (WeirTensor) y = NULL;

  set_attrs (node, "axis=1; end_axis=3; coords=4; classes=3");
  set_attrs (node, attrs);
  y = run_op (&builder, node, &x, 0);
  assert_shape (weir_tensor_shape (y), shape);
  assert_f32 (y, expected, 32);
}

static void
test_region (void)
{
  const float softened[] = { 0.7944564f,  0.7373035f,  0.1753753f,   0.5149955f,
                             -1.796f,     0.5079999f,  -1.96f,       -0.324f,
                             0.240124f,   0.1602997f,  0.8382965f,   0.6815099f,
                             0.05863734f, 0.04029835f, 0.1030662f,   0.2781917f,
                             0.1619215f,  0.2195998f,  0.1896939f,   0.5656193f,
                             1.864f,      1.912f,      -0.01999998f, -0.756f,
                             0.3700505f,  0.1438099f,  0.02613065f,  0.06307518f,
                             0.7861197f,  0.6707037f,  0.1877495f,   0.2662212f };
  const float squashed[] = { 0.7944564f, 0.7373035f, 0.1753753f,   0.5149955f, -1.796f,
                             0.5079999f, -1.96f,     -0.324f,      0.240124f,  0.1602997f,
                             0.7302714f, 0.7442164f, 0.1592258f,   0.1467903f, 0.2497399f,
                             0.5428943f, 0.1619215f, 0.2195998f,   0.1896939f, 0.5656193f,
                             1.864f,     1.912f,     -0.01999998f, -0.756f,    0.3700505f,
                             0.1438099f, 0.132849f,  0.1946616f,   0.8217135f, 0.7199069f,
                             0.5239816f, 0.5049998f };

  check ("num=2", "[1,32]", softened);
  check ("num=2; axis=0; end_axis=-1", "[32]", softened);
  check ("num=2; end_axis=1", "[1,16,1,2]", softened);
  check ("num=3; mask=1,2; do_softmax=false", "[1,16,1,2]", squashed);
}

/* Numbers of OpenVINO's runtime. */
static void
test_reorg (void)
{
  const float expected[] = {
    0, 2,  4,  6,  16, 18, 20, 22, 1, 3,  5,  7,  17, 19, 21, 23,
    8, 10, 12, 14, 24, 26, 28, 30, 9, 11, 13, 15, 25, 27, 29, 31
  };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 4, 2, 4));
  WeirNode *node = begin_op (&builder, "ReorgYolo", &x, 1);
  g_autoptr (WeirTensor) y = NULL;

  set_attrs (node, "stride=2");
  y = run_op (&builder, node, &x, 0);
  assert_shape (weir_tensor_shape (y), "[1,16,1,2]");
  assert_f32 (y, expected, G_N_ELEMENTS (expected));
  set_attrs (node, "stride=3");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "4 channels are no multiple of the square of the stride 3");
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = numbers ();
  WeirNode *node = begin_op (&builder, "RegionYolo", &x, 1);

  set_attrs (node, "axis=3; end_axis=1; coords=4; classes=3; num=2");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "end_axis 1 is before axis 3");
  set_attrs (node, "num=5");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "expected [batch,40,height,width] for 5 anchors, found [1,16,1,2]");
  set_attrs (node, "axis=4; num=2");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "axis 4 is out of range for rank 4");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/region/region", test_region);
  g_test_add_func ("/ops/region/reorg", test_reorg);
  g_test_add_func ("/ops/region/errors", test_errors);
  return g_test_run ();
}
