#include "gstweirjson.h"

#include "gstweirscenemeta.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

static void
add_int (JsonBuilder *json, const char *name, gint64 value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

static void
add_double (JsonBuilder *json, const char *name, double value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_double_value (json, isfinite (value) ? value : 0);
}

static void
add_string (JsonBuilder *json, const char *name, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_builder_set_member_name (json, name);
  json_builder_add_string_value (json, valid);
}

static double
get_double (const GstStructure *structure, const char *name)
{
  double value = 0;

  gst_structure_get_double (structure, name, &value);
  return value;
}

static void
add_detection (JsonBuilder *json, const GstStructure *detection)
{
  const char *label = gst_structure_get_string (detection, "label");
  int label_id = -1;

  gst_structure_get_int (detection, "label_id", &label_id);
  json_builder_set_member_name (json, "detection");
  json_builder_begin_object (json);
  json_builder_set_member_name (json, "bounding_box");
  json_builder_begin_object (json);
  add_double (json, "x_max", CLAMP (get_double (detection, "x_max"), 0, 1));
  add_double (json, "x_min", CLAMP (get_double (detection, "x_min"), 0, 1));
  add_double (json, "y_max", CLAMP (get_double (detection, "y_max"), 0, 1));
  add_double (json, "y_min", CLAMP (get_double (detection, "y_min"), 0, 1));
  json_builder_end_object (json);
  add_double (json, "confidence", get_double (detection, "confidence"));
  if (label != NULL)
    add_string (json, "label", label);
  add_int (json, "label_id", label_id);
  json_builder_end_object (json);
}

/* A classification: named by what was asked, as DL Streamer does. */
static void
add_classification (JsonBuilder *json, const GstStructure *structure)
{
  const char *name = gst_structure_get_string (structure, "attribute_name");
  const char *label = gst_structure_get_string (structure, "label");
  int label_id = -1;

  if (label == NULL)
    return;
  gst_structure_get_int (structure, "label_id", &label_id);
  json_builder_set_member_name (json,
                                name != NULL ? name : gst_structure_get_name (structure));
  json_builder_begin_object (json);
  add_double (json, "confidence", get_double (structure, "confidence"));
  add_string (json, "label", label);
  add_int (json, "label_id", label_id);
  json_builder_end_object (json);
}

static void
add_keypoints (JsonBuilder *json, const GstStructure *structure)
{
  const GValue *points = gst_structure_get_value (structure, "points");

  if (points == NULL || !GST_VALUE_HOLDS_ARRAY (points))
    return;
  json_builder_set_member_name (json, "keypoints");
  json_builder_begin_array (json);
  for (guint i = 0; i < gst_value_array_get_size (points); i++)
    json_builder_add_double_value (
        json, g_value_get_double (gst_value_array_get_value (points, i)));
  json_builder_end_array (json);
}

static void
add_param (JsonBuilder *json, const GstStructure *structure)
{
  const char *name = gst_structure_get_name (structure);
  int id;

  if (strcmp (name, "detection") == 0)
    add_detection (json, structure);
  else if (strcmp (name, "keypoints") == 0)
    add_keypoints (json, structure);
  else if (strcmp (name, "object_id") == 0 &&
           gst_structure_get_int (structure, "id", &id))
    add_int (json, "id", id);
  else if (strcmp (name, "speed") == 0)
    add_double (json, "speed", get_double (structure, "metres_per_second"));
  else
    add_classification (json, structure);
}

static void
add_zone (JsonBuilder *json, const GstStructure *zone)
{
  const char *id = gst_structure_get_string (zone, "id");

  json_builder_begin_object (json);
  if (gst_structure_has_field (zone, "dwell"))
    add_double (json, "dwell", get_double (zone, "dwell"));
  add_string (json, "id", id != NULL ? id : "");
  json_builder_end_object (json);
}

static void
add_tripwire (JsonBuilder *json, const GstStructure *wire)
{
  const char *id = gst_structure_get_string (wire, "id");
  int direction = 0;

  gst_structure_get_int (wire, "direction", &direction);
  json_builder_begin_object (json);
  add_int (json, "direction", direction);
  add_string (json, "id", id != NULL ? id : "");
  json_builder_end_object (json);
}

/* All params called @name as the array @member; nothing where there are none. */
static void
add_all (JsonBuilder *json, const GList *params, const char *name, const char *member,
         void (*add) (JsonBuilder *json, const GstStructure *structure))
{
  gboolean any = FALSE;

  for (const GList *l = params; l != NULL; l = l->next) {
    if (!gst_structure_has_name (l->data, name))
      continue;
    if (!any) {
      json_builder_set_member_name (json, member);
      json_builder_begin_array (json);
    }
    any = TRUE;
    add (json, l->data);
  }
  if (any)
    json_builder_end_array (json);
}

/* The region inside the frame; %FALSE where none of it is. */
static gboolean
cut_region (const GstVideoRegionOfInterestMeta *roi, const GstVideoInfo *info,
            guint *width, guint *height)
{
  guint frame_width = (guint) GST_VIDEO_INFO_WIDTH (info);
  guint frame_height = (guint) GST_VIDEO_INFO_HEIGHT (info);

  if (roi->x >= frame_width || roi->y >= frame_height)
    return FALSE;
  *width = MIN (roi->w, frame_width - roi->x);
  *height = MIN (roi->h, frame_height - roi->y);
  return TRUE;
}

static void
add_region (JsonBuilder *json, const GstVideoRegionOfInterestMeta *roi,
            const GstVideoInfo *info)
{
  guint width, height;

  if (!cut_region (roi, info, &width, &height))
    return;
  json_builder_begin_object (json);
  for (GList *l = roi->params; l != NULL; l = l->next)
    add_param (json, l->data);
  add_all (json, roi->params, "zone", "zones", add_zone);
  add_all (json, roi->params, "tripwire", "tripwires", add_tripwire);
  add_int (json, "h", height);
  add_int (json, "region_id", roi->id);
  if (roi->parent_id >= 0)
    add_int (json, "parent_id", roi->parent_id);
  add_string (json, "roi_type", g_quark_to_string (roi->roi_type));
  add_int (json, "w", width);
  add_int (json, "x", roi->x);
  add_int (json, "y", roi->y);
  json_builder_end_object (json);
}

static void
add_regions (JsonBuilder *json, GstBuffer *buffer, const GstVideoInfo *info)
{
  GstMeta *meta;
  gpointer state = NULL;

  json_builder_set_member_name (json, "objects");
  json_builder_begin_array (json);
  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL)
    add_region (json, (GstVideoRegionOfInterestMeta *) meta, info);
  json_builder_end_array (json);
}

