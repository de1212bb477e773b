#include "lib/gstweirjson.h"
#include "lib/gstweirmeta.h"
#include "lib/gstweirscenemeta.h"
#include "models.h"
#include "regions.h"

#include <string.h>

/* weiranalytics as an element: what it writes on frames, into lines and onto the bus. */

/* Regions are 30 x 60 at y 40: their middle is at (x + 15, 70), their foot at y 100. */
#define ZONE                                                                             \
  "[{\"id\":\"hall\",\"type\":\"polygon\",\"points\":[[100,0],[200,0],[200,90],[100,90]" \
  "]}]"
#define DOOR "[{\"id\":\"door\",\"points\":[[100,0],[100,240]]}]"

static Run
watch (const char *zones, const char *tripwires, GstBus **bus, GstElement **element)
{
  Run run = run_new ("weiranalytics");

  *element = gst_harness_find_element (run.harness, "weiranalytics");
  *bus = gst_bus_new ();
  gst_element_set_bus (*element, *bus);
  g_object_set (*element, "zones", zones, "tripwires", tripwires, NULL);
  return run;
}

static void
end (Run *run, GstBus *bus, GstElement *element)
{
  gst_element_set_bus (element, NULL);
  gst_object_unref (bus);
  gst_object_unref (element);
  gst_harness_teardown (run->harness);
}

static GstBuffer *
see (Run *run, double x, int id)
{
  GstBuffer *buffer = frame_new (run);

  add (run, buffer, x, 0.9, "person", 0);
  if (id != 0)
    gst_weir_meta_set_object_id (region (buffer, 0), id);
  return through (run, buffer);
}

static char *
line_of (Run *run, GstBuffer *buffer)
{
  char *line = gst_weir_json_frame (buffer, &run->info, GST_BUFFER_PTS (buffer), NULL);

  gst_buffer_unref (buffer);
  return line;
}

static void
assert_holds (const char *line, const char *text)
{
  if (strstr (line, text) == NULL) {
    g_test_message ("'%s' is not in '%s'", text, line);
    g_test_fail ();
  }
}

static GstStructure *
next_event (GstBus *bus)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT);
  GstStructure *event;

  g_assert_nonnull (message);
  event = gst_structure_copy (gst_message_get_structure (message));
  gst_message_unref (message);
  return event;
}

static void
assert_event (GstBus *bus, const char *text)
{
  GstStructure *event = next_event (bus);
  g_autofree char *found = gst_structure_to_string (event);

  gst_structure_free (event);
  assert_holds (found, text);
}

/* From the left into the hall and out again on the right. */
static void
test_lines (void)
{
  GstBus *bus;
  GstElement *element;
  Run run = watch (ZONE, DOOR, &bus, &element);
  g_autofree char *before = line_of (&run, see (&run, 60, 3));
  g_autofree char *inside = line_of (&run, see (&run, 90, 3));
  g_autofree char *later = line_of (&run, see (&run, 100, 3));
  g_autofree char *outside = line_of (&run, see (&run, 200, 3));

  assert_holds (before, "\"zones\":[{\"count\":0,\"crowded\":false,\"entered\":0,"
                        "\"id\":\"hall\",\"left\":0}]");
  assert_holds (before, "\"tripwires\":[{\"id\":\"door\",\"in\":0,\"out\":0}]");
  assert_holds (inside, "\"zones\":[{\"dwell\":0.0,\"id\":\"hall\"}]");
  /* Down the wire the right side is the left of the picture: right to left is 1. */
  assert_holds (inside, "\"tripwires\":[{\"direction\":1,\"id\":\"door\"}]");
  assert_holds (inside, "\"tripwires\":[{\"id\":\"door\",\"in\":1,\"out\":0}]");
  assert_holds (later, "\"zones\":[{\"dwell\":0.10000000000000001,\"id\":\"hall\"}]");
  g_assert_null (strstr (outside, "dwell"));
  assert_event (bus, "event=(string)zone-enter, id=(string)hall, "
                     "timestamp=(guint64)100000000, object_id=(int)3, count=(uint)1");
  assert_event (bus, "event=(string)tripwire, id=(string)door, "
                     "timestamp=(guint64)100000000, object_id=(int)3, direction=(int)1");
  for (guint i = 0; i < 6; i++)
    gst_buffer_unref (see (&run, 200, 3));
  assert_event (bus, "event=(string)zone-leave, id=(string)hall, "
                     "timestamp=(guint64)800000000, object_id=(int)3, count=(uint)0, "
                     "dwell=(double)0.1");
  g_assert_null (gst_bus_pop (bus));
  end (&run, bus, element);
}

