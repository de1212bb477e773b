#include "compare.h"
#include "graphs.h"
#include "ir/match.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
input (WeirBuilder *b, const WeirShape *shape)
{
  return weir_build_parameter (b, "x", WEIR_DTYPE_F32, shape);
}

static WeirGraph *
end (WeirBuilder *b, WeirPort y, WeirPass pass)
{
  g_autoptr (WeirGraph) graph = b->graph;

  weir_build_result (b, "y", weir_build1 (b, "Abs", "last", y));
  g_assert_no_error (b->error);
  return run_pass (graph, pass, NULL);
}

static void
test_reshapes (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (-1, 4, 6));
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_reshape (&b, "one", x, (gint64[]){ 0, 24 }, 2, TRUE);
  x = weir_build_reshape (&b, "two", x, (gint64[]){ 0, 2, 12 }, 3, TRUE);
  x = weir_build_reshape (&b, "three", x, (gint64[]){ -1, 4, 6 }, 3, FALSE);
  after = end (&b, x, weir_pass_reshape_chains);
  g_assert_cmpuint (count_op (after, "Reshape"), ==, 0);
}

/* The second copies a dimension that the first has made. */
static void
test_copied_dimension (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (-1, 4, 6));
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_reshape (&b, "one", x, (gint64[]){ -1, 24 }, 2, TRUE);
  x = weir_build_reshape (&b, "two", x, (gint64[]){ -1, 0, 1 }, 3, TRUE);
  after = end (&b, x, weir_pass_reshape_chains);
  g_assert_cmpuint (count_op (after, "Reshape"), ==, 2);
}

static void
test_transposes (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (-1, 4, 6));
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_transpose (&b, "one", x, (gint64[]){ 1, 2, 0 }, 3);
  x = weir_build_transpose (&b, "two", x, (gint64[]){ 0, 2, 1 }, 3);
  x = weir_build_transpose (&b, "three", x, (gint64[]){ 2, 0, 1 }, 3);
  after = end (&b, x, weir_pass_reshape_chains);
  g_assert_cmpuint (count_op (after, "Transpose"), ==, 1);
  assert_shape (&weir_graph_find (after, "last")->outputs[0].info.shape, "[6,4,?]");
}

/* Only dimensions of one move: no Transpose, and the batch may change later. */
static void
test_moves_nothing (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (2, 1, 6, 4));
  g_autoptr (WeirGraph) after = NULL;
  gint64 first;

  x = weir_build_transpose (&b, "t", x, (gint64[]){ 0, 2, 3, 1 }, 4);
  after = end (&b, x, weir_pass_reshape_chains);
  g_assert_cmpuint (count_op (after, "Transpose"), ==, 0);
  first =
      weir_tensor_get_int (weir_match_constant (after, only_op (after, "Reshape"), 1), 0);
  g_assert_cmpint (first, ==, 0);
}

static void
test_squeeze_pairs (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (-1, 4, 1, 6));
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_unsqueeze (&b, "one", x, (gint64[]){ 1, -1 }, 2);
  x = weir_build_squeeze (&b, "two", x, (gint64[]){ 5, 1 }, 2);
  x = weir_build_squeeze (&b, "three", x, (gint64[]){ 2 }, 1);
  x = weir_build_unsqueeze (&b, "four", x, (gint64[]){ -2 }, 1);
  after = end (&b, x, weir_pass_reshape_chains);
  g_assert_cmpuint (count_op (after, "Squeeze") + count_op (after, "Unsqueeze"), ==, 0);
}

static void
test_squeeze_to_reshape (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = input (&b, &WEIR_SHAPE (-1, 4, 1, -1));
  g_autoptr (WeirGraph) after = NULL;

  x = weir_build_squeeze (&b, "one", x, (gint64[]){ 2 }, 1);
  after = end (&b, x, weir_pass_squeeze_to_reshape);
  g_assert_cmpuint (count_op (after, "Reshape"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/reshape-chains/reshapes", test_reshapes);
  g_test_add_func ("/passes/reshape-chains/copied-dimension", test_copied_dimension);
  g_test_add_func ("/passes/reshape-chains/transposes", test_transposes);
  g_test_add_func ("/passes/reshape-chains/moves-nothing", test_moves_nothing);
  g_test_add_func ("/passes/reshape-chains/squeeze-pairs", test_squeeze_pairs);
  g_test_add_func ("/passes/reshape-chains/squeeze-to-reshape", test_squeeze_to_reshape);
  return g_test_run ();
}
