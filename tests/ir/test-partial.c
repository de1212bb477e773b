#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

/* Shape calculations on a network input whose shape is known in part. */

static WeirPort
slice (WeirBuilder *builder, WeirPort x, gint64 begin, gint64 end)
{
  WeirPort from = weir_build_i64 (builder, "from", &begin, 1);
  WeirPort to = weir_build_i64 (builder, "to", &end, 1);
  WeirNode *node =
      weir_build_begin (builder, "StridedSlice", "slice", WEIR_INPUTS (x, from, to));

  weir_node_set_ints (node, "begin_mask", (gint64[]){ 0 }, 1);
  weir_node_set_ints (node, "end_mask", (gint64[]){ 0 }, 1);
  return weir_build_end (builder, node);
}

static WeirPort
concat (WeirBuilder *builder, WeirPort a, WeirPort b)
{
  WeirNode *node = weir_build_begin (builder, "Concat", "concat", WEIR_INPUTS (a, b));

  weir_node_set_int (node, "axis", 0);
  return weir_build_end (builder, node);
}

static void
assert_partial (const WeirGraph *graph, WeirPort port, guint mask, const gint64 *values)
{
  const WeirPartial *partial = &weir_graph_info (graph, port)->partial;

  g_assert_null (weir_graph_info (graph, port)->value);
  g_assert_cmpuint (partial->mask, ==, mask);
  for (guint i = 0; i < WEIR_MAX_RANK; i++)
    if ((mask >> i & 1) != 0)
      g_assert_cmpint (partial->values[i], ==, values[i]);
}

/* Twice the height and width of [?,3,8,6], as a resize is exported. */
static void
test_open_batch (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 3, 8, 6));
  WeirPort dims = weir_build1 (&builder, "ShapeOf", "dims", x);
  WeirPort two = weir_build_i64_scalar (&builder, "two", 2);
  WeirPort space = slice (&builder, dims, 2, 4), large, target, zero, y;

  assert_partial (graph, dims, 0xe, (gint64[]){ 0, 3, 8, 6 });
  assert_ints (weir_graph_info (graph, space)->value, (gint64[]){ 8, 6 }, 2);
  large = weir_build2 (&builder, "Multiply", "large", space, two);
  target = concat (&builder, slice (&builder, dims, 0, 2), large);
  assert_partial (graph, target, 0xe, (gint64[]){ 0, 3, 16, 12 });
  zero = weir_build_scalar (&builder, "zero", x, 0);
  y = weir_build2 (&builder, "Broadcast", "y", zero, target);
  g_assert_no_error (builder.error);
  assert_shape (weir_graph_shape (graph, y), "[?,3,16,12]");
}

/* What is not known spreads through arithmetic, and only to where it takes part. */
static void
test_arithmetic (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (4, -1, 6));
  WeirPort y =
      weir_build_parameter (&builder, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 5, 3));
  WeirPort a = weir_build1 (&builder, "ShapeOf", "a", x);
  WeirPort b = weir_build1 (&builder, "ShapeOf", "b", y);
  WeirPort axis = weir_build_i64_scalar (&builder, "axis", 0);
  WeirPort first = weir_build_i64_scalar (&builder, "first", 0);
  WeirPort batch = weir_build (&builder, "Gather", "batch", WEIR_INPUTS (b, first, axis));

  assert_partial (graph, weir_build2 (&builder, "Minimum", "min", a, b), 4,
                  (gint64[]){ 0, 0, 3 });
  assert_partial (graph, weir_build2 (&builder, "Divide", "div", a, b), 4,
                  (gint64[]){ 0, 0, 2 });
  assert_partial (graph, weir_build2 (&builder, "Add", "sum", a, batch), 0,
                  (gint64[]){ 0 });
  assert_partial (graph, weir_build2 (&builder, "Subtract", "none", batch, batch), 0,
                  (gint64[]){ 0 });
}

/* An index that is not known leaves nothing to say of what it picks. */
static void
test_open_index (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (4, -1));
  WeirPort i = weir_build_parameter (&builder, "i", WEIR_DTYPE_I64, &WEIR_SHAPE (1));
  WeirPort dims = weir_build1 (&builder, "ShapeOf", "dims", x);
  WeirPort axis = weir_build_i64_scalar (&builder, "axis", 0);

  assert_partial (graph,
                  weir_build (&builder, "Gather", "picked", WEIR_INPUTS (dims, i, axis)),
                  0, (gint64[]){ 0 });
}

/* A Reshape takes what is known of its target; -1 stays open as long as anything is. */
static void
test_reshape (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (-1, 6, 4));
  WeirPort dims = weir_build1 (&builder, "ShapeOf", "dims", x);
  WeirPort rest = weir_build_i64 (&builder, "rest", (gint64[]){ 3, -1 }, 2);
  WeirPort target = concat (&builder, slice (&builder, dims, 0, 1), rest);
  WeirNode *node = weir_build_begin (&builder, "Reshape", "y", WEIR_INPUTS (x, target));
  WeirPort y;

  weir_node_set_bool (node, "special_zero", FALSE);
  y = weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (weir_graph_shape (graph, y), "[?,3,?]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ir/partial/open-batch", test_open_batch);
  g_test_add_func ("/ir/partial/arithmetic", test_arithmetic);
  g_test_add_func ("/ir/partial/open-index", test_open_index);
  g_test_add_func ("/ir/partial/reshape", test_reshape);
  return g_test_run ();
}
