#include "analytics/watch.h"

#include "compare.h"

#include <math.h>

/* Zones, tripwires and speeds, against numbers that were worked out by hand. */

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-9)

typedef GstWeirPoint P;

static void
test_polygon (void)
{
  /* An L: the square from 0 to 4 without its upper right quarter. */
  const P corners[] = { { 0, 0 }, { 2, 0 }, { 2, 2 }, { 4, 2 }, { 4, 4 }, { 0, 4 } };
  static const struct {
    P at;
    gboolean inside;
  } cases[] = {
    { { 1, 1 }, TRUE },   { { 3, 3 }, TRUE }, { { 3, 1 }, FALSE }, { { 5, 3 }, FALSE },
    { { -1, 3 }, FALSE }, { { 1, 2 }, TRUE }, { { 3, 5 }, FALSE },
  };
  /* Two squares that share an edge: each point of it is in one of them. */
  const P left[] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };
  const P right[] = { { 1, 0 }, { 2, 0 }, { 2, 1 }, { 1, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (gst_weir_polygon_holds (corners, 6, cases[i].at), ==,
                     cases[i].inside);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (gst_weir_polygon_holds (left, 4, (P){ 1, i / 10.0 }) +
                         gst_weir_polygon_holds (right, 4, (P){ 1, i / 10.0 }),
                     ==, 1);
}

/* A wire from the left to the right of the picture: above it is left of it. */
static void
test_crossing (void)
{
  const P a = { 0, 10 }, b = { 10, 10 };

  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 12 }, (P){ 5, 8 }), ==, 1);
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 8 }, (P){ 5, 12 }), ==, -1);
  g_assert_cmpint (gst_weir_line_crossing (b, a, (P){ 5, 8 }, (P){ 5, 12 }), ==, 1);
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 8 }, (P){ 7, 9 }), ==, 0);
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 15, 8 }, (P){ 15, 12 }), ==, 0);
  /* Over the end of the wire, though not over the wire: from (9,8) to (13,12) at x 11. */
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 9, 8 }, (P){ 13, 12 }), ==, 0);
  /* In two steps that meet on the wire: once. */
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 12 }, (P){ 5, 10 }), ==, 0);
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 10 }, (P){ 5, 8 }), ==, 1);
  g_assert_cmpint (gst_weir_line_crossing (a, b, (P){ 5, 10 }, (P){ 7, 10 }), ==, 0);
}

/* A road, 4 m wide and 20 m long: its near end is 100 pixels wide, its far end 50. Its
 * middle is where the diagonals (0,100)-(75,0) and (100,100)-(25,0) meet. */
static void
test_homography (void)
{
  const P image[] = { { 0, 100 }, { 100, 100 }, { 75, 0 }, { 25, 0 } };
  const P metres[] = { { 0, 0 }, { 4, 0 }, { 4, 20 }, { 0, 20 } };
  const P line[] = { { 0, 0 }, { 1, 1 }, { 2, 2 }, { 0, 5 } };
  const P bow[] = { { 0, 0 }, { 4, 20 }, { 4, 0 }, { 0, 20 } };
  GstWeirHomography h;
  P at;

  g_assert_true (gst_weir_homography_solve (&h, image, metres));
  for (guint i = 0; i < 4; i++) {
    g_assert_true (gst_weir_homography_apply (&h, image[i], &at));
    NEAR (at.x, metres[i].x);
    NEAR (at.y, metres[i].y);
  }
  g_assert_true (gst_weir_homography_apply (&h, (P){ 50, 100.0 / 3 }, &at));
  NEAR (at.x, 2);
  NEAR (at.y, 10);
  /* The edges meet at (50, -100): there is the horizon. */
  g_assert_false (gst_weir_homography_apply (&h, (P){ 50, -100 }, &at));
  g_assert_false (gst_weir_homography_apply (&h, (P){ 50, -300 }, &at));
  g_assert_false (gst_weir_homography_solve (&h, line, metres));
  g_assert_false (gst_weir_homography_solve (&h, image, line));
  g_assert_false (gst_weir_homography_solve (&h, image, bow));
}

