#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* Calculations of shapes: reshape-targets, gather-lists and fold-broadcast. */

static WeirPort
gather (WeirBuilder *b, WeirPort list, WeirPort index)
{
  return weir_build (b, "Gather", "g",
                     WEIR_INPUTS (list, index, weir_build_i64_scalar (b, "axis", 0)));
}

/* Dimension @axis of @x as a list, by way of a number. */
static WeirPort
dimension (WeirBuilder *b, WeirPort x, gint64 axis)
{
  WeirPort shape = weir_build1 (b, "ShapeOf", "s", x);
  WeirPort number = gather (b, shape, weir_build_i64_scalar (b, "i", axis));

  return weir_build_unsqueeze (b, "u", number, (const gint64[]){ 0 }, 1);
}

static WeirPort
concat (WeirBuilder *b, const WeirPort *parts, guint n)
{
  WeirNode *node = weir_build_begin (b, "Concat", "c", parts, n);

  weir_node_set_int (node, "axis", 0);
  return weir_build_end (b, node);
}

/* x [?, 4, 6], through a layer; reshaped to what three parts say. */
static WeirGraph *
make_reshape (const gint64 axes[3], const gint64 numbers[3])
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4, 6));
  WeirPort y = weir_build1 (&b, "Sin", "sin", x), parts[3];
  WeirNode *node;

  for (guint i = 0; i < 3; i++)
    parts[i] = axes[i] >= 0 ? dimension (&b, x, axes[i])
                            : weir_build_i64 (&b, "n", &numbers[i], 1);
  node = weir_build_begin (&b, "Reshape", "y", WEIR_INPUTS (y, concat (&b, parts, 3)));
  weir_node_set_bool (node, "special_zero", FALSE);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);
  return graph;
}

static void
expect_target (const gint64 axes[3], const gint64 numbers[3], const gint64 *target)
{
  g_autoptr (WeirGraph) graph = make_reshape (axes, numbers);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_reshape_targets, NULL);
  const WeirNode *node = only_op (after, "Reshape");
  const WeirNode *list = weir_node_input (after, node, 1);

  g_assert_cmpint (weir_node_is (list, "Constant"), ==, target != NULL);
  for (guint i = 0; target != NULL && i < 3; i++)
    g_assert_cmpint (weir_tensor_get_int (list->outputs[0].info.value, i), ==, target[i]);
}

/* What stays in place is copied, numbers are numbers, and one is what is left. */
static void
test_targets (void)
{
  expect_target ((gint64[]){ 0, -1, -1 }, (gint64[]){ 0, 3, 8 }, (gint64[]){ 0, 3, 8 });
  expect_target ((gint64[]){ 0, 2, -1 }, (gint64[]){ 0, 0, 4 }, (gint64[]){ 0, -1, 4 });
  expect_target ((gint64[]){ -1, 1, -1 }, (gint64[]){ -1, 0, 6 }, (gint64[]){ -1, 0, 6 });
}

/* Two that are not in place are too many; so is one beside what is left already. */
static void
test_targets_that_stay (void)
{
  expect_target ((gint64[]){ 2, 1, 0 }, (gint64[]){ 0, 0, 0 }, NULL);
  expect_target ((gint64[]){ 2, -1, -1 }, (gint64[]){ 0, -1, 4 }, NULL);
}

/* The network takes another batch afterwards: the constant names none. */
static void
test_other_batch (void)
{
  g_autoptr (WeirGraph) graph =
      make_reshape ((gint64[]){ 0, -1, -1 }, (gint64[]){ 0, 3, 8 });
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_reshape_targets, NULL);
  WeirNode *node = only_op (after, "Reshape");

  g_assert_cmpint (node->outputs[0].info.shape.dims[0], ==, WEIR_DIM_UNKNOWN);
  assert_equivalent (graph, after, 0);
}

