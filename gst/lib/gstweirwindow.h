#pragma once

#include "weir-infer.h"

#include <gst/base/gstadapter.h>

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define GST_WEIR_F32 "F32LE"
#else
#define GST_WEIR_F32 "F32BE"
#endif
/** GST_WEIR_AUDIO_CAPS: frames that networks take: samples, or features, one a channel.
 */
#define GST_WEIR_AUDIO_CAPS                                                          \
  "audio/x-raw, format = (string) " GST_WEIR_F32 ", layout = (string) interleaved, " \
  "rate = (int) [ 1, MAX ], channels = (int) [ 1, MAX ]"

/**
 * GstWeirWindow:
 * @channels: numbers in a frame; 0 while there are no audio caps
 * @rate: frames in a second
 *
 * Collects frames of audio until they are as many as a network takes at a time.
 */
typedef struct {
  GstAdapter *frames;
  guint channels;
  guint rate;
  gboolean discont; /* of the next frame */
} GstWeirWindow;

/**
 * GstWeirWindowFit:
 * @input: the network's input that frames go to
 * @frames: how many it takes at a time
 * @planar: whether it wants all numbers of a channel together: [1, channels, frames]
 */
typedef struct {
  guint input;
  WeirShape shape;
  guint frames;
  gboolean planar;
} GstWeirWindowFit;

void gst_weir_window_init (GstWeirWindow *window);
void gst_weir_window_clear (GstWeirWindow *window);
/** gst_weir_window_set_caps: forgets what it has; %FALSE where @caps say no size. Caps
 * that are not audio switch it off. */
gboolean gst_weir_window_set_caps (GstWeirWindow *window, const GstCaps *caps);
/** gst_weir_window_push: @buffer: (transfer full) */
void gst_weir_window_push (GstWeirWindow *window, GstBuffer *buffer);
/** gst_weir_window_take: (transfer full) (nullable): the next @frames, with their time;
 * %NULL where there are not so many. */
GstBuffer *gst_weir_window_take (GstWeirWindow *window, guint frames);
/** gst_weir_window_take_rest: (transfer full) (nullable): all that is there, parts of
 * frames, too. */
GstBuffer *gst_weir_window_take_rest (GstWeirWindow *window);

/** gst_weir_window_fit: which input of @network takes frames, and how many: the first of
 * f32 and rank 1 to 3 whose last dimension, or the one before it, is the channels. Fails
 * with the shapes seen. */
gboolean gst_weir_window_fit (guint channels, const WeirNetwork *network,
                              GstWeirWindowFit *fit, GError **error);
/** gst_weir_window_is_full: whether @buffer holds what @fit takes. */
gboolean gst_weir_window_is_full (const GstWeirWindow *window,
                                  const GstWeirWindowFit *fit, GstBuffer *buffer);
/** gst_weir_window_feed: sets the input of @request to the frames of a full @buffer. */
gboolean gst_weir_window_feed (const GstWeirWindow *window, const GstWeirWindowFit *fit,
                               GstBuffer *buffer, WeirRequest *request, GError **error);
