#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

static WeirPort
reduce (WeirBuilder *b, const char *op, WeirPort x, const gint64 *axes, gsize n,
        gboolean keep)
{
  WeirNode *node =
      weir_build_begin (b, op, op, WEIR_INPUTS (x, weir_build_i64 (b, "axes", axes, n)));

  weir_node_set_bool (node, "keep_dims", keep);
  return weir_build_end (b, node);
}

/* Of x [N, 3, 4, 5]: along 1 first, and then along the last, and with @many the first. */
typedef struct {
  const char *first, *second;
  gboolean keep_first, keep_second, many, shown;
  WeirDtype dtype;
} Way;

static WeirGraph *
make (const Way *way)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", way->dtype, &WEIR_SHAPE (-1, 3, 4, 5));

  x = reduce (&b, way->first, x, (const gint64[]){ 1 }, 1, way->keep_first);
  if (way->shown)
    weir_build_result (&b, "between", x);
  x = reduce (&b, way->second, x, (const gint64[]){ -1, 0 }, way->many ? 2 : 1,
              way->keep_second);
  weir_build_result (&b, "y", x);
  g_assert_no_error (b.error);
  return graph;
}

static guint
reductions_left (const Way *way)
{
  g_autoptr (WeirGraph) graph = make (way);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_reduce, NULL);

  return count_op (after, way->first) +
         (g_str_equal (way->first, way->second) ? 0 : count_op (after, way->second));
}

static void
test_merged (void)
{
  static const char *const ops[] = { "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin",
                                     "ReduceProd", "ReduceL1",  "ReduceL2" };

  for (guint i = 0; i < G_N_ELEMENTS (ops) * 4; i++) {
    Way way = { .first = ops[i / 4], .second = ops[i / 4], .dtype = WEIR_DTYPE_F32 };

    way.keep_first = way.keep_second = i % 2 == 0;
    way.many = i / 2 % 2 == 0;
    g_test_message ("%s %u", way.first, i);
    g_assert_cmpuint (reductions_left (&way), ==, 1);
  }
}

static void
test_left_alone (void)
{
  static const Way ways[] = {
    { "ReduceMean", "ReduceSum", TRUE, TRUE, FALSE, FALSE, WEIR_DTYPE_F32 },
    { "ReduceMean", "ReduceMean", FALSE, TRUE, FALSE, FALSE, WEIR_DTYPE_F32 },
    { "ReduceMean", "ReduceMean", TRUE, TRUE, FALSE, TRUE, WEIR_DTYPE_F32 },
    { "ReduceMean", "ReduceMean", TRUE, TRUE, FALSE, FALSE, WEIR_DTYPE_I32 },
  };
  static const Way sums = { "ReduceSum", "ReduceSum", TRUE,          TRUE,
                            FALSE,       FALSE,       WEIR_DTYPE_I32 };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_test_message ("way %u", i);
    g_assert_cmpuint (reductions_left (&ways[i]), ==, 2);
  }
  g_assert_cmpuint (reductions_left (&sums), ==, 1);
}

static void
test_in_if (void)
{
  static const Way way = { "ReduceMax", "ReduceMax", TRUE,          TRUE,
                           TRUE,        FALSE,       WEIR_DTYPE_F32 };
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&way));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_merge_reduce, NULL);

  only_op (only_op (after, "If")->bodies[0].graph, "ReduceMax");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/merge-reduce/merged", test_merged);
  g_test_add_func ("/passes/merge-reduce/left-alone", test_left_alone);
  g_test_add_func ("/passes/merge-reduce/in-if", test_in_if);
  return g_test_run ();
}
