#include "weir-preprocess.h"

#include <string.h>

#define MAX_CHANNELS 4

/* "1,2,3", "[1,2,3]" or "1 2 3" into all channels; one number stands for all. */
static gboolean
parse_values (const char *what, const char *text, float *values, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (text, ", []()", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL; i++) {
    char *end;

    if (*parts[i] == '\0')
      continue;
    if (n == MAX_CHANNELS)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: more than %d values", what,
                        MAX_CHANNELS);
    values[n++] = (float) g_ascii_strtod (parts[i], &end);
    if (*end != '\0')
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: '%s' is not a number", what,
                        parts[i]);
  }
  if (n == 0)
    return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: no numbers in '%s'", what, text);
  for (guint i = n; i < MAX_CHANNELS; i++)
    values[i] = values[n - 1];
  return TRUE;
}

static gboolean
parse_scale (const char *what, const char *text, float *values, GError **error)
{
  if (!parse_values (what, text, values, error))
    return FALSE;
  for (guint i = 0; i < MAX_CHANNELS; i++)
    if (values[i] == 0)
      return weir_fail (error, WEIR_ERROR_ARGUMENT, "%s: a scale of 0", what);
  return TRUE;
}

static const struct {
  const char *word;
  WeirResizeMode mode;
} resize_words[] = {
  { "stretch", WEIR_RESIZE_STRETCH },
  { "standard", WEIR_RESIZE_STRETCH },
  { "no", WEIR_RESIZE_STRETCH },
  { "letterbox", WEIR_RESIZE_LETTERBOX },
  { "aspect-ratio", WEIR_RESIZE_LETTERBOX },
  { "fit_to_window_letterbox", WEIR_RESIZE_LETTERBOX },
  { "fit_to_window", WEIR_RESIZE_LETTERBOX },
  { "crop", WEIR_RESIZE_CROP },
  { "central", WEIR_RESIZE_CROP },
};

static gboolean
parse_resize (const char *text, WeirResizeMode *mode, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (resize_words); i++)
    if (g_ascii_strcasecmp (resize_words[i].word, text) == 0) {
      *mode = resize_words[i].mode;
      return TRUE;
    }
  return weir_fail (error, WEIR_ERROR_ARGUMENT,
                    "resize: expected stretch, letterbox or crop, found '%s'", text);
}

static WeirChannelOrder
order_of (gboolean rgb)
{
  return rgb ? WEIR_CHANNELS_RGB : WEIR_CHANNELS_BGR;
}

static void
apply_profile (WeirPreprocess *p, const WeirPictureProfile *profile)
{
  p->transform.order = profile->order;
  p->transform.resize = profile->resize;
  p->transform.pad = profile->pad;
  for (guint i = 0; i < MAX_CHANNELS; i++) {
    p->transform.mean[i] = profile->mean;
    p->transform.scale[i] = profile->scale;
  }
  p->order_from = p->mean_from = p->resize_from = "decoder";
}

/* OpenVINO Model API's keys. */
static gboolean
apply_model_info (WeirPreprocess *p, const WeirModel *model, GError **error)
{
  const char *mean = weir_model_info (model, "model_info/mean_values");
  const char *scale = weir_model_info (model, "model_info/scale_values");
  const char *reverse = weir_model_info (model, "model_info/reverse_input_channels");
  const char *resize = weir_model_info (model, "model_info/resize_type");
  const char *pad = weir_model_info (model, "model_info/pad_value");

  if (mean != NULL && *mean != '\0') {
    if (!parse_values ("model_info/mean_values", mean, p->transform.mean, error))
      return FALSE;
    p->mean_from = "model_info";
  }
  if (scale != NULL && *scale != '\0') {
    if (!parse_scale ("model_info/scale_values", scale, p->transform.scale, error))
      return FALSE;
    p->mean_from = "model_info";
  }
  if (reverse != NULL && *reverse != '\0') {
    p->transform.order = order_of (g_ascii_strcasecmp (reverse, "true") == 0 ||
                                   g_ascii_strcasecmp (reverse, "yes") == 0);
    p->order_from = "model_info";
  }
  if (resize != NULL && *resize != '\0') {
    if (!parse_resize (resize, &p->transform.resize, error))
      return FALSE;
    p->resize_from = "model_info";
  }
  if (pad != NULL)
    p->transform.pad = (float) g_ascii_strtod (pad, NULL);
  return TRUE;
}

