#include "graphs.h"
#include "ir/match.h"
#include "passes.h"
#include "passes/list.h"

/* [1,4,6,6] rounded to 256 levels of one step. */
static WeirPort
fake_quantize (WeirBuilder *b, const char *name, WeirPort x, double step)
{
  WeirPort low = weir_build_scalar (b, "low", x, -128 * step);
  WeirPort high = weir_build_scalar (b, "high", x, 127 * step);
  WeirNode *node =
      weir_build_begin (b, "FakeQuantize", name, WEIR_INPUTS (x, low, high, low, high));

  weir_node_set_int (node, "levels", 256);
  return weir_build_end (b, node);
}

static WeirPort
parameter (WeirBuilder *b, const char *name)
{
  return weir_build_parameter (b, name, WEIR_DTYPE_F32, &WEIR_SHAPE (1, 4, 6, 6));
}

/* Two values side by side, rounded; @shown: as they were, too. */
static WeirGraph *
make_concat (gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = parameter (&b, "x"), y = parameter (&b, "y"), z;
  WeirNode *node = weir_build_begin (&b, "Concat", "joined", WEIR_INPUTS (x, y));

  weir_node_set_int (node, "axis", 1);
  z = weir_build_end (&b, node);
  weir_build_result (&b, "z", fake_quantize (&b, "rounded", z, 1.0 / 64));
  if (shown)
    weir_build_result (&b, "whole", z);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_concat (void)
{
  g_autoptr (WeirGraph) graph = make_concat (FALSE), shown = make_concat (TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_quantize, NULL);
  g_autoptr (WeirGraph) same = run_pass (shown, weir_pass_move_quantize, NULL);
  const WeirNode *joined = only_op (after, "Concat");

  g_assert_cmpuint (count_op (after, "FakeQuantize"), ==, 2);
  g_assert_nonnull (weir_match_input (after, joined, 0, "FakeQuantize"));
  g_assert_nonnull (weir_match_input (after, joined, 1, "FakeQuantize"));
  g_assert_cmpuint (count_op (same, "FakeQuantize"), ==, 1);
}

/* Twice as large, rounded, by @mode. */
static WeirGraph *
make_larger (const char *mode)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = parameter (&b, "x"), sizes, scales, axes;
  WeirNode *node;

  sizes = weir_build_i64 (&b, "sizes", (gint64[]){ 12, 12 }, 2);
  scales = weir_build_constant (&b, "scales", random_f32 (&WEIR_SHAPE (2), 1));
  axes = weir_build_i64 (&b, "axes", (gint64[]){ 2, 3 }, 2);
  node = weir_build_begin (&b, "Interpolate", "larger",
                           WEIR_INPUTS (x, sizes, scales, axes));
  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_build_result (&b, "z",
                     fake_quantize (&b, "rounded", weir_build_end (&b, node), 1.0 / 64));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_interpolate (void)
{
  g_autoptr (WeirGraph) nearest = make_larger ("nearest");
  g_autoptr (WeirGraph) linear = make_larger ("linear_onnx");
  g_autoptr (WeirGraph) after = run_pass (nearest, weir_pass_move_quantize, NULL);
  g_autoptr (WeirGraph) same = run_pass (linear, weir_pass_move_quantize, NULL);

  g_assert_nonnull (
      weir_match_input (after, only_op (after, "Interpolate"), 0, "FakeQuantize"));
  g_assert_null (
      weir_match_input (same, only_op (same, "Interpolate"), 0, "FakeQuantize"));
}

/* A function of rounded values, in two halves, each rounded again if @rounded. */
static WeirGraph *
make_split (gboolean rounded)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = fake_quantize (&b, "first", parameter (&b, "x"), 1.0 / 64), axis, half;
  WeirNode *node;

  x = weir_build1 (&b, "Swish", "function", x);
  axis = weir_build_i64_scalar (&b, "axis", 1);
  node = weir_build_begin_outputs (&b, "Split", "split", WEIR_INPUTS (x, axis), 2);
  weir_node_set_int (node, "num_splits", 2);
  half = weir_build_end (&b, node);
  weir_build_result (&b, "a", fake_quantize (&b, "second", half, 1.0 / 90));
  half = WEIR_PORT (node, 1);
  weir_build_result (&b, "b",
                     rounded ? fake_quantize (&b, "third", half, 1.0 / 80)
                             : weir_build1 (&b, "Negative", "negative", half));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_split (void)
{
  g_autoptr (WeirGraph) graph = make_split (TRUE), other = make_split (FALSE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_move_quantize, NULL);
  g_autoptr (WeirGraph) same = run_pass (other, weir_pass_move_quantize, NULL);

  g_assert_nonnull (
      weir_match_input (after, only_op (after, "Split"), 0, "FakeQuantize"));
  g_assert_cmpuint (count_op (after, "Swish"), ==, 2);
  g_assert_cmpuint (count_op (same, "Swish"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/move-quantize/concat", test_concat);
  g_test_add_func ("/passes/move-quantize/interpolate", test_interpolate);
  g_test_add_func ("/passes/move-quantize/split", test_split);
  return g_test_run ();
}
