#include "base/error.h"
#include "compare.h"
#include "graphs.h"

#include <string.h>

/* Expected values were computed with OpenVINO. */

/* Boxes that begin in a square of 30 pixels; @size and more is how large they are. */
static WeirTensor *
boxes (const WeirShape *shape, float size)
{
  WeirTensor *tensor = noise_f32 (shape, 1, 0, 1);
  float *v = weir_tensor_writable (tensor);

  for (gsize i = 0; i < weir_tensor_count (tensor); i += 4) {
    v[i] *= 30;
    v[i + 1] *= 30;
    v[i + 2] = v[i] + size + v[i + 2] * 20;
    v[i + 3] = v[i + 1] + size + v[i + 3] * 20;
  }
  return tensor;
}

static WeirTensor *
run (const char *op, const char *attrs, WeirTensor *const *inputs, guint n, guint port)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = begin_op (&builder, op, inputs, n);

  set_attrs (node, attrs);
  return run_op (&builder, node, inputs, port);
}

static void
test_grid (void)
{
  const float priors[] = { -8, -8, 8, 8, -4, -12, 4, 12 };
  const float first[] = { 2.666667f, 0, 18.66667f, 16, 6.666667f, -4, 14.66667f, 20 };
  const float last[] = { 49.33333f, 12, 57.33333f, 36 };
  g_autoptr (WeirTensor) p = weir_tensor_new_f32 (&WEIR_SHAPE (2, 4), priors);
  g_autoptr (WeirTensor) cells = iota_f32 (&WEIR_SHAPE (1, 3, 2, 3));
  g_autoptr (WeirTensor) image = iota_f32 (&WEIR_SHAPE (1, 3, 32, 64));
  WeirTensor *inputs[] = { p, cells, image };
  g_autoptr (WeirTensor) flat =
      run ("ExperimentalDetectronPriorGridGenerator", "", inputs, 3, 0);
  g_autoptr (WeirTensor) deep = run ("ExperimentalDetectronPriorGridGenerator",
                                     "flatten=false; h=2; w=3; stride_x=4", inputs, 3, 0);

  assert_shape (weir_tensor_shape (flat), "[12,4]");
  assert_shape (weir_tensor_shape (deep), "[2,3,2,4]");
  for (gsize i = 0; i < 8; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (flat, i), first[i], 1e-4);
  for (gsize i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (flat, 44 + i), last[i], 1e-4);
  g_assert_cmpfloat (weir_tensor_get (deep, 8), ==, -2);
}

static void
test_top (void)
{
  const float probabilities[] = { 0.3f, 0.9f, 0.1f, 0.9f, 0.5f };
  const gsize order[] = { 1, 3, 4, 0, 2 };
  g_autoptr (WeirTensor) rois = noise_f32 (&WEIR_SHAPE (5, 4), 1, 0, 1);
  g_autoptr (WeirTensor) p = weir_tensor_new_f32 (&WEIR_SHAPE (5), probabilities);
  WeirTensor *inputs[] = { rois, p };
  g_autoptr (WeirTensor) y =
      run ("ExperimentalDetectronTopKROIs", "max_rois=7", inputs, 2, 0);

  assert_shape (weir_tensor_shape (y), "[7,4]");
  for (gsize i = 0; i < 28; i++)
    g_assert_cmpfloat (weir_tensor_get (y, i), ==,
                       i < 20 ? weir_tensor_get (rois, order[i / 4] * 4 + i % 4) : 0);
}

