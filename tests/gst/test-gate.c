#include "lib/gstweirmeta.h"
#include "models.h"
#include "regions.h"

#include "ir/build.h"

/* Which frames and regions a network looks at, and what is kept of it in between. */

#define RGB_CAPS "video/x-raw,format=RGB,framerate=10/1,width=320,height=240"

/* A harness counts as live: it would not wait for the model. */
static void
wait_for_model (Run *run, const char *factory)
{
  GstElement *element = gst_harness_find_element (run->harness, factory);
  gboolean there = FALSE;

  for (guint i = 0; i < 30000 && !there; i++) {
    g_autoptr (GstStructure) stats = NULL;

    g_object_get (element, "stats", &stats, NULL);
    there = gst_structure_has_field (stats, "device");
    if (!there)
      g_usleep (1000);
  }
  g_assert_true (there);
  gst_object_unref (element);
}

/* A classifier: the strongest of red, green and blue. */
static Run
colours (const char *properties)
{
  g_autoptr (WeirModel) model = mean_network ();
  g_autofree char *path = write_network (model);
  g_autofree char *line = g_strdup_printf (
      "weirclassify model=%s labels=red,green,blue reverse-input-channels=true %s", path,
      properties);
  Run run = run_new (line);

  wait_for_model (&run, "weirclassify");
  gst_harness_set_src_caps_str (run.harness, RGB_CAPS);
  gst_video_info_set_format (&run.info, GST_VIDEO_FORMAT_RGB, 320, 240);
  return run;
}

/* A frame of one colour: 0 red, 1 green, 2 blue. */
static GstBuffer *
paint (Run *run, guint colour)
{
  GstBuffer *buffer = frame_new (run);
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  for (gsize i = colour; i < map.size; i += 3)
    map.data[i] = 255;
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

static const char *
label_of (GstBuffer *buffer, guint index)
{
  GstStructure *structure = gst_video_region_of_interest_meta_get_param (
      region (buffer, index), "classification");
  guint count = 0;

  for (GList *l = region (buffer, index)->params; l != NULL; l = l->next)
    count += gst_structure_has_name (l->data, "classification");
  g_assert_cmpuint (count, <=, 1);
  return structure != NULL ? gst_structure_get_string (structure, "label") : NULL;
}

static guint64
inferences (Run *run, const char *factory)
{
  GstElement *element = gst_harness_find_element (run->harness, factory);
  g_autoptr (GstStructure) stats = NULL;
  guint64 count = 0;

  g_object_get (element, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint64 (stats, "inferences", &count));
  gst_object_unref (element);
  return count;
}

/* Red, green, blue, red … in turns. Object 5 comes in frame 1, when all is green. */
static void
test_reclassify (void)
{
  static const struct {
    const char *properties;
    guint looks; /* at object 3 in 8 frames, at object 5 in 7, and at the nameless one */
    const char *labels; /* of object 3, by their first letters */
    const char *others; /* of object 5, from frame 1 on */
  } rows[] = {
    { "", 8 + 7 + 8, "rgbrgbrg", "gbrgbrg" },
    { "reclassify-interval=4", 2 + 2 + 8, "rrrrgggg", "ggggbbb" },
    { "reclassify-interval=0", 1 + 1 + 8, "rrrrrrrr", "ggggggg" },
    { "reclassify-interval=4 nireq=3", 2 + 2 + 8, "rrrrgggg", "ggggbbb" },
    /* Frames 0, 3 and 6 alone, where all is red. */
    { "reclassify-interval=0 inference-interval=3", 1 + 1 + 3, "rrrrrrrr", "--rrrrr" },
  };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++) {
    Run run = colours (rows[r].properties);

    for (guint i = 0; i < 8; i++) {
      GstBuffer *buffer = paint (&run, i % 3);

      add (&run, buffer, 10, 0.9, "a", 0);
      gst_weir_meta_set_object_id (region (buffer, 0), 3);
      add (&run, buffer, 60, 0.9, "a", 0);
      if (i > 0) {
        add (&run, buffer, 110, 0.9, "a", 0);
        gst_weir_meta_set_object_id (region (buffer, 2), 5);
      }
      buffer = through (&run, buffer);
      g_assert_cmpint (*label_of (buffer, 0), ==, rows[r].labels[i]);
      if (i > 0 && rows[r].others[i - 1] == '-')
        g_assert_null (label_of (buffer, 2));
      else if (i > 0)
        g_assert_cmpint (*label_of (buffer, 2), ==, rows[r].others[i - 1]);
      gst_buffer_unref (buffer);
    }
    g_assert_cmpuint (inferences (&run, "weirclassify"), ==, rows[r].looks);
    gst_harness_teardown (run.harness);
  }
}

