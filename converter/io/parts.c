#include "base/checked.h"
#include "base/error.h"
#include "io.h"

#include <string.h>

/* The files of one model as one buffer; docs/ir-format.md has the bytes. */

#define MAGIC     "WEIR-MP1"
#define HEADER    24
#define ALIGNMENT 64
#define MAX_PARTS 65536

static gboolean
sizes (GPtrArray *parts, gsize *table, gsize *total)
{
  *table = HEADER;
  for (guint i = 0; i < parts->len; i++)
    if (!weir_add_size (*table, 12 + strlen (weir_source_name (parts->pdata[i])), table))
      return FALSE;
  *total = *table;
  for (guint i = 0; i < parts->len; i++)
    if (!weir_align_size (*total, ALIGNMENT, total) ||
        !weir_add_size (*total, weir_source_bytes (parts->pdata[i]).size, total))
      return FALSE;
  return TRUE;
}

static void
put (guint8 **to, const void *from, gsize size)
{
  if (size > 0)
    memcpy (*to, from, size);
  *to += size;
}

static void
put_u32 (guint8 **to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  put (to, &value, sizeof value);
}

static void
put_u64 (guint8 **to, guint64 value)
{
  value = GUINT64_TO_LE (value);
  put (to, &value, sizeof value);
}

static void
write_parts (guint8 *data, GPtrArray *parts, guint32 main_part, gsize table)
{
  guint8 *at = data;
  gsize offset = table;

  put (&at, MAGIC, strlen (MAGIC));
  put_u32 (&at, parts->len);
  put_u32 (&at, main_part);
  put_u64 (&at, table);
  for (guint i = 0; i < parts->len; i++) {
    const char *name = weir_source_name (parts->pdata[i]);

    put_u32 (&at, (guint32) strlen (name));
    put (&at, name, strlen (name));
    put_u64 (&at, weir_source_bytes (parts->pdata[i]).size);
  }
  for (guint i = 0; i < parts->len; i++) {
    WeirBytes bytes = weir_source_bytes (parts->pdata[i]);

    offset = (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    at = data + offset;
    put (&at, bytes.data, bytes.size);
    offset += bytes.size;
  }
}

GBytes *
weir_parts_pack (GPtrArray *parts, const char *main_name, GError **error)
{
  guint32 main_part = G_MAXUINT32;
  gsize table, total;
  guint8 *data;

  for (guint i = 0; i < parts->len && main_name != NULL; i++)
    if (strcmp (weir_source_name (parts->pdata[i]), main_name) == 0)
      main_part = i;
  if (parts->len > MAX_PARTS || !sizes (parts, &table, &total)) {
    weir_fail (error, WEIR_ERROR_LIMIT, "the model is too large for a stream");
    return NULL;
  }
  data = weir_try_alloc (total, error);
  if (data == NULL)
    return NULL;
  write_parts (data, parts, main_part, table);
  return g_bytes_new_with_free_func (data, total, weir_free, data);
}

gboolean
weir_parts_probe (const WeirBytes *bytes)
{
  return bytes->size >= strlen (MAGIC) &&
         memcmp (bytes->data, MAGIC, strlen (MAGIC)) == 0;
}

static gboolean
fail_short (GError **error)
{
  return weir_fail (error, WEIR_ERROR_FORMAT, "model parts: the stream ends too early");
}

/* One row of the table: a name and a size, which stands for bytes at *@offset. */
static gboolean
read_part (WeirBytes *table, GBytes *all, gsize *offset, GPtrArray *parts, GError **error)
{
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *name = NULL;
  guint32 length;
  guint64 size;
  WeirBytes text;

  if (!weir_bytes_u32 (table, &length) || length > WEIR_MAX_NAME ||
      !weir_bytes_take (table, length, &text) || !weir_bytes_u64 (table, &size) ||
      !weir_align_size (*offset, ALIGNMENT, offset) || *offset > g_bytes_get_size (all) ||
      size > g_bytes_get_size (all) - *offset)
    return fail_short (error);
  name = g_strndup ((const char *) text.data, length);
  if (!g_utf8_validate (name, length, NULL) || *name == '\0')
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "model parts: the name of part %u is no text", parts->len);
  contents = g_bytes_new_from_bytes (all, *offset, (gsize) size);
  *offset += (gsize) size;
  g_ptr_array_add (parts, weir_source_new (contents, name));
  return TRUE;
}

GPtrArray *
weir_parts_unpack (GBytes *stream, char **main_name, GError **error)
{
  gsize size, offset;
  const guint8 *data = g_bytes_get_data (stream, &size);
  WeirBytes table = WEIR_BYTES (data, size);
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) weir_source_unref);
  guint32 count, main_part;
  guint64 table_size;

  *main_name = NULL;
  weir_bytes_seek (&table, strlen (MAGIC));
  if (!weir_bytes_u32 (&table, &count) || !weir_bytes_u32 (&table, &main_part) ||
      !weir_bytes_u64 (&table, &table_size) || table_size > size || count > MAX_PARTS) {
    fail_short (error);
    return NULL;
  }
  offset = (gsize) table_size;
  for (guint32 i = 0; i < count; i++)
    if (!read_part (&table, stream, &offset, parts, error))
      return NULL;
  if (main_part < parts->len)
    *main_name = g_strdup (weir_source_name (parts->pdata[main_part]));
  return g_steal_pointer (&parts);
}
