#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"

/* Expected values were computed with OpenVINO. */

static const float six_boxes[] = { 0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                   0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 0, 100,   1, 101 };
static const float six_scores[] = { 0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f };

typedef struct {
  guint version;
  const char *encoding;
  gboolean sorted;
  gint64 most;
  float threshold, score_threshold, sigma;
} Options;

/* Runs a node on @boxes [b,n,4] and @scores [b,c,n]; outputs to be released. */
static void
run (const Options *options, WeirTensor *boxes, WeirTensor *scores, WeirTensor **outputs)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  guint n = options->sigma > 0 ? 6 : 5;
  WeirTensor *inputs[] = { boxes,
                           scores,
                           weir_tensor_new_i64_scalar (options->most),
                           weir_tensor_new_f32_scalar (options->threshold),
                           weir_tensor_new_f32_scalar (options->score_threshold),
                           weir_tensor_new_f32_scalar (options->sigma) };
  WeirNode *node = begin_op_constants (&builder, "NonMaxSuppression", inputs, n, 2, 0);

  node->version = options->version;
  weir_node_set_string (node, "box_encoding",
                        options->encoding != NULL ? options->encoding : "corner");
  weir_node_set_bool (node, "sort_result_descending", options->sorted);
  for (guint i = 0; i < 3; i++)
    outputs[i] = run_op (&builder, node, inputs, i);
  for (guint i = 2; i < 6; i++)
    weir_tensor_unref (inputs[i]);
}

static void
check (const Options *options, const WeirShape *boxes_shape, const float *boxes,
       const WeirShape *scores_shape, const float *scores, const gint64 *indices,
       const float *values, gsize n)
{
  g_autoptr (WeirTensor) b = weir_tensor_new_f32 (boxes_shape, boxes);
  g_autoptr (WeirTensor) s = weir_tensor_new_f32 (scores_shape, scores);
  WeirTensor *outputs[3];
  gint64 count = (gint64) n;

  run (options, b, s, outputs);
  assert_ints (outputs[0], indices, n * 3);
  assert_ints (outputs[2], &count, 1);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (outputs[1], i * 3 + 2), values[i],
                                    1e-5);
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (outputs[i]);
}

static void
check_six (const Options *options, const gint64 *indices, const float *values, gsize n)
{
  check (options, &WEIR_SHAPE (1, 6, 4), six_boxes, &WEIR_SHAPE (1, 1, 6), six_scores,
         indices, values, n);
}

static void
test_hard (void)
{
  const gint64 three[] = { 0, 0, 3, 0, 0, 0, 0, 0, 5 };
  const float scores[] = { 0.95f, 0.9f, 0.3f };

  check_six (&(Options){ 9, NULL, TRUE, 6, 0.5f, 0, 0 }, three, scores, 3);
  check_six (&(Options){ 5, NULL, TRUE, 2, 0.5f, 0, 0 }, three, scores, 2);
  check_six (&(Options){ 5, NULL, TRUE, 6, 0.5f, 0.3f, 0 }, three, scores, 2);
  check_six (&(Options){ 5, NULL, TRUE, 6, 0.5f, 0.95f, 0 }, NULL, NULL, 0);
  check_six (&(Options){ 9, NULL, TRUE, 0, 0.5f, 0, 0 }, NULL, NULL, 0);
}

static void
test_center (void)
{
  const float boxes[] = { 0.5f, 0.5f,  1, 1, 0.5f, 0.6f,  1, 1, 0.5f, 0.4f,   1, 1,
                          0.5f, 10.5f, 1, 1, 0.5f, 10.6f, 1, 1, 0.5f, 100.5f, 1, 1 };
  const gint64 three[] = { 0, 0, 3, 0, 0, 0, 0, 0, 5 };
  const float scores[] = { 0.95f, 0.9f, 0.3f };

  check (&(Options){ 9, "center", TRUE, 6, 0.5f, 0, 0 }, &WEIR_SHAPE (1, 6, 4), boxes,
         &WEIR_SHAPE (1, 1, 6), six_scores, three, scores, 3);
}

/* An overlap of just the threshold is too much. */
static void
test_equal (void)
{
  const float boxes[] = { 0, 0, 1, 1, 1, 0.5f, 0, 0 }, scores[] = { 0.9f, 0.8f };

  check (&(Options){ 9, NULL, TRUE, 6, 0.5f, 0, 0 }, &WEIR_SHAPE (1, 2, 4), boxes,
         &WEIR_SHAPE (1, 1, 2), scores, (gint64[]){ 0, 0, 0 }, scores, 1);
  check (&(Options){ 9, NULL, TRUE, 6, 0.51f, 0, 0 }, &WEIR_SHAPE (1, 2, 4), boxes,
         &WEIR_SHAPE (1, 1, 2), scores, (gint64[]){ 0, 0, 0, 0, 0, 1 }, scores, 2);
}

