#include "tracker.h"

#include "assign.h"
#include "gallery.h"
#include "kalman.h"

#include <math.h>

/* Pairing is cubic in them: a frame of noise must not stop the stream. */
#define MAX_SIGHTINGS 512
#define MAX_TRACKS    1024
/* Looks of one object that are kept at most, whatever the configuration says. */
#define MAX_BUDGET 1000
/* How far an object may be from where it was seen, in parts of its size: at once, and
 * more with each frame. */
#define FIRST_REACH 1.0
#define REACH       0.5

typedef struct {
  int id; /* 0 until it is confirmed */
  GstWeirMotion motion;
  GstWeirBox last; /* where it was seen */
  double score;
  int label_id;
  GQuark label;
  guint seen;
  double unseen;   /* frames since it was seen */
  gboolean missed; /* the last frame that was looked at did not have it */
  gboolean taken;  /* in this frame */
  GstWeirGallery gallery;
  GstWeirVotes votes;
} Track;

struct _GstWeirTracker {
  GstWeirTrackingType type;
  GstWeirTrackerConfig config;
  GPtrArray *tracks;
  int last_id;
};

/**
 * Stage:
 * @sure: takes boxes from the high score on, else those below
 * @lost: looks also at tracks that the last frame did not have
 * @looks: compares how they look and not where they are, where that is possible at all
 * @blind: only pairs whose looks cannot be compared
 * @grow: both boxes are grown by this share: for what moves by more than its own size
 * @iou: what they must share then; 0: what the configuration says
 */
typedef struct {
  gboolean sure;
  gboolean lost;
  gboolean looks;
  gboolean blind;
  double grow;
  double iou;
} Stage;

#define MAX_STAGES 3

/* How boxes and tracks find each other. ByteTrack's second stage has its number from the
 * paper: unsure boxes must overlap by half. */
static const struct {
  GstWeirTrackingType type;
  guint n_stages;
  Stage stages[MAX_STAGES];
} manners[] = {
  { GST_WEIR_TRACKING_ZERO_TERM,
    2,
    { { .sure = TRUE, .lost = TRUE }, { .sure = TRUE, .lost = TRUE, .grow = 0.5 } } },
  { GST_WEIR_TRACKING_ZERO_TERM_IMAGELESS,
    2,
    { { .sure = TRUE, .lost = TRUE }, { .sure = TRUE, .lost = TRUE, .grow = 0.5 } } },
  { GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS,
    2,
    { { .sure = TRUE, .lost = TRUE }, { .sure = TRUE, .lost = TRUE, .grow = 1 } } },
  { GST_WEIR_TRACKING_DEEP_SORT,
    3,
    { { .sure = TRUE, .lost = TRUE, .looks = TRUE },
      { .sure = TRUE },
      { .sure = TRUE, .lost = TRUE, .blind = TRUE, .grow = 0.5 } } },
  { GST_WEIR_TRACKING_BYTE_TRACK,
    3,
    { { .sure = TRUE, .lost = TRUE },
      { .sure = FALSE, .lost = FALSE, .iou = 0.5 },
      { .sure = TRUE, .lost = TRUE, .grow = 0.5 } } },
};

static void
track_free (gpointer data)
{
  Track *track = data;

  gst_weir_votes_clear (&track->votes);
  gst_weir_gallery_clear (&track->gallery);
  g_free (track);
}

GstWeirTracker *
gst_weir_tracker_new (GstWeirTrackingType type, const GstWeirTrackerConfig *config)
{
  GstWeirTracker *tracker = g_new0 (GstWeirTracker, 1);

  tracker->type = type;
  tracker->config = *config;
  tracker->tracks = g_ptr_array_new_with_free_func (track_free);
  return tracker;
}

void
gst_weir_tracker_free (GstWeirTracker *tracker)
{
  g_ptr_array_unref (tracker->tracks);
  g_free (tracker);
}

void
gst_weir_tracker_reset (GstWeirTracker *tracker)
{
  g_ptr_array_set_size (tracker->tracks, 0);
}

static Track *
track_at (const GstWeirTracker *tracker, guint index)
{
  return tracker->tracks->pdata[index];
}

static void
predict (GstWeirTracker *tracker, double frames)
{
  for (guint i = 0; i < tracker->tracks->len; i++) {
    Track *track = track_at (tracker, i);

    if (track->unseen > 0)
      gst_weir_motion_keep_size (&track->motion);
    gst_weir_motion_predict (&track->motion, frames);
    track->unseen += frames;
    track->taken = FALSE;
  }
}

/* What one stage pairs: rows and columns of its matrix. */
typedef struct {
  GArray *sightings; /* guint */
  GArray *tracks;    /* guint */
  double *cost;
  int *partner;
} Pairing;

