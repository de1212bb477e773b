#pragma once

#include "scene.h"

#include "base/json.h"

/**
 * GstWeirSceneKey:
 * @read: %FALSE, with an error, where the value cannot be read
 * @offset: of the field
 *
 * A member that a JSON object may have, and the field it goes to.
 */
typedef struct _GstWeirSceneKey GstWeirSceneKey;
struct _GstWeirSceneKey {
  const char *name;
  gboolean (*read) (JsonNode *node, void *field, GError **error);
  gsize offset;
};

/** GstWeirCorners: points as they are read. */
typedef struct {
  GstWeirPoint *points;
  guint n;
} GstWeirCorners;

gboolean gst_weir_read_text (JsonNode *node, void *field, GError **error);
/** gst_weir_read_texts: a NULL-terminated list. */
gboolean gst_weir_read_texts (JsonNode *node, void *field, GError **error);
gboolean gst_weir_read_flag (JsonNode *node, void *field, GError **error);
/** gst_weir_read_number: a double of 0 or more. */
gboolean gst_weir_read_number (JsonNode *node, void *field, GError **error);
/** gst_weir_read_count: a guint. */
gboolean gst_weir_read_count (JsonNode *node, void *field, GError **error);
/** gst_weir_read_color: {"r","g","b"} of 0 to 255 to an int. */
gboolean gst_weir_read_color (JsonNode *node, void *field, GError **error);
/** gst_weir_read_point: {"x","y"} or [x,y]. */
gboolean gst_weir_read_point (JsonNode *node, void *field, GError **error);
/** gst_weir_read_points: a #GstWeirCorners. */
gboolean gst_weir_read_points (JsonNode *node, void *field, GError **error);

/** gst_weir_read_object: all members of @node by @keys; a member that is not among them
 * is an error. */
gboolean gst_weir_read_object (JsonNode *node, const GstWeirSceneKey *keys, guint n_keys,
                               void *object, GError **error);
/** gst_weir_json_text: (transfer full): @node as it would be written, cut to one line. */
char *gst_weir_json_text (JsonNode *node);
