#include "sstable.h"

#include "base/checked.h"
#include "base/error.h"

#include <string.h>

/* LevelDB's doc/table_format.md: handles are two varints (offset, size); a block of that
 * size is followed by a byte that tells its compression and by a checksum. */

#define FOOTER_SIZE   48
#define MAGIC_SIZE    8
#define TRAILER_SIZE  5
#define CHECKSUM_SIZE 4
#define MAGIC         G_GUINT64_CONSTANT (0xdb4775248b80fb57)
#define MASK_DELTA    0xa282ead8u

enum { PLAIN, SNAPPY };

typedef struct {
  guint64 offset, size;
} Handle;

typedef struct {
  GBytes *file;
  WeirBudget *budget;
  GHashTable *entries;
} Table;

guint32
weir_crc32c (guint32 crc, const guint8 *data, gsize size)
{
  static gsize ready;
  static guint32 table[256];

  if (g_once_init_enter (&ready)) {
    for (guint32 i = 0; i < 256; i++) {
      guint32 value = i;

      for (int bit = 0; bit < 8; bit++)
        value = (value >> 1) ^ ((value & 1) != 0 ? 0x82f63b78u : 0);
      table[i] = value;
    }
    g_once_init_leave (&ready, 1);
  }
  crc = ~crc;
  for (gsize i = 0; i < size; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
  return ~crc;
}

guint32
weir_crc32c_mask (guint32 crc)
{
  guint32 turned = (crc >> 15) | (crc << 17);

  return turned + MASK_DELTA;
}

static gboolean
read_handle (WeirBytes *bytes, Handle *handle)
{
  return weir_bytes_varint (bytes, &handle->offset) &&
         weir_bytes_varint (bytes, &handle->size);
}

gboolean
weir_table_probe (const WeirBytes *bytes)
{
  WeirBytes end = *bytes;
  guint64 magic;

  return bytes->size >= FOOTER_SIZE && weir_bytes_seek (&end, bytes->size - MAGIC_SIZE) &&
         weir_bytes_u64 (&end, &magic) && magic == MAGIC;
}

/* The second handle of the footer; the first one tells of filters. */
static gboolean
read_footer (const WeirBytes *bytes, Handle *index, GError **error)
{
  WeirBytes footer;
  Handle filters;

  if (!weir_table_probe (bytes))
    return weir_fail (error, WEIR_ERROR_FORMAT, "no footer of a table at the end");
  return (weir_bytes_slice (bytes, bytes->size - FOOTER_SIZE, FOOTER_SIZE - MAGIC_SIZE,
                            &footer) &&
          read_handle (&footer, &filters) && read_handle (&footer, index)) ||
         weir_fail (error, WEIR_ERROR_FORMAT, "the footer of the table is broken");
}

/* (transfer full): the contents of a block, checked and expanded. */
static GBytes *
read_block (Table *table, Handle handle, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (table->file, &size);
  WeirBytes file = WEIR_BYTES (data, size), block, checked, trailer;
  guint32 checksum;
  guint8 kind;

  if (!weir_bytes_slice (&file, handle.offset, handle.size, &block) ||
      !weir_bytes_slice (&file, handle.offset + handle.size, TRAILER_SIZE, &trailer) ||
      !weir_bytes_slice (&file, handle.offset, handle.size + 1, &checked) ||
      !weir_bytes_u8 (&trailer, &kind) || !weir_bytes_u32 (&trailer, &checksum)) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "a block of %" G_GUINT64_FORMAT " bytes at %" G_GUINT64_FORMAT
               " reaches beyond the file",
               handle.size, handle.offset);
    return NULL;
  }
  if (weir_crc32c_mask (weir_crc32c (0, checked.data, checked.size)) != checksum) {
    weir_fail (error, WEIR_ERROR_FORMAT,
               "the checksum of the block at %" G_GUINT64_FORMAT " is wrong",
               handle.offset);
    return NULL;
  }
  if (kind == SNAPPY)
    return weir_snappy_expand (&block, table->budget, error);
  if (kind == PLAIN)
    return g_bytes_new_from_bytes (table->file, handle.offset, handle.size);
  weir_fail (error, WEIR_ERROR_UNSUPPORTED, "a block has the unknown compression %u",
             kind);
  return NULL;
}

