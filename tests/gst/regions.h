#pragma once

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

/* Frames with regions through elements that look at metadata. */

#define CAPS(size) "video/x-raw,format=GRAY8,framerate=10/1," size
#define FRAME      (GST_SECOND / 10)

typedef struct {
  GstHarness *harness;
  GstVideoInfo info;
  guint frames;
} Run;

/** Elements of a launch line, fed with 320 x 240. */
Run run_new (const char *line);
/** The next frame, without regions. */
GstBuffer *frame_new (Run *run);
/** A region of 30 x 60, 40 below the upper edge. */
void add (Run *run, GstBuffer *buffer, double x, double score, const char *label,
          int label_id);
GstBuffer *through (Run *run, GstBuffer *buffer);
/** Region number @index, NULL where there are fewer. */
GstVideoRegionOfInterestMeta *region (GstBuffer *buffer, guint index);
/** Its object_id, 0 for none. */
int id_of (GstBuffer *buffer, guint index);
/** Flushes, and begins with a new segment. */
void flush (Run *run);
/** Up to one of the states and down again, so often. */
void change_states (GstElement *pipeline, guint times);
