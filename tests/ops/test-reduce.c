#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

#include <math.h>

static WeirTensor *
run (const char *op, WeirTensor *x, const gint64 *axes, gint64 n, gboolean keep)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) list = ints (&WEIR_SHAPE (n), axes);
  WeirTensor *inputs[] = { x, list };
  WeirNode *node = begin_op_constants (&builder, op, inputs, 2, 1, 0);

  weir_node_set_bool (node, "keep_dims", keep);
  return run_op (&builder, node, inputs, 0);
}

/* -3..2 as [2,3], along the rows. */
static void
test_values (void)
{
  static const struct {
    const char *op;
    float expected[2];
  } rows[] = {
    { "ReduceSum", { -6, 3 } },
    { "ReduceMean", { -2, 1 } },
    { "ReduceMax", { -1, 2 } },
    { "ReduceMin", { -3, 0 } },
    { "ReduceProd", { -6, 0 } },
    { "ReduceL1", { 6, 3 } },
    { "ReduceL2", { 3.7416574f, 2.236068f } },
  };
  const float values[] = { -3, -2, -1, 0, 1, 2 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (2, 3), values);
    g_autoptr (WeirTensor) y = run (rows[i].op, x, (gint64[]){ 1 }, 1, FALSE);

    assert_shape (weir_tensor_shape (y), "[2]");
    assert_f32 (y, rows[i].expected, 2);
  }
}

static void
test_axes (void)
{
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 3, 2));
  g_autoptr (WeirTensor) middle = run ("ReduceSum", x, (gint64[]){ -2 }, 1, TRUE);
  g_autoptr (WeirTensor) outer = run ("ReduceSum", x, (gint64[]){ 2, 0 }, 2, FALSE);
  g_autoptr (WeirTensor) all = run ("ReduceSum", x, (gint64[]){ 0, 1, 2 }, 3, FALSE);
  g_autoptr (WeirTensor) none = run ("ReduceSum", x, NULL, 0, FALSE);

  assert_shape (weir_tensor_shape (middle), "[2,1,2]");
  assert_f32 (middle, (float[]){ 6, 9, 24, 27 }, 4);
  assert_shape (weir_tensor_shape (outer), "[3]");
  assert_f32 (outer, (float[]){ 14, 22, 30 }, 3);
  assert_f32 (all, (float[]){ 66 }, 1);
  assert_equal (none, x);
}

/* More elements than pass through a buffer at once, in both directions. */
static void
test_long (void)
{
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 1000));
  g_autoptr (WeirTensor) rows = run ("ReduceMean", x, (gint64[]){ 1 }, 1, FALSE);
  g_autoptr (WeirTensor) columns = run ("ReduceMean", x, (gint64[]){ 0 }, 1, FALSE);

  assert_f32 (rows, (float[]){ 499.5f, 1499.5f }, 2);
  for (gsize i = 0; i < 1000; i++)
    g_assert_cmpfloat (weir_tensor_get (columns, i), ==, 500 + (double) i);
}

static void
test_integers (void)
{
  const gint64 values[] = { 9007199254740993, -2, 4 }, axis = 0;
  static const struct {
    const char *op;
    gint64 expected;
  } rows[] = {
    { "ReduceSum", 9007199254740995 },    { "ReduceMean", 3002399751580331 },
    { "ReduceMax", 9007199254740993 },    { "ReduceMin", -2 },
    { "ReduceProd", -72057594037927944 }, { "ReduceL1", 9007199254740999 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) x = ints (&WEIR_SHAPE (3), values);
    g_autoptr (WeirTensor) y = run (rows[i].op, x, &axis, 1, FALSE);

    assert_ints (y, &rows[i].expected, 1);
  }
}

