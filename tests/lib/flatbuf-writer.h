#pragma once

#include <glib.h>

/* Writes small FlatBuffers for tests: build a tree of nodes, then flat_finish() it. */

typedef struct _FlatNode FlatNode;

/** An empty table. */
FlatNode *flat_table (void);
/* Fields by slot; each returns @table. */
FlatNode *flat_set_u8 (FlatNode *table, guint slot, guint8 value);
FlatNode *flat_set_i32 (FlatNode *table, guint slot, gint32 value);
FlatNode *flat_set_u64 (FlatNode *table, guint slot, guint64 value);
FlatNode *flat_set_f32 (FlatNode *table, guint slot, float value);
/** A table, a string or a list; @child is taken over, %NULL sets nothing. */
FlatNode *flat_set (FlatNode *table, guint slot, FlatNode *child);

FlatNode *flat_string (const char *text);
FlatNode *flat_ints (const gint32 *values, gsize n);
FlatNode *flat_longs (const gint64 *values, gsize n);
FlatNode *flat_floats (const float *values, gsize n);
/** @size bytes, aligned to 16. */
FlatNode *flat_bytes (const void *data, gsize size);
/** An empty list of tables. */
FlatNode *flat_list (void);
/** Adds @child to @list and takes it over. Returns its index. */
guint flat_append (FlatNode *list, FlatNode *child);
guint flat_length (const FlatNode *list);

void flat_free (FlatNode *node);
/** The buffer with @root as its root table; the tree is freed. */
GBytes *flat_finish (FlatNode *root, const char *identifier);
