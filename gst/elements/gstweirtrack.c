#include "elements.h"
#include "gstweirmetafilter.h"
#include "lib/gstweirmeta.h"
#include "track/gallery.h"
#include "track/tracker.h"

/**
 * SECTION: element-weirtrack
 *
 * Follows objects from frame to frame: each region gets a structure "object_id" with its
 * id. docs/elements/weirtrack.md tells the ways it knows and their configuration.
 *
 * |[
 * gst-launch-1.0 filesrc location=a.mp4 ! decodebin ! videoconvert !
 *     weirdetect model=net.onnx inference-interval=3 !
 *     weirtrack tracking-type=short-term-imageless ! weiroverlay ! videoconvert !
 *     autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_TRACK (gst_weir_track_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirTrack, gst_weir_track, GST, WEIR_TRACK, GstWeirMetaFilter)

struct _GstWeirTrack {
  GstWeirMetaFilter parent;
  GstWeirTrackingType type;
  char *config;
  char *deep_sort;
  gboolean voting;
  gboolean drop;
  gboolean changed; /* a property: the tracker begins anew with the next frame */
  GstWeirTracker *tracker;
  guint extrapolate;
  GstClockTime last;
  guint64 frames;
};

G_DEFINE_TYPE (GstWeirTrack, gst_weir_track, GST_TYPE_WEIR_META_FILTER)
GST_ELEMENT_REGISTER_DEFINE (weirtrack, "weirtrack", GST_RANK_NONE, GST_TYPE_WEIR_TRACK)

enum {
  PROP_0,
  PROP_TRACKING_TYPE,
  PROP_CONFIG,
  PROP_DEEPSORT_TRCK_CFG,
  PROP_LABEL_VOTING,
  PROP_DROP_UNTRACKED,
  PROP_STATS,
};

/* After so many frames without a picture nothing is where it was. */
#define MAX_GAP 1000

static GType
tracking_type (void)
{
  static const GEnumValue values[] = {
    { GST_WEIR_TRACKING_ZERO_TERM, "needs each frame looked at", "zero-term" },
    { GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS,
      "shows objects also on frames that were not looked at", "short-term-imageless" },
    { GST_WEIR_TRACKING_ZERO_TERM_IMAGELESS, "the same as zero-term",
      "zero-term-imageless" },
    { GST_WEIR_TRACKING_DEEP_SORT, "by how objects look, with an embedding network",
      "deep-sort" },
    { GST_WEIR_TRACKING_BYTE_TRACK, "sure boxes first, then unsure ones for what is left",
      "byte-track" },
    { 0, NULL, NULL }
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWeirTrackingType", values));
  return type;
}

/* The ids go on where a tracker is replaced: none means two objects. */
static gboolean
make_tracker (GstWeirTrack *self, GError **error)
{
  GstWeirTrackerConfig config = gst_weir_tracker_config (self->type);
  GstWeirTracker *fresh;

  if (self->config != NULL && !gst_weir_tracker_configure (&config, self->config, error))
    return FALSE;
  if (self->deep_sort != NULL &&
      !gst_weir_tracker_configure (&config, self->deep_sort, error))
    return FALSE;
  fresh = gst_weir_tracker_new (self->type, &config);
  if (self->tracker != NULL)
    gst_weir_tracker_skip_ids (fresh, gst_weir_tracker_last_id (self->tracker));
  g_clear_pointer (&self->tracker, gst_weir_tracker_free);
  self->tracker = fresh;
  self->extrapolate = config.extrapolate;
  return TRUE;
}

static gboolean
gst_weir_track_begin (GstWeirMetaFilter *filter)
{
  GstWeirTrack *self = GST_WEIR_TRACK (filter);
  g_autoptr (GError) error = NULL;
  gboolean good;

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->tracker, gst_weir_tracker_free);
  self->frames = 0;
  self->last = GST_CLOCK_TIME_NONE;
  self->changed = FALSE;
  good = make_tracker (self, &error);
  GST_OBJECT_UNLOCK (self);
  if (!good)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
  return good;
}

static void
gst_weir_track_reset (GstWeirMetaFilter *filter)
{
  GstWeirTrack *self = GST_WEIR_TRACK (filter);

  GST_OBJECT_LOCK (self);
  if (self->tracker != NULL)
    gst_weir_tracker_reset (self->tracker);
  self->last = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

/* A change that cannot be read is told, and the old configuration goes on. */
static void
take_changes (GstWeirTrack *self)
{
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->changed)
    make_tracker (self, &error);
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (error != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
}

/* How many frames after the last one; one where times or rates are not known. */
static double
frames_since (GstWeirTrack *self, const GstVideoInfo *info, GstClockTime time)
{
  double seconds, frames;

  if (!GST_CLOCK_TIME_IS_VALID (self->last) || time <= self->last ||
      GST_VIDEO_INFO_FPS_N (info) <= 0)
    return 1;
  seconds = (double) (time - self->last) / GST_SECOND;
  frames = seconds * GST_VIDEO_INFO_FPS_N (info) / GST_VIDEO_INFO_FPS_D (info);
  return CLAMP (frames, 1, MAX_GAP);
}

/* Regions that came with an id keep it. */
static GPtrArray *
regions_of (GstBuffer *buffer)
{
  GPtrArray *regions = g_ptr_array_new ();
  gpointer meta, state = NULL;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL)
    if (gst_video_region_of_interest_meta_get_param (meta, "object_id") == NULL)
      g_ptr_array_add (regions, meta);
  return regions;
}

