#include "graphs.h"
#include "ir/match.h"
#include "passes.h"
#include "passes/list.h"

/* x [N, 3, 4], y [N, 5, 4] and x again, joined along the second dimension: eleven rows.
 */
static WeirPort
join (WeirBuilder *b)
{
  WeirPort x = weir_build_parameter (b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4));
  WeirPort y = weir_build_parameter (b, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 5, 4));
  WeirPort parts[3] = { weir_build1 (b, "Sin", "sin", x),
                        weir_build1 (b, "Cos", "cos", y),
                        weir_build1 (b, "Exp", "exp", x) };
  WeirNode *node = weir_build_begin (b, "Concat", "joined", parts, 3);

  weir_node_set_int (node, "axis", -2);
  return weir_build_end (b, node);
}

/* Taken apart along @axis to parts of @lengths, each of which goes on. */
static WeirGraph *
make_split (const gint64 *lengths, guint n, gint64 axis)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort inputs[3] = { join (&b) };
  WeirNode *split;

  inputs[1] = weir_build_i64_scalar (&b, "axis", axis);
  inputs[2] = weir_build_i64 (&b, "lengths", lengths, n);
  split = weir_build_begin_outputs (&b, "VariadicSplit", "split", inputs, 3, n);
  weir_build_end (&b, split);
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("y%u", i);

    weir_build_result (&b, name, weir_build1 (&b, "Abs", name, WEIR_PORT (split, i)));
  }
  g_assert_no_error (b.error);
  return graph;
}

/* How many parts still come from the split. */
static guint
parts_left (const gint64 *lengths, guint n, gint64 axis)
{
  g_autoptr (WeirGraph) graph = make_split (lengths, n, axis);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_skip_concat, NULL);
  guint left = 0;

  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf ("y%u", i);

    left += weir_match_input (after, weir_graph_find (after, name), 0, "VariadicSplit") !=
            NULL;
  }
  if (left == 0)
    g_assert_cmpuint (count_op (after, "VariadicSplit"), ==, 0);
  return left;
}

static void
test_split (void)
{
  g_assert_cmpuint (parts_left ((const gint64[]){ 3, 5, 3 }, 3, 1), ==, 0);
  g_assert_cmpuint (parts_left ((const gint64[]){ 3, -1, 3 }, 3, -2), ==, 0);
  /* Two parts together, other places, another dimension. */
  g_assert_cmpuint (parts_left ((const gint64[]){ 3, 8 }, 2, 1), ==, 1);
  g_assert_cmpuint (parts_left ((const gint64[]){ 5, 3, 3 }, 3, 1), ==, 2);
  g_assert_cmpuint (parts_left ((const gint64[]){ 3, 1 }, 2, 2), ==, 2);
}

static guint
slices_left (gint64 begin, gint64 end, gint64 step, gint64 axis)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  g_autoptr (WeirGraph) after = NULL;
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = join (&b);

  x = weir_build (&b, "Slice", "slice",
                  WEIR_INPUTS (x, weir_build_i64 (&b, "begin", &begin, 1),
                               weir_build_i64 (&b, "end", &end, 1),
                               weir_build_i64 (&b, "step", &step, 1),
                               weir_build_i64 (&b, "axes", &axis, 1)));
  weir_build_result (&b, "z", weir_build1 (&b, "Abs", "z", x));
  g_assert_no_error (b.error);
  after = run_pass (graph, weir_pass_skip_concat, NULL);
  return count_op (after, "Slice");
}

static void
test_slice (void)
{
  g_assert_cmpuint (slices_left (0, 3, 1, 1), ==, 0);
  g_assert_cmpuint (slices_left (3, -3, 1, -2), ==, 0);
  g_assert_cmpuint (slices_left (-3, 99, 1, 1), ==, 0);
  g_assert_cmpuint (slices_left (-99, 3, 1, 1), ==, 0);
  /* Other places, backwards, another dimension. */
  g_assert_cmpuint (slices_left (1, 4, 1, 1), ==, 1);
  g_assert_cmpuint (slices_left (0, 8, 1, 1), ==, 1);
  g_assert_cmpuint (slices_left (2, -12, -1, 1), ==, 1);
  g_assert_cmpuint (slices_left (0, 3, 1, 2), ==, 1);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph =
      wrap_in_if (make_split ((const gint64[]){ 3, 5, 3 }, 3, 1));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_skip_concat, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "VariadicSplit"),
                    ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/skip-concat/split", test_split);
  g_test_add_func ("/passes/skip-concat/slice", test_slice);
  g_test_add_func ("/passes/skip-concat/in-if", test_in_if);
  return g_test_run ();
}