/* After a seek everybody is looked at again. */
static void
test_reclassify_flush (void)
{
  Run run = colours ("reclassify-interval=0");

  for (guint i = 0; i < 4; i++) {
    GstBuffer *buffer = paint (&run, i);

    if (i == 2) {
      gst_buffer_unref (buffer);
      flush (&run);
      buffer = paint (&run, 1);
    }
    add (&run, buffer, 10, 0.9, "a", 0);
    gst_weir_meta_set_object_id (region (buffer, 0), 3);
    buffer = through (&run, buffer);
    g_assert_cmpstr (label_of (buffer, 0), ==, i < 2 ? "red" : "green");
    gst_buffer_unref (buffer);
  }
  gst_harness_teardown (run.harness);
}

/* Regions are 30 x 60. */
static void
test_regions (void)
{
  static const struct {
    const char *properties;
    gboolean looks;
  } rows[] = {
    { "object-class=face", TRUE },
    { "object-class=car", FALSE },
    { "input-object-min-width=30 input-object-min-height=60", TRUE },
    { "input-object-min-width=31", FALSE },
    { "input-object-min-height=61", FALSE },
    { "input-object-max-width=30 input-object-max-height=60", TRUE },
    { "input-object-max-width=29", FALSE },
    { "input-object-max-height=59", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Run run = colours (rows[i].properties);
    GstBuffer *buffer = paint (&run, 2);

    add (&run, buffer, 10, 0.9, "face", 0);
    buffer = through (&run, buffer);
    g_assert_cmpstr (label_of (buffer, 0), ==, rows[i].looks ? "blue" : NULL);
    gst_buffer_unref (buffer);
    gst_harness_teardown (run.harness);
  }
}

/* A detector that always finds the same: boxes of 32 x 24 and of 160 x 120 pixels. */
static char *
fixed_detector (void)
{
  static const float found[] = { 0, 1, 0.9f, 0.0f, 0.0f, 0.1f, 0.1f,
                                 0, 2, 0.8f, 0.5f, 0.5f, 1.0f, 1.0f };
  WeirGraph *graph = weir_graph_new ();
  WeirBuilder b = WEIR_BUILDER (graph);
  WeirPort x = weir_build_parameter (&b, "x", WEIR_DTYPE_F32, &WEIR_SHAPE (1, 3, 8, 8));
  WeirPort axes = weir_build_i64 (&b, "axes", (gint64[]){ 0, 1, 2, 3 }, 4);
  WeirPort y = weir_build2 (&b, "ReduceMean", "mean", x, axes);
  g_autoptr (WeirModel) model = NULL;

  y = weir_build2 (&b, "Multiply", "nothing", y, weir_build_scalar (&b, "zero", y, 0));
  y = weir_build2 (
      &b, "Add", "found", y,
      weir_build_constant (&b, "boxes",
                           weir_tensor_new_f32 (&WEIR_SHAPE (1, 1, 2, 7), found)));
  weir_build_result (&b, "found", y);
  g_assert_no_error (b.error);
  model = weir_model_new (graph, "fixed", "ir");
  return write_network (model);
}

static void
test_detected (void)
{
  static const struct {
    const char *properties;
    const char *found; /* numbers of their classes */
  } rows[] = {
    { "", "12" },
    { "detected-min-w=33", "2" },
    { "detected-min-h=25", "2" },
    { "detected-max-w=159", "1" },
    { "detected-max-h=119", "1" },
    { "detected-min-w=33 detected-max-h=119", "" },
  };
  g_autofree char *path = fixed_detector ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *line =
        g_strdup_printf ("weirdetect model=%s %s", path, rows[i].properties);
    g_autoptr (GString) found = g_string_new (NULL);
    Run run = run_new (line);
    GstBuffer *buffer;

    wait_for_model (&run, "weirdetect");
    buffer = through (&run, frame_new (&run));
    for (guint k = 0; region (buffer, k) != NULL; k++) {
      int label_id;

      gst_weir_meta_confidence (region (buffer, k), &label_id);
      g_string_append_printf (found, "%d", label_id);
    }
    g_assert_cmpstr (found->str, ==, rows[i].found);
    gst_buffer_unref (buffer);
    gst_harness_teardown (run.harness);
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  register_elements ();
  g_test_add_func ("/gst/gate/reclassify", test_reclassify);
  g_test_add_func ("/gst/gate/reclassify-flush", test_reclassify_flush);
  g_test_add_func ("/gst/gate/regions", test_regions);
  g_test_add_func ("/gst/gate/detected", test_detected);
  result = g_test_run ();
  gst_deinit ();
  return result;
}
