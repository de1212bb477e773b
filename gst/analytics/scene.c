#include "scene.h"

#include "base/error.h"
#include "scene-read.h"

#include <math.h>
#include <string.h>

#define MAX_MARKS         256
#define DEFAULT_RETENTION 0.5
#define DEFAULT_MARGIN    0.1

/* A zone or a tripwire as it is written. */
typedef struct {
  GstWeirMark mark;
  char *type;
  GstWeirCorners corners;
  GstWeirPoint centre;
  double radius;
  gboolean dwell;
  double retention;
  guint crowd;
  double crowd_time;
  double margin;
} Draft;

static const GstWeirSceneKey zone_keys[] = {
  { "id", gst_weir_read_text, offsetof (Draft, mark.id) },
  { "labels", gst_weir_read_texts, offsetof (Draft, mark.labels) },
  { "color", gst_weir_read_color, offsetof (Draft, mark.color) },
  { "thickness", gst_weir_read_count, offsetof (Draft, mark.thickness) },
  { "type", gst_weir_read_text, offsetof (Draft, type) },
  { "points", gst_weir_read_points, offsetof (Draft, corners) },
  { "center", gst_weir_read_point, offsetof (Draft, centre) },
  { "radius", gst_weir_read_number, offsetof (Draft, radius) },
  { "track-dwell-time", gst_weir_read_flag, offsetof (Draft, dwell) },
  { "object-retention", gst_weir_read_number, offsetof (Draft, retention) },
  { "crowd-threshold", gst_weir_read_count, offsetof (Draft, crowd) },
  { "crowd-time", gst_weir_read_number, offsetof (Draft, crowd_time) },
};

static const GstWeirSceneKey tripwire_keys[] = {
  { "id", gst_weir_read_text, offsetof (Draft, mark.id) },
  { "labels", gst_weir_read_texts, offsetof (Draft, mark.labels) },
  { "color", gst_weir_read_color, offsetof (Draft, mark.color) },
  { "thickness", gst_weir_read_count, offsetof (Draft, mark.thickness) },
  { "points", gst_weir_read_points, offsetof (Draft, corners) },
  { "margin", gst_weir_read_number, offsetof (Draft, margin) },
};

typedef struct {
  GstWeirCorners image, metres;
} Ground;

static const GstWeirSceneKey ground_keys[] = {
  { "image", gst_weir_read_points, offsetof (Ground, image) },
  { "metres", gst_weir_read_points, offsetof (Ground, metres) },
};

static void
mark_clear (GstWeirMark *mark)
{
  g_free (mark->id);
  g_strfreev (mark->labels);
}

static void
zone_free (gpointer data)
{
  GstWeirZone *zone = data;

  mark_clear (&zone->mark);
  g_free (zone->corners);
  g_free (zone);
}

static void
tripwire_free (gpointer data)
{
  GstWeirTripwire *wire = data;

  mark_clear (&wire->mark);
  g_free (wire);
}

static void
draft_clear (Draft *draft)
{
  mark_clear (&draft->mark);
  g_free (draft->type);
  g_free (draft->corners.points);
}

static GstWeirMark
take_mark (Draft *draft)
{
  GstWeirMark mark = draft->mark;

  draft->mark = (GstWeirMark){ .color = -1 };
  return mark;
}

static GstWeirPoint
scaled (const GstWeirSceneText *text, GstWeirPoint point)
{
  return (GstWeirPoint){ point.x * text->scale_x, point.y * text->scale_y };
}

