#include "track/assign.h"
#include "track/gallery.h"
#include "track/kalman.h"
#include "track/tracker.h"

#include "compare.h"

#include <math.h>

/* The arithmetic of tracking, against numbers that were worked out by hand. */

#define NEAR(a, b) g_assert_cmpfloat_with_epsilon (a, b, 1e-9)

static void
test_iou (void)
{
  const GstWeirBox a = { 0, 0, 4, 4 }, b = { 2, 2, 4, 4 }, c = { 4, 0, 4, 4 };
  const GstWeirBox flat = { 1, 1, 0, 5 };
  GstWeirBox grown = gst_weir_box_grow (&c, 0.5);

  NEAR (gst_weir_box_iou (&a, &b), 4.0 / 28);
  NEAR (gst_weir_box_iou (&a, &a), 1);
  NEAR (gst_weir_box_iou (&a, &c), 0);
  NEAR (gst_weir_box_iou (&a, &flat), 0);
  NEAR (gst_weir_box_iou (&flat, &flat), 0);
  NEAR (grown.x, 2);
  NEAR (grown.y, -2);
  NEAR (grown.width, 8);
  NEAR (grown.height, 8);
}

/* Each row's best column is the first; together that costs more. */
static void
test_assign_square (void)
{
  const double cost[] = { 1, 2, 3, 2, 4, 6, 3, 6, 9 };
  int partner[3];

  gst_weir_assign (cost, 3, 3, 100, partner);
  g_assert_cmpint (partner[0], ==, 2); /* 3 + 4 + 3 = 10: every other order costs more */
  g_assert_cmpint (partner[1], ==, 1);
  g_assert_cmpint (partner[2], ==, 0);
}

static void
test_assign_limit (void)
{
  const double cost[] = { 0.1, 0.2, 0.3, 0.95 };
  const double wide[] = { 5, 1, 7 };
  const double tall[] = { 5, 1, 7 };
  int partner[3];

  gst_weir_assign (cost, 2, 2, 0.9, partner);
  g_assert_cmpint (partner[0], ==, 1); /* 0.2 + 0.3 is less than 0.1 + a lone row's 0.9 */
  g_assert_cmpint (partner[1], ==, 0);
  gst_weir_assign (cost, 2, 2, 0.25, partner);
  g_assert_cmpint (partner[0], ==, 0); /* 0.1 + 0.25; the second row's 0.3 is too much */
  g_assert_cmpint (partner[1], ==, -1);
  gst_weir_assign (wide, 1, 3, 10, partner);
  g_assert_cmpint (partner[0], ==, 1);
  gst_weir_assign (tall, 3, 1, 10, partner);
  g_assert_cmpint (partner[0], ==, -1);
  g_assert_cmpint (partner[1], ==, 0);
  g_assert_cmpint (partner[2], ==, -1);
  gst_weir_assign (NULL, 2, 0, 10, partner);
  g_assert_cmpint (partner[1], ==, -1);
  gst_weir_assign (NULL, 0, 2, 10, partner);
}

static double
total (const double *cost, const int *partner, guint rows, guint columns, double limit)
{
  double sum = 0;

  for (guint i = 0; i < rows; i++)
    sum += partner[i] < 0 ? limit : cost[i * columns + (guint) partner[i]];
  return sum;
}

/* The least sum, by trying everything. */
static double
least (const double *cost, guint row, guint rows, guint columns, guint used, double limit)
{
  double best;

  if (row == rows)
    return 0;
  best = limit + least (cost, row + 1, rows, columns, used, limit);
  for (guint j = 0; j < columns; j++)
    if (!(used & 1u << j))
      best = MIN (best, cost[row * columns + j] +
                            least (cost, row + 1, rows, columns, used | 1u << j, limit));
  return best;
}