/* Feet on the floor below the zone, the middle inside of it. */
static void
test_points (void)
{
  static const char *const points[] = { "center", "bottom-center" };

  for (guint i = 0; i < 2; i++) {
    g_autofree char *line = NULL;
    GstBus *bus;
    GstElement *element;
    Run run = watch (ZONE, NULL, &bus, &element);

    gst_util_set_object_arg (G_OBJECT (element), "evaluation-point", points[i]);
    line = line_of (&run, see (&run, 110, 1));
    assert_holds (line, i == 0 ? "\"count\":1" : "\"count\":0");
    end (&run, bus, element);
  }
}

/* Parts of the frame: the same zone in another size. */
static void
test_relative (void)
{
  GstBus *bus;
  GstElement *element;
  Run run = watch ("[{\"id\":\"right\",\"type\":\"polygon\","
                   "\"points\":[[0.5,0],[1,0],[1,1],[0.5,1]]}]",
                   NULL, &bus, &element);
  g_autofree char *right = NULL, *left = NULL;

  gst_util_set_object_arg (G_OBJECT (element), "coordinates", "relative");
  right = line_of (&run, see (&run, 200, 1));
  gst_harness_set_src_caps_str (run.harness, CAPS ("width=640,height=480"));
  gst_video_info_set_format (&run.info, GST_VIDEO_FORMAT_GRAY8, 640, 480);
  left = line_of (&run, see (&run, 200, 1));
  assert_holds (right, "\"count\":1");
  assert_holds (left, "\"count\":0");
  end (&run, bus, element);
}

/* While it runs; what cannot be read is told and changes nothing. */
static void
test_edit (void)
{
  GstBus *bus;
  GstElement *element;
  Run run = watch (ZONE, NULL, &bus, &element);
  g_autofree char *before = line_of (&run, see (&run, 110, 1));
  g_autofree char *refused = NULL, *after = NULL;
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GstStructure) stats = NULL;

  assert_holds (before, "\"entered\":1");
  g_object_set (element, "zones", "[{\"id\":\"hall\"}]", NULL);
  refused = line_of (&run, see (&run, 110, 1));
  assert_holds (refused, "\"zones\":[{\"dwell\":0.10000000000000001,\"id\":\"hall\"}]");
  warning = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  g_assert_nonnull (warning);
  g_object_set (element, "zones",
                "[{\"id\":\"yard\",\"type\":\"circle\",\"center\":[0,0],\"radius\":10}]",
                "tripwires", DOOR, NULL);
  after = line_of (&run, see (&run, 80, 1));
  assert_holds (after, "\"tripwires\":[{\"direction\":-1,\"id\":\"door\"}]");
  assert_holds (after, "\"id\":\"yard\"");
  g_assert_null (strstr (after, "hall"));
  g_object_get (element, "stats", &stats, NULL);
  g_assert_cmpuint (gst_weir_structures_count (stats, "zones"), ==, 1);
  g_assert_cmpuint (gst_weir_structures_count (stats, "tripwires"), ==, 1);
  end (&run, bus, element);
}

