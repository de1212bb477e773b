#define _GNU_SOURCE
#include "threads.h"

#include "base/error.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>

/* How long a member looks for work before it sleeps: some microseconds, about the length
 * of a small kernel, so that a network's steps find the team awake. */
#define SPINS 2000

/* A run is published as one number: its generation above, the tasks not taken yet below.
 * A member takes a task by counting down; a ticket of an earlier run can not be taken. */
#define TICKET(generation, left) ((uint64_t) (generation) << 32 | (left))
#define TICKET_LEFT(ticket)      ((guint) (ticket))

typedef struct {
  WeirThreads *team;
  guint number;
  pthread_t thread;
} Member;

struct _WeirThreads {
  guint count;
  guint started;
  Member *members;
  _Atomic uint64_t ticket;
  atomic_uint done;
  guint32 generation;
  guint n_tasks;
  WeirTask task;
  void *context;
  atomic_uint sleepers;
  atomic_bool stop;
  pthread_mutex_t mutex;
  pthread_cond_t wake;
};

static inline void
relax (void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Takes tasks until none is left. */
static void
work (WeirThreads *team, guint number)
{
  uint64_t ticket = atomic_load (&team->ticket);

  while (TICKET_LEFT (ticket) > 0) {
    guint index;

    if (!atomic_compare_exchange_weak (&team->ticket, &ticket, ticket - 1))
      continue;
    index = team->n_tasks - TICKET_LEFT (ticket);
    team->task (team->context, index, number);
    atomic_fetch_add (&team->done, 1);
    ticket = atomic_load (&team->ticket);
  }
}

static gboolean
has_work (WeirThreads *team)
{
  return TICKET_LEFT (atomic_load (&team->ticket)) > 0 || atomic_load (&team->stop);
}

static void
wait_for_work (WeirThreads *team)
{
  for (guint i = 0; i < SPINS; i++) {
    if (has_work (team))
      return;
    relax ();
  }
  pthread_mutex_lock (&team->mutex);
  atomic_fetch_add (&team->sleepers, 1);
  while (!has_work (team))
    pthread_cond_wait (&team->wake, &team->mutex);
  atomic_fetch_sub (&team->sleepers, 1);
  pthread_mutex_unlock (&team->mutex);
}

static void *
member_main (void *data)
{
  Member *member = data;

  while (!atomic_load (&member->team->stop)) {
    work (member->team, member->number);
    wait_for_work (member->team);
  }
  return NULL;
}

/* The n-th CPU that this process may use. */
static void
pin_to (pthread_t thread, guint n)
{
  cpu_set_t allowed, one;
  guint count, at = 0;

  if (sched_getaffinity (0, sizeof allowed, &allowed) != 0)
    return;
  count = (guint) CPU_COUNT (&allowed);
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET (cpu, &allowed) || at++ != n % MAX (count, 1))
      continue;
    CPU_ZERO (&one);
    CPU_SET (cpu, &one);
    pthread_setaffinity_np (thread, sizeof one, &one);
    return;
  }
}

WeirThreads *
weir_threads_new (guint count, gboolean pin, GError **error)
{
  WeirThreads *team = g_new0 (WeirThreads, 1);

  team->count = MAX (count, 1);
  team->members = g_new0 (Member, team->count);
  pthread_mutex_init (&team->mutex, NULL);
  pthread_cond_init (&team->wake, NULL);
  for (guint i = 1; i < team->count; i++) {
    Member *member = &team->members[i];

    *member = (Member){ .team = team, .number = i };
    if (pthread_create (&member->thread, NULL, member_main, member) != 0) {
      weir_fail (error, WEIR_ERROR_DEVICE, "cannot start thread %u of %u", i,
                 team->count);
      weir_threads_free (team);
      return NULL;
    }
    team->started++;
    if (pin)
      pin_to (member->thread, i);
  }
  return team;
}

void
weir_threads_free (WeirThreads *team)
{
  if (team == NULL)
    return;
  pthread_mutex_lock (&team->mutex);
  atomic_store (&team->stop, TRUE);
  pthread_cond_broadcast (&team->wake);
  pthread_mutex_unlock (&team->mutex);
  for (guint i = 1; i <= team->started; i++)
    pthread_join (team->members[i].thread, NULL);
  pthread_cond_destroy (&team->wake);
  pthread_mutex_destroy (&team->mutex);
  g_free (team->members);
  g_free (team);
}

guint
weir_threads_count (const WeirThreads *team)
{
  return team->count;
}

void
weir_threads_run (WeirThreads *team, guint n_tasks, WeirTask task, void *context)
{
  if (team->count == 1 || n_tasks <= 1) {
    for (guint i = 0; i < n_tasks; i++)
      task (context, i, 0);
    return;
  }
  team->task = task;
  team->context = context;
  team->n_tasks = n_tasks;
  atomic_store (&team->done, 0);
  team->generation++;
  atomic_store (&team->ticket, TICKET (team->generation, n_tasks));
  if (atomic_load (&team->sleepers) > 0) {
    pthread_mutex_lock (&team->mutex);
    pthread_cond_broadcast (&team->wake);
    pthread_mutex_unlock (&team->mutex);
  }
  work (team, 0);
  for (guint spins = 0; atomic_load (&team->done) != n_tasks; spins++) {
    if (spins < SPINS)
      relax ();
    else
      sched_yield ();
  }
}
