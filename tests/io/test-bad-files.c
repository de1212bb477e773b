#include "base/error.h"
#include "documents.h"

#include <string.h>

/* The museum of crafted files: each is refused with a message that says why and where. */

static const struct {
  const char *from, *to;
  int code;
  const char *message;
} plain_cases[] = {
  { "<net ", "<!DOCTYPE net><net ", WEIR_ERROR_FORMAT, "line 2: a document type" },
  { "</net>", "", WEIR_ERROR_FORMAT, "line " },
  { "<net ", "<not ", WEIR_ERROR_FORMAT, "line " },
  { "\"11\"", "\"7\"", WEIR_ERROR_UNSUPPORTED,
    "line 2: expected IR version 10 or 11, found '7'" },
  { "\"ReLU\"", "\"Nonsense\"", WEIR_ERROR_UNSUPPORTED,
    "Nonsense of opset1 ('act' on line 14)" },
  { "\"ReLU\" version=\"opset1\"", "\"ReLU\" version=\"opsetX\"", WEIR_ERROR_FORMAT,
    "line 14: layer 'act' (ReLU): expected a version like 'opset1', found 'opsetX'" },
  { "\"ReLU\" version=\"opset1\"", "\"GELU\" version=\"opset1\"", WEIR_ERROR_FORMAT,
    "came with opset2" },
  /* ids */
  { "layer id=\"1\"", "layer id=\"0\"", WEIR_ERROR_FORMAT,
    "line 7: layer 'c' (Const): another layer has the id 0 too" },
  { "layer id=\"1\"", "layer id=\"99999999999\"", WEIR_ERROR_FORMAT,
    "line 7: <layer>: 'id' should be a number from 0 to 4294967295" },
  { "layer id=\"1\"", "layer id=\"-1\"", WEIR_ERROR_FORMAT, "line 7: <layer>: 'id'" },
  { "layer id=\"1\"", "layer", WEIR_ERROR_FORMAT, "line 7: <layer>: 'id'" },
  { "<port id=\"0\" /><port id=\"1\" />", "<port id=\"0\" /><port id=\"0\" />",
    WEIR_ERROR_FORMAT, "line 10: layer 'sum' (Add): port 0 on line 12 is there twice" },
  /* edges */
  { "from-layer=\"2\"", "from-layer=\"9\"", WEIR_ERROR_FORMAT,
    "line 23: edge: there is no layer 9" },
  { "from-port=\"2\"", "from-port=\"3\"", WEIR_ERROR_FORMAT,
    "line 23: edge: layer 'sum' (Add) has no output port 3" },
  { "to-layer=\"4\"", "to-layer=\"1\"", WEIR_ERROR_FORMAT,
    "line 24: edge: layer 'c' (Constant) has no input port 0" },
  { "to-port=\"1\"", "to-port=\"0\"", WEIR_ERROR_FORMAT,
    "line 22: edge: input 0 of layer 'sum' (Add) is fed twice" },
  { "<edge from-layer=\"1\" from-port=\"0\" to-layer=\"2\" to-port=\"1\" />", "",
    WEIR_ERROR_FORMAT, "line 10: layer 'sum' (Add): no edge feeds input 1" },
  { "from-layer=\"0\" from-port=\"0\"", "from-layer=\"3\" from-port=\"1\"",
    WEIR_ERROR_FORMAT, "is part of a cycle" },
  { "<input><port id=\"0\" /><port id=\"1\" /></input>",
    "<input><port id=\"0\" /><port id=\"1\" /><port id=\"9\" /></input>",
    WEIR_ERROR_FORMAT, "no edge feeds input 2" },
  { "<layers>", "<players>", WEIR_ERROR_FORMAT, "line " },
  /* ports */
  { "precision=\"FP32\" names", "precision=\"FP99\" names", WEIR_ERROR_UNSUPPORTED,
    "line 4: layer 'x' (Parameter): port 0 on line 6: precision 'FP99' is not known" },
  { "<port id=\"2\" precision=\"FP32\">", "<port id=\"2\" precision=\"I64\">",
    WEIR_ERROR_SHAPE, "output port 2 on line 13: the file says i64, but it is f32" },
  { "<port id=\"2\" precision=\"FP32\"><dim>2</dim>",
    "<port id=\"2\" precision=\"FP32\"><dim>5</dim>", WEIR_ERROR_SHAPE,
    "line 10: layer 'sum' (Add): output port 2 on line 13: the file says [5,3], but it "
    "is [2,3]" },
  { "<port id=\"2\" precision=\"FP32\"><dim>2</dim>",
    "<port id=\"2\" precision=\"FP32\"><dim>1</dim><dim>2</dim>", WEIR_ERROR_SHAPE,
    "the file says [1,2,3], but it is [2,3]" },
  { "<port id=\"2\" precision=\"FP32\"><dim>2</dim>",
    "<port id=\"2\" precision=\"FP32\"><dim>two</dim>", WEIR_ERROR_FORMAT,
    "'two' is not a dimension" },
  { "<output><port id=\"2\"", "<output><port id=\"8\"/><port id=\"2\"", WEIR_ERROR_FORMAT,
    "line 10: layer 'sum' (Add): expected 1 output ports, found 2" },
  { "names=\"in\"><dim>2</dim>",
    "names=\"in\"><dim>1</dim><dim>1</dim><dim>1</dim><dim>1</dim><dim>1</dim>"
    "<dim>1</dim><dim>1</dim><dim>1</dim><dim>1</dim>",
    WEIR_ERROR_LIMIT, "rank" },
  /* attributes */
  { "element_type=\"f32\" />", "/>", WEIR_ERROR_FORMAT,
    "line 4: layer 'x' (Parameter): attribute 'element_type' is missing" },
  { "element_type=\"f32\" />", "element_type=\"f31\" />", WEIR_ERROR_FORMAT,
    "attribute 'element_type': expected element type, found 'f31'" },
  { "shape=\"2,3\"", "shape=\"2,x\"", WEIR_ERROR_FORMAT, "'2,x' is not a shape" },
  { "\"numpy\"", "\"python\"", WEIR_ERROR_FORMAT, "attribute 'auto_broadcast'" },
  { "shape=\"2,3\"", "shape=\"2,4\"", WEIR_ERROR_SHAPE, "line 10: node 'sum' (Add)" },
  /* constants */
  { "offset=\"4\"", "offset=\"8\"", WEIR_ERROR_FORMAT,
    "line 7: layer 'c' (Const): m.bin: 12 bytes at offset 8 lie outside of the 16 "
    "bytes" },
  { "offset=\"4\"", "offset=\"18446744073709551612\"", WEIR_ERROR_FORMAT,
    "lie outside of the 16 bytes" },
  { "offset=\"4\"", "offset=\"99999999999999999999\"", WEIR_ERROR_FORMAT,
    "attribute 'offset': expected a number of bytes" },
  { "offset=\"4\"", "offset=\"-4\"", WEIR_ERROR_FORMAT, "attribute 'offset'" },
  { "offset=\"4\"", "", WEIR_ERROR_FORMAT, "attribute 'offset' is missing" },
  { "size=\"12\"", "size=\"8\"", WEIR_ERROR_FORMAT,
    "a tensor [1,3] of f32 takes 12 bytes, but there are 8" },
  { "size=\"12\"", "size=\"0\"", WEIR_ERROR_FORMAT, "takes 12 bytes, but there are 0" },
  { "shape=\"1, 3\"", "shape=\"4294967296,4294967296,3\"", WEIR_ERROR_LIMIT,
    "too many elements" },
  { "shape=\"1, 3\"", "shape=\"-1,3\"", WEIR_ERROR_SHAPE, "is not known" },
  { "element_type=\"f32\" shape=\"1, 3\"", "element_type=\"string\" shape=\"1, 3\"",
    WEIR_ERROR_UNSUPPORTED, "elements of type string cannot be stored" },
  { "element_type=\"f32\" shape=\"1, 3\"", "element_type=\"f7\" shape=\"1, 3\"",
    WEIR_ERROR_UNSUPPORTED, "attribute 'element_type': 'f7' is not known" },
  { "<data element_type", "<dat element_type", WEIR_ERROR_FORMAT,
    "a constant without <data>" },
};

