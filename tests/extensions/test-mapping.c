#include "base/error.h"
#include "compare.h"
#include "convert-text.h"

#include <glib/gstdio.h>

/* Mappings: a framework's operation as nodes of known ones. */

static char *
write_mapping (const char *json)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  char *path = g_build_filename (folder, "mapping.json", NULL);

  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  return path;
}

/* Numbers are those of tanh (2 * 0.5) * 3 and of means. */
static void
test_example (void)
{
  static const char *const cases[] = {
    "in x f32[2] 0 0.5; example.ScaledTanh x > y alpha:f=3 beta:f=2; "
    "out y f32[2] 0 2.28478247",
    "in x f32[2] 0 0.5; example.ScaledTanh x > y; out y f32[2] 0 0.46211716",
    "in x f32[2,2] 1 2 3 5; example.MeanOver x > y; out y f32[2,1] 1.5 4",
    "in x f32[2,2] 1 2 3 5; example.MeanOver x > y axis:i=0 keepdims:i=0; "
    "out y f32[2] 2 3.5",
  };
  g_autofree char *path =
      g_build_filename (g_getenv ("WEIR_EXAMPLES"), "mapping.json", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    run_text (cases[i], path);
}

/* Lists, several outputs, expressions of a list's elements, and scalars. */
static void
test_forms (void)
{
  g_autofree char *path = write_mapping (
      "{\"operations\": ["
      "{\"framework\": \"onnx\", \"domain\": \"forms\", \"op\": \"Halves\", \"nodes\": ["
      "{\"name\": \"s\", \"op\": \"Split\", \"inputs\": [\"$0\", \"const:i64[0]\"],"
      " \"attributes\": {\"num_splits\": \"parts * (1 + 0)\"}}],"
      " \"outputs\": [\"s:1\", \"s\"], \"defaults\": {\"parts\": 2}},"
      "{\"framework\": \"onnx\", \"domain\": \"forms\", \"op\": \"Swap\", \"nodes\": ["
      "{\"name\": \"t\", \"op\": \"Transpose\", \"inputs\": "
      "[\"$0\", \"const:i64[1, 0]\"]},"
      "{\"name\": \"c\", \"op\": \"Clamp\", \"inputs\": [\"t\"],"
      " \"attributes\": {\"min\": \"-limit\", \"max\": \"$limit\"}},"
      "{\"name\": \"a\", \"op\": \"Add\", \"inputs\": [\"c\", \"const:[1, limit / "
      "2]\"]}],"
      " \"outputs\": [\"a\"]}]}");

  run_text ("in x f32[4] 1 2 3 4; forms.Halves x > a,b; out a f32[2] 3 4; "
            "out b f32[2] 1 2",
            path);
  run_text ("in x f32[2,2] 1 9 -9 2; forms.Swap x > y limit:f=4; "
            "out y f32[2,2] 2 -2 5 4",
            path);
}

static const struct {
  const char *json, *message;
} bad_files[] = {
  { "", "no JSON: it is empty" },
  { "[]", "expected an object" },
  { "{\"operations\": {}}", "'operations': expected a list" },
  { "{\"operation\": []}", "there is no 'operation' here" },
  { "{\"operations\": [1]}", "operation 0: expected an object" },
  { "{\"operations\": [{\"op\": \"A\"}]}", "operation 0: 'framework': expected text" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": 1}]}",
    "'nodes': expected a list" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": []}]}",
    "'outputs': expected a list" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": "
    "[{\"op\": \"Relu\", \"inputs\": [\"b\"]}], \"outputs\": []}]}",
    "node 0: 'inputs': there is no node 'b' above" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": "
    "[{\"op\": \"Relu\", \"inputs\": [\"const:x9[1]\"]}], \"outputs\": []}]}",
    "there is no element type 'x9'" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": "
    "[{\"op\": \"Relu\", \"inputs\": [\"const:1, 2\"]}], \"outputs\": []}]}",
    "expected one number" },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": "
    "[{\"op\": \"Relu\", \"inputs\": [\"$x\"]}], \"outputs\": []}]}",
    "node 0: 'inputs': " },
  { "{\"operations\": [{\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": [],"
    "\"outputs\": []}, {\"framework\": \"onnx\", \"op\": \"A\", \"nodes\": [],"
    "\"outputs\": []}]}",
    "onnx operation 'A': translated twice" },
  { "{\"operations\": [] /* \" */}", "no JSON: byte 0x2f" },
  { "{\"operations\": [", "mapping.json" },
};

