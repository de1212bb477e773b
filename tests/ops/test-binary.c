#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <math.h>

static WeirTensor *
run_rule (const char *op, const char *rule, WeirTensor *a, WeirTensor *b)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { a, b };
  WeirNode *node = begin_op (&builder, op, inputs, 2);

  if (rule != NULL)
    weir_node_set_string (node, "auto_broadcast", rule);
  return run_op (&builder, node, inputs, 0);
}

static WeirTensor *
run (const char *op, WeirTensor *a, WeirTensor *b)
{
  return run_rule (op, NULL, a, b);
}

#define N 4

static const float lefts[N] = { -7, 7, 5.5f, 0.5f };
static const float rights[N] = { 3, -3, 2, 2 };

static void
test_floats (void)
{
  static const struct {
    const char *op;
    float expected[N];
  } rows[] = {
    { "Add", { -4, 4, 7.5f, 2.5f } },
    { "Subtract", { -10, 10, 3.5f, -1.5f } },
    { "Multiply", { -21, -21, 11, 1 } },
    { "Divide", { -2.3333333f, -2.3333333f, 2.75f, 0.25f } },
    { "Mod", { -1, 1, 1.5f, 0.5f } },
    { "FloorMod", { 2, -2, 1.5f, 0.5f } },
    { "Power", { -343, 0.0029154519f, 30.25f, 0.25f } },
    { "Maximum", { 3, 7, 5.5f, 2 } },
    { "Minimum", { -7, -3, 2, 0.5f } },
    { "SquaredDifference", { 100, 100, 12.25f, 2.25f } },
  };
  static const WeirDtype dtypes[] = { WEIR_DTYPE_F32, WEIR_DTYPE_F64 };

  for (guint i = 0; i < G_N_ELEMENTS (rows) * G_N_ELEMENTS (dtypes); i++) {
    g_autoptr (WeirTensor) fa = weir_tensor_new_f32 (&WEIR_SHAPE (N), lefts);
    g_autoptr (WeirTensor) fb = weir_tensor_new_f32 (&WEIR_SHAPE (N), rights);
    g_autoptr (WeirTensor) a = weir_tensor_convert (fa, dtypes[i % 2], NULL);
    g_autoptr (WeirTensor) b = weir_tensor_convert (fb, dtypes[i % 2], NULL);
    g_autoptr (WeirTensor) y = run (rows[i / 2].op, a, b);

    assert_f32 (y, rows[i / 2].expected, N);
  }
}

/* 2^53 + 1 and its like, that a double cannot hold; the last column divides by zero. */
static void
test_integers (void)
{
  static const gint64 a[N] = { -9007199254740993, 9007199254740993, 3, 7 };
  static const gint64 b[N] = { 2, -4, 39, 0 };
  static const struct {
    const char *op;
    gint64 expected[N];
  } rows[] = {
    { "Add", { -9007199254740991, 9007199254740989, 42, 7 } },
    { "Subtract", { -9007199254740995, 9007199254740997, -36, 7 } },
    { "Multiply", { -18014398509481986, -36028797018963972, 117, 0 } },
    { "Divide", { -4503599627370497, -2251799813685249, 0, 0 } },
    { "Mod", { -1, 1, 3, 0 } },
    { "FloorMod", { 1, -3, 3, 0 } },
    { "Power", { 18014398509481985, 0, 4052555153018976267, 1 } },
    { "Maximum", { 2, 9007199254740993, 39, 7 } },
    { "Minimum", { -9007199254740993, -4, 3, 0 } },
    { "BitwiseAnd", { 2, 9007199254740992, 3, 0 } },
    { "BitwiseOr", { -9007199254740993, -3, 39, 7 } },
    { "BitwiseXor", { -9007199254740995, -9007199254740995, 36, 7 } },
    { "BitwiseLeftShift", { -36028797018963972, 0, 1649267441664, 7 } },
    { "BitwiseRightShift", { -2251799813685249, 0, 0, 7 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) ta = ints (&WEIR_SHAPE (N), a);
    g_autoptr (WeirTensor) tb = ints (&WEIR_SHAPE (N), b);
    g_autoptr (WeirTensor) y = run (rows[i].op, ta, tb);

    g_test_message ("%s", rows[i].op);
    assert_ints (y, rows[i].expected, N);
  }
}

static void
test_truncating_division (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) a = weir_tensor_new_i32_scalar (-7);
  g_autoptr (WeirTensor) b = weir_tensor_new_i32_scalar (2);
  WeirTensor *inputs[] = { a, b };
  WeirNode *node = begin_op (&builder, "Divide", inputs, 2);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_bool (node, "m_pythondiv", FALSE);
  y = run_op (&builder, node, inputs, 0);
  assert_ints (y, (gint64[]){ -3 }, 1);
}

/* What C leaves undefined: the quotient that does not fit, and a remainder beside it. */
static void
test_smallest_integer (void)
{
  const gint64 smallest = G_MININT64, minus_one = -1;
  g_autoptr (WeirTensor) a = ints (&WEIR_SHAPE (1), &smallest);
  g_autoptr (WeirTensor) b = ints (&WEIR_SHAPE (1), &minus_one);
  g_autoptr (WeirTensor) quotient = run ("Divide", a, b);
  g_autoptr (WeirTensor) rest = run ("FloorMod", a, b);

  assert_ints (quotient, &smallest, 1);
  assert_ints (rest, (gint64[]){ 0 }, 1);
}