static GstWeirScene *
scene_of (const char *zones, const char *tripwires, const char *ground)
{
  const GstWeirSceneText text = {
    .zones = zones, .tripwires = tripwires, .ground = ground, .scale_x = 1, .scale_y = 1
  };
  GError *error = NULL;
  GstWeirScene *scene = gst_weir_scene_new (&text, &error);

  g_assert_no_error (error);
  return scene;
}

static void
test_config (void)
{
  const GstWeirSceneText text = {
    .config =
        "{\"zones\":[{\"id\":\"a\",\"type\":\"polygon\",\"points\":[{\"x\":0,\"y\":0},"
        "[1,0],[1,1]],\"labels\":[\"person\"],\"color\":{\"r\":1,\"g\":2,\"b\":3},"
        "\"thickness\":4,\"crowd-threshold\":3,\"crowd-time\":2.5,"
        "\"track-dwell-time\":false,\"object-retention\":1}],"
        "\"tripwires\":[{\"id\":\"w\",\"points\":[[0,0],[1,1]]}]}",
    .tripwires = "[{\"id\":\"v\",\"points\":[[0,0.5],[1,0.5]]}]",
    .scale_x = 200,
    .scale_y = 100,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstWeirScene) scene = gst_weir_scene_new (&text, &error);
  const GstWeirZone *zone;
  const GstWeirTripwire *wire;

  g_assert_no_error (error);
  zone = scene->zones->pdata[0];
  wire = scene->tripwires->pdata[0];
  g_assert_cmpuint (zone->n_corners, ==, 3);
  NEAR (zone->corners[2].x, 200);
  NEAR (zone->corners[2].y, 100);
  g_assert_cmpint (zone->mark.color, ==, 0x010203);
  g_assert_cmpuint (zone->mark.thickness, ==, 4);
  g_assert_cmpuint (zone->crowd, ==, 3);
  NEAR (zone->crowd_time, 2.5);
  NEAR (zone->retention, 1);
  g_assert_false (zone->dwell);
  g_assert_true (gst_weir_mark_takes (&zone->mark, "person"));
  g_assert_false (gst_weir_mark_takes (&zone->mark, "car"));
  g_assert_false (gst_weir_mark_takes (&zone->mark, NULL));
  g_assert_cmpuint (scene->tripwires->len, ==, 1);
  g_assert_cmpstr (wire->mark.id, ==, "v");
  NEAR (wire->b.y, 50);
  g_assert_true (gst_weir_mark_takes (&wire->mark, NULL));
  g_assert_false (scene->has_ground);
}