static void
test_features (void)
{
  const float corners[] = { 0, 0, 8, 8, 2, 3, 30, 28, 0, 0, 250, 250, 5, 5, 5, 5 };
  const float expected[] = { 0.6395f,    0.398f,     0.4445f,    0.241f,     0.618f,
                             0.559f,     0.5105f,    0.59675f,   0.3769473f, 0.4614356f,
                             0.6011455f, 0.5178204f, 0.6390342f, 0.4527959f, 0.4471885f,
                             0.6100196f, 0.22f,      0,          0,          0,
                             0.11525f,   0,          0,          0,          0,
                             0,          0,          0,          0,          0,
                             0,          0 };
  const float aligned[] = { 0.825875f,  0.7161875f, 0.4508438f, 0.4518125f, 0.7858125f,
                            0.4355313f, 0.5369062f, 0.6588281f, 0.3574756f, 0.5772666f,
                            0.6447031f, 0.3774502f, 0.6029102f, 0.5068525f, 0.5173311f,
                            0.5604502f, 0.22f,      0,          0,          0,
                            0.11525f,   0,          0,          0,          0,
                            0,          0,          0,          0,          0,
                            0,          0 };
  g_autoptr (WeirTensor) rois = weir_tensor_new_f32 (&WEIR_SHAPE (4, 4), corners);
  g_autoptr (WeirTensor) fine = noise_f32 (&WEIR_SHAPE (1, 2, 8, 8), 2, 0, 1);
  g_autoptr (WeirTensor) coarse = noise_f32 (&WEIR_SHAPE (1, 2, 4, 4), 3, 0, 1);
  WeirTensor *inputs[] = { rois, fine, coarse };
  g_autoptr (WeirTensor) y =
      run ("ExperimentalDetectronROIFeatureExtractor",
           "output_size=2; sampling_ratio=2; pyramid_scales=4, 8", inputs, 3, 0);
  g_autoptr (WeirTensor) z = run (
      "ExperimentalDetectronROIFeatureExtractor",
      "output_size=2; sampling_ratio=2; pyramid_scales=4, 8; aligned=true", inputs, 3, 0);
  g_autoptr (WeirTensor) same =
      run ("ExperimentalDetectronROIFeatureExtractor",
           "output_size=2; sampling_ratio=2; pyramid_scales=4, 8", inputs, 3, 1);

  assert_f32 (y, expected, G_N_ELEMENTS (expected));
  assert_f32 (z, aligned, G_N_ELEMENTS (aligned));
  assert_equal (same, rois);
}

static void
check_output (const char *attrs, const float *corners, const gint64 *classes,
              const float *scores)
{
  const float size[] = { 50, 60, 1 };
  g_autoptr (WeirTensor) rois = boxes (&WEIR_SHAPE (6, 4), 10);
  g_autoptr (WeirTensor) deltas = noise_f32 (&WEIR_SHAPE (6, 12), 2, -4, 8);
  g_autoptr (WeirTensor) s = noise_f32 (&WEIR_SHAPE (6, 3), 3, 0, 1);
  g_autoptr (WeirTensor) image = weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), size);
  WeirTensor *inputs[] = { rois, deltas, s, image }, *y[3];

  /* The last region is empty: it counts for nothing. */
  memcpy ((float *) weir_tensor_writable (rois) + 20, (float[]){ 5, 5, 5, 9 },
          4 * sizeof (float));
  for (guint i = 0; i < 3; i++)
    y[i] = run ("ExperimentalDetectronDetectionOutput", attrs, inputs, 4, i);
  assert_f32 (y[0], corners, 24);
  assert_ints (y[1], classes, 6);
  assert_f32 (y[2], scores, 6);
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (y[i]);
}

#define OUTPUT_ATTRS                                                                     \
  "score_threshold=0.1; num_classes=3; max_detections_per_image=6; max_delta_log_wh=2; " \
  "deltas_weights=10, 10, 5, 5; "

static void
test_output (void)
{
  check_output (OUTPUT_ATTRS "nms_threshold=0.5; post_nms_count=5",
                (float[]){ 0,         0.08223724f, 12.09752f, 40.01204f, 0,
                           13.63409f, 18.7067f,    50.58303f, 2.435363f, 5.04232f,
                           13.05052f, 21.54376f,   5.888977f, 9.416962f, 12.94414f,
                           35.23411f, 0,           0,         38.59441f, 15.74457f,
                           7.721529f, 0,           18.66327f, 24.96479f },
                (gint64[]){ 2, 2, 1, 1, 1, 1 },
                (float[]){ 0.966f, 0.796f, 0.665f, 0.622f, 0.543f, 0.493f });
  check_output (
      OUTPUT_ATTRS "nms_threshold=0.05; post_nms_count=2",
      (float[]){ 2.435363f, 5.04232f,  13.05052f, 21.54376f,   21.14542f, 7.391254f,
                 48.54436f, 44.58635f, 0,         0.08223724f, 12.09752f, 40.01204f,
                 26.66664f, 26.7679f,  31.67259f, 40.06858f,   0,         0,
                 0,         0,         0,         0,           0,         0 },
      (gint64[]){ 1, 1, 2, 2, 0, 0 }, (float[]){ 0.665f, 0.107f, 0.966f, 0.365f, 0, 0 });
}

