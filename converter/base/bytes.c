#include "bytes.h"

#include <string.h>

gboolean
weir_bytes_slice (const WeirBytes *bytes, gsize offset, gsize size, WeirBytes *slice)
{
  if (offset > bytes->size || size > bytes->size - offset)
    return FALSE;
  *slice = WEIR_BYTES (size > 0 ? bytes->data + offset : NULL, size);
  return TRUE;
}

gboolean
weir_bytes_seek (WeirBytes *bytes, gsize pos)
{
  if (pos > bytes->size)
    return FALSE;
  bytes->pos = pos;
  return TRUE;
}

gboolean
weir_bytes_skip (WeirBytes *bytes, gsize count)
{
  if (count > weir_bytes_left (bytes))
    return FALSE;
  bytes->pos += count;
  return TRUE;
}

gboolean
weir_bytes_take (WeirBytes *bytes, gsize count, WeirBytes *slice)
{
  if (!weir_bytes_slice (bytes, bytes->pos, count, slice))
    return FALSE;
  bytes->pos += count;
  return TRUE;
}

gboolean
weir_bytes_begins (const WeirBytes *bytes, const char *text)
{
  gsize size = strlen (text);

  return weir_bytes_left (bytes) >= size &&
         memcmp (bytes->data + bytes->pos, text, size) == 0;
}

gboolean
weir_bytes_skip_behind (WeirBytes *bytes, const char *text)
{
  gsize length = strlen (text);

  while (weir_bytes_left (bytes) >= length) {
    const guint8 *at = memchr (bytes->data + bytes->pos, text[0], weir_bytes_left (bytes));

    if (at == NULL)
      break;
    bytes->pos = (gsize) (at - bytes->data);
    if (weir_bytes_begins (bytes, text)) {
      bytes->pos += length;
      return TRUE;
    }
    bytes->pos++;
  }
  bytes->pos = bytes->size;
  return FALSE;
}

static gboolean
read_raw (WeirBytes *bytes, void *value, gsize size)
{
  if (size > weir_bytes_left (bytes))
    return FALSE;
  memcpy (value, bytes->data + bytes->pos, size);
  bytes->pos += size;
  return TRUE;
}

gboolean
weir_bytes_u8 (WeirBytes *bytes, guint8 *value)
{
  return read_raw (bytes, value, sizeof *value);
}

gboolean
weir_bytes_u16 (WeirBytes *bytes, guint16 *value)
{
  if (!read_raw (bytes, value, sizeof *value))
    return FALSE;
  *value = GUINT16_FROM_LE (*value);
  return TRUE;
}

gboolean
weir_bytes_u32 (WeirBytes *bytes, guint32 *value)
{
  if (!read_raw (bytes, value, sizeof *value))
    return FALSE;
  *value = GUINT32_FROM_LE (*value);
  return TRUE;
}

gboolean
weir_bytes_u64 (WeirBytes *bytes, guint64 *value)
{
  if (!read_raw (bytes, value, sizeof *value))
    return FALSE;
  *value = GUINT64_FROM_LE (*value);
  return TRUE;
}

gboolean
weir_bytes_i32 (WeirBytes *bytes, gint32 *value)
{
  guint32 raw;

  if (!weir_bytes_u32 (bytes, &raw))
    return FALSE;
  *value = (gint32) raw;
  return TRUE;
}

gboolean
weir_bytes_i64 (WeirBytes *bytes, gint64 *value)
{
  guint64 raw;

  if (!weir_bytes_u64 (bytes, &raw))
    return FALSE;
  *value = (gint64) raw;
  return TRUE;
}

gboolean
weir_bytes_f32 (WeirBytes *bytes, float *value)
{
  guint32 raw;

  if (!weir_bytes_u32 (bytes, &raw))
    return FALSE;
  memcpy (value, &raw, sizeof raw);
  return TRUE;
}

gboolean
weir_bytes_f64 (WeirBytes *bytes, double *value)
{
  guint64 raw;

  if (!weir_bytes_u64 (bytes, &raw))
    return FALSE;
  memcpy (value, &raw, sizeof raw);
  return TRUE;
}

gboolean
weir_bytes_varint (WeirBytes *bytes, guint64 *value)
{
  gsize start = bytes->pos;
  guint64 result = 0;

  for (guint shift = 0; shift < 70; shift += 7) {
    guint8 byte;

    if (!weir_bytes_u8 (bytes, &byte) || (shift == 63 && byte > 1))
      break;
    result |= (guint64) (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      *value = result;
      return TRUE;
    }
  }
  bytes->pos = start;
  return FALSE;
}