static void
test_gather (void)
{
  for (guint twice = 0; twice < 2; twice++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    g_autoptr (WeirGraph) after = NULL;
    WeirBuilder b = WEIR_BUILDER (graph);
    WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4));
    WeirPort list = dimension (&b, x, 1), number;

    number = gather (&b, weir_build1 (&b, "ShapeOf", "s2", x),
                     weir_build_i64 (&b, "i2", (const gint64[]){ -1 }, 1));
    weir_build_result (&b, "list", list);
    weir_build_result (&b, "number",
                       weir_build_squeeze (&b, "sq", number, (const gint64[]){ 0 }, 1));
    if (twice)
      weir_build_result (&b, "again", number);
    g_assert_no_error (b.error);
    after = run_pass (graph, weir_pass_gather_lists, NULL);
    g_assert_cmpuint (count_op (after, "Unsqueeze"), ==, 0);
    g_assert_cmpuint (count_op (after, "Squeeze"), ==, twice);
  }
}

/* Elements of the list 10, the two dimensions of x, 20: as a list of @n. */
static guint
left_of_gather (const gint64 *indices, gsize n, gboolean shown)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4));
  WeirPort list =
      concat (&b, WEIR_INPUTS (weir_build_i64 (&b, "n", (const gint64[]){ 10 }, 1),
                               weir_build1 (&b, "ShapeOf", "s", x),
                               weir_build_i64 (&b, "m", (const gint64[]){ 20 }, 1)));

  weir_build_result (&b, "list", gather (&b, list, weir_build_i64 (&b, "i", indices, n)));
  if (shown)
    weir_build_result (&b, "whole", list);
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_gather_lists, NULL);
  return count_op (after, "Gather");
}

static void
test_gather_of_concat (void)
{
  static const gint64 indices[] = { 1, 2, 3, 0, 2 };

  g_assert_cmpuint (left_of_gather (indices, 2, FALSE), ==, 0);
  g_assert_cmpuint (left_of_gather (indices, 2, TRUE), ==, 0);
  g_assert_cmpuint (left_of_gather (indices, 4, FALSE), ==, 0);
  g_assert_cmpuint (left_of_gather (indices + 2, 1, FALSE), ==, 0);
  /* A Concat more; half of a part. */
  g_assert_cmpuint (left_of_gather (indices, 4, TRUE), ==, 1);
  g_assert_cmpuint (left_of_gather (indices, 1, FALSE), ==, 1);
  g_assert_cmpuint (left_of_gather (indices, 5, FALSE), ==, 1);
}

/* repeat (2) * 3 + 1 is repeat (7); a list beside it stays. */
static void
test_broadcast (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 4));
  WeirPort two = weir_build_scalar (&b, "two", x, 2), y;

  y = weir_build2 (&b, "Broadcast", "r", two, weir_build1 (&b, "ShapeOf", "s", x));
  y = weir_build2 (&b, "Multiply", "m", weir_build_scalar (&b, "three", x, 3), y);
  y = weir_build2 (&b, "Add", "a", y, weir_build_scalar (&b, "one", x, 1));
  weir_build_result (&b, "y", y);
  y = weir_build2 (&b, "Broadcast", "r2", two, weir_build1 (&b, "ShapeOf", "s2", x));
  y = weir_build2 (&b, "Add", "a2", y,
                   weir_build_constant (&b, "list", random_f32 (&WEIR_SHAPE (4), 1)));
  weir_build_result (&b, "z", y);
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_fold_broadcast, NULL);
  g_assert_cmpuint (count_op (after, "Multiply"), ==, 0);
  g_assert_cmpuint (count_op (after, "Add"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/reshape-targets/targets", test_targets);
  g_test_add_func ("/passes/reshape-targets/stay", test_targets_that_stay);
  g_test_add_func ("/passes/reshape-targets/other-batch", test_other_batch);
  g_test_add_func ("/passes/gather-lists/single", test_gather);
  g_test_add_func ("/passes/gather-lists/of-concat", test_gather_of_concat);
  g_test_add_func ("/passes/fold-broadcast", test_broadcast);
  return g_test_run ();
}
