#include "table.h"

/* Numbers of a frame in another order, some of them several times. */

static gboolean
check_columns (WeirMake *make, const GArray *columns, gint64 size, gint64 rows,
               gboolean *zeros)
{
  *zeros = FALSE;
  if (columns->len == 0 || rows < 1 || columns->len % rows != 0) {
    weir_make_invalid (make, "%u columns for %" G_GINT64_FORMAT " rows", columns->len,
                       rows);
    return FALSE;
  }
  for (guint i = 0; i < columns->len; i++) {
    gint64 column = g_array_index (columns, gint64, i);

    *zeros |= column == -1;
    if (column < -1 || column >= size) {
      weir_make_invalid (make,
                         "column %" G_GINT64_FORMAT " of a frame of %" G_GINT64_FORMAT,
                         column, size);
      return FALSE;
    }
  }
  return TRUE;
}

WeirPort
kd_columns (WeirMake *make, WeirPort x, const GArray *columns, gint64 rows)
{
  gint64 size = weir_make_shape (make, x)->dims[1];
  WeirShape zero = WEIR_SHAPE (1, 1);
  g_autofree gint64 *indices = NULL;
  gboolean zeros;

  if (weir_build_failed (make->b) || !check_columns (make, columns, size, rows, &zeros))
    return WEIR_PORT_NONE;
  if (zeros) {
    WeirTensor *tensor = weir_tensor_new (WEIR_DTYPE_F32, &zero, &make->b->error);

    if (tensor == NULL)
      return WEIR_PORT_NONE;
    x = weir_make_concat (
        make, (const WeirPort[]){ x, weir_make_constant (make, tensor) }, 2, 1);
  }
  indices = g_new (gint64, columns->len);
  for (guint i = 0; i < columns->len; i++) {
    gint64 column = g_array_index (columns, gint64, i);

    indices[i] = column < 0 ? size : column;
  }
  x = weir_make_gather (make, x, weir_make_ints (make, indices, columns->len), 1);
  return rows == 1 ? x
                   : weir_make_reshape (make, x,
                                        (const gint64[]){ rows, columns->len / rows }, 2);
}

WeirPort
kd_flat (WeirMake *make, WeirPort x)
{
  return weir_make_reshape (make, x, (const gint64[]){ 1, -1 }, 2);
}
