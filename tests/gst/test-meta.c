#include "lib/gstweirjson.h"
#include "lib/gstweirmeta.h"

#include <math.h>
#include <string.h>

static GstVideoRegionOfInterestMeta *
add (GstBuffer *buffer, const GstVideoInfo *info, double x, const char *label)
{
  return gst_weir_meta_add_region (buffer, info, x, 10, 20, 20, 0.5, 3, label);
}

static void
frame_init (GstVideoInfo *info)
{
  gst_video_info_init (info);
  g_assert_true (gst_video_info_set_format (info, GST_VIDEO_FORMAT_RGB, 100, 50));
}

/* Whoever looks at regions finds the one that was meant. */
static void
test_ids (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstVideoRegionOfInterestMeta *first, *second, *third;
  GstVideoInfo info;

  frame_init (&info);
  first = add (buffer, &info, 0, "a");
  second = add (buffer, &info, 30, "b");
  third = add (buffer, &info, 60, NULL);
  g_assert_cmpint (first->id, !=, second->id);
  g_assert_cmpint (second->id, !=, third->id);
  g_assert_cmpint (first->id, !=, third->id);
  g_assert_true (gst_weir_meta_find_region (buffer, second->id) == second);
  g_assert_cmpint (second->parent_id, ==, -1);
}

static void
test_outside (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  GstVideoInfo info;

  frame_init (&info);
  g_assert_null (add (buffer, &info, 100, "a"));
  g_assert_null (add (buffer, &info, NAN, "a"));
  g_assert_cmpuint (add (buffer, &info, -5, "a")->w, ==, 15);
}

static void
test_line (void)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new ();
  g_autofree char *line = NULL;
  GstVideoInfo info;

  frame_init (&info);
  add (buffer, &info, 25, "a");
  add (buffer, &info, 50, NULL)->parent_id = 0;
  line = gst_weir_json_frame (buffer, &info, 40, "door");
  g_assert_cmpstr (
      line, ==,
      "{\"objects\":["
      "{\"detection\":{\"bounding_box\":{\"x_max\":0.45000000000000001,\"x_min\":0.25,"
      "\"y_max\":0.59999999999999998,\"y_min\":0.20000000000000001},\"confidence\":0.5,"
      "\"label\":\"a\",\"label_id\":3},\"h\":20,\"region_id\":0,\"roi_type\":\"a\","
      "\"w\":20,\"x\":25,\"y\":10},"
      "{\"detection\":{\"bounding_box\":{\"x_max\":0.69999999999999996,\"x_min\":0.5,"
      "\"y_max\":0.59999999999999998,\"y_min\":0.20000000000000001},\"confidence\":0.5,"
      "\"label_id\":3},\"h\":20,\"region_id\":1,\"parent_id\":0,\"roi_type\":\"\","
      "\"w\":20,\"x\":50,\"y\":10}],"
      "\"resolution\":{\"height\":50,\"width\":100},\"schema_version\":1,"
      "\"source\":\"door\",\"timestamp\":40}");
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/meta/ids", test_ids);
  g_test_add_func ("/meta/outside", test_outside);
  g_test_add_func ("/meta/line", test_line);
  return g_test_run ();
}
