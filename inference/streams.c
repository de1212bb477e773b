#include "streams.h"

#include "base/error.h"

#include <pthread.h>

typedef struct Entry {
  struct Entry *next;
  WeirStreamJob run;
  gpointer job;
} Entry;

struct _WeirStreams {
  guint n;
  guint team_size;
  WeirThreads **idle; /* teams that nobody uses: the first n_idle */
  WeirThreads **all;
  guint n_idle;
  pthread_t *workers;
  guint n_workers;
  Entry *head, **tail;
  gboolean stop;
  pthread_mutex_t mutex;
  pthread_cond_t team_free;
  pthread_cond_t job_there;
};

WeirStreams *
weir_streams_new (guint n, guint threads, gboolean pin, GError **error)
{
  WeirStreams *streams = g_new0 (WeirStreams, 1);

  streams->n = MAX (n, 1);
  streams->team_size = MAX (threads / streams->n, 1);
  streams->all = g_new0 (WeirThreads *, streams->n);
  streams->idle = g_new0 (WeirThreads *, streams->n);
  streams->workers = g_new0 (pthread_t, streams->n);
  streams->tail = &streams->head;
  pthread_mutex_init (&streams->mutex, NULL);
  pthread_cond_init (&streams->team_free, NULL);
  pthread_cond_init (&streams->job_there, NULL);
  for (guint i = 0; i < streams->n; i++) {
    streams->all[i] = weir_threads_new (streams->team_size, pin, error);
    if (streams->all[i] == NULL) {
      weir_streams_free (streams);
      return NULL;
    }
    streams->idle[streams->n_idle++] = streams->all[i];
  }
  return streams;
}

void
weir_streams_free (WeirStreams *streams)
{
  if (streams == NULL)
    return;
  pthread_mutex_lock (&streams->mutex);
  streams->stop = TRUE;
  pthread_cond_broadcast (&streams->job_there);
  pthread_mutex_unlock (&streams->mutex);
  for (guint i = 0; i < streams->n_workers; i++)
    pthread_join (streams->workers[i], NULL);
  for (guint i = 0; i < streams->n; i++)
    weir_threads_free (streams->all[i]);
  pthread_cond_destroy (&streams->team_free);
  pthread_cond_destroy (&streams->job_there);
  pthread_mutex_destroy (&streams->mutex);
  g_free (streams->all);
  g_free (streams->idle);
  g_free (streams->workers);
  g_free (streams);
}

guint
weir_streams_team_size (const WeirStreams *streams)
{
  return streams->team_size;
}

WeirThreads *
weir_streams_acquire (WeirStreams *streams)
{
  WeirThreads *team;

  pthread_mutex_lock (&streams->mutex);
  while (streams->n_idle == 0)
    pthread_cond_wait (&streams->team_free, &streams->mutex);
  team = streams->idle[--streams->n_idle];
  pthread_mutex_unlock (&streams->mutex);
  return team;
}

void
weir_streams_release (WeirStreams *streams, WeirThreads *team)
{
  pthread_mutex_lock (&streams->mutex);
  streams->idle[streams->n_idle++] = team;
  pthread_cond_signal (&streams->team_free);
  pthread_mutex_unlock (&streams->mutex);
}

static Entry *
take_entry (WeirStreams *streams)
{
  Entry *entry;

  pthread_mutex_lock (&streams->mutex);
  while (streams->head == NULL && !streams->stop)
    pthread_cond_wait (&streams->job_there, &streams->mutex);
  entry = streams->head;
  if (entry != NULL) {
    streams->head = entry->next;
    if (streams->head == NULL)
      streams->tail = &streams->head;
  }
  pthread_mutex_unlock (&streams->mutex);
  return entry;
}

static void *
worker_main (void *data)
{
  WeirStreams *streams = data;
  Entry *entry;

  while ((entry = take_entry (streams)) != NULL) {
    WeirThreads *team = weir_streams_acquire (streams);

    entry->run (entry->job, team);
    weir_streams_release (streams, team);
    g_free (entry);
  }
  return NULL;
}

/* One worker a stream, made when runs are first started in the background. */
static gboolean
ensure_worker (WeirStreams *streams, GError **error)
{
  if (streams->n_workers == streams->n)
    return TRUE;
  if (pthread_create (&streams->workers[streams->n_workers], NULL, worker_main,
                      streams) == 0) {
    streams->n_workers++;
    return TRUE;
  }
  return streams->n_workers > 0 ||
         weir_fail (error, WEIR_ERROR_DEVICE, "cannot start a thread for a stream");
}

gboolean
weir_streams_start (WeirStreams *streams, WeirStreamJob run, gpointer job, GError **error)
{
  Entry *entry;

  pthread_mutex_lock (&streams->mutex);
  if (!ensure_worker (streams, error)) {
    pthread_mutex_unlock (&streams->mutex);
    return FALSE;
  }
  entry = g_new0 (Entry, 1);
  entry->run = run;
  entry->job = job;
  *streams->tail = entry;
  streams->tail = &entry->next;
  pthread_cond_signal (&streams->job_there);
  pthread_mutex_unlock (&streams->mutex);
  return TRUE;
}
