#include "lib/gstweirmeta.h"
#include "models.h"

#include <gst/app/gstappsrc.h>
#include <stdio.h>
#include <stdlib.h>

/* Frames of floats through weirinfer: read from standard input, the first output of each
 * window to standard output. For comparisons with other programs.
 *
 *     stream-audio MODEL CHANNELS FRAMES_A_BUFFER [PROPERTY VALUE]...
 */

static void
on_buffer (GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer data)
{
  GstWeirTensorMeta *meta =
      (GstWeirTensorMeta *) gst_buffer_get_meta (buffer, GST_WEIR_TENSOR_META_API_TYPE);

  (void) sink;
  (void) pad;
  (void) data;
  if (meta != NULL)
    fwrite (weir_tensor_data (meta->tensors[0]), 1, weir_tensor_size (meta->tensors[0]),
            stdout);
}

static void
push_all (GstAppSrc *source, gsize size)
{
  g_autofree char *bytes = g_malloc (size);
  gsize n;

  while ((n = fread (bytes, 1, size, stdin)) > 0)
    gst_app_src_push_buffer (source, gst_buffer_new_memdup (bytes, n));
  gst_app_src_end_of_stream (source);
}

int
main (int argc, char **argv)
{
  g_autofree char *text = NULL;
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstElement) infer = NULL;
  g_autoptr (GstElement) sink = NULL;
  guint channels, frames;

  if (argc < 4 || argc % 2 != 0)
    return 2;
  channels = (guint) strtoul (argv[2], NULL, 10);
  frames = (guint) strtoul (argv[3], NULL, 10);
  register_elements ();
  text = g_strdup_printf (
      "appsrc name=source format=time max-bytes=0 "
      "caps=audio/x-raw,format=F32LE,layout=interleaved,rate=100,channels=%u ! "
      "weirinfer name=infer model=%s cache-dir=\"\" ! fakesink name=sink sync=false "
      "signal-handoffs=true",
      channels, argv[1]);
  pipeline = gst_parse_launch (text, NULL);
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  infer = gst_bin_get_by_name (GST_BIN (pipeline), "infer");
  for (int i = 4; i < argc; i += 2)
    gst_util_set_object_arg (G_OBJECT (infer), argv[i], argv[i + 1]);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_signal_connect (sink, "handoff", G_CALLBACK (on_buffer), NULL);
  push_all (GST_APP_SRC (source), frames * channels * sizeof (float));
  run_pipeline (pipeline);
  return 0;
}
