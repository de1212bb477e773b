#pragma once

#include "box.h"
#include "votes.h"

/** GstWeirTrackingType: numbers of DL Streamer where it has the same; the rest from 16.
 */
typedef enum {
  GST_WEIR_TRACKING_ZERO_TERM = 0,
  GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS = 1,
  GST_WEIR_TRACKING_ZERO_TERM_IMAGELESS = 2,
  GST_WEIR_TRACKING_DEEP_SORT = 3,
  GST_WEIR_TRACKING_BYTE_TRACK = 16,
} GstWeirTrackingType;

/**
 * GstWeirTrackerConfig:
 * @per_class: objects of different classes are never the same
 * @max_objects: the best so many of a frame; 0 for all
 * @max_lost: frames after which an object that is not seen is forgotten
 * @extrapolate: frames for which it is shown where it should be, while none are looked at
 * @confirm: frames in which it must be seen before it has an id
 * @high_score: boxes from this score on are sure
 * @low_score: boxes below are left alone
 * @new_score: an object begins with at least this
 * @iou: what box and track must share at least
 * @max_cosine: how different two looks of one object may be
 * @budget: looks of an object that are kept
 */
typedef struct {
  gboolean per_class;
  guint max_objects;
  guint max_lost;
  guint extrapolate;
  guint confirm;
  double high_score, low_score, new_score;
  double iou;
  double max_cosine;
  guint budget;
} GstWeirTrackerConfig;

/** gst_weir_tracker_config: the defaults of @type. */
GstWeirTrackerConfig gst_weir_tracker_config (GstWeirTrackingType type);
/** gst_weir_tracker_configure: reads KEY=VALUE,KEY=VALUE… over what @config says; the
 * error names the key, what was expected and what was found. */
gboolean gst_weir_tracker_configure (GstWeirTrackerConfig *config, const char *text,
                                     GError **error);

/** GstWeirSighting: a box of one frame; @id: what the tracker knows it by, 0 for none;
 * @feature: (nullable): how it looks, @n_feature numbers. */
typedef struct {
  GstWeirBox box;
  double score;
  int label_id;
  GQuark label;
  int id;
  const float *feature;
  guint n_feature;
} GstWeirSighting;

typedef struct _GstWeirTracker GstWeirTracker;

GstWeirTracker *gst_weir_tracker_new (GstWeirTrackingType type,
                                      const GstWeirTrackerConfig *config);
void gst_weir_tracker_free (GstWeirTracker *tracker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWeirTracker, gst_weir_tracker_free)

/** gst_weir_tracker_reset: forgets all objects; their ids are not given again. */
void gst_weir_tracker_reset (GstWeirTracker *tracker);

/**
 * gst_weir_tracker_update:
 * @frames: how much later than the last one, in frames
 * @sightings: all boxes of a frame; they get their ids
 */
void gst_weir_tracker_update (GstWeirTracker *tracker, double frames,
                              GstWeirSighting *sightings, guint n);

/**
 * gst_weir_tracker_coast: (transfer full) (element-type GstWeirSighting):
 * @frames: how much later than the last one, in frames
 *
 * For a frame that nobody looked at: where the objects should be.
 */
GArray *gst_weir_tracker_coast (GstWeirTracker *tracker, double frames);

/** gst_weir_tracker_votes: (nullable) (transfer none): of the object @id. */
GstWeirVotes *gst_weir_tracker_votes (GstWeirTracker *tracker, int id);
/** gst_weir_tracker_n_tracks: objects that are known, the lost ones too. */
guint gst_weir_tracker_n_tracks (const GstWeirTracker *tracker);
/** gst_weir_tracker_skip_ids: ids up to @last_id are taken. */
void gst_weir_tracker_skip_ids (GstWeirTracker *tracker, int last_id);
/** gst_weir_tracker_last_id: as many ids were given. */
int gst_weir_tracker_last_id (const GstWeirTracker *tracker);
