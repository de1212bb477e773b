#include "extensions/convert-text.h"
#include "frontends/caffe-net.h"
#include "gst/models.h"
#include "lib/gstweirmeta.h"

#include <string.h>

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

/* Properties of the element. */
typedef struct {
  const char *options, *extensions, *offload;
} Way;

static void
check_model (const char *model, Way way, float expected)
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
  g_object_set (infer, "model", model, "convert-options", way.options, "extensions",
                way.extensions, "offload", way.offload, NULL);
  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &seen);
  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 3);
}

static void
check (const char *topology, Way way, float expected)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *model = write_model (folder, topology);

  check_model (model, way, expected);
}

#define SHRINK                                                                   \
  "layer { name: 't' type: 'Shrink' bottom: 'x' top: 't' shrink_param { lambd: " \
  "100 } }"

/* A library that translates the layer and computes it. */
static void
test_library (void)
{
  g_autofree char *library = library_path ("soft-threshold");

  check (NET (SHRINK), (Way){ "--framework caffe", library, NULL }, 155);
}

/* A mapping onto operations that exist; tanh (255) is 1. */
static void
test_mapping (void)
{
  g_autofree char *mapping =
      g_build_filename (g_getenv ("WEIR_EXAMPLES"), "mapping.json", NULL);

  check (NET ("layer { name: 't' type: 'ScaledTanH' bottom: 'x' top: 't' "
              "scaled_tanh_param { alpha: 7 } }"),
         (Way){ "--framework caffe", mapping, NULL }, 7);
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
runner (void)
{
  g_autofree char *adapter =
      g_build_filename (g_getenv ("WEIR_OFFLOAD_TESTS"), "adapter.py", NULL);

  return g_strconcat ("caffe=python3 ", adapter, NULL);
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
  g_autofree char *process = runner ();
  g_autofree char *line = custom_options (folder, "");
  g_autofree char *library = library_path ("soft-threshold");
  g_autofree char *ir = NULL;
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_assert_true (weir_convert_options_parse_line (options, line, &error));
  g_assert_true (weir_convert_options_set (options, "offload", process, &error));
  model = weir_convert_file (source, options, NULL, NULL, &error);
  g_assert_no_error (error);
  ir = write_network (model);
  check_model (ir, (Way){ NULL, library, NULL }, 155);
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
         (Way){ options, library, NULL }, 155);
}

#define FAR "layer { name: 't' type: 'Far' bottom: 'x' top: 't' far_param { factor: 3 } }"

/* A process of the user's. */
static void
test_offload (void)
{
  g_autofree char *process = runner ();

  check (NET (FAR), (Way){ "--framework caffe", NULL, process }, 765);
}

/* It was converted before, and neither the file nor the IR says who runs the part. */
static void
test_offload_ir (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *source = write_model (folder, NET (FAR));
  g_autofree char *process = runner ();
  g_autofree char *ir = NULL, *text = NULL;
  g_autoptr (WeirConvertOptions) options = weir_convert_options_new ();
  g_autoptr (WeirModel) model = NULL;
  GError *error = NULL;

  g_assert_true (weir_convert_options_set (options, "framework", "caffe", &error));
  g_assert_true (weir_convert_options_set (options, "offload", process, &error));
  model = weir_convert_file (source, options, NULL, NULL, &error);
  g_assert_no_error (error);
  ir = write_network (model);
  g_assert_true (g_file_get_contents (ir, &text, NULL, NULL));
  g_assert_null (strstr (text, "python3"));
  check_model (ir, (Way){ NULL, NULL, process }, 765);
}

/* The conversion is another element's, which names the runner; a stream is an IR. */
static void
test_offload_stream (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *source = write_model (folder, NET (FAR));
  g_autofree char *process = runner ();
  g_autofree char *text = g_strdup_printf (
      "filesrc location=%s/net.prototxt ! convert.topology "
      "fakesrc num-buffers=1 sizetype=empty ! weirconvert name=convert framework=caffe ! "
      "infer.model videotestsrc pattern=white num-buffers=3 ! "
      "video/x-raw,format=RGB,width=16,height=16 ! weirinfer name=infer ! "
      "fakesink name=sink sync=false signal-handoffs=true",
      folder);
  Seen seen = { .expected = 765 };
  GError *error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) convert = NULL;
  g_autoptr (GstElement) sink = NULL;

  g_assert_no_error (error);
  convert = gst_bin_get_by_name (GST_BIN (pipeline), "convert");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (convert, "offload", process, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &seen);
  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 3);
}

/* The property has the option's grammar. */
static void
test_bad_runner (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *model = write_model (folder, NET (FAR));
  g_autofree char *text =
      g_strdup_printf ("videotestsrc num-buffers=1 ! weirinfer model=%s cache-dir=\"\" "
                       "convert-options=\"--framework caffe\" offload=python3 ! fakesink",
                       model);
  g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);

  g_assert_nonnull (pipeline);
  expect_error (pipeline, "--offload: expected FRAMEWORK=RUNNER, found 'python3'");
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
  g_test_add_func ("/offload/pipeline/offload-ir", test_offload_ir);
  g_test_add_func ("/offload/pipeline/offload-stream", test_offload_stream);
  g_test_add_func ("/offload/pipeline/bad-runner", test_bad_runner);
  return g_test_run ();
}
