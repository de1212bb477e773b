#pragma once

#include "gstweirbase.h"
#include "gstweirloader.h"

/**
 * gst_weir_gather:
 * @wait: whether to wait for the first model
 * @buffer: (transfer full): audio
 *
 * Hands audio on in windows as large as the model takes, each as a frame; as it comes
 * while there is no model. Behind a discontinuity a window begins anew.
 */
GstFlowReturn gst_weir_gather (GstWeirBase *base, GstWeirLoader *loader,
                               GstWeirWindow *window, gboolean wait, GstBuffer *buffer,
                               GError **error);
