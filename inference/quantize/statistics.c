#include "base/json.h"
#include "base/source.h"
#include "equalize.h"

#include <math.h>
#include <string.h>

/* A calibration as a file: {"form", "version", "method", "preset", "samples", "values":
 * [...], "equalized": [...], "layers": [...], "outputs": [...]}. */

#define FORM    "weir-statistics"
#define VERSION 1

static void
add_text (JsonBuilder *json, const char *member, const char *text)
{
  json_builder_set_member_name (json, member);
  json_builder_add_string_value (json, text);
}

/* JSON knows no infinity, and no NaN. */
static void
add_number (JsonBuilder *json, const char *member, double value)
{
  if (!isfinite (value))
    return;
  json_builder_set_member_name (json, member);
  json_builder_add_double_value (json, value);
}

static void
add_value (JsonBuilder *json, const WeirSeen *seen)
{
  json_builder_begin_object (json);
  add_text (json, "name", seen->name);
  add_number (json, "min", seen->min);
  add_number (json, "max", seen->max);
  add_number (json, "low", seen->range.low);
  add_number (json, "high", seen->range.high);
  json_builder_end_object (json);
}

static void
add_numbers (JsonBuilder *json, const char *member, const double *values, gsize n)
{
  json_builder_set_member_name (json, member);
  json_builder_begin_array (json);
  for (gsize i = 0; i < n; i++)
    json_builder_add_double_value (json, values[i]);
  json_builder_end_array (json);
}

static void
add_equalized (JsonBuilder *json, const WeirEqualized *equalized)
{
  json_builder_begin_object (json);
  add_text (json, "name", equalized->name);
  add_numbers (json, "scales", equalized->scales, equalized->n);
  json_builder_end_object (json);
}

static void
add_layer (JsonBuilder *json, const WeirVerdict *verdict)
{
  json_builder_begin_object (json);
  add_text (json, "name", verdict->name);
  add_text (json, "op", verdict->op);
  if (verdict->reason != NULL)
    add_text (json, "kept", verdict->reason);
  add_number (json, "snr", verdict->snr);
  if (verdict->shift != NULL)
    add_numbers (json, "shift", verdict->shift, verdict->channels);
  json_builder_end_object (json);
}

static void
add_drift (JsonBuilder *json, const WeirDrift *drift)
{
  json_builder_begin_object (json);
  add_text (json, "name", drift->name);
  add_number (json, "drop", drift->drop);
  add_number (json, "snr", drift->snr);
  add_number (json, "cosine", drift->cosine);
  add_number (json, "largest", drift->largest);
  json_builder_end_object (json);
}

static void
begin_array (JsonBuilder *json, const char *member)
{
  json_builder_set_member_name (json, member);
  json_builder_begin_array (json);
}

