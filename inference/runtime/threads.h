#pragma once

#include <glib.h>

/**
 * WeirThreads:
 *
 * A fixed team of threads that works through the tasks of one kernel at a time. The
 * caller is one of the team. C11 atomics and pthreads only, so that ThreadSanitizer sees
 * it all.
 */
typedef struct _WeirThreads WeirThreads;

/** WeirTask: does task @index on team member @thread (0 is the caller). */
typedef void (*WeirTask) (void *context, guint index, guint thread);

/** weir_threads_new: (constructor): a team of @count (at least 1), pinned to CPUs if
 * asked. */
WeirThreads *weir_threads_new (guint count, gboolean pin, GError **error);
void weir_threads_free (WeirThreads *threads);
guint weir_threads_count (const WeirThreads *threads);

/**
 * weir_threads_run:
 *
 * Runs @task for every index below @n_tasks, each once, and returns when all are done.
 * Members take the next index as they become free. Not reentrant: one caller at a time.
 */
void weir_threads_run (WeirThreads *threads, guint n_tasks, WeirTask task, void *context);
