#include "compare.h"
#include "passes.h"
#include "two-products.h"

#include "ir/match.h"

#include <math.h>

static WeirCalibration *
calibrate (WeirModel *model, const WeirCalibrateOptions *options, WeirModel **quantized)
{
  WeirSamples samples = product_samples (NULL, 0);
  GError *error = NULL;
  WeirCalibration *calibration = weir_calibrate (model, &samples, options, &error);

  g_assert_no_error (error);
  *quantized = weir_calibration_apply (calibration, model, &error);
  g_assert_no_error (error);
  return calibration;
}

static const WeirTensor *
constant (WeirModel *model, const char *name)
{
  return weir_graph_find (weir_model_graph (model), name)->outputs[0].info.value;
}

/* Columns (1, -2) and (0.5, 4): steps of 2/127 and 4/127; 1 is 63.5 steps, which rounds
 * to 64, and 0.5 is 15.875. */
static void
test_weights (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  WeirCalibrateOptions options = { .preset = "performance", .max_drop = -1 };
  g_autoptr (WeirCalibration) calibration = calibrate (model, &options, &quantized);
  const WeirTensor *levels = constant (quantized, "product/weights/levels");

  g_assert_cmpint (weir_tensor_dtype (levels), ==, WEIR_DTYPE_I8);
  assert_ints (levels, (const gint64[]){ 64, 16, -127, 127 }, 4);
  assert_f32 (constant (quantized, "product/weights/steps"),
              (const float[]){ 2 / 127.0f, 4 / 127.0f }, 2);
  assert_shape (weir_tensor_shape (constant (quantized, "product/weights/steps")),
                "[1,2]");
}

/* Values from -1 to 3 around zero: steps of 3/127, a little longer. */
static void
test_range (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  WeirCalibrateOptions options = { .method = "minmax",
                                   .preset = "performance",
                                   .max_drop = -1 };
  g_autoptr (WeirCalibration) calibration = calibrate (model, &options, &quantized);
  const WeirGraph *graph = weir_model_graph (quantized);
  const WeirNode *fake = only_op (graph, "FakeQuantize");
  double ends[4];

  for (guint i = 0; i < 4; i++)
    g_assert_true (weir_match_scalar (graph, fake, i + 1, &ends[i]));
  g_assert_cmpint (weir_node_int (fake, "levels"), ==, 256);
  g_assert_cmpfloat_with_epsilon (ends[0], -3.0 * 128 / 127, 3e-4);
  g_assert_cmpfloat_with_epsilon (ends[1], 3, 3e-4);
  g_assert_cmpfloat (ends[2], ==, ends[0]);
  g_assert_cmpfloat (ends[3], ==, ends[1]);
}

/* With steps of 3/127, 1 becomes 42 of them, 2 becomes 85, 3 becomes 127: the products
 * are
 * (-5.000062, 12.499969) and (-5.015686, 7.531527) where float has (-5, 12.5) and (-5,
 * 7.5). Their means differ by -0.007874 and 0.015748, which goes into a bias. */
static void
test_bias (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  WeirCalibrateOptions options = { .method = "minmax",
                                   .preset = "performance",
                                   .max_drop = -1 };
  g_autoptr (WeirCalibration) calibration = calibrate (model, &options, &quantized);
  const WeirTensor *bias = constant (quantized, "product/bias");
  double first[2], second[2];
  WeirCalibrationLayer layer;

  g_assert_cmpfloat_with_epsilon (weir_tensor_get (bias, 0), 0.007874, 2e-4);
  g_assert_cmpfloat_with_epsilon (weir_tensor_get (bias, 1), -0.015748, 2e-4);
  product_run (quantized, 1, 3, first);
  product_run (quantized, -1, 2, second);
  g_assert_cmpfloat_with_epsilon (first[0] + second[0], -10, 1e-5);
  g_assert_cmpfloat_with_epsilon (first[1] + second[1], 20, 1e-5);
  /* What is left of the differences: 0.007812 twice and 0.015779 twice, beside the
   * squares 25, 156.25, 25 and 56.25. */
  weir_calibration_layer (calibration, 0, &layer);
  g_assert_cmpstr (layer.name, ==, "product");
  g_assert_null (layer.reason);
  g_assert_cmpfloat_with_epsilon (
      layer.snr, 10 * log10 (262.5 / (2 * (0.007812 * 0.007812 + 0.015779 * 0.015779))),
      0.3);
}