static void
test_assign_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint n = 0; n < 2000; n++) {
    guint rows = (guint) g_rand_int_range (rand, 1, 6);
    guint columns = (guint) g_rand_int_range (rand, 1, 6);
    double cost[25];
    int partner[5];

    for (guint i = 0; i < rows * columns; i++)
      cost[i] = g_rand_int_range (rand, 0, 12) / 8.0; /* equal costs happen */
    gst_weir_assign (cost, rows, columns, 1, partner);
    NEAR (total (cost, partner, rows, columns, 1), least (cost, 0, rows, columns, 0, 1));
    for (guint i = 0; i < rows; i++)
      for (guint k = 0; k < i; k++)
        g_assert_true (partner[i] < 0 || partner[i] != partner[k]);
  }
}

/* x = 10, P = [4 0; 0 1]. After a frame with Q = [1 0; 0 .25]: P = [4+0+1+1 1; 1 1.25].
 * Measured 14 with R = 4: K = [6 1] / 10, so x = 12.4, v = 0.4,
 * P = [6*.4 1*.4; . 1.25-.1*1]. Two frames on: x = 13.2,
 * P = [2.4+4*.4+4*1.15+2  .4+2*1.15; . 1.15+.5]. */
static void
test_axis (void)
{
  GstWeirAxis axis;

  gst_weir_axis_init (&axis, 10, 2, 1);
  gst_weir_axis_predict (&axis, 1, 1, 0.5);
  NEAR (axis.value, 10);
  NEAR (axis.p_value, 6);
  NEAR (axis.p_both, 1);
  NEAR (axis.p_speed, 1.25);
  gst_weir_axis_correct (&axis, 14, 2);
  NEAR (axis.value, 12.4);
  NEAR (axis.speed, 0.4);
  NEAR (axis.p_value, 2.4);
  NEAR (axis.p_both, 0.4);
  NEAR (axis.p_speed, 1.15);
  gst_weir_axis_predict (&axis, 2, 1, 0.5);
  NEAR (axis.value, 13.2);
  NEAR (axis.p_value, 10.6);
  NEAR (axis.p_both, 2.7);
  NEAR (axis.p_speed, 1.65);
}

/* What moves evenly is found where it will be. */
static void
test_motion (void)
{
  GstWeirMotion motion;
  GstWeirBox box = { 100, 50, 40, 80 };

  gst_weir_motion_init (&motion, &box);
  for (guint i = 0; i < 40; i++) {
    box.x += 3;
    box.y -= 2;
    gst_weir_motion_predict (&motion, 1);
    gst_weir_motion_correct (&motion, &box);
  }
  gst_weir_motion_predict (&motion, 5);
  g_assert_cmpfloat_with_epsilon (gst_weir_motion_box (&motion).x, box.x + 15, 0.5);
  g_assert_cmpfloat_with_epsilon (gst_weir_motion_box (&motion).y, box.y - 10, 0.5);
  g_assert_cmpfloat_with_epsilon (gst_weir_motion_box (&motion).width, 40, 0.5);
}

/* 0.9, then 0.4 twice: 0.9 * .95 * .95 = 0.81225 against 0.4 * .95 + 0.4 = 0.78. A third
 * time: 0.7716 against 1.141. */
static void
test_votes (void)
{
  GQuark class = g_quark_from_static_string ("class");
  GQuark colour = g_quark_from_static_string ("colour");
  GstWeirVotes votes;

  gst_weir_votes_init (&votes);
  g_assert_null (gst_weir_votes_winner (&votes, class));
  gst_weir_votes_cast (&votes, class, "car", 1, 0.9);
  gst_weir_votes_cast (&votes, colour, "red", 5, 0.1);
  gst_weir_votes_cast (&votes, class, "bus", 2, 0.4);
  gst_weir_votes_cast (&votes, class, "bus", 2, 0.4);
  NEAR (gst_weir_votes_winner (&votes, class)->weight, 0.81225);
  g_assert_cmpstr (gst_weir_votes_winner (&votes, class)->label, ==, "car");
  gst_weir_votes_cast (&votes, class, "bus", 2, 0.4);
  NEAR (gst_weir_votes_winner (&votes, class)->weight, 1.141);
  g_assert_cmpstr (gst_weir_votes_winner (&votes, class)->label, ==, "bus");
  g_assert_cmpint (gst_weir_votes_winner (&votes, colour)->label_id, ==, 5);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *text = g_strdup_printf ("text %u", i);

    gst_weir_votes_cast (&votes, colour, text, (int) i, 0.01);
  }
  g_assert_cmpuint (votes.votes->len, ==, 64);
  gst_weir_votes_clear (&votes);
}

