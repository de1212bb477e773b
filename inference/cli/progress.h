#pragma once

#include <glib.h>

/**
 * Progress:
 * @style: how it is shown
 *
 * How far a long piece of work is, on one line that is redrawn.
 */
typedef enum {
  PROGRESS_QUIET,
  PROGRESS_BAR,   /* on a terminal, for what takes longer than a second */
  PROGRESS_LINE,  /* asked for: on one line of the standard output */
  PROGRESS_LINES, /* asked for: each step on a line of its own */
} ProgressStyle;

typedef struct {
  ProgressStyle style;
  gint64 start; /* µs */
  int shown;    /* in per mille; -1: nothing */
} Progress;

#define PROGRESS(how) \
  ((Progress){ .style = (how), .start = g_get_monotonic_time (), .shown = -1 })

/** progress_show: a #WeirProgress; @data is a #Progress. */
gboolean progress_show (double fraction, const char *stage, gpointer data);
/** progress_end: leaves the line as it was. */
void progress_end (Progress *progress);
