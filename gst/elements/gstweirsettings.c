#include "gstweirsettings.h"

#include <string.h>

typedef enum { TEXT, NUMBER, ORDER } Kind;

static const struct {
  const char *name;
  const char *nick;
  const char *blurb;
  Kind kind;
  gsize offset;
} rows[] = {
  { "model", "Model", "model file of any framework, or an OpenVINO IR", TEXT,
    offsetof (GstWeirSettings, model) },
  { "device", "Device", "CPU, REFERENCE or AUTO", TEXT,
    offsetof (GstWeirSettings, device) },
  { "precision", "Precision", "f32, or i8: quantised by `statistics`", TEXT,
    offsetof (GstWeirSettings, precision) },
  { "statistics", "Statistics", "what `weir quantize` has found out of the model", TEXT,
    offsetof (GstWeirSettings, statistics) },
  { "model-instance-id", "Model instance id",
    "elements with the same id share one network, whatever else they say", TEXT,
    offsetof (GstWeirSettings, instance_id) },
  { "pre-process-config", "Pre-process configuration",
    "resize=stretch|letterbox|crop,pad=0..255", TEXT,
    offsetof (GstWeirSettings, config) },
  { "labels", "Labels", "file with one label a line, or a list: a,b,c", TEXT,
    offsetof (GstWeirSettings, labels) },
  { "mean-values", "Mean values",
    "subtracted from each channel, in the network's channel order: a,b,c", TEXT,
    offsetof (GstWeirSettings, mean_values) },
  { "scale-values", "Scale values", "each channel is divided by its value: a,b,c", TEXT,
    offsetof (GstWeirSettings, scale_values) },
  { "convert-options", "Convert options", "options of `weir convert`, on one line", TEXT,
    offsetof (GstWeirSettings, convert_options) },
  { "cache-dir", "Cache directory", "where converted models are kept; empty for nowhere",
    TEXT, offsetof (GstWeirSettings, cache_dir) },
  { "extensions", "Extensions",
    "libraries with operations of your own, and mappings (.json): a,b; their code is run",
    TEXT, offsetof (GstWeirSettings, extensions) },
  { "offload", "Offload",
    "who runs what cannot be converted: FRAMEWORK=RUNNER, separated by commas; a runner "
    "is ONNX Runtime's library or a command; none by default",
    TEXT, offsetof (GstWeirSettings, offload) },
  { "decoder", "Decoder", "what reads the network's outputs; auto finds it", TEXT,
    offsetof (GstWeirSettings, decoder) },
  { "nireq", "Number of requests", "frames that are worked on at a time; 0 is automatic",
    NUMBER, offsetof (GstWeirSettings, nireq) },
  { "cpu-streams", "CPU streams", "networks that run at a time; 0 is automatic", NUMBER,
    offsetof (GstWeirSettings, streams) },
  { "threads", "Threads", "threads in all; 0 is one a CPU", NUMBER,
    offsetof (GstWeirSettings, threads) },
  { "reshape-width", "Reshape width", "width of the network's input; 0 keeps it", NUMBER,
    offsetof (GstWeirSettings, reshape_width) },
  { "reshape-height", "Reshape height", "height of the network's input; 0 keeps it",
    NUMBER, offsetof (GstWeirSettings, reshape_height) },
  { "reverse-input-channels", "Reverse input channels",
    "true: the network wants RGB; false: BGR; auto: as the model says", ORDER,
    offsetof (GstWeirSettings, reverse) },
};

#define MAX_NUMBER 65535

static GType
order_type (void)
{
  static const GEnumValue values[] = { { -1, "as the model says", "auto" },
                                       { 0, "the network wants BGR", "false" },
                                       { 1, "the network wants RGB", "true" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWeirChannelReversal", values));
  return type;
}

GType
gst_weir_settings_region_type (void)
{
  static const GEnumValue values[] = { { 0, "the whole frame", "full-frame" },
                                       { 1, "each region that was found", "roi-list" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWeirInferenceRegion", values));
  return type;
}

static void *
field (const GstWeirSettings *settings, guint index)
{
  return (guint8 *) settings + rows[index].offset;
}

void
gst_weir_settings_init (GstWeirSettings *settings)
{
  *settings = (GstWeirSettings){ .reverse = -1 };
}

void
gst_weir_settings_clear (GstWeirSettings *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == TEXT)
      g_clear_pointer ((char **) field (settings, i), g_free);
}

GstWeirSettings
gst_weir_settings_copy (const GstWeirSettings *settings)
{
  GstWeirSettings copy = *settings;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].kind == TEXT)
      *(char **) field (&copy, i) = g_strdup (*(char **) field (settings, i));
  return copy;
}

void
gst_weir_settings_install (GObjectClass *klass, guint first)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GParamSpec *spec = NULL;

    switch (rows[i].kind) {
    case TEXT:
      spec = g_param_spec_string (rows[i].name, rows[i].nick, rows[i].blurb, NULL, flags);
      break;
    case NUMBER:
      spec = g_param_spec_uint (rows[i].name, rows[i].nick, rows[i].blurb, 0, MAX_NUMBER,
                                0, flags);
      break;
    case ORDER:
      spec = g_param_spec_enum (rows[i].name, rows[i].nick, rows[i].blurb, order_type (),
                                -1, flags);
      break;
    }
    g_object_class_install_property (klass, first + i, spec);
  }
}

gboolean
gst_weir_settings_set (GstWeirSettings *settings, guint index, const GValue *value)
{
  if (index >= G_N_ELEMENTS (rows))
    return FALSE;
  switch (rows[index].kind) {
  case TEXT:
    g_free (*(char **) field (settings, index));
    *(char **) field (settings, index) = g_value_dup_string (value);
    break;
  case NUMBER:
    *(guint *) field (settings, index) = g_value_get_uint (value);
    break;
  case ORDER:
    *(int *) field (settings, index) = g_value_get_enum (value);
    break;
  }
  return TRUE;
}

gboolean
gst_weir_settings_get (const GstWeirSettings *settings, guint index, GValue *value)
{
  if (index >= G_N_ELEMENTS (rows))
    return FALSE;
  switch (rows[index].kind) {
  case TEXT:
    g_value_set_string (value, *(char **) field (settings, index));
    break;
  case NUMBER:
    g_value_set_uint (value, *(guint *) field (settings, index));
    break;
  case ORDER:
    g_value_set_enum (value, *(int *) field (settings, index));
    break;
  }
  return TRUE;
}

gboolean
gst_weir_settings_is_model (guint index)
{
  return index < G_N_ELEMENTS (rows) && strcmp (rows[index].name, "model") == 0;
}

GstWeirInstanceWishes
gst_weir_settings_wishes (const GstWeirSettings *s, guint task, GBytes *stream)
{
  guint streams = MAX (s->streams, 1);

  return (GstWeirInstanceWishes){
    .model = { .path = s->model,
               .stream = stream,
               .convert_options = s->convert_options,
               .cache_dir = s->cache_dir,
               .extensions = s->extensions,
               .offload = s->offload,
               .instance_id = stream == NULL ? s->instance_id : NULL,
               .device = s->device,
               .precision = s->precision,
               .statistics = s->statistics,
               .threads = s->threads,
               .streams = streams,
               .reshape_width = s->reshape_width,
               .reshape_height = s->reshape_height },
    .preprocess = { .mean_values = s->mean_values,
                    .scale_values = s->scale_values,
                    .config = s->config,
                    .reverse = s->reverse },
    .labels = s->labels,
    .decoder = s->decoder,
    .task = task,
    .nireq = s->nireq > 0 ? s->nireq : streams + 1,
  };
}
