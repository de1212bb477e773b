#include "convert-text.h"
#include "frontends/caffe-net.h"

#include <string.h>

/* Layers of Caffe and nodes of MXNet that extensions translate. tanh (1) is 0.76159416.
 */

static void
load_examples (void)
{
  g_autofree char *mapping =
      g_build_filename (g_getenv ("WEIR_EXAMPLES"), "mapping.json", NULL);
  g_autofree char *library = library_path ("soft-threshold");
  GError *error = NULL;

  g_assert_true (weir_convert_load_extensions (mapping, &error));
  g_assert_true (weir_convert_load_extensions (library, &error));
  g_assert_no_error (error);
}

static void
check_caffe (const char *type, const char *params, const char *in, const char *out)
{
  g_autofree char *text = caffe_layer ("2", type, params);
  g_autoptr (GBytes) weights = caffe_weights (NULL, FALSE);
  GError *error = NULL;
  g_autoptr (WeirModel) model = caffe_load (text, weights, &error);

  g_assert_no_error (error);
  caffe_check (model, in, out);
}

static void
test_caffe (void)
{
  load_examples ();
  check_caffe ("Shrink", "shrink_param { lambd: 1 }", "2: 3 -0.5", "2: 2 0");
  check_caffe ("Shrink", "", "2: 3 -0.75", "2: 2.5 -0.25");
  check_caffe ("ScaledTanH", "scaled_tanh_param { alpha: 2 }", "2: 0 1",
               "2: 0 1.52318831");
  check_caffe ("ScaledTanH", "", "2: 0 1", "2: 0 0.76159416");
}

#define MAGIC "\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0"

static void
check_mxnet (const char *op, const char *attrs, const char *in, const char *out)
{
  g_autofree char *symbol = g_strdup_printf (
      "{\"nodes\": [{\"op\": \"null\", \"name\": \"x\", \"attrs\": "
      "{\"__shape__\": \"(2,)\"}, \"inputs\": []}, {\"op\": \"%s\", \"name\": "
      "\"y\", \"attrs\": {%s}, \"inputs\": [[0, 0, 0]]}], \"arg_nodes\": [0], "
      "\"heads\": [[1, 0, 0]]}",
      op, attrs);
  /* No arrays, no names. */
  g_autoptr (GBytes) params = g_bytes_new_static (MAGIC "\0\0\0\0\0\0\0\0"
                                                        "\0\0\0\0\0\0\0\0",
                                                  32);
  g_autoptr (GBytes) text = g_bytes_new (symbol, strlen (symbol));
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  weir_convert_options_set (options, "framework", "mxnet", NULL);
  model = weir_convert_bytes (params, "t.params", text, options, NULL, NULL, &error);
  g_assert_no_error (error);
  caffe_check (model, in, out);
}

static void
test_mxnet (void)
{
  load_examples ();
  check_mxnet ("_contrib_shrink", "\"lambd\": \"1\"", "2: 3 -0.5", "2: 2 0");
  check_mxnet ("scaled_tanh", "\"alpha\": \"2\"", "2: 0 1", "2: 0 1.52318831");
  check_mxnet ("Custom", "\"op_type\": \"scaled_tanh\", \"alpha\": \"2\"", "2: 0 1",
               "2: 0 1.52318831");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extension/frameworks/caffe", test_caffe);
  g_test_add_func ("/extension/frameworks/mxnet", test_mxnet);
  return g_test_run ();
}
