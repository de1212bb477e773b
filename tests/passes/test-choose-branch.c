#include "graphs.h"
#include "passes.h"
#include "passes/list.h"

/* What a branch makes of its only parameter. */
typedef WeirPort (*Body) (WeirBuilder *b, WeirPort x);

static void
add_body (WeirNode *node, Body make, const WeirShape *shape)
{
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder b = WEIR_BUILDER (body->graph);
  WeirPortMap input = { .external = 1, .axis = -1 };
  WeirPortMap output = { .external = 0, .axis = -1 };
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, shape);

  weir_build_result (&b, "y", make (&b, x));
  g_assert_no_error (b.error);
  g_array_append_val (body->inputs, input);
  g_array_append_val (body->outputs, output);
}

static WeirPort
add_if (WeirBuilder *b, WeirPort condition, WeirPort x, Body then, Body other)
{
  WeirShape shape = *weir_graph_shape (b->graph, x);
  WeirNode *node =
      weir_build_begin_outputs (b, "If", "if", (const WeirPort[]){ condition, x }, 2, 1);

  g_assert_no_error (b->error);
  add_body (node, then, &shape);
  add_body (node, other, &shape);
  return weir_build_end (b, node);
}

/* Whether dimension @axis of @x is 1. */
static WeirPort
is_one (WeirBuilder *b, WeirPort x, gint64 axis)
{
  WeirPort dim = weir_build (b, "Gather", "dim",
                             WEIR_INPUTS (weir_build1 (b, "ShapeOf", "shape", x),
                                          weir_build_i64 (b, "axis", &axis, 1),
                                          weir_build_i64_scalar (b, "zero", 0)));

  return weir_build2 (b, "Equal", "is one", dim, weir_build_i64_scalar (b, "one", 1));
}

static WeirPort
squeezed (WeirBuilder *b, WeirPort x)
{
  return weir_build_squeeze (b, "squeezed", x, (const gint64[]){ 1 }, 1);
}

static WeirPort
kept (WeirBuilder *b, WeirPort x)
{
  return weir_build1 (b, "Abs", "kept", x);
}

static WeirPort
deepened (WeirBuilder *b, WeirPort x)
{
  return weir_build_unsqueeze (b, "deepened", x, (const gint64[]){ 0 }, 1);
}

static WeirPort
nested (WeirBuilder *b, WeirPort x)
{
  return add_if (b, is_one (b, x, 0), x, deepened, kept);
}

/* An If on x[3,?], and behind it a Transpose, which wants two dimensions, or an Exp. */
static WeirGraph *
make (const WeirShape *shape, Body then, Body other, gboolean transposed)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, shape);
  WeirPort y = add_if (&b, is_one (&b, x, 1), x, then, other);

  weir_build_result (
      &b, "y",
      transposed ? weir_build_transpose (&b, "turned", y, (const gint64[]){ 1, 0 }, 2)
                 : weir_build1 (&b, "Exp", "exp", y));
  g_assert_no_error (b.error);
  return graph;
}

static void
test_only_one_goes_on (void)
{
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (3, -1), squeezed, kept, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_choose_branch, NULL);

  g_assert_cmpuint (count_op (after, "If"), ==, 0);
  g_assert_cmpuint (count_op (after, "Abs"), ==, 1);
  g_assert_cmpuint (count_op (after, "Squeeze"), ==, 0);
  g_assert_cmpint (
      weir_graph_shape (after, weir_graph_result (after, 0)->inputs[0])->rank, ==, 2);
}

static void
test_both_go_on (void)
{
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (3, -1), squeezed, kept, FALSE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_choose_branch, NULL);

  g_assert_cmpuint (count_op (after, "If"), ==, 1);
}

/* Of one rank, both can be read by whatever comes. */
static void
test_same_rank (void)
{
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (3, -1), kept, kept, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_choose_branch, NULL);

  g_assert_cmpuint (count_op (after, "If"), ==, 1);
}

static void
test_known (void)
{
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (3, 1), squeezed, kept, FALSE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_choose_branch, NULL);

  g_assert_cmpuint (count_op (after, "If"), ==, 0);
  g_assert_cmpuint (count_op (after, "Squeeze"), ==, 1);
}

/* The branch that goes on is itself such an If, whose condition the shape of x tells. */
static void
test_nested (void)
{
  g_autoptr (WeirGraph) graph = make (&WEIR_SHAPE (3, -1), squeezed, nested, TRUE);
  g_autoptr (WeirGraph) after = run_pass (graph, weir_pass_choose_branch, NULL);

  g_assert_cmpuint (count_op (after, "If"), ==, 0);
  g_assert_cmpuint (count_op (after, "Abs"), ==, 1);
  g_assert_cmpuint (count_op (after, "Unsqueeze"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/passes/choose-branch/only-one-goes-on", test_only_one_goes_on);
  g_test_add_func ("/passes/choose-branch/both-go-on", test_both_go_on);
  g_test_add_func ("/passes/choose-branch/same-rank", test_same_rank);
  g_test_add_func ("/passes/choose-branch/known", test_known);
  g_test_add_func ("/passes/choose-branch/nested", test_nested);
  return g_test_run ();
}
