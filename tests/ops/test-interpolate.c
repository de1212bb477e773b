#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/infer.h"

/* Expected values were computed with OpenVINO. */

static const float data[] = { 3, -1, 4, 1, -5, 9, 2, 6, -5, 3, 5, 8 };

static WeirTensor *
picture (void)
{
  return weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 3, 4), data);
}

typedef struct {
  const char *mode, *coordinates, *nearest;
  gboolean antialias;
  gint64 sizes[2];
  float expected[20];
} Row;

static const Row rows[] = {
  { "linear_onnx",
    "half_pixel",
    "floor",
    0,
    { 2, 7 },
    { 1, 1.178571f, 1.464286f, 2.5f, 3.410715f, 2.696429f, 2.25f, -5, -1.607143f,
      3.821429f, 4.375f, 4.482143f, 6.339285f, 7.5f } },
  { "linear_onnx",
    "pytorch_half_pixel",
    "floor",
    0,
    { 2, 7 },
    { 1, 1.178571f, 1.464286f, 2.5f, 3.410715f, 2.696429f, 2.25f, -5, -1.607143f,
      3.821429f, 4.375f, 4.482143f, 6.339285f, 7.5f } },
  { "linear_onnx",
    "asymmetric",
    "floor",
    0,
    { 2, 7 },
    { 3, 0.7142856f, -0.285714f, 2.571429f, 3.142857f, 1.428571f, 1, -5, 1.285715f,
      5.642857f, 4.214286f, 4.5f, 6.5f, 7 } },
  { "linear_onnx",
    "tf_half_pixel_for_nn",
    "floor",
    0,
    { 2, 7 },
    { -0.285714f, 5.142857f, 4.785714f, 2.5f, 3.785714f, 4.75f, 4.75f, -2.714286f,
      1.857143f, 3.857143f, 5, 6.714286f, 8, 8 } },
  { "linear_onnx",
    "align_corners",
    "floor",
    0,
    { 2, 7 },
    { 3, 1, -1, 1.5f, 4, 2.5f, 1, -5, -1, 3, 4, 5, 6.5f, 8 } },
  { "nearest",
    "half_pixel",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 3, 3, 5, 5, 8, 8 } },
  { "nearest",
    "pytorch_half_pixel",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 3, 3, 5, 5, 8, 8 } },
  { "nearest",
    "asymmetric",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 9, 9, 2, 2, 6, 6 } },
  { "nearest",
    "tf_half_pixel_for_nn",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { -5, 9, 9, 2, 2, 6, 6, 6, -5, 3, 3, 5, 5, 8, 8, 8 } },
  { "nearest",
    "align_corners",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 3, 3, 5, 5, 8, 8 } },
  { "nearest",
    "asymmetric",
    "round_prefer_floor",
    0,
    { 6, 2 },
    { 3, 4, 3, 4, -5, 2, -5, 2, -5, 5, -5, 5 } },
  { "nearest",
    "asymmetric",
    "round_prefer_ceil",
    0,
    { 6, 2 },
    { 3, 4, -5, 2, -5, 2, -5, 5, -5, 5, -5, 5 } },
  { "nearest",
    "asymmetric",
    "floor",
    0,
    { 6, 2 },
    { 3, 4, 3, 4, -5, 2, -5, 2, -5, 5, -5, 5 } },
  { "nearest",
    "asymmetric",
    "ceil",
    0,
    { 6, 2 },
    { 3, 4, -5, 2, -5, 2, -5, 5, -5, 5, -5, 5 } },
  { "nearest",
    "asymmetric",
    "simple",
    0,
    { 6, 2 },
    { 3, 4, 3, 4, -5, 2, -5, 2, -5, 5, -5, 5 } },
  { "nearest",
    "half_pixel",
    "round_prefer_floor",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 3, 3, 5, 5, 8, 8 } },
  { "nearest",
    "half_pixel",
    "round_prefer_ceil",
    0,
    { 2, 8 },
    { 3, 3, -1, -1, 4, 4, 1, 1, -5, -5, 3, 3, 5, 5, 8, 8 } },
  { "nearest",
    "half_pixel",
    "floor",
    0,
    { 2, 8 },
    { 3, 3, 3, -1, -1, 4, 4, 1, -5, -5, -5, 9, 9, 2, 2, 6 } },
  { "nearest",
    "half_pixel",
    "ceil",
    0,
    { 2, 8 },
    { -5, 9, 9, 2, 2, 6, 6, 6, -5, 3, 3, 5, 5, 8, 8, 8 } },
  { "nearest",
    "half_pixel",
    "simple",
    0,
    { 2, 8 },
    { -5, -5, -5, 9, 9, 2, 2, 6, -5, -5, -5, 3, 3, 5, 5, 8 } },
  { "linear_onnx",
    "pytorch_half_pixel",
    "floor",
    0,
    { 1, 8 },
    { 3, 2, 0, 0.25f, 2.75f, 3.25f, 1.75f, 1 } },
  { "linear_onnx",
    "align_corners",
    "floor",
    0,
    { 1, 8 },
    { 3, 1.285714f, -0.4285715f, 0.4285713f, 2.571429f, 3.571429f, 2.285714f, 1 } },
  { "linear",
    "half_pixel",
    "floor",
    0,
    { 2, 3 },
    { 1.083333f, 2.5f, 2.458333f, -3.416667f, 4.375f, 6.958333f } },
  { "linear",
    "half_pixel",
    "floor",
    1,
    { 2, 3 },
    { 0.825f, 3, 2.9875f, -1.925f, 4.5625f, 6.2375f } },
  { "linear", "asymmetric", "floor", 0, { 4, 5 }, { 3,  -0.2f, 2,    2.8f,      1,
                                                    -3, 4.6f,  4.1f, 3.4f,      4.75f,
                                                    -5, 3.8f,  4.5f, 4.900001f, 7,
                                                    -5, 1.4f,  4.2f, 6.2f,      8 } },
  { "cubic",
    "half_pixel",
    "floor",
    0,
    { 2, 5 },
    { 1.16994f, 1.179291f, 2.615356f, 3.273316f, 1.978732f, -5.888277f, 1.973938f,
      5.091675f, 5.168053f, 7.93362f } },
  { "cubic",
    "pytorch_half_pixel",
    "floor",
    0,
    { 2, 5 },
    { 1.16994f, 1.179291f, 2.615356f, 3.273316f, 1.978732f, -5.888277f, 1.973938f,
      5.091675f, 5.168053f, 7.93362f } },
  { "cubic",
    "asymmetric",
    "floor",
    0,
    { 2, 5 },
    { 3, -0.775999f, 2.095999f, 3.376f, 0.7120005f, -5.75f, 5.052498f, 5.183626f,
      4.533623f, 7.867753f } },
  { "cubic",
    "tf_half_pixel_for_nn",
    "floor",
    0,
    { 2, 5 },
    { 1.284312f, 7.399407f, 2.136719f, 4.087284f, 4.837655f, -2.353876f, 3.524034f,
      5.316406f, 7.772281f, 8.419341f } },
  { "cubic",
    "align_corners",
    "floor",
    0,
    { 2, 5 },
    { 3, -0.6210938f, 1.40625f, 3.847656f, 1, -5, 0.9765625f, 4.46875f, 5.890625f, 8 } },
};

