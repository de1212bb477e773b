#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static const gint64 orders[][4] = { { 0, 2, 3, 1 }, { 0, 3, 2, 1 }, { 0, 1, 3, 2 } };

/* x [?, 3, 4, 5], transposed, flattened, times a matrix. */
static WeirGraph *
make (const gint64 *order, const gint64 *target, gboolean transpose_b, gboolean twice)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4, 5));
  WeirShape shape = transpose_b ? WEIR_SHAPE (2, 60) : WEIR_SHAPE (60, 2);
  WeirPort w = weir_build_constant (&b, "w", random_f32 (&shape, 4));
  WeirPort flat = weir_build_reshape (
      &b, "flat", weir_build_transpose (&b, "t", x, order, 4), target, 2, TRUE);
  WeirNode *node = weir_build_begin (&b, "MatMul", "y", WEIR_INPUTS (flat, w));

  weir_node_set_bool (node, "transpose_b", transpose_b);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  if (twice)
    weir_build_result (&b, "flat", flat);
  g_assert_no_error (b.error);
  return graph;
}

static void
test_fuses (void)
{
  static const gint64 targets[][2] = { { 0, -1 }, { -1, 60 }, { 0, 60 } };

  for (guint o = 0; o < G_N_ELEMENTS (orders); o++)
    for (guint t = 0; t < G_N_ELEMENTS (targets); t++) {
      g_autoptr (WeirGraph) graph = make (orders[o], targets[t], t % 2, FALSE);
      g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_flatten, NULL);

      g_assert_cmpuint (count_op (after, "Transpose"), ==, 0);
    }
}

static void
test_used_elsewhere (void)
{
  g_autoptr (WeirGraph) graph = make (orders[0], (gint64[]){ 0, -1 }, FALSE, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_flatten, NULL);

  g_assert_cmpuint (count_op (after, "Transpose"), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph =
      wrap_in_if (make (orders[0], (gint64[]){ 0, -1 }, FALSE, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_flatten, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Transpose"), ==,
                    0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-flatten/fuses", test_fuses);
  g_test_add_func ("/passes/fuse-flatten/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/fuse-flatten/in-if", test_in_if);
  return g_test_run ();
}
