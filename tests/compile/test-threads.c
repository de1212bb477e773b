#include "runtime/threads.h"
#include "streams.h"

#include <stdatomic.h>

#define TASKS 1000

static void
count (void *context, guint index, guint thread)
{
  atomic_uint *seen = context;

  (void) thread;
  atomic_fetch_add (&seen[index], 1);
}

/* Every task once, over many short runs, for teams larger than the machine too. */
static void
test_each_once (void)
{
  for (guint size = 1; size <= 5; size++) {
    WeirThreads *team = weir_threads_new (size, FALSE, NULL);

    for (guint run = 0; run < 200; run++) {
      atomic_uint seen[TASKS] = { 0 };
      guint n = run * 5 % TASKS;

      weir_threads_run (team, n, count, seen);
      for (guint i = 0; i < TASKS; i++)
        g_assert_cmpuint (atomic_load (&seen[i]), ==, i < n);
    }
    weir_threads_free (team);
  }
}

/* A team that sleeps between runs wakes up for the next. */
static void
test_after_sleep (void)
{
  WeirThreads *team = weir_threads_new (3, TRUE, NULL);

  for (guint run = 0; run < 20; run++) {
    atomic_uint seen[TASKS] = { 0 };

    g_usleep (2000);
    weir_threads_run (team, TASKS, count, seen);
    for (guint i = 0; i < TASKS; i++)
      g_assert_cmpuint (atomic_load (&seen[i]), ==, 1);
  }
  weir_threads_free (team);
}

static void
add_tasks (gpointer job, WeirThreads *team)
{
  atomic_uint seen[16] = { 0 };

  weir_threads_run (team, G_N_ELEMENTS (seen), count, seen);
  atomic_fetch_add ((atomic_uint *) job, 1);
}

static void
test_streams (void)
{
  WeirStreams *streams = weir_streams_new (2, 4, FALSE, NULL);
  atomic_uint done = 0;

  g_assert_cmpuint (weir_streams_team_size (streams), ==, 2);
  for (guint i = 0; i < 100; i++) {
    WeirThreads *team = weir_streams_acquire (streams);

    g_assert_true (weir_streams_start (streams, add_tasks, &done, NULL));
    weir_streams_release (streams, team);
  }
  weir_streams_free (streams);
  g_assert_cmpuint (atomic_load (&done), ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/compile/threads/each-once", test_each_once);
  g_test_add_func ("/compile/threads/after-sleep", test_after_sleep);
  g_test_add_func ("/compile/threads/streams", test_streams);
  return g_test_run ();
}
