#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/**
 * Case:
 * @op: what comes of it; %NULL: it stays
 * @log: the logarithm of a softmax
 * @maximum: the largest value is taken off first
 * @axis, @max_axis: of the sum and of the maximum
 * @axes: how many dimensions are summed
 * @shown: an inner node that is a network output too
 */
typedef struct {
  const char *op;
  gboolean log, maximum;
  gint64 axis, max_axis;
  gsize axes;
  const char *shown;
} Case;

static WeirPort
reduce (WeirBuilder *b, const char *op, WeirPort x, gint64 axis, gsize n)
{
  const gint64 axes[] = { axis, 0 };
  WeirNode *node =
      weir_build_begin (b, op, op, WEIR_INPUTS (x, weir_build_i64 (b, "axes", axes, n)));

  weir_node_set_bool (node, "keep_dims", TRUE);
  return weir_build_end (b, node);
}

static WeirGraph *
make (const Case *c)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 5)), y,
           sum;

  if (c->maximum)
    x = weir_build2 (&b, "Subtract", "Subtract", x,
                     reduce (&b, "ReduceMax", x, c->max_axis, 1));
  y = weir_build1 (&b, "Exp", "Exp", x);
  sum = reduce (&b, "ReduceSum", y, c->axis, c->axes);
  if (c->log)
    y = weir_build2 (&b, "Subtract", "y", x, weir_build1 (&b, "Log", "Log", sum));
  else
    y = weir_build2 (&b, "Divide", "y", y, sum);
  if (c->shown != NULL)
    weir_build_result (&b, "shown", WEIR_PORT (weir_graph_find (graph, c->shown), 0));
  weir_build_result (&b, "y", y);
  g_assert_no_error (b.error);
  return graph;
}

/* run_pass() compares what both compute. */
static void
test_cases (void)
{
  static const Case cases[] = {
    { "Softmax", FALSE, TRUE, -1, 2, 1, NULL },
    { "Softmax", FALSE, FALSE, 1, 1, 1, NULL },
    { "LogSoftmax", TRUE, TRUE, 2, -1, 1, NULL },
    { "LogSoftmax", TRUE, FALSE, 0, 0, 1, NULL },
    { "Softmax", FALSE, TRUE, 1, 2, 1, NULL }, /* another maximum: of x less that */
    { NULL, FALSE, FALSE, 1, 1, 2, NULL },     /* of two dimensions */
    { NULL, FALSE, TRUE, 2, 2, 1, "Exp" },
    { NULL, TRUE, TRUE, 2, 2, 1, "Log" },
    { NULL, FALSE, TRUE, 2, 2, 1, "ReduceMax" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WeirGraph) graph = make (&cases[i]);
    g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_softmax, NULL);
    const WeirNode *node;

    g_test_message ("case %u", i);
    g_assert_cmpuint (count_op (after, "Exp"), ==, cases[i].op == NULL);
    if (cases[i].op == NULL)
      continue;
    node = only_op (after, cases[i].op);
    g_assert_cmpint (weir_node_int (node, "axis"), ==,
                     cases[i].axis < 0 ? cases[i].axis + 3 : cases[i].axis);
    g_assert_cmpuint (count_op (after, "ReduceMax"), ==,
                      cases[i].maximum &&
                          (cases[i].axis + 3) % 3 != (cases[i].max_axis + 3) % 3);
  }
}

static void
test_in_if (void)
{
  const Case c = { "Softmax", FALSE, TRUE, 1, 1, 1, NULL };
  g_autoptr (WeirGraph) graph = wrap_in_if (make (&c));
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_fuse_softmax, NULL);

  g_assert_cmpuint (count_op (only_op (after, "If")->bodies[0].graph, "Softmax"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/fuse-softmax/cases", test_cases);
  g_test_add_func ("/passes/fuse-softmax/in-if", test_in_if);
  return g_test_run ();
}
