#include "base/error.h"
#include "frontends/tensorflow/checkpoint.h"
#include "frontends/tensorflow/sstable.h"
#include "table-writer.h"

#include <string.h>

/* Tables as LevelDB writes them, made byte by byte. */

static void
expect_error (GBytes *bytes, const char *message)
{
  g_autoptr (GError) error = NULL;
  WeirBudget budget;

  weir_budget_init (&budget, g_bytes_get_size (bytes));
  g_assert_null (weir_table_read (bytes, &budget, &error));
  g_assert_cmpstr (error->message, ==, message);
}

/* The check value of CRC-32C for "123456789" (RFC 3720, B.4 has others). */
static void
test_checksum (void)
{
  g_assert_cmphex (weir_crc32c (0, (const guint8 *) "123456789", 9), ==, 0xe3069283);
}

static void
test_entries (void)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;
  g_autoptr (GBytes) key = g_bytes_new ("layer/w", 7);
  g_autoptr (GHashTable) entries = NULL;
  WeirBudget budget;
  GBytes *value;

  table_put_entry (block, 0, "layer/b", "one", 3);
  table_put_entry (block, 6, "w", "three", 5);
  table_put_restarts (block);
  table = table_make (block, 0);
  weir_budget_init (&budget, g_bytes_get_size (table));
  entries = weir_table_read (table, &budget, NULL);
  g_assert_cmpuint (g_hash_table_size (entries), ==, 2);
  value = g_hash_table_lookup (entries, key);
  g_assert_cmpmem (g_bytes_get_data (value, NULL), g_bytes_get_size (value), "three", 5);
}

static void
test_broken_entries (void)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;

  table_put_entry (block, 4, "w", "x", 1);
  table_put_restarts (block);
  table = table_make (block, 0);
  expect_error (table, "an entry of a block is broken");
}

static void
test_restarts (void)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;

  table_put_u32 (block, G_MAXUINT32);
  table = table_make (block, 0);
  expect_error (table, "a block has no list of restart points");
}

/* A handle whose size wraps where a trailer of five bytes is added to it. */
static void
test_wrapped_handle (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) index = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  table_put (file, "0123456789", 10);
  table_put_varint (index, 0);
  table_put_varint (index, G_MAXUINT64 - 4);
  table_put_footer (file, index);
  bytes = g_bytes_new (file->data, file->len);
  expect_error (bytes,
                "a block of 18446744073709551611 bytes at 0 reaches beyond the file");
}

/* A block of no bytes still has a trailer. */
static void
test_empty_block (void)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GByteArray) index = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;

  table_put (file, "012345", 6);
  table_put_varint (index, 0);
  table_put_varint (index, 0);
  table_put_footer (file, index);
  bytes = g_bytes_new (file->data, file->len);
  expect_error (bytes, "the checksum of the block at 0 is wrong");
}

static void
test_checksum_wrong (void)
{
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GByteArray) copy = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;
  g_autoptr (GBytes) changed = NULL;

  table_put_entry (block, 0, "a", "x", 1);
  table_put_restarts (block);
  table = table_make (block, 0);
  table_put (copy, g_bytes_get_data (table, NULL), g_bytes_get_size (table));
  copy->data[3] ^= 1;
  changed = g_bytes_new (copy->data, copy->len);
  expect_error (changed, "the checksum of the block at 0 is wrong");
}

/* A block of a few bytes that asks for 4 GiB. */
static void
test_snappy_bomb (void)
{
#ifdef HAVE_SNAPPY
  g_autoptr (GByteArray) block = g_byte_array_new ();
  g_autoptr (GBytes) table = NULL;

  table_put_varint (block, G_MAXUINT32);
  table_put (block, "abc", 3);
  table = table_make (block, 1);
  expect_error (table, "a compressed block of 8 bytes claims to be 4294967295");
#endif
}

/* "w" of two dimensions, rows 2 to 5: the bytes that TensorFlow's EncodeTensorNameSlice()
 * writes for ("w", "2,3:-"): 0, the name and its end, the rank, then start and length. */
static void
test_slice_key (void)
{
  static const guint8 expected[] = { 0x00, 'w',  0x00, 0x01, 0x01,
                                     0x02, 0x82, 0x83, 0x80, 0x7f };
  Tf__TensorSliceProto__Extent extents[2];
  Tf__TensorSliceProto__Extent *list[] = { &extents[0], &extents[1] };
  Tf__TensorSliceProto slice = TF__TENSOR_SLICE_PROTO__INIT;
  g_autoptr (GBytes) key = NULL;

  for (guint i = 0; i < 2; i++)
    tf__tensor_slice_proto__extent__init (&extents[i]);
  extents[0].start = 2;
  extents[0].length = 3;
  extents[0].has_length = TRUE;
  slice.extent = list;
  slice.n_extent = 2;
  key = tf_slice_key ("w", &slice);
  g_assert_cmpmem (g_bytes_get_data (key, NULL), g_bytes_get_size (key), expected,
                   sizeof expected);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensorflow/tables/checksum", test_checksum);
  g_test_add_func ("/tensorflow/tables/entries", test_entries);
  g_test_add_func ("/tensorflow/tables/broken-entries", test_broken_entries);
  g_test_add_func ("/tensorflow/tables/restarts", test_restarts);
  g_test_add_func ("/tensorflow/tables/wrapped-handle", test_wrapped_handle);
  g_test_add_func ("/tensorflow/tables/empty-block", test_empty_block);
  g_test_add_func ("/tensorflow/tables/checksum-wrong", test_checksum_wrong);
  g_test_add_func ("/tensorflow/tables/snappy-bomb", test_snappy_bomb);
  g_test_add_func ("/tensorflow/tables/slice-key", test_slice_key);
  return g_test_run ();
}
