#include "compare.h"
#include "two-products.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
write_text (const char *text)
{
  char *path = NULL;
  int file = g_file_open_tmp ("weir-statistics-XXXXXX", &path, NULL);

  g_assert_cmpint (file, >=, 0);
  g_close (file, NULL);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static WeirCalibration *
read_text (const char *text, GError **error)
{
  g_autofree char *path = write_text (text);
  WeirCalibration *calibration = weir_calibration_read (path, error);

  g_unlink (path);
  return calibration;
}

static char *
make_text (void)
{
  g_autoptr (WeirModel) model = product_model ();
  WeirSamples samples = product_samples (NULL, 0);
  GError *error = NULL;
  g_autoptr (WeirCalibration) calibration =
      weir_calibrate (model, &samples, NULL, &error);

  g_assert_no_error (error);
  return weir_calibration_to_json (calibration);
}

/* What was written makes the model that was written. */
static void
test_there_and_back (void)
{
  g_autofree char *text = make_text (), *again = NULL;
  g_autoptr (WeirModel) model = product_model (), quantized = NULL;
  g_autoptr (WeirCalibration) calibration = NULL;
  GError *error = NULL;
  double y[2];

  calibration = read_text (text, &error);
  g_assert_no_error (error);
  again = weir_calibration_to_json (calibration);
  g_assert_cmpstr (text, ==, again);
  quantized = weir_calibration_apply (calibration, model, &error);
  g_assert_no_error (error);
  product_run (quantized, 1, 3, y);
  g_assert_cmpfloat_with_epsilon (y[0], -5, 0.05);
  g_assert_cmpfloat_with_epsilon (y[1], 12.5, 0.05);
}

static char *
replaced (const char *text, const char *from, const char *to)
{
  g_auto (GStrv) parts = g_strsplit (text, from, 2);

  g_assert_nonnull (parts[1]);
  return g_strjoinv (to, parts);
}

static void
test_other_model (void)
{
  static const struct {
    const char *from, *to, *says;
  } rows[] = {
    { "\"product\"", "\"sum\"", "no layer 'product': they are of another model" },
    { "\"x:0\"", "\"z:0\"", "no value 'x:0'" },
    { "\"equalized\" : [",
      "\"equalized\" : [ { \"name\": \"x:0\", \"scales\": [ 1, 2 ] }",
      "'x:0' cannot be equalised" },
    { "\"shift\" : [", "\"shift\" : [ 1,",
      "layer 'product' has 2 channels, in the statistics 3" },
  };
  g_autofree char *text = make_text ();
  g_autoptr (WeirModel) model = product_model ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *other = replaced (text, rows[i].from, rows[i].to);
    GError *error = NULL;
    g_autoptr (WeirCalibration) calibration = read_text (other, &error);

    g_assert_no_error (error);
    g_assert_null (weir_calibration_apply (calibration, model, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
    assert_says (error, rows[i].says);
    g_clear_error (&error);
  }
}

#define HEAD \
  "{\"form\":\"weir-statistics\",\"version\":1,\"method\":\"mse\",\"preset\":\"mixed\","

static void
test_bad (void)
{
  static const struct {
    const char *text, *says;
  } rows[] = {
    { "[1]", "'form': expected weir-statistics, found none" },
    { "{\"form\":\"other\"}", "found other" },
    { "{\"form\":\"weir-statistics\"}", "'version': expected a number" },
    { "{\"form\":\"weir-statistics\",\"version\":9,\"method\":\"mse\",\"preset\":\"x\"}",
      "'version': expected 1, found 9" },
    { "{\"form\":\"weir-statistics\",\"version\":1}", "'method': expected a text" },
    { HEAD "\"values\":3}", "'values': expected a list" },
    { HEAD "\"values\":[3]}", "element 0 of 'values': 'name': expected a text" },
    { HEAD "\"values\":[{\"name\":\"x\",\"min\":\"a\"}]}", "'min': expected a number" },
    { HEAD "\"values\":[{\"name\":\"x\",\"min\":0,\"max\":1,\"low\":2,\"high\":1}]}",
      "'x': no range from 2 to 1" },
    { HEAD "\"values\":[{\"name\":\"x\",\"min\":0,\"max\":1,\"low\":0,\"high\":1e39}]}",
      "'x': no range from 0 to 1e+39" },
    { HEAD "\"values\":[],\"equalized\":[],\"layers\":[{\"name\":\"x\",\"op\":\"y\","
           "\"shift\":[\"a\"]}]}",
      "element 0 of 'layers': 'shift': element 0 is no number" },
    { HEAD "\"values\":[],\"equalized\":[{\"name\":\"x\"}]}",
      "element 0 of 'equalized': 'scales': expected a list" },
    { HEAD "\"values\":[],\"equalized\":[{\"name\":\"x\",\"scales\":[1,0]}]}",
      "'scales': element 1 is not positive" },
    { HEAD "\"values\":[],\"equalized\":[],\"layers\":[]}",
      "'outputs': expected a list" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GError *error = NULL;

    g_assert_null (read_text (rows[i].text, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    assert_says (error, rows[i].says);
    g_clear_error (&error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quantize/statistics/there-and-back", test_there_and_back);
  g_test_add_func ("/quantize/statistics/other-model", test_other_model);
  g_test_add_func ("/quantize/statistics/bad", test_bad);
  return g_test_run ();
}