/* The first output of a network that looked at the region and could be a feature vector.
 */
static const float *
feature_of (GstBuffer *buffer, int region, guint *n)
{
  gpointer item, state = NULL;

  while ((item = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_WEIR_TENSOR_META_API_TYPE)) != NULL) {
    const GstWeirTensorMeta *meta = item;

    for (guint i = 0; meta->region == region && i < meta->n; i++) {
      gsize count = weir_tensor_count (meta->tensors[i]);

      if (weir_tensor_dtype (meta->tensors[i]) != WEIR_DTYPE_F32 || count < 2 ||
          count > GST_WEIR_MAX_FEATURE)
        continue;
      *n = (guint) count;
      return weir_tensor_data (meta->tensors[i]);
    }
  }
  return NULL;
}

/* A region that nobody scored is sure. */
static GstWeirSighting
sighting_of (GstBuffer *buffer, GstVideoRegionOfInterestMeta *roi)
{
  GstWeirSighting sighting = { .box = { roi->x, roi->y, roi->w, roi->h },
                               .label = roi->roi_type };
  int label_id = -1;
  double score = gst_weir_meta_confidence (roi, &label_id);

  if (gst_video_region_of_interest_meta_get_param (roi, "detection") == NULL)
    score = 1;
  sighting.score = score;
  sighting.label_id = label_id;
  sighting.feature = feature_of (buffer, roi->id, &sighting.n_feature);
  return sighting;
}

/* What a structure's votes are about: the classifier's question, or the class itself. */
static GQuark
topic_of (const GstStructure *structure)
{
  const char *name = gst_structure_get_string (structure, "attribute_name");

  return g_quark_from_string (name != NULL ? name : gst_structure_get_name (structure));
}

static void
vote (GstWeirVotes *votes, GstVideoRegionOfInterestMeta *roi, GstStructure *structure)
{
  const char *label = gst_structure_get_string (structure, "label");
  const GstWeirVote *winner;
  GQuark topic = topic_of (structure);
  double confidence = 1;
  int label_id = -1;

  if (label == NULL)
    return;
  gst_structure_get_double (structure, "confidence", &confidence);
  gst_structure_get_int (structure, "label_id", &label_id);
  gst_weir_votes_cast (votes, topic, label, label_id, confidence);
  winner = gst_weir_votes_winner (votes, topic);
  gst_structure_set (structure, "label", G_TYPE_STRING, winner->label, "label_id",
                     G_TYPE_INT, winner->label_id, NULL);
  if (gst_structure_has_name (structure, "detection"))
    roi->roi_type = g_quark_from_string (winner->label);
}

static void
mark (GstWeirTrack *self, GstBuffer *buffer, GstVideoRegionOfInterestMeta *roi, int id)
{
  GstWeirVotes *votes = gst_weir_tracker_votes (self->tracker, id);

  if (id == 0) {
    if (self->drop)
      gst_buffer_remove_meta (buffer, &roi->meta);
    return;
  }
  for (GList *l = roi->params; self->voting && votes != NULL && l != NULL; l = l->next)
    vote (votes, roi, l->data);
  gst_weir_meta_set_object_id (roi, id);
}

static void
follow (GstWeirTrack *self, GstBuffer *buffer, const GPtrArray *regions, double frames)
{
  g_autofree GstWeirSighting *sightings = g_new (GstWeirSighting, MAX (regions->len, 1));

  for (guint i = 0; i < regions->len; i++)
    sightings[i] = sighting_of (buffer, regions->pdata[i]);
  gst_weir_tracker_update (self->tracker, frames, sightings, regions->len);
  for (guint i = 0; i < regions->len; i++)
    mark (self, buffer, regions->pdata[i], sightings[i].id);
}

static void
extrapolate (GstWeirTrack *self, GstBuffer *buffer, const GstVideoInfo *info,
             double frames)
{
  g_autoptr (GArray) found = gst_weir_tracker_coast (self->tracker, frames);

  for (guint i = 0; i < found->len; i++) {
    const GstWeirSighting *s = &g_array_index (found, GstWeirSighting, i);
    GstVideoRegionOfInterestMeta *roi = gst_weir_meta_add_region (
        buffer, info, s->box.x, s->box.y, s->box.width, s->box.height, s->score,
        s->label_id, g_quark_to_string (s->label));

    if (roi != NULL)
      gst_weir_meta_set_object_id (roi, s->id);
  }
}