static GstWeirTracker *
make (GstWeirTrackingType type, const char *text)
{
  GstWeirTrackerConfig config = gst_weir_tracker_config (type);
  GError *error = NULL;

  if (text != NULL)
    gst_weir_tracker_configure (&config, text, &error);
  g_assert_no_error (error);
  return gst_weir_tracker_new (type, &config);
}

static GstWeirSighting
sight (double x, double y, double score)
{
  return (GstWeirSighting){ .box = { x, y, 20, 40 }, .score = score, .label_id = 1 };
}

static int
see_one (GstWeirTracker *tracker, double x, double score)
{
  GstWeirSighting one = sight (x, 10, score);

  gst_weir_tracker_update (tracker, 1, &one, 1);
  return one.id;
}

static const GstWeirTrackingType types[] = { GST_WEIR_TRACKING_ZERO_TERM,
                                             GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS,
                                             GST_WEIR_TRACKING_BYTE_TRACK };

/* Two pass each other: at @speed pixels a frame each, one @apart lower than the other,
 * with boxes that tremble; in turns the one or the other comes first in the list. In a
 * frame where one hides the other nobody can tell them; before and after it all can. */
static void
cross (GstWeirTrackingType type, double speed, double apart, guint seed)
{
  g_autoptr (GstWeirTracker) tracker = make (type, NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  int left = 0, right = 0;

  for (guint i = 0; i < 400 / speed; i++) {
    guint first = i % 2, second = 1 - first;
    GstWeirSighting both[2];

    both[first] = sight (i * speed + g_rand_double_range (rand, -0.5, 0.5),
                         50 + g_rand_double_range (rand, -0.5, 0.5), 0.9);
    both[second] = sight (400 - i * speed + g_rand_double_range (rand, -0.5, 0.5),
                          50 + apart + g_rand_double_range (rand, -0.5, 0.5), 0.9);
    gst_weir_tracker_update (tracker, 1, both, 2);
    if (i == 3) {
      left = both[first].id;
      right = both[second].id;
      g_assert_cmpint (left, !=, right);
    }
    if (i > 3 && gst_weir_box_iou (&both[0].box, &both[1].box) < 0.9) {
      g_assert_cmpint (both[first].id, ==, left);
      g_assert_cmpint (both[second].id, ==, right);
    }
  }
  g_assert_cmpint (gst_weir_tracker_last_id (tracker), ==, 2);
}

static void
test_crossing (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (types); t++)
    for (guint speed = 2; speed <= 12; speed++)
      for (guint seed = 0; seed < 20; seed++)
        cross (types[t], speed, seed, seed);
}

/* Behind a pillar for twelve frames. */
static void
test_occlusion (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (types); t++) {
    g_autoptr (GstWeirTracker) tracker = make (types[t], NULL);
    int id = 0;

    for (guint i = 0; i < 60; i++) {
      GstWeirSighting other = sight (300, 10, 0.9),
                      both[] = { sight (i * 4, 10, 0.9), other };
      gboolean hidden = i >= 30 && i < 42;

      gst_weir_tracker_update (tracker, 1, both + hidden, hidden ? 1 : 2);
      if (i == 20)
        id = both[0].id;
      if (i > 20 && !hidden)
        g_assert_cmpint (both[0].id, ==, id);
    }
    g_assert_cmpint (id, >, 0);
    g_assert_cmpint (gst_weir_tracker_last_id (tracker), ==, 2);
  }
}

