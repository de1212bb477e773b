#include "analytics/watch.h"
#include "elements.h"
#include "gstweirmetafilter.h"
#include "lib/gstweirmeta.h"
#include "lib/gstweirscenemeta.h"

/**
 * SECTION: element-weiranalytics
 *
 * Watches zones and tripwires: who is where and for how long, who crossed which line in
 * which direction, how many, how fast in metres. What it watches may be changed while the
 * video runs. docs/elements/weiranalytics.md has the form of its configuration.
 *
 * |[
 * gst-launch-1.0 filesrc location=a.mp4 ! decodebin ! videoconvert !
 *     weirdetect model=net.onnx ! weirtrack !
 *     weiranalytics tripwires='[{"id":"door","points":[[100,200],[300,200]]}]' !
 *     weirpublish file-path=found.jsonl ! weiroverlay ! videoconvert ! autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_ANALYTICS (gst_weir_analytics_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirAnalytics, gst_weir_analytics, GST, WEIR_ANALYTICS,
                      GstWeirMetaFilter)

typedef enum { POINT_CENTER, POINT_BOTTOM_CENTER } EvaluationPoint;

struct _GstWeirAnalytics {
  GstWeirMetaFilter parent;
  char *config;
  char *zones;
  char *tripwires;
  char *ground;
  gboolean relative;
  EvaluationPoint point;
  char *config_text;    /* what the file held */
  GError *config_error; /* or why it could not be read */
  gboolean changed;     /* the scene is to be made anew */
  GstWeirWatch *watch;
};

G_DEFINE_TYPE (GstWeirAnalytics, gst_weir_analytics, GST_TYPE_WEIR_META_FILTER)
GST_ELEMENT_REGISTER_DEFINE (weiranalytics, "weiranalytics", GST_RANK_NONE,
                             GST_TYPE_WEIR_ANALYTICS)

enum {
  PROP_0,
  PROP_CONFIG,
  PROP_ZONES,
  PROP_TRIPWIRES,
  PROP_GROUND,
  PROP_COORDINATES,
  PROP_EVALUATION_POINT,
  PROP_STATS,
};

static GType
coordinates_type (void)
{
  static const GEnumValue values[] = { { 0, "pixels of the frame", "pixels" },
                                       { 1, "parts of the frame, 0 to 1", "relative" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type,
                       g_enum_register_static ("GstWeirAnalyticsCoordinates", values));
  return type;
}

static GType
evaluation_point_type (void)
{
  static const GEnumValue values[] = {
    { POINT_CENTER, "the middle of the box", "center" },
    { POINT_BOTTOM_CENTER, "the middle of its lower edge", "bottom-center" },
    { 0, NULL, NULL }
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (
        &type, g_enum_register_static ("GstWeirAnalyticsEvaluationPoint", values));
  return type;
}

static void
read_config (GstWeirAnalytics *self)
{
  g_clear_pointer (&self->config_text, g_free);
  g_clear_error (&self->config_error);
  if (self->config != NULL && *self->config != '\0')
    g_file_get_contents (self->config, &self->config_text, NULL, &self->config_error);
}

static gboolean
make_scene (GstWeirAnalytics *self, double width, double height, GError **error)
{
  const GstWeirSceneText text = { .config = self->config_text,
                                  .zones = self->zones,
                                  .tripwires = self->tripwires,
                                  .ground = self->ground,
                                  .scale_x = self->relative ? width : 1,
                                  .scale_y = self->relative ? height : 1 };
  GstWeirScene *scene;

  if (self->config_error != NULL) {
    g_propagate_error (error, g_error_copy (self->config_error));
    return FALSE;
  }
  scene = gst_weir_scene_new (&text, error);
  if (scene == NULL)
    return FALSE;
  gst_weir_watch_set_scene (self->watch, scene);
  return TRUE;
}

/* The size of the frame is not known yet: the scene is made again with the first one. */
static gboolean
gst_weir_analytics_begin (GstWeirMetaFilter *filter)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (filter);
  g_autoptr (GError) error = NULL;
  gboolean good;

  GST_OBJECT_LOCK (self);
  gst_weir_watch_free (self->watch);
  self->watch = gst_weir_watch_new ();
  read_config (self);
  good = make_scene (self, 1, 1, &error);
  self->changed = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (!good)
    GST_ELEMENT_ERROR (self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
  return good;
}

static void
gst_weir_analytics_reset (GstWeirMetaFilter *filter)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (filter);

  GST_OBJECT_LOCK (self);
  gst_weir_watch_reset (self->watch);
  self->changed = TRUE;
  GST_OBJECT_UNLOCK (self);
}

/* A scene that cannot be read is told, and the old one stays. */
static void
take_changes (GstWeirAnalytics *self, const GstVideoInfo *info)
{
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->changed)
    make_scene (self, GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info), &error);
  self->changed = FALSE;
  GST_OBJECT_UNLOCK (self);
  if (error != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", error->message), (NULL));
}