static void
test_plain (void)
{
  g_autoptr (GBytes) bin = plain_bin ();

  for (guint i = 0; i < G_N_ELEMENTS (plain_cases); i++) {
    g_autofree char *text = replaced (plain_ir, plain_cases[i].from, plain_cases[i].to);

    refuse_text (text, bin, plain_cases[i].code, plain_cases[i].message);
  }
}

static const struct {
  const char *from, *to;
  int code;
  const char *message;
} loop_cases[] = {
  { "external_port_id=\"3\"", "external_port_id=\"9\"", WEIR_ERROR_FORMAT,
    "line 9: the layer has no input port 9" },
  { "external_port_id=\"3\"", "external_port_id=\"-1\"", WEIR_ERROR_FORMAT,
    "line 9: an input of the body without a port of the layer" },
  { "external_port_id=\"4\"", "external_port_id=\"3\"", WEIR_ERROR_FORMAT,
    "line 11: the layer has no output port 3" },
  { "internal_layer_id=\"20\"", "internal_layer_id=\"21\"", WEIR_ERROR_FORMAT,
    "line 9: the body has no layer 21" },
  { "internal_layer_id=\"20\"", "internal_layer_id=\"40\"", WEIR_ERROR_FORMAT,
    "line 9: expected a Parameter of the body, found 'next' (Add)" },
  { "internal_layer_id=\"20\"", "internal_layer_id=\"10\"", WEIR_ERROR_FORMAT,
    "parameter 'step' of the body is fed by 0 maps, expected 1" },
  { "internal_layer_id=\"60\"", "internal_layer_id=\"50\"", WEIR_ERROR_FORMAT,
    "line 11: expected a Result of the body" },
  { "from-layer=\"60\"", "from-layer=\"10\"", WEIR_ERROR_FORMAT,
    "line 14: expected a Result of the body" },
  { "to-layer=\"10\"", "to-layer=\"60\"", WEIR_ERROR_FORMAT,
    "line 14: expected a Parameter of the body" },
  { "<body>", "<boddy>", WEIR_ERROR_FORMAT, "line " },
  { "layer id=\"40\"", "layer id=\"50\"", WEIR_ERROR_FORMAT,
    "another layer has the id 50 too" },
};