/* One frame in five is looked at; in between boxes are where they should be. */
static void
test_coast (void)
{
  g_autoptr (GstWeirTracker) tracker =
      make (GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS, NULL);

  for (guint i = 0; i < 100; i++) {
    g_autoptr (GArray) found = NULL;

    if (i % 5 == 0) {
      g_assert_cmpint (see_one (tracker, i * 3, 0.8), ==, 1);
      continue;
    }
    found = gst_weir_tracker_coast (tracker, 1);
    g_assert_cmpuint (found->len, ==, 1);
    g_assert_cmpint (g_array_index (found, GstWeirSighting, 0).id, ==, 1);
    if (i > 30)
      g_assert_cmpfloat_with_epsilon (g_array_index (found, GstWeirSighting, 0).box.x,
                                      i * 3, 1);
  }
  for (guint i = 0; i < 40; i++) {
    g_autoptr (GArray) found = gst_weir_tracker_coast (tracker, 1);

    /* The last frame was one that was not looked at: the fifth of the five. */
    g_assert_cmpuint (found->len, ==, i < 1);
  }
  g_assert_cmpuint (gst_weir_tracker_n_tracks (tracker), ==, 0);
}

/* An unsure box continues what is known, but begins nothing. */
static void
test_byte_track (void)
{
  g_autoptr (GstWeirTracker) tracker = make (GST_WEIR_TRACKING_BYTE_TRACK, NULL);

  g_assert_cmpint (see_one (tracker, 0, 0.3), ==, 0);
  g_assert_cmpint (see_one (tracker, 0, 0.55), ==, 0); /* sure, but below new_score */
  g_assert_cmpuint (gst_weir_tracker_n_tracks (tracker), ==, 0);
  g_assert_cmpint (see_one (tracker, 0, 0.9), ==, 0); /* not confirmed yet */
  g_assert_cmpint (see_one (tracker, 1, 0.9), ==, 1);
  g_assert_cmpint (see_one (tracker, 2, 0.3), ==, 1);
  g_assert_cmpint (see_one (tracker, 3, 0.05), ==, 0); /* below low_score */
  g_assert_cmpint (see_one (tracker, 4, 0.3), ==, 0);  /* it was lost: a sure box only */
  g_assert_cmpint (see_one (tracker, 5, 0.5), ==, 1);
}

static void
test_classes (void)
{
  const char *const configs[] = { NULL, "tracking_per_class=false" };

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GstWeirTracker) tracker = make (GST_WEIR_TRACKING_ZERO_TERM, configs[i]);
    GstWeirSighting one = sight (0, 0, 0.9);

    gst_weir_tracker_update (tracker, 1, &one, 1);
    one.label_id = 2;
    gst_weir_tracker_update (tracker, 1, &one, 1);
    g_assert_cmpint (one.id, ==, i == 0 ? 2 : 1);
  }
}

