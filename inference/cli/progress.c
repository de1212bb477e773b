#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define SECOND     G_USEC_PER_SEC
#define BAR_WIDTH  20
#define CLEAR_LINE "\r\033[K"

static void
draw_bar (FILE *file, double fraction)
{
  putc ('[', file);
  for (int i = 0; i < BAR_WIDTH; i++)
    putc (i < (int) (fraction * BAR_WIDTH) ? '.' : ' ', file);
  putc (']', file);
}

static void
draw_on_terminal (const Progress *progress, double fraction, const char *stage)
{
  double spent = (double) (g_get_monotonic_time () - progress->start) / SECOND;

  fprintf (stderr, CLEAR_LINE);
  draw_bar (stderr, fraction);
  fprintf (stderr, " %3.0f %% %s", fraction * 100, stage);
  if (fraction >= 0.1)
    fprintf (stderr, ", %.0f s left", spent * (1 - fraction) / fraction);
  fflush (stderr);
}

static void
print (double fraction, gboolean lines)
{
  printf ("%sProgress: ", lines ? "" : "\r");
  draw_bar (stdout, fraction);
  printf (" %6.2f%% done%s", fraction * 100, lines ? "\n" : "");
  fflush (stdout);
}

gboolean
progress_show (double fraction, const char *stage, gpointer data)
{
  Progress *progress = data;
  int now = (int) (fraction * 1000);

  if (now == progress->shown || progress->style == PROGRESS_QUIET)
    return TRUE;
  if (progress->style == PROGRESS_BAR) {
    if (!isatty (STDERR_FILENO) || g_get_monotonic_time () - progress->start < SECOND)
      return TRUE;
    draw_on_terminal (progress, fraction, stage);
  } else {
    print (fraction, progress->style == PROGRESS_LINES);
  }
  progress->shown = now;
  return TRUE;
}

void
progress_end (Progress *progress)
{
  if (progress->shown >= 0 && progress->style == PROGRESS_BAR)
    fprintf (stderr, CLEAR_LINE);
  if (progress->shown >= 0 && progress->style == PROGRESS_LINE)
    putchar ('\n');
}
