#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* One of two operations in a row on x [N, 7, 9, 11]. */
typedef struct {
  gint64 begin[2], end[2], step[2], axes[2];
  int n;
} Cut;

static WeirPort
slice (WeirBuilder *b, const char *name, WeirPort x, const Cut *cut)
{
  gsize n = (gsize) cut->n;

  return weir_build (b, "Slice", name,
                     WEIR_INPUTS (x, weir_build_i64 (b, "begin", cut->begin, n),
                                  weir_build_i64 (b, "end", cut->end, n),
                                  weir_build_i64 (b, "step", cut->step, n),
                                  weir_build_i64 (b, "axes", cut->axes, n)));
}

static WeirGraph *
make (const Cut *first, const Cut *second, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 7, 9, 11));
  WeirPort inner = slice (&b, "inner", x, first);

  weir_build_result (&b, "y", slice (&b, "y", inner, second));
  if (shown)
    weir_build_result (&b, "inner", inner);
  g_assert_no_error (b.error);
  return graph;
}

static const struct {
  Cut first, second;
  gboolean merged;
} cases[] = {
  /* Different dimensions, also one of unknown size, and backwards. */
  { { { 1 }, { 5 }, { 1 }, { 1 }, 1 }, { { 0 }, { -1 }, { 2 }, { 2 }, 1 }, TRUE },
  { { { 0 }, { 1 }, { 1 }, { 0 }, 1 },
    { { -2, 9 }, { -12, 2 }, { -3, -2 }, { 3, -2 }, 2 },
    TRUE },
  /* The same: 1, 3, 5, 7, and of these 3, 7. */
  { { { 1 }, { 9 }, { 2 }, { 2 }, 1 }, { { 1 }, { 99 }, { 2 }, { 2 }, 1 }, TRUE },
  { { { -6, 2 }, { -1, 8 }, { 1, 3 }, { 1, 3 }, 2 },
    { { -3, 1 }, { 4, 4 }, { 1, 1 }, { 1, 2 }, 2 },
    TRUE },
  /* One element of what steps of any size have left. */
  { { { 3 }, { 4 }, { G_MAXINT64 }, { 1 }, 1 },
    { { 0 }, { 1 }, { G_MAXINT64 }, { 1 }, 1 },
    TRUE },
  /* Backwards in the same, and a size that is not known. */
  { { { 8 }, { 0 }, { -1 }, { 2 }, 1 }, { { 1 }, { 3 }, { 1 }, { 2 }, 1 }, FALSE },
  { { { 1 }, { 9 }, { 1 }, { 2 }, 1 }, { { 3 }, { 0 }, { -1 }, { 2 }, 1 }, FALSE },
  { { { 0 }, { 9 }, { 1 }, { 0 }, 1 }, { { 0 }, { 1 }, { 1 }, { 0 }, 1 }, FALSE },
};

static void
test_slices (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i].first, &cases[i].second, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_slices, NULL);

    g_test_message ("case %u", i);
    g_assert_cmpuint (count_op (after, "Slice"), ==, cases[i].merged ? 1 : 2);
  }
}

static void
test_used_elsewhere (void)
{
  g_autoptr (WeirGraph) graph = make (&cases[0].first, &cases[0].second, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_slices, NULL);

  g_assert_cmpuint (count_op (after, "Slice"), ==, 2);
}

/* x [N, 7, 9, 11] as x[:, 2:, ::-3] and then x[..., 1:8:2] by masks; the second with a
 * mask more. */
static WeirGraph *
make_strided (const char *mask)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 7, 9, 11));
  WeirNode *node = weir_build_begin (
      &b, "StridedSlice", "inner",
      WEIR_INPUTS (x, weir_build_i64 (&b, "c", (const gint64[]){ 4, 2, 3 }, 3),
                   weir_build_i64 (&b, "c", (const gint64[]){ 1, 3, 3 }, 3),
                   weir_build_i64 (&b, "c", (const gint64[]){ 1, 1, -3 }, 3)));

  weir_node_set_ints (node, "begin_mask", (const gint64[]){ 1, 0, 1 }, 3);
  weir_node_set_ints (node, "end_mask", (const gint64[]){ 1, 1, 1 }, 3);
  x = weir_build_end (&b, node);
  node = weir_build_begin (
      &b, "StridedSlice", "y",
      WEIR_INPUTS (x, weir_build_i64 (&b, "c", (const gint64[]){ 0, 0, 0, 1 }, 4),
                   weir_build_i64 (&b, "c", (const gint64[]){ 0, 0, 0, 8 }, 4),
                   weir_build_i64 (&b, "c", (const gint64[]){ 1, 1, 1, 2 }, 4)));
  weir_node_set_ints (node, "begin_mask", (const gint64[]){ 1, 1, 1, 0 }, 4);
  weir_node_set_ints (node, "end_mask", (const gint64[]){ 1, 1, 1, 0 }, 4);
  if (mask != NULL)
    weir_node_set_ints (node, mask, (const gint64[]){ 0, 0, 0, 1 }, 4);
  weir_build_result (&b, "y", weir_build_end (&b, node));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_strided (void)
{
  static const char *const masks[] = { "shrink_axis_mask", "new_axis_mask" };
  g_autoptr (WeirGraph) graph = wrap_in_if (make_strided (NULL));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_slices, NULL);
  const WeirGraph *body = only_op (after, "If")->bodies[0].graph;

  g_assert_cmpuint (count_op (body, "Slice"), ==, 1);
  g_assert_cmpuint (count_op (body, "StridedSlice"), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++) {
    g_autoptr (WeirGraph) masked = make_strided (masks[i]);
    g_autoptr (WeirGraph) masked_after = run_pass (masked, weir_pass_merge_slices, NULL);

    g_assert_cmpuint (count_op (masked_after, "StridedSlice"), ==, 2);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-slices/slices", test_slices);
  g_test_add_func ("/passes/merge-slices/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/merge-slices/strided", test_strided);
  return g_test_run ();
}