static void
test_bounds (void)
{
  g_autoptr (GstWeirTracker) few =
      make (GST_WEIR_TRACKING_ZERO_TERM, "max_num_objects=1");
  g_autoptr (GstWeirTracker) all = make (GST_WEIR_TRACKING_ZERO_TERM, NULL);
  GstWeirSighting two[] = { sight (0, 0, 0.5), sight (100, 0, 0.9) };
  GstWeirSighting odd[] = { sight (NAN, 0, 0.9), sight (0, INFINITY, 0.9),
                            sight (1e300, 1e300, 0.9) };
  g_autofree GstWeirSighting *many = g_new (GstWeirSighting, 3000);

  gst_weir_tracker_update (few, 1, two, 2);
  g_assert_cmpint (two[0].id, ==, 0);
  g_assert_cmpint (two[1].id, ==, 1);
  gst_weir_tracker_update (few, 1, odd, 3);
  gst_weir_tracker_update (few, 1, odd, 3);
  g_assert_cmpint (odd[0].id, ==, 0);
  for (guint i = 0; i < 3000; i++)
    many[i] = sight (i * 50, 0, 0.9);
  gst_weir_tracker_update (all, 1, many, 3000);
  g_assert_cmpuint (gst_weir_tracker_n_tracks (all), ==, 512);
  g_assert_cmpint (many[511].id, ==, 512);
  g_assert_cmpint (many[512].id, ==, 0);
  gst_weir_tracker_reset (all);
  g_assert_cmpint (see_one (all, 0, 0.9), ==, 513);
}

/* (3,4) has the length 5; its cosine to (1,0) is 0.6, to (0,2) 0.8. */
static void
test_gallery (void)
{
  const float a[] = { 3, 4 }, b[] = { 1, 0 }, c[] = { 0, 2 }, d[] = { -6, -8 };
  const float none[] = { 0, 0 }, odd[] = { NAN, 1 }, three[] = { 1, 2, 3 };
  GstWeirGallery gallery = { 0 };

  NEAR (gst_weir_gallery_distance (&gallery, a, 2), 2);
  gst_weir_gallery_add (&gallery, none, 2, 2);
  gst_weir_gallery_add (&gallery, odd, 2, 2);
  NEAR (gst_weir_gallery_distance (&gallery, a, 2), 2);
  gst_weir_gallery_add (&gallery, b, 2, 2);
  NEAR (gst_weir_gallery_distance (&gallery, a, 2), 0.4);
  gst_weir_gallery_add (&gallery, c, 2, 2);
  NEAR (gst_weir_gallery_distance (&gallery, a, 2), 0.2);
  g_assert_cmpfloat_with_epsilon (gst_weir_gallery_distance (&gallery, d, 2), 1.6, 1e-6);
  gst_weir_gallery_add (&gallery, three, 3, 2);
  NEAR (gst_weir_gallery_distance (&gallery, three, 3), 2);
  NEAR (gst_weir_gallery_distance (&gallery, none, 2), 2);
  gst_weir_gallery_add (&gallery, d, 2, 2); /* in the place of b */
  g_assert_cmpfloat_with_epsilon (gst_weir_gallery_distance (&gallery, b, 2), 1, 1e-6);
  gst_weir_gallery_clear (&gallery);
}

/* Two meet behind a wall, turn round, and come out where they went in. By motion alone
 * each would be the other. */
static void
meet_and_turn (GstWeirTrackingType type, gboolean turned_known)
{
  static const float looks[2][4] = { { 1, 0.1f, 0, 0 }, { 0, 0, 1, 0.2f } };
  g_autoptr (GstWeirTracker) tracker = make (type, "max_lost=30");
  int first = 0, second = 0;

  for (guint i = 0; i < 60; i++) {
    gboolean hidden = i >= 22 && i < 38;
    double way = i < 30 ? i * 2 : (60 - i) * 2; /* forth, and back again */
    GstWeirSighting both[] = { sight (100 + way, 50, 0.9), sight (220 - way, 50, 0.9) };

    for (guint k = 0; k < 2; k++) {
      both[k].feature = looks[k];
      both[k].n_feature = 4;
    }
    gst_weir_tracker_update (tracker, 1, both, hidden ? 0 : 2);
    if (i == 10) {
      first = both[0].id;
      second = both[1].id;
      g_assert_cmpint (first * second, ==, 2);
    }
    if (i > 50) {
      g_assert_cmpint (both[0].id == first, ==, turned_known);
      g_assert_cmpint (both[1].id == second, ==, turned_known);
    }
  }
}

/* However alike: nobody is that fast. A box of 20 x 40 has the size 30; it may be 45 from
 * where it was in the frame before, and 15 more with each further frame. */
