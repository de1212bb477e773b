#pragma once

#include <glib.h>

/**
 * WeirRows:
 * @tables: arrays of rows; a row is a structure of @row_size bytes that begins with its
 *   name, and one without a name ends its array
 *
 * The operations of a framework, by family. The rest is filled in when it is first asked.
 */
typedef struct {
  const void *const *tables;
  guint n_tables;
  gsize row_size;
  gsize ready;
  GHashTable *index;
  GPtrArray *names;
} WeirRows;

/** WEIR_ROWS: of an array of tables whose rows are of @type. */
#define WEIR_ROWS(t, type)                                                 \
  {                                                                        \
    .tables = (t), .n_tables = G_N_ELEMENTS (t), .row_size = sizeof (type) \
  }

/** weir_rows_find: (nullable): the first row of this name. */
const void *weir_rows_find (WeirRows *rows, const char *name);
/** weir_rows_names: (transfer none): all names, sorted, each once. */
const char *const *weir_rows_names (WeirRows *rows, guint *count);
