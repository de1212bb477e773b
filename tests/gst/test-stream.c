#include "lib/gstweirmeta.h"
#include "models.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

/* Frames through the queue of the inference elements: nothing is lost, nothing overtakes.
 */

typedef struct {
  guint frames;
  guint with_tensors;
  GstClockTime last;
  gboolean ordered;
} Seen;

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, Seen *seen)
{
  (void) sink;
  (void) pad;
  if (seen->frames > 0 && GST_BUFFER_PTS (buffer) < seen->last)
    seen->ordered = FALSE;
  seen->last = GST_BUFFER_PTS (buffer);
  seen->frames++;
  if (gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE) != NULL)
    seen->with_tensors++;
}

static GstElement *
launch (const char *text, Seen *seen)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  g_autoptr (GstElement) sink = NULL;

  g_assert_no_error (error);
  *seen = (Seen){ .ordered = TRUE };
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (sink, "signal-handoffs", TRUE, "sync", FALSE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), seen);
  return pipeline;
}

static char *
network (void)
{
  g_autoptr (WeirModel) model = mean_network ();

  return write_network (model);
}

/* With networks on threads of their own, and on the streaming thread. */
static const char *const manners[] = { "nireq=3", "nireq=1 threads=1" };

static void
test_every_frame (gconstpointer manner)
{
  g_autofree char *model = network ();
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=200 ! video/x-raw,width=64,height=48 ! "
      "weirinfer model=%s %s ! tee name=t t. ! queue ! fakesink t. ! queue ! "
      "fakesink name=sink",
      model, (const char *) manner);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);

  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 200);
  g_assert_cmpuint (seen.with_tensors, ==, 200);
  g_assert_true (seen.ordered);
}

static void
test_interval (void)
{
  g_autofree char *model = network ();
  g_autofree char *text =
      g_strdup_printf ("videotestsrc num-buffers=30 ! weirinfer model=%s "
                       "inference-interval=3 ! fakesink name=sink",
                       model);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);

  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 30);
  g_assert_cmpuint (seen.with_tensors, ==, 10);
}

/* Another size and format in the middle of the stream. */
static void
test_caps_change (gconstpointer manner)
{
  static const char *const caps[] = {
    "video/x-raw,format=NV12,width=64,height=48,framerate=30/1",
    "video/x-raw,format=BGRx,width=32,height=96,framerate=30/1",
    "video/x-raw,format=I420,width=21,height=9,framerate=30/1",
  };
  g_autofree char *model = network ();
  g_autofree char *text = g_strdup_printf (
      "appsrc name=src format=time ! weirinfer model=%s %s ! fakesink name=sink", model,
      (const char *) manner);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), "src");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 60; i++) {
    g_autoptr (GstCaps) now = gst_caps_from_string (caps[i / 4 % G_N_ELEMENTS (caps)]);
    GstVideoInfo info;
    GstBuffer *buffer;

    g_assert_true (gst_video_info_from_caps (&info, now));
    gst_app_src_set_caps (GST_APP_SRC (source), now);
    buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&info), NULL);
    gst_buffer_memset (buffer, 0, 77, GST_VIDEO_INFO_SIZE (&info));
    GST_BUFFER_PTS (buffer) = i * GST_SECOND / 30;
    g_assert_cmpint (gst_app_src_push_buffer (GST_APP_SRC (source), buffer), ==,
                     GST_FLOW_OK);
  }
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  run_pipeline (pipeline);
  g_assert_cmpuint (seen.frames, ==, 60);
  g_assert_cmpuint (seen.with_tensors, ==, 60);
  g_assert_true (seen.ordered);
}

