#include "base/error.h"
#include "compare.h"
#include "convert-text.h"
#include "frontends/tflite/flexbuf.h"
#include "io/io.h"
#include "ir/evaluate.h"
#include "ir/registry.h"
#include "weir-infer.h"

#include <glib/gstdio.h>
#include <string.h>

/* The example of docs/examples/extension, from models to results. Expected values are
 * worked out by hand: |x| less lambda, not below 0, with the sign of x. */

#define LIBRARY "soft-threshold"

static const char shrinkage[] =
    "in x f32[5] -1 -0.25 0.125 0.5 2; example.Shrinkage x > y lambd:f=0.25; "
    "out y f32[5] -0.75 0 0 0.25 1.75";

static void
test_onnx (void)
{
  static const char *const cases[] = {
    shrinkage,
    "in x f32[2,2] -1 -0.25 0.75 3; example.Shrinkage x > y; "
    "out y f32[2,2] -0.5 0 0.25 2.5",
    "open x f32[1,3] -1 0 1; example.Shrinkage x > t; Relu t > y; out y f32[1,3] 0 0 0.5",
    "in x f32[3] -2 -1 0; example.BiasedShrinkage x > y bias:f=1; "
    "out y f32[3] -0.75 0 0.75",
    "in x f32[2] -1 0.125; example.BiasedShrinkage x > y; out y f32[2] -0.75 0",
    "in c boolean[] 1; in x f32[2] -1 2; graph t; example.Shrinkage x > a; out a; end; "
    "graph e; Abs x > b; out b; end; If c > y then_branch:g=t else_branch:g=e; "
    "out y f32[2] -0.5 1.5",
    "in x f32[2] -1 2; function F a > b; example.Shrinkage a > b; end; local.F x > y; "
    "out y f32[2] -0.5 1.5",
  };
  g_autofree char *path = library_path (LIBRARY);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    run_text (cases[i], path);
}

static guint
count (const WeirModel *model, const char *op)
{
  const WeirGraph *graph = weir_model_graph ((WeirModel *) model);
  guint n = 0;

  for (guint i = 0; i < weir_graph_size (graph); i++)
    n += weir_node_is (weir_graph_node (graph, i), op);
  return n;
}

static void
test_folded (void)
{
  g_autofree char *path = library_path (LIBRARY);
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  model = convert_text ("in z f32[2] 0; const x f32[2] -1 2; example.Shrinkage x > t; "
                        "Add t,z > y; out y",
                        path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (model, "SoftThreshold"), ==, 0);
  g_assert_cmpuint (count (model, "Constant"), ==, 1);
}

static WeirTensor *
run_network (WeirModel *model, const float *x)
{
  g_autoptr (WeirTensor) input = weir_tensor_new_f32 (&WEIR_SHAPE (5), x);
  g_autoptr (WeirNetwork) network = NULL;
  g_autoptr (WeirRequest) request = NULL;
  GError *error = NULL;

  network = weir_network_new (model, NULL, &error);
  g_assert_no_error (error);
  request = weir_request_new (network, &error);
  g_assert_no_error (error);
  weir_request_set_input (request, 0, input, &error);
  g_assert_no_error (error);
  weir_request_run (request, &error);
  g_assert_no_error (error);
  return weir_tensor_ref (weir_request_output (request, 0));
}

static const float five[] = { -1, -0.25f, 0.125f, 0.5f, 2 };
static const float shrunk[] = { -0.75f, 0, 0, 0.25f, 1.75f };

/* Through XML and BIN, and the engine. */
static void
test_ir (void)
{
  g_autofree char *path = library_path (LIBRARY);
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *xml = g_build_filename (folder, "net.xml", NULL);
  g_autofree char *text = NULL;
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirModel) back = NULL;
  g_autoptr (WeirTensor) y = NULL;
  GError *error = NULL;

  model = convert_text (shrinkage, path, &error);
  g_assert_no_error (error);
  weir_convert_write (model, folder, "net", 11, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (xml, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "type=\"SoftThreshold\" version=\"extension\">"));
  g_assert_nonnull (strstr (text, "<data lambda=\"0.25\" />"));
  g_assert_null (strstr (text, path));
  back = weir_convert_file (xml, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  y = run_network (back, five);
  assert_f32 (y, shrunk, 5);
}

