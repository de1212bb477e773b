#include "flatbuf.h"

#include "base/checked.h"
#include "base/error.h"

#include <string.h>

/* What a list costs its reader at most, for each byte that it takes in the file. */
#define COST_PER_BYTE 4

#define VTABLE_HEADER 4
#define OFFSET_SIZE   4

void
weir_flat_init (WeirFlat *flat, const WeirBytes *bytes)
{
  *flat = (WeirFlat){ .bytes = WEIR_BYTES (bytes->data, bytes->size) };
  weir_budget_init (&flat->budget, bytes->size);
}

void
weir_flat_clear (WeirFlat *flat)
{
  g_clear_error (&flat->error);
}

gboolean
weir_flat_fail (WeirFlat *flat, const char *format, ...)
{
  va_list args;

  if (flat->error != NULL)
    return FALSE;
  va_start (args, format);
  flat->error = g_error_new_valist (WEIR_ERROR, WEIR_ERROR_FORMAT, format, args);
  va_end (args);
  return FALSE;
}

gboolean
weir_flat_charge (WeirFlat *flat, gsize size, const char *what)
{
  return flat->error == NULL &&
         weir_budget_take (&flat->budget, size, what, &flat->error);
}

/* A cursor at @at. */
static gboolean
cursor (WeirFlat *flat, gsize at, WeirBytes *bytes)
{
  if (flat->error != NULL)
    return FALSE;
  *bytes = flat->bytes;
  if (!weir_bytes_seek (bytes, at))
    return weir_flat_fail (flat, "offset %zu lies behind the end at %zu", at,
                           flat->bytes.size);
  return TRUE;
}

/* Follows the unsigned offset at @at: it counts from its own place. */
static gboolean
follow (WeirFlat *flat, gsize at, gsize *target)
{
  WeirBytes bytes;
  guint32 offset;

  if (!cursor (flat, at, &bytes))
    return FALSE;
  if (!weir_bytes_u32 (&bytes, &offset))
    return weir_flat_fail (flat, "the file ends inside the offset at %zu", at);
  if (offset == 0 || offset > flat->bytes.size - at)
    return weir_flat_fail (flat, "the offset %u at %zu leads behind the end at %zu",
                           offset, at, flat->bytes.size);
  *target = at + offset;
  return TRUE;
}

static gboolean
open_table (WeirFlat *flat, gsize at, WeirFlatTable *table)
{
  gsize size = flat->bytes.size, vtable;
  guint16 vtable_size, table_size;
  WeirBytes bytes;
  gint32 back;

  if (!cursor (flat, at, &bytes))
    return FALSE;
  if (!weir_bytes_i32 (&bytes, &back))
    return weir_flat_fail (flat, "the file ends inside the table at %zu", at);
  if (back > 0 ? (gsize) back > at : (gsize) (-(gint64) back) > size - at)
    return weir_flat_fail (flat,
                           "the vtable of the table at %zu lies outside of the file", at);
  vtable = (gsize) ((gint64) at - back);
  if (!cursor (flat, vtable, &bytes))
    return FALSE;
  if (!weir_bytes_u16 (&bytes, &vtable_size) || !weir_bytes_u16 (&bytes, &table_size) ||
      vtable_size < VTABLE_HEADER || vtable_size % 2 != 0 || vtable_size > size - vtable)
    return weir_flat_fail (flat, "the vtable at %zu is broken", vtable);
  if (table_size < OFFSET_SIZE || table_size > size - at)
    return weir_flat_fail (
        flat, "the table of %u bytes at %zu does not fit into the file", table_size, at);
  *table = (WeirFlatTable){ .flat = flat,
                            .at = at,
                            .size = table_size,
                            .vtable = vtable,
                            .n_slots = (vtable_size - VTABLE_HEADER) / 2u };
  return TRUE;
}