static gboolean
add_zone (GstWeirScene *scene, const GstWeirSceneText *text, Draft *draft, GError **error)
{
  gboolean circle = g_strcmp0 (draft->type, "circle") == 0;
  GstWeirZone *zone;

  if (!circle && g_strcmp0 (draft->type, "polygon") != 0)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "type: expected polygon or circle, found %s",
                      draft->type != NULL ? draft->type : "nothing");
  if (circle && !(draft->radius > 0))
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "radius: expected a number above 0, found %g", draft->radius);
  if (!circle && draft->corners.n < 3)
    return weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "points: expected at least 3 of a polygon, found %u",
                      draft->corners.n);
  zone = g_new0 (GstWeirZone, 1);
  zone->mark = take_mark (draft);
  zone->centre = scaled (text, draft->centre);
  zone->radius = draft->radius * text->scale_x;
  zone->n_corners = circle ? 0 : draft->corners.n;
  if (!circle)
    zone->corners = g_steal_pointer (&draft->corners.points);
  for (guint i = 0; i < zone->n_corners; i++)
    zone->corners[i] = scaled (text, zone->corners[i]);
  zone->dwell = draft->dwell;
  zone->retention = draft->retention;
  zone->crowd = draft->crowd;
  zone->crowd_time = draft->crowd_time;
  g_ptr_array_add (scene->zones, zone);
  return TRUE;
}

static gboolean
add_tripwire (GstWeirScene *scene, const GstWeirSceneText *text, Draft *draft,
              GError **error)
{
  GstWeirTripwire *wire;

  if (draft->corners.n != 2)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "points: expected 2, found %u",
                      draft->corners.n);
  wire = g_new0 (GstWeirTripwire, 1);
  wire->mark = take_mark (draft);
  wire->a = scaled (text, draft->corners.points[0]);
  wire->b = scaled (text, draft->corners.points[1]);
  wire->margin = draft->margin;
  g_ptr_array_add (scene->tripwires, wire);
  return TRUE;
}

/* One of the two lists of a scene. */
typedef struct {
  const char *name;
  const GstWeirSceneKey *keys;
  guint n_keys;
  gboolean (*add) (GstWeirScene *scene, const GstWeirSceneText *text, Draft *draft,
                   GError **error);
} List;

static const List zones_list = { "zones", zone_keys, G_N_ELEMENTS (zone_keys), add_zone };
static const List tripwires_list = { "tripwires", tripwire_keys,
                                     G_N_ELEMENTS (tripwire_keys), add_tripwire };

static gboolean
read_mark (GstWeirScene *scene, const GstWeirSceneText *text, const List *list,
           GHashTable *ids, JsonNode *node, GError **error)
{
  Draft draft = { .mark.color = -1,
                  .dwell = TRUE,
                  .retention = DEFAULT_RETENTION,
                  .margin = DEFAULT_MARGIN };
  gboolean good = gst_weir_read_object (node, list->keys, list->n_keys, &draft, error);

  if (good && draft.mark.id == NULL)
    good = weir_fail (error, WEIR_ERROR_ARGUMENT, "id: expected a text, found nothing");
  if (good && !g_hash_table_add (ids, g_strdup (draft.mark.id)))
    good = weir_fail (error, WEIR_ERROR_ARGUMENT, "id: there is another '%s'",
                      draft.mark.id);
  if (good)
    good = list->add (scene, text, &draft, error);
  draft_clear (&draft);
  return good;
}

static gboolean
read_list (GstWeirScene *scene, const GstWeirSceneText *text, const List *list,
           JsonNode *node, GError **error)
{
  g_autoptr (GHashTable) ids =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  JsonArray *array = weir_json_node_array (node);

  if (array == NULL || json_array_get_length (array) > MAX_MARKS)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: expected a list of at most %d",
                      list->name, MAX_MARKS);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!read_mark (scene, text, list, ids, json_array_get_element (array, i), error)) {
      g_prefix_error (error, "%s: number %u: ", list->name, i + 1);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_ground (GstWeirScene *scene, const GstWeirSceneText *text, JsonNode *node,
             GError **error)
{
  Ground ground = { 0 };
  gboolean good = gst_weir_read_object (node, ground_keys, G_N_ELEMENTS (ground_keys),
                                        &ground, error);

  if (good && (ground.image.n != 4 || ground.metres.n != 4))
    good = weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "expected 4 points of image and 4 of metres, found %u and %u",
                      ground.image.n, ground.metres.n);
  for (guint i = 0; good && i < 4; i++)
    ground.image.points[i] = scaled (text, ground.image.points[i]);
  if (good && !gst_weir_homography_solve (&scene->ground, ground.image.points,
                                          ground.metres.points))
    good = weir_fail (error, WEIR_ERROR_ARGUMENT,
                      "three of the points are on one line, or their order differs");
  scene->has_ground = good;
  g_free (ground.image.points);
  g_free (ground.metres.points);
  g_prefix_error (error, "ground: ");
  return good;
}

