#include "base/error.h"
#include "compare.h"
#include "graphs.h"
#include "ir/evaluate.h"

/* Expected values were computed with OpenVINO: the first two regions of a picture of 4
 * rows and 5 columns, the first two channels. */

#define PICTURES 2
#define ROWS     4
#define COLUMNS  5
#define REGIONS  3

typedef struct {
  const char *op, *attrs;
  gboolean relative; /* regions of 0 to 1 */
  gint64 channels;
  float expected[16];
} Row;

static const Row rows[] = {
  { "ROIPooling",
    "pooled_h=2; pooled_w=1; spatial_scale=0.7; method=max",
    FALSE,
    2,
    { 1.74f, 0.2119999f, 0.816f, -0.552f, -1.308f, 1.864f, 1.6f, 1.6f } },
  { "ROIPooling",
    "output_roi=1, 3; spatial_scale=1.0; method=bilinear",
    TRUE,
    2,
    { -0.01397797f, 0.0570747f, -0.7369972f, -0.6533393f, -1.126615f, -0.2671954f,
      -0.7341787f, -0.8493405f, -0.5405527f, 1.025272f, 1.398176f, 1.339672f } },
  { "PSROIPooling",
    "output_dim=2; group_size=2; spatial_scale=0.7; mode=average",
    FALSE,
    8,
    { -0.7126667f, 0.784f, -0.4506666f, -1.032f, -0.8266667f, 0.562f, -0.5533333f, 0.872f,
      -0.177f, 0.353f, -0.673f, -0.481f, 0.344f, -1.355f, 0.992f, 0.141f } },
  { "PSROIPooling",
    "output_dim=2; group_size=2; spatial_scale=1.0; mode=bilinear; spatial_bins_x=2; "
    "spatial_bins_y=1",
    TRUE,
    4,
    { -0.100854f, -0.4192418f, 0.3058729f, -0.07647461f, -1.031353f, -0.3482899f,
      -1.058113f, 0.03012456f, -0.4830647f, -0.5956477f, 0.6420038f, 0.7281021f,
      0.333101f, 0.4341981f, -0.4363291f, -0.2801857f } },
  { "ROIAlign",
    "pooled_h=1; pooled_w=2; sampling_ratio=2; spatial_scale=0.8; mode=avg; "
    "aligned_mode=asymmetric",
    FALSE,
    2,
    { 0.144984f, -0.4646369f, -0.7377715f, -0.6818337f, -0.3138173f, 0.1712907f,
      0.8746467f, 1.010668f } },
  { "ROIAlign",
    "pooled_h=1; pooled_w=2; sampling_ratio=0; spatial_scale=0.8; mode=avg; "
    "aligned_mode=half_pixel",
    FALSE,
    2,
    { 0.1140478f, -0.3121424f, -0.6664407f, -0.7048491f, -0.4469195f, -0.4780148f,
      0.5357251f, 0.8361587f } },
  { "ROIAlign",
    "pooled_h=1; pooled_w=2; sampling_ratio=2; spatial_scale=0.8; mode=avg; "
    "aligned_mode=half_pixel_for_nn",
    FALSE,
    2,
    { -0.1819042f, -0.07661279f, -0.1498623f, -0.6127207f, -0.09111059f, -0.6447028f,
      -0.4890419f, 0.05833387f } },
  { "ROIAlign",
    "pooled_h=1; pooled_w=2; sampling_ratio=2; spatial_scale=0.8; mode=max; "
    "aligned_mode=asymmetric",
    FALSE,
    2,
    { 0.38467f, 0, 0, 0, 0.6366698f, 0.9182169f, 1.080525f, 1.269144f } },
  { "DeformablePSROIPooling",
    "output_dim=2; group_size=2; spatial_scale=0.9; mode=bilinear_deformable; "
    "spatial_bins_x=2; spatial_bins_y=2; trans_std=0.3; part_size=2",
    FALSE,
    8,
    { -0.5609907f, 0.7336233f, -0.2079328f, -0.9491398f, -0.7628761f, 0.2818522f,
      -0.2828333f, 0.979441f, -0.1097738f, -0.3378128f, -0.03606224f, -0.08432826f,
      0.2839401f, -1.555856f, 0.1663545f, -0.1752958f } },
};

/* Regions [x1, y1, x2, y2], behind the number of their picture where @numbered. */
static WeirTensor *
regions (gboolean relative, gboolean numbered)
{
  g_autoptr (WeirTensor) noise = noise_f32 (&WEIR_SHAPE (REGIONS, 4), 7, 0, 1);
  WeirTensor *tensor =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (REGIONS, numbered ? 5 : 4), NULL);
  float *out = weir_tensor_writable (tensor);

  for (guint i = 0; i < REGIONS; i++) {
    const float *r = (const float *) weir_tensor_data (noise) + i * 4;
    float width = relative ? 1 : COLUMNS, height = relative ? 1 : ROWS;

    if (numbered)
      *out++ = (float) ((i + 1) % PICTURES);
    *out++ = (r[0] * 0.6f - 0.1f) * width;
    *out++ = (r[1] * 0.6f - 0.1f) * height;
    *out++ = (r[0] * 0.6f + r[2] * 0.5f) * width;
    *out++ = (r[1] * 0.6f + r[3] * 0.5f) * height;
  }
  return tensor;
}