gboolean
weir_flat_root (WeirFlat *flat, const char *identifier, WeirFlatTable *root)
{
  WeirBytes found;
  gsize at;

  *root = WEIR_FLAT_TABLE_ABSENT;
  if (!weir_bytes_slice (&flat->bytes, OFFSET_SIZE, strlen (identifier), &found) ||
      memcmp (found.data, identifier, found.size) != 0)
    return weir_flat_fail (flat, "the file identifier \"%s\" is missing", identifier);
  return follow (flat, 0, &at) && open_table (flat, at, root);
}

/* Where the field of @size bytes stands; FALSE where it has its default. */
static gboolean
field (const WeirFlatTable *table, guint slot, gsize size, WeirBytes *bytes)
{
  guint16 offset;

  if (table->flat == NULL || slot >= table->n_slots ||
      !cursor (table->flat, table->vtable + VTABLE_HEADER + 2 * (gsize) slot, bytes) ||
      !weir_bytes_u16 (bytes, &offset) || offset == 0)
    return FALSE;
  if (size > table->size || offset > table->size - size)
    return weir_flat_fail (table->flat, "field %u lies outside of its table at %zu", slot,
                           table->at);
  return cursor (table->flat, table->at + offset, bytes);
}

gboolean
weir_flat_bool (const WeirFlatTable *table, guint slot, gboolean fallback)
{
  return weir_flat_u8 (table, slot, fallback != FALSE) != 0;
}

gint32
weir_flat_i8 (const WeirFlatTable *table, guint slot, gint32 fallback)
{
  return (gint8) weir_flat_u8 (table, slot, (guint8) fallback);
}

guint32
weir_flat_u8 (const WeirFlatTable *table, guint slot, guint32 fallback)
{
  WeirBytes bytes;
  guint8 value;

  return field (table, slot, 1, &bytes) && weir_bytes_u8 (&bytes, &value) ? value
                                                                          : fallback;
}

gint32
weir_flat_i32 (const WeirFlatTable *table, guint slot, gint32 fallback)
{
  WeirBytes bytes;
  gint32 value;

  return field (table, slot, 4, &bytes) && weir_bytes_i32 (&bytes, &value) ? value
                                                                           : fallback;
}

guint32
weir_flat_u32 (const WeirFlatTable *table, guint slot, guint32 fallback)
{
  WeirBytes bytes;
  guint32 value;

  return field (table, slot, 4, &bytes) && weir_bytes_u32 (&bytes, &value) ? value
                                                                           : fallback;
}

guint64
weir_flat_u64 (const WeirFlatTable *table, guint slot, guint64 fallback)
{
  WeirBytes bytes;
  guint64 value;

  return field (table, slot, 8, &bytes) && weir_bytes_u64 (&bytes, &value) ? value
                                                                           : fallback;
}

float
weir_flat_f32 (const WeirFlatTable *table, guint slot, float fallback)
{
  WeirBytes bytes;
  float value;

  return field (table, slot, 4, &bytes) && weir_bytes_f32 (&bytes, &value) ? value
                                                                           : fallback;
}

gboolean
weir_flat_table (const WeirFlatTable *table, guint slot, WeirFlatTable *child)
{
  WeirBytes bytes;
  gsize at;

  *child = WEIR_FLAT_TABLE_ABSENT;
  return field (table, slot, OFFSET_SIZE, &bytes) &&
         follow (table->flat, bytes.pos, &at) && open_table (table->flat, at, child);
}

/* The length in front of a vector or a string at @slot, and where the elements begin. */
static gboolean
open_vector (const WeirFlatTable *table, guint slot, gsize element,
             WeirFlatVector *vector)
{
  WeirFlat *flat = table->flat;
  WeirBytes bytes;
  guint32 count;
  gsize at, total;

  *vector = (WeirFlatVector){ .flat = flat, .element = element };
  if (!field (table, slot, OFFSET_SIZE, &bytes) || !follow (flat, bytes.pos, &at) ||
      !cursor (flat, at, &bytes))
    return FALSE;
  if (!weir_bytes_u32 (&bytes, &count))
    return weir_flat_fail (flat, "the file ends inside the length at %zu", at);
  if (!weir_mul_size (count, element, &total) || total > weir_bytes_left (&bytes))
    return weir_flat_fail (
        flat, "a list of %u elements of %zu bytes at %zu, but only %zu bytes are left",
        count, element, at, weir_bytes_left (&bytes));
  vector->at = bytes.pos;
  vector->count = count;
  return TRUE;
}

