#pragma once

#include "scene.h"

/**
 * GstWeirVisitor:
 * @id: of the object, 0 where nothing follows it
 * @label: (nullable): of its class
 * @at: the point that stands for it
 * @foot: where it stands on the ground
 * @size: mean of its width and height
 */
typedef struct {
  int id;
  const char *label;
  GstWeirPoint at, foot;
  double size;
} GstWeirVisitor;

typedef enum {
  GST_WEIR_FOUND_IN_ZONE,  /* @value: seconds so far, negative where that is not known */
  GST_WEIR_FOUND_CROSSING, /* @value: 1 or -1 */
  GST_WEIR_FOUND_SPEED,    /* @value: metres a second */
} GstWeirFound;

/** GstWeirFinding: about visitor number @visitor of a frame; @mark: number of the zone or
 * tripwire. */
typedef struct {
  GstWeirFound found;
  guint visitor;
  guint mark;
  double value;
} GstWeirFinding;

typedef enum {
  GST_WEIR_EVENT_ENTER,
  GST_WEIR_EVENT_LEAVE, /* @value: seconds that it was there */
  GST_WEIR_EVENT_CROSS, /* @value: 1 or -1 */
  GST_WEIR_EVENT_CROWD,
  GST_WEIR_EVENT_NO_CROWD,
} GstWeirEventKind;

/** GstWeirEvent: something that happened at zone or tripwire number @mark. */
typedef struct {
  GstWeirEventKind kind;
  guint mark;
  int id;
  double value;
  guint count; /* objects in the zone now */
} GstWeirEvent;

/** GstWeirZoneState: @count: inside now; @entered, @left: since the beginning. */
typedef struct {
  guint count;
  guint64 entered, left;
  gboolean crowded;
} GstWeirZoneState;

/** GstWeirTripwireState: @in: crossings with direction 1, @out: with -1. */
typedef struct {
  guint64 in, out;
} GstWeirTripwireState;

typedef struct _GstWeirWatch GstWeirWatch;

GstWeirWatch *gst_weir_watch_new (void);
void gst_weir_watch_free (GstWeirWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstWeirWatch, gst_weir_watch_free)

/** gst_weir_watch_set_scene: @scene: (transfer full). Zones and tripwires keep what was
 * counted where the new scene has one of the same id. */
void gst_weir_watch_set_scene (GstWeirWatch *watch, GstWeirScene *scene);
/** gst_weir_watch_scene: (nullable) (transfer none) */
const GstWeirScene *gst_weir_watch_scene (const GstWeirWatch *watch);
/** gst_weir_watch_reset: forgets all objects; totals stay. */
void gst_weir_watch_reset (GstWeirWatch *watch);

/**
 * gst_weir_watch_frame:
 * @time: in seconds, never less than the last one
 * @findings: (element-type GstWeirFinding): what is true of the visitors is added
 * @events: (element-type GstWeirEvent): what happened is added
 */
void gst_weir_watch_frame (GstWeirWatch *watch, double time,
                           const GstWeirVisitor *visitors, guint n, GArray *findings,
                           GArray *events);

GstWeirZoneState gst_weir_watch_zone (const GstWeirWatch *watch, guint index);
GstWeirTripwireState gst_weir_watch_tripwire (const GstWeirWatch *watch, guint index);
