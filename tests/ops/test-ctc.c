#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"

/* Expected values were computed with OpenVINO. */

static WeirTensor *
decode (const WeirTensor *mask)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = noise_f32 (&WEIR_SHAPE (5, 2, 4), 1, 0, 1);
  WeirTensor *inputs[] = { x, (WeirTensor *) mask };
  WeirNode *node = begin_op (&builder, "CTCGreedyDecoder", inputs, 2);

  return run_op (&builder, node, inputs, 0);
}

/* Best classes are 0 3 3 0 2 and 1 3 1 0 0; 3 is the blank. The second ends after 3. */
static void
test_mask (void)
{
  const float mask[] = { 1, 1, 1, 1, 1, 1, 1, 0, 1, 0 };
  const float hole[] = { 1, 1, 0, 1, 1, 1, 1, 0, 1, 0 };
  const float expected[] = { 0, 0, 2, -1, -1, 1, 1, -1, -1, -1 };
  const float shorter[] = { 0, -1, -1, -1, -1, 1, 1, -1, -1, -1 };
  g_autoptr (WeirTensor) a = weir_tensor_new_f32 (&WEIR_SHAPE (5, 2), mask);
  g_autoptr (WeirTensor) b = weir_tensor_new_f32 (&WEIR_SHAPE (5, 2), hole);
  g_autoptr (WeirTensor) y = decode (a);
  g_autoptr (WeirTensor) z = decode (b);

  assert_shape (weir_tensor_shape (y), "[2,5,1,1]");
  assert_f32 (y, expected, 10);
  assert_f32 (z, shorter, 10);
}

static WeirNode *
begin_lengths (WeirBuilder *builder, WeirTensor **inputs, gint64 last, gint64 blank)
{
  guint n = blank >= 0 ? 3 : 2;

  inputs[0] = noise_f32 (&WEIR_SHAPE (2, 5, 4), 1, 0, 1);
  inputs[1] = ints (&WEIR_SHAPE (2), (gint64[]){ 5, last });
  inputs[2] = weir_tensor_new_i64_scalar (blank);
  return begin_op (builder, "CTCGreedyDecoderSeqLen", inputs, n);
}

static void
clear (WeirTensor **inputs)
{
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

/* Best classes are 0 1 3 3 3 and 1 0 0. */
static void
check_lengths (gint64 blank, gboolean merge, const gint64 *expected, const gint64 *counts)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_lengths (&builder, inputs, 3, blank);
  g_autoptr (WeirTensor) y = NULL;
  g_autoptr (WeirTensor) z = NULL;

  weir_node_set_bool (node, "merge_repeated", merge);
  weir_node_set_dtype (node, "classes_index_type", WEIR_DTYPE_I64);
  y = run_op (&builder, node, inputs, 0);
  z = run_op (&builder, node, inputs, 1);
  assert_ints (y, expected, 10);
  assert_ints (z, counts, 2);
  g_assert_cmpint (weir_tensor_dtype (y), ==, WEIR_DTYPE_I64);
  g_assert_cmpint (weir_tensor_dtype (z), ==, WEIR_DTYPE_I32);
  clear (inputs);
}

static void
test_lengths (void)
{
  check_lengths (-1, TRUE, (gint64[]){ 0, 1, -1, -1, -1, 1, 0, -1, -1, -1 },
                 (gint64[]){ 2, 2 });
  check_lengths (-1, FALSE, (gint64[]){ 0, 1, -1, -1, -1, 1, 0, 0, -1, -1 },
                 (gint64[]){ 2, 3 });
  check_lengths (0, TRUE, (gint64[]){ 1, 3, -1, -1, -1, 1, -1, -1, -1, -1 },
                 (gint64[]){ 2, 1 });
  check_lengths (1, FALSE, (gint64[]){ 0, 3, 3, 3, -1, 0, 0, -1, -1, -1 },
                 (gint64[]){ 4, 2 });
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3], *outputs[2];
  WeirNode *node = begin_lengths (&builder, inputs, 6, 0);
  WeirPort three = weir_build_parameter (&builder, "n", WEIR_DTYPE_I32, &WEIR_SHAPE (3));
  GError *error = NULL;

  g_assert_false (weir_node_evaluate (node, inputs, outputs, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (
      error->message, ==,
      "node 'node' (CTCGreedyDecoderSeqLen): sequence 1 has length 6, expected "
      "0 to 5");
  g_error_free (error);
  weir_edit_set_input (graph, node, 1, three);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 1: expected [2], found [3]");
  weir_node_set_dtype (node, "classes_index_type", WEIR_DTYPE_F32);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "attribute 'classes_index_type': expected i32 or i64, found f32");
  clear (inputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/ctc/mask", test_mask);
  g_test_add_func ("/ops/ctc/lengths", test_lengths);
  g_test_add_func ("/ops/ctc/errors", test_errors);
  return g_test_run ();
}
