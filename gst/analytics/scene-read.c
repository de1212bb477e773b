#include "scene-read.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

#define MAX_POINTS 1024
#define MAX_LABELS 1024
#define SHOWN      40

char *
gst_weir_json_text (JsonNode *node)
{
  g_autofree char *text = json_to_string (node, FALSE);

  return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), SHOWN));
}

static gboolean
expected (JsonNode *node, const char *what, GError **error)
{
  g_autofree char *found = gst_weir_json_text (node);

  return weir_fail (error, WEIR_ERROR_ARGUMENT, "expected %s, found %s", what, found);
}

gboolean
gst_weir_read_text (JsonNode *node, void *field, GError **error)
{
  const char *text = weir_json_node_string (node);

  if (text == NULL || *text == '\0')
    return expected (node, "a text", error);
  g_free (*(char **) field);
  *(char **) field = g_strdup (text);
  return TRUE;
}

gboolean
gst_weir_read_texts (JsonNode *node, void *field, GError **error)
{
  JsonArray *array = weir_json_node_array (node);
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  if (array == NULL || json_array_get_length (array) > MAX_LABELS)
    return expected (node, "a list of texts", error);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    const char *text = weir_json_node_string (json_array_get_element (array, i));

    if (text == NULL)
      return expected (node, "a list of texts", error);
    g_ptr_array_add (texts, g_strdup (text));
  }
  g_ptr_array_add (texts, NULL);
  g_strfreev (*(char ***) field);
  *(char ***) field = (char **) g_ptr_array_free (g_steal_pointer (&texts), FALSE);
  return TRUE;
}

gboolean
gst_weir_read_flag (JsonNode *node, void *field, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return expected (node, "true or false", error);
  *(gboolean *) field = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
get_number (JsonNode *node, double *value)
{
  return weir_json_node_number (node, value) && isfinite (*value) && fabs (*value) < 1e9;
}

gboolean
gst_weir_read_number (JsonNode *node, void *field, GError **error)
{
  double value;

  if (!get_number (node, &value) || value < 0)
    return expected (node, "a number of 0 or more", error);
  *(double *) field = value;
  return TRUE;
}

gboolean
gst_weir_read_count (JsonNode *node, void *field, GError **error)
{
  gint64 value;

  if (!weir_json_node_int (node, &value) || value < 0 || value > G_MAXINT)
    return expected (node, "a whole number of 0 or more", error);
  *(guint *) field = (guint) value;
  return TRUE;
}

gboolean
gst_weir_read_color (JsonNode *node, void *field, GError **error)
{
  static const char *const names[] = { "r", "g", "b" };
  JsonObject *object = weir_json_node_object (node);
  int color = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    JsonNode *part = weir_json_member (object, names[i]);
    gint64 value;

    if (part == NULL || !weir_json_node_int (part, &value) || value < 0 || value > 255)
      return expected (node, "r, g and b from 0 to 255", error);
    color = color << 8 | (int) value;
  }
  *(int *) field = color;
  return TRUE;
}

gboolean
gst_weir_read_point (JsonNode *node, void *field, GError **error)
{
  JsonArray *array = weir_json_node_array (node);
  JsonObject *object = weir_json_node_object (node);
  JsonNode *x = weir_json_member (object, "x"), *y = weir_json_member (object, "y");
  GstWeirPoint *point = field;

  if (array != NULL && json_array_get_length (array) == 2) {
    x = json_array_get_element (array, 0);
    y = json_array_get_element (array, 1);
  }
  if (x == NULL || y == NULL || !get_number (x, &point->x) || !get_number (y, &point->y))
    return expected (node, "a point {\"x\": 1, \"y\": 2} or [1, 2]", error);
  return TRUE;
}

gboolean
gst_weir_read_points (JsonNode *node, void *field, GError **error)
{
  GstWeirCorners *corners = field;
  JsonArray *array = weir_json_node_array (node);
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (n == 0 || n > MAX_POINTS)
    return expected (node, "a list of points", error);
  g_free (corners->points);
  *corners = (GstWeirCorners){ g_new0 (GstWeirPoint, n), n };
  for (guint i = 0; i < n; i++)
    if (!gst_weir_read_point (json_array_get_element (array, i), &corners->points[i],
                              error))
      return FALSE;
  return TRUE;
}

static const GstWeirSceneKey *
find_key (const GstWeirSceneKey *keys, guint n_keys, const char *name)
{
  for (guint i = 0; i < n_keys; i++)
    if (strcmp (keys[i].name, name) == 0)
      return &keys[i];
  return NULL;
}

gboolean
gst_weir_read_object (JsonNode *node, const GstWeirSceneKey *keys, guint n_keys,
                      void *object, GError **error)
{
  JsonObject *members = weir_json_node_object (node);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (members == NULL)
    return expected (node, "an object", error);
  json_object_iter_init (&iter, members);
  while (json_object_iter_next (&iter, &name, &member)) {
    const GstWeirSceneKey *key = find_key (keys, n_keys, name);

    if (key == NULL)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "there is no key '%s' here", name);
    if (!key->read (member, (guint8 *) object + key->offset, error)) {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  }
  return TRUE;
}
