#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#define SEEDS "global_seed=20015998343868; op_seed=7; "

/* Draws @n from the rows of @probs. */
static WeirTensor *
draw (WeirTensor *probs, gint64 n, const char *attrs)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { probs, weir_tensor_new_i64_scalar (n) }, *y;
  WeirNode *node = begin_op_constants (&builder, "Multinomial", inputs, 2, 1, 0);

  set_attrs (node, attrs);
  y = run_op (&builder, node, inputs, 0);
  weir_tensor_unref (inputs[1]);
  return y;
}

/* OpenVINO's RandomUniform gives 0.354846, 0.668045, 0.165838, 0.507421 and 0.162396 for
 * these seeds: what part of the whole each hits is counted by hand. */
static void
test_values (void)
{
  const float rows[] = { 0.2f, 0.3f, 0.5f };
  const float logarithms[] = { -1.6094379f, -1.2039728f, -0.6931472f };
  g_autoptr (WeirTensor) probs = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), rows);
  g_autoptr (WeirTensor) logs = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), logarithms);
  g_autoptr (WeirTensor) a =
      draw (probs, 5, SEEDS "convert_type=i64; with_replacement=true; log_probs=false");
  g_autoptr (WeirTensor) b =
      draw (logs, 5, SEEDS "convert_type=i32; with_replacement=true; log_probs=true");

  assert_ints (a, (gint64[]){ 1, 2, 0, 2, 0 }, 5);
  assert_ints (b, (gint64[]){ 1, 2, 0, 2, 0 }, 5);
  g_assert_cmpint (weir_tensor_dtype (b), ==, WEIR_DTYPE_I32);
}

/* What is not put back: 0.354846 of 1 hits class 1; 0.668045 of the 0.7 that are left
 * hits class 2, and class 0 remains. */
static void
test_without_replacement (void)
{
  const float rows[] = { 0.2f, 0.3f, 0.5f };
  g_autoptr (WeirTensor) probs = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), rows);
  g_autoptr (WeirTensor) y =
      draw (probs, 3, SEEDS "convert_type=i64; with_replacement=false; log_probs=false");

  assert_ints (y, (gint64[]){ 1, 2, 0 }, 3);
}

static void
test_frequencies (void)
{
  const float rows[] = { 1, 0, 3, 4, 0, 0, 0, 9 };
  const double expected[] = { 0.125, 0, 0.375, 0.5, 0, 0, 0, 1 };
  g_autoptr (WeirTensor) probs = weir_tensor_new_f32 (&WEIR_SHAPE (2, 4), rows);
  g_autoptr (WeirTensor) y = draw (
      probs, 10000, SEEDS "convert_type=i64; with_replacement=true; log_probs=false");
  double counts[8] = { 0 };

  for (gsize i = 0; i < weir_tensor_count (y); i++)
    counts[i / 10000 * 4 + (gsize) weir_tensor_get_int (y, i)]++;
  for (gsize i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (counts[i] / 10000, expected[i], 0.02);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[] = { iota_f32 (&WEIR_SHAPE (2, 3)),
                           weir_tensor_new_i64_scalar (4) };
  WeirNode *node = begin_op_constants (&builder, "Multinomial", inputs, 2, 1, 0);

  set_attrs (node, "convert_type=i64; with_replacement=false; log_probs=false");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "cannot draw 4 samples of 3 classes");
  set_attrs (node, "convert_type=f32");
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT, "expected i32 or i64");
  weir_tensor_unref (inputs[0]);
  weir_tensor_unref (inputs[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/multinomial/values", test_values);
  g_test_add_func ("/ops/multinomial/without-replacement", test_without_replacement);
  g_test_add_func ("/ops/multinomial/frequencies", test_frequencies);
  g_test_add_func ("/ops/multinomial/errors", test_errors);
  return g_test_run ();
}