static void
test_bad_config (void)
{
  static const struct {
    GstWeirSceneText text;
    const char *says;
  } cases[] = {
    { { .config = "[]" }, "config: expected an object" },
    { { .config = "{" }, "config: " },
    { { .config = "{\"zone\":[]}" }, "config: there is no key 'zone' here" },
    { { .zones = "{}" }, "zones: expected a list" },
    { { .zones = "[3]" }, "zones: number 1: expected an object, found 3" },
    { { .zones = "[{\"type\":\"circle\",\"radius\":2}]" },
      "zones: number 1: id: expected a text, found nothing" },
    { { .zones = "[{\"id\":\"a\"}]" },
      "zones: number 1: type: expected polygon or circle, found nothing" },
    { { .zones = "[{\"id\":\"a\",\"type\":\"circle\",\"radius\":0}]" },
      "zones: number 1: radius: expected a number above 0, found 0" },
    { { .zones = "[{\"id\":\"a\",\"type\":\"circle\",\"radius\":-1}]" },
      "zones: number 1: radius: expected a number of 0 or more, found -1" },
    { { .zones = "[{\"id\":\"a\",\"type\":\"polygon\",\"points\":[[1,1],[2,2]]}]" },
      "points: expected at least 3 of a polygon, found 2" },
    { { .zones = "[{\"id\":\"a\",\"type\":\"polygon\",\"points\":[[1,\"b\"]]}]" },
      "points: expected a point {\"x\": 1, \"y\": 2} or [1, 2], found [1,\"b\"]" },
    { { .zones = "[{\"id\":\"a\",\"type\":\"circle\",\"radius\":1},"
                 "{\"id\":\"a\",\"type\":\"circle\",\"radius\":1}]" },
      "zones: number 2: id: there is another 'a'" },
    { { .zones = "[{\"id\":\"a\",\"dwell\":true}]" }, "there is no key 'dwell' here" },
    { { .zones = "[{\"id\":\"a\",\"color\":{\"r\":1,\"g\":2,\"b\":256}}]" },
      "color: expected r, g and b from 0 to 255" },
    { { .zones = "[{\"id\":\"a\",\"crowd-threshold\":1.5}]" },
      "crowd-threshold: expected a whole number of 0 or more, found 1.5" },
    { { .zones = "[{\"id\":\"a\",\"track-dwell-time\":1}]" },
      "track-dwell-time: expected true or false, found 1" },
    { { .zones = "[{\"id\":\"a\",\"labels\":[1]}]" },
      "labels: expected a list of texts, found [1]" },
    { { .tripwires = "[{\"id\":\"a\",\"points\":[[1,1]]}]" },
      "tripwires: number 1: points: expected 2, found 1" },
    { { .ground =
            "{\"image\":[[0,0],[1,0],[1,1]],\"metres\":[[0,0],[1,0],[1,1],[0,1]]}" },
      "ground: expected 4 points of image and 4 of metres, found 3 and 4" },
    { { .ground = "{\"image\":[[0,0],[1,0],[2,0],[0,1]],"
                  "\"metres\":[[0,0],[1,0],[1,1],[0,1]]}" },
      "ground: three of the points are on one line" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (gst_weir_scene_new (&cases[i].text, &error));
    assert_says (error, cases[i].says);
  }
}

typedef struct {
  GstWeirWatch *watch;
  GArray *findings, *events;
} Run;

static Run
run_new (GstWeirScene *scene)
{
  Run run = { gst_weir_watch_new (), g_array_new (FALSE, FALSE, sizeof (GstWeirFinding)),
              g_array_new (FALSE, FALSE, sizeof (GstWeirEvent)) };

  gst_weir_watch_set_scene (run.watch, scene);
  return run;
}

static void
run_clear (Run *run)
{
  gst_weir_watch_free (run->watch);
  g_array_unref (run->findings);
  g_array_unref (run->events);
}

static void
see (Run *run, double time, const GstWeirVisitor *visitors, guint n)
{
  g_array_set_size (run->findings, 0);
  g_array_set_size (run->events, 0);
  gst_weir_watch_frame (run->watch, time, visitors, n, run->findings, run->events);
}

static void
see_at (Run *run, double time, int id, double x, double y)
{
  const GstWeirVisitor v = { id, "person", { x, y }, { x, y } };

  see (run, time, &v, 1);
}

static const GstWeirFinding *
finding (const Run *run, GstWeirFound found)
{
  for (guint i = 0; i < run->findings->len; i++)
    if (g_array_index (run->findings, GstWeirFinding, i).found == found)
      return &g_array_index (run->findings, GstWeirFinding, i);
  return NULL;
}

static const GstWeirEvent *
only_event (const Run *run)
{
  g_assert_cmpuint (run->events->len, ==, 1);
  return &g_array_index (run->events, GstWeirEvent, 0);
}

#define CIRCLE \
  "[{\"id\":\"a\",\"type\":\"circle\",\"center\":[10,10],\"radius\":5" MORE "}]"

/* In at 1 s, last seen inside at 3 s, out; half a second later it has left. */
static void
test_dwell (void)
{
#define MORE ""
  Run run = run_new (scene_of (CIRCLE, NULL, NULL));
#undef MORE

  see_at (&run, 0, 7, 0, 10);
  g_assert_null (finding (&run, GST_WEIR_FOUND_IN_ZONE));
  see_at (&run, 1, 7, 5, 10); /* on its edge */
  g_assert_cmpint (only_event (&run)->kind, ==, GST_WEIR_EVENT_ENTER);
  g_assert_cmpint (only_event (&run)->id, ==, 7);
  NEAR (finding (&run, GST_WEIR_FOUND_IN_ZONE)->value, 0);
  see_at (&run, 3, 7, 10, 10);
  NEAR (finding (&run, GST_WEIR_FOUND_IN_ZONE)->value, 2);
  see_at (&run, 3.4, 7, 20, 10);
  g_assert_cmpuint (run.events->len, ==, 0);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).count, ==, 1);
  see (&run, 3.6, NULL, 0);
  g_assert_cmpint (only_event (&run)->kind, ==, GST_WEIR_EVENT_LEAVE);
  NEAR (only_event (&run)->value, 2);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).count, ==, 0);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).entered, ==, 1);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).left, ==, 1);
  see_at (&run, 4, 0, 10, 10); /* nobody knows it: it counts, and has no time */
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).count, ==, 1);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).entered, ==, 1);
  g_assert_cmpfloat (finding (&run, GST_WEIR_FOUND_IN_ZONE)->value, <, 0);
  run_clear (&run);
}

