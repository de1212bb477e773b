#include "compare.h"
#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* x + exp (0) * 2, where the sum of constants is called "k". */
static WeirGraph *
make_sum (gsize n)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));
  WeirTensor *zeros =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE ((gint64) n, 1, 1), NULL);
  WeirPort c = weir_build1 (&b, "Exp", "e", weir_build_constant (&b, "c", zeros));
  WeirPort k = weir_build2 (&b, "Multiply", "k", c, weir_build_scalar (&b, "two", c, 2));

  weir_edit_add_tensor_name (graph, k, "k:0");
  weir_build_result (&b, "y", weir_build2 (&b, "Add", "y", x, k));
  weir_build_result (&b, "k", k);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_folds (void)
{
  g_autoptr (WeirGraph) graph = make_sum (2000);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fold_constants, NULL);
  WeirPort k = weir_graph_find_tensor (after, "k:0");

  g_assert_cmpuint (count_op (after, "Exp"), ==, 0);
  g_assert_true (weir_node_is (weir_graph_node (after, k.node), "Constant"));
  g_assert_cmpfloat (weir_tensor_get (weir_graph_info (after, k)->value, 1999), ==, 2);
}

/* A convolution of nothing but constants that would take too long stays. */
static void
test_too_much_work (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_constant (
      &b, "x", weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (1, 8, 256, 256), NULL));
  WeirPort w = weir_build_constant (
      &b, "w", weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (8, 8, 9, 9), NULL));
  WeirNode *node = weir_build_begin (&b, "Convolution", "y", WEIR_INPUTS (x, w));

  weir_node_set_ints (node, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (node, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);
  after = run_pass_only (graph, weir_pass_fold_constants, NULL);
  g_assert_cmpuint (count_op (after, "Convolution"), ==, 1);
}

/* A small constant that is added to itself along new dimensions, again and again. */
static void
test_bomb (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirShape shape = WEIR_SHAPE (2048, 1);
  WeirPort column =
      weir_build_constant (&b, "column", weir_tensor_new (WEIR_DTYPE_F32, &shape, NULL));
  WeirPort row = weir_build_constant (
      &b, "row", weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (4096), NULL));

  weir_build_result (&b, "y", weir_build2 (&b, "Add", "y", column, row));
  g_assert_no_error (b.error);
  after = run_pass_only (graph, weir_pass_fold_constants, NULL);
  g_assert_cmpuint (count_op (after, "Add"), ==, 1);
}

static WeirGraph *
make_compressed (WeirDtype from)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));
  WeirTensor *half = weir_tensor_new (from, &WEIR_SHAPE (3), NULL);
  WeirPort w;

  weir_dtype_store (from, weir_tensor_writable (half), 1, 2);
  w = weir_build_convert (&b, "w", weir_build_constant (&b, "w_compressed", half),
                          WEIR_DTYPE_F32);
  if (from == WEIR_DTYPE_F16)
    weir_edit_set_rt_info (weir_graph_node (graph, w.node), "decompression", "");
  weir_build_result (&b, "y", weir_build2 (&b, "Add", "y", x, w));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_decompression (void)
{
  g_autoptr (WeirGraph) graph = make_compressed (WEIR_DTYPE_F16);
  g_autoptr (WeirGraph) kept = run_pass (graph, weir_pass_fold_constants, NULL);
  g_autoptr (WeirGraph) folded = run_pass (graph, weir_pass_fold_all, NULL);

  g_assert_cmpuint (count_op (kept, "Convert"), ==, 1);
  g_assert_cmpuint (count_op (folded, "Convert"), ==, 0);
}

/* Weights of eight bits stay what they are, for whoever can use them so. */
static void
test_eight_bits (void)
{
  g_autoptr (WeirGraph) graph = make_compressed (WEIR_DTYPE_I8);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fold_constants, NULL);

  g_assert_cmpuint (count_op (after, "Convert"), ==, 1);
}

/* x + convert (k), the constant of eight bits and two elements. */
static WeirGraph *
make_zero_point (const gint8 *values)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 2));
  WeirPort k = weir_build_constant (
      &b, "k", weir_tensor_new_copy (WEIR_DTYPE_I8, &WEIR_SHAPE (2), values, NULL));

  k = weir_build_convert (&b, "wide", k, WEIR_DTYPE_F32);
  weir_build_result (&b, "y", weir_build2 (&b, "Add", "y", x, k));
  g_assert_no_error (b.error);
  return graph;
}

/* Zero points that are all zero are nothing to keep. */
static void
test_zero_points (void)
{
  g_autoptr (WeirGraph) zeros = make_zero_point ((const gint8[]){ 0, 0 });
  g_autoptr (WeirGraph) others = make_zero_point ((const gint8[]){ 0, 3 });
  g_autoptr (WeirGraph) zeros_after = run_pass (zeros, weir_pass_fold_constants, NULL);
  g_autoptr (WeirGraph) others_after = run_pass (others, weir_pass_fold_constants, NULL);

  g_assert_cmpuint (count_op (zeros_after, "Convert"), ==, 0);
  g_assert_cmpuint (count_op (others_after, "Convert"), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make_sum (2000));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fold_constants, NULL);
  const WeirNode *node = only_op (after, "If");

  g_assert_cmpuint (count_op (node->bodies[0].graph, "Exp"), ==, 0);
  g_assert_cmpuint (count_op (node->bodies[1].graph, "Exp"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fold-constants/folds", test_folds);
  g_test_add_func ("/passes/fold-constants/too-much-work", test_too_much_work);
  g_test_add_func ("/passes/fold-constants/bomb", test_bomb);
  g_test_add_func ("/passes/fold-constants/decompression", test_decompression);
  g_test_add_func ("/passes/fold-constants/eight-bits", test_eight_bits);
  g_test_add_func ("/passes/fold-constants/zero-points", test_zero_points);
  g_test_add_func ("/passes/fold-constants/in-if", test_in_if);
  return g_test_run ();
}
