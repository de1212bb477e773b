#pragma once

#include "runtime/threads.h"

/**
 * WeirStreams:
 *
 * The threads of a network: @n teams, each for one run at a time, and a queue of runs
 * that were started in the background. Runs begin in the order in which they were
 * started.
 */
typedef struct _WeirStreams WeirStreams;

typedef void (*WeirStreamJob) (gpointer job, WeirThreads *team);

/** weir_streams_new: (constructor): @threads in all are divided among @n teams. */
WeirStreams *weir_streams_new (guint n, guint threads, gboolean pin, GError **error);
/** weir_streams_free: waits for what was started. */
void weir_streams_free (WeirStreams *streams);
/** weir_streams_team_size: threads of the largest team. */
guint weir_streams_team_size (const WeirStreams *streams);

/** weir_streams_acquire: a team for the caller, who waits until one is free. */
WeirThreads *weir_streams_acquire (WeirStreams *streams);
void weir_streams_release (WeirStreams *streams, WeirThreads *team);

/** weir_streams_start: calls @run with @job and a team on a thread of the network. */
gboolean weir_streams_start (WeirStreams *streams, WeirStreamJob run, gpointer job,
                             GError **error);
