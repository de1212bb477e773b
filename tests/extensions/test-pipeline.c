#include "convert-text.h"
#include "frontends/onnx-text.h"
#include "gst/models.h"
#include "lib/gstweirmeta.h"

/* Frames through a network with an operation of an extension. A white pixel is 255; 100
 * nearer to 0 it is 155, and so is the mean of all. */

static char *
write_model (void)
{
  g_autoptr (OnnxText) onnx =
      onnx_text_new ("in x f32[1,3,8,8] 0; example.Shrinkage x > t lambd:f=100; "
                     "GlobalAveragePool t > y; out y f32[1,3,1,1] 0");
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  char *path = g_build_filename (folder, "net.onnx", NULL);
  gsize size;
  const char *data = g_bytes_get_data (onnx->bytes, &size);

  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
  return path;
}

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, guint *frames)
{
  GstWeirTensorMeta *meta =
      (GstWeirTensorMeta *) gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE);

  (void) sink;
  (void) pad;
  g_assert_nonnull (meta);
  g_assert_cmpuint (weir_tensor_count (meta->tensors[0]), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (weir_tensor_get (meta->tensors[0], i), 155, 1e-3);
  (*frames)++;
}

static GstElement *
launch (const char *model, const char *property)
{
  g_autofree char *text =
      g_strdup_printf ("videotestsrc pattern=white num-buffers=5 ! "
                       "video/x-raw,format=RGB,width=16,height=16"
                       " ! weirinfer model=%s cache-dir=\"\" %s ! fakesink name=sink",
                       model, property);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  g_assert_no_error (error);
  return pipeline;
}

static void
test_frames (void)
{
  g_autofree char *model = write_model (), *library = library_path ("soft-threshold");
  g_autofree char *property = g_strconcat ("extensions=", library, NULL);
  g_autoptr (GstElement) pipeline = launch (model, property);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  guint frames = 0;

  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &frames);
  run_pipeline (pipeline);
  g_assert_cmpuint (frames, ==, 5);
}

static void
test_refused (void)
{
  g_autofree char *model = write_model (), *library = library_path ("refused-own-name");
  g_autofree char *property = g_strconcat ("extensions=", library, NULL);
  g_autoptr (GstElement) pipeline = launch (model, property);
  g_autoptr (GstElement) without = launch (model, "");

  expect_error (without, "an unknown operation");
  expect_error (pipeline, "Weir has one of this name of its own");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/extension/pipeline/refused", test_refused);
  g_test_add_func ("/extension/pipeline/frames", test_frames);
  return g_test_run ();
}
