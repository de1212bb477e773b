#include "extensions/convert-text.h"
#include "frontends/caffe-net.h"
#include "gst/models.h"
#include "lib/gstweirmeta.h"

/* Frames through a Caffe network with a layer that Weir lacks, brought in each way. White
 * pixels are 255; 100 nearer to 0 they are 155, and so is the mean of all; three times
 * as much they are 765. */

#define NET(layer)                                                                     \
  "input: 'x' input_shape { dim: 1 dim: 3 dim: 8 dim: 8 } " layer                      \
  " layer { name: 'y' type: 'Pooling' bottom: 't' top: 'y' pooling_param { pool: AVE " \
  "global_pooling: true } }"

static char *
write_in (const char *folder, const char *name, const char *text)
{
  char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

/* The weights of a network without any; the topology lies beside them. */
static char *
write_model (const char *folder, const char *topology)
{
  g_autofree char *text = write_in (folder, "net.prototxt", topology);

  return write_in (folder, "net.caffemodel", "");
}

typedef struct {
  float expected;
  guint frames;
} Seen;

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, Seen *seen)
{
  GstWeirTensorMeta *meta =
      (GstWeirTensorMeta *) gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE);

  (void) sink;
  (void) pad;
  g_assert_nonnull (meta);
  g_assert_cmpuint (weir_tensor_count (meta->tensors[0]), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (meta->tensors[0], i), seen->expected,
                                    1e-2);
  seen->frames++;
}

static void
check_model (const char *model, const char *options, const char *extensions,
             float expected)
{
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) sink = NULL;
  g_autoptr (GstElement) infer = NULL;
  Seen seen = { .expected = expected };
  GError *error = NULL;

  pipeline = gst_parse_launch ("videotestsrc pattern=white num-buffers=3 ! "
                               "video/x-raw,format=RGB,width=16,height=16 ! weirinfer "
                               "name=infer cache-dir=\"\" ! fakesink name=sink",
                               &error);
  g_assert_no_error (error);
  infer = gst_bin_get_by_name (GST_BIN (pipeline), "infer");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (infer, "model", model, "convert-options", options, "extensions",
                extensions, NULL);
  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &seen);
  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 3);
}

static void
check (const char *topology, const char *options, const char *extensions, float expected)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *model = write_model (folder, topology);

  check_model (model, options, extensions, expected);
}

#define SHRINK                                                                   \
  "layer { name: 't' type: 'Shrink' bottom: 'x' top: 't' shrink_param { lambd: " \
  "100 } }"

/* A library that translates the layer and computes it. */
static void
test_library (void)
{
  g_autofree char *library = library_path ("soft-threshold");

  check (NET (SHRINK), "--framework caffe", library, 155);
}

/* A mapping onto operations that exist; tanh (255) is 1. */
static void
test_mapping (void)
{
  g_autofree char *mapping =
      g_build_filename (g_getenv ("WEIR_EXAMPLES"), "mapping.json", NULL);

  check (NET ("layer { name: 't' type: 'ScaledTanH' bottom: 'x' top: 't' "
              "scaled_tanh_param { alpha: 7 } }"),
         "--framework caffe", mapping, 7);
}

/* The options of a conversion by CustomLayersMapping.xml, and @more. */
static char *
custom_options (const char *folder, const char *more)
{
  g_autofree char *map =
      write_in (folder, "map.xml",
                "<CustomKernelsMapping><CustomLayer NativeType=\"SoftThreshold\" "
                "hasParam=\"true\" protoParamName=\"soft_param\"/>"
                "</CustomKernelsMapping>");

  return g_strdup_printf ("--framework caffe --k %s %s", map, more);
}

static char *
process_option (void)
{
  g_autofree char *adapter =
      g_build_filename (g_getenv ("WEIR_OFFLOAD_TESTS"), "adapter.py", NULL);

  return g_strdup_printf ("--offload \"caffe=python3 %s\"", adapter);
}

/* It passes into an IR under its own type, its shape told by the process; the library,
 * which is not there before, runs it. */
static void
test_custom_ir (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *source = write_model (
      folder, NET ("layer { name: 't' type: 'SoftThreshold' bottom: 'x' top: 't' "
                   "soft_param { lambda: 100 factor: 1 } }"));
  g_autofree char *process = process_option ();
  g_autofree char *line = custom_options (folder, process);
  g_autofree char *library = library_path ("soft-threshold");
  g_autofree char *ir = NULL;
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_assert_true (weir_convert_options_parse_line (options, line, &error));
  model = weir_convert_file (source, options, NULL, NULL, &error);
  g_assert_no_error (error);
  ir = write_network (model);
  check_model (ir, NULL, library, 155);
}

/* The library has such an operation while the network is converted, too. */
static void
test_custom (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *options = custom_options (folder, "");
  g_autofree char *library = library_path ("soft-threshold");

  check (NET ("layer { name: 't' type: 'SoftThreshold' bottom: 'x' top: 't' "
              "soft_param { lambda: 100 } }"),
         options, library, 155);
}

/* A process of the user's. */
static void
test_offload (void)
{
  g_autofree char *process = process_option ();
  g_autofree char *options = g_strconcat ("--framework caffe ", process, NULL);

  check (
      NET (
          "layer { name: 't' type: 'Far' bottom: 'x' top: 't' far_param { factor: 3 } }"),
      options, NULL, 765);
}

/* Nothing runs that the application has not named. */
static void
test_refused (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *model =
      write_model (folder, NET ("layer { name: 't' type: 'Away' bottom: 'x' top: 't' }"));
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=1 ! video/x-raw,format=RGB,width=16,height=16 ! "
      "weirinfer model=%s cache-dir=\"\" convert-options=\"--framework caffe\" ! "
      "fakesink",
      model);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);

  g_assert_nonnull (pipeline);
  expect_error (pipeline, "'t' (Away): an unknown type of layer");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/offload/pipeline/custom-ir", test_custom_ir);
  g_test_add_func ("/offload/pipeline/refused", test_refused);
  g_test_add_func ("/offload/pipeline/library", test_library);
  g_test_add_func ("/offload/pipeline/mapping", test_mapping);
  g_test_add_func ("/offload/pipeline/custom", test_custom);
  g_test_add_func ("/offload/pipeline/offload", test_offload);
  return g_test_run ();
}
