#include "checkpoint.h"

#include <string.h>

/* A number as bytes that sort as the numbers do (tensorflow/core/lib/strings/
 * ordered_code.h): how many there are, then the number from its highest byte. */
static void
append_number (GByteArray *to, guint64 value)
{
  guint8 bytes[9];
  guint count = 0;

  for (guint64 rest = value; rest > 0; rest >>= 8)
    count++;
  bytes[0] = (guint8) count;
  for (guint i = 0; i < count; i++)
    bytes[count - i] = (guint8) (value >> (8 * i));
  g_byte_array_append (to, bytes, count + 1);
}

/* With a sign: as many ones as there are bytes stand in front, all turned over where it
 * is negative; n bytes hold 7 n - 1 bits. */
static void
append_signed (GByteArray *to, gint64 value)
{
  guint64 magnitude = (guint64) (value < 0 ? ~value : value);
  guint8 bytes[10];
  guint count = 1;

  while (count < 10 && 7 * count - 1 < 64 && magnitude >> (7 * count - 1) != 0)
    count++;
  for (guint i = 0; i < 10; i++)
    bytes[9 - i] = i < 8 ? (guint8) (value >> (8 * i)) : (guint8) (value < 0 ? 0xff : 0);
  for (guint bit = 0; bit < count; bit++)
    bytes[10 - count + bit / 8] ^= (guint8) (0x80 >> (bit % 8));
  g_byte_array_append (to, bytes + 10 - count, count);
}

static void
append_text (GByteArray *to, const char *text)
{
  for (; *text != '\0'; text++) {
    g_byte_array_append (to, (const guint8 *) text, 1);
    if ((guint8) *text == 0xff)
      g_byte_array_append (to, (const guint8 *) "", 1);
  }
  g_byte_array_append (to, (const guint8[]){ 0, 1 }, 2);
}

GBytes *
tf_slice_key (const char *name, const Tf__TensorSliceProto *slice)
{
  GByteArray *key = g_byte_array_new ();

  append_number (key, 0);
  append_text (key, name);
  append_number (key, slice->n_extent);
  for (gsize i = 0; i < slice->n_extent; i++) {
    append_signed (key, slice->extent[i]->start);
    append_signed (key, slice->extent[i]->has_length ? slice->extent[i]->length : -1);
  }
  return g_byte_array_free_to_bytes (key);
}

gboolean
tf_slice_shape (const WeirShape *whole, const Tf__TensorSliceProto *slice,
                WeirShape *shape, GError **error)
{
  *shape = *whole;
  if (slice->n_extent != (gsize) whole->rank)
    return weir_fail (error, WEIR_ERROR_FORMAT,
                      "a slice of %zu dimensions of a tensor of %d", slice->n_extent,
                      whole->rank);
  for (int i = 0; i < whole->rank; i++) {
    const Tf__TensorSliceProto__Extent *extent = slice->extent[i];

    if (!extent->has_length)
      continue;
    if (extent->start < 0 || extent->length < 0 || extent->start > whole->dims[i] ||
        extent->length > whole->dims[i] - extent->start)
      return weir_fail (error, WEIR_ERROR_FORMAT,
                        "a slice reaches beyond dimension %d of its tensor", i);
    shape->dims[i] = extent->length;
  }
  return TRUE;
}

gboolean
tf_slice_copy (WeirTensor *whole, const Tf__TensorSliceProto *slice,
               const WeirTensor *part, GError **error)
{
  const WeirShape *to = weir_tensor_shape (whole), *from = weir_tensor_shape (part);
  gsize size = weir_dtype_size (weir_tensor_dtype (whole));
  gsize count = weir_tensor_count (part);
  gsize row = from->rank > 0 ? (gsize) from->dims[from->rank - 1] : 1;
  guint8 *data = weir_tensor_writable (whole);
  WeirShape expected;

  if (!tf_slice_shape (to, slice, &expected, error))
    return FALSE;
  if (!weir_shape_equal (&expected, from))
    return weir_fail (error, WEIR_ERROR_FORMAT, "a slice has another shape than it says");
  for (gsize begin = 0; begin < count; begin += row) {
    gsize rest = begin, offset = 0, stride = 1;

    for (int i = to->rank - 1; i >= 0; i--) {
      gsize start = slice->extent[i]->has_length ? (gsize) slice->extent[i]->start : 0;

      offset += (rest % (gsize) from->dims[i] + start) * stride;
      rest /= (gsize) from->dims[i];
      stride *= (gsize) to->dims[i];
    }
    memcpy (data + offset * size, (const guint8 *) weir_tensor_data (part) + begin * size,
            row * size);
  }
  return TRUE;
}