/* Ten pixels are a metre; 20 pixels in a tenth of a second. */
static void
test_speed (void)
{
  GstBus *bus;
  GstElement *element;
  Run run = watch (NULL, NULL, &bus, &element);
  GstBuffer *buffer = NULL;
  GstStructure *speed;
  double value = 0;

  g_object_set (element, "ground",
                "{\"image\":[[0,0],[100,0],[100,100],[0,100]],"
                "\"metres\":[[0,0],[10,0],[10,10],[0,10]]}",
                NULL);
  for (guint i = 0; i < 9; i++) {
    gst_clear_buffer (&buffer);
    buffer = see (&run, i * 20, 1);
  }
  speed = gst_video_region_of_interest_meta_get_param (region (buffer, 0), "speed");
  g_assert_nonnull (speed);
  g_assert_true (gst_structure_get_double (speed, "metres_per_second", &value));
  g_assert_cmpfloat_with_epsilon (value, 20, 1e-9);
  g_free (line_of (&run, buffer));
  end (&run, bus, element);
}

static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("weir-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "watch.json", NULL);
  g_autofree char *bad =
      g_strdup_printf ("videotestsrc ! weiranalytics config=%s ! fakesink", path);
  g_autofree char *line = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (bad, NULL);
  GstBus *bus;
  GstElement *element;
  Run run;

  expect_error (pipeline, "watch.json");
  g_assert_true (g_file_set_contents (path, "{\"zones\":" ZONE ",\"tripwires\":" DOOR "}",
                                      -1, NULL));
  run = watch (NULL, NULL, &bus, &element);
  g_object_set (element, "config", path, NULL);
  line = line_of (&run, see (&run, 110, 0));
  assert_holds (line, "\"zones\":[{\"count\":1");
  end (&run, bus, element);
  g_assert_true (g_file_set_contents (path, "{\"zones\":3}", -1, NULL));
  expect_error (pipeline, "zones: expected a list");
}

/* Through other elements: copies of buffers hold the scene, states come and go. */
static void
test_states (void)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "videotestsrc num-buffers=20 ! video/x-raw,format=NV12,width=320,height=240 ! "
      "weirtrack ! weiranalytics name=a ! tee name=t t. ! queue ! "
      "weirpublish method=file file-path=/dev/null ! fakesink t. ! queue ! "
      "videoconvert ! videoscale ! video/x-raw,format=BGRx,width=160,height=120 ! "
      "weirpublish method=file file-path=/dev/null ! fakesink",
      NULL);
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), "a");

  g_object_set (element, "zones", ZONE, NULL);
  change_states (pipeline, 12);
  run_pipeline (pipeline);
}

/* The scene goes with the frame through a conversion; points are parts of the frame. */
static void
test_meta (void)
{
  Run run = run_new ("weiranalytics name=a ! videoconvert ! videoscale ! "
                     "capsfilter caps=video/x-raw,format=BGRx,width=160,height=120");
  g_autoptr (GstElement) element =
      gst_bin_get_by_name (GST_BIN (run.harness->element), "a");
  const GstStructure *scene, *zone;
  const GValue *points;
  gpointer state = NULL;
  GstBuffer *buffer;

  g_object_set (element, "zones", ZONE, NULL);
  buffer = through (&run, frame_new (&run));
  scene = gst_weir_scene_meta_next (buffer, &state);

  g_assert_nonnull (scene);
  g_assert_cmpuint (gst_weir_structures_count (scene, "zones"), ==, 1);
  zone = gst_weir_structures_at (scene, "zones", 0);
  points = gst_structure_get_value (zone, "points");
  g_assert_cmpuint (gst_value_array_get_size (points), ==, 8);
  g_assert_cmpfloat (g_value_get_double (gst_value_array_get_value (points, 0)), ==,
                     100.0 / 320);
  g_assert_cmpfloat (g_value_get_double (gst_value_array_get_value (points, 5)), ==,
                     90.0 / 240);
  g_assert_null (gst_weir_scene_meta_next (buffer, &state));
  gst_buffer_unref (buffer);
  gst_harness_teardown (run.harness);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/analytics/lines", test_lines);
  g_test_add_func ("/gst/analytics/points", test_points);
  g_test_add_func ("/gst/analytics/relative", test_relative);
  g_test_add_func ("/gst/analytics/edit", test_edit);
  g_test_add_func ("/gst/analytics/speed", test_speed);
  g_test_add_func ("/gst/analytics/file", test_file);
  g_test_add_func ("/gst/analytics/states", test_states);
  g_test_add_func ("/gst/analytics/meta", test_meta);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
