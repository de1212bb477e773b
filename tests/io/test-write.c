#include "base/error.h"
#include "compare.h"
#include "documents.h"
#include "graphs.h"
#include "ir/infer.h"
#include "same.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A small network with all that a writer meets: shared constants, names, notes, layouts.
 */
static WeirModel *
sample_model (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirShape shape = WEIR_SHAPE (WEIR_DIM_UNKNOWN, 3, 4, 4);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &shape);
  WeirPort z = weir_build_parameter (&b, "z", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 1));
  WeirPort w = weir_build_constant (&b, "w", random_f32 (&WEIR_SHAPE (2, 3, 3, 3), 1));
  WeirPort h =
      weir_build_constant (&b, "w/half", weir_tensor_new_scalar (WEIR_DTYPE_F16, 0.5));
  WeirPort s = weir_build_convert (&b, "s", h, WEIR_DTYPE_F32);
  WeirPort inputs[] = { x, w };
  WeirNode *conv = weir_build_begin (&b, "Convolution", "same name", inputs, 2);
  WeirPort y;
  WeirModel *model;

  weir_node_set_ints (conv, "strides", (gint64[]){ 1, 1 }, 2);
  weir_node_set_ints (conv, "dilations", (gint64[]){ 1, 1 }, 2);
  weir_node_set_string (conv, "auto_pad", "same_upper");
  y = weir_build2 (&b, "Multiply", "same name", weir_build_end (&b, conv), s);
  weir_build_result (&b, "y", y);
  weir_build_result (&b, "z2", weir_build2 (&b, "Add", "z2", z, z));
  weir_edit_add_tensor_name (graph, y, "y:0");
  weir_edit_add_tensor_name (graph, y, "a,b<&\"'>\xC3\xA9");
  weir_edit_set_layout (graph, x, "[N,C,H,W]");
  weir_edit_set_rt_info (weir_graph_node (graph, s.node), "decompression", "");
  weir_edit_set_rt_info (weir_graph_node (graph, s.node), "fused_names", "a,b");
  g_assert_no_error (b.error);
  model = weir_model_new (graph, "sample", "onnx");
  weir_model_set_info (model, "MO_version", "weir");
  weir_model_set_info (model, "model_info/labels", "cat \"dog\"");
  weir_model_set_info (model, "conversion_parameters/input", "x");
  weir_model_set_info (model, "model_info/scale values", "1 2 3\n");
  weir_model_set_info (model, "7/x", "");
  return model;
}

static char *
xml_of (const WeirModel *model, guint version, GBytes **bin)
{
  g_autoptr (GBytes) xml = NULL;
  GError *error = NULL;

  weir_ir_serialize (model, version, &xml, bin, &error);
  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (xml, NULL), g_bytes_get_size (xml));
}

static void
assert_holds (const char *text, const char *part)
{
  if (strstr (text, part) != NULL)
    return;
  g_test_message ("'%s' is not in '%s'", part, text);
  g_test_fail ();
}

static void
test_text (void)
{
  g_autoptr (WeirModel) model = sample_model ();
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *xml = xml_of (model, 11, &bin);

  assert_holds (xml, "<?xml version=\"1.0\"?>\n<net name=\"sample\" version=\"11\">\n");
  assert_holds (xml,
                "\t\t<layer id=\"0\" name=\"x\" type=\"Parameter\" version=\"opset1\">\n"
                "\t\t\t<data shape=\"?,3,4,4\" element_type=\"f32\" />\n"
                "\t\t\t<output>\n"
                "\t\t\t\t<port id=\"0\" precision=\"FP32\">\n"
                "\t\t\t\t\t<dim>-1</dim>\n");
  assert_holds (xml, "<attribute name=\"layout\" version=\"0\" layout=\"[N,C,H,W]\" />");
  assert_holds (xml, "<data element_type=\"f32\" shape=\"2, 3, 3, 3\" offset=\"0\" "
                     "size=\"216\" />");
  assert_holds (xml,
                "<data element_type=\"f16\" shape=\"\" offset=\"256\" size=\"2\" />");
  assert_holds (xml, "<attribute name=\"decompression\" version=\"0\" />");
  assert_holds (xml, "<attribute name=\"fused_names\" version=\"0\" value=\"a,b\" />");
  assert_holds (xml, "name=\"same name\" type=\"Convolution\"");
  assert_holds (xml, "name=\"same name_1\" type=\"Multiply\"");
  assert_holds (xml, "names=\"y:0,a\\,b&lt;&amp;&quot;'&gt;\xC3\xA9\"");
  assert_holds (xml, "\t\t<model_info>\n\t\t\t<labels value=\"cat &quot;dog&quot;\" />\n"
                     "\t\t\t<info name=\"scale values\" value=\"1 2 3&#10;\" />\n"
                     "\t\t</model_info>\n");
  assert_holds (xml, "\t\t<info name=\"7\">\n\t\t\t<x value=\"\" />\n\t\t</info>\n");
}