static GArray *
visitors_of (const GstWeirAnalytics *self, GstBuffer *buffer, GPtrArray *regions)
{
  GArray *visitors = g_array_new (FALSE, TRUE, sizeof (GstWeirVisitor));
  gpointer meta, state = NULL;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL) {
    GstVideoRegionOfInterestMeta *roi = meta;
    GstWeirVisitor v = { .id = gst_weir_meta_object_id (roi),
                         .label = g_quark_to_string (roi->roi_type) };

    v.foot = (GstWeirPoint){ roi->x + roi->w / 2.0, (double) roi->y + roi->h };
    v.at = v.foot;
    v.size = ((double) roi->w + roi->h) / 2;
    if (self->point == POINT_CENTER)
      v.at.y = roi->y + roi->h / 2.0;
    g_array_append_val (visitors, v);
    g_ptr_array_add (regions, roi);
  }
  return visitors;
}

static GstStructure *
param_of (const GstWeirScene *scene, const GstWeirFinding *finding)
{
  GstStructure *param = NULL;
  const GstWeirMark *mark;

  switch (finding->found) {
  case GST_WEIR_FOUND_IN_ZONE:
    mark = scene->zones->pdata[finding->mark];
    param = gst_structure_new ("zone", "id", G_TYPE_STRING, mark->id, NULL);
    if (finding->value >= 0)
      gst_structure_set (param, "dwell", G_TYPE_DOUBLE, finding->value, NULL);
    break;
  case GST_WEIR_FOUND_CROSSING:
    mark = scene->tripwires->pdata[finding->mark];
    param = gst_structure_new ("tripwire", "id", G_TYPE_STRING, mark->id, "direction",
                               G_TYPE_INT, (int) finding->value, NULL);
    break;
  case GST_WEIR_FOUND_SPEED:
    param = gst_structure_new ("speed", "metres_per_second", G_TYPE_DOUBLE,
                               finding->value, NULL);
    break;
  }
  return param;
}

static GstMessage *
message_of (GstWeirAnalytics *self, const GstWeirEvent *event, GstClockTime time)
{
  static const char *const names[] = {
    [GST_WEIR_EVENT_ENTER] = "zone-enter",    [GST_WEIR_EVENT_LEAVE] = "zone-leave",
    [GST_WEIR_EVENT_CROSS] = "tripwire",      [GST_WEIR_EVENT_CROWD] = "crowd",
    [GST_WEIR_EVENT_NO_CROWD] = "crowd-over",
  };
  const GstWeirScene *scene = gst_weir_watch_scene (self->watch);
  gboolean wire = event->kind == GST_WEIR_EVENT_CROSS;
  const GstWeirMark *mark = (wire ? scene->tripwires : scene->zones)->pdata[event->mark];
  GstStructure *s = gst_structure_new ("weir-analytics", "event", G_TYPE_STRING,
                                       names[event->kind], "id", G_TYPE_STRING, mark->id,
                                       "timestamp", G_TYPE_UINT64, time, NULL);

  if (event->id != 0)
    gst_structure_set (s, "object_id", G_TYPE_INT, event->id, NULL);
  if (wire)
    gst_structure_set (s, "direction", G_TYPE_INT, (int) event->value, NULL);
  else
    gst_structure_set (s, "count", G_TYPE_UINT, event->count, NULL);
  if (event->kind == GST_WEIR_EVENT_LEAVE)
    gst_structure_set (s, "dwell", G_TYPE_DOUBLE, event->value, NULL);
  return gst_message_new_element (GST_OBJECT (self), s);
}

static void
add_points (GstStructure *s, const double *numbers, guint n)
{
  GValue list = G_VALUE_INIT, number = G_VALUE_INIT;

  g_value_init (&list, GST_TYPE_ARRAY);
  g_value_init (&number, G_TYPE_DOUBLE);
  for (guint i = 0; i < n; i++) {
    g_value_set_double (&number, numbers[i]);
    gst_value_array_append_value (&list, &number);
  }
  g_value_unset (&number);
  gst_structure_take_value (s, "points", &list);
}

