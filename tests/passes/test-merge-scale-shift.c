#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
channels (WeirBuilder *b, const char *name, guint32 seed)
{
  return weir_build_constant (b, name, random_f32 (&WEIR_SHAPE (1, 3, 1, 1), seed));
}

/* ((x - m) / s * g + 4) * 2, then read once, or twice in the middle. */
static WeirGraph *
make_chain (gboolean read_twice)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 2, 2));
  WeirPort y = weir_build2 (&b, "Subtract", "mean", x, channels (&b, "m", 1));

  y = weir_build2 (&b, "Divide", "scale", y, weir_build_scalar (&b, "s", y, 57));
  y = weir_build2 (&b, "Multiply", "gamma", channels (&b, "g", 2), y);
  if (read_twice)
    weir_build_result (&b, "z", y);
  y = weir_build2 (&b, "Add", "four", y, weir_build_scalar (&b, "f", y, 4));
  y = weir_build2 (&b, "Multiply", "two", y, weir_build_scalar (&b, "t", y, 2));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_chain (void)
{
  g_autoptr (WeirGraph) graph = make_chain (FALSE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_scale_shift, NULL);

  g_assert_cmpuint (count_op (after, "Multiply"), ==, 1);
  g_assert_cmpuint (count_op (after, "Add"), ==, 1);
  g_assert_cmpuint (count_op (after, "Divide") + count_op (after, "Subtract"), ==, 0);
  g_assert_true (weir_node_is (weir_graph_find (after, "two"), "Add"));
}

static void
test_read_twice (void)
{
  g_autoptr (WeirGraph) graph = make_chain (TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_scale_shift, NULL);

  g_assert_cmpuint (count_op (after, "Multiply"), ==, 2);
  g_assert_cmpuint (count_op (after, "Add"), ==, 2);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make_chain (FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_scale_shift, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Multiply"), ==, 1);
}

/* Whole numbers are cut off when they are divided. */
static void
test_integers (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_I32, &WEIR_SHAPE (5));
  WeirPort y = weir_build2 (&b, "Divide", "half", x, weir_build_scalar (&b, "two", x, 2));

  y = weir_build2 (&b, "Multiply", "double", y, weir_build_scalar (&b, "two", x, 2));
  weir_build_result (&b, "y", y);
  after = run_pass (graph, weir_pass_merge_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Divide"), ==, 1);
}

/* A column and a row stay apart: joined they would be a matrix. */
static void
test_outer_product (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (8, 9));
  WeirPort column = weir_build_constant (&b, "c", random_f32 (&WEIR_SHAPE (8, 1), 1));
  WeirPort row = weir_build_constant (&b, "r", random_f32 (&WEIR_SHAPE (9), 2));
  WeirPort y = weir_build2 (&b, "Multiply", "by column", x, column);

  weir_build_result (&b, "y", weir_build2 (&b, "Multiply", "by row", y, row));
  after = run_pass (graph, weir_pass_merge_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, 2);
}

/* Weights of eight bits, made floats: (convert (w) - zero) * scale stays to be seen. */
static void
test_quantised_weights (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirTensor *bytes = weir_tensor_new (WEIR_DTYPE_I8, &WEIR_SHAPE (4), NULL);
  WeirPort w = weir_build_constant (&b, "w", bytes);

  w = weir_build_convert (&b, "float", w, WEIR_DTYPE_F32);
  w = weir_build2 (&b, "Subtract", "zero", w, weir_build_scalar (&b, "z", w, 3));
  weir_build_result (&b, "y", weir_build1 (&b, "Exp", "y", w));
  after = run_pass (graph, weir_pass_merge_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Subtract"), ==, 1);
}

/* A sign before or behind a factor is one; alone it stays what it is. */
static guint
signs_left (gboolean before, gboolean behind)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 2, 2));

  if (before)
    x = weir_build2 (&b, "Multiply", "before", x, channels (&b, "g", 2));
  x = weir_build1 (&b, "Negative", "sign", x);
  if (behind)
    x = weir_build2 (&b, "Multiply", "behind", channels (&b, "g", 3), x);
  weir_build_result (&b, "y", x);
  after = run_pass (graph, weir_pass_merge_scale_shift, NULL);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, before || behind);
  return count_op (after, "Negative");
}

static void
test_sign (void)
{
  g_assert_cmpuint (signs_left (TRUE, FALSE), ==, 0);
  g_assert_cmpuint (signs_left (FALSE, TRUE), ==, 0);
  g_assert_cmpuint (signs_left (TRUE, TRUE), ==, 0);
  g_assert_cmpuint (signs_left (FALSE, FALSE), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-scale-shift/chain", test_chain);
  g_test_add_func ("/passes/merge-scale-shift/read-twice", test_read_twice);
  g_test_add_func ("/passes/merge-scale-shift/in-if", test_in_if);
  g_test_add_func ("/passes/merge-scale-shift/integers", test_integers);
  g_test_add_func ("/passes/merge-scale-shift/outer-product", test_outer_product);
  g_test_add_func ("/passes/merge-scale-shift/quantised-weights", test_quantised_weights);
  g_test_add_func ("/passes/merge-scale-shift/sign", test_sign);
  return g_test_run ();
}
