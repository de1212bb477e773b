#include "models.h"

#include "elements/elements.h"
#include "ir/build.h"
#include "lib/gstweirtypefind.h"

#include <string.h>

#define PATIENCE (60 * GST_SECOND)

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_weir_typefind_register (plugin) &&
         GST_ELEMENT_REGISTER (weirinfer, plugin) &&
         GST_ELEMENT_REGISTER (weirdetect, plugin) &&
         GST_ELEMENT_REGISTER (weirclassify, plugin) &&
         GST_ELEMENT_REGISTER (weirconvert, plugin) &&
         GST_ELEMENT_REGISTER (weiroverlay, plugin) &&
         GST_ELEMENT_REGISTER (weirtrack, plugin) &&
         GST_ELEMENT_REGISTER (weiranalytics, plugin) &&
         GST_ELEMENT_REGISTER (weirpublish, plugin);
}

void
register_elements (void)
{
  gst_init (NULL, NULL);
  gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR, "weir-test", "tests",
                              plugin_init, "0", "MIT/X11", "weir", "weir", "weir");
}

WeirModel *
scaled_network (float factor)
{
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 8, 8));
  WeirPort axes = weir_build_i64 (&b, "axes", (gint64[]){ 2, 3 }, 2);
  WeirPort y = weir_build2 (&b, "ReduceMean", "mean", x, axes);

  y = weir_build2 (&b, "Multiply", "scaled", y,
                   weir_build_scalar (&b, "factor", y, factor));
  weir_build_result (&b, "scaled", y);
  g_assert_no_error (b.error);
  return weir_model_new (graph, "mean", "ir");
}

WeirModel *
mean_network (void)
{
  return scaled_network (1);
}

char *
write_network (WeirModel *model)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  GError *error = NULL;

  weir_convert_write (model, folder, "net", 11, &error);
  g_assert_no_error (error);
  return g_build_filename (folder, "net.xml", NULL);
}

GstBuffer *
network_buffer (WeirModel *model)
{
  GError *error = NULL;
  g_autoptr (GBytes) stream = weir_convert_to_stream (model, &error);

  g_assert_no_error (error);
  return gst_buffer_new_wrapped_bytes (stream);
}

static void
stop (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

void
run_pipeline (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message =
      gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
  stop (pipeline);
}

void
expect_error (GstElement *pipeline, const char *text)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message =
      gst_bus_timed_pop_filtered (bus, PATIENCE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  if (strstr (error->message, text) == NULL) {
    g_test_message ("'%s' is not in '%s'", text, error->message);
    g_test_fail ();
  }
  stop (pipeline);
}
