#define _GNU_SOURCE
#include "source.h"

#include "error.h"
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct _WeirSource {
  gatomicrefcount refs;
  char *name;
  char *directory;
  GBytes *bytes;
};

static WeirSource *
source_take (GBytes *bytes, const char *name, const char *directory)
{
  WeirSource *source = g_new0 (WeirSource, 1);

  g_atomic_ref_count_init (&source->refs);
  source->name = g_strdup (name);
  source->directory = g_strdup (directory);
  source->bytes = bytes;
  return source;
}

static gboolean
read_fully (int fd, guint8 *data, gsize size, const char *name, GError **error)
{
  gsize done = 0;

  while (done < size) {
    gssize n = read (fd, data + done, size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return weir_fail (error, WEIR_ERROR_IO, "%s: cannot read: %s", name,
                        n < 0 ? g_strerror (errno) : "the file became shorter");
    done += (gsize) n;
  }
  return TRUE;
}

/* Takes the descriptor over. */
static WeirSource *
source_read (int fd, const char *name, const char *directory, gboolean single_link,
             GError **error)
{
  struct stat st;
  guint8 *data = NULL;

  if (fstat (fd, &st) != 0) {
    weir_fail (error, WEIR_ERROR_IO, "%s: %s", name, g_strerror (errno));
  } else if (!S_ISREG (st.st_mode)) {
    weir_fail (error, WEIR_ERROR_IO, "%s: not a regular file", name);
  } else if (single_link && st.st_nlink > 1) {
    weir_fail (error, WEIR_ERROR_IO, "%s: a file with more than one link is refused",
               name);
  } else if ((guint64) st.st_size > WEIR_MAX_FILE_BYTES) {
    weir_fail (error, WEIR_ERROR_LIMIT, "%s: larger than %" G_GSIZE_FORMAT " bytes", name,
               WEIR_MAX_FILE_BYTES);
  } else if ((data = weir_try_alloc ((gsize) st.st_size, error)) == NULL) {
    g_prefix_error (error, "%s: ", name);
  } else if (!read_fully (fd, data, (gsize) st.st_size, name, error)) {
    g_clear_pointer (&data, weir_free);
  }
  close (fd);
  if (data == NULL)
    return NULL;
  return source_take (
      g_bytes_new_with_free_func (data, (gsize) st.st_size, weir_free, data), name,
      directory);
}

WeirSource *
weir_source_open (const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0) {
    weir_fail (error, WEIR_ERROR_IO, "%s: %s", path, g_strerror (errno));
    return NULL;
  }
  return source_read (fd, path, directory, FALSE, error);
}

static gboolean
is_beneath (const char *relative)
{
  g_auto (GStrv) parts = g_strsplit (relative, "/", -1);

  if (g_path_is_absolute (relative) || *relative == '\0')
    return FALSE;
  for (guint i = 0; parts[i] != NULL; i++)
    if (strcmp (parts[i], "..") == 0)
      return FALSE;
  return TRUE;
}

/* Without openat2 (Linux before 5.6): every component by itself, never through a link. */
static int
open_by_component (int directory, const char *relative)
{
  g_auto (GStrv) parts = g_strsplit (relative, "/", -1);
  int at = dup (directory);

  for (guint i = 0; at >= 0 && parts[i] != NULL; i++) {
    int flags = parts[i + 1] != NULL ? O_DIRECTORY : O_NONBLOCK;
    int next;

    if (*parts[i] == '\0')
      continue;
    next = openat (at, parts[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags);
    close (at);
    at = next;
  }
  return at;
}

static int
open_beneath (int directory, const char *relative)
{
  struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                          .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                     RESOLVE_NO_MAGICLINKS };
  int fd = (int) syscall (SYS_openat2, directory, relative, &how, sizeof how);

  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    fd = open_by_component (directory, relative);
  return fd;
}

WeirSource *
weir_source_open_beneath (const char *directory, const char *relative, GError **error)
{
  g_autofree char *path = g_build_filename (directory, relative, NULL);
  int dir, fd, saved;

  if (!is_beneath (relative)) {
    weir_fail (error, WEIR_ERROR_IO,
               "%s: a model may only name files beneath its own folder", relative);
    return NULL;
  }
  dir = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir < 0) {
    weir_fail (error, WEIR_ERROR_IO, "%s: %s", directory, g_strerror (errno));
    return NULL;
  }
  fd = open_beneath (dir, relative);
  saved = errno;
  close (dir);
  if (fd < 0) {
    weir_fail (error, WEIR_ERROR_IO, "%s: %s", path,
               saved == ELOOP || saved == EXDEV ? "links are refused"
                                                : g_strerror (saved));
    return NULL;
  }
  return source_read (fd, path, directory, TRUE, error);
}

WeirSource *
weir_source_new (GBytes *bytes, const char *name)
{
  return source_take (g_bytes_ref (bytes), name, NULL);
}

WeirSource *
weir_source_ref (WeirSource *source)
{
  g_atomic_ref_count_inc (&source->refs);
  return source;
}

void
weir_source_unref (WeirSource *source)
{
  if (source == NULL || !g_atomic_ref_count_dec (&source->refs))
    return;
  g_free (source->name);
  g_free (source->directory);
  g_bytes_unref (source->bytes);
  g_free (source);
}

const char *
weir_source_name (const WeirSource *source)
{
  return source->name;
}

const char *
weir_source_directory (const WeirSource *source)
{
  return source->directory;
}

WeirBytes
weir_source_bytes (const WeirSource *source)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (source->bytes, &size);

  return WEIR_BYTES (data, size);
}

GBytes *
weir_source_gbytes (const WeirSource *source)
{
  return source->bytes;
}

char *
weir_source_hash (const WeirSource *source)
{
  return g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, source->bytes);
}
