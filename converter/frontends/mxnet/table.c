#include "table.h"

#include "frontends/rows.h"

static const void *const families[] = { mx_rows_boxes, mx_rows_flow,   mx_rows_formula,
                                        mx_rows_image, mx_rows_index,  mx_rows_linalg,
                                        mx_rows_make,  mx_rows_math,   mx_rows_names,
                                        mx_rows_nn,    mx_rows_norm,   mx_rows_pool,
                                        mx_rows_quant, mx_rows_region, mx_rows_rnn,
                                        mx_rows_shape, mx_rows_slice,  mx_rows_ssd };

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