char *
weir_calibration_to_json (const WeirCalibration *c)
{
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (json);
  add_text (json, "form", FORM);
  add_number (json, "version", VERSION);
  add_text (json, "method", c->method);
  add_text (json, "preset", c->symmetric ? "performance" : "mixed");
  add_number (json, "samples", c->samples);
  begin_array (json, "values");
  for (guint i = 0; i < c->values->len; i++)
    add_value (json, &g_array_index (c->values, WeirSeen, i));
  json_builder_end_array (json);
  begin_array (json, "equalized");
  for (guint i = 0; i < c->equalized->len; i++)
    add_equalized (json, &g_array_index (c->equalized, WeirEqualized, i));
  json_builder_end_array (json);
  begin_array (json, "layers");
  for (guint i = 0; i < c->layers->len; i++)
    add_layer (json, weir_calibration_verdict (c, i));
  json_builder_end_array (json);
  begin_array (json, "outputs");
  for (guint i = 0; i < c->drifts->len; i++)
    add_drift (json, &g_array_index (c->drifts, WeirDrift, i));
  json_builder_end_array (json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  return json_to_string (root, TRUE);
}

/* @fallback where there is none; NaN asks for one. */
static gboolean
read_number (JsonObject *object, const char *member, double fallback, double *value,
             GError **error)
{
  JsonNode *node = weir_json_member (object, member);

  *value = fallback;
  if (node == NULL && !isnan (fallback))
    return TRUE;
  if (weir_json_node_number (node, value) && isfinite (*value))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected a number", member);
}

static gboolean
read_text (JsonObject *object, const char *member, const char **text, GError **error)
{
  *text = weir_json_string (object, member);
  return *text != NULL ||
         weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected a text", member);
}

static gboolean
read_value (WeirCalibration *c, JsonObject *object, GError **error)
{
  WeirSeen seen = { 0 };
  const char *name;

  if (!read_text (object, "name", &name, error) ||
      !read_number (object, "min", NAN, &seen.min, error) ||
      !read_number (object, "max", NAN, &seen.max, error) ||
      !read_number (object, "low", NAN, &seen.range.low, error) ||
      !read_number (object, "high", NAN, &seen.range.high, error))
    return FALSE;
  if (seen.range.low > seen.range.high || fabs (seen.range.low) > G_MAXFLOAT / 1e6 ||
      fabs (seen.range.high) > G_MAXFLOAT / 1e6)
    return weir_fail (error, WEIR_ERROR_FORMAT, "'%s': no range from %g to %g", name,
                      seen.range.low, seen.range.high);
  seen.name = (char *) name;
  weir_calibration_see (c, &seen);
  return TRUE;
}

/* (transfer full) (nullable) */
static double *
read_numbers (JsonObject *object, const char *member, gsize *n, GError **error)
{
  JsonArray *array = weir_json_array (object, member);
  g_autofree double *values = NULL;

  if (array == NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected a list", member);
    return NULL;
  }
  *n = json_array_get_length (array);
  values = g_new0 (double, MAX (*n, 1));
  for (guint i = 0; i < *n; i++)
    if (!weir_json_node_number (json_array_get_element (array, i), &values[i]) ||
        !isfinite (values[i])) {
      weir_fail (error, WEIR_ERROR_FORMAT, "'%s': element %u is no number", member, i);
      return NULL;
    }
  return g_steal_pointer (&values);
}

static gboolean
read_equalized (WeirCalibration *c, JsonObject *object, GError **error)
{
  WeirEqualized equalized;
  const char *name;

  if (!read_text (object, "name", &name, error))
    return FALSE;
  equalized.scales = read_numbers (object, "scales", &equalized.n, error);
  if (equalized.scales == NULL)
    return FALSE;
  equalized.name = g_strdup (name);
  g_array_append_val (c->equalized, equalized);
  for (gsize i = 0; i < equalized.n; i++)
    if (!(equalized.scales[i] > 0))
      return weir_fail (error, WEIR_ERROR_FORMAT, "'scales': element %zu is not positive",
                        i);
  return TRUE;
}

static gboolean
read_layer (WeirCalibration *c, JsonObject *object, GError **error)
{
  const char *name, *op;
  WeirVerdict *verdict;

  if (!read_text (object, "name", &name, error) || !read_text (object, "op", &op, error))
    return FALSE;
  g_array_set_size (c->layers, c->layers->len + 1);
  verdict = weir_calibration_verdict (c, c->layers->len - 1);
  verdict->name = g_strdup (name);
  verdict->op = g_strdup (op);
  verdict->reason = g_strdup (weir_json_string (object, "kept"));
  if (weir_json_member (object, "shift") != NULL) {
    verdict->shift = read_numbers (object, "shift", &verdict->channels, error);
    if (verdict->shift == NULL)
      return FALSE;
  }
  if (weir_json_member (object, "snr") != NULL)
    return read_number (object, "snr", NAN, &verdict->snr, error);
  verdict->snr = NAN;
  return TRUE;
}

static gboolean
read_drift (WeirCalibration *c, JsonObject *object, GError **error)
{
  WeirDrift drift = { 0 };
  const char *name;

  if (!read_text (object, "name", &name, error) ||
      !read_number (object, "drop", 0, &drift.drop, error) ||
      !read_number (object, "snr", 0, &drift.snr, error) ||
      !read_number (object, "cosine", 0, &drift.cosine, error) ||
      !read_number (object, "largest", 0, &drift.largest, error))
    return FALSE;
  drift.name = g_strdup (name);
  g_array_append_val (c->drifts, drift);
  return TRUE;
}

static const struct {
  const char *member;
  gboolean (*read) (WeirCalibration *c, JsonObject *object, GError **error);
} lists[] = {
  { "values", read_value },
  { "equalized", read_equalized },
  { "layers", read_layer },
  { "outputs", read_drift },
};

static gboolean
read_lists (WeirCalibration *c, JsonObject *root, GError **error)
{
  for (guint k = 0; k < G_N_ELEMENTS (lists); k++) {
    JsonArray *array = weir_json_array (root, lists[k].member);

    if (array == NULL)
      return weir_fail (error, WEIR_ERROR_FORMAT, "'%s': expected a list",
                        lists[k].member);
    for (guint i = 0; i < json_array_get_length (array); i++) {
      JsonObject *object = weir_json_node_object (json_array_get_element (array, i));

      if (lists[k].read (c, object, error))
        continue;
      g_prefix_error (error, "element %u of '%s': ", i, lists[k].member);
      return FALSE;
    }
  }
  return TRUE;
}

static WeirCalibration *
read_root (JsonObject *root, GError **error)
{
  const char *form = weir_json_string (root, "form");
  g_autoptr (WeirCalibration) c = NULL;
  const char *method, *preset;
  double version, samples;

  if (g_strcmp0 (form, FORM) != 0) {
    weir_fail (error, WEIR_ERROR_FORMAT, "'form': expected %s, found %s", FORM,
               form != NULL ? form : "none");
    return NULL;
  }
  if (!read_number (root, "version", NAN, &version, error) ||
      !read_text (root, "method", &method, error) ||
      !read_text (root, "preset", &preset, error) ||
      !read_number (root, "samples", 0, &samples, error))
    return NULL;
  if (version != VERSION) {
    weir_fail (error, WEIR_ERROR_FORMAT, "'version': expected %d, found %g", VERSION,
               version);
    return NULL;
  }
  c = weir_calibration_new (method, strcmp (preset, "performance") == 0);
  c->samples = (guint) CLAMP (samples, 0, G_MAXUINT);
  return read_lists (c, root, error) ? g_steal_pointer (&c) : NULL;
}

WeirCalibration *
weir_calibration_read (const char *path, GError **error)
{
  g_autoptr (WeirSource) source = weir_source_open (path, error);
  g_autoptr (JsonNode) root = NULL;
  WeirCalibration *calibration = NULL;
  WeirBytes bytes;

  if (source == NULL)
    return NULL;
  bytes = weir_source_bytes (source);
  root = weir_json_parse (&bytes, error);
  if (root != NULL)
    calibration = read_root (weir_json_node_object (root), error);
  if (calibration == NULL)
    g_prefix_error (error, "%s: ", path);
  return calibration;
}
