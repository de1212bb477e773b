#include "pack.h"
#include "sstable.h"

#include <glib/gstdio.h>
#include <string.h>

/* The graph as an event file, which TensorBoard shows (option tensorboard_logdir).
 * Records are a length, its checksum, the contents and their checksum
 * (tensorflow/core/lib/io/record_writer.h); contents are Event messages
 * (tensorflow/core/util/event.proto). */

#define VERSION    "brain.Event:2"
#define MODE       0644
#define DIR_MODE   0755
#define MOST_TRIES 100

enum { TIME_TAG = 1 << 3 | 1, VERSION_TAG = 3 << 3 | 2, GRAPH_TAG = 4 << 3 | 2 };

static void
put_u32 (GByteArray *to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  g_byte_array_append (to, (const guint8 *) &value, sizeof value);
}

static void
put_checked (GByteArray *to, const guint8 *data, gsize size)
{
  g_byte_array_append (to, data, (guint) size);
  put_u32 (to, weir_crc32c_mask (weir_crc32c (0, data, size)));
}

/* An event with one field. */
static void
put_event (GByteArray *to, double time, guint8 tag, const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) event = g_byte_array_new ();
  guint64 bits, length;

  memcpy (&bits, &time, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  tf_pack_varint (event, TIME_TAG);
  g_byte_array_append (event, (const guint8 *) &bits, sizeof bits);
  tf_pack_varint (event, tag);
  tf_pack_varint (event, size);
  g_byte_array_append (event, data, (guint) size);
  length = GUINT64_TO_LE ((guint64) event->len);
  put_checked (to, (const guint8 *) &length, sizeof length);
  put_checked (to, event->data, event->len);
}

/* (transfer full): a name that TensorBoard takes for an event file, and nobody has. */
static char *
free_name (const char *folder, double time)
{
  for (guint i = 0; i < MOST_TRIES; i++) {
    g_autofree char *name =
        g_strdup_printf ("events.out.tfevents.%010.0f.weir.%u", time, i);
    g_autofree char *path = g_build_filename (folder, name, NULL);

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&path);
  }
  return NULL;
}

gboolean
tf_tensorboard_write (const TfImport *import, GError **error)
{
  const char *folder = weir_frontend_option (import->input, "tensorboard_logdir");
  const WeirBytes *graph = &import->graph_bytes;
  double time = (double) g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree char *path = NULL;

  if (folder == NULL)
    return TRUE;
  if (graph->size > G_MAXINT32)
    return weir_fail (
        error, WEIR_ERROR_LIMIT,
        "--tensorboard_logdir: a graph of %zu bytes, more than an event holds",
        graph->size);
  if (g_mkdir_with_parents (folder, DIR_MODE) != 0 ||
      (path = free_name (folder, time)) == NULL)
    return weir_fail (error, WEIR_ERROR_IO,
                      "--tensorboard_logdir: '%s' is no folder to write to", folder);
  put_event (file, time, VERSION_TAG, (const guint8 *) VERSION, strlen (VERSION));
  put_event (file, time, GRAPH_TAG, graph->data, graph->size);
  if (g_file_set_contents_full (path, (const char *) file->data, file->len,
                                G_FILE_SET_CONTENTS_CONSISTENT, MODE, error))
    return TRUE;
  g_prefix_error (error, "--tensorboard_logdir: ");
  return FALSE;
}
