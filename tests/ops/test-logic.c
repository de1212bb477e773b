#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

#define N 4

static WeirTensor *
run (const char *op, WeirTensor *a, WeirTensor *b)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { a, b };
  WeirNode *node = begin_op (&builder, op, inputs, b != NULL ? 2 : 1);

  return run_op (&builder, node, inputs, 0);
}

/* The same in every computing type; NaN is compared in the type that can hold it. */
static void
test_comparisons (void)
{
  static const gint64 a[N] = { 1, 2, 3, 100 }, b[N] = { 2, 2, 2, 99 };
  static const struct {
    const char *op;
    gint64 expected[N];
  } rows[] = {
    { "Equal", { 0, 1, 0, 0 } },   { "NotEqual", { 1, 0, 1, 1 } },
    { "Less", { 1, 0, 0, 0 } },    { "LessEqual", { 1, 1, 0, 0 } },
    { "Greater", { 0, 0, 1, 1 } }, { "GreaterEqual", { 0, 1, 1, 1 } },
  };
  static const WeirDtype dtypes[] = { WEIR_DTYPE_F32, WEIR_DTYPE_F16, WEIR_DTYPE_F64,
                                      WEIR_DTYPE_I64, WEIR_DTYPE_U8,  WEIR_DTYPE_U64 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint d = 0; d < G_N_ELEMENTS (dtypes); d++) {
      g_autoptr (WeirTensor) ia = ints (&WEIR_SHAPE (N), a);
      g_autoptr (WeirTensor) ib = ints (&WEIR_SHAPE (N), b);
      g_autoptr (WeirTensor) ta = weir_tensor_convert (ia, dtypes[d], NULL);
      g_autoptr (WeirTensor) tb = weir_tensor_convert (ib, dtypes[d], NULL);
      g_autoptr (WeirTensor) y = run (rows[i].op, ta, tb);

      g_assert_cmpint (weir_tensor_dtype (y), ==, WEIR_DTYPE_BOOL);
      assert_ints (y, rows[i].expected, N);
    }
}

/* Neighbours above 2^53, and numbers with the highest bit set. */
static void
test_exact (void)
{
  const gint64 a[] = { 9007199254740993, -1 }, b[] = { 9007199254740992, 1 };
  g_autoptr (WeirTensor) ta = ints (&WEIR_SHAPE (2), a);
  g_autoptr (WeirTensor) tb = ints (&WEIR_SHAPE (2), b);
  g_autoptr (WeirTensor) ua = weir_tensor_convert (ta, WEIR_DTYPE_U64, NULL);
  g_autoptr (WeirTensor) ub = weir_tensor_convert (tb, WEIR_DTYPE_U64, NULL);
  g_autoptr (WeirTensor) equal = run ("Equal", ta, tb);
  g_autoptr (WeirTensor) greater = run ("Greater", ta, tb);
  g_autoptr (WeirTensor) unsigned_greater = run ("Greater", ua, ub);

  assert_ints (equal, (gint64[]){ 0, 0 }, 2);
  assert_ints (greater, (gint64[]){ 1, 0 }, 2);
  assert_ints (unsigned_greater, (gint64[]){ 1, 1 }, 2);
}

static void
test_logical (void)
{
  static const guint8 a[N] = { 0, 0, 1, 1 }, b[N] = { 0, 1, 0, 1 };
  static const struct {
    const char *op;
    gint64 expected[N];
  } rows[] = {
    { "LogicalAnd", { 0, 0, 0, 1 } }, { "LogicalOr", { 0, 1, 1, 1 } },
    { "LogicalXor", { 0, 1, 1, 0 } }, { "Xor", { 0, 1, 1, 0 } },
    { "BitwiseAnd", { 0, 0, 0, 1 } }, { "Maximum", { 0, 1, 1, 1 } },
    { "Equal", { 1, 0, 0, 1 } },
  };
  g_autoptr (WeirTensor) ta =
      weir_tensor_new_copy (WEIR_DTYPE_BOOL, &WEIR_SHAPE (N), a, NULL);
  g_autoptr (WeirTensor) tb =
      weir_tensor_new_copy (WEIR_DTYPE_BOOL, &WEIR_SHAPE (N), b, NULL);
  g_autoptr (WeirTensor) negated = run ("LogicalNot", ta, NULL);
  g_autoptr (WeirTensor) turned = run ("BitwiseNot", ta, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) y = run (rows[i].op, ta, tb);

    assert_ints (y, rows[i].expected, N);
  }
  assert_ints (negated, (gint64[]){ 1, 1, 0, 0 }, N);
  assert_ints (turned, (gint64[]){ 1, 1, 0, 0 }, N);
}

static void
test_kinds (void)
{
  const float values[N] = { NAN, INFINITY, -INFINITY, 1 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32 (&WEIR_SHAPE (N), values);
  g_autoptr (WeirTensor) nan = run ("IsNaN", x, NULL);
  g_autoptr (WeirTensor) inf = run ("IsInf", x, NULL);
  g_autoptr (WeirTensor) finite = run ("IsFinite", x, NULL);
  WeirNode *node = begin_op (&builder, "IsInf", &x, 1);
  g_autoptr (WeirTensor) positive = NULL;

  weir_node_set_bool (node, "detect_negative", FALSE);
  positive = run_op (&builder, node, &x, 0);
  assert_ints (nan, (gint64[]){ 1, 0, 0, 0 }, N);
  assert_ints (inf, (gint64[]){ 0, 1, 1, 0 }, N);
  assert_ints (finite, (gint64[]){ 0, 0, 0, 1 }, N);
  assert_ints (positive, (gint64[]){ 0, 1, 0, 0 }, N);
}

static void
test_wrong_type (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = weir_tensor_new_f32_scalar (1);
  WeirTensor *inputs[] = { x, x };
  WeirNode *node = begin_op (&builder, "LogicalAnd", inputs, 2);

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 0 must be boolean, found f32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/logic/comparisons", test_comparisons);
  g_test_add_func ("/ops/logic/exact", test_exact);
  g_test_add_func ("/ops/logic/logical", test_logical);
  g_test_add_func ("/ops/logic/kinds", test_kinds);
  g_test_add_func ("/ops/logic/wrong-type", test_wrong_type);
  return g_test_run ();
}
