#include "compare.h"
#include "graphs.h"

#include <math.h>

static void
check (const char *op, float x, float y)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) input = weir_tensor_new_f32_scalar (x);
  WeirNode *node = begin_op (&builder, op, &input, 1);
  g_autoptr (WeirTensor) output = run_op (&builder, node, &input, 0);

  assert_f32 (output, &y, 1);
}

static void
test_values (void)
{
  static const struct {
    const char *op;
    float x, y;
  } rows[] = {
    { "Abs", -2.5f, 2.5f },
    { "Acos", 0.5f, 1.0471976f },
    { "Acosh", 2, 1.3169579f },
    { "Asin", 0.5f, 0.5235988f },
    { "Asinh", 1, 0.8813736f },
    { "Atan", 1, 0.7853982f },
    { "Atanh", 0.5f, 0.5493061f },
    { "Ceiling", -1.5f, -1 },
    { "Cos", 1, 0.5403023f },
    { "Cosh", 1, 1.5430806f },
    { "Erf", 0.5f, 0.5204999f },
    { "ErfInv", 0.5f, 0.4769363f },
    { "ErfInv", -0.99f, -1.8213864f },
    { "ErfInv", 0, 0 },
    { "Exp", 1, 2.7182817f },
    { "Floor", -1.5f, -2 },
    { "Log", 10, 2.3025851f },
    { "Negative", 3, -3 },
    { "Sign", -7, -1 },
    { "Sign", 0, 0 },
    { "Sin", 1, 0.8414710f },
    { "Sinh", 1, 1.1752012f },
    { "Sqrt", 16, 4 },
    { "Tan", 1, 1.5574077f },
    { "Tanh", 1, 0.7615942f },
    { "Round", 2.5f, 2 },
    { "Round", -3.5f, -4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i].op, rows[i].x, rows[i].y);
}

static void
test_edges (void)
{
  static const struct {
    const char *op;
    float x;
  } nans[] = { { "Sqrt", -1 }, { "Log", -1 }, { "Sign", NAN }, { "ErfInv", 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (nans); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) input = weir_tensor_new_f32_scalar (nans[i].x);
    WeirNode *node = begin_op (&builder, nans[i].op, &input, 1);
    g_autoptr (WeirTensor) output = run_op (&builder, node, &input, 0);

    g_assert_true (isnan (weir_tensor_get (output, 0)));
  }
}

static void
test_round_half_away (void)
{
  const float values[] = { -2.5f, -0.5f, 0.5f, 1.4f, 2.5f };
  const float rounded[] = { -3, -1, 1, 1, 3 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) input = weir_tensor_new_f32 (&WEIR_SHAPE (5), values);
  WeirNode *node = begin_op (&builder, "Round", &input, 1);
  g_autoptr (WeirTensor) output = NULL;

  weir_node_set_string (node, "mode", "half_away_from_zero");
  output = run_op (&builder, node, &input, 0);
  assert_f32 (output, rounded, G_N_ELEMENTS (rounded));
}

/* Integers of 64 bits lose no digit. */
static void
test_integers (void)
{
  const gint64 values[] = { -9007199254740993, 0, 9007199254740993 };
  static const struct {
    const char *op;
    gint64 expected[3];
  } rows[] = {
    { "Abs", { 9007199254740993, 0, 9007199254740993 } },
    { "Negative", { 9007199254740993, 0, -9007199254740993 } },
    { "Sign", { -1, 0, 1 } },
    { "Floor", { -9007199254740993, 0, 9007199254740993 } },
    { "BitwiseNot", { 9007199254740992, -1, -9007199254740994 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) input = ints (&WEIR_SHAPE (3), values);
    WeirNode *node = begin_op (&builder, rows[i].op, &input, 1);
    g_autoptr (WeirTensor) output = run_op (&builder, node, &input, 0);

    assert_ints (output, rows[i].expected, 3);
  }
}

/* Elements of other types go through double and come back rounded. */
static void
test_types (void)
{
  static const WeirDtype dtypes[] = { WEIR_DTYPE_F64, WEIR_DTYPE_F16, WEIR_DTYPE_BF16,
                                      WEIR_DTYPE_I32, WEIR_DTYPE_U8 };

  for (guint i = 0; i < G_N_ELEMENTS (dtypes); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    g_autoptr (WeirTensor) input = weir_tensor_new_scalar (dtypes[i], 9);
    WeirNode *node = begin_op (&builder, "Sqrt", &input, 1);
    g_autoptr (WeirTensor) output = run_op (&builder, node, &input, 0);

    g_assert_cmpfloat (weir_tensor_get (output, 0), ==, 3);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/unary/values", test_values);
  g_test_add_func ("/ops/unary/edges", test_edges);
  g_test_add_func ("/ops/unary/round-half-away", test_round_half_away);
  g_test_add_func ("/ops/unary/integers", test_integers);
  g_test_add_func ("/ops/unary/types", test_types);
  return g_test_run ();
}
