#include "table.h"

#include "frontends/rows.h"

static const void *const families[] = { tf_rows_math, tf_rows_nn, tf_rows_shape };

static WeirRows rows = WEIR_ROWS (families, TfRow);

const TfRow *
tf_row_find (const char *op)
{
  return weir_rows_find (&rows, op);
}

const char *const *
tf_op_names (guint *count)
{
  return weir_rows_names (&rows, count);
}