static void
test_v10 (void)
{
  g_autoptr (WeirModel) model = sample_model ();
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *xml = xml_of (model, 10, &bin);

  assert_holds (xml, "version=\"10\"");
  assert_holds (xml, "<input>\n\t\t\t\t<port id=\"0\">\n");
  assert_holds (xml, "<meta_data>\n\t\t<MO_version value=\"weir\" />\n");
  assert_holds (xml, "<cli_parameters>\n\t\t\t<input value=\"x\" />\n");
}

/* Softmax changed with opset8, which v10 never had. */
static void
test_v10_too_new (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  g_autoptr (WeirModel) model = weir_model_new (graph, "m", "onnx");
  GBytes *xml = NULL, *bin = NULL;
  g_autoptr (GError) error = NULL;

  weir_build_result (&b, "r", weir_build1 (&b, "Softmax", "s", x));
  weir_graph_find (graph, "s")->version = 8;
  g_assert_false (weir_ir_serialize (model, 10, &xml, &bin, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_UNSUPPORTED);
  assert_holds (error->message, "'s' (Softmax of opset8)");
  g_clear_error (&error);
  g_assert_false (weir_ir_serialize (model, 9, &xml, &bin, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
}

/* Version 10 has no groups but that of the options. */
static gboolean
is_kept (guint version, const char *path)
{
  return version >= 11 || strchr (path, '/') == NULL ||
         g_str_has_prefix (path, "conversion_parameters/");
}

/* read (write (g)) == g and write (read (x)) == x. */
static void
test_round_trip (gconstpointer data)
{
  guint version = GPOINTER_TO_UINT (data);
  g_autoptr (WeirModel) model = sample_model (), back = NULL;
  g_autoptr (GBytes) bin = NULL, again_bin = NULL;
  g_autofree char *xml = NULL, *again = NULL;
  g_autoptr (GError) error = NULL;

  weir_edit_rename (weir_graph_find (weir_model_graph (model), "same name"), "conv");
  xml = xml_of (model, version, &bin);
  back = read_text (xml, bin, &error);
  g_assert_no_error (error);
  assert_same_graph (weir_model_graph (model), weir_model_graph (back));
  g_assert_cmpuint (weir_model_n_info (back), ==, version >= 11 ? 5 : 2);
  for (guint i = 0; i < weir_model_n_info (model); i++) {
    const char *path, *value;

    weir_model_info_at (model, i, &path, &value);
    g_assert_cmpstr (weir_model_info (back, path), ==,
                     is_kept (version, path) ? value : NULL);
  }
  again = xml_of (back, version, &again_bin);
  g_assert_cmpstr (again, ==, xml);
  g_assert_true (g_bytes_equal (again_bin, bin));
}

static void
test_loop (void)
{
  const guint8 data[9] = { 3, 0, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (GBytes) bin = g_bytes_new (data, sizeof data), again_bin = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WeirModel) model = read_text (loop_ir, bin, &error), back = NULL;
  g_autofree char *xml = NULL;

  g_assert_no_error (error);
  xml = xml_of (model, 11, &again_bin);
  back = read_text (xml, again_bin, &error);
  g_assert_no_error (error);
  assert_same_graph (weir_model_graph (model), weir_model_graph (back));
}

/* A body that adds 1 to its only parameter, and how it hangs on @node. */
static void
add_body (WeirNode *node, gint64 external, gint64 axis, double step)
{
  WeirBody *body = weir_edit_add_body (node);
  WeirBuilder b = WEIR_BUILDER (body->graph);
  WeirPort p = weir_build_parameter (&b, "p", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirPortMap in = { external, 0, axis, 0, -1, 1, 1 }, out = { 0, 0, axis, -1, 0, -1, 1 };

  weir_build_result (
      &b, "q", weir_build2 (&b, "Add", "q", p, weir_build_scalar (&b, "one", p, step)));
  g_assert_no_error (b.error);
  g_array_append_val (body->inputs, in);
  g_array_append_val (body->outputs, out);
}

/* Branches of an If, and slices of a TensorIterator that come out the other way round. */
static void
test_bodies (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  g_autoptr (WeirModel) model = weir_model_new (graph, "m", "onnx"), back = NULL;
  WeirPort go = weir_build_parameter (&b, "go", WEIR_DTYPE_BOOL, &WEIR_SHAPE_SCALAR);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  WeirPort y = weir_build_parameter (&b, "y", WEIR_DTYPE_F32, &WEIR_SHAPE (3, 2));
  WeirPort of_if[] = { go, x };
  WeirNode *branch = weir_build_begin_outputs (&b, "If", "branch", of_if, 2, 1);
  WeirNode *iterator = weir_build_begin_outputs (&b, "TensorIterator", "ti", &y, 1, 1);
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;

  add_body (branch, 1, -1, 1);
  add_body (branch, 1, -1, 10);
  add_body (iterator, 0, 0, 100);
  weir_build_result (&b, "a", weir_build_end (&b, branch));
  weir_build_result (&b, "b", weir_build_end (&b, iterator));
  g_assert_no_error (b.error);
  xml = xml_of (model, 11, &bin);
  assert_holds (xml, "<then_port_map>\n\t\t\t\t<input external_port_id=\"1\" "
                     "internal_layer_id=\"0\" />\n");
  assert_holds (xml, "<output external_port_id=\"1\" internal_layer_id=\"3\" axis=\"0\" "
                     "start=\"-1\" end=\"0\" stride=\"-1\" part_size=\"1\" />");
  back = read_text (xml, bin, &error);
  g_assert_no_error (error);
  assert_same_graph (graph, weir_model_graph (back));
}

/* Equal bytes stand once, whatever their types; each blob is aligned. */
static void
test_shared_constants (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  const float ones[] = { 1, 1, 1 };
  g_autoptr (WeirModel) model = weir_model_new (graph, "m", "onnx");
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *xml = NULL;

  weir_build_constant (&b, "a", weir_tensor_new_f32 (&WEIR_SHAPE (3), ones));
  weir_build_constant (&b, "b", weir_tensor_new_f32 (&WEIR_SHAPE (1, 2), ones));
  weir_build_constant (&b, "c", weir_tensor_new_f32 (&WEIR_SHAPE (1, 3), ones));
  weir_build_constant (&b, "d", weir_tensor_new_i32_scalar (0x3F800000));
  weir_build_constant (&b, "e", weir_tensor_new_f32_scalar (1));
  weir_build_constant (&b, "none", weir_tensor_new_f32 (&WEIR_SHAPE (0), NULL));
  xml = xml_of (model, 11, &bin);
  assert_holds (xml, "shape=\"3\" offset=\"0\" size=\"12\"");
  assert_holds (xml, "shape=\"1, 2\" offset=\"64\" size=\"8\"");
  assert_holds (xml, "shape=\"1, 3\" offset=\"0\" size=\"12\"");
  assert_holds (xml, "\"i32\" shape=\"\" offset=\"128\" size=\"4\"");
  assert_holds (xml, "\"f32\" shape=\"\" offset=\"128\" size=\"4\"");
  assert_holds (xml, "shape=\"0\" offset=\"192\" size=\"0\"");
}

/* What XML cannot hold at all must not make a file that nobody reads. */
static void
test_wild_names (void)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x =
      weir_build_parameter (&b, "\x01%n\xFF\n", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 2));
  g_autoptr (WeirModel) model = weir_model_new (graph, "\x02", "onnx"), back = NULL;
  g_autoptr (GBytes) bin = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GError) error = NULL;

  weir_edit_add_tensor_name (graph, x, "\x03\xEF\xBF\xBF");
  weir_model_set_info (model, "a\x04/<b>", "\x05");
  xml = xml_of (model, 11, &bin);
  back = read_text (xml, bin, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (weir_graph_node (weir_model_graph (back), 0)->name, ==,
                   "\xEF\xBF\xBD%n\xEF\xBF\xBD\n");
}

static void
test_files (void)
{
  g_autofree char *base = g_dir_make_tmp ("weir-io-XXXXXX", NULL);
  g_autofree char *directory = g_build_filename (base, "new", "folder", NULL);
  g_autofree char *path = g_build_filename (directory, "net.xml", NULL);
  g_autofree char *bin_path = g_build_filename (directory, "net.bin", NULL);
  g_autoptr (WeirModel) model = sample_model (), back = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) listing = NULL;
  guint n = 0;

  for (int i = 0; i < 2; i++) {
    weir_ir_write (model, 11, directory, "net", &error);
    g_assert_no_error (error);
  }
  back = weir_ir_read (path, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (weir_graph_count (weir_model_graph (back)), ==,
                    weir_graph_count (weir_model_graph (model)));
  listing = g_dir_open (directory, 0, NULL);
  while (g_dir_read_name (listing) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2);
  g_remove (bin_path);
  g_assert_null (weir_ir_read (path, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_IO);
  g_remove (path);
  g_rmdir (directory);
}

static void
test_bad_names (void)
{
  static const char *const names[] = { "", "a/b", "../x", "/etc/x" };
  g_autoptr (WeirModel) model = sample_model ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (weir_ir_write (model, 11, "/tmp", names[i], &error));
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_ARGUMENT);
  }
}

static char *
contents (const char *path)
{
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* A disk that fills up leaves the old pair as it was, and nothing else. */
static void
test_full_disk (void)
{
  g_autofree char *base = g_dir_make_tmp ("weir-io-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (base, "net.xml", NULL);
  g_autofree char *bin_path = g_build_filename (base, "net.bin", NULL);
  g_autoptr (WeirModel) model = sample_model ();
  g_autoptr (GDir) listing = NULL;
  struct rlimit old, small = { 0 };
  guint n = 0;

  g_file_set_contents (path, "old xml", -1, NULL);
  g_file_set_contents (bin_path, "old bin", -1, NULL);
  getrlimit (RLIMIT_FSIZE, &old);
  signal (SIGXFSZ, SIG_IGN);
  for (rlim_t size = 0; size < 2000; size += 100) {
    g_autoptr (GError) error = NULL;
    g_autofree char *xml = NULL, *bin = NULL;
    gboolean good;

    small = (struct rlimit){ .rlim_cur = size, .rlim_max = old.rlim_max };
    setrlimit (RLIMIT_FSIZE, &small);
    good = weir_ir_write (model, 11, base, "net", &error);
    setrlimit (RLIMIT_FSIZE, &old);
    xml = contents (path);
    bin = contents (bin_path);
    g_assert_false (good);
    g_assert_error (error, WEIR_ERROR, WEIR_ERROR_IO);
    g_assert_cmpstr (xml, ==, "old xml");
    g_assert_cmpstr (bin, ==, "old bin");
  }
  listing = g_dir_open (base, 0, NULL);
  while (g_dir_read_name (listing) != NULL)
    n++;
  g_assert_cmpuint (n, ==, 2);
}

static void
test_no_folder (void)
{
  g_autofree char *base = g_dir_make_tmp ("weir-io-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (base, "file", NULL);
  g_autofree char *below = g_build_filename (file, "folder", NULL);
  g_autoptr (WeirModel) model = sample_model ();
  g_autoptr (GError) error = NULL;

  g_file_set_contents (file, "", -1, NULL);
  g_assert_false (weir_ir_write (model, 11, below, "net", &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_IO);
  g_remove (file);
  g_rmdir (base);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/write/text", test_text);
  g_test_add_func ("/io/write/v10", test_v10);
  g_test_add_func ("/io/write/v10-too-new", test_v10_too_new);
  g_test_add_data_func ("/io/write/round-trip/11", GUINT_TO_POINTER (11),
                        test_round_trip);
  g_test_add_data_func ("/io/write/round-trip/10", GUINT_TO_POINTER (10),
                        test_round_trip);
  g_test_add_func ("/io/write/loop", test_loop);
  g_test_add_func ("/io/write/bodies", test_bodies);
  g_test_add_func ("/io/write/shared-constants", test_shared_constants);
  g_test_add_func ("/io/write/wild-names", test_wild_names);
  g_test_add_func ("/io/write/files", test_files);
  g_test_add_func ("/io/write/bad-names", test_bad_names);
  g_test_add_func ("/io/write/full-disk", test_full_disk);
  g_test_add_func ("/io/write/no-folder", test_no_folder);
  return g_test_run ();
}
