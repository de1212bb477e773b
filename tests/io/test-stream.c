#include "base/error.h"
#include "compare.h"
#include "io/io.h"

#include <string.h>

static GBytes *
pack (const char *xml, gsize xml_size, const char *bin, gsize bin_size)
{
  g_autoptr (GBytes) x = g_bytes_new (xml, xml_size), b = g_bytes_new (bin, bin_size);
  GError *error = NULL;
  GBytes *stream = weir_stream_pack (x, b, &error);

  g_assert_no_error (error);
  return stream;
}

static void
test_layout (void)
{
  /* SHA-256 of the first 32 bytes and of those from 64 on, by hashlib. */
  static const guint8 hash[32] = { 0xaf, 0x78, 0xe7, 0x08, 0xaf, 0x7a, 0x46, 0x37,
                                   0x0d, 0xf9, 0x35, 0x93, 0xe0, 0xdc, 0xb5, 0xfa,
                                   0xb5, 0x2b, 0xcf, 0x8f, 0x19, 0x12, 0xc1, 0xfc,
                                   0x55, 0xee, 0xeb, 0xee, 0x5b, 0xbf, 0x25, 0x41 };
  g_autoptr (GBytes) stream = pack ("<net/>", 6, "12345", 5);
  gsize size;
  const guint8 *data = g_bytes_get_data (stream, &size);

  g_assert_cmpuint (size, ==, 133);
  g_assert_cmpmem (data, 24, "WEIR-IR1\6\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0", 24);
  g_assert_cmpmem (data + 24, 8, "\0\0\0\0\0\0\0\0", 8);
  g_assert_cmpmem (data + 32, 32, hash, 32);
  g_assert_cmpmem (data + 64, 7, "<net/>\0", 7);
  g_assert_cmpmem (data + 127, 6,
                   "\0"
                   "12345",
                   6);
}

static void
test_round_trip (void)
{
  static const gsize sizes[][2] = { { 0, 0 },   { 1, 0 },   { 0, 1 },
                                    { 64, 64 }, { 63, 65 }, { 100, 1000 } };
  char xml[100], bin[1000];

  memset (xml, 'x', sizeof xml);
  memset (bin, 'b', sizeof bin);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (GBytes) stream = pack (xml, sizes[i][0], bin, sizes[i][1]);
    g_autoptr (GBytes) x = NULL, b = NULL;
    WeirBytes bytes =
        WEIR_BYTES (g_bytes_get_data (stream, NULL), g_bytes_get_size (stream));
    GError *error = NULL;

    g_assert_true (weir_stream_probe (&bytes));
    g_assert_true (weir_stream_unpack (stream, &x, &b, &error));
    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (x, NULL), g_bytes_get_size (x), xml, sizes[i][0]);
    g_assert_cmpmem (g_bytes_get_data (b, NULL), g_bytes_get_size (b), bin, sizes[i][1]);
    if (sizes[i][1] > 0)
      g_assert_cmpuint (
          (gsize) ((const guint8 *) g_bytes_get_data (b, NULL) - bytes.data) % 64, ==, 0);
  }
}

static void
refuse (const guint8 *data, gsize size, const char *message)
{
  g_autoptr (GBytes) stream = g_bytes_new (data, size);
  GBytes *xml = NULL, *bin = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (weir_stream_unpack (stream, &xml, &bin, &error));
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_FORMAT);
  assert_says (error, message);
  g_assert_null (xml);
  g_assert_null (bin);
}

/* No byte can change, and none can be missing, without its being seen. */
static void
test_damage (void)
{
  g_autoptr (GBytes) stream = pack ("<net/>", 6, "12345", 5);
  gsize size;
  const guint8 *data = g_bytes_get_data (stream, &size);
  g_autofree guint8 *copy = g_memdup2 (data, size);
  g_autofree guint8 *longer = g_malloc0 (size + 1);

  for (gsize i = 0; i < size; i++) {
    copy[i] ^= 0x10;
    refuse (copy, size, "model stream");
    copy[i] ^= 0x10;
  }
  for (gsize i = 0; i < size; i++)
    refuse (data, i, "model stream");
  memcpy (longer, data, size);
  refuse (longer, size + 1, "do not make its 134 bytes");
}

static void
test_huge_sizes (void)
{
  guint8 header[64] = "WEIR-IR1";

  memset (header + 8, 0xFF, 16);
  refuse (header, sizeof header, "do not make its 64 bytes");
}

static void
test_out_of_memory (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;

  weir_fail_alloc_after (0);
  g_assert_null (weir_stream_pack (bytes, bytes, &error));
  weir_fail_alloc_after (-1);
  g_assert_error (error, WEIR_ERROR, WEIR_ERROR_LIMIT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/stream/layout", test_layout);
  g_test_add_func ("/io/stream/round-trip", test_round_trip);
  g_test_add_func ("/io/stream/damage", test_damage);
  g_test_add_func ("/io/stream/huge-sizes", test_huge_sizes);
  g_test_add_func ("/io/stream/out-of-memory", test_out_of_memory);
  return g_test_run ();
}