static gint64
get_count (const GstStructure *structure, const char *name)
{
  guint64 count = 0;

  gst_structure_get_uint64 (structure, name, &count);
  return (gint64) count;
}

static void
add_zone_state (JsonBuilder *json, const GstStructure *zone)
{
  gboolean crowded = FALSE;
  guint count = 0;

  gst_structure_get_uint (zone, "count", &count);
  gst_structure_get_boolean (zone, "crowded", &crowded);
  json_builder_begin_object (json);
  add_int (json, "count", count);
  json_builder_set_member_name (json, "crowded");
  json_builder_add_boolean_value (json, crowded);
  add_int (json, "entered", get_count (zone, "entered"));
  add_string (json, "id", gst_structure_get_string (zone, "id"));
  add_int (json, "left", get_count (zone, "left"));
  json_builder_end_object (json);
}

static void
add_tripwire_state (JsonBuilder *json, const GstStructure *wire)
{
  json_builder_begin_object (json);
  add_string (json, "id", gst_structure_get_string (wire, "id"));
  add_int (json, "in", get_count (wire, "in"));
  add_int (json, "out", get_count (wire, "out"));
  json_builder_end_object (json);
}

/* What is watched in this frame, by whichever element; nothing where nothing is. */
static void
add_states (JsonBuilder *json, GstBuffer *buffer, const char *name,
            void (*add) (JsonBuilder *json, const GstStructure *structure))
{
  const GstStructure *scene;
  gpointer state = NULL;
  gboolean any = FALSE;

  while ((scene = gst_weir_scene_meta_next (buffer, &state)) != NULL)
    for (guint i = 0; i < gst_weir_structures_count (scene, name); i++) {
      if (!any) {
        json_builder_set_member_name (json, name);
        json_builder_begin_array (json);
      }
      any = TRUE;
      add (json, gst_weir_structures_at (scene, name, i));
    }
  if (any)
    json_builder_end_array (json);
}

char *
gst_weir_json_frame (GstBuffer *buffer, const GstVideoInfo *info, GstClockTime timestamp,
                     const char *source)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_regions (json, buffer, info);
  json_builder_set_member_name (json, "resolution");
  json_builder_begin_object (json);
  add_int (json, "height", GST_VIDEO_INFO_HEIGHT (info));
  add_int (json, "width", GST_VIDEO_INFO_WIDTH (info));
  json_builder_end_object (json);
  add_int (json, "schema_version", GST_WEIR_JSON_VERSION);
  if (source != NULL)
    add_string (json, "source", source);
  if (GST_CLOCK_TIME_IS_VALID (timestamp))
    add_int (json, "timestamp", (gint64) timestamp);
  add_states (json, buffer, "tripwires", add_tripwire_state);
  add_states (json, buffer, "zones", add_zone_state);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, FALSE);
}
