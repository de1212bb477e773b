#include "base/error.h"
#include "compare.h"
#include "documents.h"
#include "graphs.h"
#include "ir/evaluate.h"
#include "ir/verify.h"

#include <string.h>

static void
verify (const WeirModel *model)
{
  GError *error = NULL;

  weir_graph_verify (weir_model_graph (model), &error);
  g_assert_no_error (error);
}

static void
test_plain (void)
{
  const float expected[] = { 10, 0, 32, 13, 0, 35 };
  g_autoptr (GBytes) bin = plain_bin ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (plain_ir, bin, &error);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2, 3));
  g_autoptr (WeirTensor) y = NULL;
  WeirGraph *graph;

  g_assert_no_error (error);
  verify (model);
  graph = weir_model_graph (model);
  g_assert_cmpstr (weir_model_name (model), ==, "m");
  g_assert_cmpstr (weir_model_framework (model), ==, "ir");
  g_assert_cmpstr (weir_graph_parameter_name (graph, 0), ==, "in");
  g_assert_cmpstr (weir_graph_result_name (graph, 0), ==, "out");
  g_assert_cmpuint (weir_graph_find_tensor (graph, "a,b").node, ==, 3);
  weir_graph_evaluate (graph, &x, &y, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (y, expected, 6);
}

/* v10 says nothing of the precision of inputs, and calls its notes otherwise. */
static void
test_v10 (void)
{
  g_autoptr (GBytes) bin = plain_bin ();
  g_autofree char *v10 = replaced (plain_ir, "\"11\"", "\"10\"");
  g_autofree char *text =
      replaced (v10, "</net>",
                "<meta_data><MO_version value=\"2021.4\"/><cli_parameters>"
                "<data_type value=\"float\"/><unset unset_cli_parameters=\"batch, k\"/>"
                "</cli_parameters></meta_data></net>");
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (text, bin, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (weir_model_n_info (model), ==, 2);
  g_assert_cmpstr (weir_model_info (model, "MO_version"), ==, "2021.4");
  g_assert_cmpstr (weir_model_info (model, "conversion_parameters/data_type"), ==,
                   "float");
}

static void
test_info (void)
{
  g_autoptr (GBytes) bin = plain_bin ();
  g_autofree char *with_notes = replaced (
      plain_ir, "</net>",
      "<rt_info><MO_version value=\"2023\"/>"
      "<conversion_parameters><input value=\"x[2,3]\"/></conversion_parameters>"
      "<model_info><labels value=\"cat dog\"/><text>t</text><empty/></model_info>"
      "<info name=\"a key\" value=\"v\"/></rt_info></net>");
  g_autofree char *text =
      replaced (with_notes, "<input><port id=\"0\" precision",
                "<rt_info><attribute name=\"decompression\" version=\"0\"/>"
                "<attribute name=\"fused_names\" version=\"0\" value=\"p\"/></rt_info>"
                "<input><port id=\"0\" precision");
  g_autofree char *layout =
      replaced (text, "<dim>3</dim></port>",
                "<dim>3</dim><rt_info><attribute name=\"layout\" version=\"0\""
                " layout=\"[N,C]\"/></rt_info></port>");
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (layout, bin, &error);
  WeirGraph *graph;

  g_assert_no_error (error);
  graph = weir_model_graph (model);
  g_assert_cmpuint (weir_model_n_info (model), ==, 6);
  g_assert_cmpstr (weir_model_info (model, "conversion_parameters/input"), ==, "x[2,3]");
  g_assert_cmpstr (weir_model_info (model, "model_info/labels"), ==, "cat dog");
  g_assert_cmpstr (weir_model_info (model, "model_info/text"), ==, "t");
  g_assert_cmpstr (weir_model_info (model, "model_info/empty"), ==, "");
  g_assert_cmpstr (weir_model_info (model, "a key"), ==, "v");
  g_assert_cmpstr (weir_node_rt_info (weir_graph_node (graph, 3), "decompression"), ==,
                   "");
  g_assert_cmpstr (weir_node_rt_info (weir_graph_node (graph, 3), "fused_names"), ==,
                   "p");
  g_assert_cmpstr (weir_graph_node (graph, 0)->outputs[0].layout, ==, "[N,C]");
}

/* Ids may have gaps, and edges may go up in the file. */
static void
test_sparse_ids (void)
{
  static const char *const swaps[][2] = {
    { "layer id=\"0\"", "layer id=\"4000000000\"" },
    { "from-layer=\"0\"", "from-layer=\"4000000000\"" },
    { "layer id=\"1\"", "layer id=\"7\"" },
    { "from-layer=\"1\"", "from-layer=\"7\"" },
    { "<port id=\"1\" /></input>", "<port id=\"77\" /></input>" },
    { "to-layer=\"2\" to-port=\"1\"", "to-layer=\"2\" to-port=\"77\"" },
    { "<port id=\"2\"", "<port id=\"5\"" },
    { "from-port=\"2\"", "from-port=\"5\"" },
  };
  g_autoptr (GBytes) bin = plain_bin ();
  g_autofree char *text = g_strdup (plain_ir);
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (swaps); i++) {
    char *next = replaced (text, swaps[i][0], swaps[i][1]);
    g_free (text);
    text = next;
  }
  model = read_text (text, bin, &error);
  g_assert_no_error (error);
  verify (model);
  g_assert_cmpuint (weir_graph_node (weir_model_graph (model), 2)->inputs[1].node, ==, 1);
}

