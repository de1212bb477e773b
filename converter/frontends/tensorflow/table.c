#include "table.h"

#include <stdlib.h>
#include <string.h>

static const TfRow *const families[] = { tf_rows_math, tf_rows_nn, tf_rows_shape };

static GHashTable *
index_rows (void)
{
  GHashTable *index = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    for (const TfRow *row = families[i]; row->op != NULL; row++)
      g_hash_table_insert (index, (gpointer) row->op, (gpointer) row);
  return index;
}

const TfRow *
tf_row_find (const char *op)
{
  static gsize ready;
  static GHashTable *index;

  if (g_once_init_enter (&ready)) {
    index = index_rows ();
    g_once_init_leave (&ready, 1);
  }
  return g_hash_table_lookup (index, op);
}

static int
by_name (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char *const *
tf_op_names (guint *count)
{
  static gsize ready;
  static GPtrArray *names;

  if (g_once_init_enter (&ready)) {
    names = g_ptr_array_new ();
    for (guint i = 0; i < G_N_ELEMENTS (families); i++)
      for (const TfRow *row = families[i]; row->op != NULL; row++)
        g_ptr_array_add (names, (gpointer) row->op);
    qsort (names->pdata, names->len, sizeof *names->pdata, by_name);
    g_once_init_leave (&ready, 1);
  }
  *count = names->len;
  return (const char *const *) names->pdata;
}
