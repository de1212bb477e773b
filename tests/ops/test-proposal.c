#include "base/error.h"
#include "compare.h"
#include "graphs.h"

/* Expected values were computed with OpenVINO: two images, four anchors in 3 by 2 cells.
 */

#define IMAGES 2

typedef struct {
  const char *attrs;
  gboolean two_scales;
  float expected[40], scores[8];
} Row;

static const Row rows[] = {
  { "",
    FALSE,
    { 0,         0,  8.876905f, 31,        38.0351f,  0,         0.05592442f,
      24.87328f, 31, 43.24673f, 0,         0,         37.78866f, 31,
      47,        0,  0,         0,         14.88708f, 14.13029f, 1,
      9.023856f, 0,  24.92814f, 20.85863f, 1,         17.04066f, 33.18736f,
      31,        47, 1,         3.300384f, 9.005095f, 28.44361f, 20.5309f,
      1,         0,  4.993925f, 18.64595f, 16.93407f },
    { 0.967f, 0.882f, 0.851f, 0.754f, 0.979f, 0.825f, 0.76f, 0.738f } },
  { "framework=tensorflow",
    FALSE,
    { 0,         1.852571f, 0.4384522f, 39.55543f, 15.01755f, 0,         24.18461f,
      0,         48,        4.358948f,  0,         3.967684f, 4.614417f, 48,
      15.36559f, 0,         0,          0,         7.443538f, 7.065143f, 1,
      0,         3.589368f, 4.464072f,  28.85863f, 1,         25.1534f,  9.576975f,
      39.88747f, 23.91643f, 1,          1.650192f, 4.502548f, 14.22181f, 10.26545f,
      1,         0,         1.41135f,   10.8936f,  7.03999f },
    { 0.967f, 0.882f, 0.851f, 0.754f, 0.979f, 0.825f, 0.76f, 0.738f } },
  { "normalize=true; clip_before_nms=false; clip_after_nms=true",
    FALSE,
    { 0,
      0,
      0.1849355f,
      0.9861072f,
      0.7923978f,
      0,
      0.001747638f,
      0.5181932f,
      0.9826899f,
      0.9009735f,
      0,
      0,
      0.7872637f,
      1,
      1,
      0,
      0,
      0,
      0.4652211f,
      0.2943809f,
      1,
      0.2819955f,
      0,
      0.7790045f,
      0.4345548f,
      1,
      0.5325207f,
      0.6914032f,
      1,
      1,
      1,
      0.103137f,
      0.1876062f,
      0.888863f,
      0.4277271f,
      1,
      0,
      0.1040401f,
      0.5826859f,
      0.3527932f },
    { 0.967f, 0.882f, 0.851f, 0.754f, 0.979f, 0.825f, 0.76f, 0.738f } },
  { "nms_thresh=0.1",
    FALSE,
    { 0,         0,  8.876905f, 31,        38.0351f,  0,         0,
      37.78866f, 31, 47,        0,         0,         0,         14.88708f,
      14.13029f, 0,  16.59882f, 0,         31,        11.40631f, 1,
      9.023856f, 0,  24.92814f, 20.85863f, 1,         17.04066f, 33.18736f,
      31,        47, 1,         6.102218f, 20.15423f, 29.26378f, 34.78178f,
      1,         0,  27.73495f, 5.175875f, 40.86504f },
    { 0.967f, 0.851f, 0.754f, 0.653f, 0.979f, 0.825f, 0.414f, 0.116f } },
  { "box_size_scale=5.0; box_coordinate_scale=10.0; framework=tensorflow; "
    "clip_after_nms=true",
    FALSE,
    { 0,         0,         0.120225f,  33.0039f,    15.82538f,  0,          20.72277f,
      0,         44.80231f, 5.628386f,  0,           8.349886f,  0.4907212f, 48,
      11.68962f, 0,         0,          0,           7.99162f,   7.896846f,  1,
      0,         7.256742f, 7.644003f,  24.78806f,   1,          21.66857f,  10.14322f,
      42.43552f, 22.00612f, 1,          0.01515198f, 0.5923784f, 8.772048f,  8.084421f,
      1,         0,         0.1425512f, 11.45291f,   5.793752f },
    { 0.967f, 0.882f, 0.851f, 0.754f, 0.979f, 0.825f, 0.76f, 0.738f } },
  { "pre_nms_topn=8; nms_thresh=0.05; min_size=0",
    FALSE,
    { 0,  0,         8.876905f, 31,        38.0351f,  0,  0,         37.78866f, 31, 47,
      0,  16.59882f, 0,         31,        11.40631f, -1, 0,         0,         0,  0,
      1,  9.023856f, 0,         24.92814f, 20.85863f, 1,  17.04066f, 33.18736f, 31, 47,
      -1, 0,         0,         0,         0,         0,  0,         0,         0,  0 },
    { 0.967f, 0.851f, 0.653f, 0, 0.979f, 0.825f, 0, 0 } },
  { "min_size=3; nms_thresh=0.05; pre_nms_topn=12",
    TRUE,
    { 0,  0,         8.876905f, 31,        38.0351f,  0,  0,         37.78866f, 31, 47,
      0,  16.59882f, 0,         31,        11.40631f, -1, 0,         0,         0,  0,
      1,  9.023856f, 0,         24.92814f, 20.85863f, 1,  17.04066f, 33.18736f, 31, 47,
      -1, 0,         0,         0,         0,         0,  0,         0,         0,  0 },
    { 0.967f, 0.851f, 0.653f, 0, 0.979f, 0.825f, 0, 0 } },
};