static WeirNode *
begin_version (WeirBuilder *builder, guint version, WeirTensor *const *inputs, guint n)
{
  WeirNode *node = begin_op_constants (builder, "Interpolate", inputs, n, 1, 0);

  node->version = version;
  return node;
}

/* Sizes, scales and axes of a node of version 4 that resizes the picture. */
static WeirTensor *
resize (const char *mode, const char *by, const gint64 *sizes, const float *scales,
        void (*set) (WeirNode *node, const void *data), const void *set_data)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = picture ();
  g_autoptr (WeirTensor) size = ints (&WEIR_SHAPE (2), sizes);
  g_autoptr (WeirTensor) scale = weir_tensor_new_f32 (&WEIR_SHAPE (2), scales);
  g_autoptr (WeirTensor) axes = ints (&WEIR_SHAPE (2), (gint64[]){ 2, 3 });
  WeirTensor *inputs[] = { x, size, scale, axes };
  WeirNode *node = begin_version (&builder, 4, inputs, 4);

  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", by);
  if (set != NULL)
    set (node, set_data);
  return run_op (&builder, node, inputs, 0);
}

static void
set_row (WeirNode *node, const void *set_data)
{
  const Row *row = set_data;

  weir_node_set_string (node, "coordinate_transformation_mode", row->coordinates);
  weir_node_set_string (node, "nearest_mode", row->nearest);
  weir_node_set_bool (node, "antialias", row->antialias);
}