static void
test_loop (void)
{
  const guint8 data[9] = { 3, 0, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (GBytes) bin = g_bytes_new (data, sizeof data);

  for (guint i = 0; i < G_N_ELEMENTS (loop_cases); i++) {
    g_autofree char *text = replaced (loop_ir, loop_cases[i].from, loop_cases[i].to);

    refuse_text (text, bin, loop_cases[i].code, loop_cases[i].message);
  }
}

static void
test_no_bin (void)
{
  refuse_text (plain_ir, NULL, WEIR_ERROR_IO,
               "line 7: layer 'c' (Const): its contents are in a .bin file");
}

/* Whatever the file is cut at, there is an error, and all is freed. */
static void
test_truncated (void)
{
  g_autoptr (GBytes) bin = plain_bin ();

  for (gsize size = 0; size + 8 < strlen (plain_ir); size += 7) {
    g_autofree char *text = g_strndup (plain_ir, size);

    g_assert_null (read_text (text, bin, NULL));
  }
}

static void
test_truncated_bin (void)
{
  g_autoptr (GBytes) bin = plain_bin ();

  for (gsize size = 0; size < 16; size++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bin, 0, size);

    refuse_text (plain_ir, part, WEIR_ERROR_FORMAT, "lie outside of the");
  }
}

/* All layers that are not known, in one message, those in bodies too. */
static void
test_unknown_types (void)
{
  g_autofree char *one = replaced (loop_ir, "\"Add\"", "\"Foo\"");
  g_autofree char *two =
      replaced (one, "name=\"r\" type=\"Result\"", "name=\"r\" type=\"Bar\"");

  refuse_text (two, NULL, WEIR_ERROR_UNSUPPORTED,
               "layers that are not supported: Foo of opset1 ('next' on line 21), Bar of "
               "opset1 ('r' on line 31)");
}