static void
test_crowd (void)
{
#define MORE ",\"crowd-threshold\":2,\"crowd-time\":1,\"labels\":[\"person\"]"
  Run run = run_new (scene_of (CIRCLE, NULL, NULL));
#undef MORE
  const GstWeirVisitor all[] = { { 1, "person", { 10, 10 }, { 0, 0 } },
                                 { 2, "person", { 11, 10 }, { 0, 0 } },
                                 { 3, "car", { 11, 10 }, { 0, 0 } } };

  see (&run, 0, all + 1, 2);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).count, ==, 1);
  see (&run, 1, all, 3);
  g_assert_false (gst_weir_watch_zone (run.watch, 0).crowded);
  see (&run, 1.9, all, 3);
  g_assert_cmpuint (run.events->len, ==, 0);
  see (&run, 2, all, 3);
  g_assert_cmpint (only_event (&run)->kind, ==, GST_WEIR_EVENT_CROWD);
  g_assert_cmpuint (only_event (&run)->count, ==, 2);
  see (&run, 3, all, 1);
  g_assert_cmpuint (run.events->len, ==, 2); /* number 2 has left, and so has the crowd */
  g_assert_false (gst_weir_watch_zone (run.watch, 0).crowded);
  run_clear (&run);
}

#define WIRE "[{\"id\":\"w\",\"points\":[[0,10],[20,10]]}]"

static void
test_counts (void)
{
  Run run = run_new (scene_of (NULL, WIRE, NULL));

  see_at (&run, 0, 1, 5, 20);
  see_at (&run, 1, 1, 5, 0);
  g_assert_cmpint (only_event (&run)->kind, ==, GST_WEIR_EVENT_CROSS);
  NEAR (finding (&run, GST_WEIR_FOUND_CROSSING)->value, 1);
  see_at (&run, 2, 1, 5, 20);
  see_at (&run, 3, 1, 5, 0);
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).in, ==, 2);
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).out, ==, 1);
  see_at (&run, 9, 1, 5, 20); /* six seconds away: nobody knows how it came there */
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).out, ==, 1);
  gst_weir_watch_reset (run.watch);
  see_at (&run, 0, 1, 5, 0);
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).in, ==, 2);
  run_clear (&run);
}

/* A box of size 20 that trembles on the line by one pixel, and then walks on: with a
 * margin of a tenth it has crossed once, two pixels behind the line. */