/* Real IRs hold an i64 at offset 9. */
static void
test_unaligned (void)
{
  guint8 data[17] = { 0 };
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *text =
      replaced (plain_ir, "element_type=\"f32\" shape=\"1, 3\" offset=\"4\" size=\"12\"",
                "element_type=\"i64\" shape=\"\" offset=\"9\" size=\"8\"");
  g_autofree char *other =
      replaced (text, "\"FP32\"><dim>1</dim><dim>3</dim>", "\"I64\">");
  g_autofree char *ints = replaced (other, "type=\"f32\"", "type=\"i64\"");
  g_autoptr (GRegex) precision = g_regex_new ("FP32", 0, 0, NULL);
  g_autofree char *all = g_regex_replace_literal (precision, ints, -1, 0, "I64", 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = NULL;

  data[9] = 42;
  bin = g_bytes_new (data, sizeof data);
  model = read_text (all, bin, &error);
  g_assert_no_error (error);
  g_assert_cmpint (
      weir_tensor_get_int (
          weir_graph_node (weir_model_graph (model), 1)->outputs[0].info.value, 0),
      ==, 42);
}

/* OpenVINO writes a byte for a constant without elements. */
static void
test_empty (void)
{
  g_autofree char *narrow = replaced (plain_ir, "shape=\"1, 3\" offset=\"4\" size=\"12\"",
                                      "shape=\"1, 0\" offset=\"4\" size=\"1\"");
  g_autofree char *empty = replaced (narrow, "shape=\"2,3\"", "shape=\"2,0\"");
  g_autoptr (GRegex) three = g_regex_new ("<dim>3", 0, 0, NULL);
  g_autofree char *all = g_regex_replace_literal (three, empty, -1, 0, "<dim>0", 0, NULL);
  g_autoptr (GBytes) bin = g_bytes_new_static ("12345", 5);
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (all, bin, &error);

  g_assert_no_error (error);
  verify (model);
}

static void
test_loop (void)
{
  const guint8 data[9] = { 3, 0, 0, 0, 0, 0, 0, 0, 1 };
  const float expected[] = { 0, 4 };
  g_autoptr (GBytes) bin = g_bytes_new (data, sizeof data);
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (loop_ir, bin, &error);
  g_autoptr (WeirTensor) x = iota_f32 (&WEIR_SHAPE (2));
  g_autoptr (WeirTensor) y = NULL;
  const WeirBody *body;

  g_assert_no_error (error);
  verify (model);
  body = &weir_graph_node (weir_model_graph (model), 3)->bodies[0];
  g_assert_cmpint (body->condition, ==, 1);
  g_assert_cmpuint (body->inputs->len, ==, 3);
  g_assert_cmpuint (body->outputs->len, ==, 1);
  g_assert_cmpuint (g_array_index (body->inputs, WeirPortMap, 0).internal, ==, 2);
  g_assert_cmpint (g_array_index (body->inputs, WeirPortMap, 2).external, ==, -1);
  g_assert_cmpint (g_array_index (body->outputs, WeirPortMap, 0).external, ==, 0);
  g_assert_cmpuint (g_array_index (body->back_edges, WeirBackEdge, 0).to, ==, 2);
  weir_graph_evaluate (weir_model_graph (model), &x, &y, NULL, &error);
  g_assert_no_error (error);
  assert_f32 (y, expected, 2);
}

static void
test_probe (void)
{
  static const struct {
    const char *text;
    gboolean is;
  } cases[] = {
    { "<net name='a'", TRUE },
    { "<net>", TRUE },
    { "\xEF\xBB\xBF<?xml version='1.0'?>\n <!-- <network> -->\n<net\n", TRUE },
    { "<network>", FALSE },
    { "<net", FALSE },
    { "<!-- <net>", FALSE },
    { "<?xml", FALSE },
    { "", FALSE },
    { "\x08\x07", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WeirBytes bytes = WEIR_BYTES ((const guint8 *) cases[i].text, strlen (cases[i].text));
    g_assert_cmpint (weir_ir_probe (&bytes), ==, cases[i].is);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/read/plain", test_plain);
  g_test_add_func ("/io/read/v10", test_v10);
  g_test_add_func ("/io/read/info", test_info);
  g_test_add_func ("/io/read/sparse-ids", test_sparse_ids);
  g_test_add_func ("/io/read/unaligned", test_unaligned);
  g_test_add_func ("/io/read/empty", test_empty);
  g_test_add_func ("/io/read/loop", test_loop);
  g_test_add_func ("/io/read/probe", test_probe);
  return g_test_run ();
}