WeirFlatVector
weir_flat_vector (const WeirFlatTable *table, guint slot, gsize element)
{
  WeirFlatVector vector;

  if (open_vector (table, slot, element, &vector) &&
      !weir_flat_charge (table->flat, vector.count * element * COST_PER_BYTE, "a list"))
    vector.count = 0;
  return vector;
}

WeirBytes
weir_flat_bytes (const WeirFlatTable *table, guint slot)
{
  WeirFlatVector vector;
  WeirBytes slice = WEIR_BYTES (NULL, 0);

  if (open_vector (table, slot, 1, &vector))
    weir_bytes_slice (&table->flat->bytes, vector.at, vector.count, &slice);
  return slice;
}

char *
weir_flat_string (const WeirFlatTable *table, guint slot)
{
  g_autofree char *valid = NULL;
  WeirFlatVector vector;
  gsize length, end;

  if (!open_vector (table, slot, 1, &vector))
    return NULL;
  length = MIN (vector.count, WEIR_MAX_NAME);
  if (!weir_flat_charge (table->flat, length * COST_PER_BYTE, "a name"))
    return NULL;
  valid = g_utf8_make_valid ((const char *) table->flat->bytes.data + vector.at,
                             (gssize) length);
  end = strlen (valid);
  while (end > WEIR_MAX_NAME)
    end = (gsize) (g_utf8_find_prev_char (valid, valid + end) - valid);
  return g_strndup (valid, end);
}

/* A cursor at element @index. */
static gboolean
element (const WeirFlatVector *vector, guint32 index, WeirBytes *bytes)
{
  if (vector->flat == NULL)
    return FALSE;
  if (index >= vector->count)
    return weir_flat_fail (vector->flat, "element %u of a list of %u", index,
                           vector->count);
  return cursor (vector->flat, vector->at + index * vector->element, bytes);
}

gint32
weir_flat_at_i32 (const WeirFlatVector *vector, guint32 index)
{
  WeirBytes bytes;
  gint32 value;

  return element (vector, index, &bytes) && weir_bytes_i32 (&bytes, &value) ? value : 0;
}

gint64
weir_flat_at_i64 (const WeirFlatVector *vector, guint32 index)
{
  WeirBytes bytes;
  gint64 value;

  return element (vector, index, &bytes) && weir_bytes_i64 (&bytes, &value) ? value : 0;
}

float
weir_flat_at_f32 (const WeirFlatVector *vector, guint32 index)
{
  WeirBytes bytes;
  float value;

  return element (vector, index, &bytes) && weir_bytes_f32 (&bytes, &value) ? value : 0;
}

guint32
weir_flat_at_number (const WeirFlatVector *vector, guint32 index)
{
  guint32 value = 0;
  WeirBytes bytes;
  guint16 two;
  guint8 one;

  if (!element (vector, index, &bytes))
    return 0;
  if (vector->element == 1 && weir_bytes_u8 (&bytes, &one))
    value = one;
  else if (vector->element == 2 && weir_bytes_u16 (&bytes, &two))
    value = two;
  else if (vector->element == 4)
    weir_bytes_u32 (&bytes, &value);
  return value;
}

gboolean
weir_flat_at_table (const WeirFlatVector *vector, guint32 index, WeirFlatTable *child)
{
  WeirBytes bytes;
  gsize at;

  *child = WEIR_FLAT_TABLE_ABSENT;
  return element (vector, index, &bytes) && follow (vector->flat, bytes.pos, &at) &&
         open_table (vector->flat, at, child);
}
