#include "gstweirwriter.h"

#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

struct _GstWeirWriter {
  FILE *file;
  char *path;
  gboolean array;
  gboolean stop;
  guint64 pushed, written;
  int failure; /* errno of the first write that failed */
  GQueue lines;
  GMutex lock;
  GCond changed;
  GThread *thread;
};

static gboolean
write_line (GstWeirWriter *w, const char *line, gboolean first)
{
  if (w->array && fputs (first ? "[\n" : ",\n", w->file) < 0)
    return FALSE;
  return fputs (line, w->file) >= 0 && (w->array || fputc ('\n', w->file) != EOF);
}

/* Lines that are there are written, then the file is flushed before anybody is told. */
static void
write_all (GstWeirWriter *w, GQueue *lines)
{
  char *line;
  guint64 n = w->written;
  int failure = 0;

  while ((line = g_queue_pop_head (lines)) != NULL) {
    if (failure == 0 && w->failure == 0 && !write_line (w, line, n == 0))
      failure = errno;
    n++;
    g_free (line);
  }
  if (fflush (w->file) != 0 && failure == 0)
    failure = errno;
  g_mutex_lock (&w->lock);
  w->written = n;
  if (w->failure == 0)
    w->failure = failure;
  g_cond_broadcast (&w->changed);
  g_mutex_unlock (&w->lock);
}

static gpointer
writer_main (gpointer data)
{
  GstWeirWriter *w = data;

  for (;;) {
    GQueue lines;

    g_mutex_lock (&w->lock);
    while (g_queue_is_empty (&w->lines) && !w->stop)
      g_cond_wait (&w->changed, &w->lock);
    lines = w->lines;
    g_queue_init (&w->lines);
    g_mutex_unlock (&w->lock);
    if (g_queue_is_empty (&lines))
      return NULL;
    write_all (w, &lines);
  }
}

GstWeirWriter *
gst_weir_writer_open (const char *path, gboolean array, GError **error)
{
  FILE *file = path != NULL ? fopen (path, "we") : stdout;
  GstWeirWriter *w;

  if (file == NULL) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
                 g_strerror (errno));
    return NULL;
  }
  w = g_new0 (GstWeirWriter, 1);
  w->file = file;
  w->path = g_strdup (path);
  w->array = array;
  g_mutex_init (&w->lock);
  g_cond_init (&w->changed);
  g_queue_init (&w->lines);
  w->thread = g_thread_new ("weir-writer", writer_main, w);
  return w;
}

void
gst_weir_writer_push (GstWeirWriter *w, char *line)
{
  g_mutex_lock (&w->lock);
  g_queue_push_tail (&w->lines, line);
  w->pushed++;
  g_cond_broadcast (&w->changed);
  g_mutex_unlock (&w->lock);
}

static gboolean
tell (const GstWeirWriter *w, int failure, GError **error)
{
  if (failure == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure), "%s: %s",
               w->path != NULL ? w->path : "standard output", g_strerror (failure));
  return FALSE;
}

gboolean
gst_weir_writer_flush (GstWeirWriter *w, GError **error)
{
  int failure;

  g_mutex_lock (&w->lock);
  while (w->written < w->pushed)
    g_cond_wait (&w->changed, &w->lock);
  failure = w->failure;
  g_mutex_unlock (&w->lock);
  return tell (w, failure, error);
}

gboolean
gst_weir_writer_close (GstWeirWriter *w, GError **error)
{
  gboolean good;

  if (w == NULL)
    return TRUE;
  g_mutex_lock (&w->lock);
  w->stop = TRUE;
  g_cond_broadcast (&w->changed);
  g_mutex_unlock (&w->lock);
  g_thread_join (w->thread);
  if (w->array && fputs (w->written > 0 ? "\n]\n" : "[]\n", w->file) < 0)
    w->failure = errno;
  if ((w->path != NULL ? fclose (w->file) : fflush (w->file)) != 0 && w->failure == 0)
    w->failure = errno;
  good = tell (w, w->failure, error);
  g_mutex_clear (&w->lock);
  g_cond_clear (&w->changed);
  g_free (w->path);
  g_free (w);
  return good;
}
