#pragma once

#include "geometry.h"

/**
 * GstWeirMark:
 * @id: its name
 * @labels: (nullable): only objects with one of these count
 * @color: 0xRRGGBB, -1 for none of its own
 * @thickness: of its lines in pixels, 0 for none of its own
 *
 * What zones and tripwires have in common.
 */
typedef struct {
  char *id;
  char **labels;
  int color;
  guint thickness;
} GstWeirMark;

/**
 * GstWeirZone:
 * @corners: (nullable): of a polygon; else it is a circle of @radius around @centre
 * @dwell: whether objects are told how long they have been here
 * @retention: seconds for which an object that is not seen inside still counts as inside
 * @crowd: so many objects are a crowd, 0: never; once they are for @crowd_time seconds
 */
typedef struct {
  GstWeirMark mark;
  GstWeirPoint *corners;
  guint n_corners;
  GstWeirPoint centre;
  double radius;
  gboolean dwell;
  double retention;
  guint crowd;
  double crowd_time;
} GstWeirZone;

/** GstWeirTripwire: a line from @a to @b. An object is on a side of it from a distance of
 * @margin times its own size on. */
typedef struct {
  GstWeirMark mark;
  GstWeirPoint a, b;
  double margin;
} GstWeirTripwire;

/** GstWeirScene: what is watched, in pixels of the frame. Not changed after it is made.
 */
typedef struct {
  GPtrArray *zones;     /* GstWeirZone */
  GPtrArray *tripwires; /* GstWeirTripwire */
  gboolean has_ground;
  GstWeirHomography ground; /* from pixels to metres */
} GstWeirScene;

/**
 * GstWeirSceneText:
 * @config: (nullable): an object with "zones", "tripwires" and "ground"
 * @zones, @tripwires, @ground: (nullable): stand for that part of @config
 * @scale_x, @scale_y: what coordinates are multiplied by; a radius by @scale_x
 *
 * Where a scene comes from: texts of JSON. docs/elements/weiranalytics.md tells the form.
 */
typedef struct {
  const char *config;
  const char *zones;
  const char *tripwires;
  const char *ground;
  double scale_x, scale_y;
} GstWeirSceneText;

/** gst_weir_scene_new: the error names part, key, what was expected and what was found.
 */
GstWeirScene *gst_weir_scene_new (const GstWeirSceneText *text, GError **error);
void gst_weir_scene_free (GstWeirScene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWeirScene, gst_weir_scene_free)

gboolean gst_weir_zone_holds (const GstWeirZone *zone, GstWeirPoint point);
/** gst_weir_mark_takes: whether objects with @label (nullable) count. */
gboolean gst_weir_mark_takes (const GstWeirMark *mark, const char *label);