static guint
make_inputs (const Row *row, WeirTensor **inputs)
{
  gboolean align = g_str_equal (row->op, "ROIAlign");

  inputs[0] = noise_f32 (&WEIR_SHAPE (PICTURES, row->channels, ROWS, COLUMNS), 3, -2, 4);
  inputs[1] = regions (row->relative, !align);
  inputs[2] = align ? ints (&WEIR_SHAPE (REGIONS), (gint64[]){ 1, 0, 1 })
                    : noise_f32 (&WEIR_SHAPE (REGIONS, 2, 2, 2), 9, -0.5f, 1);
  return align || g_str_equal (row->op, "DeformablePSROIPooling") ? 3 : 2;
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
    guint n = make_inputs (&rows[i], inputs);
    WeirNode *node = begin_op (&builder, rows[i].op, inputs, n);
    g_autoptr (WeirTensor) y = NULL;
    const gint64 *dims;

    set_attrs (node, rows[i].attrs);
    y = run_op (&builder, node, inputs, 0);
    dims = weir_tensor_shape (y)->dims;
    g_assert_cmpint (dims[0], ==, REGIONS);
    g_assert_cmpint (dims[1], ==, 2);
    for (gsize k = 0; k < (gsize) (4 * dims[2] * dims[3]); k++)
      g_assert_cmpfloat_with_epsilon (weir_tensor_get (y, k), rows[i].expected[k], 2e-5);
    clear (inputs);
  }
}

/* A negative picture ends the regions: the rest is zero. */
static void
test_end (void)
{
  const float boxes[] = { -1, 0, 0, 4, 3, 0, 0, 0, 4, 3 }, zeros[8] = { 0 };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, ROWS, COLUMNS));
  g_autoptr (WeirTensor) rois = weir_tensor_new_f32 (&WEIR_SHAPE (2, 5), boxes);
  WeirTensor *inputs[] = { x, rois };
  WeirNode *node = begin_op (&builder, "ROIPooling", inputs, 2);
  g_autoptr (WeirTensor) y = NULL;

  set_attrs (node, "pooled_h=2; pooled_w=2; spatial_scale=1");
  y = run_op (&builder, node, inputs, 0);
  assert_f32 (y, zeros, 8);
}

static void
expect_error (const char *op, const char *attrs, gint64 channels, int code,
              const char *text)
{
  Row row = { .op = op, .channels = channels };
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirTensor *inputs[3];
  guint n = make_inputs (&row, inputs);
  WeirNode *node = begin_op (&builder, op, inputs, n);

  set_attrs (node, attrs);
  expect_infer_error (&builder, node, code, text);
  clear (inputs);
}

static void
test_errors (void)
{
  expect_error ("ROIPooling", "spatial_scale=1; pooled_h=2", 2, WEIR_ERROR_FORMAT,
                "expected the size of the output in 'pooled_h' and 'pooled_w'");
  expect_error ("PSROIPooling", "spatial_scale=1; output_dim=2; group_size=2", 4,
                WEIR_ERROR_SHAPE, "expected 8 channels, found 4");
  expect_error ("DeformablePSROIPooling", "spatial_scale=1; output_dim=2; part_size=3", 2,
                WEIR_ERROR_SHAPE,
                "expected offsets [regions,2 * classes,3,3], found [3,2,2,2]");
}

static void
test_no_picture (void)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (1, 1, ROWS, COLUMNS));
  g_autoptr (WeirTensor) rois = regions (FALSE, FALSE);
  g_autoptr (WeirTensor) pictures = ints (&WEIR_SHAPE (REGIONS), (gint64[]){ 0, 1, 0 });
  g_autoptr (WeirTensor) few = ints (&WEIR_SHAPE (2), (gint64[]){ 0, 0 });
  WeirTensor *inputs[] = { x, rois, pictures }, *output = NULL;
  WeirNode *node = begin_op (&builder, "ROIAlign", inputs, 3);
  GError *error = NULL;

  set_attrs (node, "spatial_scale=1; pooled_h=2; pooled_w=2; sampling_ratio=0; mode=avg");
  g_assert_false (weir_node_evaluate (node, inputs, &output, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==,
                   "node 'node' (ROIAlign): a region names picture 1, there are 1");
  g_clear_error (&error);
  inputs[2] = few;
  g_assert_false (weir_node_evaluate (node, inputs, &output, NULL, &error));
  assert_says (error, "one number of a picture for each region, found [2]");
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/roi/values", test_values);
  g_test_add_func ("/ops/roi/end", test_end);
  g_test_add_func ("/ops/roi/errors", test_errors);
  g_test_add_func ("/ops/roi/no-picture", test_no_picture);
  return g_test_run ();
}
