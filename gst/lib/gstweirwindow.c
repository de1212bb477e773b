#include "gstweirwindow.h"

#include <string.h>

void
gst_weir_window_init (GstWeirWindow *window)
{
  *window = (GstWeirWindow){ .frames = gst_adapter_new () };
}

void
gst_weir_window_clear (GstWeirWindow *window)
{
  g_clear_object (&window->frames);
}

gboolean
gst_weir_window_set_caps (GstWeirWindow *window, const GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  int channels, rate;

  gst_adapter_clear (window->frames);
  window->channels = 0;
  if (!gst_structure_has_name (s, "audio/x-raw"))
    return TRUE;
  if (!gst_structure_get_int (s, "channels", &channels) ||
      !gst_structure_get_int (s, "rate", &rate) || channels < 1 || rate < 1)
    return FALSE;
  window->channels = (guint) channels;
  window->rate = (guint) rate;
  return TRUE;
}

void
gst_weir_window_push (GstWeirWindow *window, GstBuffer *buffer)
{
  if (GST_BUFFER_IS_DISCONT (buffer))
    window->discont = TRUE;
  gst_adapter_push (window->frames, buffer);
}

static gsize
frame_size (const GstWeirWindow *window)
{
  return (gsize) window->channels * sizeof (float);
}

static GstClockTime
time_of (const GstWeirWindow *window, GstClockTime begin, guint64 frame)
{
  return begin + gst_util_uint64_scale (frame, GST_SECOND, window->rate);
}

static GstBuffer *
take (GstWeirWindow *window, gsize size)
{
  guint64 distance;
  GstClockTime begin = gst_adapter_prev_pts (window->frames, &distance);
  GstBuffer *buffer =
      gst_buffer_make_writable (gst_adapter_take_buffer (window->frames, size));
  guint64 frame = distance / frame_size (window);

  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_PTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) =
      gst_util_uint64_scale (size / frame_size (window), GST_SECOND, window->rate);
  if (GST_CLOCK_TIME_IS_VALID (begin)) {
    GST_BUFFER_PTS (buffer) = time_of (window, begin, frame);
    /* The end of one window is the beginning of the next, whatever was rounded. */
    GST_BUFFER_DURATION (buffer) =
        time_of (window, begin, frame + size / frame_size (window)) -
        GST_BUFFER_PTS (buffer);
  }
  if (window->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else
    GST_BUFFER_FLAG_UNSET (buffer, GST_BUFFER_FLAG_DISCONT);
  window->discont = FALSE;
  return buffer;
}

GstBuffer *
gst_weir_window_take (GstWeirWindow *window, guint frames)
{
  gsize size = frames * frame_size (window);

  return gst_adapter_available (window->frames) >= size ? take (window, size) : NULL;
}

GstBuffer *
gst_weir_window_take_rest (GstWeirWindow *window)
{
  gsize size = gst_adapter_available (window->frames);

  return size > 0 ? take (window, size) : NULL;
}

/* [channels], [frames, channels], [1, frames, channels], [1, channels, frames], and
 * [frames] or [1, frames] of one channel. */
static gboolean
fits (gint64 channels, const WeirPortInfo *info, GstWeirWindowFit *fit)
{
  const WeirShape *shape = &info->shape;
  gint64 last, before;

  if (info->dtype != WEIR_DTYPE_F32 || shape->rank < 1 || shape->rank > 3 ||
      (shape->rank == 3 && shape->dims[0] != 1))
    return FALSE;
  last = shape->dims[shape->rank - 1];
  before = shape->rank > 1 ? shape->dims[shape->rank - 2] : 1;
  fit->planar = last != channels;
  fit->frames = (guint) (fit->planar ? last : before);
  fit->shape = *shape;
  return (fit->planar ? before : last) == channels && fit->frames > 0;
}

static char *
describe_inputs (const WeirNetwork *network)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < weir_network_n_inputs (network); i++) {
    g_autofree char *shape = NULL;
    WeirPortInfo info;

    weir_network_input (network, i, &info);
    shape = weir_shape_to_string (&info.shape);
    g_string_append_printf (text, "%s'%s' %s of %s", i > 0 ? ", " : "", info.name, shape,
                            weir_dtype_name (info.dtype));
  }
  return g_string_free (text, FALSE);
}

gboolean
gst_weir_window_fit (guint channels, const WeirNetwork *network, GstWeirWindowFit *fit,
                     GError **error)
{
  g_autofree char *seen = NULL;

  for (guint i = 0; i < weir_network_n_inputs (network); i++) {
    WeirPortInfo info;

    weir_network_input (network, i, &info);
    fit->input = i;
    if (fits (channels, &info, fit))
      return TRUE;
  }
  seen = describe_inputs (network);
  return weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "the model takes no frames of %u channels: expected an input of f32 "
                    "like [frames,%u] or [1,%u,frames], found %s",
                    channels, channels, channels, seen);
}

gboolean
gst_weir_window_is_full (const GstWeirWindow *window, const GstWeirWindowFit *fit,
                         GstBuffer *buffer)
{
  return gst_buffer_get_size (buffer) == fit->frames * frame_size (window);
}

static void
separate (float *to, const float *from, gsize channels, gsize frames)
{
  for (gsize c = 0; c < channels; c++)
    for (gsize f = 0; f < frames; f++)
      to[c * frames + f] = from[f * channels + c];
}

gboolean
gst_weir_window_feed (const GstWeirWindow *window, const GstWeirWindowFit *fit,
                      GstBuffer *buffer, WeirRequest *request, GError **error)
{
  g_autoptr (WeirTensor) tensor = weir_tensor_new (WEIR_DTYPE_F32, &fit->shape, error);
  GstMapInfo map;

  if (tensor == NULL)
    return FALSE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return weir_fail (error, WEIR_ERROR_IO, "audio cannot be mapped");
  if (fit->planar && window->channels > 1)
    separate (weir_tensor_writable (tensor), (const float *) map.data, window->channels,
              fit->frames);
  else
    memcpy (weir_tensor_writable (tensor), map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return weir_request_set_input (request, fit->input, tensor, error);
}
