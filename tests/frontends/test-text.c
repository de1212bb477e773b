#include "base/error.h"
#include "compare.h"
#include "frontends/proto/onnx.pb-c.h"
#include "frontends/text.h"
#include "frontends/wire.h"

#include <math.h>
#include <string.h>

static WeirWire *
read_text (const char *text, GBytes **bytes, GPtrArray *unknown, GError **error)
{
  WeirBytes in = WEIR_BYTES ((const guint8 *) text, strlen (text));
  gsize size;
  const guint8 *data;

  *bytes = weir_text_encode (&in, &onnx__model_proto__descriptor, unknown, error);
  if (*bytes == NULL)
    return NULL;
  data = g_bytes_get_data (*bytes, &size);
  return weir_wire_read (WEIR_BYTES (data, size), &onnx__model_proto__descriptor,
                         &onnx__graph_proto__descriptor, error);
}

static void
test_values (void)
{
  static const char text[] =
      "# a comment\n"
      "ir_version: 0x10, producer_name: \"a\\tb\\101\\x42\" 'c'\n"
      "graph { name: 'g';\n"
      "  node < op_type: \"Conv\" input: ['x', \"w\"] output: \"y\"\n"
      "    attribute { name: \"pads\" type: 7 ints: [1, -2, 017] ints: 4 }\n"
      "    attribute: { name: \"f\" f: -1.5e-2 floats: 2 floats: .5f floats: inf } >\n"
      "}";
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirWire) wire = read_text (text, &bytes, NULL, &error);
  const Onnx__ModelProto *model;
  const Onnx__NodeProto *node;

  g_assert_no_error (error);
  model = weir_wire_message (wire);
  g_assert_cmpint (model->ir_version, ==, 16);
  g_assert_cmpstr (model->producer_name, ==, "a\tbABc");
  g_assert_cmpstr (model->graph->name, ==, "g");
  node = model->graph->node[0];
  g_assert_cmpstr (node->op_type, ==, "Conv");
  g_assert_cmpuint (node->n_input, ==, 2);
  g_assert_cmpstr (node->input[1], ==, "w");
  g_assert_cmpuint (node->n_attribute, ==, 2);
  g_assert_cmpuint (node->attribute[0]->n_ints, ==, 4);
  g_assert_cmpint (node->attribute[0]->ints[1], ==, -2);
  g_assert_cmpint (node->attribute[0]->ints[2], ==, 15);
  g_assert_cmpint (node->attribute[0]->ints[3], ==, 4);
  g_assert_cmpfloat (node->attribute[1]->f, ==, -1.5e-2f);
  g_assert_cmpfloat (node->attribute[1]->floats[1], ==, .5f);
  g_assert_cmpfloat (node->attribute[1]->floats[2], ==, INFINITY);
}

static void
test_unknown (void)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) unknown = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (WeirWire) wire =
      read_text ("ir_version: 8\nfoo: [1, 2] graph {\n bar { a: 1 b < c: 'x' 'y' > }\n"
                 " node { baz: -3 op_type: 'Relu' } }",
                 &bytes, unknown, &error);
  const Onnx__ModelProto *model;

  g_assert_no_error (error);
  g_assert_cmpuint (unknown->len, ==, 3);
  g_assert_cmpstr (unknown->pdata[0], ==, "foo (line 2)");
  g_assert_cmpstr (unknown->pdata[1], ==, "graph.bar (line 3)");
  g_assert_cmpstr (unknown->pdata[2], ==, "graph.node.baz (line 4)");
  model = weir_wire_message (wire);
  g_assert_cmpstr (model->graph->node[0]->op_type, ==, "Relu");
}

static void
test_broken (void)
{
  static const char *const cases[][2] = {
    { "graph {", "line 1, column 8: expected '}', found the end" },
    { "graph {\n name: 'x\n }", "line 2, column 8: the string does not end" },
    { "ir_version: 99999999999999999999", "expected a whole number" },
    { "ir_version: 9223372036854775808", "expected a number in the field's range" },
    { "ir_version: x", "line 1, column 13: field 'ir_version': expected a whole number, "
                       "found 'x'" },
    { "ir_version 8", "expected ':', found '8'" },
    { "producer_name: {", "expected a string, found '{'" },
    { "producer_name: '\\q'", "an escape that is none" },
    { "graph: 3", "expected '{', found '3'" },
    { "graph { ]", "expected the name of a field, found ']'" },
    { "graph { node { attribute { type: BLUE } } }",
      "expected a whole number, found 'BLUE'" },
    { "foo: { a [ }", "unexpected '}'" },
    { "foo:", "expected a value, found the end" },
    { "foo: ;", "expected a value, found ';'" },
    { "ir_version: [1]", "expected one value, found '['" },
    { "graph \x01", "unexpected character 0x01" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", cases[i][0]);
    g_assert_null (read_text (cases[i][0], &bytes, NULL, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
    assert_says (error, cases[i][1]);
  }
}

/* However deep, known or not, and on a small stack. */
static gpointer
nest (gpointer data)
{
  static const char *const openings[] = { "graph { node { attribute { g {", "foo {",
                                          "foo [" };

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;

    for (guint k = 0; k < 10000; k++)
      g_string_append (text, openings[i]);
    g_assert_null (read_text (text->str, &bytes, NULL, &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  }
  return data;
}

static void
test_deep (void)
{
  g_thread_join (g_thread_new ("nest", nest, NULL));
}

/* Every prefix of a text is a text or an error. */
static void
test_prefixes (void)
{
  static const char text[] =
      "graph { node { input: ['a', \"b\\n\"] foo { x: [1] } } } # end";

  for (gsize n = 0; n < sizeof text; n++) {
    g_autofree char *part = g_strndup (text, n);
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (WeirWire) wire = read_text (part, &bytes, NULL, &error);

    g_assert_true ((wire == NULL) == (error != NULL));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frontends/text/values", test_values);
  g_test_add_func ("/frontends/text/unknown", test_unknown);
  g_test_add_func ("/frontends/text/broken", test_broken);
  g_test_add_func ("/frontends/text/deep", test_deep);
  g_test_add_func ("/frontends/text/prefixes", test_prefixes);
  return g_test_run ();
}
