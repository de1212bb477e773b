#include "gstweirgate.h"

/* The first is a text, all others are numbers. */
static const struct {
  const char *name, *nick, *blurb;
  guint least, initial;
  gsize offset;
} rows[] = {
  { "object-class", "Object class",
    "only regions with this label (inference-region=roi-list)", 0, 0,
    offsetof (GstWeirGate, object_class) },
  { "inference-interval", "Inference interval", "look at every N-th frame", 1, 1,
    offsetof (GstWeirGate, interval) },
  { "input-object-min-width", "Least width", "in pixels, of regions; 0: any", 0, 0,
    offsetof (GstWeirGate, min_width) },
  { "input-object-min-height", "Least height", "in pixels, of regions; 0: any", 0, 0,
    offsetof (GstWeirGate, min_height) },
  { "input-object-max-width", "Greatest width", "in pixels, of regions; 0: any", 0, 0,
    offsetof (GstWeirGate, max_width) },
  { "input-object-max-height", "Greatest height", "in pixels, of regions; 0: any", 0, 0,
    offsetof (GstWeirGate, max_height) },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == GST_WEIR_GATE_PROPERTIES);

void
gst_weir_gate_init (GstWeirGate *gate)
{
  *gate = (GstWeirGate){ .interval = 1 };
}

void
gst_weir_gate_clear (GstWeirGate *gate)
{
  g_clear_pointer (&gate->object_class, g_free);
}

void
gst_weir_gate_install (GObjectClass *klass, guint first)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  g_object_class_install_property (
      klass, first,
      g_param_spec_string (rows[0].name, rows[0].nick, rows[0].blurb, NULL, flags));
  for (guint i = 1; i < G_N_ELEMENTS (rows); i++)
    g_object_class_install_property (
        klass, first + i,
        g_param_spec_uint (rows[i].name, rows[i].nick, rows[i].blurb, rows[i].least,
                           G_MAXUINT, rows[i].initial, flags));
}

void
gst_weir_gate_set (GstWeirGate *gate, guint index, const GValue *value)
{
  void *field = (guint8 *) gate + rows[index].offset;

  if (index > 0) {
    *(guint *) field = g_value_get_uint (value);
    return;
  }
  g_free (*(char **) field);
  *(char **) field = g_value_dup_string (value);
}

void
gst_weir_gate_get (const GstWeirGate *gate, guint index, GValue *value)
{
  const void *field = (const guint8 *) gate + rows[index].offset;

  if (index > 0)
    g_value_set_uint (value, *(const guint *) field);
  else
    g_value_set_string (value, *(char *const *) field);
}

gboolean
gst_weir_gate_takes_frame (const GstWeirGate *gate, guint64 number)
{
  return number % gate->interval == 0;
}

static gboolean
is_between (guint size, guint least, guint most)
{
  return size >= MAX (least, 1) && (most == 0 || size <= most);
}

/* A region without a size has nothing to look at. */
gboolean
gst_weir_gate_takes_region (const GstWeirGate *gate,
                            const GstVideoRegionOfInterestMeta *roi)
{
  const char *label = g_quark_to_string (roi->roi_type);

  if (gate->object_class != NULL && *gate->object_class != '\0' &&
      g_strcmp0 (label, gate->object_class) != 0)
    return FALSE;
  return is_between (roi->w, gate->min_width, gate->max_width) &&
         is_between (roi->h, gate->min_height, gate->max_height);
}
