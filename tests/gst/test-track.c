#include "lib/gstweirmeta.h"
#include "models.h"
#include "regions.h"

/* weirtrack as an element: regions in, regions with ids out. */

/* One object at @x through the element: its id. */
static int
see (Run *run, double x)
{
  GstBuffer *buffer = frame_new (run);
  int id;

  add (run, buffer, x, 0.9, "person", 0);
  buffer = through (run, buffer);
  id = id_of (buffer, 0);
  gst_buffer_unref (buffer);
  return id;
}

static void
test_ids (void)
{
  Run run = run_new ("weirtrack");

  for (guint i = 0; i < 10; i++) {
    GstBuffer *buffer = frame_new (&run);

    add (&run, buffer, 200 - i * 4, 0.8, "person", 0);
    add (&run, buffer, 10 + i * 4, 0.9, "person", 0);
    buffer = through (&run, buffer);
    g_assert_cmpint (id_of (buffer, 0), ==, 2);
    g_assert_cmpint (id_of (buffer, 1), ==, 1);
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

/* The frame that somebody else holds too is not changed, and its picture is not copied.
 */
static void
test_shared (void)
{
  Run run = run_new ("weirtrack");
  GstBuffer *buffer = frame_new (&run), *out;

  add (&run, buffer, 10, 0.9, "person", 0);
  out = through (&run, gst_buffer_ref (buffer));
  g_assert_true (out != buffer);
  g_assert_true (gst_buffer_peek_memory (out, 0) == gst_buffer_peek_memory (buffer, 0));
  g_assert_cmpint (id_of (buffer, 0), ==, 0);
  g_assert_cmpint (id_of (out, 0), ==, 1);
  gst_buffer_unref (out);
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

static void
test_given (void)
{
  Run run = run_new ("weirtrack");
  GstBuffer *buffer = frame_new (&run);

  add (&run, buffer, 10, 0.9, "person", 0);
  gst_weir_meta_set_object_id (region (buffer, 0), 77);
  buffer = through (&run, buffer);
  g_assert_cmpint (id_of (buffer, 0), ==, 77);
  g_assert_cmpuint (g_list_length (region (buffer, 0)->params), ==, 2);
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

/* Every third frame is looked at; the others get their regions here. */
static void
test_short_term (void)
{
  Run run = run_new ("weirtrack tracking-type=short-term-imageless");

  for (guint i = 0; i < 30; i++) {
    GstBuffer *buffer = frame_new (&run);
    GstVideoRegionOfInterestMeta *roi;

    if (i % 3 == 0)
      add (&run, buffer, 10 + i * 6, 0.75, "person", 4);
    buffer = through (&run, buffer);
    roi = region (buffer, 0);
    g_assert_cmpint (id_of (buffer, 0), ==, 1);
    g_assert_null (region (buffer, 1));
    g_assert_cmpstr (g_quark_to_string (roi->roi_type), ==, "person");
    if (i > 15)
      g_assert_cmpint (ABS ((int) roi->x - (int) (10 + i * 6)), <=, 2);
    if (i % 3 != 0) {
      int label_id;

      g_assert_cmpfloat (gst_weir_meta_confidence (roi, &label_id), ==, 0.75);
      g_assert_cmpint (label_id, ==, 4);
    }
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

/* After a flush, and in a picture of another size, nothing is what it was. */
static void
test_reset (void)
{
  Run run = run_new ("weirtrack");

  g_assert_cmpint (see (&run, 10), ==, 1);
  g_assert_cmpint (see (&run, 12), ==, 1);
  flush (&run);
  g_assert_cmpint (see (&run, 12), ==, 2);
  gst_harness_set_src_caps_str (run.harness, CAPS ("width=640,height=480"));
  gst_video_info_set_format (&run.info, GST_VIDEO_FORMAT_GRAY8, 640, 480);
  g_assert_cmpint (see (&run, 12), ==, 3);
  g_assert_cmpint (see (&run, 12), ==, 3);
  run.frames = 0; /* back in time without a flush */
  g_assert_cmpint (see (&run, 12), ==, 4);
  gst_harness_teardown (run.harness);
}

/* A gap has nothing to see; events pass. */
static void
test_gaps (void)
{
  Run run = run_new ("weirtrack");
  GstBuffer *gap;
  GstEvent *event;

  g_assert_cmpint (see (&run, 10), ==, 1);
  for (guint i = 0; i < 5; i++) {
    gap = frame_new (&run);
    GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
    gst_buffer_unref (through (&run, gap));
  }
  g_assert_true (gst_harness_push_event (run.harness,
                                         gst_event_new_gap (run.frames * FRAME, FRAME)));
  g_assert_cmpint (see (&run, 10), ==, 1);
  g_assert_true (gst_harness_push_event (run.harness, gst_event_new_eos ()));
  while ((event = gst_harness_pull_event (run.harness)) != NULL) {
    gboolean end = GST_EVENT_TYPE (event) == GST_EVENT_EOS;

    gst_event_unref (event);
    if (end)
      break;
  }
  g_assert_nonnull (event);
  gst_harness_teardown (run.harness);
}

/* Frames that were dropped before count: the object went on. */
static void
test_dropped (void)
{
  Run run = run_new ("weirtrack config=max_lost=8");

  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (see (&run, 10 + i * 5), ==, 1);
  run.frames += 6;
  g_assert_cmpint (see (&run, 10 + 16 * 5), ==, 1);
  run.frames += 20;
  gst_buffer_unref (through (&run, frame_new (&run)));
  g_assert_cmpint (see (&run, 10 + 38 * 5), ==, 2);
  gst_harness_teardown (run.harness);
}

static void
test_voting (void)
{
  static const char *const labels[] = { "car", "car", "bus", "car" };
  Run run = run_new ("weirtrack config=tracking_per_class=false label-voting=true");

  for (guint i = 0; i < G_N_ELEMENTS (labels); i++) {
    GstBuffer *buffer = frame_new (&run);
    GstVideoRegionOfInterestMeta *roi;
    GstStructure *colour, *detection;

    add (&run, buffer, 10, 0.8, labels[i], *labels[i]);
    colour = gst_structure_new ("classification", "label", G_TYPE_STRING,
                                i == 1 ? "blue" : "red", "label_id", G_TYPE_INT, i == 1,
                                "confidence", G_TYPE_DOUBLE, 0.6, "attribute_name",
                                G_TYPE_STRING, "colour", NULL);
    gst_video_region_of_interest_meta_add_param (region (buffer, 0), colour);
    buffer = through (&run, buffer);
    roi = region (buffer, 0);
    detection = gst_video_region_of_interest_meta_get_param (roi, "detection");
    colour = gst_video_region_of_interest_meta_get_param (roi, "classification");
    g_assert_cmpint (id_of (buffer, 0), ==, 1);
    g_assert_cmpstr (g_quark_to_string (roi->roi_type), ==, "car");
    g_assert_cmpstr (gst_structure_get_string (detection, "label"), ==, "car");
    /* 0.6 * .95 for red against 0.6 for blue in the second frame */
    g_assert_cmpstr (gst_structure_get_string (colour, "label"), ==,
                     i == 1 ? "blue" : "red");
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

static void
test_drop (void)
{
  Run run = run_new ("weirtrack tracking-type=byte-track drop-untracked=true");

  for (guint i = 0; i < 3; i++) {
    GstBuffer *buffer = frame_new (&run);

    add (&run, buffer, 10, 0.3, "person", 0);
    add (&run, buffer, 100, 0.9, "person", 0);
    buffer = through (&run, buffer);
    if (i > 0)
      g_assert_cmpint (id_of (buffer, 0), ==, 1);
    g_assert_null (region (buffer, i > 0));
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

/* Known by its looks at the other end of where it may be; without them it is another. */
static void
test_deep_sort (void)
{
  for (guint looks = 0; looks < 2; looks++) {
    Run run = run_new ("weirtrack tracking-type=deep-sort "
                       "deepsort-trck-cfg=n_init=1,max_cosine_distance=0.1");

    for (guint i = 0; i < 6; i++) {
      const float values[] = { 3, 1, 0, i / 10.0f };
      const char *names[] = { "feature" };
      g_autoptr (WeirTensor) tensor = weir_tensor_new_f32 (&WEIR_SHAPE (1, 4), values);
      GstBuffer *buffer = frame_new (&run);

      if (i == 3 || i == 4) {
        gst_buffer_unref (through (&run, buffer));
        continue;
      }
      add (&run, buffer, i == 5 ? 65 : 10, 0.9, "person", 0);
      if (looks)
        gst_weir_meta_add_tensors (buffer, region (buffer, 0)->id, "net", names, &tensor,
                                   1);
      buffer = through (&run, buffer);
      g_assert_cmpint (id_of (buffer, 0), ==, i == 5 && !looks ? 2 : 1);
      gst_buffer_unref (buffer);
    }
    gst_harness_teardown (run.harness);
  }
}

/* Another way in the middle of the stream; a bad one is told and changes nothing. */
static void
test_change (void)
{
  Run run = run_new ("weirtrack name=t");
  GstElement *element = gst_harness_find_element (run.harness, "weirtrack");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstStructure) stats = NULL;
  int ids;

  gst_element_set_bus (element, bus);
  g_assert_cmpint (see (&run, 10), ==, 1);
  g_object_set (element, "config", "iou=7", NULL);
  g_assert_cmpint (see (&run, 10), ==, 1);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  g_assert_nonnull (message);
  g_object_set (element, "config", "iou=0.5", NULL);
  g_assert_cmpint (see (&run, 10), ==, 2);
  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_int (stats, "ids", &ids));
  g_assert_cmpint (ids, ==, 2);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  gst_harness_teardown (run.harness);
}

static void
test_bad_config (void)
{
  g_autoptr (GstElement) pipeline =
      gst_parse_launch ("videotestsrc ! weirtrack config=max_lost=soon ! fakesink", NULL);

  expect_error (pipeline, "max_lost: expected a whole number");
}

static void
test_states (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "videotestsrc num-buffers=30 ! video/x-raw,format=NV12,width=64,height=48 ! "
      "weirtrack ! fakesink",
      NULL);

  change_states (pipeline, 30);
  run_pipeline (pipeline);
}

static void
test_seeks (void)
{
  g_autoptr (GstElement) pipeline =
      gst_parse_launch ("videotestsrc ! video/x-raw,width=64,height=48 ! "
                        "weirtrack ! fakesink sync=false",
                        NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 100; i++) {
    gst_element_get_state (pipeline, NULL, NULL, 10 * GST_SECOND);
    g_assert_true (gst_element_seek_simple (pipeline, GST_FORMAT_TIME,
                                            GST_SEEK_FLAG_FLUSH, i * 37 % 11 * FRAME));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/track/ids", test_ids);
  g_test_add_func ("/gst/track/shared", test_shared);
  g_test_add_func ("/gst/track/given", test_given);
  g_test_add_func ("/gst/track/short-term", test_short_term);
  g_test_add_func ("/gst/track/reset", test_reset);
  g_test_add_func ("/gst/track/gaps", test_gaps);
  g_test_add_func ("/gst/track/dropped", test_dropped);
  g_test_add_func ("/gst/track/voting", test_voting);
  g_test_add_func ("/gst/track/drop", test_drop);
  g_test_add_func ("/gst/track/deep-sort", test_deep_sort);
  g_test_add_func ("/gst/track/change", test_change);
  g_test_add_func ("/gst/track/bad-config", test_bad_config);
  g_test_add_func ("/gst/track/states", test_states);
  g_test_add_func ("/gst/track/seeks", test_seeks);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
