#include "elements.h"
#include "lib/gstweirblur.h"
#include "lib/gstweirmeta.h"
#include "lib/gstweirpreprocess.h"
#include "lib/gstweirtails.h"

#include <gst/video/gstvideofilter.h>
#include <math.h>
#include <string.h>

/**
 * SECTION: element-weiroverlay
 *
 * Draws what was found: boxes, labels, scores, ids with tails, key points, zones and
 * tripwires with their counts, and blurs what nobody shall see; on every format that the
 * other elements read. docs/elements/weiroverlay.md has pictures in words.
 *
 * |[
 * gst-launch-1.0 v4l2src ! weirdetect model=yolov8n.onnx ! weirtrack ! weiroverlay !
 *     autovideosink
 * ]|
 */

#define GST_TYPE_WEIR_OVERLAY (gst_weir_overlay_get_type ())
G_DECLARE_FINAL_TYPE (GstWeirOverlay, gst_weir_overlay, GST, WEIR_OVERLAY, GstVideoFilter)

/* What the properties say. */
typedef struct {
  guint line, font, tail;
  gboolean boxes, labels, confidence, zones, fps;
  gboolean by_track;
  char *blur; /* labels, with commas */
} Wishes;

struct _GstWeirOverlay {
  GstVideoFilter parent;
  Wishes wishes;
  GstWeirTails *tails;
  GArray *arrivals; /* gint64: of the frames of the last second, in microseconds */
};

G_DEFINE_TYPE (GstWeirOverlay, gst_weir_overlay, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE (weiroverlay, "weiroverlay", GST_RANK_NONE,
                             GST_TYPE_WEIR_OVERLAY)

typedef enum { FLAG, NUMBER, COLORS, TEXT } Kind;

static const struct {
  const char *name, *nick, *blurb;
  Kind kind;
  guint initial, most;
  gsize offset;
} rows[] = {
  { "line-width", "Line width", "in pixels; 0 is automatic", NUMBER, 0, 64,
    offsetof (Wishes, line) },
  { "font-size", "Font size", "in pixels; 0 is automatic", NUMBER, 0, 256,
    offsetof (Wishes, font) },
  { "tail-length", "Tail length",
    "places of the last frames that are drawn behind an object with an id; 0: none",
    NUMBER, 30, 256, offsetof (Wishes, tail) },
  { "show-boxes", "Show boxes", "draw boxes and key points", FLAG, TRUE, 0,
    offsetof (Wishes, boxes) },
  { "show-labels", "Show labels", "write labels at the boxes", FLAG, TRUE, 0,
    offsetof (Wishes, labels) },
  { "show-confidence", "Show confidence", "write scores too", FLAG, TRUE, 0,
    offsetof (Wishes, confidence) },
  { "show-zones", "Show zones", "draw zones and tripwires with their counts", FLAG, TRUE,
    0, offsetof (Wishes, zones) },
  { "show-fps", "Show frame rate", "write how many frames the last second had", FLAG,
    FALSE, 0, offsetof (Wishes, fps) },
  { "color-by", "Colour by", "what has a colour of its own", COLORS, 0, 0,
    offsetof (Wishes, by_track) },
  { "blur-classes", "Blur classes",
    "labels (or numbers of classes) whose regions are made unrecognisable: a,b; *: all",
    TEXT, 0, 0, offsetof (Wishes, blur) },
};

/* A blur reaches further than the box, which may be a little too small. */
#define BLUR_MARGIN 0.25

static GType
colors_type (void)
{
  static const GEnumValue values[] = { { 0, "each class", "class" },
                                       { 1, "each object with an id", "track" },
                                       { 0, NULL, NULL } };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWeirOverlayColors", values));
  return type;
}

static gboolean
is_named (char **names, GstVideoRegionOfInterestMeta *roi)
{
  const char *label = g_quark_to_string (roi->roi_type);
  g_autofree char *number = NULL;
  int label_id;

  gst_weir_meta_confidence (roi, &label_id);
  number = g_strdup_printf ("%d", label_id);
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], "*") == 0 || g_strcmp0 (names[i], label) == 0 ||
        strcmp (names[i], number) == 0)
      return TRUE;
  return FALSE;
}