/* "resize=letterbox,pad=114" */
static gboolean
apply_config (WeirPreprocess *p, const char *config, GError **error)
{
  g_auto (GStrv) parts = g_strsplit_set (config, ",;", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (g_strstrip (parts[i]), "=", 2);

    if (pair[0] == NULL)
      continue;
    if (strcmp (pair[0], "resize") == 0 && pair[1] != NULL) {
      if (!parse_resize (pair[1], &p->transform.resize, error))
        return FALSE;
      p->resize_from = "property";
    } else if (strcmp (pair[0], "pad") == 0 && pair[1] != NULL) {
      p->transform.pad = (float) g_ascii_strtod (pair[1], NULL);
    } else {
      return weir_fail (error, WEIR_ERROR_ARGUMENT,
                        "pre-process-config: expected resize=… or pad=…, found '%s'",
                        parts[i]);
    }
  }
  return TRUE;
}

static gboolean
apply_wishes (WeirPreprocess *p, const WeirPreprocessWishes *w, GError **error)
{
  gboolean values = w->mean_values != NULL || w->scale_values != NULL;

  for (guint i = 0; values && i < MAX_CHANNELS; i++) {
    p->transform.mean[i] = 0;
    p->transform.scale[i] = 1;
  }
  if (values)
    p->mean_from = "property";
  if (w->mean_values != NULL &&
      !parse_values ("mean-values", w->mean_values, p->transform.mean, error))
    return FALSE;
  if (w->scale_values != NULL &&
      !parse_scale ("scale-values", w->scale_values, p->transform.scale, error))
    return FALSE;
  if (w->reverse >= 0) {
    p->transform.order = order_of (w->reverse > 0);
    p->order_from = "property";
  }
  return w->config == NULL || apply_config (p, w->config, error);
}

gboolean
weir_preprocess_decide (WeirPreprocess *p, const WeirPreprocessWishes *wishes,
                        const WeirModel *model, const WeirPictureProfile *profile,
                        GError **error)
{
  const char *framework = weir_model_info (model, "conversion_parameters/framework");

  *p = (WeirPreprocess){ .order_from = "framework",
                         .mean_from = "framework",
                         .resize_from = "framework" };
  weir_image_transform_init (&p->transform);
  if (framework == NULL)
    framework = weir_model_framework (model);
  p->transform.order =
      order_of (strcmp (framework, "caffe") != 0 && strcmp (framework, "ir") != 0);
  if (profile != NULL)
    apply_profile (p, profile);
  return apply_model_info (p, model, error) && apply_wishes (p, wishes, error);
}

/* Channels of a rank-4 input, told by its layout or by the dimension that is 1 or 3. */
static gboolean
has_channels (const WeirPortInfo *info, int axis)
{
  return info->shape.dims[axis] == 1 || info->shape.dims[axis] == 3;
}

gboolean
weir_picture_input (const WeirNetwork *network, guint *index, GError **error)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  for (guint i = 0; i < weir_network_n_inputs (network); i++) {
    g_autofree char *shape = NULL;
    WeirPortInfo info;

    weir_network_input (network, i, &info);
    if (info.shape.rank == 4 && (has_channels (&info, 1) || has_channels (&info, 3)) &&
        (info.dtype == WEIR_DTYPE_F32 || info.dtype == WEIR_DTYPE_U8)) {
      *index = i;
      return TRUE;
    }
    shape = weir_shape_to_string (&info.shape);
    g_string_append_printf (seen, "%s'%s' %s of %s", i > 0 ? ", " : "", info.name, shape,
                            weir_dtype_name (info.dtype));
  }
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "the model takes no picture: expected an input of rank 4 with 1 or 3 "
                    "channels, found %s",
                    seen->str);
}
