#include "table.h"

#include "frontends/rows.h"

static const void *const families[] = {
  pd_rows_activation, pd_rows_control, pd_rows_detect, pd_rows_index,  pd_rows_make,
  pd_rows_math,       pd_rows_nn,      pd_rows_norm,   pd_rows_reduce, pd_rows_resize,
  pd_rows_rnn,        pd_rows_shape,   pd_rows_slice,
};

static WeirRows rows = WEIR_ROWS (families, PdRow);

const PdRow *
pd_row_find (const char *op)
{
  return weir_rows_find (&rows, op);
}

const char *const *
pd_op_names (guint *count)
{
  return weir_rows_names (&rows, count);
}
