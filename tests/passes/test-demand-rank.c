#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/demand.h"
#include "ir/infer.h"
#include "passes.h"
#include "passes/list.h"

/* An input of unknown rank behind a Relu and, with @other, a sum with a constant of that
 * many dimensions; what reads it is for the test to add. */
typedef struct {
  WeirGraph *graph;
  WeirBuilder b;
  WeirPort x;
} Net;

static Net
open_net (int other)
{
  Net net = { .graph = weir_graph_new () };
  const WeirShape one = { .rank = MAX (other, 0), .dims = { 1, 1, 1, 1, 1, 1 } };

  net.b = WEIR_BUILDER (net.graph);
  net.x = weir_build_parameter (&net.b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  net.x = weir_build1 (&net.b, "Relu", "r", net.x);
  if (other >= 0)
    net.x = weir_build2 (&net.b, "Add", "s",
                         weir_build_constant (&net.b, "c", random_f32 (&one, 7)), net.x);
  return net;
}

/* Input "x" has this shape after the pass; @net is cleared. */
static void
assert_input (Net *net, WeirPort y, const char *expected)
{
  g_autoptr (WeirGraph) after = NULL;

  weir_build_result (&net->b, "y", y);
  g_assert_no_error (net->b.error);
  after = run_pass_only (net->graph, weir_pass_demand_rank, NULL);
  g_assert_cmpstr (weir_node_string (weir_graph_find (after, "x"), "shape"), ==,
                   expected);
  weir_graph_free (net->graph);
}

static void
test_transpose (void)
{
  static const gint64 order[] = { 0, 3, 1, 2 };
  Net net = open_net (-1);

  assert_input (&net, weir_build_transpose (&net.b, "t", net.x, order, 4), "?,?,?,?");
}

static WeirPort
convolve (Net *net, const char *op, const WeirShape *filters)
{
  static const gint64 ones[] = { 1, 1 }, zeros[] = { 0, 0 };
  WeirPort weights = weir_build_constant (&net->b, "w", random_f32 (filters, 3));
  WeirNode *node = weir_build_begin (&net->b, op, "conv", WEIR_INPUTS (net->x, weights));

  weir_node_set_ints (node, "strides", ones, 2);
  weir_node_set_ints (node, "dilations", ones, 2);
  weir_node_set_ints (node, "pads_begin", zeros, 2);
  weir_node_set_ints (node, "pads_end", zeros, 2);
  return weir_build_end (&net->b, node);
}

static void
test_filters (void)
{
  Net plain = open_net (3), grouped = open_net (-1);

  assert_input (&plain, convolve (&plain, "Convolution", &WEIR_SHAPE (4, 3, 1, 1)),
                "?,?,?,?");
  assert_input (&grouped,
                convolve (&grouped, "GroupConvolution", &WEIR_SHAPE (2, 2, 3, 1, 1)),
                "?,?,?,?");
}

static void
test_concat (void)
{
  Net net = open_net (0);
  WeirPort c = weir_build_constant (&net.b, "k", random_f32 (&WEIR_SHAPE (1, 2, 3), 5));
  WeirNode *node = weir_build_begin (&net.b, "Concat", "y", WEIR_INPUTS (c, net.x));

  weir_node_set_int (node, "axis", 1);
  assert_input (&net, weir_build_end (&net.b, node), "?,?,?");
}

/* A constant of four dimensions leaves open how many the input has; a matrix product, and
 * a sum of two inputs that are open, do so too. */
static void
test_open (void)
{
  static const gint64 order[] = { 0, 3, 1, 2 };
  Net as_large = open_net (4), product = open_net (-1), two = open_net (-1);
  WeirPort w, z;

  assert_input (&as_large, weir_build_transpose (&as_large.b, "t", as_large.x, order, 4),
                "...");
  w = weir_build_constant (&product.b, "w", random_f32 (&WEIR_SHAPE (3, 2), 5));
  assert_input (&product, weir_build2 (&product.b, "MatMul", "m", product.x, w), "...");
  z = weir_build_parameter (&two.b, "z", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  z = weir_build2 (&two.b, "Add", "a", two.x, z);
  assert_input (&two, weir_build_transpose (&two.b, "t", z, order, 4), "...");
}

/* A frontend knows of matrices; the pass then finds what stands beside. */
static void
test_demanded (void)
{
  Net net = open_net (0);
  WeirPort other =
      weir_build_parameter (&net.b, "z", WEIR_DTYPE_F32, &WEIR_SHAPE_UNKNOWN);
  WeirNode *node = weir_build_begin (&net.b, "Concat", "y", WEIR_INPUTS (other, net.x));

  weir_node_set_int (node, "axis", 1);
  weir_build_end (&net.b, node);
  g_assert_true (weir_graph_demand_rank (net.graph, net.x, 2));
  g_assert_false (weir_graph_demand_rank (net.graph, net.x, 3));
  assert_input (&net, WEIR_PORT (node, 0), "?,?");
}

static void
test_known (void)
{
  Net net = open_net (-1);
  WeirShape shape = WEIR_SHAPE (2, 3);

  weir_graph_set_shape (weir_graph_find (net.graph, "x"), &shape);
  g_assert_true (weir_graph_infer (net.graph, NULL));
  g_assert_false (weir_graph_demand_rank (net.graph, net.x, 2));
  assert_input (&net, net.x, "2,3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/demand-rank/transpose", test_transpose);
  g_test_add_func ("/passes/demand-rank/filters", test_filters);
  g_test_add_func ("/passes/demand-rank/concat", test_concat);
  g_test_add_func ("/passes/demand-rank/open", test_open);
  g_test_add_func ("/passes/demand-rank/demanded", test_demanded);
  g_test_add_func ("/passes/demand-rank/known", test_known);
  return g_test_run ();
}
