#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
concat (WeirBuilder *b, const char *name, const WeirPort *parts, guint n, gint64 axis)
{
  WeirNode *node = weir_build_begin (b, "Concat", name, parts, n);

  weir_node_set_int (node, "axis", axis);
  return weir_build_end (b, node);
}

/* [x, [y, x], y], the inner one along @inner_axis. */
static WeirGraph *
make_nested (gint64 inner_axis, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 4));
  WeirPort y = weir_build_parameter (&b, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 4));
  WeirPort inner = concat (&b, "inner", WEIR_INPUTS (y, x), inner_axis);
  WeirPort tall = concat (&b, "tall", WEIR_INPUTS (x, y), 1);
  gboolean along_rows = inner_axis == 1;

  x = along_rows ? tall : x;
  weir_build_result (&b, "z", concat (&b, "z", WEIR_INPUTS (x, inner, x), 2));
  if (shown)
    weir_build_result (&b, "inner", inner);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_nested (void)
{
  g_autoptr (WeirGraph) graph = make_nested (-1, FALSE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_concat, NULL);
  g_autoptr (WeirGraph) shown = make_nested (2, TRUE);
  g_autoptr (WeirGraph) shown_after = run_pass (shown, weir_pass_merge_concat, NULL);
  g_autoptr (WeirGraph) across = make_nested (1, FALSE);
  g_autoptr (WeirGraph) across_after = run_pass (across, weir_pass_merge_concat, NULL);

  g_assert_cmpuint (weir_graph_find (after, "z")->n_inputs, ==, 4);
  g_assert_null (weir_graph_find (after, "inner"));
  g_assert_cmpuint (weir_graph_find (shown_after, "z")->n_inputs, ==, 3);
  g_assert_cmpuint (weir_graph_find (across_after, "z")->n_inputs, ==, 3);
}

/* The three parts of x, the last two changed places where @turned, joined along @axis. */
static WeirGraph *
make_parts (gint64 axis, gboolean turned)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (2, 6, 5)), y;
  WeirPort inputs[2] = { weir_build1 (&b, "Relu", "relu", x) };
  WeirNode *split;

  inputs[1] = weir_build_i64_scalar (&b, "axis", 1);
  split = weir_build_begin_outputs (&b, "Split", "split", inputs, 2, 3);
  weir_node_set_int (split, "num_splits", 3);
  weir_build_end (&b, split);
  y = concat (&b, "y",
              WEIR_INPUTS (WEIR_PORT (split, 0), WEIR_PORT (split, turned ? 2 : 1),
                           WEIR_PORT (split, turned ? 1 : 2)),
              axis);
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

static guint
splits_left (gint64 axis, gboolean turned)
{
  g_autoptr (WeirGraph) graph = make_parts (axis, turned);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_concat, NULL);

  return count_op (after, "Split");
}

static void
test_parts (void)
{
  g_assert_cmpuint (splits_left (1, FALSE), ==, 0);
  g_assert_cmpuint (splits_left (-2, FALSE), ==, 0);
  g_assert_cmpuint (splits_left (1, TRUE), ==, 1);
  g_assert_cmpuint (splits_left (2, FALSE), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make_parts (1, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_concat, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Split"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-concat/nested", test_nested);
  g_test_add_func ("/passes/merge-concat/parts", test_parts);
  g_test_add_func ("/passes/merge-concat/in-if", test_in_if);
  return g_test_run ();
}
