#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Everything is called "n", and one node is called as another would be renamed. */
static WeirGraph *
make (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort c = weir_build_constant (&b, "n", weir_tensor_new_f32_scalar (1));
  WeirPort x = weir_build_parameter (&b, "n", WEIR_DTYPE_F32, &WEIR_SHAPE (2));
  WeirPort sum = weir_build2 (&b, "Add", "n", x, c);
  WeirPort e = weir_build1 (&b, "Exp", "n_1", sum);
  WeirPort a = weir_build1 (&b, "Abs", "", e);

  weir_build_result (&b, "n", sum);
  weir_build_result (&b, "n", a);
  g_assert_no_error (b.error);
  return graph;
}

static void
check_unique (const WeirGraph *graph)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < weir_graph_size (graph); i++) {
    const WeirNode *node = weir_graph_node (graph, i);

    if (node != NULL && !g_hash_table_add (names, node->name))
      g_error ("two nodes are called '%s'", node->name);
  }
}

static void
test_unique (void)
{
  g_autoptr (WeirGraph) graph = make ();
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_unique_names, NULL);

  check_unique (after);
  g_assert_cmpstr (weir_graph_parameter (after, 0)->name, ==, "n");
  g_assert_cmpstr (weir_graph_result (after, 0)->name, ==, "n/sink_port_0");
  g_assert_cmpstr (weir_graph_result_name (after, 0), ==, "n");
  g_assert_cmpstr (only_op (after, "Exp")->name, ==, "n_1");
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph = wrap_in_if (make ());
  g_autoptr (WeirGraph) after = run_pass_only (graph, weir_pass_unique_names, NULL);

  check_unique (after);
  check_unique (only_op (after, "If")->bodies[0].graph);
}

/* As many as there may be, all called the same, in the time that it takes to count them.
 */
static void
test_many (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "n", WEIR_DTYPE_F32, &WEIR_SHAPE (2));

  for (guint i = 0; i < 20000; i++)
    x = weir_build1 (&b, "Abs", "n", x);
  weir_build_result (&b, "y", x);
  after = run_pass_only (graph, weir_pass_unique_names, NULL);
  check_unique (after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/unique-names/unique", test_unique);
  g_test_add_func ("/passes/unique-names/in-if", test_in_if);
  g_test_add_func ("/passes/unique-names/many", test_many);
  return g_test_run ();
}