static void
pairing_clear (Pairing *pairing)
{
  g_array_unref (pairing->sightings);
  g_array_unref (pairing->tracks);
  g_free (pairing->cost);
  g_free (pairing->partner);
}

/* More than any limit. */
#define NEVER 3

/* Motion says little of who was hidden for long: it may have turned round. */
static gboolean
can_be (const Track *track, const GstWeirBox *box)
{
  const GstWeirBox *last = &track->last;
  double dx = box->x + box->width / 2 - last->x - last->width / 2;
  double dy = box->y + box->height / 2 - last->y - last->height / 2;
  double size = (last->width + last->height) / 2;

  return hypot (dx, dy) <= size * (FIRST_REACH + REACH * track->unseen);
}

static double
look_cost (const GstWeirSighting *sighting, const Track *track)
{
  if (sighting->feature == NULL || !can_be (track, &sighting->box))
    return NEVER;
  return gst_weir_gallery_distance (&track->gallery, sighting->feature,
                                    sighting->n_feature);
}

static double
cost_of (const GstWeirTracker *tracker, const Stage *stage,
         const GstWeirSighting *sighting, const Track *track)
{
  GstWeirBox at = gst_weir_motion_box (&track->motion), box = sighting->box;

  if (tracker->config.per_class && sighting->label_id != track->label_id)
    return NEVER;
  if (stage->blind && sighting->feature != NULL && track->gallery.n > 0)
    return NEVER;
  if (stage->looks)
    return look_cost (sighting, track);
  at = gst_weir_box_grow (&at, stage->grow);
  box = gst_weir_box_grow (&box, stage->grow);
  return 1 - gst_weir_box_iou (&at, &box);
}

static gboolean
stage_wants (const GstWeirTracker *tracker, const Stage *stage,
             const GstWeirSighting *sighting)
{
  return (sighting->score >= tracker->config.high_score) == stage->sure &&
         sighting->score >= tracker->config.low_score;
}

/* @order: the sightings that have no track yet. */
static Pairing
pairing_of (const GstWeirTracker *tracker, const Stage *stage,
            const GstWeirSighting *sightings, const GArray *order)
{
  Pairing p = { .sightings = g_array_new (FALSE, FALSE, sizeof (guint)),
                .tracks = g_array_new (FALSE, FALSE, sizeof (guint)) };

  for (guint i = 0; i < order->len; i++) {
    guint s = g_array_index (order, guint, i);

    if (stage_wants (tracker, stage, &sightings[s]))
      g_array_append_val (p.sightings, s);
  }
  for (guint i = 0; i < tracker->tracks->len; i++) {
    const Track *track = track_at (tracker, i);

    if (!track->taken && (stage->lost || !track->missed))
      g_array_append_val (p.tracks, i);
  }
  p.cost = g_new (double, MAX ((gsize) p.sightings->len * p.tracks->len, 1));
  p.partner = g_new (int, MAX (p.sightings->len, 1));
  for (guint i = 0; i < p.sightings->len; i++)
    for (guint k = 0; k < p.tracks->len; k++)
      p.cost[(gsize) i * p.tracks->len + k] =
          cost_of (tracker, stage, &sightings[g_array_index (p.sightings, guint, i)],
                   track_at (tracker, g_array_index (p.tracks, guint, k)));
  return p;
}

static void
meet (GstWeirTracker *tracker, Track *track, GstWeirSighting *sighting)
{
  gst_weir_motion_correct (&track->motion, &sighting->box);
  track->last = sighting->box;
  track->score = sighting->score;
  track->label = sighting->label;
  track->label_id = sighting->label_id;
  track->unseen = 0;
  track->missed = FALSE;
  track->taken = TRUE;
  track->seen++;
  if (track->id == 0 && track->seen >= tracker->config.confirm)
    track->id = ++tracker->last_id;
  sighting->id = track->id;
  if (sighting->feature != NULL)
    gst_weir_gallery_add (&track->gallery, sighting->feature, sighting->n_feature,
                          MIN (tracker->config.budget, MAX_BUDGET));
}

static void
strike (GArray *order, guint sighting)
{
  for (guint i = 0; i < order->len; i++)
    if (g_array_index (order, guint, i) == sighting) {
      g_array_remove_index (order, i);
      return;
    }
}