static void
test_single (void)
{
  const float size[] = { 50, 60, 1 };
  const float corners[] = { 23.04266f, 15.24539f, 32.75718f, 41.55221f, 15.54145f, 0,
                            21.43815f, 16.84233f, 30.59859f, 35.87766f, 40.9672f,  49,
                            16.45709f, 0,         53.24788f, 9.707933f, 5.039484f, 0,
                            14.44452f, 20.30562f, 0,         0,         0,         0 };
  const float scores[] = { 0.966f, 0.796f, 0.747f, 0.622f, 0.543f, 0 };
  const char *attrs = "min_size=2; nms_threshold=0.2; pre_nms_count=10; post_nms_count=6";
  g_autoptr (WeirTensor) image = weir_tensor_new_f32 (&WEIR_SHAPE (3), size);
  g_autoptr (WeirTensor) anchors = boxes (&WEIR_SHAPE (12, 4), 8);
  g_autoptr (WeirTensor) deltas = noise_f32 (&WEIR_SHAPE (8, 2, 3), 2, -0.6f, 1.2f);
  g_autoptr (WeirTensor) s = noise_f32 (&WEIR_SHAPE (2, 2, 3), 3, 0, 1);
  WeirTensor *inputs[] = { image, anchors, deltas, s };
  g_autoptr (WeirTensor) y =
      run ("ExperimentalDetectronGenerateProposalsSingleImage", attrs, inputs, 4, 0);
  g_autoptr (WeirTensor) z =
      run ("ExperimentalDetectronGenerateProposalsSingleImage", attrs, inputs, 4, 1);

  assert_f32 (y, corners, 24);
  assert_f32 (z, scores, 6);
}

static void
check_batch (const char *attrs, guint scales, const float *corners, const float *scores,
             const gint64 *counts)
{
  const float sizes[] = { 50, 60, 1, 2, 40, 30, 2, 3 };
  gsize n = (gsize) (counts[0] + counts[1]);
  g_autoptr (WeirTensor) image =
      weir_tensor_new (WEIR_DTYPE_F32, &WEIR_SHAPE (2, 2 + scales), NULL);
  g_autoptr (WeirTensor) anchors = boxes (&WEIR_SHAPE (2, 3, 2, 4), 8);
  g_autoptr (WeirTensor) deltas = noise_f32 (&WEIR_SHAPE (2, 8, 2, 3), 2, -0.6f, 1.2f);
  g_autoptr (WeirTensor) s = noise_f32 (&WEIR_SHAPE (2, 2, 2, 3), 3, 0, 1);
  WeirTensor *inputs[] = { image, anchors, deltas, s }, *y[3];

  for (guint i = 0; i < 2; i++)
    memcpy ((float *) weir_tensor_writable (image) + i * (2 + scales), sizes + i * 4,
            (2 + scales) * sizeof (float));
  for (guint i = 0; i < 3; i++)
    y[i] = run ("GenerateProposals", attrs, inputs, 4, i);
  assert_f32 (y[0], corners, n * 4);
  assert_f32 (y[1], scores, n);
  assert_ints (y[2], counts, 2);
  for (guint i = 0; i < 3; i++)
    weir_tensor_unref (y[i]);
}