static void
test_ir_version (void)
{
  static const char layers[] =
      "<net name=\"n\" version=\"11\"><layers><layer id=\"0\" name=\"x\" "
      "type=\"Parameter\" version=\"opset1\"><data shape=\"2\" element_type=\"f32\"/>"
      "<output><port id=\"0\" precision=\"FP32\"><dim>2</dim></port></output></layer>"
      "<layer id=\"1\" name=\"y\" type=\"SoftThreshold\" version=\"opset1\"><input>"
      "<port id=\"0\"/></input><output><port id=\"1\"/></output></layer></layers>"
      "<edges/></net>";
  g_autoptr (GBytes) bytes = g_bytes_new_static (layers, strlen (layers));
  g_autoptr (WeirSource) source = weir_source_new (bytes, "n.xml");
  g_autofree char *path = library_path (LIBRARY);
  GError *error = NULL;

  weir_convert_load_extensions (path, &error);
  g_assert_no_error (error);
  g_assert_null (weir_ir_read_sources (source, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  assert_says (error, "SoftThreshold has version 'extension' in");
  g_error_free (error);
}

static void
test_tflite (void)
{
  g_autoptr (GBytes) bytes = threshold_tflite ();
  g_autofree char *path = library_path (LIBRARY);
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (WeirModel) model = NULL;
  g_autoptr (WeirTensor) y = NULL;
  GError *error = NULL;

  weir_convert_options_set (options, "extensions", path, NULL);
  model = weir_convert_bytes (bytes, "test.tflite", NULL, options, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count (model, "SoftThreshold"), ==, 1);
  y = run_network (model, five);
  assert_f32 (y, shrunk, 5);
}

static void
check_flex (const char *key, WeirAttrType expected, const char *text)
{
  const WeirBytes buffer = WEIR_BYTES (threshold_options, sizeof threshold_options);
  const WeirAttrRow row = { .name = key, .type = expected };
  g_autofree char *found = NULL;
  WeirAttr value = { 0 };
  WeirAttrType type;

  g_assert_true (weir_flex_value (&buffer, key, &type, &value));
  g_assert_cmpint (type, ==, expected);
  found = weir_attr_print (&row, &value);
  g_assert_cmpstr (found, ==, text);
  weir_attr_clear (&value);
}

static void
test_flex (void)
{
  const WeirBytes buffer = WEIR_BYTES (threshold_options, sizeof threshold_options);
  WeirAttr value = { 0 };
  WeirAttrType type;

  check_flex ("lambda", WEIR_ATTR_FLOAT, "0.25");
  check_flex ("mode", WEIR_ATTR_STRING, "soft");
  check_flex ("on", WEIR_ATTR_BOOL, "true");
  check_flex ("n", WEIR_ATTR_INT, "-3");
  check_flex ("ints", WEIR_ATTR_INTS, "1, -2, 300");
  check_flex ("pair", WEIR_ATTR_FLOATS, "0.5, 1.5");
  check_flex ("mixed", WEIR_ATTR_FLOATS, "1, 2.5");
  check_flex ("flags", WEIR_ATTR_INTS, "1, 0");
  g_assert_false (weir_flex_value (&buffer, "inner", &type, &value));
  g_assert_false (weir_flex_value (&buffer, "none", &type, &value));
}

/* Whatever a byte says, nothing is read beyond the buffer. */
static void
test_flex_broken (void)
{
  static const char *const keys[] = {
    "lambda", "mode", "ints", "pair", "mixed", "flags"
  };
  static const guint8 values[] = { 0, 1, 3, 0x2a, 0x7f, 0x80, 0xff };
  g_autofree guint8 *copy = g_memdup2 (threshold_options, sizeof threshold_options);

  for (gsize at = 0; at < sizeof threshold_options * G_N_ELEMENTS (values); at++) {
    guint8 *byte = &copy[at / G_N_ELEMENTS (values)], old = *byte;

    *byte = values[at % G_N_ELEMENTS (values)];
    for (guint k = 0; k < G_N_ELEMENTS (keys); k++) {
      WeirAttr value = { 0 };
      WeirAttrType type;

      weir_flex_value (&WEIR_BYTES (copy, sizeof threshold_options), keys[k], &type,
                       &value);
      weir_attr_clear (&value);
    }
    *byte = old;
  }
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, ".weir");
  return n;
}

/* A second extension changes what a conversion may come to, and with it the key. */
static void
test_cache (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *model_path = g_build_filename (folder, "net.tflite", NULL);
  g_autofree char *path = library_path (LIBRARY), *other = library_path ("faulty");
  g_autofree char *both = g_strconcat (path, ", ", other, NULL);
  g_autoptr (GBytes) bytes = threshold_tflite ();
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  GError *error = NULL;

  g_file_set_contents (model_path, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes), NULL);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (WeirModel) model = NULL;
    g_autoptr (WeirTensor) y = NULL;

    weir_convert_options_set (options, "extensions", i < 2 ? path : both, NULL);
    model = weir_convert_cached (model_path, options, folder, NULL, NULL, &error);
    g_assert_no_error (error);
    y = run_network (model, five);
    assert_f32 (y, shrunk, 5);
    g_assert_cmpuint (count_entries (folder), ==, i < 2 ? 1 : 2);
  }
}

