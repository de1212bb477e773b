#define _GNU_SOURCE
#include "write.h"

#include "base/problem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* NAME.xml and NAME.bin in a folder, both or none. New files are complete before an old
 * pair is moved aside, and the XML, without which there is no model, goes first and comes
 * last: whenever it stops, an XML that can be seen has the BIN that it was written with.
 * What replaces an old pair is flushed before, so that a power cut costs at most one of
 * both; where nothing can be lost, nothing waits for the disk. */

enum { BIN, XML, N_FILES };

static const char *const suffixes[N_FILES] = { "bin", "xml" };

typedef struct {
  int directory;
  const char *where; /* for errors */
  char *name[N_FILES];
  char *fresh[N_FILES]; /* (nullable): a new file under a temporary name */
  char *aside[N_FILES]; /* (nullable): where the old one went */
  gboolean moved[N_FILES];
} Pair;

static gboolean
fail_file (const Pair *pair, const char *name, const char *what, GError **error)
{
  return weir_fail (error, WEIR_ERROR_IO, "%s/%s: cannot %s: %s", pair->where, name, what,
                    g_strerror (errno));
}

static char *
hidden_name (const char *name)
{
  return g_strdup_printf (".%s.%08x%08x", name, g_random_int (), g_random_int ());
}

static gboolean
write_fully (int fd, const void *data, gsize size)
{
  const guint8 *at = data;

  while (size > 0) {
    gssize n = write (fd, at, MIN (size, (gsize) 1 << 30));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    at += n;
    size -= (gsize) n;
  }
  return TRUE;
}

static gboolean
write_blobs (int fd, const IrBlobs *blobs)
{
  static const guint8 zeros[64];
  guint n;
  const IrBlob *list = ir_blobs_list (blobs, &n);
  gsize end = 0;

  for (guint i = 0; i < n; i++) {
    gsize size = weir_tensor_size (list[i].value);

    if (!write_fully (fd, zeros, list[i].offset - end) ||
        !write_fully (fd, weir_tensor_data (list[i].value), size))
      return FALSE;
    end = list[i].offset + size;
  }
  return TRUE;
}

static int
open_fresh (Pair *pair, int file, GError **error)
{
  char *name = hidden_name (pair->name[file]);
  int fd = openat (pair->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

  if (fd >= 0) {
    pair->fresh[file] = name;
    return fd;
  }
  g_free (name);
  fail_file (pair, pair->name[file], "create", error);
  return -1;
}

static gboolean
replaces (const Pair *pair)
{
  for (int i = 0; i < N_FILES; i++)
    if (faccessat (pair->directory, pair->name[i], F_OK, AT_SYMLINK_NOFOLLOW) == 0)
      return TRUE;
  return FALSE;
}

/* Both are written before the first is waited for: the disk takes them in one turn. */
static gboolean
write_fresh (Pair *pair, const IrWriter *writer, GError **error)
{
  const GString *text = writer->text.text;
  int fds[N_FILES] = { -1, -1 };
  gboolean flush = replaces (pair), good = TRUE;

  for (int i = 0; good && i < N_FILES; i++) {
    fds[i] = open_fresh (pair, i, error);
    if (fds[i] < 0)
      good = FALSE;
    else if (!(i == BIN ? write_blobs (fds[i], writer->blobs)
                        : write_fully (fds[i], text->str, text->len)))
      good = fail_file (pair, pair->name[i], "write", error);
  }
  for (int i = 0; i < N_FILES; i++) {
    if (good && flush && fsync (fds[i]) != 0)
      good = fail_file (pair, pair->name[i], "write", error);
    if (fds[i] >= 0 && close (fds[i]) != 0 && good)
      good = fail_file (pair, pair->name[i], "write", error);
  }
  return good;
}

static gboolean
move_aside (Pair *pair, int file, GError **error)
{
  char *name = hidden_name (pair->name[file]);

  if (renameat (pair->directory, pair->name[file], pair->directory, name) == 0) {
    pair->aside[file] = name;
    return TRUE;
  }
  g_free (name);
  return errno == ENOENT || fail_file (pair, pair->name[file], "replace", error);
}

static gboolean
move_in (Pair *pair, int file, GError **error)
{
  if (renameat (pair->directory, pair->fresh[file], pair->directory, pair->name[file]) !=
      0)
    return fail_file (pair, pair->name[file], "replace", error);
  g_clear_pointer (&pair->fresh[file], g_free);
  pair->moved[file] = TRUE;
  return TRUE;
}

/* The new names are on the disk before the old files go. */
static gboolean
flush_names (const Pair *pair, GError **error)
{
  if (pair->aside[XML] == NULL && pair->aside[BIN] == NULL)
    return TRUE;
  return fsync (pair->directory) == 0 || errno == EINVAL ||
         fail_file (pair, "", "flush", error);
}

static gboolean
pair_replace (Pair *pair, GError **error)
{
  return move_aside (pair, XML, error) && move_aside (pair, BIN, error) &&
         move_in (pair, BIN, error) && move_in (pair, XML, error) &&
         flush_names (pair, error);
}

/* Drops the old pair, or puts it back; drops what was written in vain. */
static void
pair_finish (Pair *pair, gboolean good)
{
  for (int i = 0; i < N_FILES; i++) {
    if (pair->fresh[i] != NULL)
      unlinkat (pair->directory, pair->fresh[i], 0);
    if (!good && pair->moved[i])
      unlinkat (pair->directory, pair->name[i], 0);
    if (good && pair->aside[i] != NULL)
      unlinkat (pair->directory, pair->aside[i], 0);
    else if (pair->aside[i] != NULL)
      renameat (pair->directory, pair->aside[i], pair->directory, pair->name[i]);
    g_free (pair->fresh[i]);
    g_free (pair->aside[i]);
    g_free (pair->name[i]);
  }
}

static gboolean
open_directory (Pair *pair, const char *directory, GError **error)
{
  pair->where = directory;
  if (g_mkdir_with_parents (directory, 0777) != 0)
    return weir_problem_fail (error, WEIR_PROBLEM_FOLDER,
                              "%s: cannot create the folder: %s", directory,
                              g_strerror (errno));
  pair->directory = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return pair->directory >= 0 || weir_problem_fail (error, WEIR_PROBLEM_FOLDER, "%s: %s",
                                                    directory, g_strerror (errno));
}

gboolean
weir_ir_write (const WeirModel *model, guint version, const char *directory,
               const char *name, GError **error)
{
  g_autoptr (IrBlobs) blobs = ir_blobs_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  IrWriter writer = { .text = { .text = text }, .blobs = blobs, .version = version };
  Pair pair = { 0 };
  gboolean good;

  if (*name == '\0' || strchr (name, '/') != NULL)
    return weir_problem_fail (error, WEIR_PROBLEM_MODEL_NAME,
                              "'%s' is not a name for a file", name);
  if (!ir_write_model (&writer, model, error) ||
      !open_directory (&pair, directory, error))
    return FALSE;
  for (int i = 0; i < N_FILES; i++)
    pair.name[i] = g_strdup_printf ("%s.%s", name, suffixes[i]);
  good = write_fresh (&pair, &writer, error) && pair_replace (&pair, error);
  pair_finish (&pair, good);
  close (pair.directory);
  return good;
}