static void
blur_region (GstVideoFrame *frame, const GstVideoRegionOfInterestMeta *roi)
{
  double dx = BLUR_MARGIN * roi->w, dy = BLUR_MARGIN * roi->h;
  double left = MAX (roi->x - dx, 0), top = MAX (roi->y - dy, 0);
  double right = MIN ((double) roi->x + roi->w + dx, GST_VIDEO_FRAME_WIDTH (frame));
  double bottom = MIN ((double) roi->y + roi->h + dy, GST_VIDEO_FRAME_HEIGHT (frame));

  if (right > left && bottom > top)
    gst_weir_blur (frame, (int) left, (int) top, (int) ceil (right) - (int) left,
                   (int) ceil (bottom) - (int) top);
}

static void
blur (GstVideoFrame *frame, const char *classes)
{
  g_auto (GStrv) names = g_strsplit (classes, ",", -1);
  gpointer roi, state = NULL;

  for (guint i = 0; names[i] != NULL; i++)
    g_strstrip (names[i]);
  while ((roi = gst_buffer_iterate_meta_filtered (
              frame->buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL)
    if (is_named (names, roi))
      blur_region (frame, roi);
}

/* Frames of the last second, this one among them. */
static guint
count_arrival (GstWeirOverlay *self)
{
  gint64 now = g_get_monotonic_time ();
  guint old = 0;

  g_array_append_val (self->arrivals, now);
  while (now - g_array_index (self->arrivals, gint64, old) >= G_USEC_PER_SEC)
    old++;
  g_array_remove_range (self->arrivals, 0, old);
  return self->arrivals->len;
}

static void
draw (GstWeirOverlay *self, GstWeirCanvas *canvas, GstBuffer *buffer,
      const Wishes *wishes)
{
  const GstWeirDrawStyle style = { wishes->boxes, wishes->labels, wishes->confidence,
                                   wishes->by_track };
  g_autofree char *rate = NULL;

  if (wishes->zones)
    gst_weir_draw_scenes (canvas, buffer);
  if (wishes->tail > 0) {
    gst_weir_tails_follow (self->tails, buffer, wishes->by_track);
    gst_weir_tails_draw (self->tails, canvas, wishes->tail);
  }
  gst_weir_draw_regions (canvas, buffer, &style);
  if (!wishes->fps)
    return;
  rate = g_strdup_printf ("%u fps", count_arrival (self));
  gst_weir_canvas_text (canvas, 0, 0, rate, 0x000000);
}

static GstFlowReturn
gst_weir_overlay_transform_frame_ip (GstVideoFilter *filter, GstVideoFrame *frame)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (filter);
  GstWeirCanvas canvas;
  g_autofree char *classes = NULL;
  Wishes wishes;

  GST_OBJECT_LOCK (self);
  wishes = self->wishes;
  classes = g_strdup (wishes.blur);
  GST_OBJECT_UNLOCK (self);
  if (classes != NULL && *classes != '\0')
    blur (frame, classes);
  gst_weir_canvas_init (&canvas, frame, wishes.line, wishes.font);
  draw (self, &canvas, frame->buffer, &wishes);
  return GST_FLOW_OK;
}

static void
reset (GstWeirOverlay *self)
{
  gst_weir_tails_reset (self->tails);
  g_array_set_size (self->arrivals, 0);
}

static gboolean
gst_weir_overlay_start (GstBaseTransform *transform)
{
  reset (GST_WEIR_OVERLAY (transform));
  return TRUE;
}

static gboolean
gst_weir_overlay_set_info (GstVideoFilter *filter, GstCaps *in, GstVideoInfo *in_info,
                           GstCaps *out, GstVideoInfo *out_info)
{
  (void) in;
  (void) in_info;
  (void) out;
  (void) out_info;
  reset (GST_WEIR_OVERLAY (filter));
  return TRUE;
}

static gboolean
gst_weir_overlay_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP)
    reset (GST_WEIR_OVERLAY (transform));
  return GST_BASE_TRANSFORM_CLASS (gst_weir_overlay_parent_class)
      ->sink_event (transform, event);
}

