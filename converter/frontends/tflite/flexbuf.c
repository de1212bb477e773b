#include "flexbuf.h"

#include "base/checked.h"
#include "base/limits.h"

#include <string.h>

/* FlexBuffers (https://flatbuffers.dev/flatbuffers_internals/, "FlexBuffers"): values are
 * inline or a distance back; what they are stands in a byte beside them: a type and, in
 * its lowest two bits, the width of what it leads to. The root is the last value. */

enum {
  TYPE_INT = 1,
  TYPE_UINT = 2,
  TYPE_FLOAT = 3,
  TYPE_KEY = 4,
  TYPE_STRING = 5,
  TYPE_INDIRECT_INT = 6,
  TYPE_INDIRECT_UINT = 7,
  TYPE_INDIRECT_FLOAT = 8,
  TYPE_MAP = 9,
  TYPE_VECTOR = 10,
  TYPE_VECTOR_INT = 11,
  TYPE_VECTOR_FLOAT = 13,
  TYPE_VECTOR_INT2 = 16,
  TYPE_VECTOR_FLOAT4 = 24,
  TYPE_BOOL = 26,
  TYPE_VECTOR_BOOL = 36
};

/* Lists of two, three or four numbers stand without their length, by threes of types. */
#define TYPES_A_LENGTH 3

/* No attribute has more. */
#define MAX_LIST 65536

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
is_number (guint type)
{
  return (type >= TYPE_INT && type <= TYPE_FLOAT) || type == TYPE_BOOL ||
         (type >= TYPE_INDIRECT_INT && type <= TYPE_INDIRECT_FLOAT);
}

/* Value @index of a map or a list of anything: its type and width stand behind all. */
static gboolean
packed_at (const WeirBytes *buffer, const List *values, gsize index, guint *type,
           gsize *width)
{
  guint64 packed;

  if (!read_uint (buffer, values->at + values->count * values->width + index, 1, &packed))
    return FALSE;
  *type = (guint) packed >> 2;
  *width = (gsize) 1 << (packed & 3);
  return TRUE;
}

static gboolean
read_value (const WeirBytes *buffer, const List *values, gsize index, double *value)
{
  gsize at = values->at + index * values->width, width = values->width, target_width;
  guint type;

  if (!packed_at (buffer, values, index, &type, &target_width) || !is_number (type))
    return FALSE;
  if (type >= TYPE_INDIRECT_INT && type <= TYPE_INDIRECT_FLOAT) {
    if (!go_back (buffer, at, width, &at))
      return FALSE;
    width = target_width;
  }
  return read_number (buffer, type, at, width, value);
}

/* Finds @key in the map that @buffer is. */
static gboolean
find_key (const WeirBytes *buffer, const char *key, List *values, gsize *index)
{
  List keys;

  if (!open_map (buffer, values, &keys))
    return FALSE;
  for (*index = 0; *index < MIN (keys.count, values->count); (*index)++)
    if (is_key (buffer, &keys, *index, key))
      return TRUE;
  return FALSE;
}

gboolean
weir_flex_number (const WeirBytes *buffer, const char *key, double *value)
{
  List values;
  gsize index;

  return find_key (buffer, key, &values, &index) &&
         read_value (buffer, &values, index, value);
}

static gboolean
take_number (const WeirBytes *buffer, const List *values, gsize index, guint flex,
             WeirAttrType *type, WeirAttr *value)
{
  double number;

  if (!read_value (buffer, values, index, &number))
    return FALSE;
  *type = flex == TYPE_BOOL                                   ? WEIR_ATTR_BOOL
          : flex == TYPE_FLOAT || flex == TYPE_INDIRECT_FLOAT ? WEIR_ATTR_FLOAT
                                                              : WEIR_ATTR_INT;
  if (*type == WEIR_ATTR_FLOAT)
    value->f = number;
  else
    value->i = weir_whole (number, -9e18, 9e18);
  return TRUE;
}