static void
seek_often (guint count, const char *manner)
{
  g_autofree char *model = network ();
  g_autofree char *text = g_strdup_printf (
      "videotestsrc num-buffers=100000 ! video/x-raw,width=64,height=48 ! "
      "queue ! weirinfer model=%s %s ! queue ! fakesink name=sink",
      model, manner);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_assert_cmpint (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND), ==,
                   GST_STATE_CHANGE_SUCCESS);
  for (guint i = 0; i < count; i++)
    g_assert_true (
        gst_element_seek_simple (pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                 (gint64) (g_rand_double (rand) * 1000) * GST_MSECOND));
  g_assert_cmpint (gst_element_get_state (pipeline, NULL, NULL, 30 * GST_SECOND), ==,
                   GST_STATE_CHANGE_SUCCESS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_cmpuint (seen.frames, >, 0);
}

static void
test_seeks (gconstpointer manner)
{
  seek_often (1000, manner);
}

/* Stopped at any moment: while it loads, while it waits, with requests in flight. More
 * often where WEIR_CYCLES says so. */
static void
test_states (void)
{
  const char *wish = g_getenv ("WEIR_CYCLES");
  guint cycles = wish != NULL ? (guint) g_ascii_strtoull (wish, NULL, 10) : 60;
  g_autofree char *model = network ();
  g_autofree char *text = g_strdup_printf (
      "videotestsrc ! video/x-raw,width=64,height=48 ! weirinfer model=%s ! "
      "fakesink name=sink",
      model);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);

  for (guint i = 0; i < cycles; i++) {
    static const GstState states[] = { GST_STATE_READY, GST_STATE_PAUSED,
                                       GST_STATE_PLAYING };

    gst_element_set_state (pipeline, states[i % G_N_ELEMENTS (states)]);
    g_usleep (i % 7 * 700);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  seen = (Seen){ .ordered = TRUE };
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 30000 && g_atomic_int_get (&seen.frames) == 0; i++)
    g_usleep (1000);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_cmpuint (seen.frames, >, 0);
}

static void
test_no_model (void)
{
  Seen seen;
  g_autoptr (GstElement) pipeline =
      launch ("videotestsrc ! weirinfer ! fakesink name=sink", &seen);

  expect_error (pipeline, "no model");
}

static void
test_bad_model (void)
{
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (
      "videotestsrc ! weirinfer model=/nowhere/m.onnx ! fakesink name=sink", &seen);

  expect_error (pipeline, "/nowhere/m.onnx");
}

/* A detector that no decoder reads: the error says which shapes were seen. */
static void
test_no_decoder (void)
{
  g_autofree char *model = network ();
  g_autofree char *text =
      g_strdup_printf ("videotestsrc ! weirdetect model=%s ! fakesink name=sink", model);
  Seen seen;
  g_autoptr (GstElement) pipeline = launch (text, &seen);

  expect_error (pipeline, "no decoder fits");
}

/* What `precision` asks for must be there. */
static void
test_precision (void)
{
  static const struct {
    const char *properties, *says;
  } rows[] = {
    { "precision=i8", "precision=i8 needs statistics=FILE" },
    { "precision=i4", "expected f32 or i8, found 'i4'" },
    { "precision=i8 statistics=/nowhere/s.json", "/nowhere/s.json" },
  };
  g_autofree char *model = network ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text =
        g_strdup_printf ("videotestsrc ! weirinfer model=%s %s ! fakesink name=sink",
                         model, rows[i].properties);
    Seen seen;
    g_autoptr (GstElement) pipeline = launch (text, &seen);

    expect_error (pipeline, rows[i].says);
  }
}

static void
add (const char *name, const char *manner, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/gst/stream/%s/%s", name, manner);

  g_test_add_data_func (path, manner, test);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++) {
    add ("every-frame", manners[i], test_every_frame);
    add ("caps-change", manners[i], test_caps_change);
    add ("seeks", manners[i], test_seeks);
  }
  g_test_add_func ("/gst/stream/interval", test_interval);
  g_test_add_func ("/gst/stream/states", test_states);
  g_test_add_func ("/gst/stream/no-model", test_no_model);
  g_test_add_func ("/gst/stream/bad-model", test_bad_model);
  g_test_add_func ("/gst/stream/no-decoder", test_no_decoder);
  g_test_add_func ("/gst/stream/precision", test_precision);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
