#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirGraph *
make (const gint64 *order, gboolean flags, gboolean elsewhere)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 3, 3));
  WeirPort y = weir_build_parameter (&b, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 3, 3));
  WeirPort a = weir_build_transpose (&b, "a", x, order, 4);
  WeirNode *node = weir_build_begin (
      &b, "MatMul", "z", WEIR_INPUTS (a, weir_build_transpose (&b, "b", y, order, 4)));

  weir_node_set_bool (node, "transpose_b", flags);
  weir_build_result (&b, "z", weir_build_end (&b, node));
  if (elsewhere)
    weir_build_result (&b, "a", a);
  g_assert_no_error (b.error);
  return graph;
}

static guint
left (const gint64 *order, gboolean flags, gboolean elsewhere)
{
  g_autoptr (WeirGraph) graph = make (order, flags, elsewhere);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_matmul_transpose, NULL);

  return count_op (after, "Transpose");
}

static void
test_all (void)
{
  static const gint64 last[] = { 0, 1, 3, 2 }, other[] = { 0, 2, 1, 3 };
  g_autoptr (WeirGraph) graph = wrap_in_if (make (last, TRUE, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_matmul_transpose, NULL);

  g_assert_cmpuint (left (last, FALSE, FALSE), ==, 0);
  g_assert_cmpuint (left (last, TRUE, FALSE), ==, 0);
  g_assert_cmpuint (left (last, TRUE, TRUE), ==, 1);
  g_assert_cmpuint (left (other, FALSE, FALSE), ==, 2);
  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Transpose"), ==,
                    0);
}

/* x [2, N, 4, 5] times y [N, 5, 3], or weights, transposed: [2, N, 3, 4]. */
static WeirGraph *
make_behind (guint flags, const gint64 *order, gboolean weights, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  gboolean first = (flags & 1) != 0, second = (flags & 2) != 0;
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (2, -1, first ? 5 : 4, first ? 4 : 5));
  WeirPort y = weir_build_parameter (&b, "y", WEIR_DTYPE_F32,
                                     &WEIR_SHAPE (-1, second ? 3 : 5, second ? 5 : 3));
  WeirNode *node;
  WeirPort z;

  if (weights)
    y = weir_build_constant (
        &b, "w", random_f32 (&WEIR_SHAPE (second ? 3 : 5, second ? 5 : 3), 2));
  node = weir_build_begin (&b, "MatMul", "product", WEIR_INPUTS (x, y));
  weir_node_set_bool (node, "transpose_a", first);
  weir_node_set_bool (node, "transpose_b", second);
  z = weir_build_end (&b, node);
  if (shown)
    weir_build_result (&b, "product", z);
  weir_build_result (&b, "z", weir_build_transpose (&b, "z", z, order, 4));
  g_assert_no_error (b.error);
  return graph;
}

static guint
left_behind (guint flags, const gint64 *order, gboolean weights, gboolean shown)
{
  g_autoptr (WeirGraph) graph = make_behind (flags, order, weights, shown);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_matmul_transpose, NULL);

  return count_op (after, "Transpose");
}

static void
test_behind (void)
{
  static const gint64 last[] = { 0, 1, 3, 2 }, other[] = { 0, 2, 1, 3 };

  for (guint flags = 0; flags < 4; flags++)
    g_assert_cmpuint (left_behind (flags, last, FALSE, FALSE), ==, 0);
  g_assert_cmpuint (left_behind (0, other, FALSE, FALSE), ==, 1);
  g_assert_cmpuint (left_behind (0, last, TRUE, FALSE), ==, 1);
  g_assert_cmpuint (left_behind (0, last, FALSE, TRUE), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/matmul-transpose/all", test_all);
  g_test_add_func ("/passes/matmul-transpose/behind", test_behind);
  return g_test_run ();
}
