#pragma once

#include "gstweirinstance.h"

#include <gst/gst.h>

/** GstWeirSettings: the properties that decide how a model is loaded. */
typedef struct {
  char *model;
  char *device;
  char *precision;
  char *statistics;
  char *instance_id;
  char *config;
  char *labels;
  char *mean_values;
  char *scale_values;
  char *convert_options;
  char *cache_dir;
  char *extensions;
  char *offload;
  char *decoder;
  guint nireq;
  guint streams;
  guint threads;
  guint reshape_width, reshape_height;
  int reverse; /* -1 auto, 0 BGR, 1 RGB */
} GstWeirSettings;

void gst_weir_settings_init (GstWeirSettings *settings);
void gst_weir_settings_clear (GstWeirSettings *settings);
/** gst_weir_settings_copy: (transfer full contents) */
GstWeirSettings gst_weir_settings_copy (const GstWeirSettings *settings);

void gst_weir_settings_install (GObjectClass *klass, guint first);
/** gst_weir_settings_set: %FALSE if there is no property @index. */
gboolean gst_weir_settings_set (GstWeirSettings *settings, guint index,
                                const GValue *value);
gboolean gst_weir_settings_get (const GstWeirSettings *settings, guint index,
                                GValue *value);
/** gst_weir_settings_is_model: whether property @index is `model`. */
gboolean gst_weir_settings_is_model (guint index);
/** gst_weir_settings_wishes: borrows everything. */
GstWeirInstanceWishes gst_weir_settings_wishes (const GstWeirSettings *settings,
                                                guint task, GBytes *stream);
/** gst_weir_settings_region_type: an enumeration: 0 the whole frame, 1 its regions. */
GType gst_weir_settings_region_type (void);