static WeirNode *
begin_row (WeirBuilder *builder, const Row *row, WeirTensor **inputs)
{
  const float info[] = { 48, 32, 1, 2 };
  WeirNode *node;

  inputs[0] = noise_f32 (&WEIR_SHAPE (IMAGES, 8, 3, 2), 1, 0, 1);
  inputs[1] = noise_f32 (&WEIR_SHAPE (IMAGES, 16, 3, 2), 2, -0.5f, 1);
  inputs[2] = weir_tensor_new_f32 (&WEIR_SHAPE (row->two_scales ? 4 : 3), info);
  node = begin_op (builder, "Proposal", inputs, 3);
  set_attrs (node, "base_size=16; pre_nms_topn=20; post_nms_topn=4; nms_thresh=0.7; "
                   "feat_stride=16; min_size=4; ratio=0.5, 1; scale=1, 2");
  set_attrs (node, row->attrs);
  return node;
}

static void
clear (WeirTensor **inputs)
{
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (inputs[i]);
}

static void
test_values (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirGraph) graph = weir_graph_new ();
    WeirBuilder builder = WEIR_BUILDER (graph);
    WeirTensor *inputs[3];
    WeirNode *node = begin_row (&builder, &rows[i], inputs);
    g_autoptr (WeirTensor) y = run_op (&builder, node, inputs, 0);
    g_autoptr (WeirTensor) z = run_op (&builder, node, inputs, 1);

    assert_f32 (y, rows[i].expected, 40);
    assert_f32 (z, rows[i].scores, 8);
    clear (inputs);
  }
}

static void
test_version_1 (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *four = begin_row (&builder, &rows[0], inputs);
  WeirNode *node = weir_edit_add (graph, four->op, 1, "one", four->inputs, 3, 0, NULL);

  g_assert_cmpuint (node->n_outputs, ==, 1);
  for (guint i = 0; i < weir_op_n_attrs (node->op); i++)
    weir_attr_copy (&node->attrs[i], &four->attrs[i]);
  weir_build_end (&builder, node);
  g_assert_no_error (builder.error);
  assert_shape (&node->outputs[0].info.shape, "[8,5]");
  clear (inputs);
}

static void
test_errors (void)
{
  Row row = { .attrs = "scale=1, 2, 3" };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  WeirNode *node = begin_row (&builder, &row, inputs);
  WeirPort five = weir_build_parameter (&builder, "i", WEIR_DTYPE_F32, &WEIR_SHAPE (5));

  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 0: expected [2,12,?,?] for 6 anchors, found [2,8,3,2]");
  set_attrs (node, "scale=1, 2");
  weir_edit_set_input (graph, node, 2, five);
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "input 2: expected height, width and one or two scales, found [5]");
  clear (inputs);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/proposal/values", test_values);
  g_test_add_func ("/ops/proposal/version-1", test_version_1);
  g_test_add_func ("/ops/proposal/errors", test_errors);
  return g_test_run ();
}