static void
add_mark (GstStructure *s, const GstWeirMark *mark)
{
  gst_structure_set (s, "id", G_TYPE_STRING, mark->id, NULL);
  if (mark->color >= 0)
    gst_structure_set (s, "color", G_TYPE_UINT, (guint) mark->color, NULL);
  if (mark->thickness > 0)
    gst_structure_set (s, "thickness", G_TYPE_UINT, mark->thickness, NULL);
}

static GstStructure *
zone_structure (const GstWeirWatch *watch, guint index, double width, double height)
{
  const GstWeirZone *zone = gst_weir_watch_scene (watch)->zones->pdata[index];
  GstWeirZoneState state = gst_weir_watch_zone (watch, index);
  const double circle[] = { zone->centre.x / width, zone->centre.y / height,
                            zone->radius / width, zone->radius / height };
  g_autofree double *corners = g_new (double, MAX (zone->n_corners * 2, 1));
  GstStructure *s = gst_structure_new (
      "zone", "type", G_TYPE_STRING, zone->corners != NULL ? "polygon" : "circle",
      "count", G_TYPE_UINT, state.count, "entered", G_TYPE_UINT64, state.entered, "left",
      G_TYPE_UINT64, state.left, "crowded", G_TYPE_BOOLEAN, state.crowded, NULL);

  for (guint i = 0; i < zone->n_corners; i++) {
    corners[2 * i] = zone->corners[i].x / width;
    corners[2 * i + 1] = zone->corners[i].y / height;
  }
  add_points (s, zone->corners != NULL ? corners : circle,
              zone->corners != NULL ? zone->n_corners * 2 : G_N_ELEMENTS (circle));
  add_mark (s, &zone->mark);
  return s;
}

static GstStructure *
tripwire_structure (const GstWeirWatch *watch, guint index, double width, double height)
{
  const GstWeirTripwire *wire = gst_weir_watch_scene (watch)->tripwires->pdata[index];
  GstWeirTripwireState state = gst_weir_watch_tripwire (watch, index);
  const double points[] = { wire->a.x / width, wire->a.y / height, wire->b.x / width,
                            wire->b.y / height };
  GstStructure *s = gst_structure_new ("tripwire", "in", G_TYPE_UINT64, state.in, "out",
                                       G_TYPE_UINT64, state.out, NULL);

  add_points (s, points, G_N_ELEMENTS (points));
  add_mark (s, &wire->mark);
  return s;
}

static void
describe (const GstWeirWatch *watch, GstStructure *s, double width, double height)
{
  const GstWeirScene *scene = gst_weir_watch_scene (watch);
  GValue zones = G_VALUE_INIT, wires = G_VALUE_INIT;

  g_value_init (&zones, GST_TYPE_ARRAY);
  g_value_init (&wires, GST_TYPE_ARRAY);
  for (guint i = 0; scene != NULL && i < scene->zones->len; i++)
    gst_weir_structures_take (&zones, zone_structure (watch, i, width, height));
  for (guint i = 0; scene != NULL && i < scene->tripwires->len; i++)
    gst_weir_structures_take (&wires, tripwire_structure (watch, i, width, height));
  gst_structure_take_value (s, "zones", &zones);
  gst_structure_take_value (s, "tripwires", &wires);
}

static void
gst_weir_analytics_frame (GstWeirMetaFilter *filter, GstBuffer *buffer,
                          const GstVideoInfo *info, GstClockTime time)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (filter);
  g_autoptr (GPtrArray) regions = g_ptr_array_new ();
  g_autoptr (GArray) findings = g_array_new (FALSE, FALSE, sizeof (GstWeirFinding));
  g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (GstWeirEvent));
  g_autoptr (GPtrArray) messages = g_ptr_array_new ();
  g_autoptr (GArray) visitors = NULL;

  take_changes (self, info);
  GST_OBJECT_LOCK (self);
  visitors = visitors_of (self, buffer, regions);
  gst_weir_watch_frame (self->watch, (double) time / GST_SECOND,
                        (const GstWeirVisitor *) (void *) visitors->data, visitors->len,
                        findings, events);
  for (guint i = 0; i < findings->len; i++) {
    const GstWeirFinding *finding = &g_array_index (findings, GstWeirFinding, i);

    gst_video_region_of_interest_meta_add_param (
        regions->pdata[finding->visitor],
        param_of (gst_weir_watch_scene (self->watch), finding));
  }
  describe (self->watch, gst_weir_scene_meta_add (buffer), GST_VIDEO_INFO_WIDTH (info),
            GST_VIDEO_INFO_HEIGHT (info));
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (messages,
                     message_of (self, &g_array_index (events, GstWeirEvent, i), time));
  GST_OBJECT_UNLOCK (self);
  for (guint i = 0; i < messages->len; i++)
    gst_element_post_message (GST_ELEMENT (self), messages->pdata[i]);
}

