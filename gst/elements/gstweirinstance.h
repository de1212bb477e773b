#pragma once

#include "decoders/decoder.h"
#include "lib/gstweirmodelstore.h"
#include "lib/gstweirpreprocess.h"
#include "lib/gstweirwindow.h"

/**
 * GstWeirInstance:
 * @network: compiled, shared with other elements
 * @input: its picture input, @input_info tells what it is; %G_MAXUINT without one
 * @decoder: (nullable): for elements that decode
 * @labels: (nullable): names of the classes, @n_labels of them
 * @runs_on_stream: one thread and one request: the streaming thread runs the network
 *   itself, while the picture is in its cache
 *
 * A model as one element uses it: with requests of its own. Immutable but for the list of
 * idle requests; a new model is a new instance.
 */
typedef struct {
  gatomicrefcount refs;
  WeirNetwork *network;
  guint input;
  WeirPortInfo input_info;
  WeirPreprocess preprocess;
  const GstWeirDecoder *decoder;
  char **labels;
  guint n_labels;
  gboolean runs_on_stream;
  GMutex lock;
  GCond idle_there;
  GPtrArray *idle;
  gboolean unlocked;
} GstWeirInstance;

typedef enum {
  GST_WEIR_MEDIA_UNKNOWN,
  GST_WEIR_MEDIA_VIDEO,
  GST_WEIR_MEDIA_AUDIO,
} GstWeirMedia;

/** GstWeirInstanceWishes: what the element's properties say. @task 0: no decoder.
 * @media: what the network must take; audio of @channels. */
typedef struct {
  GstWeirModelRequest model;
  WeirPreprocessWishes preprocess;
  const char *labels;
  const char *decoder;
  guint task;
  guint nireq;
  GstWeirMedia media;
  guint channels;
} GstWeirInstanceWishes;

/** gst_weir_instance_new: loads, compiles, and checks that the media fit. */
GstWeirInstance *gst_weir_instance_new (const GstWeirInstanceWishes *wishes,
                                        WeirProgress progress, gpointer user_data,
                                        GError **error);
GstWeirInstance *gst_weir_instance_ref (GstWeirInstance *instance);
void gst_weir_instance_unref (GstWeirInstance *instance);

/** gst_weir_instance_acquire: (transfer full) (nullable): an idle request; waits for one,
 * unless it is unlocked. */
WeirRequest *gst_weir_instance_acquire (GstWeirInstance *instance);
/** gst_weir_instance_release: @request: (transfer full) */
void gst_weir_instance_release (GstWeirInstance *instance, WeirRequest *request);
/** gst_weir_instance_forget_state: of idle requests, for networks with memory. */
void gst_weir_instance_forget_state (GstWeirInstance *instance);
/** gst_weir_instance_unlock: while @unlocked nobody waits. */
void gst_weir_instance_unlock (GstWeirInstance *instance, gboolean unlocked);
/** gst_weir_instance_label: (nullable): name of a class. */
const char *gst_weir_instance_label (const GstWeirInstance *instance, int label_id);
/** gst_weir_instance_decode: (transfer full): what the decoder finds in the outputs of
 * @request (element-type GstWeirObject). */
GArray *gst_weir_instance_decode (GstWeirInstance *instance, WeirRequest *request,
                                  const GstWeirDecoderOptions *options, GError **error);