static void
test_modes (void)
{
  const float ones[] = { 1, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (WeirTensor) y =
        resize (rows[i].mode, "sizes", rows[i].sizes, ones, set_row, &rows[i]);

    assert_f32 (y, rows[i].expected, (gsize) (rows[i].sizes[0] * rows[i].sizes[1]));
  }
}

static void
set_pads (WeirNode *node, const void *set_data)
{
  (void) set_data;
  weir_node_set_ints (node, "pads_begin", (gint64[]){ 0, 0, 1, 0 }, 4);
  weir_node_set_ints (node, "pads_end", (gint64[]){ 0, 0, 0, 2 }, 4);
}

static void
test_pads (void)
{
  const float expected[] = { 0.5f, 1.25f, 0, 0.5f, 5.25f, 0 };
  g_autoptr (WeirTensor) y = resize ("linear_onnx", "sizes", (gint64[]){ 2, 3 },
                                     (float[]){ 1, 1 }, set_pads, NULL);

  assert_f32 (y, expected, G_N_ELEMENTS (expected));
}

/* The scales count in coordinates as they are, not rounded to the sizes. */
static void
test_scales (void)
{
  const float expected[] = { 1.285714f, 1.192308f, 2.17033f,  3.282967f, 2.129121f,
                             -5,        1.631868f, 4.629121f, 4.574176f, 7.156593f };
  g_autoptr (WeirTensor) y = resize ("linear_onnx", "scales", (gint64[]){ 9, 9 },
                                     (float[]){ 0.7f, 1.3f }, NULL, NULL);

  assert_shape (weir_tensor_shape (y), "[1,1,2,5]");
  assert_f32 (y, expected, G_N_ELEMENTS (expected));
}

static void
check_first (const char *mode, gboolean corners, const float *expected)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, 3, 4));
  g_autoptr (WeirTensor) size = ints (&WEIR_SHAPE (2), (gint64[]){ 2, 3 });
  WeirTensor *inputs[] = { x, size };
  WeirNode *node = begin_version (&builder, 1, inputs, 2);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_string (node, "mode", mode);
  weir_node_set_bool (node, "align_corners", corners);
  weir_node_set_ints (node, "axes", (gint64[]){ 2, 3 }, 2);
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, expected, 6);
}

static void
test_version_1 (void)
{
  check_first ("nearest", TRUE, (float[]){ 0, 2, 3, 8, 10, 11 });
  check_first ("nearest", FALSE, (float[]){ 0, 2, 3, 8, 10, 11 });
  check_first ("linear", TRUE, (float[]){ 0, 1.5f, 3, 8, 9.5f, 11 });
  check_first ("linear", FALSE,
               (float[]){ 0, 1.3333334f, 2.6666667f, 6, 7.3333330f, 8.666666f });
}

