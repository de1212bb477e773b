#include "tracker.h"

#include "base/error.h"

#include <string.h>

/* What is found in every frame needs no sureness in two steps. */
#define EVERY_BOX .high_score = 0, .low_score = 0, .new_score = 0

GstWeirTrackerConfig
gst_weir_tracker_config (GstWeirTrackingType type)
{
  static const struct {
    GstWeirTrackingType type;
    GstWeirTrackerConfig config;
  } rows[] = {
    { GST_WEIR_TRACKING_ZERO_TERM,
      { .per_class = TRUE, .max_lost = 15, .confirm = 1, EVERY_BOX, .iou = 0.2 } },
    { GST_WEIR_TRACKING_ZERO_TERM_IMAGELESS,
      { .per_class = TRUE, .max_lost = 15, .confirm = 1, EVERY_BOX, .iou = 0.2 } },
    { GST_WEIR_TRACKING_SHORT_TERM_IMAGELESS,
      { .per_class = TRUE,
        .max_lost = 30,
        .extrapolate = 5,
        .confirm = 1,
        EVERY_BOX,
        .iou = 0.2 } },
    { GST_WEIR_TRACKING_DEEP_SORT,
      { .per_class = TRUE,
        .max_lost = 30,
        .confirm = 3,
        EVERY_BOX,
        .iou = 0.3,
        .max_cosine = 0.2,
        .budget = 100 } },
    { GST_WEIR_TRACKING_BYTE_TRACK,
      { .per_class = TRUE,
        .max_lost = 30,
        .confirm = 2,
        .high_score = 0.5,
        .low_score = 0.1,
        .new_score = 0.6,
        .iou = 0.2 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].type == type)
      return rows[i].config;
  return rows[0].config;
}

/* REST: what is left to 1: IoU as a distance. */
typedef enum { FLAG, COUNT, SHARE, REST } Kind;

static const struct {
  const char *key;
  Kind kind;
  gsize offset;
} keys[] = {
  { "tracking_per_class", FLAG, offsetof (GstWeirTrackerConfig, per_class) },
  { "max_num_objects", COUNT, offsetof (GstWeirTrackerConfig, max_objects) },
  { "max_lost", COUNT, offsetof (GstWeirTrackerConfig, max_lost) },
  { "extrapolate", COUNT, offsetof (GstWeirTrackerConfig, extrapolate) },
  { "confirm", COUNT, offsetof (GstWeirTrackerConfig, confirm) },
  { "high_score", SHARE, offsetof (GstWeirTrackerConfig, high_score) },
  { "low_score", SHARE, offsetof (GstWeirTrackerConfig, low_score) },
  { "new_score", SHARE, offsetof (GstWeirTrackerConfig, new_score) },
  { "iou", SHARE, offsetof (GstWeirTrackerConfig, iou) },
  /* as DL Streamer's deepsort-trck-cfg calls them */
  { "max_iou_distance", REST, offsetof (GstWeirTrackerConfig, iou) },
  { "max_age", COUNT, offsetof (GstWeirTrackerConfig, max_lost) },
  { "n_init", COUNT, offsetof (GstWeirTrackerConfig, confirm) },
  { "max_cosine_distance", SHARE, offsetof (GstWeirTrackerConfig, max_cosine) },
  { "nn_budget", COUNT, offsetof (GstWeirTrackerConfig, budget) },
};

#define MAX_COUNT 100000

static gboolean
fail (GError **error, const char *key, const char *expected, const char *found)
{
  return weir_fail (error, WEIR_ERROR_ARGUMENT, "config: %s: expected %s, found '%s'",
                    key, expected, found);
}

static gboolean
read_flag (const char *key, const char *text, gboolean *value, GError **error)
{
  gboolean yes = g_ascii_strcasecmp (text, "true") == 0 || strcmp (text, "1") == 0;
  gboolean no = g_ascii_strcasecmp (text, "false") == 0 || strcmp (text, "0") == 0;

  if (!yes && !no)
    return fail (error, key, "true or false", text);
  *value = yes;
  return TRUE;
}

/* DL Streamer says -1 for "no limit". */
static gboolean
read_count (const char *key, const char *text, guint *value, GError **error)
{
  guint64 number = 0;

  if (strcmp (text, "-1") != 0 &&
      !g_ascii_string_to_unsigned (text, 10, 0, MAX_COUNT, &number, NULL))
    return fail (error, key, "a whole number up to 100000", text);
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_share (const char *key, const char *text, double *value, GError **error)
{
  char *end;
  double number = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(number >= 0 && number <= 1))
    return fail (error, key, "a number from 0 to 1", text);
  *value = number;
  return TRUE;
}

static gboolean
read_pair (GstWeirTrackerConfig *config, const char *key, const char *text,
           GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    void *field = (guint8 *) config + keys[i].offset;

    if (strcmp (keys[i].key, key) != 0)
      continue;
    switch (keys[i].kind) {
    case FLAG:
      return read_flag (key, text, field, error);
    case COUNT:
      return read_count (key, text, field, error);
    case SHARE:
      return read_share (key, text, field, error);
    case REST:
      if (!read_share (key, text, field, error))
        return FALSE;
      *(double *) field = 1 - *(double *) field;
      return TRUE;
    }
  }
  return weir_fail (error, WEIR_ERROR_ARGUMENT, "config: there is no key '%s'", key);
}

gboolean
gst_weir_tracker_configure (GstWeirTrackerConfig *config, const char *text,
                            GError **error)
{
  g_auto (GStrv) pairs = g_strsplit (text, ",", -1);

  for (guint i = 0; pairs[i] != NULL; i++) {
    char *value;

    if (*g_strstrip (pairs[i]) == '\0')
      continue;
    value = strchr (pairs[i], '=');
    if (value == NULL)
      return fail (error, pairs[i], "KEY=VALUE", pairs[i]);
    *value = '\0';
    if (!read_pair (config, g_strstrip (pairs[i]), g_strstrip (value + 1), error))
      return FALSE;
  }
  return TRUE;
}
