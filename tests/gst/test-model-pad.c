#include "lib/gstweirmeta.h"
#include "models.h"

#include <gst/app/gstappsrc.h>

/* The pad `model`: waiting for the first model ends in every way that it may end. */

typedef struct {
  guint frames;
  guint annotated;
  double mean; /* of the last frame's first output */
} Seen;

static void
on_frame (GstElement *sink, GstBuffer *buffer, GstPad *pad, Seen *seen)
{
  GstWeirTensorMeta *meta =
      (GstWeirTensorMeta *) gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE);

  (void) sink;
  (void) pad;
  seen->frames++;
  if (meta == NULL)
    return;
  seen->annotated++;
  seen->mean = weir_tensor_get (meta->tensors[0], 0);
}

typedef struct {
  GstElement *pipeline, *model;
  Seen seen;
} Fixture;

static void
set_up (Fixture *f, const char *source)
{
  g_autofree char *text =
      g_strdup_printf ("appsrc name=model caps=application/x-openvino-ir ! i.model %s ! "
                       "weirinfer name=i ! fakesink name=sink sync=false async=false "
                       "signal-handoffs=true",
                       source);
  GError *error = NULL;
  g_autoptr (GstElement) sink = NULL;

  f->seen = (Seen){ 0 };
  f->pipeline = gst_parse_launch (text, &error);
  g_assert_no_error (error);
  f->model = gst_bin_get_by_name (GST_BIN (f->pipeline), "model");
  sink = gst_bin_get_by_name (GST_BIN (f->pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_frame), &f->seen);
}

static void
tear_down (Fixture *f)
{
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  gst_object_unref (f->model);
  gst_object_unref (f->pipeline);
}

static void
push_model (Fixture *f, float factor)
{
  g_autoptr (WeirModel) model = scaled_network (factor);

  g_assert_cmpint (
      gst_app_src_push_buffer (GST_APP_SRC (f->model), network_buffer (model)), ==,
      GST_FLOW_OK);
}

/* Not live: the video waits, and no frame goes unannotated. */
static void
test_waits (void)
{
  Fixture f;

  set_up (&f, "videotestsrc num-buffers=20 pattern=white");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  g_usleep (100000);
  g_assert_cmpuint (f.seen.frames, ==, 0);
  push_model (&f, 1);
  gst_app_src_end_of_stream (GST_APP_SRC (f.model));
  run_pipeline (f.pipeline);
  g_assert_cmpuint (f.seen.annotated, ==, 20);
  g_assert_cmpfloat_with_epsilon (f.seen.mean, 255, 1);
  tear_down (&f);
}

/* Live: frames pass until the model is there. */
static void
test_live (void)
{
  Fixture f;

  set_up (&f, "videotestsrc is-live=true num-buffers=200 ! "
              "video/x-raw,framerate=100/1,width=32,height=32");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  g_usleep (150000);
  g_assert_cmpuint (f.seen.frames, >, 0);
  g_assert_cmpuint (f.seen.annotated, ==, 0);
  push_model (&f, 1);
  gst_app_src_end_of_stream (GST_APP_SRC (f.model));
  run_pipeline (f.pipeline);
  g_assert_cmpuint (f.seen.frames, ==, 200);
  g_assert_cmpuint (f.seen.annotated, >, 0);
  tear_down (&f);
}

static void
test_eos_without_model (void)
{
  Fixture f;

  set_up (&f, "videotestsrc");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  gst_app_src_end_of_stream (GST_APP_SRC (f.model));
  expect_error (f.pipeline, "ended without a model");
  tear_down (&f);
}

static void
test_stop_while_waiting (void)
{
  for (guint i = 0; i < 20; i++) {
    Fixture f;

    set_up (&f, "videotestsrc");
    gst_element_set_state (f.pipeline, i % 2 == 0 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    g_usleep (i * 500);
    tear_down (&f);
  }
}

static void
test_flush_while_waiting (void)
{
  Fixture f;

  /* Seeks do not begin the count of buffers anew: there must be enough for all. */
  set_up (&f, "videotestsrc num-buffers=500 ! video/x-raw,width=32,height=32");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  g_usleep (20000);
  for (guint i = 0; i < 20; i++)
    gst_element_seek_simple (f.pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0);
  push_model (&f, 1);
  gst_app_src_end_of_stream (GST_APP_SRC (f.model));
  run_pipeline (f.pipeline);
  g_assert_cmpuint (f.seen.annotated, >, 0);
  tear_down (&f);
}

static void
test_bad_stream (void)
{
  Fixture f;

  set_up (&f, "videotestsrc");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (f.model),
                           gst_buffer_new_memdup ("no model at all", 15));
  expect_error (f.pipeline, "model stream");
  tear_down (&f);
}

/* A second model takes over; a bad third one is refused, and the second goes on. */
static void
test_swap (void)
{
  Fixture f;

  set_up (&f, "videotestsrc is-live=true num-buffers=250 pattern=white ! "
              "video/x-raw,framerate=100/1,width=32,height=32");
  gst_element_set_state (f.pipeline, GST_STATE_PLAYING);
  push_model (&f, 1);
  g_usleep (200000);
  push_model (&f, 2);
  gst_app_src_push_buffer (GST_APP_SRC (f.model),
                           gst_buffer_new_memdup ("no model at all", 15));
  gst_app_src_end_of_stream (GST_APP_SRC (f.model));
  run_pipeline (f.pipeline);
  g_assert_cmpuint (f.seen.frames, ==, 250);
  g_assert_cmpfloat_with_epsilon (f.seen.mean, 510, 2);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/model-pad/waits", test_waits);
  g_test_add_func ("/gst/model-pad/live", test_live);
  g_test_add_func ("/gst/model-pad/eos-without-model", test_eos_without_model);
  g_test_add_func ("/gst/model-pad/stop-while-waiting", test_stop_while_waiting);
  g_test_add_func ("/gst/model-pad/flush-while-waiting", test_flush_while_waiting);
  g_test_add_func ("/gst/model-pad/bad-stream", test_bad_stream);
  g_test_add_func ("/gst/model-pad/swap", test_swap);
  return g_test_run ();
}