static void
test_batch (void)
{
  check_batch ("min_size=2; nms_threshold=0.05; pre_nms_count=10; post_nms_count=6; "
               "roi_num_type=i32",
               1, (float[]){ 23.52781f, 15.0657f,    33.37123f, 40.7719f,  15.84972f,
                             0,         22.10188f,   16.81347f, 30.11381f, 35.19695f,
                             40.47278f, 49.48897f,   4.852856f, 0,         14.48715f,
                             20.32346f, 22.66196f,   20.69396f, 30,        38.47444f,
                             12.86422f, 0.01326942f, 19.92733f, 14.83305f, 0.9823041f,
                             19.41114f, 9.411776f,   40 },
               (float[]){ 0.966f, 0.796f, 0.747f, 0.543f, 0.933f, 0.88f, 0.219f },
               (gint64[]){ 4, 3 });
  check_batch (
      "min_size=4; nms_threshold=0.5; pre_nms_count=5; post_nms_count=6; "
      "normalized=false",
      2, (float[]){ 23.04266f, 15.24539f, 32.75718f, 41.55221f, 30.59859f, 35.87766f,
                    40.9672f,  49,        16.45709f, 0,         53.24788f, 9.707933f,
                    5.039484f, 0,         14.44452f, 20.30562f, 0,         0,
                    14.73715f, 21.15772f, 7.232536f, 1.971128f, 29,        17.64964f },
      (float[]){ 0.966f, 0.747f, 0.622f, 0.543f, 0.733f, 0.665f }, (gint64[]){ 4, 2 });
}

static void
expect_error (const char *op, const char *attrs, WeirTensor *const *inputs, guint n,
              int code, const char *text)
{
  g_autoptr (WeirGraph) graph = weir_graph_new ();
  WeirBuilder builder = WEIR_BUILDER (graph);
  WeirNode *node = begin_op (&builder, op, inputs, n);

  set_attrs (node, attrs);
  expect_infer_error (&builder, node, code, text);
}

static void
test_errors (void)
{
  g_autoptr (WeirTensor) a = iota_f32 (&WEIR_SHAPE (6, 4));
  g_autoptr (WeirTensor) b = iota_f32 (&WEIR_SHAPE (1, 2, 2, 3));
  g_autoptr (WeirTensor) few = iota_f32 (&WEIR_SHAPE (2));
  g_autoptr (WeirTensor) scores = iota_f32 (&WEIR_SHAPE (2, 2, 3));
  WeirTensor *levels[] = { a, b }, *grid[] = { a, b, b }, *output[] = { a, a, a, a };
  WeirTensor *top[] = { a, few }, *single[] = { few, a, a, scores };

  expect_error ("ExperimentalDetectronROIFeatureExtractor",
                "output_size=2; sampling_ratio=2; pyramid_scales=4, 8", levels, 2,
                WEIR_ERROR_FORMAT, "one level of features for each of 2 scales, found 1");
  expect_error ("ExperimentalDetectronPriorGridGenerator", "h=5", grid, 3,
                WEIR_ERROR_UNSUPPORTED, "attribute 'h' of 5 is not the size");
  expect_error ("ExperimentalDetectronTopKROIs", "max_rois=2", top, 2, WEIR_ERROR_SHAPE,
                "input 1: expected [6], found [2]");
  expect_error ("ExperimentalDetectronDetectionOutput",
                OUTPUT_ATTRS "nms_threshold=0.5; post_nms_count=5", output, 4,
                WEIR_ERROR_SHAPE, "input 1: expected [regions,12], found [6,4]");
  expect_error ("ExperimentalDetectronGenerateProposalsSingleImage",
                "min_size=2; nms_threshold=0.2; pre_nms_count=10; post_nms_count=6",
                single, 4, WEIR_ERROR_SHAPE, "input 1: expected [12,4], found [6,4]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ops/detectron/grid", test_grid);
  g_test_add_func ("/ops/detectron/top", test_top);
  g_test_add_func ("/ops/detectron/features", test_features);
  g_test_add_func ("/ops/detectron/output", test_output);
  g_test_add_func ("/ops/detectron/single", test_single);
  g_test_add_func ("/ops/detectron/batch", test_batch);
  g_test_add_func ("/ops/detectron/errors", test_errors);
  return g_test_run ();
}
