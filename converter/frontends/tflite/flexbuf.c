#include "flexbuf.h"

#include <string.h>

/* FlexBuffers (https://flatbuffers.dev/flatbuffers_internals/, "FlexBuffers"): values are
 * inline or a distance back; what they are stands in a byte beside them: a type and, in
 * its lowest two bits, the width of what it leads to. The root is the last value. */

enum {
  TYPE_INT = 1,
  TYPE_UINT = 2,
  TYPE_FLOAT = 3,
  TYPE_INDIRECT_INT = 6,
  TYPE_INDIRECT_UINT = 7,
  TYPE_INDIRECT_FLOAT = 8,
  TYPE_MAP = 9,
  TYPE_BOOL = 26
};

/* A list of @count values of @width bytes from @at on. */
typedef struct {
  gsize at, width, count;
} List;

static gboolean
read_uint (const WeirBytes *buffer, gsize at, gsize width, guint64 *value)
{
  WeirBytes bytes = *buffer;
  guint32 four;
  guint16 two;
  guint8 one;

  if (!weir_bytes_seek (&bytes, at))
    return FALSE;
  if (width == 8)
    return weir_bytes_u64 (&bytes, value);
  if (width == 4 && weir_bytes_u32 (&bytes, &four))
    *value = four;
  else if (width == 2 && weir_bytes_u16 (&bytes, &two))
    *value = two;
  else if (width == 1 && weir_bytes_u8 (&bytes, &one))
    *value = one;
  else
    return FALSE;
  return TRUE;
}

/* Follows the distance back that stands at @at. */
static gboolean
go_back (const WeirBytes *buffer, gsize at, gsize width, gsize *target)
{
  guint64 distance;

  if (!read_uint (buffer, at, width, &distance) || distance > at)
    return FALSE;
  *target = at - (gsize) distance;
  return TRUE;
}

/* The length stands in front of a list. */
static gboolean
open_list (const WeirBytes *buffer, gsize at, gsize width, List *list)
{
  guint64 count;

  if (at < width || !read_uint (buffer, at - width, width, &count) ||
      count > (buffer->size - at) / width)
    return FALSE;
  *list = (List){ .at = at, .width = width, .count = (gsize) count };
  return TRUE;
}

/* In front of a map's length: the distance back to its keys, and their width. */
static gboolean
open_map (const WeirBytes *buffer, List *values, List *keys)
{
  gsize size = buffer->size, width, at;
  guint64 root_width, root_type, key_width;

  if (size < 3 || !read_uint (buffer, size - 1, 1, &root_width) ||
      !read_uint (buffer, size - 2, 1, &root_type) || root_width > 8 ||
      root_type >> 2 != TYPE_MAP || size < 2 + root_width)
    return FALSE;
  width = (gsize) 1 << (root_type & 3);
  return go_back (buffer, size - 2 - (gsize) root_width, (gsize) root_width, &at) &&
         at >= 3 * width && open_list (buffer, at, width, values) &&
         read_uint (buffer, at - 2 * width, width, &key_width) && key_width <= 8 &&
         key_width > 0 && go_back (buffer, at - 3 * width, width, &at) &&
         open_list (buffer, at, (gsize) key_width, keys);
}

static gboolean
is_key (const WeirBytes *buffer, const List *keys, gsize index, const char *key)
{
  WeirBytes found;
  gsize at;

  return go_back (buffer, keys->at + index * keys->width, keys->width, &at) &&
         weir_bytes_slice (buffer, at, strlen (key) + 1, &found) &&
         memcmp (found.data, key, found.size) == 0;
}

static gboolean
read_float (const WeirBytes *buffer, gsize at, gsize width, double *value)
{
  WeirBytes bytes = *buffer;
  float single;

  if (!weir_bytes_seek (&bytes, at))
    return FALSE;
  if (width == 8)
    return weir_bytes_f64 (&bytes, value);
  if (width != 4 || !weir_bytes_f32 (&bytes, &single))
    return FALSE;
  *value = single;
  return TRUE;
}

static gboolean
read_number (const WeirBytes *buffer, guint type, gsize at, gsize width, double *value)
{
  guint64 bits;

  if (type == TYPE_FLOAT || type == TYPE_INDIRECT_FLOAT)
    return read_float (buffer, at, width, value);
  if (!read_uint (buffer, at, width, &bits))
    return FALSE;
  if (type == TYPE_INT || type == TYPE_INDIRECT_INT)
    *value = (double) ((gint64) (bits << (64 - 8 * width)) >> (64 - 8 * width));
  else
    *value = (double) bits;
  return TRUE;
}

static gboolean
read_value (const WeirBytes *buffer, const List *values, gsize index, double *value)
{
  gsize at = values->at + index * values->width, width = values->width;
  guint64 packed;
  guint type;

  if (!read_uint (buffer, values->at + values->count * values->width + index, 1, &packed))
    return FALSE;
  type = (guint) packed >> 2;
  if (type >= TYPE_INDIRECT_INT && type <= TYPE_INDIRECT_FLOAT) {
    if (!go_back (buffer, at, width, &at))
      return FALSE;
    width = (gsize) 1 << (packed & 3);
  } else if ((type < TYPE_INT || type > TYPE_FLOAT) && type != TYPE_BOOL) {
    return FALSE;
  }
  return read_number (buffer, type, at, width, value);
}

gboolean
weir_flex_number (const WeirBytes *buffer, const char *key, double *value)
{
  List values, keys;

  if (!open_map (buffer, &values, &keys))
    return FALSE;
  for (gsize i = 0; i < MIN (keys.count, values.count); i++)
    if (is_key (buffer, &keys, i, key))
      return read_value (buffer, &values, i, value);
  return FALSE;
}
