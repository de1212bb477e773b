#define _GNU_SOURCE
#include "channel.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the process finds open: the socket and the memory. */
#define SOCKET_FD 3
#define MEMORY_FD 4

#define MAX_LINE ((gsize) 1 << 20)
/* A process that does not answer for so long is taken to hang. */
#define TIMEOUT_SECONDS 60

struct _OffloadChannel {
  GPid process;
  int socket, memory;
  guint8 *map;
  gsize size;
  GByteArray *received;
};

static gboolean
fail_system (GError **error, const char *what)
{
  return weir_fail (error, WEIR_ERROR_IO, "%s: %s", what, g_strerror (errno));
}

/* The process may not make it smaller under our feet. */
static int
make_memory (GError **error)
{
  int memory = memfd_create ("weir-offload", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (memory >= 0 && fcntl (memory, F_ADD_SEALS, F_SEAL_SHRINK) == 0)
    return memory;
  fail_system (error, "shared memory");
  if (memory >= 0)
    close (memory);
  return -1;
}

static gboolean
spawn (OffloadChannel *c, char **argv, const char *framework, int theirs, GError **error)
{
  const int from[] = { theirs, c->memory }, to[] = { SOCKET_FD, MEMORY_FD };
  g_auto (GStrv) environment =
      g_environ_setenv (g_get_environ (), "WEIR_OFFLOAD_FRAMEWORK", framework, TRUE);

  return g_spawn_async_with_pipes_and_fds (
      NULL, (const char *const *) argv, (const char *const *) environment,
      G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
      NULL, -1, -1, -1, from, to, G_N_ELEMENTS (from), &c->process, NULL, NULL, NULL,
      error);
}

OffloadChannel *
offload_channel_start (char **argv, const char *framework, GError **error)
{
  OffloadChannel *c = g_new0 (OffloadChannel, 1);
  int ends[2] = { -1, -1 };
  gboolean good;

  c->received = g_byte_array_new ();
  c->memory = make_memory (error);
  good = c->memory >= 0;
  if (good && socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    good = fail_system (error, "socket");
  c->socket = ends[0];
  good = good && spawn (c, argv, framework, ends[1], error);
  if (ends[1] >= 0)
    close (ends[1]);
  if (good)
    return c;
  offload_channel_stop (c);
  return NULL;
}

void
offload_channel_stop (OffloadChannel *c)
{
  if (c->process != 0) {
    kill (c->process, SIGKILL);
    waitpid (c->process, NULL, 0);
    g_spawn_close_pid (c->process);
  }
  if (c->map != NULL)
    munmap (c->map, c->size);
  if (c->socket >= 0)
    close (c->socket);
  if (c->memory >= 0)
    close (c->memory);
  g_byte_array_unref (c->received);
  g_free (c);
}

guint8 *
offload_channel_memory (OffloadChannel *c, gsize size, GError **error)
{
  void *map;

  size = MAX (size, 1);
  if (size <= c->size)
    return c->map;
  if (size > G_MAXINT64 / 2 || ftruncate (c->memory, (off_t) size) != 0) {
    weir_fail (error, WEIR_ERROR_LIMIT, "there are no %zu bytes of shared memory", size);
    return NULL;
  }
  map = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, c->memory, 0);
  if (map == MAP_FAILED) {
    fail_system (error, "shared memory");
    return NULL;
  }
  if (c->map != NULL)
    munmap (c->map, c->size);
  c->map = map;
  c->size = size;
  return c->map;
}

static gboolean
send_all (OffloadChannel *c, const char *text, GError **error)
{
  gsize left = strlen (text);

  while (left > 0) {
    ssize_t sent = send (c->socket, text, left, MSG_NOSIGNAL);

    if (sent < 0 && errno == EINTR)
      continue;
    if (sent <= 0)
      return weir_fail (error, WEIR_ERROR_IO, "the process has ended");
    text += sent;
    left -= (gsize) sent;
  }
  return TRUE;
}

static gboolean
receive_some (OffloadChannel *c, gint64 until, GError **error)
{
  struct pollfd fd = { .fd = c->socket, .events = POLLIN };
  gint64 left = (until - g_get_monotonic_time ()) / 1000;
  guint8 bytes[4096];
  ssize_t got;
  int ready = left > 0 ? poll (&fd, 1, (int) left) : 0;

  if (ready < 0)
    return errno == EINTR || fail_system (error, "socket");
  if (ready == 0)
    return weir_fail (error, WEIR_ERROR_IO, "the process has not answered for %d seconds",
                      TIMEOUT_SECONDS);
  got = recv (c->socket, bytes, sizeof bytes, 0);
  if (got < 0 && errno == EINTR)
    return TRUE;
  if (got <= 0)
    return weir_fail (error, WEIR_ERROR_IO, "the process has ended without an answer");
  if (c->received->len + (gsize) got > MAX_LINE)
    return weir_fail (error, WEIR_ERROR_LIMIT, "the answer is too long");
  g_byte_array_append (c->received, bytes, (guint) got);
  return TRUE;
}

/* The line that ends at @length. */
static JsonNode *
take_line (OffloadChannel *c, guint length, GError **error)
{
  WeirBytes bytes = WEIR_BYTES (c->received->data, length);
  JsonNode *answer = weir_json_parse (&bytes, error);

  g_byte_array_remove_range (c->received, 0, length + 1);
  if (answer != NULL && JSON_NODE_HOLDS_OBJECT (answer))
    return answer;
  if (answer != NULL) {
    weir_fail (error, WEIR_ERROR_FORMAT, "expected an object");
    json_node_unref (answer);
  }
  g_prefix_error (error, "the answer: ");
  return NULL;
}

static JsonNode *
receive (OffloadChannel *c, GError **error)
{
  gint64 until = g_get_monotonic_time () + TIMEOUT_SECONDS * G_TIME_SPAN_SECOND;

  for (;;) {
    const guint8 *end =
        c->received->len > 0 ? memchr (c->received->data, '\n', c->received->len) : NULL;

    if (end != NULL)
      return take_line (c, (guint) (end - c->received->data), error);
    if (!receive_some (c, until, error))
      return NULL;
  }
}

JsonNode *
offload_channel_ask (OffloadChannel *c, const char *line, gboolean *broken,
                     GError **error)
{
  JsonNode *answer = send_all (c, line, error) ? receive (c, error) : NULL;
  const char *refused;

  *broken = answer == NULL;
  if (answer == NULL)
    return NULL;
  refused = weir_json_string (json_node_get_object (answer), "error");
  if (refused == NULL)
    return answer;
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "%.1000s", refused);
  json_node_unref (answer);
  return NULL;
}
