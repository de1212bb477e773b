#pragma once

#include <gst/video/gstvideometa.h>

/**
 * GstWeirGate:
 * @object_class: (nullable): only regions with this label
 * @interval: every so many frames
 * @min_width, @min_height, @max_width, @max_height: of regions in pixels; 0: any
 *
 * The properties that decide which frames and regions a network looks at.
 */
typedef struct {
  char *object_class;
  guint interval;
  guint min_width, min_height, max_width, max_height;
} GstWeirGate;

/** GST_WEIR_GATE_PROPERTIES: how many numbers they take. */
#define GST_WEIR_GATE_PROPERTIES 6

void gst_weir_gate_init (GstWeirGate *gate);
void gst_weir_gate_clear (GstWeirGate *gate);
void gst_weir_gate_install (GObjectClass *klass, guint first);
void gst_weir_gate_set (GstWeirGate *gate, guint index, const GValue *value);
void gst_weir_gate_get (const GstWeirGate *gate, guint index, GValue *value);

/** gst_weir_gate_takes_frame: @number: of the frame, from 0. */
gboolean gst_weir_gate_takes_frame (const GstWeirGate *gate, guint64 number);
gboolean gst_weir_gate_takes_region (const GstWeirGate *gate,
                                     const GstVideoRegionOfInterestMeta *roi);
