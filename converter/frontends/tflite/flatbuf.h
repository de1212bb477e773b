#pragma once

#include "base/bytes.h"
#include "base/limits.h"

/**
 * SECTION: flatbuf
 *
 * Reads FlatBuffers (https://flatbuffers.dev/internals/) in place: tables behind vtables,
 * vectors, strings and unions. Every offset is checked when it is followed, so a file
 * needs no verification beforehand and nothing is walked that nobody asks for.
 */

/**
 * WeirFlat:
 * @bytes: the whole buffer
 * @budget: what its reader may allocate; lists and strings are charged to it
 * @error: (nullable): the first fault; every read after it gives the default, so that
 * code reads straight and checks once at its end
 */
typedef struct {
  WeirBytes bytes;
  WeirBudget budget;
  GError *error;
} WeirFlat;

/**
 * WeirFlatTable:
 * @flat: (nullable): %NULL for a table that is absent: all its fields have their defaults
 * @at: where the table begins
 * @size: bytes of its fields, which lie inside the buffer
 * @vtable: where the list of field offsets begins
 * @n_slots: how many field offsets there are
 */
typedef struct {
  WeirFlat *flat;
  gsize at;
  gsize size;
  gsize vtable;
  guint n_slots;
} WeirFlatTable;

/**
 * WeirFlatVector:
 * @at: where the elements begin
 * @count: how many there are; they lie inside the buffer
 * @element: bytes an element
 */
typedef struct {
  WeirFlat *flat;
  gsize at;
  gsize element;
  guint32 count;
} WeirFlatVector;

#define WEIR_FLAT_TABLE_ABSENT ((WeirFlatTable){ .flat = NULL })

/** weir_flat_init: the buffer is borrowed. */
void weir_flat_init (WeirFlat *flat, const WeirBytes *bytes);
void weir_flat_clear (WeirFlat *flat);
/** weir_flat_fail: records a fault unless there is one. Returns %FALSE. */
gboolean weir_flat_fail (WeirFlat *flat, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** weir_flat_charge: takes @size bytes of the budget; a fault if there are not so many.
 */
gboolean weir_flat_charge (WeirFlat *flat, gsize size, const char *what);

/** weir_flat_root: the root table; the four characters of @identifier must stand in
 * front. */
gboolean weir_flat_root (WeirFlat *flat, const char *identifier, WeirFlatTable *root);

/* Fields by their slot; @fallback is the default that the schema declares. */
gboolean weir_flat_bool (const WeirFlatTable *table, guint slot, gboolean fallback);
gint32 weir_flat_i8 (const WeirFlatTable *table, guint slot, gint32 fallback);
guint32 weir_flat_u8 (const WeirFlatTable *table, guint slot, guint32 fallback);
gint32 weir_flat_i32 (const WeirFlatTable *table, guint slot, gint32 fallback);
guint32 weir_flat_u32 (const WeirFlatTable *table, guint slot, guint32 fallback);
guint64 weir_flat_u64 (const WeirFlatTable *table, guint slot, guint64 fallback);
float weir_flat_f32 (const WeirFlatTable *table, guint slot, float fallback);
/** weir_flat_table: a table, also one of a union; %FALSE and an absent one if not there.
 */
gboolean weir_flat_table (const WeirFlatTable *table, guint slot, WeirFlatTable *child);
/** weir_flat_string: (transfer full) (nullable): as valid UTF-8 of at most
 * %WEIR_MAX_NAME bytes; %NULL if it is not there. */
char *weir_flat_string (const WeirFlatTable *table, guint slot);
/** weir_flat_vector: a list of numbers of @element bytes, or of tables (4); empty if it
 * is not there. */
WeirFlatVector weir_flat_vector (const WeirFlatTable *table, guint slot, gsize element);
/** weir_flat_bytes: a list of bytes, as a view. */
WeirBytes weir_flat_bytes (const WeirFlatTable *table, guint slot);

/* Elements; an index beyond the end is a fault. */
gint32 weir_flat_at_i32 (const WeirFlatVector *vector, guint32 index);
gint64 weir_flat_at_i64 (const WeirFlatVector *vector, guint32 index);
float weir_flat_at_f32 (const WeirFlatVector *vector, guint32 index);
/** weir_flat_at_number: of a list of unsigned numbers of 1, 2 or 4 bytes. */
guint32 weir_flat_at_number (const WeirFlatVector *vector, guint32 index);
gboolean weir_flat_at_table (const WeirFlatVector *vector, guint32 index,
                             WeirFlatTable *child);
