#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
start (WeirBuilder *b)
{
  WeirPort x = weir_build_parameter (b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));

  return weir_build1 (b, "Abs", "a", x);
}

/* Ends the graph, runs the pass and says how many nodes are left of x, a, last, y. */
static guint
nodes_left (WeirBuilder *b, WeirPort port)
{
  g_autoptr (WeirGraph) graph = b->graph;
  g_autoptr (WeirGraph) after = NULL;

  weir_build_result (b, "y", weir_build1 (b, "Exp", "last", port));
  g_assert_no_error (b->error);
  after = run_pass (graph, weir_pass_identity, NULL);
  return weir_graph_count (after);
}

static guint
left_of_binary (const char *op, double value, gboolean first)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort a = start (&b), c = weir_build_scalar (&b, "c", a, value);

  return nodes_left (&b, weir_build2 (&b, op, "op", first ? c : a, first ? a : c));
}

static void
test_neutral (void)
{
  g_assert_cmpuint (left_of_binary ("Add", 0, FALSE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Add", 0, TRUE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Multiply", 1, TRUE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Divide", 1, FALSE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Power", 1, FALSE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Subtract", 0, FALSE), ==, 4);
  g_assert_cmpuint (left_of_binary ("Subtract", 0, TRUE), ==, 6);
  g_assert_cmpuint (left_of_binary ("Divide", 1, TRUE), ==, 6);
  g_assert_cmpuint (left_of_binary ("Add", 1, FALSE), ==, 6);
}

/* Zeros that make the value larger are no identity. */
static void
test_broadcast (void)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort a = start (&b);
  WeirPort zeros = weir_build_constant (
      &b, "zeros", weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (2, 1, 3), NULL));

  g_assert_cmpuint (nodes_left (&b, weir_build2 (&b, "Add", "op", a, zeros)), ==, 6);
}

/* A network output keeps its name: the sum that does nothing is one, and so is its input.
 */
/* A choice of [N, 3] before @other rows of three dimensions, which the result has too. */
static guint
left_of_choice (gboolean condition, gint64 other)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort a = start (&b);
  WeirPort k = weir_build_constant (&b, "k", random_f32 (&WEIR_SHAPE (other, 1, 3), 4));
  WeirPort c =
      weir_build_constant (&b, "c", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, condition));

  return nodes_left (&b,
                     weir_build (&b, "Select", "op",
                                 WEIR_INPUTS (c, condition ? a : k, condition ? k : a)));
}

/* A choice between [N, 3] and one row. */
static guint
left_of_flat_choice (gboolean condition)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort a = start (&b);
  WeirPort k = weir_build_constant (&b, "k", random_f32 (&WEIR_SHAPE (3), 4));
  WeirPort c =
      weir_build_constant (&b, "c", weir_tensor_new_scalar (WEIR_DTYPE_BOOL, condition));

  return nodes_left (&b, weir_build (&b, "Select", "op", WEIR_INPUTS (c, a, k)));
}

static void
test_choice (void)
{
  g_assert_cmpuint (left_of_flat_choice (TRUE), ==, 4);
  g_assert_cmpuint (left_of_flat_choice (FALSE), ==, 7);
  g_assert_cmpuint (left_of_choice (TRUE, 1), ==, 7);
  g_assert_cmpuint (left_of_choice (FALSE, 2), ==, 7);
}

static void
test_names (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3));
  WeirPort zero = weir_build_scalar (&b, "zero", x, 0);
  WeirPort a = weir_build2 (&b, "Add", "a", x, zero);
  WeirPort e = weir_build1 (&b, "Exp", "e", a);
  WeirPort s = weir_build2 (&b, "Add", "s", e, zero);

  weir_edit_add_tensor_name (graph, e, "inner");
  weir_edit_add_tensor_name (graph, s, "outer");
  weir_build_result (&b, "a", a);
  weir_build_result (&b, "s", s);
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_identity, NULL);
  g_assert_cmpuint (count_op (after, "Add"), ==, 1);
  g_assert_cmpstr (weir_graph_result_name (after, 1), ==, "outer");
  g_assert_false (weir_port_is_none (weir_graph_find_tensor (after, "inner")));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/identity/neutral", test_neutral);
  g_test_add_func ("/passes/identity/broadcast", test_broadcast);
  g_test_add_func ("/passes/identity/choice", test_choice);
  g_test_add_func ("/passes/identity/names", test_names);
  return g_test_run ();
}
