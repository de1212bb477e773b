#include "base/checked.h"
#include "base/error.h"
#include "io.h"

#include <string.h>

/* A model as one buffer; docs/ir-format.md has the bytes. */

#define MAGIC       "WEIR-IR1"
#define HEADER      64
#define HASH_OFFSET 32
#define HASH_SIZE   32
#define ALIGNMENT   64

typedef struct {
  gsize xml_size;
  gsize bin_offset;
  gsize bin_size;
  gsize total;
} Layout;

static gboolean
layout_init (Layout *layout, gsize xml_size, gsize bin_size)
{
  layout->xml_size = xml_size;
  layout->bin_size = bin_size;
  return weir_add_size (HEADER, xml_size, &layout->bin_offset) &&
         weir_align_size (layout->bin_offset, ALIGNMENT, &layout->bin_offset) &&
         weir_add_size (layout->bin_offset, bin_size, &layout->total);
}

static void
put_u64 (guint8 *to, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (to, &value, sizeof value);
}

/* The header's own fields count, too: no byte of the stream can change unseen. */
static void
hash_stream (const guint8 *data, gsize size, guint8 hash[HASH_SIZE])
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = HASH_SIZE;

  g_checksum_update (sum, data, HASH_OFFSET);
  for (gsize at = HEADER; at < size;) {
    gsize part = MIN (size - at, (gsize) 1 << 30);

    g_checksum_update (sum, data + at, (gssize) part);
    at += part;
  }
  g_checksum_get_digest (sum, hash, &length);
}

GBytes *
weir_stream_pack (GBytes *xml, GBytes *bin, GError **error)
{
  gsize xml_size, bin_size;
  const guint8 *xml_data = g_bytes_get_data (xml, &xml_size);
  const guint8 *bin_data = g_bytes_get_data (bin, &bin_size);
  Layout layout;
  guint8 *data;

  if (!layout_init (&layout, xml_size, bin_size)) {
    weir_fail (error, WEIR_ERROR_LIMIT, "the model is too large for a stream");
    return NULL;
  }
  data = weir_try_alloc (layout.total, error);
  if (data == NULL)
    return NULL;
  memcpy (data, MAGIC, strlen (MAGIC));
  put_u64 (data + 8, xml_size);
  put_u64 (data + 16, bin_size);
  if (xml_size > 0)
    memcpy (data + HEADER, xml_data, xml_size);
  if (bin_size > 0)
    memcpy (data + layout.bin_offset, bin_data, bin_size);
  hash_stream (data, layout.total, data + HASH_OFFSET);
  return g_bytes_new_with_free_func (data, layout.total, weir_free, data);
}

gboolean
weir_stream_probe (const WeirBytes *bytes)
{
  return bytes->size >= strlen (MAGIC) &&
         memcmp (bytes->data, MAGIC, strlen (MAGIC)) == 0;
}

static gboolean
read_header (WeirBytes *bytes, Layout *layout, GError **error)
{
  guint64 xml_size, bin_size;

  if (!weir_stream_probe (bytes) || bytes->size < HEADER)
    return weir_fail (error, WEIR_ERROR_FORMAT, "no model stream: it begins otherwise");
  weir_bytes_seek (bytes, strlen (MAGIC));
  weir_bytes_u64 (bytes, &xml_size);
  weir_bytes_u64 (bytes, &bin_size);
  if (xml_size > G_MAXSIZE || bin_size > G_MAXSIZE ||
      !layout_init (layout, (gsize) xml_size, (gsize) bin_size) ||
      layout->total != bytes->size)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "model stream: %" G_GUINT64_FORMAT
                      " bytes of XML and %" G_GUINT64_FORMAT
                      " of BIN do not make its %zu bytes",
                      xml_size, bin_size, bytes->size);
  return TRUE;
}

gboolean
weir_stream_unpack (GBytes *stream, GBytes **xml, GBytes **bin, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (stream, &size);
  WeirBytes bytes = WEIR_BYTES (data, size);
  guint8 hash[HASH_SIZE];
  Layout layout = { 0 };

  if (!read_header (&bytes, &layout, error))
    return FALSE;
  hash_stream (data, size, hash);
  if (memcmp (hash, data + HASH_OFFSET, HASH_SIZE) != 0)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "model stream: the bytes do not match their SHA-256");
  *xml = g_bytes_new_from_bytes (stream, HEADER, layout.xml_size);
  *bin = g_bytes_new_from_bytes (stream, layout.bin_offset, layout.bin_size);
  return TRUE;
}