static void
test_margin (void)
{
  static const double ys[] = { 20, 11, 9.5, 10.5, 9, 11, 9, 8, 9, 11, 5 };
  Run run = run_new (scene_of (NULL, WIRE, NULL));

  for (guint i = 0; i < G_N_ELEMENTS (ys); i++) {
    const GstWeirVisitor v = { 1, NULL, { 5, ys[i] }, { 5, ys[i] }, 20 };

    see (&run, i * 0.1, &v, 1);
    g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).in, ==, i >= 7);
    g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).out, ==, 0);
  }
  NEAR (gst_weir_line_distance ((P){ 0, 0 }, (P){ 3, 4 }, (P){ 5, 0 }), 4);
  NEAR (gst_weir_line_distance ((P){ 1, 1 }, (P){ 1, 1 }, (P){ 4, 5 }), 5);
  run_clear (&run);
}

/* Another scene: who is in a zone stays there, totals stay, a new wire begins at 0. */
static void
test_edit (void)
{
#define MORE ""
  Run run = run_new (scene_of (CIRCLE, WIRE, NULL));
#undef MORE

  see_at (&run, 0, 1, 10, 12);
  see_at (&run, 1, 1, 10, 8);
  gst_weir_watch_set_scene (
      run.watch,
      scene_of ("[{\"id\":\"b\",\"type\":\"circle\",\"center\":[10,10],\"radius\":9},"
                "{\"id\":\"a\",\"type\":\"circle\",\"center\":[10,0],\"radius\":9}]",
                "[{\"id\":\"new\",\"points\":[[0,5],[20,5]]},"
                "{\"id\":\"w\",\"points\":[[0,1],[20,1]]}]",
                NULL));
  see_at (&run, 2, 1, 10, 4);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).entered, ==, 1);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 1).entered, ==, 1);
  NEAR (g_array_index (run.findings, GstWeirFinding, 0).value, 0);
  NEAR (g_array_index (run.findings, GstWeirFinding, 1).value, 2);
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 0).in, ==, 1);
  g_assert_cmpuint (gst_weir_watch_tripwire (run.watch, 1).in, ==, 1);
  run_clear (&run);
}

/* 3 m in x and 4 m in y each second; ten pixels are a metre. Trembling by one pixel in
 * turns, in time with the frames, must not show. */
static void
test_speed (void)
{
  Run run = run_new (scene_of (
      NULL, NULL,
      "{\"image\":[[0,0],[100,0],[100,100],[0,100]],\"metres\":[[0,0],[10,0],[10,10],[0,"
      "10]]}"));

  for (guint i = 0; i < 30; i++) {
    double t = i / 10.0;

    see_at (&run, t, 1, 30 * t, 40 * t);
    if (i < 3)
      g_assert_null (finding (&run, GST_WEIR_FOUND_SPEED));
    else
      NEAR (finding (&run, GST_WEIR_FOUND_SPEED)->value, 5);
  }
  gst_weir_watch_reset (run.watch);
  for (guint i = 0; i < 100; i++) {
    see_at (&run, i / 30.0, 1, 50 + i % 2, 50);
    if (i > 30)
      g_assert_cmpfloat (finding (&run, GST_WEIR_FOUND_SPEED)->value, <, 0.02);
  }
  run_clear (&run);
}

static void
test_bounds (void)
{
#define MORE ",\"object-retention\":100"
  Run run = run_new (scene_of (CIRCLE, WIRE, NULL));
#undef MORE

  for (guint i = 0; i < 10000; i++)
    see_at (&run, i * 1e-4, (int) i + 1, 10, 10);
  g_assert_cmpuint (gst_weir_watch_zone (run.watch, 0).entered, ==, 4096);
  run_clear (&run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scene/polygon", test_polygon);
  g_test_add_func ("/scene/crossing", test_crossing);
  g_test_add_func ("/scene/homography", test_homography);
  g_test_add_func ("/scene/config", test_config);
  g_test_add_func ("/scene/bad-config", test_bad_config);
  g_test_add_func ("/scene/dwell", test_dwell);
  g_test_add_func ("/scene/crowd", test_crowd);
  g_test_add_func ("/scene/counts", test_counts);
  g_test_add_func ("/scene/margin", test_margin);
  g_test_add_func ("/scene/edit", test_edit);
  g_test_add_func ("/scene/speed", test_speed);
  g_test_add_func ("/scene/bounds", test_bounds);
  return g_test_run ();
}
