#pragma once

#include "weir-infer.h"

/**
 * GstWeirModelRequest:
 * @path: (nullable): a model file, or
 * @stream: (nullable): an IR stream, or any framework's file
 * @convert_options: (nullable): options of `weir convert`, as one line
 * @cache_dir: (nullable): %NULL for the user's, "" for none
 * @extensions, @offload: (nullable): what the options of these names get
 * @instance_id: (nullable): networks with the same id are the same
 * @device: (nullable)
 * @precision: (nullable): "i8" quantises by @statistics; "f32"
 * @statistics: (nullable): a file that `weir quantize` has written
 * @reshape_width, @reshape_height: 0 keeps the model's
 */
typedef struct {
  const char *path;
  GBytes *stream;
  const char *convert_options;
  const char *cache_dir;
  const char *extensions;
  const char *offload;
  const char *instance_id;
  const char *device;
  const char *precision;
  const char *statistics;
  guint threads;
  guint streams;
  guint batch;
  guint reshape_width, reshape_height;
} GstWeirModelRequest;

/**
 * gst_weir_model_store_load: (transfer full):
 *
 * A compiled network: one that another element holds already, if it is the same, else
 * converted and compiled now. @progress as in weir_convert_file().
 */
WeirNetwork *gst_weir_model_store_load (const GstWeirModelRequest *request,
                                        WeirProgress progress, gpointer user_data,
                                        GError **error);
/** gst_weir_model_store_release: gives a network back; it goes when nobody holds it. */
void gst_weir_model_store_release (WeirNetwork *network);