static char *
nested_bodies (guint depth)
{
  GString *text = g_string_new ("<net version=\"11\">");

  for (guint i = 0; i < depth; i++)
    g_string_append (text, "<layers><layer id=\"0\" name=\"l\" type=\"TensorIterator\""
                           " version=\"opset1\"><body>");
  g_string_append (text, "<layers />");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, "</body></layer></layers>");
  g_string_append (text, "</net>");
  return g_string_free (text, FALSE);
}

static void
test_nested_bodies (void)
{
  g_autofree char *deep = nested_bodies (33), *deeper = nested_bodies (10000);

  refuse_text (deep, NULL, WEIR_ERROR_LIMIT, "bodies are nested more than 32 deep");
  refuse_text (deeper, NULL, WEIR_ERROR_LIMIT, "elements are nested too deeply");
}

static void
test_many_notes (void)
{
  g_autoptr (GString) text = g_string_new ("<net version=\"11\"><layers/><rt_info>");

  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, "<k%u value=\"\"/>", i);
  g_string_append (text, "</rt_info></net>");
  refuse_text (text->str, NULL, WEIR_ERROR_LIMIT, "notes on the network");
}

static void
test_many_names (void)
{
  g_autoptr (GBytes) bin = plain_bin ();
  g_autofree char *commas = g_strnfill (300, ',');
  g_autofree char *names = g_strdup_printf ("names=\"%s\"", commas);
  g_autofree char *text = replaced (plain_ir, "names=\"in\"", names);

  refuse_text (text, bin, WEIR_ERROR_LIMIT, "a port with more than 256 names");
}

/* Unaligned constants are copied: many of one region would multiply the file. */
static void
test_copies (void)
{
  gsize size = (gsize) 8 << 20;
  g_autofree guint8 *zeros = g_malloc0 (size + 1);
  g_autoptr (GBytes) bin = g_bytes_new_static (zeros, size + 1);
  g_autoptr (GString) text = g_string_new ("<net version=\"11\"><layers>");

  for (guint i = 0; i < 20; i++)
    g_string_append_printf (
        text,
        "<layer id=\"%u\" name=\"c%u\" type=\"Const\" version=\"opset1\">"
        "<data element_type=\"i64\" shape=\"1048576\" offset=\"1\" size=\"8388608\"/>"
        "<output><port id=\"0\" precision=\"I64\"/></output></layer>",
        i, i);
  g_string_append (text, "</layers></net>");
  refuse_text (text->str, bin, WEIR_ERROR_LIMIT, "a copy of the constant would take");
}

/* Every allocation of a size that a file names fails once: an error, never a crash. */
static void
test_out_of_memory (void)
{
  const guint8 data[9] = { 3, 0, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (GBytes) bin = g_bytes_new (data, sizeof data);
  WeirModel *model = NULL;
  int n = 0;

  for (; model == NULL && n < 1000; n++) {
    g_autoptr (GError) error = NULL;

    weir_fail_alloc_after (n);
    model = read_text (loop_ir, bin, &error);
    if (model == NULL)
      g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
  }
  weir_fail_alloc_after (-1);
  g_assert_cmpint (n, >, 3);
  g_assert_nonnull (model);
  weir_model_unref (model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/bad-files/plain", test_plain);
  g_test_add_func ("/io/bad-files/loop", test_loop);
  g_test_add_func ("/io/bad-files/no-bin", test_no_bin);
  g_test_add_func ("/io/bad-files/truncated", test_truncated);
  g_test_add_func ("/io/bad-files/truncated-bin", test_truncated_bin);
  g_test_add_func ("/io/bad-files/unknown-types", test_unknown_types);
  g_test_add_func ("/io/bad-files/nested-bodies", test_nested_bodies);
  g_test_add_func ("/io/bad-files/many-notes", test_many_notes);
  g_test_add_func ("/io/bad-files/many-names", test_many_names);
  g_test_add_func ("/io/bad-files/copies", test_copies);
  g_test_add_func ("/io/bad-files/out-of-memory", test_out_of_memory);
  return g_test_run ();
}