static JsonNode *
parse (const char *text, const char *what, GError **error)
{
  WeirBytes bytes = WEIR_BYTES ((const guint8 *) text, strlen (text));
  JsonNode *node = weir_json_parse (&bytes, error);

  if (node == NULL)
    g_prefix_error (error, "%s: ", what);
  return node;
}

/* The part of the configuration, or what stands for it; %NULL for neither. */
static gboolean
find_part (JsonObject *config, const char *name, const char *instead, JsonNode **node,
           GError **error)
{
  JsonNode *member = weir_json_member (config, name);

  *node = NULL;
  if (instead != NULL && *instead != '\0') {
    *node = parse (instead, name, error);
    return *node != NULL;
  }
  if (member != NULL)
    *node = json_node_copy (member);
  return TRUE;
}

static gboolean
check_parts (JsonNode *config, GError **error)
{
  static const char *const names[] = { "zones", "tripwires", "ground" };
  JsonObjectIter iter;
  const char *name;

  if (!JSON_NODE_HOLDS_OBJECT (config))
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "config: expected an object");
  json_object_iter_init (&iter, json_node_get_object (config));
  while (json_object_iter_next (&iter, &name, NULL)) {
    gboolean known = FALSE;

    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      known |= strcmp (names[i], name) == 0;
    if (!known)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "config: there is no key '%s' here",
                        name);
  }
  return TRUE;
}

static gboolean
read_scene (GstWeirScene *scene, const GstWeirSceneText *text, GError **error)
{
  g_autoptr (JsonNode) config = NULL;
  g_autoptr (JsonNode) zones = NULL;
  g_autoptr (JsonNode) tripwires = NULL;
  g_autoptr (JsonNode) ground = NULL;
  JsonObject *parts;

  if (text->config != NULL) {
    config = parse (text->config, "config", error);
    if (config == NULL || !check_parts (config, error))
      return FALSE;
  }
  parts = weir_json_node_object (config);
  if (!find_part (parts, "zones", text->zones, &zones, error) ||
      !find_part (parts, "tripwires", text->tripwires, &tripwires, error) ||
      !find_part (parts, "ground", text->ground, &ground, error))
    return FALSE;
  if (zones != NULL && !read_list (scene, text, &zones_list, zones, error))
    return FALSE;
  if (tripwires != NULL && !read_list (scene, text, &tripwires_list, tripwires, error))
    return FALSE;
  return ground == NULL || read_ground (scene, text, ground, error);
}

GstWeirScene *
gst_weir_scene_new (const GstWeirSceneText *text, GError **error)
{
  g_autoptr (GstWeirScene) scene = g_new0 (GstWeirScene, 1);

  scene->zones = g_ptr_array_new_with_free_func (zone_free);
  scene->tripwires = g_ptr_array_new_with_free_func (tripwire_free);
  if (!read_scene (scene, text, error))
    return NULL;
  return g_steal_pointer (&scene);
}

void
gst_weir_scene_free (GstWeirScene *scene)
{
  g_ptr_array_unref (scene->zones);
  g_ptr_array_unref (scene->tripwires);
  g_free (scene);
}

gboolean
gst_weir_zone_holds (const GstWeirZone *zone, GstWeirPoint point)
{
  if (zone->corners != NULL)
    return gst_weir_polygon_holds (zone->corners, zone->n_corners, point);
  return hypot (point.x - zone->centre.x, point.y - zone->centre.y) <= zone->radius;
}

gboolean
gst_weir_mark_takes (const GstWeirMark *mark, const char *label)
{
  return mark->labels == NULL ||
         (label != NULL && g_strv_contains ((const char *const *) mark->labels, label));
}
