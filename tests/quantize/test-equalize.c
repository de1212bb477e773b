#include "compare.h"
#include "passes.h"
#include "quantize/equalize.h"
#include "two-products.h"

#include <math.h>
#include <string.h>

/* y = relu (x u + b) v, where one channel between the products is a hundred times as
 * large as the other, and its weights are as much smaller. */

static WeirPort
matrix (WeirBuilder *b, const char *name, const float values[4])
{
  return weir_build_constant (b, name, weir_tensor_new_f32 (&WEIR_SHAPE (2, 2), values));
}

static WeirModel *
make (gboolean other_reader)
{
  WeirBuilder b = WEIR_BUILDER (weir_graph_new ());
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2)), h;

  h = weir_build2 (&b, "MatMul", "first", x,
                   matrix (&b, "u", (const float[]){ 100, 0.25f, 50, 0.5f }));
  h = weir_build2 (
      &b, "Add", "sum", h,
      weir_build_constant (
          &b, "b",
          weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), (const float[]){ 10, 0.1f })));
  h = weir_build1 (&b, "Relu", "relu", h);
  if (other_reader)
    weir_build_result (&b, "h", h);
  h = weir_build2 (&b, "MatMul", "second", h,
                   matrix (&b, "v", (const float[]){ 0.01f, 0.02f, 1, -2 }));
  weir_build_result (&b, "y", h);
  g_assert_no_error (b.error);
  return weir_model_new (b.graph, "m", "test");
}

static WeirTrial
trial_of (const WeirSamples *samples)
{
  return (WeirTrial){ .samples = samples, .limit = samples->count };
}

/* Of the samples (1, 3) and (-1, 2): x u + b is (260, 1.85) and (10, 0.85), the largest
 * weights behind it are 0.02 and 2: scales are sqrt (260 / 0.02) and sqrt (1.85 / 2),
 * over their geometric mean. */
static void
test_scales (void)
{
  g_autoptr (WeirModel) model = make (FALSE);
  WeirSamples samples = product_samples (NULL, 0);
  WeirTrial trial = trial_of (&samples);
  GError *error = NULL;
  g_autoptr (GArray) found = weir_equalize_find (&trial, model, &error);
  const WeirEqualized *e = &g_array_index (found, WeirEqualized, 0);
  double a = sqrt (260 / 0.02), b = sqrt (1.85 / 2);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (e->name, ==, "relu:0");
  g_assert_cmpfloat_with_epsilon (e->scales[0], sqrt (a / b), 1e-4);
  g_assert_cmpfloat_with_epsilon (e->scales[1], sqrt (b / a), 1e-6);
}

static void
test_same_in_float (void)
{
  g_autoptr (WeirModel) model = make (FALSE), equalized = NULL;
  WeirSamples samples = product_samples (NULL, 0);
  WeirTrial trial = trial_of (&samples);
  GError *error = NULL;
  g_autoptr (GArray) found = weir_equalize_find (&trial, model, &error);

  equalized = weir_equalize_apply (model, found, &error);
  g_assert_no_error (error);
  assert_equivalent (weir_model_graph (model), weir_model_graph (equalized), 1e-6);
  g_assert_cmpuint (weir_graph_count (weir_model_graph (equalized)), ==,
                    weir_graph_count (weir_model_graph (model)) + 3);
}

/* Somebody else reads the value, and would see other numbers. */
static void
test_other_reader (void)
{
  g_autoptr (WeirModel) model = make (TRUE);
  WeirSamples samples = product_samples (NULL, 0);
  WeirTrial trial = trial_of (&samples);
  GError *error = NULL;
  g_autoptr (GArray) found = weir_equalize_find (&trial, model, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
}

/* It is done where it pays: the small channel is worth one level of the large one's, and
 * counts as much. */
static void
test_pays (void)
{
  g_autoptr (WeirModel) model = make (FALSE);
  WeirSamples samples = product_samples (NULL, 0);
  GError *error = NULL;
  g_autoptr (WeirCalibration) calibration =
      weir_calibrate (model, &samples, NULL, &error);
  g_autofree char *json = NULL;
  WeirCalibrationLayer layer;

  g_assert_no_error (error);
  json = weir_calibration_to_json (calibration);
  g_assert_nonnull (strstr (json, "\"relu:0\",\n      \"scales\""));
  weir_calibration_layer (calibration, 1, &layer);
  g_assert_cmpstr (layer.name, ==, "second");
  g_assert_cmpfloat (layer.snr, >, 40);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/equalize/scales", test_scales);
  g_test_add_func ("/quantize/equalize/same-in-float", test_same_in_float);
  g_test_add_func ("/quantize/equalize/other-reader", test_other_reader);
  g_test_add_func ("/quantize/equalize/pays", test_pays);
  return g_test_run ();
}