static WeirTensor *
resize_pillow (WeirTensor *x, const char *mode, const gint64 *sizes)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) size = ints (&WEIR_SHAPE (2), sizes);
  g_autoptr (WeirTensor) axes = ints (&WEIR_SHAPE (2), (gint64[]){ -2, -1 });
  WeirTensor *inputs[] = { x, size, axes };
  WeirNode *node = begin_version (&builder, 11, inputs, 3);

  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  weir_node_set_float (node, "cube_coeff", -0.5);
  return run_op (&builder, node, inputs, 0);
}

static void
test_pillow (void)
{
  const float smaller[] = { 0.825f, 3, 2.9875f, -1.925f, 4.5625f, 6.2375f };
  const float larger[] = { 3.631673f,  -0.5367925f, 1.192631f, 3.560816f, 0.5931759f,
                           -2.347314f, 3.75134f,    4.502573f, 2.720427f, 4.056514f,
                           -6.124784f, 4.126397f,   5.777362f, 3.815721f, 7.275464f,
                           -5.332592f, 0.3532495f,  4.217817f, 6.160044f, 8.232025f };
  const gint64 bytes[] = { 12, 21, 33, 49, 97, 126, 116, 68, 104, 153, 181, 75 };
  guint8 squares[24];
  g_autoptr (WeirTensor) x = picture ();
  g_autoptr (WeirTensor) y = resize_pillow (x, "bilinear_pillow", (gint64[]){ 2, 3 });
  g_autoptr (WeirTensor) z = resize_pillow (x, "bicubic_pillow", (gint64[]){ 4, 5 });
  g_autoptr (WeirTensor) picture_u8 = NULL;
  g_autoptr (WeirTensor) u8 = NULL;

  for (guint i = 0; i < 24; i++)
    squares[i] = (guint8) (i * i % 255);
  picture_u8 =
      weir_tensor_new_copy (WEIR_DTYPE_U8, &WEIR_SHAPE (1, 1, 4, 6), squares, NULL);
  u8 = resize_pillow (picture_u8, "bilinear_pillow", (gint64[]){ 3, 4 });
  assert_f32 (y, smaller, G_N_ELEMENTS (smaller));
  assert_f32 (z, larger, G_N_ELEMENTS (larger));
  assert_ints (u8, bytes, G_N_ELEMENTS (bytes));
}

static void
test_integers (void)
{
  const gint64 expected[] = { 0, 1, 3, 6, 8, 4, 1 };
  g_autoptr (WeirTensor) x = weir_tensor_new_copy (
      WEIR_DTYPE_U8, &WEIR_SHAPE (1, 1, 1, 4), (guint8[]){ 0, 3, 8, 1 }, NULL);
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) size = ints (&WEIR_SHAPE (1), (gint64[]){ 7 });
  g_autoptr (WeirTensor) axes = ints (&WEIR_SHAPE (1), (gint64[]){ 3 });
  WeirTensor *inputs[] = { x, size, axes };
  WeirNode *node = begin_version (&builder, 11, inputs, 3);
  g_autoptr (WeirTensor) y = NULL;

  weir_node_set_string (node, "mode", "linear");
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  y = run_op (&builder, node, inputs, 0);
  assert_ints (y, expected, G_N_ELEMENTS (expected));
}

/* Sizes are known, the picture's own are not; then the sizes are not known either. */
static void
test_unknown (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&builder, "x", WEIR_DTYPE_F16,
                            &WEIR_SHAPE (WEIR_DIM_UNKNOWN, 3, WEIR_DIM_UNKNOWN, 8));
  WeirPort sizes = weir_build_i64 (&builder, "sizes", (gint64[]){ 5, 7 }, 2);
  WeirPort later =
      weir_build_parameter (&builder, "later", WEIR_DTYPE_I64, &WEIR_SHAPE (2));
  WeirPort axes = weir_build_i64 (&builder, "axes", (gint64[]){ 2, 3 }, 2);
  WeirPort scales = weir_build_scalar (&builder, "scales", x, 1);
  WeirNode *known = weir_build_begin (&builder, "Interpolate", "a",
                                      WEIR_INPUTS (x, sizes, scales, axes));
  WeirNode *unknown = weir_build_begin (&builder, "Interpolate", "b",
                                        WEIR_INPUTS (x, later, scales, axes));

  weir_node_set_string (known, "mode", "nearest");
  weir_node_set_string (known, "shape_calculation_mode", "sizes");
  weir_node_set_string (unknown, "mode", "nearest");
  weir_node_set_string (unknown, "shape_calculation_mode", "sizes");
  weir_build_end (&builder, known);
  weir_build_end (&builder, unknown);
  g_assert_no_error (builder.error);
  assert_shape (&known->outputs[0].info.shape, "[?,3,5,7]");
  assert_shape (&unknown->outputs[0].info.shape, "[?,3,?,?]");
  g_assert_cmpint (known->outputs[0].info.dtype, ==, WEIR_DTYPE_F16);
}

