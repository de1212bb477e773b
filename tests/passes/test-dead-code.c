#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Two outputs of which one is no network output, and an input that nobody reads. */
static void
test_unused (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));
  WeirPort y = weir_build1 (&b, "Abs", "used", x);

  weir_build_parameter (&b, "spare", WEIR_DTYPE_F32, &WEIR_SHAPE (2));
  weir_build2 (&b, "Add", "unused", weir_build1 (&b, "Exp", "unused too", x),
               weir_build_scalar (&b, "one", x, 1));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_dead_code, NULL);
  g_assert_cmpuint (weir_graph_count (after), ==, 4);
  g_assert_nonnull (weir_graph_find (after, "spare"));
  g_assert_null (weir_graph_find (after, "unused too"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/dead-code/unused", test_unused);
  return g_test_run ();
}
