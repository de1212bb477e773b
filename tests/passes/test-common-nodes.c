#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* The same twice from the bottom up: constants, nodes that read them, their readers; one
 * branch clamps to other bounds. */
static WeirGraph *
make (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3)), y[3];

  for (guint i = 0; i < 3; i++) {
    WeirPort axes = weir_build_i64 (&b, "axes", (gint64[]){ 1 }, 1);
    WeirPort mean = weir_build2 (&b, "ReduceMean", "mean", x, axes);
    WeirNode *node = weir_build_begin (&b, "Clamp", "clamp", &mean, 1);

    weir_node_set_float (node, "min", 0);
    weir_node_set_float (node, "max", i == 2 ? 6 : 5);
    y[i] = weir_build_end (&b, node);
  }
  weir_build_result (&b, "sum", weir_build2 (&b, "Add", "sum", y[0], y[1]));
  weir_build_result (&b, "one", y[1]);
  weir_build_result (&b, "two", y[2]);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_shares (void)
{
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_common_nodes, NULL);

  g_assert_cmpuint (count_op (after, "ReduceMean"), ==, 1);
  g_assert_cmpuint (count_op (after, "Constant"), ==, 1);
  g_assert_cmpuint (count_op (after, "Clamp"), ==, 2);
}

/* Both are network outputs, and each keeps its name. */
static void
test_outputs (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));

  weir_build_result (&b, "first", weir_build1 (&b, "Abs", "first", x));
  weir_build_result (&b, "second", weir_build1 (&b, "Abs", "second", x));
  after = run_pass (graph, weir_pass_common_nodes, NULL);
  g_assert_cmpuint (count_op (after, "Abs"), ==, 2);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make ());
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_common_nodes, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Clamp"), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/common-nodes/shares", test_shares);
  g_test_add_func ("/passes/common-nodes/outputs", test_outputs);
  g_test_add_func ("/passes/common-nodes/in-if", test_in_if);
  return g_test_run ();
}
