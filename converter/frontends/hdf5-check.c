#include "hdf5-check.h"

#include "base/error.h"

#include <string.h>

/* Texts of any length lie in collections, "global heaps" of the HDF5 file format
 * specification. libhdf5 walks these from object to object and never asks whether it gets
 * on: an object without size holds it forever. */

#define SIGNATURE "GCOL\x01\0\0\0"

/* Bytes of a collection's head and of an object's, where lengths are of eight bytes. */
#define HEAD         ((gsize) 16)
#define LENGTH_BYTES 8

static gboolean
fail (GError **error, gsize place)
{
  return weir_fail (error, WEIR_ERROR_FORMAT,
                    "the HDF5 file is broken: the collection of texts at byte %zu holds "
                    "an object of a wrong size",
                    place);
}

/* How much of the @left bytes of a collection the object at @bytes takes. */
static gboolean
object_size (WeirBytes *bytes, gsize left, gsize *size)
{
  guint16 index, users;
  guint32 reserved;
  guint64 length;

  if (!weir_bytes_u16 (bytes, &index) || !weir_bytes_u16 (bytes, &users) ||
      !weir_bytes_u32 (bytes, &reserved) || !weir_bytes_u64 (bytes, &length) ||
      length > left)
    return FALSE;
  *size = index == 0 ? (gsize) length : HEAD + (((gsize) length + 7) & ~(gsize) 7);
  return *size >= HEAD && *size <= left;
}

/* The collection whose signature has been read. */
static gboolean
check_collection (WeirBytes bytes, gsize place, GError **error)
{
  guint64 length;
  gsize left, size;

  if (!weir_bytes_u64 (&bytes, &length) || length < HEAD ||
      length - HEAD > weir_bytes_left (&bytes))
    return fail (error, place);
  for (left = (gsize) length - HEAD; left >= HEAD; left -= size) {
    WeirBytes object = bytes;

    if (!object_size (&object, left, &size) || !weir_bytes_skip (&bytes, size))
      return fail (error, place);
  }
  return TRUE;
}

/* Versions 0 and 1 of the file's first block, and 2 and 3, say it at different places. */
static gboolean
check_lengths (const WeirBytes *bytes, GError **error)
{
  static const guint8 magic[] = { 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n' };
  const guint8 *data = bytes->data;
  guint8 size;

  if (bytes->size < 16 || memcmp (data, magic, sizeof magic) != 0)
    return weir_fail (error, WEIR_ERROR_FORMAT, "the HDF5 file is broken");
  size = data[8] < 2 ? data[14] : data[10];
  return size == LENGTH_BYTES ||
         weir_fail (error, WEIR_ERROR_UNSUPPORTED,
                    "an HDF5 file with lengths of %u bytes; expected %d", size,
                    LENGTH_BYTES);
}

gboolean
weir_hdf5_check (const WeirBytes *file, GError **error)
{
  WeirBytes bytes = *file;

  if (!check_lengths (&bytes, error))
    return FALSE;
  while (bytes.size - bytes.pos >= sizeof SIGNATURE - 1) {
    const guint8 *from = bytes.data + bytes.pos;
    const guint8 *found = memchr (from, SIGNATURE[0], bytes.size - bytes.pos);

    if (found == NULL)
      return TRUE;
    bytes.pos = (gsize) (found - bytes.data) + 1;
    if (bytes.size - bytes.pos < sizeof SIGNATURE - 2 ||
        memcmp (found, SIGNATURE, sizeof SIGNATURE - 1) != 0)
      continue;
    bytes.pos += sizeof SIGNATURE - 2;
    if (!check_collection (bytes, (gsize) (found - bytes.data), error))
      return FALSE;
  }
  return TRUE;
}