static void
test_soft (void)
{
  const gint64 indices[] = { 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 5, 0, 0, 4, 0, 0, 2 };
  const float scores[] = { 0.95f, 0.9f, 0.38400355f, 0.3f, 0.2560026f, 0.19697246f };

  check_six (&(Options){ 5, NULL, TRUE, 6, 0.5f, 0, 0.5f }, indices, scores, 6);
  check_six (&(Options){ 9, NULL, TRUE, 6, 1, 0.2f, 0.5f }, indices, scores, 5);
}

static void
check_order (gboolean sorted, const gint64 *indices, const float *values)
{
  const float scores[] = { 0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f,  0.1f, 0.2f,
                           0.3f, 0.4f,  0.5f, 0.6f,  0.6f, 0.5f,  0.4f, 0.3f,
                           0.2f, 0.1f,  0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f };
  float boxes[48];

  for (guint i = 0; i < 48; i++)
    boxes[i] = six_boxes[i % 24] + (i < 24 ? 0 : 0.05f);
  check (&(Options){ 9, NULL, sorted, 2, 0.5f, 0, 0 }, &WEIR_SHAPE (2, 6, 4), boxes,
         &WEIR_SHAPE (2, 2, 6), scores, indices, values, 8);
}

/* Two pictures, two classes: sorted over all of them, or class by class. */
static void
test_order (void)
{
  check_order (TRUE, (gint64[]){ 0, 0, 3, 1, 1, 3, 0, 0, 0, 1, 1, 0,
                                 0, 1, 5, 1, 0, 0, 0, 1, 4, 1, 0, 3 },
               (float[]){ 0.95f, 0.95f, 0.9f, 0.9f, 0.6f, 0.6f, 0.5f, 0.3f });
  check_order (FALSE, (gint64[]){ 0, 0, 3, 0, 0, 0, 0, 1, 5, 0, 1, 4,
                                  1, 0, 0, 1, 0, 3, 1, 1, 3, 1, 1, 0 },
               (float[]){ 0.95f, 0.9f, 0.6f, 0.5f, 0.6f, 0.3f, 0.95f, 0.9f });
}

/* Version 3: one output, of the type that the attribute names; two inputs are enough. */
static void
test_first_versions (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  const WeirOp *op = weir_op_find ("NonMaxSuppression");
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort boxes = weir_build_parameter (&builder, "b", WEIR_DTYPE_F32,
                                         &WEIR_SHAPE (1, WEIR_DIM_UNKNOWN, 4));
  WeirPort scores =
      weir_build_parameter (&builder, "s", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 7));
  WeirNode *node =
      weir_edit_add (graph, op, 3, "nms", WEIR_INPUTS (boxes, scores), 0, NULL);

  g_assert_cmpuint (node->n_outputs, ==, 1);
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I32);
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[?,3]");
  g_assert_cmpint (node->outputs[0].info.dtype, ==, WEIR_DTYPE_I32);
}

static void
test_errors (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) boxes = iota_f32 (&WEIR_SHAPE (1, 6, 4));
  g_autoptr (WeirTensor) scores = iota_f32 (&WEIR_SHAPE (1, 2, 5));
  g_autoptr (WeirTensor) two = ints (&WEIR_SHAPE (2), (gint64[]){ 1, 2 });
  WeirTensor *inputs[] = { boxes, scores, two };
  WeirNode *node = begin_op_constants (&builder, "NonMaxSuppression", inputs, 3, 2, 0);
  WeirPort good =
      weir_build_parameter (&builder, "s", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2, 6));

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "expected boxes [batch,boxes,4] and scores [batch,classes,boxes], "
                      "found [1,6,4] and [1,2,5]");
  weir_edit_set_input (graph, node, 1, good);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 2: expected one element, found 2");
  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_F32);
  expect_infer_error (&builder, node, WEIR_ERROR_FORMAT,
                      "expected i64 or i32, found f32");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/nms/hard", test_hard);
  g_test_add_func ("/ops/nms/center", test_center);
  g_test_add_func ("/ops/nms/equal", test_equal);
  g_test_add_func ("/ops/nms/soft", test_soft);
  g_test_add_func ("/ops/nms/order", test_order);
  g_test_add_func ("/ops/nms/first-versions", test_first_versions);
  g_test_add_func ("/ops/nms/errors", test_errors);
  return g_test_run ();
}