static void
test_reach (void)
{
  static const float look[] = { 1, 2 };
  static const struct {
    guint hidden;
    double x;
    int id;
  } rows[] = { { 0, 44, 1 }, { 0, 46, 2 }, { 3, 89, 1 }, { 3, 91, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GstWeirTracker) tracker = make (GST_WEIR_TRACKING_DEEP_SORT, "n_init=1");
    GstWeirSighting one = sight (0, 50, 0.9);

    one.feature = look;
    one.n_feature = 2;
    gst_weir_tracker_update (tracker, 1, &one, 1);
    for (guint k = 0; k < rows[i].hidden; k++)
      gst_weir_tracker_update (tracker, 1, &one, 0);
    one.box.x = rows[i].x;
    gst_weir_tracker_update (tracker, 1, &one, 1);
    g_assert_cmpint (one.id, ==, rows[i].id);
  }
}

static void
test_looks (void)
{
  meet_and_turn (GST_WEIR_TRACKING_DEEP_SORT, TRUE);
  meet_and_turn (GST_WEIR_TRACKING_BYTE_TRACK, FALSE);
}

static void
test_config (void)
{
  static const struct {
    const char *text, *says;
  } bad[] = {
    { "iou=2", "config: iou: expected a number from 0 to 1, found '2'" },
    { "iou=", "config: iou: expected a number from 0 to 1, found ''" },
    { "max_lost=x", "config: max_lost: expected a whole number up to 100000, found 'x'" },
    { "tracking_per_class=maybe", "expected true or false, found 'maybe'" },
    { "colour=red", "config: there is no key 'colour'" },
    { "iou", "config: iou: expected KEY=VALUE" },
  };
  GstWeirTrackerConfig config = gst_weir_tracker_config (GST_WEIR_TRACKING_BYTE_TRACK);
  GError *error = NULL;

  g_assert_true (gst_weir_tracker_configure (
      &config, " iou = 0.5, max_num_objects=-1,tracking_per_class=FALSE,", &error));
  NEAR (config.iou, 0.5);
  g_assert_cmpuint (config.max_objects, ==, 0);
  g_assert_false (config.per_class);
  NEAR (config.high_score, 0.5);
  g_assert_true (gst_weir_tracker_configure (
      &config, "max_iou_distance=0.9,max_age=7,n_init=4,nn_budget=5", &error));
  NEAR (config.iou, 0.1);
  g_assert_cmpuint (config.max_lost, ==, 7);
  g_assert_cmpuint (config.confirm, ==, 4);
  g_assert_cmpuint (config.budget, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (gst_weir_tracker_configure (&config, bad[i].text, &error));
    assert_says (error, bad[i].says);
    g_clear_error (&error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tracker/iou", test_iou);
  g_test_add_func ("/tracker/assign/square", test_assign_square);
  g_test_add_func ("/tracker/assign/limit", test_assign_limit);
  g_test_add_func ("/tracker/assign/random", test_assign_random);
  g_test_add_func ("/tracker/axis", test_axis);
  g_test_add_func ("/tracker/motion", test_motion);
  g_test_add_func ("/tracker/votes", test_votes);
  g_test_add_func ("/tracker/crossing", test_crossing);
  g_test_add_func ("/tracker/occlusion", test_occlusion);
  g_test_add_func ("/tracker/coast", test_coast);
  g_test_add_func ("/tracker/byte-track", test_byte_track);
  g_test_add_func ("/tracker/classes", test_classes);
  g_test_add_func ("/tracker/bounds", test_bounds);
  g_test_add_func ("/tracker/gallery", test_gallery);
  g_test_add_func ("/tracker/looks", test_looks);
  g_test_add_func ("/tracker/reach", test_reach);
  g_test_add_func ("/tracker/config", test_config);
  return g_test_run ();
}
