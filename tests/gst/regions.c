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

void
give_id (GstVideoRegionOfInterestMeta *roi, int id)
{
  gst_video_region_of_interest_meta_add_param (
      roi, gst_structure_new ("object_id", "id", G_TYPE_INT, id, NULL));
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
  GstVideoRegionOfInterestMeta *roi = region (buffer, index);
  GstStructure *structure;
  int id = 0;

  g_assert_nonnull (roi);
  structure = gst_video_region_of_interest_meta_get_param (roi, "object_id");
  if (structure != NULL)
    g_assert_true (gst_structure_get_int (structure, "id", &id));
  return id;
}