static void
test_drift (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  WeirCalibrateOptions options = { .method = "minmax",
                                   .preset = "performance",
                                   .max_drop = -1 };
  g_autoptr (WeirCalibration) calibration = calibrate (model, &options, &quantized);
  double noise = 2 * (0.007812 * 0.007812 + 0.015779 * 0.015779);
  WeirDrift drift;

  g_assert_cmpuint (weir_calibration_n_drifts (calibration), ==, 1);
  weir_calibration_drift (calibration, 0, &drift);
  g_assert_cmpfloat_with_epsilon (drift.drop, sqrt (noise / 262.5), 1e-4);
  g_assert_cmpfloat_with_epsilon (drift.largest, 0.015779, 3e-4);
  g_assert_cmpfloat_with_epsilon (drift.cosine, 1, 1e-5);
}

/* No layer may change anything: all of them stay in float. */
static void
test_max_drop (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  WeirCalibrateOptions options = { .max_drop = 0 };
  g_autoptr (WeirCalibration) calibration = calibrate (model, &options, &quantized);
  WeirCalibrationLayer layer;
  WeirDrift drift;

  weir_calibration_layer (calibration, 0, &layer);
  g_assert_true (g_str_has_prefix (layer.reason, "by itself it moves an output by "));
  g_assert_cmpuint (count_op (weir_model_graph (quantized), "FakeQuantize"), ==, 0);
  weir_calibration_drift (calibration, 0, &drift);
  g_assert_cmpfloat (drift.drop, ==, 0);
}

static void
expect_error (const WeirCalibrateOptions *options, WeirSamples samples, const char *text)
{
  g_autoptr (WeirModel) model = product_model ();
  GError *error = NULL;

  g_assert_null (weir_calibrate (model, &samples, options, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
  assert_says (error, text);
  g_clear_error (&error);
}

static void
test_refused (void)
{
  char *ignore[] = { "prod*", NULL };
  const float bad[] = { 1, 1, NAN, 1 };
  WeirSamples samples = product_samples (NULL, 0);

  expect_error (&(WeirCalibrateOptions){ .method = "median", .max_drop = -1 }, samples,
                "method: expected mse, minmax, percentile, entropy, found 'median'");
  expect_error (&(WeirCalibrateOptions){ .preset = "fast", .max_drop = -1 }, samples,
                "preset: expected performance or mixed, found 'fast'");
  expect_error (&(WeirCalibrateOptions){ .ignore = ignore, .max_drop = -1 }, samples,
                "there is nothing to quantise");
  expect_error (NULL, product_samples (bad, 0), "there are no samples");
  expect_error (NULL, product_samples (bad, 2),
                "sample 1: 'x' (Parameter) computes a value that is not finite");
}

/* What is quantised already is left alone. */
static void
test_twice (void)
{
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  g_autoptr (WeirCalibration) calibration = calibrate (model, NULL, &quantized);
  WeirSamples samples = product_samples (NULL, 0);
  GError *error = NULL;

  g_assert_null (weir_calibrate (quantized, &samples, NULL, &error));
  assert_says (error, "there is nothing to quantise");
  g_clear_error (&error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/calibrate/weights", test_weights);
  g_test_add_func ("/quantize/calibrate/range", test_range);
  g_test_add_func ("/quantize/calibrate/bias", test_bias);
  g_test_add_func ("/quantize/calibrate/drift", test_drift);
  g_test_add_func ("/quantize/calibrate/max-drop", test_max_drop);
  g_test_add_func ("/quantize/calibrate/refused", test_refused);
  g_test_add_func ("/quantize/calibrate/twice", test_twice);
  return g_test_run ();
}
