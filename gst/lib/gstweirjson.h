#pragma once

#include <gst/video/video.h>

/** The version of the lines' schema; it grows when a field changes its meaning. */
#define GST_WEIR_JSON_VERSION 1

/**
 * gst_weir_json_frame: (transfer full):
 * @timestamp: running time, or stream time; in nanoseconds
 * @source: (nullable): what the stream is called
 *
 * One frame as one line of JSON with DL Streamer's field names: resolution, timestamp,
 * objects with x, y, w, h in pixels, detection and what else their regions hold. Boxes
 * are cut to the frame. docs/publish.md has the schema.
 */
char *gst_weir_json_frame (GstBuffer *buffer, const GstVideoInfo *info,
                           GstClockTime timestamp, const char *source);