static void
test_unsigned (void)
{
  const guint64 large[] = { G_MAXUINT64, G_GUINT64_CONSTANT (1) << 63 }, two[] = { 2, 2 };
  g_autoptr (WeirTensor) a =
      weir_tensor_new_copy (WEIR_DTYPE_U64, &WEIR_SHAPE (2), large, NULL);
  g_autoptr (WeirTensor) b =
      weir_tensor_new_copy (WEIR_DTYPE_U64, &WEIR_SHAPE (2), two, NULL);
  g_autoptr (WeirTensor) quotient = run ("Divide", a, b);
  g_autoptr (WeirTensor) larger = run ("Maximum", a, b);

  assert_ints (quotient, (gint64[]){ G_MAXINT64, G_GINT64_CONSTANT (1) << 62 }, 2);
  assert_equal (larger, a);
}

/* u8 wraps; more elements than pass through a buffer at once. */
static void
test_small_types (void)
{
  g_autoptr (WeirTensor) a = weir_tensor_new (WEIR_DTYPE_U8, &WEIR_SHAPE (3, 300), NULL);
  g_autoptr (WeirTensor) b = weir_tensor_new (WEIR_DTYPE_U8, &WEIR_SHAPE (3, 1), NULL);
  g_autoptr (WeirTensor) y = NULL;

  for (guint i = 0; i < 900; i++)
    ((guint8 *) weir_tensor_writable (a))[i] = (guint8) (i * 7);
  for (guint i = 0; i < 3; i++)
    ((guint8 *) weir_tensor_writable (b))[i] = (guint8) (100 * i);
  y = run ("Add", a, b);
  for (guint i = 0; i < 900; i++)
    g_assert_cmpint (weir_tensor_get_int (y, i), ==, (i * 7 + i / 300 * 100) % 256);
}

static void
test_broadcast (void)
{
  const float sums[] = { 0, 1, 2, 4, 5, 6, 3, 4, 5, 7, 8, 9 };
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 1, 3));
  g_autoptr (WeirTensor) column = iota_f32 (&WEIR_SHAPE (2, 1));
  g_autoptr (WeirTensor) four = weir_tensor_new_f32_scalar (4);
  g_autoptr (WeirTensor) b = run ("Multiply", column, four);
  g_autoptr (WeirTensor) y = run ("Add", a, b);
  g_autoptr (WeirTensor) empty = iota_f32 (&WEIR_SHAPE (0, 1, 3));
  g_autoptr (WeirTensor) nothing = run ("Add", empty, b);

  assert_shape (weir_tensor_shape (y), "[2,2,3]");
  assert_f32 (y, sums, G_N_ELEMENTS (sums));
  assert_shape (weir_tensor_shape (nothing), "[0,2,3]");
}

static void
test_rules (void)
{
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 2));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (2));
  g_autoptr (WeirTensor) pdpd = run_rule ("Add", "pdpd", a, b);
  g_autoptr (WeirTensor) none = run_rule ("Add", "none", a, a);

  assert_f32 (pdpd, (float[]){ 0, 1, 3, 4 }, 4);
  assert_f32 (none, (float[]){ 0, 2, 4, 6 }, 4);
}

static void
expect_error (const char *op, const char *rule, WeirTensor *a, WeirTensor *b,
              const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { a, b };
  WeirNode *node = begin_op (&builder, op, inputs, 2);

  weir_node_set_string (node, "auto_broadcast", rule);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, text);
}

static void
test_errors (void)
{
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (2, 3));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (3));
  g_autoptr (WeirTensor) c = iota_f32 (&WEIR_SHAPE (2));
  g_autoptr (WeirTensor) i = weir_tensor_new_i64_scalar (1);

  expect_error ("Add", "numpy", a, c, "shapes [2,3] and [2] do not broadcast");
  expect_error ("Add", "none", a, b, "do not fit together with auto_broadcast 'none'");
  expect_error ("Add", "pdpd", b, a, "do not fit together with auto_broadcast 'pdpd'");
  expect_error ("Add", "numpy", a, i, "one element type, found f32 and i64");
  expect_error ("BitwiseOr", "numpy", a, a, "must be integer or boolean, found f32");
}

static void
test_nan (void)
{
  const float nan_first[] = { NAN, 1 }, nan_last[] = { 1, NAN };
  g_autoptr (WeirTensor) a = weir_tensor_new_f32 (&WEIR_SHAPE (2), nan_first);
  g_autoptr (WeirTensor) b = weir_tensor_new_f32 (&WEIR_SHAPE (2), nan_last);
  g_autoptr (WeirTensor) larger = run ("Maximum", a, b);
  g_autoptr (WeirTensor) smaller = run ("Minimum", a, b);

  for (guint i = 0; i < 2; i++) {
    g_assert_true (isnan (weir_tensor_get (larger, i)));
    g_assert_true (isnan (weir_tensor_get (smaller, i)));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/binary/floats", test_floats);
  g_test_add_func ("/ops/binary/integers", test_integers);
  g_test_add_func ("/ops/binary/truncating-division", test_truncating_division);
  g_test_add_func ("/ops/binary/smallest-integer", test_smallest_integer);
  g_test_add_func ("/ops/binary/unsigned", test_unsigned);
  g_test_add_func ("/ops/binary/small-types", test_small_types);
  g_test_add_func ("/ops/binary/broadcast", test_broadcast);
  g_test_add_func ("/ops/binary/rules", test_rules);
  g_test_add_func ("/ops/binary/errors", test_errors);
  g_test_add_func ("/ops/binary/nan", test_nan);
  return g_test_run ();
}