/* The entries end where the list of restart points begins; that list is not needed. */
static gboolean
entries_of (GBytes *block, WeirBytes *entries, GError **error)
{
  gsize size, list;
  const guint8 *data = g_bytes_get_data (block, &size);
  WeirBytes bytes = WEIR_BYTES (data, size);
  guint32 restarts;

  if (size < 4 || !weir_bytes_seek (&bytes, size - 4) ||
      !weir_bytes_u32 (&bytes, &restarts) ||
      !weir_mul_size ((gsize) restarts + 1, 4, &list) || list > size)
    return weir_fail (error, WEIR_ERROR_FORMAT, "a block has no list of restart points");
  return weir_bytes_slice (&(WeirBytes){ data, size, 0 }, 0, size - list, entries);
}

/* Lets @key be the next key, and @value its value. */
static gboolean
next_entry (WeirBytes *entries, GByteArray *key, WeirBytes *value, GError **error)
{
  guint64 shared, more, length;
  WeirBytes rest;

  if (!weir_bytes_varint (entries, &shared) || !weir_bytes_varint (entries, &more) ||
      !weir_bytes_varint (entries, &length) || shared > key->len ||
      !weir_bytes_take (entries, more, &rest) ||
      !weir_bytes_take (entries, length, value))
    return weir_fail (error, WEIR_ERROR_FORMAT, "an entry of a block is broken");
  if (shared + more > WEIR_MAX_NAME)
    return weir_fail (error, WEIR_ERROR_LIMIT, "a key is longer than %d bytes",
                      WEIR_MAX_NAME);
  g_byte_array_set_size (key, (guint) shared);
  g_byte_array_append (key, rest.data, (guint) more);
  return TRUE;
}

static gboolean
add_entry (Table *table, GBytes *block, const GByteArray *key, const WeirBytes *value,
           GError **error)
{
  const guint8 *begin = g_bytes_get_data (block, NULL);
  gsize offset = value->size > 0 ? (gsize) (value->data - begin) : 0;
  GBytes *name;

  /* What GLib takes for two GBytes and a place in the table. */
  if (!weir_budget_take (table->budget, key->len + 160, "the keys of a table", error))
    return FALSE;
  name = g_bytes_new (key->data, key->len);
  if (g_hash_table_insert (table->entries, name,
                           g_bytes_new_from_bytes (block, offset, value->size)))
    return TRUE;
  return weir_fail (error, WEIR_ERROR_FORMAT, "a key stands twice in the table");
}

static gboolean
read_entries (Table *table, const WeirBytes *where, GError **error)
{
  g_autoptr (GByteArray) key = g_byte_array_new ();
  g_autoptr (GBytes) block = NULL;
  WeirBytes handles = *where, entries, value;
  Handle handle;

  if (!read_handle (&handles, &handle))
    return weir_fail (error, WEIR_ERROR_FORMAT, "an entry of the index is no handle");
  block = read_block (table, handle, error);
  if (block == NULL || !entries_of (block, &entries, error))
    return FALSE;
  while (weir_bytes_left (&entries) > 0)
    if (!next_entry (&entries, key, &value, error) ||
        !add_entry (table, block, key, &value, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_table (Table *table, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (table->file, &size);
  WeirBytes file = WEIR_BYTES (data, size), entries, value;
  g_autoptr (GByteArray) key = g_byte_array_new ();
  g_autoptr (GBytes) index = NULL;
  Handle handle;

  if (!read_footer (&file, &handle, error))
    return FALSE;
  index = read_block (table, handle, error);
  if (index == NULL || !entries_of (index, &entries, error))
    return FALSE;
  while (weir_bytes_left (&entries) > 0)
    if (!next_entry (&entries, key, &value, error) ||
        !read_entries (table, &value, error))
      return FALSE;
  return TRUE;
}

GHashTable *
weir_table_read (GBytes *bytes, WeirBudget *budget, GError **error)
{
  g_autoptr (GHashTable) entries =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                             (GDestroyNotify) g_bytes_unref);
  Table table = { .file = bytes, .budget = budget, .entries = entries };

  return read_table (&table, error) ? g_steal_pointer (&entries) : NULL;
}
