#include "table.h"

#include "frontends/rows.h"

static const void *const families[] = { mx_rows_math, mx_rows_nn, mx_rows_shape };

static WeirRows rows = WEIR_ROWS (families, MxRow);

const MxRow *
mx_row_find (const char *op)
{
  return weir_rows_find (&rows, op);
}

const char *const *
mx_op_names (guint *count)
{
  return weir_rows_names (&rows, count);
}