static gboolean
take_text (const WeirBytes *buffer, gsize at, gsize width, guint flex, WeirAttr *value)
{
  WeirBytes found;
  List text = { .at = at };

  if (flex == TYPE_KEY)
    text.count = strnlen ((const char *) buffer->data + at, buffer->size - at);
  else if (!open_list (buffer, at, width, &text))
    return FALSE;
  if (!weir_bytes_slice (buffer, at, text.count, &found) || found.size > WEIR_MAX_NAME ||
      !g_utf8_validate ((const char *) found.data, (gssize) found.size, NULL))
    return FALSE;
  value->s = g_strndup ((const char *) found.data, found.size);
  return TRUE;
}

/* The list at @at, and what its elements are; 0 where each says so itself. */
static gboolean
open_numbers (const WeirBytes *buffer, gsize at, gsize width, guint flex, List *list,
              guint *element)
{
  if (flex >= TYPE_VECTOR_INT2 && flex <= TYPE_VECTOR_FLOAT4) {
    guint index = flex - TYPE_VECTOR_INT2;

    *element = TYPE_INT + index % TYPES_A_LENGTH;
    *list = (List){ .at = at, .width = width, .count = 2 + index / TYPES_A_LENGTH };
    return list->count * width <= buffer->size - at;
  }
  *element = flex == TYPE_VECTOR        ? 0
             : flex == TYPE_VECTOR_BOOL ? TYPE_BOOL
                                        : TYPE_INT + flex - TYPE_VECTOR_INT;
  return open_list (buffer, at, width, list) && list->count <= MAX_LIST;
}

static gboolean
take_list (const WeirBytes *buffer, gsize at, gsize width, guint flex, WeirAttrType *type,
           WeirAttr *value)
{
  gboolean whole = TRUE;
  guint element;
  List list;

  if (!open_numbers (buffer, at, width, flex, &list, &element))
    return FALSE;
  value->n = list.count;
  value->floats = g_new0 (double, MAX (list.count, 1));
  for (gsize i = 0; i < list.count; i++) {
    if (element == 0 ? !read_value (buffer, &list, i, &value->floats[i])
                     : !read_number (buffer, element, list.at + i * list.width,
                                     list.width, &value->floats[i]))
      return FALSE;
    whole =
        whole && value->floats[i] == (double) weir_whole (value->floats[i], -9e15, 9e15);
  }
  *type = WEIR_ATTR_FLOATS;
  if (!whole)
    return TRUE;
  *type = WEIR_ATTR_INTS;
  value->ints = g_new0 (gint64, MAX (list.count, 1));
  for (gsize i = 0; i < list.count; i++)
    value->ints[i] = (gint64) value->floats[i];
  g_clear_pointer (&value->floats, g_free);
  return TRUE;
}

gboolean
weir_flex_value (const WeirBytes *buffer, const char *key, WeirAttrType *type,
                 WeirAttr *value)
{
  List values;
  gsize index, width, at;
  guint flex;

  if (!find_key (buffer, key, &values, &index) ||
      !packed_at (buffer, &values, index, &flex, &width))
    return FALSE;
  if (is_number (flex))
    return take_number (buffer, &values, index, flex, type, value);
  if (!go_back (buffer, values.at + index * values.width, values.width, &at))
    return FALSE;
  *type = WEIR_ATTR_STRING;
  if (flex == TYPE_KEY || flex == TYPE_STRING)
    return take_text (buffer, at, width, flex, value);
  if (flex == TYPE_VECTOR || (flex >= TYPE_VECTOR_INT && flex <= TYPE_VECTOR_FLOAT) ||
      (flex >= TYPE_VECTOR_INT2 && flex <= TYPE_VECTOR_FLOAT4) ||
      flex == TYPE_VECTOR_BOOL)
    return take_list (buffer, at, width, flex, type, value);
  return FALSE;
}