static char **
text_field (GstWeirAnalytics *self, guint id)
{
  switch (id) {
  case PROP_CONFIG:
    return &self->config;
  case PROP_ZONES:
    return &self->zones;
  case PROP_TRIPWIRES:
    return &self->tripwires;
  case PROP_GROUND:
    return &self->ground;
  default:
    return NULL;
  }
}

static void
gst_weir_analytics_set_property (GObject *object, guint id, const GValue *value,
                                 GParamSpec *spec)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (object);
  char **text = text_field (self, id);

  GST_OBJECT_LOCK (self);
  if (text != NULL) {
    g_free (*text);
    *text = g_value_dup_string (value);
    if (id == PROP_CONFIG)
      read_config (self);
  } else if (id == PROP_COORDINATES) {
    self->relative = g_value_get_enum (value) != 0;
  } else if (id == PROP_EVALUATION_POINT) {
    self->point = (EvaluationPoint) g_value_get_enum (value);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  self->changed = TRUE;
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_analytics_get_property (GObject *object, guint id, GValue *value,
                                 GParamSpec *spec)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (object);
  char **text = text_field (self, id);

  GST_OBJECT_LOCK (self);
  if (text != NULL) {
    g_value_set_string (value, *text);
  } else if (id == PROP_COORDINATES) {
    g_value_set_enum (value, self->relative);
  } else if (id == PROP_EVALUATION_POINT) {
    g_value_set_enum (value, (int) self->point);
  } else if (id == PROP_STATS) {
    GstStructure *stats = gst_structure_new_empty ("weir-stats");

    describe (self->watch, stats, 1, 1);
    g_value_take_boxed (value, stats);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_analytics_finalize (GObject *object)
{
  GstWeirAnalytics *self = GST_WEIR_ANALYTICS (object);

  gst_weir_watch_free (self->watch);
  g_free (self->config);
  g_free (self->zones);
  g_free (self->tripwires);
  g_free (self->ground);
  g_free (self->config_text);
  g_clear_error (&self->config_error);
  G_OBJECT_CLASS (gst_weir_analytics_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *klass)
{
  static const struct {
    const char *name, *nick, *blurb;
  } texts[] = {
    [PROP_CONFIG] = { "config", "Configuration",
                      "file of JSON: zones, tripwires, ground" },
    [PROP_ZONES] = { "zones", "Zones", "JSON; stands for those of the file" },
    [PROP_TRIPWIRES] = { "tripwires", "Tripwires", "JSON; stands for those of the file" },
    [PROP_GROUND] = { "ground", "Ground plane",
                      "JSON: four points of the image and where they are in metres" },
  };
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  for (guint i = PROP_CONFIG; i <= PROP_GROUND; i++)
    g_object_class_install_property (
        klass, i,
        g_param_spec_string (texts[i].name, texts[i].nick, texts[i].blurb, NULL, flags));
  g_object_class_install_property (klass, PROP_COORDINATES,
                                   g_param_spec_enum ("coordinates", "Coordinates",
                                                      "what points are measured in",
                                                      coordinates_type (), 0, flags));
  g_object_class_install_property (
      klass, PROP_EVALUATION_POINT,
      g_param_spec_enum ("evaluation-point", "Evaluation point",
                         "the point that stands for an object, but for its speed",
                         evaluation_point_type (), POINT_CENTER, flags));
  g_object_class_install_property (
      klass, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "all zones and tripwires with counts",
                          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
gst_weir_analytics_class_init (GstWeirAnalyticsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstWeirMetaFilterClass *filter_class = GST_WEIR_META_FILTER_CLASS (klass);

  gst_weir_scene_meta_register ();
  object_class->set_property = gst_weir_analytics_set_property;
  object_class->get_property = gst_weir_analytics_get_property;
  object_class->finalize = gst_weir_analytics_finalize;
  filter_class->begin = gst_weir_analytics_begin;
  filter_class->reset = gst_weir_analytics_reset;
  filter_class->frame = gst_weir_analytics_frame;
  install_properties (object_class);
  gst_element_class_set_static_metadata (
      GST_ELEMENT_CLASS (klass), "Weir analytics", "Filter/Analyzer/Video",
      "Watches zones and tripwires", "The Weir authors");
}

static void
gst_weir_analytics_init (GstWeirAnalytics *self)
{
  self->watch = gst_weir_watch_new ();
}
