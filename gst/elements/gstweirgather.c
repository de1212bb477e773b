#include "gstweirgather.h"

/* How many frames the model takes at a time; 0 while there is none. */
static GstFlowReturn
window_size (GstWeirBase *base, GstWeirLoader *loader, const GstWeirWindow *window,
             gboolean wait, guint *frames, GError **error)
{
  GstWeirInstance *instance;
  GstFlowReturn flow = gst_weir_loader_get (loader, wait, &instance);
  GstWeirWindowFit fit;

  *frames = 0;
  if (instance == NULL)
    return flow;
  if (gst_weir_window_fit (window->channels, instance->network, &fit, error)) {
    *frames = fit.frames;
    gst_weir_base_set_gathering (
        base, gst_util_uint64_scale (fit.frames - 1, GST_SECOND, window->rate));
  } else {
    flow = GST_FLOW_ERROR;
  }
  gst_weir_instance_unref (instance);
  return flow;
}

GstFlowReturn
gst_weir_gather (GstWeirBase *base, GstWeirLoader *loader, GstWeirWindow *window,
                 gboolean wait, GstBuffer *buffer, GError **error)
{
  GstFlowReturn flow = GST_FLOW_OK;

  if (GST_BUFFER_IS_DISCONT (buffer))
    gst_weir_base_end_stretch (base);
  gst_weir_window_push (window, buffer);
  while (flow == GST_FLOW_OK) {
    guint frames;

    flow = window_size (base, loader, window, wait, &frames, error);
    if (flow != GST_FLOW_OK)
      return flow;
    buffer = frames > 0 ? gst_weir_window_take (window, frames)
                        : gst_weir_window_take_rest (window);
    if (buffer == NULL)
      break;
    flow = gst_weir_base_take (base, buffer);
  }
  return flow;
}
