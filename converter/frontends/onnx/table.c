#include "table.h"

#include <string.h>

static const OnnxRow *const tables[] = {
  onnx_rows_activation,
  onnx_rows_attention,
  onnx_rows_control,
  onnx_rows_index,
  onnx_rows_loss,
  onnx_rows_math,
  onnx_rows_microsoft,
  onnx_rows_microsoft_attention,
  onnx_rows_microsoft_layout,
  onnx_rows_microsoft_norm,
  onnx_rows_microsoft_quant,
  onnx_rows_ngrams,
  onnx_rows_random,
  onnx_rows_trees,
  onnx_rows_ml,
  onnx_rows_nn,
  onnx_rows_norm,
  onnx_rows_openvino,
  onnx_rows_pad,
  onnx_rows_quant,
  onnx_rows_recent,
  onnx_rows_reduce,
  onnx_rows_rnn,
  onnx_rows_sequence,
  onnx_rows_shape,
  onnx_rows_signal,
  onnx_rows_vision,
};

/* "Op" or "domain.Op" */
static char *
key_of (const char *domain, const char *op)
{
  if (domain == NULL || *domain == '\0' || strcmp (domain, "ai.onnx") == 0)
    return g_strdup (op);
  return g_strconcat (domain, ".", op, NULL);
}

/* Key -> rows, in the order of the tables; made once and never freed. */
static GHashTable *
index_of_rows (void)
{
  static gsize made;
  static GHashTable *index;

  if (g_once_init_enter (&made)) {
    index = g_hash_table_new (g_str_hash, g_str_equal);
    for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
      for (const OnnxRow *row = tables[t]; row->op != NULL; row++) {
        g_autofree char *key = key_of (row->domain, row->op);
        GPtrArray *rows = g_hash_table_lookup (index, key);

        if (rows == NULL) {
          rows = g_ptr_array_new ();
          g_hash_table_insert (index, g_steal_pointer (&key), rows);
        }
        g_ptr_array_add (rows, (gpointer) row);
      }
    g_once_init_leave (&made, 1);
  }
  return index;
}

const OnnxRow *
onnx_row_find (const char *domain, const char *op, gint64 version, gboolean *known)
{
  g_autofree char *key = key_of (domain, op);
  const GPtrArray *rows = g_hash_table_lookup (index_of_rows (), key);

  *known = rows != NULL;
  for (guint i = 0; rows != NULL && i < rows->len; i++) {
    const OnnxRow *row = rows->pdata[i];

    if (version >= row->since && (row->until == 0 || version <= row->until))
      return row;
  }
  return NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char *const *
onnx_op_names (guint *count)
{
  static gsize made;
  static const char **names;
  guint n = g_hash_table_size (index_of_rows ());

  if (g_once_init_enter (&made)) {
    names = (const char **) g_hash_table_get_keys_as_array (index_of_rows (), NULL);
    qsort (names, n, sizeof *names, compare_names);
    g_once_init_leave (&made, 1);
  }
  *count = n;
  return names;
}
