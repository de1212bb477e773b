#include "regions.h"

#include "lib/gstweirmeta.h"

Run
run_new (const char *line)
{
  Run run = { .harness = gst_harness_new_parse (line) };

  gst_harness_set_src_caps_str (run.harness, CAPS ("width=320,height=240"));
  gst_video_info_set_format (&run.info, GST_VIDEO_FORMAT_GRAY8, 320, 240);
  return run;
}

GstBuffer *
frame_new (Run *run)
{
  GstBuffer *buffer =
      gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&run->info), NULL);

  gst_buffer_memset (buffer, 0, 0, GST_VIDEO_INFO_SIZE (&run->info));
  GST_BUFFER_PTS (buffer) = run->frames++ * FRAME;
  GST_BUFFER_DURATION (buffer) = FRAME;
  return buffer;
}

void
add (Run *run, GstBuffer *buffer, double x, double score, const char *label, int label_id)
{
  gst_weir_meta_add_region (buffer, &run->info, x, 40, 30, 60, score, label_id, label);
}

GstBuffer *
through (Run *run, GstBuffer *buffer)
{
  GstBuffer *out = gst_harness_push_and_pull (run->harness, buffer);

  g_assert_nonnull (out);
  return out;
}

GstVideoRegionOfInterestMeta *
region (GstBuffer *buffer, guint index)
{
  gpointer meta, state = NULL;

  while ((meta = gst_buffer_iterate_meta_filtered (
              buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) != NULL)
    if (index-- == 0)
      return meta;
  return NULL;
}

int
id_of (GstBuffer *buffer, guint index)
{
  g_assert_nonnull (region (buffer, index));
  return gst_weir_meta_object_id (region (buffer, index));
}

void
flush (Run *run)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_harness_push_event (run->harness, gst_event_new_flush_start ());
  gst_harness_push_event (run->harness, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (run->harness, gst_event_new_segment (&segment));
}

void
change_states (GstElement *pipeline, guint times)
{
  static const GstState states[] = { GST_STATE_READY, GST_STATE_PAUSED,
                                     GST_STATE_PLAYING };

  for (guint i = 0; i < times; i++) {
    gst_element_set_state (pipeline, states[i % G_N_ELEMENTS (states)]);
    g_usleep (i % 7 * 300);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
}
