#include "table-writer.h"

#include "frontends/tensorflow/sstable.h"

#include <string.h>

void
table_put (GByteArray *to, const void *data, gsize size)
{
  if (size > 0)
    g_byte_array_append (to, data, (guint) size);
}

void
table_put_varint (GByteArray *to, guint64 value)
{
  for (; value >= 0x80; value >>= 7)
    table_put (to, (const guint8[]){ (guint8) (value | 0x80) }, 1);
  table_put (to, (const guint8[]){ (guint8) value }, 1);
}

void
table_put_u32 (GByteArray *to, guint32 value)
{
  value = GUINT32_TO_LE (value);
  table_put (to, &value, 4);
}

void
table_put_pair (GByteArray *to, guint shared, const void *rest, gsize rest_size,
                const void *value, gsize size)
{
  table_put_varint (to, shared);
  table_put_varint (to, rest_size);
  table_put_varint (to, size);
  table_put (to, rest, rest_size);
  table_put (to, value, size);
}

void
table_put_entry (GByteArray *to, guint shared, const char *rest, const void *value,
                 gsize size)
{
  table_put_pair (to, shared, rest, strlen (rest), value, size);
}

/* The block @contents with its trailer; where it stands as a handle. */
static GByteArray *
put_block (GByteArray *file, const GByteArray *contents, guint8 kind)
{
  GByteArray *handle = g_byte_array_new ();
  gsize begin = file->len;

  table_put_varint (handle, begin);
  table_put_varint (handle, contents->len);
  table_put (file, contents->data, contents->len);
  table_put (file, &kind, 1);
  table_put_u32 (
      file, weir_crc32c_mask (weir_crc32c (0, file->data + begin, file->len - begin)));
  return handle;
}

void
table_put_restarts (GByteArray *block)
{
  table_put_u32 (block, 0);
  table_put_u32 (block, 1);
}

void
table_put_footer (GByteArray *file, const GByteArray *index)
{
  static const guint8 magic[] = { 0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb };
  guint8 handles[40] = { 0 };

  memcpy (handles + 2, index->data, index->len);
  table_put (file, handles, sizeof handles);
  table_put (file, magic, sizeof magic);
}

GBytes *
table_make (const GByteArray *contents, guint8 kind)
{
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GByteArray) handle = put_block (file, contents, kind);
  g_autoptr (GByteArray) entries = g_byte_array_new ();
  g_autoptr (GByteArray) index = NULL;

  table_put_entry (entries, 0, "z", handle->data, handle->len);
  table_put_restarts (entries);
  index = put_block (file, entries, 0);
  table_put_footer (file, index);
  return g_byte_array_free_to_bytes (file);
}
