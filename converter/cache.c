#include "cache.h"

#include "io/io.h"
#include "ir/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#define MAX_BYTES ((guint64) 4 << 30)
#define SUFFIX    ".weir"

/* Which other files an entry was made of. */
#define FILES "cache/files"

static void
add_source (GChecksum *sum, WeirSource *source)
{
  WeirBytes bytes = weir_source_bytes (source);

  for (gsize at = 0; at < bytes.size; at += G_MAXINT32)
    g_checksum_update (sum, bytes.data + at, (gssize) MIN (bytes.size - at, G_MAXINT32));
}

/* Options that name a small file on which the conversion depends. */
static const char *const file_options[] = {
  "transformations_config",
  "tensorflow_object_detection_api_pipeline_config",
};

static void
add_named (GChecksum *sum, const WeirConvertOptions *options)
{
  for (guint i = 0; i < G_N_ELEMENTS (file_options); i++) {
    const char *path = weir_convert_options_get (options, file_options[i]);
    g_autoptr (WeirSource) source = path != NULL ? weir_source_open (path, NULL) : NULL;

    if (source != NULL)
      add_source (sum, source);
  }
}

char *
weir_cache_key (const WeirInput *input, const WeirConvertOptions *options)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = weir_convert_options_to_string (options);
  g_autofree char *extensions = weir_registry_digests ();

  g_checksum_update (sum, (const guchar *) PACKAGE_VERSION "\n", -1);
  g_checksum_update (sum, (const guchar *) text, -1);
  g_checksum_update (sum, (const guchar *) extensions, -1);
  g_checksum_update (sum, (const guchar *) "\n", 1);
  if (input->source != NULL)
    add_source (sum, input->source);
  else
    g_checksum_update (sum, (const guchar *) input->name, -1);
  if (input->topology != NULL)
    add_source (sum, input->topology);
  add_named (sum, options);
  if (input->beside != NULL)
    add_source (sum, input->beside);
  return g_strdup (g_checksum_get_string (sum));
}

/* Ours alone: a folder that others may write is no place for what we will run. */
static gboolean
is_private (const char *folder)
{
  GStatBuf st;

  return g_lstat (folder, &st) == 0 && S_ISDIR (st.st_mode) && st.st_uid == geteuid () &&
         (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

char *
weir_cache_folder (const char *wish)
{
  g_autofree char *folder =
      wish != NULL ? g_strdup (wish)
                   : g_build_filename (g_get_user_cache_dir (), "weir", NULL);

  if (*folder == '\0' || g_mkdir_with_parents (folder, 0700) != 0 || !is_private (folder))
    return NULL;
  return g_steal_pointer (&folder);
}

static char *
entry_path (const char *folder, const char *key)
{
  g_autofree char *file = g_strconcat (key, SUFFIX, NULL);

  return g_build_filename (folder, file, NULL);
}

/* Entries are made by rename and never written again, so that a map stays valid. */
static GBytes *
map_entry (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autoptr (GMappedFile) file = NULL;
  struct stat st;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode) && st.st_uid == geteuid () &&
      st.st_nlink == 1)
    file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  close (fd);
  return file != NULL ? g_mapped_file_get_bytes (file) : NULL;
}

static gboolean
is_current (const WeirModel *model, const WeirInput *input)
{
  const char *files = weir_model_info (model, FILES);

  return files == NULL || weir_folder_unchanged (input->folder, files);
}

WeirModel *
weir_cache_load (const char *folder, const char *key, const WeirInput *input)
{
  g_autofree char *path = entry_path (folder, key);
  g_autoptr (GBytes) stream = map_entry (path);
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) bin = NULL;
  g_autoptr (WeirSource) xml_source = NULL;
  g_autoptr (WeirSource) bin_source = NULL;
  g_autoptr (WeirModel) model = NULL;

  if (stream == NULL || !weir_stream_unpack (stream, &xml, &bin, NULL))
    return NULL;
  g_utime (path, NULL);
  xml_source = weir_source_new (xml, path);
  bin_source = weir_source_new (bin, path);
  model = weir_ir_read_sources (xml_source, bin_source, NULL);
  if (model == NULL || !is_current (model, input))
    return NULL;
  weir_model_set_info (model, FILES, NULL);
  return g_steal_pointer (&model);
}

typedef struct {
  char *path;
  gint64 used;
  guint64 size;
} Entry;

static void
entry_clear (gpointer data)
{
  g_free (((Entry *) data)->path);
}

static int
oldest_first (gconstpointer a, gconstpointer b)
{
  gint64 x = ((const Entry *) a)->used, y = ((const Entry *) b)->used;

  return x < y ? -1 : x > y;
}

static GArray *
list_entries (const char *folder, guint64 *total)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_array_set_clear_func (entries, entry_clear);
  *total = 0;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    GStatBuf st;
    Entry entry = { 0 };

    if (!g_str_has_suffix (name, SUFFIX))
      continue;
    entry.path = g_build_filename (folder, name, NULL);
    if (g_lstat (entry.path, &st) == 0) {
      entry.used = st.st_mtime;
      entry.size = (guint64) st.st_size;
    }
    *total += entry.size;
    g_array_append_val (entries, entry);
  }
  return entries;
}

static void
make_room (const char *folder, guint64 size)
{
  guint64 total;
  g_autoptr (GArray) entries = list_entries (folder, &total);

  g_array_sort (entries, oldest_first);
  for (guint i = 0; i < entries->len && total + size > MAX_BYTES; i++) {
    const Entry *entry = &g_array_index (entries, Entry, i);

    if (g_unlink (entry->path) == 0)
      total -= entry->size;
  }
}

static void
write_entry (const char *folder, const char *key, GBytes *stream)
{
  g_autofree char *path = entry_path (folder, key);
  gsize size;
  const char *data = g_bytes_get_data (stream, &size);

  if (size > MAX_BYTES / 2)
    return;
  make_room (folder, size);
  g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT,
                            0600, NULL);
}

static gboolean
serialize (const WeirModel *model, const WeirInput *input, GBytes **xml, GBytes **bin)
{
  g_autofree char *files = weir_folder_opened (input->folder);
  g_autoptr (WeirModel) noted = NULL;

  if (files == NULL)
    return weir_ir_serialize (model, 11, xml, bin, NULL);
  noted = weir_model_copy (model);
  weir_model_set_info (noted, FILES, files);
  return weir_ir_serialize (noted, 11, xml, bin, NULL);
}

void
weir_cache_store (const char *folder, const char *key, const WeirModel *model,
                  const WeirInput *input)
{
  g_autofree char *lock_path = g_build_filename (folder, "lock", NULL);
  g_autoptr (GBytes) xml = NULL;
  g_autoptr (GBytes) bin = NULL;
  g_autoptr (GBytes) stream = NULL;
  int lock;

  if (!serialize (model, input, &xml, &bin))
    return;
  stream = weir_stream_pack (xml, bin, NULL);
  lock = open (lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (stream != NULL && lock >= 0 && flock (lock, LOCK_EX) == 0)
    write_entry (folder, key, stream);
  if (lock >= 0)
    close (lock);
}