static void
test_description (void)
{
  g_autofree char *path = library_path (LIBRARY);
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) ops = NULL;
  const WeirOp *op;
  GError *error = NULL;

  weir_convert_load_extensions (path, &error);
  g_assert_no_error (error);
  op = weir_op_find ("softthreshold");
  g_assert_nonnull (op);
  g_assert_cmpstr (op->extension->library, ==, path);
  g_assert_cmpstr (op->extension->kernel->entry, ==, "soft_threshold");
  g_assert_cmpstr (op->extension->kernel->global, ==, "n");
  g_assert_cmpstr (op->attrs[0].fallback, ==, "0.5");
  ops = weir_op_extensions ();
  g_assert_true (g_ptr_array_find (ops, op, NULL));
  names = weir_convert_extension_operations ("onnx");
  g_assert_true (
      g_ptr_array_find_with_equal_func (names, "example.Shrinkage", g_str_equal, NULL));
}

static gpointer
convert_often (gpointer path)
{
  for (guint i = 0; i < 20; i++)
    run_text (shrinkage, path);
  return NULL;
}

static void
test_threads (void)
{
  g_autofree char *path = library_path (LIBRARY);
  GThread *threads[4];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("convert", convert_often, path);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_without (void)
{
  GError *error = NULL;

  g_assert_null (convert_text (shrinkage, NULL, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED);
  assert_says (error, "'y' (example.Shrinkage): an unknown operation");
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extension/library/without", test_without);
  g_test_add_func ("/extension/library/threads", test_threads);
  g_test_add_func ("/extension/library/onnx", test_onnx);
  g_test_add_func ("/extension/library/folded", test_folded);
  g_test_add_func ("/extension/library/ir", test_ir);
  g_test_add_func ("/extension/library/ir-version", test_ir_version);
  g_test_add_func ("/extension/library/tflite", test_tflite);
  g_test_add_func ("/extension/library/flex", test_flex);
  g_test_add_func ("/extension/library/flex-broken", test_flex_broken);
  g_test_add_func ("/extension/library/cache", test_cache);
  g_test_add_func ("/extension/library/description", test_description);
  return g_test_run ();
}
