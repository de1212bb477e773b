#include "encode.h"

#include <string.h>

enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 };

void
encode_varint (GByteArray *to, guint64 value)
{
  guint8 digit;

  do {
    digit = value & 0x7f;
    value >>= 7;
    digit |= value != 0 ? 0x80 : 0;
    g_byte_array_append (to, &digit, 1);
  } while (value != 0);
}

void
encode_int (GByteArray *to, guint field, gint64 value)
{
  encode_varint (to, field << 3 | VARINT);
  encode_varint (to, (guint64) value);
}

void
encode_float (GByteArray *to, guint field, float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT32_TO_LE (bits);
  encode_varint (to, field << 3 | FIXED32);
  g_byte_array_append (to, (const guint8 *) &bits, sizeof bits);
}

void
encode_bytes (GByteArray *to, guint field, gconstpointer data, gsize size)
{
  encode_varint (to, field << 3 | LENGTH);
  encode_varint (to, size);
  if (size > 0)
    g_byte_array_append (to, data, (guint) size);
}

void
encode_text (GByteArray *to, guint field, const char *text)
{
  encode_bytes (to, field, text, strlen (text));
}

void
encode_message (GByteArray *to, guint field, GByteArray *message)
{
  encode_bytes (to, field, message->data, message->len);
  g_byte_array_unref (message);
}
