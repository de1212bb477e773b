#pragma once

#include <glib.h>

/**
 * GstWeirWriter:
 *
 * Lines on their way to a file or to standard output. Written on a thread of its own, so
 * that a slow disk does not hold the video up.
 */
typedef struct _GstWeirWriter GstWeirWriter;

/** gst_weir_writer_open: @path (nullable): %NULL is standard output. @array: JSON array
 * instead of lines. */
GstWeirWriter *gst_weir_writer_open (const char *path, gboolean array, GError **error);
/** gst_weir_writer_push: @line: (transfer full) */
void gst_weir_writer_push (GstWeirWriter *writer, char *line);
/** gst_weir_writer_flush: returns when all lines so far are written; fails as they did.
 */
gboolean gst_weir_writer_flush (GstWeirWriter *writer, GError **error);
/** gst_weir_writer_close: writes what is left; %NULL is fine. */
gboolean gst_weir_writer_close (GstWeirWriter *writer, GError **error);