static void
expect (GError *error, const char *text)
{
  g_assert_nonnull (error);
  assert_says (error, text);
  g_error_free (error);
}

static void
test_bad_files (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_files); i++) {
    g_autofree char *path = write_mapping (bad_files[i].json);
    GError *error = NULL;

    g_test_message ("%s", bad_files[i].json);
    g_assert_false (weir_convert_load_extensions (path, &error));
    expect (error, bad_files[i].message);
  }
}

static void
test_deep (void)
{
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *path = write_mapping (deep);
  GError *error = NULL;

  g_assert_false (weir_convert_load_extensions (path, &error));
  expect (error, "nested deeper");
}

static const struct {
  const char *op, *node, *input, *attributes, *message;
} bad_nodes[] = {
  { "NoOp", "Frob", "$0", "", "node 0 of its mapping: there is no operation 'Frob'" },
  { "NoAttr", "Relu", "$0", "\"a\": 1", "Relu has no attribute 'a'" },
  { "NoInput", "Relu", "$7", "", "input 7 is missing" },
  { "NoName", "Elu", "$0", "\"alpha\": \"2 * beta\"",
    "'2 * beta': it has no attribute 'beta'" },
  { "Syntax", "Elu", "$0", "\"alpha\": \"2 * (1\"", "'2 * (1': expected ')', found ''" },
  { "Zero", "Elu", "$0", "\"alpha\": \"1 / 0\"",
    "'1 / 0': the result is no finite number" },
  { "Whole", "Softmax", "$0", "\"axis\": \"1 / 2\"",
    "attribute 'axis': '1 / 2' is 0.5, no whole number" },
  { "Kind", "Elu", "$0", "\"alpha\": null",
    "attribute 'alpha': the mapping gives what is no float" },
  { "Text", "Elu", "$0", "\"alpha\": \"$word\"",
    "attribute 'word': expected float, found 'no'" },
};

static char *
write_bad_nodes (void)
{
  g_autoptr (GString) json = g_string_new ("{\"operations\": [");

  for (guint i = 0; i < G_N_ELEMENTS (bad_nodes); i++)
    g_string_append_printf (
        json,
        "%s{\"framework\": \"onnx\", \"domain\": \"bad\", \"op\": \"%s\", \"nodes\": "
        "[{\"name\": \"n\", \"op\": \"%s\", \"inputs\": [\"%s\"], \"attributes\": "
        "{%s}}], "
        "\"outputs\": [\"n\"]}",
        i > 0 ? ", " : "", bad_nodes[i].op, bad_nodes[i].node, bad_nodes[i].input,
        bad_nodes[i].attributes);
  g_string_append (json, "]}");
  return write_mapping (json->str);
}

static void
test_bad_nodes (void)
{
  g_autofree char *path = write_bad_nodes ();

  for (guint i = 0; i < G_N_ELEMENTS (bad_nodes); i++) {
    g_autofree char *text = g_strdup_printf (
        "in x f32[1,2] 1 2; bad.%s x > y word:s=no; out y", bad_nodes[i].op);
    GError *error = NULL;

    g_assert_null (convert_text (text, path, &error));
    expect (error, bad_nodes[i].message);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/extension/mapping/example", test_example);
  g_test_add_func ("/extension/mapping/forms", test_forms);
  g_test_add_func ("/extension/mapping/bad-files", test_bad_files);
  g_test_add_func ("/extension/mapping/deep", test_deep);
  g_test_add_func ("/extension/mapping/bad-nodes", test_bad_nodes);
  return g_test_run ();
}
