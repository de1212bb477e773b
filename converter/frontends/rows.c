#include "rows.h"

#include <stdlib.h>
#include <string.h>

static const char *
name_at (const char *row)
{
  return *(const char *const *) row;
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
prepare (WeirRows *rows)
{
  if (!g_once_init_enter (&rows->ready))
    return;
  rows->index = g_hash_table_new (g_str_hash, g_str_equal);
  rows->names = g_ptr_array_new ();
  for (guint i = 0; i < rows->n_tables; i++)
    for (const char *row = rows->tables[i]; name_at (row) != NULL;
         row += rows->row_size) {
      if (g_hash_table_contains (rows->index, name_at (row)))
        continue;
      g_hash_table_insert (rows->index, (gpointer) name_at (row), (gpointer) row);
      g_ptr_array_add (rows->names, (gpointer) name_at (row));
    }
  qsort (rows->names->pdata, rows->names->len, sizeof *rows->names->pdata, by_name);
  g_once_init_leave (&rows->ready, 1);
}

const void *
weir_rows_find (WeirRows *rows, const char *name)
{
  prepare (rows);
  return g_hash_table_lookup (rows->index, name);
}

const char *const *
weir_rows_names (WeirRows *rows, guint *count)
{
  prepare (rows);
  *count = rows->names->len;
  return (const char *const *) rows->names->pdata;
}