/* A frame without regions was not looked at, where such frames are expected. */
static void
gst_weir_track_frame (GstWeirMetaFilter *filter, GstBuffer *buffer,
                      const GstVideoInfo *info, GstClockTime time)
{
  GstWeirTrack *self = GST_WEIR_TRACK (filter);
  g_autoptr (GPtrArray) regions = NULL;
  double frames;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP))
    return;
  take_changes (self);
  regions = regions_of (buffer);
  GST_OBJECT_LOCK (self);
  frames = frames_since (self, info, time);
  if (regions->len == 0 && self->extrapolate > 0)
    extrapolate (self, buffer, info, frames);
  else
    follow (self, buffer, regions, frames);
  self->last = time;
  self->frames++;
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
make_stats (GstWeirTrack *self)
{
  GstWeirTracker *t = self->tracker;

  return gst_structure_new ("weir-stats", "frames", G_TYPE_UINT64, self->frames, "tracks",
                            G_TYPE_UINT, t != NULL ? gst_weir_tracker_n_tracks (t) : 0,
                            "ids", G_TYPE_INT,
                            t != NULL ? gst_weir_tracker_last_id (t) : 0, NULL);
}

static void
gst_weir_track_set_property (GObject *object, guint id, const GValue *value,
                             GParamSpec *spec)
{
  GstWeirTrack *self = GST_WEIR_TRACK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_TRACKING_TYPE:
    self->type = (GstWeirTrackingType) g_value_get_enum (value);
    self->changed = TRUE;
    break;
  case PROP_CONFIG:
    g_free (self->config);
    self->config = g_value_dup_string (value);
    self->changed = TRUE;
    break;
  case PROP_DEEPSORT_TRCK_CFG:
    g_free (self->deep_sort);
    self->deep_sort = g_value_dup_string (value);
    self->changed = TRUE;
    break;
  case PROP_LABEL_VOTING:
    self->voting = g_value_get_boolean (value);
    break;
  case PROP_DROP_UNTRACKED:
    self->drop = g_value_get_boolean (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_track_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirTrack *self = GST_WEIR_TRACK (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
  case PROP_TRACKING_TYPE:
    g_value_set_enum (value, (int) self->type);
    break;
  case PROP_CONFIG:
    g_value_set_string (value, self->config);
    break;
  case PROP_DEEPSORT_TRCK_CFG:
    g_value_set_string (value, self->deep_sort);
    break;
  case PROP_LABEL_VOTING:
    g_value_set_boolean (value, self->voting);
    break;
  case PROP_DROP_UNTRACKED:
    g_value_set_boolean (value, self->drop);
    break;
  case PROP_STATS:
    g_value_take_boxed (value, make_stats (self));
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_track_finalize (GObject *object)
{
  GstWeirTrack *self = GST_WEIR_TRACK (object);

  g_clear_pointer (&self->tracker, gst_weir_tracker_free);
  g_free (self->config);
  g_free (self->deep_sort);
  G_OBJECT_CLASS (gst_weir_track_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (
      klass, PROP_TRACKING_TYPE,
      g_param_spec_enum ("tracking-type", "Tracking type", "how objects are followed",
                         tracking_type (), GST_WEIR_TRACKING_ZERO_TERM, flags));
  g_object_class_install_property (
      klass, PROP_CONFIG,
      g_param_spec_string ("config", "Configuration",
                           "KEY=VALUE,KEY=VALUE… (docs/elements/weirtrack.md)", NULL,
                           flags));
  g_object_class_install_property (
      klass, PROP_DEEPSORT_TRCK_CFG,
      g_param_spec_string ("deepsort-trck-cfg", "Deep-sort configuration",
                           "more of the same, read behind config", NULL, flags));
  g_object_class_install_property (
      klass, PROP_LABEL_VOTING,
      g_param_spec_boolean ("label-voting", "Label voting",
                            "each object has the label that it was given most, weighted "
                            "by scores; classifications too",
                            FALSE, flags));
  g_object_class_install_property (
      klass, PROP_DROP_UNTRACKED,
      g_param_spec_boolean ("drop-untracked", "Drop untracked",
                            "removes regions that have no id", FALSE, flags));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "frames, tracks, ids that were given",
                          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_weir_track_class_init (GstWeirTrackClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWeirMetaFilterClass *filter_class = GST_WEIR_META_FILTER_CLASS (klass);

  object_class->set_property = gst_weir_track_set_property;
  object_class->get_property = gst_weir_track_get_property;
  object_class->finalize = gst_weir_track_finalize;
  filter_class->begin = gst_weir_track_begin;
  filter_class->reset = gst_weir_track_reset;
  filter_class->frame = gst_weir_track_frame;
  install_properties (object_class);
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir tracker", "Filter/Analyzer/Video",
      "Follows objects from frame to frame", "The Weir authors");
}

static void
gst_weir_track_init (GstWeirTrack *self)
{
  self->type = GST_WEIR_TRACKING_ZERO_TERM;
}