static void
test_logical (void)
{
  const guint8 values[] = { 1, 1, 0, 1, 0, 0 };
  g_autoptr (WeirTensor) x =
      weir_tensor_new_copy (WEIR_DTYPE_BOOL, &WEIR_SHAPE (3, 2), values, NULL);
  g_autoptr (WeirTensor) all = run ("ReduceLogicalAnd", x, (gint64[]){ 1 }, 1, FALSE);
  g_autoptr (WeirTensor) any = run ("ReduceLogicalOr", x, (gint64[]){ 1 }, 1, FALSE);

  assert_ints (all, (gint64[]){ 1, 0, 0 }, 3);
  assert_ints (any, (gint64[]){ 1, 1, 0 }, 3);
}

static void
test_empty (void)
{
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (0, 2));
  g_autoptr (WeirTensor) sum = run ("ReduceSum", x, (gint64[]){ 0 }, 1, FALSE);
  g_autoptr (WeirTensor) mean = run ("ReduceMean", x, (gint64[]){ 0 }, 1, FALSE);
  g_autoptr (WeirTensor) max = run ("ReduceMax", x, (gint64[]){ 0 }, 1, FALSE);

  assert_f32 (sum, (float[]){ 0, 0 }, 2);
  g_assert_true (isnan (weir_tensor_get (mean, 1)));
  g_assert_cmpfloat (weir_tensor_get (max, 1), ==, -(double) INFINITY);
}

static void
check_unknown (const WeirShape *x, gboolean constant, gboolean keep, const char *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort px = weir_build_parameter (&builder, "x", WEIR_DTYPE_F32, x);
  WeirPort axes =
      constant ? weir_build_i64 (&builder, "axes", (gint64[]){ 1, 2 }, 2)
               : weir_build_parameter (&builder, "axes", WEIR_DTYPE_I64, &WEIR_SHAPE (2));
  WeirNode *node = weir_build_begin (&builder, "ReduceSum", "y", WEIR_INPUTS (px, axes));

  weir_node_set_bool (node, "keep_dims", keep);
  assert_shape (weir_graph_shape (graph, weir_build_end (&builder, node)), expected);
}

static void
test_unknown (void)
{
  check_unknown (&WEIR_SHAPE (-1, 3, -1), TRUE, FALSE, "[?]");
  check_unknown (&WEIR_SHAPE (-1, 3, -1), TRUE, TRUE, "[?,1,1]");
  check_unknown (&WEIR_SHAPE (2, 3, 4), FALSE, FALSE, "[?]");
  check_unknown (&WEIR_SHAPE (2, 3, 4), FALSE, TRUE, "[?,?,?]");
  check_unknown (&WEIR_SHAPE_UNKNOWN, TRUE, FALSE, "[...]");
}

static void
expect_error (const char *op, const gint64 *axes, gint64 n, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 3));
  g_autoptr (WeirTensor) list = ints (&WEIR_SHAPE (n), axes);
  WeirTensor *inputs[] = { x, list };
  WeirNode *node = begin_op_constants (&builder, op, inputs, 2, 1, 0);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  expect_error ("ReduceSum", (gint64[]){ 2 }, 1, "axis 2 is out of range for rank 2");
  expect_error ("ReduceSum", (gint64[]){ 0, -2 }, 2, "axis 0 is named twice");
  expect_error ("ReduceSum", (gint64[]){ 0, 1, 0 }, 3, "3 axes are too many for rank 2");
  expect_error ("ReduceLogicalOr", (gint64[]){ 0 }, 1, "expected booleans, found f32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/reduce/values", test_values);
  g_test_add_func ("/ops/reduce/axes", test_axes);
  g_test_add_func ("/ops/reduce/long", test_long);
  g_test_add_func ("/ops/reduce/integers", test_integers);
  g_test_add_func ("/ops/reduce/logical", test_logical);
  g_test_add_func ("/ops/reduce/empty", test_empty);
  g_test_add_func ("/ops/reduce/unknown", test_unknown);
  g_test_add_func ("/ops/reduce/errors", test_errors);
  return g_test_run ();
}