static void
expect_error (const char *mode, gint64 size, gint64 axis, int code, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = picture ();
  g_autoptr (WeirTensor) sizes = ints (&WEIR_SHAPE (2), (gint64[]){ 5, size });
  g_autoptr (WeirTensor) scales =
      weir_tensor_new_f32 (&WEIR_SHAPE (2), (float[]){ 1, 1 });
  g_autoptr (WeirTensor) axes = ints (&WEIR_SHAPE (2), (gint64[]){ 2, axis });
  WeirTensor *inputs[] = { x, sizes, scales, axes };
  WeirNode *node = begin_version (&builder, 4, inputs, 4);

  weir_node_set_string (node, "mode", mode);
  weir_node_set_string (node, "shape_calculation_mode", "sizes");
  expect_infer_error (&builder, node, code, text);
}

static void
test_errors (void)
{
  expect_error ("nearest", 0, 3, WEIR_ERROR_SHAPE,
                "axis 3: cannot resize 4 to 0 elements");
  expect_error ("nearest", 7, 4, WEIR_ERROR_SHAPE, "axis 4 is out of range for rank 4");
  expect_error ("nearest", 7, 2, WEIR_ERROR_SHAPE, "axis 2 is resized twice");
  expect_error ("bicubic_pillow", 7, 3, WEIR_ERROR_FORMAT,
                "version 4 does not have 'bicubic_pillow'");
  expect_error ("area", 7, 3, WEIR_ERROR_FORMAT, "version 4 does not have 'area'");
  expect_error ("lanczos", 7, 3, WEIR_ERROR_FORMAT, "found 'lanczos'");
}

static void
test_bad_scale (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = picture ();
  g_autoptr (WeirTensor) scales = weir_tensor_new_f32 (&WEIR_SHAPE (1), (float[]){ -1 });
  g_autoptr (WeirTensor) axes = ints (&WEIR_SHAPE (1), (gint64[]){ 2 });
  WeirTensor *inputs[] = { x, scales, axes };
  WeirNode *node = begin_version (&builder, 11, inputs, 3);

  weir_node_set_string (node, "mode", "cubic");
  weir_node_set_string (node, "shape_calculation_mode", "scales");
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE,
                      "axis 2: expected a positive scale, found -1");
  weir_edit_set_input (graph, node, 2, node->inputs[1]);
  node->version = 4;
  expect_infer_error (&builder, node, WEIR_ERROR_SHAPE, "expected scales for 4 axes");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/interpolate/modes", test_modes);
  g_test_add_func ("/ops/interpolate/pads", test_pads);
  g_test_add_func ("/ops/interpolate/scales", test_scales);
  g_test_add_func ("/ops/interpolate/version-1", test_version_1);
  g_test_add_func ("/ops/interpolate/pillow", test_pillow);
  g_test_add_func ("/ops/interpolate/integers", test_integers);
  g_test_add_func ("/ops/interpolate/unknown", test_unknown);
  g_test_add_func ("/ops/interpolate/errors", test_errors);
  g_test_add_func ("/ops/interpolate/bad-scale", test_bad_scale);
  return g_test_run ();
}
