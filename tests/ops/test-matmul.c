#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include "ir/infer.h"

static WeirTensor *
run (WeirTensor *a, WeirTensor *b, gboolean transpose_a, gboolean transpose_b)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { a, b };
  WeirNode *node = begin_op (&builder, "MatMul", inputs, 2);

  weir_node_set_bool (node, "transpose_a", transpose_a);
  weir_node_set_bool (node, "transpose_b", transpose_b);
  return run_op (&builder, node, inputs, 0);
}

/* The rows of 0..11 with 0..5, from NumPy; the second stack is repeated. */
static void
test_stacks (void)
{
  const float product[] = { 10, 13, 28, 40, 46, 67, 64, 94 };
  const float turned[] = { 3, 9,  15, 4,  14, 24, 5,  19, 33,
                           9, 39, 69, 10, 44, 78, 11, 49, 87 };
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 2, 3));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (1, 3, 2));
  g_autoptr (WeirTensor) plain = run (a, b, FALSE, FALSE);
  g_autoptr (WeirTensor) both = run (a, b, TRUE, TRUE);

  assert_shape (weir_tensor_shape (plain), "[2,2,2]");
  assert_f32 (plain, product, G_N_ELEMENTS (product));
  assert_shape (weir_tensor_shape (both), "[2,3,3]");
  assert_f32 (both, turned, G_N_ELEMENTS (turned));
}

static void
test_vectors (void)
{
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 2, 3));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (3, 2));
  g_autoptr (WeirTensor) v = iota_f32 (&WEIR_SHAPE (3));
  g_autoptr (WeirTensor) av = run (a, v, FALSE, TRUE);
  g_autoptr (WeirTensor) vb = run (v, b, TRUE, FALSE);
  g_autoptr (WeirTensor) vv = run (v, v, FALSE, FALSE);

  assert_shape (weir_tensor_shape (av), "[2,2]");
  assert_f32 (av, (float[]){ 5, 14, 23, 32 }, 4);
  assert_shape (weir_tensor_shape (vb), "[2]");
  assert_f32 (vb, (float[]){ 10, 13 }, 2);
  assert_shape (weir_tensor_shape (vv), "[]");
  assert_f32 (vv, (float[]){ 5 }, 1);
}

/* Every way through the loops against sums in the plainest order. */
static void
test_sizes (void)
{
  for (guint i = 0; i < 4 * 6; i++) {
    gint64 m = 3, k = 1 + i / 4, n = 5;
    gboolean ta = i % 2, tb = i / 2 % 2;
    g_autoptr (WeirTensor) a =
        random_f32 (ta ? &WEIR_SHAPE (k, m) : &WEIR_SHAPE (m, k), i);
    g_autoptr (WeirTensor) b =
        random_f32 (tb ? &WEIR_SHAPE (n, k) : &WEIR_SHAPE (k, n), i + 100);
    g_autoptr (WeirTensor) y = run (a, b, ta, tb);
    g_autoptr (WeirTensor) a64 = weir_tensor_convert (a, WEIR_DTYPE_F64, NULL);
    g_autoptr (WeirTensor) b64 = weir_tensor_convert (b, WEIR_DTYPE_F64, NULL);
    g_autoptr (WeirTensor) y64 = run (a64, b64, ta, tb);
    float expected[15];

    for (gint64 at = 0; at < m * n; at++) {
      double sum = 0;

      for (gint64 j = 0; j < k; j++)
        sum += weir_tensor_get (a, (gsize) (ta ? j * m + at / n : at / n * k + j)) *
               weir_tensor_get (b, (gsize) (tb ? at % n * k + j : j * n + at % n));
      expected[at] = (float) sum;
    }
    assert_f32 (y, expected, G_N_ELEMENTS (expected));
    assert_f32 (y64, expected, G_N_ELEMENTS (expected));
  }
}

static void
test_types (void)
{
  g_autoptr (WeirTensor) wide = iota_f32 (&WEIR_SHAPE (2, 2));
  g_autoptr (WeirTensor) half = weir_tensor_convert (wide, WEIR_DTYPE_F16, NULL);
  g_autoptr (WeirTensor) y = run (half, half, FALSE, FALSE);
  g_autoptr (WeirTensor) large =
      ints (&WEIR_SHAPE (1, 2), (gint64[]){ 9007199254740993, 1 });
  g_autoptr (WeirTensor) exact = run (large, large, FALSE, TRUE);

  assert_f32 (y, (float[]){ 2, 3, 6, 11 }, 4);
  assert_ints (exact, (gint64[]){ 18014398509481986 }, 1);
}

static void
test_empty (void)
{
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 0));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (0, 3));
  g_autoptr (WeirTensor) zeros = run (a, b, FALSE, FALSE);
  g_autoptr (WeirTensor) nothing = run (b, a, TRUE, TRUE);

  assert_f32 (zeros, (float[]){ 0, 0, 0, 0, 0, 0 }, 6);
  assert_shape (weir_tensor_shape (nothing), "[3,2]");
}

static void
check_shapes (const WeirShape *a, const WeirShape *b, const char *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort pa = weir_build_parameter (&builder, "a", WEIR_DTYPE_F32, a);
  WeirPort pb = weir_build_parameter (&builder, "b", WEIR_DTYPE_F32, b);
  WeirPort y = weir_build2 (&builder, "MatMul", "y", pa, pb);

  g_assert_no_error (builder.error);
  assert_shape (weir_graph_shape (graph, y), expected);
}

static void
test_unknown (void)
{
  check_shapes (&WEIR_SHAPE (-1, 4, 3), &WEIR_SHAPE (3, -1), "[?,4,?]");
  check_shapes (&WEIR_SHAPE (-1, -1), &WEIR_SHAPE (3, 5), "[?,5]");
  check_shapes (&WEIR_SHAPE_UNKNOWN, &WEIR_SHAPE (3, 5), "[...]");
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 3));
  g_autoptr (WeirTensor) scalar = weir_tensor_new_f32_scalar (1);
  WeirTensor *same[] = { a, a }, *with_scalar[] = { a, scalar };
  WeirNode *node = begin_op (&builder, "MatMul", same, 2);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "the first operand has 3 columns, the second 2 rows");
  node = begin_op (&builder, "MatMul", with_scalar, 2);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "expected matrices, found a scalar");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/matmul/stacks", test_stacks);
  g_test_add_func ("/ops/matmul/vectors", test_vectors);
  g_test_add_func ("/ops/matmul/sizes", test_sizes);
  g_test_add_func ("/ops/matmul/types", test_types);
  g_test_add_func ("/ops/matmul/empty", test_empty);
  g_test_add_func ("/ops/matmul/unknown", test_unknown);
  g_test_add_func ("/ops/matmul/errors", test_errors);
  return g_test_run ();
}
