#pragma once

#include <glib.h>

/* Writes tables of LevelDB (doc/table_format.md there), and checkpoints made of them. */

void table_put (GByteArray *to, const void *data, gsize size);
void table_put_varint (GByteArray *to, guint64 value);
void table_put_u32 (GByteArray *to, guint32 value);
/** table_put_entry: an entry of a block; its key begins with @shared bytes of the one
 * before. */
void table_put_entry (GByteArray *to, guint shared, const char *rest, const void *value,
                      gsize size);
/** table_put_pair: the same with a key of any bytes. */
void table_put_pair (GByteArray *to, guint shared, const void *rest, gsize rest_size,
                     const void *value, gsize size);
/** table_put_restarts: ends a block with a list of one restart point. */
void table_put_restarts (GByteArray *block);
/** table_put_footer: ends a file; @index is the handle of its index block. */
void table_put_footer (GByteArray *file, const GByteArray *index);
/** table_make: (transfer full): a table of one block with @contents, whose compression is
 * said to be @kind. */
GBytes *table_make (const GByteArray *contents, guint8 kind);
