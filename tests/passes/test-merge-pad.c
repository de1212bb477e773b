#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* One of two Pads of x [N, 3, 4]. */
typedef struct {
  const char *mode;
  double value;
  gint64 begin[3], end[3];
} Step;

static WeirPort
pad (WeirBuilder *b, const char *name, WeirPort x, const Step *step)
{
  WeirPort inputs[4] = { x, weir_build_i64 (b, "begin", step->begin, 3),
                         weir_build_i64 (b, "end", step->end, 3),
                         weir_build_scalar (b, "value", x, step->value) };
  WeirNode *node = weir_build_begin (b, "Pad", name, inputs, step->value == 0 ? 3 : 4);

  weir_node_set_string (node, "pad_mode", step->mode);
  return weir_build_end (b, node);
}

static WeirGraph *
make (const Step *first, const Step *second, gboolean shown)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 4));
  WeirPort between = pad (&b, "between", x, first);

  if (shown)
    weir_build_result (&b, "between", between);
  weir_build_result (&b, "y", pad (&b, "y", between, second));
  g_assert_no_error (b.error);
  return graph;
}

static const struct {
  Step first, second;
  gboolean merged;
} cases[] = {
  { { "constant", 0, { 0, 1, 0 }, { 0, 2, 1 } },
    { "constant", 0, { 1, 1, 3 }, { 0, 0, 2 } },
    TRUE },
  { { "constant", 7, { 0, 1, 0 }, { 0, 2, 1 } },
    { "constant", 7, { 0, 1, 3 }, { 0, 0, 2 } },
    TRUE },
  { { "edge", 0, { 0, 1, 0 }, { 0, 2, 1 } },
    { "edge", 0, { 0, 1, 3 }, { 0, 0, 2 } },
    TRUE },
  /* Other values, other modes, and what is cut off again. */
  { { "constant", 7, { 0, 1, 0 }, { 0, 2, 1 } },
    { "constant", 0, { 0, 1, 3 }, { 0, 0, 2 } },
    FALSE },
  { { "edge", 0, { 0, 1, 0 }, { 0, 2, 1 } },
    { "constant", 0, { 0, 1, 3 }, { 0, 0, 2 } },
    FALSE },
  { { "reflect", 0, { 0, 1, 0 }, { 0, 2, 1 } },
    { "reflect", 0, { 0, 1, 3 }, { 0, 0, 2 } },
    FALSE },
  { { "constant", 0, { 0, -2, 0 }, { 0, 0, 1 } },
    { "constant", 0, { 0, 2, 3 }, { 0, 0, 2 } },
    FALSE },
};

static void
test_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i].first, &cases[i].second, FALSE);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_pad, NULL);

    g_test_message ("case %u", i);
    g_assert_cmpuint (count_op (after, "Pad"), ==, cases[i].merged ? 1 : 2);
  }
}

static void
test_used_elsewhere (void)
{
  g_autoptr (WeirGraph) graph = make (&cases[0].first, &cases[0].second, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_pad, NULL);

  g_assert_cmpuint (count_op (after, "Pad"), ==, 2);
}

static void
test_in_if (void)
{
  g_autoptr (WeirGraph) graph =
      wrap_in_if (make (&cases[0].first, &cases[0].second, FALSE));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_pad, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "Pad");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-pad/cases", test_cases);
  g_test_add_func ("/passes/merge-pad/used-elsewhere", test_used_elsewhere);
  g_test_add_func ("/passes/merge-pad/in-if", test_in_if);
  return g_test_run ();
}