static void
run_stage (GstWeirTracker *tracker, const Stage *stage, GstWeirSighting *sightings,
           GArray *order)
{
  Pairing p = pairing_of (tracker, stage, sightings, order);
  double limit = 1 - (stage->iou > 0 ? stage->iou : tracker->config.iou);

  if (stage->looks)
    limit = tracker->config.max_cosine;

  gst_weir_assign (p.cost, p.sightings->len, p.tracks->len, limit, p.partner);
  for (guint i = 0; i < p.sightings->len; i++) {
    guint s = g_array_index (p.sightings, guint, i);

    if (p.partner[i] < 0)
      continue;
    meet (tracker,
          track_at (tracker, g_array_index (p.tracks, guint, (guint) p.partner[i])),
          &sightings[s]);
    strike (order, s);
  }
  pairing_clear (&p);
}

static void
begin (GstWeirTracker *tracker, GstWeirSighting *sighting)
{
  Track *track;

  if (sighting->score < tracker->config.new_score || tracker->tracks->len >= MAX_TRACKS ||
      tracker->last_id >= G_MAXINT - MAX_TRACKS)
    return;
  track = g_new0 (Track, 1);
  gst_weir_motion_init (&track->motion, &sighting->box);
  gst_weir_votes_init (&track->votes);
  meet (tracker, track, sighting);
  g_ptr_array_add (tracker->tracks, track);
}

/* What was never confirmed is forgotten at once. */
static void
forget (GstWeirTracker *tracker)
{
  for (guint i = tracker->tracks->len; i-- > 0;) {
    Track *track = track_at (tracker, i);

    track->missed = !track->taken;
    if (track->missed && (track->id == 0 || track->unseen > tracker->config.max_lost))
      g_ptr_array_remove_index (tracker->tracks, i);
  }
}

static gboolean
is_sound (const GstWeirSighting *s)
{
  return isfinite (s->box.x) && isfinite (s->box.y) && isfinite (s->box.width) &&
         isfinite (s->box.height) && s->box.width > 0 && s->box.height > 0;
}

static int
best_first (gconstpointer a, gconstpointer b, gpointer data)
{
  const GstWeirSighting *sightings = data;
  guint i = *(const guint *) a, k = *(const guint *) b;
  double x = sightings[i].score, y = sightings[k].score;

  if (x != y)
    return x > y ? -1 : 1;
  return i < k ? -1 : i > k;
}

/* The sightings that are tracked, the best first. */
static GArray *
order_of (const GstWeirTracker *tracker, GstWeirSighting *sightings, guint n)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  guint most = tracker->config.max_objects;

  most = most > 0 ? MIN (most, MAX_SIGHTINGS) : MAX_SIGHTINGS;
  for (guint i = 0; i < n; i++) {
    sightings[i].id = 0;
    if (is_sound (&sightings[i]))
      g_array_append_val (order, i);
  }
  g_array_sort_with_data (order, best_first, sightings);
  g_array_set_size (order, MIN (order->len, most));
  return order;
}

void
gst_weir_tracker_update (GstWeirTracker *tracker, double frames,
                         GstWeirSighting *sightings, guint n)
{
  g_autoptr (GArray) order = order_of (tracker, sightings, n);

  predict (tracker, frames);
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    for (guint k = 0; manners[i].type == tracker->type && k < manners[i].n_stages; k++)
      run_stage (tracker, &manners[i].stages[k], sightings, order);
  forget (tracker);
  for (guint i = 0; i < order->len; i++)
    begin (tracker, &sightings[g_array_index (order, guint, i)]);
}

GArray *
gst_weir_tracker_coast (GstWeirTracker *tracker, double frames)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (GstWeirSighting));

  predict (tracker, frames);
  for (guint i = tracker->tracks->len; i-- > 0;)
    if (track_at (tracker, i)->unseen > tracker->config.max_lost)
      g_ptr_array_remove_index (tracker->tracks, i);
  for (guint i = 0; i < tracker->tracks->len; i++) {
    const Track *track = track_at (tracker, i);
    const GstWeirSighting sighting = { gst_weir_motion_box (&track->motion),
                                       track->score,
                                       track->label_id,
                                       track->label,
                                       track->id,
                                       NULL,
                                       0 };

    if (track->id != 0 && !track->missed && track->unseen <= tracker->config.extrapolate)
      g_array_append_val (found, sighting);
  }
  return found;
}

GstWeirVotes *
gst_weir_tracker_votes (GstWeirTracker *tracker, int id)
{
  for (guint i = 0; i < tracker->tracks->len; i++)
    if (track_at (tracker, i)->id == id && id != 0)
      return &track_at (tracker, i)->votes;
  return NULL;
}

guint
gst_weir_tracker_n_tracks (const GstWeirTracker *tracker)
{
  return tracker->tracks->len;
}

int
gst_weir_tracker_last_id (const GstWeirTracker *tracker)
{
  return tracker->last_id;
}

void
gst_weir_tracker_skip_ids (GstWeirTracker *tracker, int last_id)
{
  tracker->last_id = last_id;
}
