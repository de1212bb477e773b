#include "zip.h"

#include "base/error.h"
#include "base/limits.h"

#include <gio/gio.h>
#include <string.h>

#define END_SIGNATURE     0x06054b50
#define CENTRAL_SIGNATURE 0x02014b50
#define LOCAL_SIGNATURE   0x04034b50
#define END_SIZE          22
#define LONGEST_COMMENT   65535
#define LOCAL_HEADER      30
#define STORED            0
#define DEFLATED          8
#define ENCRYPTED         1

/* What the central directory says about a member. */
typedef struct {
  guint16 flags, method;
  guint32 packed, size, offset;
} Member;

/* The end record is the last thing but a comment: searched from behind. */
static gboolean
find_end (const WeirBytes *archive, gsize *end)
{
  gsize size = archive->size;

  for (gsize back = END_SIZE; back <= size && back <= END_SIZE + LONGEST_COMMENT;
       back++) {
    WeirBytes at = *archive;
    guint32 signature;

    if (weir_bytes_seek (&at, size - back) && weir_bytes_u32 (&at, &signature) &&
        signature == END_SIGNATURE) {
      *end = size - back;
      return TRUE;
    }
  }
  return FALSE;
}

/* Where the directory begins, how many members it has, and how far the whole archive was
 * moved by what stands in front of it. */
static gboolean
read_end (const WeirBytes *archive, WeirBytes *directory, guint16 *count, gsize *moved)
{
  WeirBytes at = *archive;
  guint32 size, offset;
  gsize end;

  if (!find_end (archive, &end) || !weir_bytes_seek (&at, end + 10) ||
      !weir_bytes_u16 (&at, count) || !weir_bytes_u32 (&at, &size) ||
      !weir_bytes_u32 (&at, &offset) || size > end || offset > end - size)
    return FALSE;
  *moved = end - size - offset;
  return weir_bytes_slice (archive, end - size, size, directory);
}

/* Reads one entry of the directory; its name is a view. */
static gboolean
read_entry (WeirBytes *at, Member *member, WeirBytes *name)
{
  guint16 name_size, extra_size, comment_size;
  guint32 signature;

  return weir_bytes_u32 (at, &signature) && signature == CENTRAL_SIGNATURE &&
         weir_bytes_skip (at, 4) && weir_bytes_u16 (at, &member->flags) &&
         weir_bytes_u16 (at, &member->method) && weir_bytes_skip (at, 8) &&
         weir_bytes_u32 (at, &member->packed) && weir_bytes_u32 (at, &member->size) &&
         weir_bytes_u16 (at, &name_size) && weir_bytes_u16 (at, &extra_size) &&
         weir_bytes_u16 (at, &comment_size) && weir_bytes_skip (at, 8) &&
         weir_bytes_u32 (at, &member->offset) && weir_bytes_take (at, name_size, name) &&
         weir_bytes_skip (at, (gsize) extra_size + comment_size);
}

static gboolean
find_member (WeirBytes *directory, guint16 count, const char *name, Member *member)
{
  for (guint16 i = 0; i < count; i++) {
    WeirBytes found;

    if (!read_entry (directory, member, &found))
      return FALSE;
    if (found.size == strlen (name) && found.size > 0 &&
        memcmp (found.data, name, found.size) == 0)
      return TRUE;
  }
  return FALSE;
}

/* The bytes of a member as they lie in the archive: behind a header of its own. */
static gboolean
packed_bytes (const WeirBytes *archive, const Member *member, gsize moved,
              WeirBytes *packed)
{
  WeirBytes at = *archive;
  guint16 name_size, extra_size;
  guint32 signature;

  return weir_bytes_seek (&at, moved + member->offset) &&
         weir_bytes_u32 (&at, &signature) && signature == LOCAL_SIGNATURE &&
         weir_bytes_seek (&at, moved + member->offset + LOCAL_HEADER - 4) &&
         weir_bytes_u16 (&at, &name_size) && weir_bytes_u16 (&at, &extra_size) &&
         weir_bytes_skip (&at, (gsize) name_size + extra_size) &&
         weir_bytes_take (&at, member->packed, packed);
}

static gboolean
inflate_into (const WeirBytes *packed, guint8 *data, gsize size, GError **error)
{
  GZlibDecompressor *zlib = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
  GConverterResult result = G_CONVERTER_CONVERTED;
  gsize in = 0, out = 0;

  while (result == G_CONVERTER_CONVERTED && out < size) {
    gsize read = 0, written = 0;

    result = g_converter_convert (G_CONVERTER (zlib), packed->data + in,
                                  packed->size - in, data + out, size - out,
                                  G_CONVERTER_INPUT_AT_END, &read, &written, error);
    in += read;
    out += written;
  }
  g_object_unref (zlib);
  if (result == G_CONVERTER_ERROR)
    return FALSE;
  return out == size || weir_fail (error, WEIR_ERROR_FORMAT,
                                   "expected %zu unpacked bytes, found %zu", size, out);
}

static GBytes *
unpack (const Member *member, const WeirBytes *packed, GError **error)
{
  guint8 *data;

  if ((member->flags & ENCRYPTED) != 0 ||
      (member->method != STORED && member->method != DEFLATED)) {
    weir_fail (error, WEIR_ERROR_UNSUPPORTED, "packed by method %u%s", member->method,
               (member->flags & ENCRYPTED) != 0 ? ", encrypted" : "");
    return NULL;
  }
  if (member->method == STORED || packed->size == 0)
    return g_bytes_new (packed->data, packed->size);
  data = weir_try_alloc (member->size, error);
  if (data == NULL)
    return NULL;
  if (!inflate_into (packed, data, member->size, error)) {
    weir_free (data);
    return NULL;
  }
  return g_bytes_new_with_free_func (data, member->size, weir_free, data);
}

GBytes *
weir_zip_find (const WeirBytes *archive, const char *name, gsize limit, GError **error)
{
  WeirBytes directory, packed;
  GBytes *contents = NULL;
  Member member;
  guint16 count;
  gsize moved;

  if (!read_end (archive, &directory, &count, &moved))
    weir_fail (error, WEIR_ERROR_FORMAT, "there is no ZIP archive at the end");
  else if (!find_member (&directory, count, name, &member))
    weir_fail (error, WEIR_ERROR_FORMAT, "the archive has no member '%s'", name);
  else if (member.size > limit || member.packed > limit)
    weir_fail (error, WEIR_ERROR_LIMIT, "'%s' has %u bytes, more than %zu", name,
               member.size, limit);
  else if (!packed_bytes (archive, &member, moved, &packed))
    weir_fail (error, WEIR_ERROR_FORMAT, "'%s' does not lie inside the archive", name);
  else if ((contents = unpack (&member, &packed, error)) == NULL)
    g_prefix_error (error, "'%s': ", name);
  return contents;
}