static void *
field (GstWeirOverlay *self, guint id)
{
  return (guint8 *) &self->wishes + rows[id - 1].offset;
}

static void
gst_weir_overlay_set_property (GObject *object, guint id, const GValue *value,
                               GParamSpec *spec)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (object);

  (void) spec;
  GST_OBJECT_LOCK (self);
  switch (rows[id - 1].kind) {
  case FLAG:
    *(gboolean *) field (self, id) = g_value_get_boolean (value);
    break;
  case NUMBER:
    *(guint *) field (self, id) = g_value_get_uint (value);
    break;
  case COLORS:
    *(gboolean *) field (self, id) = g_value_get_enum (value) != 0;
    break;
  case TEXT:
    g_free (*(char **) field (self, id));
    *(char **) field (self, id) = g_value_dup_string (value);
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_weir_overlay_get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (object);

  (void) spec;
  GST_OBJECT_LOCK (self);
  switch (rows[id - 1].kind) {
  case FLAG:
    g_value_set_boolean (value, *(gboolean *) field (self, id));
    break;
  case NUMBER:
    g_value_set_uint (value, *(guint *) field (self, id));
    break;
  case COLORS:
    g_value_set_enum (value, *(gboolean *) field (self, id));
    break;
  case TEXT:
    g_value_set_string (value, *(char **) field (self, id));
    break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
install_properties (GObjectClass *klass)
{
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GParamSpec *spec = NULL;

    switch (rows[i].kind) {
    case FLAG:
      spec = g_param_spec_boolean (rows[i].name, rows[i].nick, rows[i].blurb,
                                   rows[i].initial != 0, flags);
      break;
    case NUMBER:
      spec = g_param_spec_uint (rows[i].name, rows[i].nick, rows[i].blurb, 0,
                                rows[i].most, rows[i].initial, flags);
      break;
    case COLORS:
      spec = g_param_spec_enum (rows[i].name, rows[i].nick, rows[i].blurb, colors_type (),
                                0, flags);
      break;
    case TEXT:
      spec = g_param_spec_string (rows[i].name, rows[i].nick, rows[i].blurb, NULL, flags);
      break;
    }
    g_object_class_install_property (klass, i + 1, spec);
  }
}

static void
gst_weir_overlay_finalize (GObject *object)
{
  GstWeirOverlay *self = GST_WEIR_OVERLAY (object);

  gst_weir_tails_free (self->tails);
  g_array_unref (self->arrivals);
  g_free (self->wishes.blur);
  G_OBJECT_CLASS (gst_weir_overlay_parent_class)->finalize (object);
}

static void
gst_weir_overlay_class_init (GstWeirOverlayClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *transform_class = GST_BASE_TRANSFORM_CLASS (klass);
  GstVideoFilterClass *filter_class = GST_VIDEO_FILTER_CLASS (klass);
  static GstStaticPadTemplate sink = GST_STATIC_PAD_TEMPLATE (
      "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));
  static GstStaticPadTemplate src = GST_STATIC_PAD_TEMPLATE (
      "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_WEIR_VIDEO_CAPS));

  object_class->set_property = gst_weir_overlay_set_property;
  object_class->get_property = gst_weir_overlay_get_property;
  object_class->finalize = gst_weir_overlay_finalize;
  transform_class->start = gst_weir_overlay_start;
  transform_class->sink_event = gst_weir_overlay_sink_event;
  filter_class->set_info = gst_weir_overlay_set_info;
  filter_class->transform_frame_ip = gst_weir_overlay_transform_frame_ip;
  gst_element_class_add_static_pad_template (element_class, &sink);
  gst_element_class_add_static_pad_template (element_class, &src);
  install_properties (object_class);
  gst_element_class_set_static_metadata (
      element_class, "Weir overlay", "Filter/Editor/Video",
      "Draws what was found in video", "The Weir authors");
}

static void
gst_weir_overlay_init (GstWeirOverlay *self)
{
  self->tails = gst_weir_tails_new ();
  self->arrivals = g_array_new (FALSE, FALSE, sizeof (gint64));
}
