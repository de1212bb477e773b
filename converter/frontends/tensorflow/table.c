#include "table.h"

#include "frontends/rows.h"

static const void *const families[] = {
  tf_rows_math,   tf_rows_formula, tf_rows_reduce, tf_rows_nn,    tf_rows_deconv,
  tf_rows_shape,  tf_rows_make,    tf_rows_slice,  tf_rows_index, tf_rows_segment,
  tf_rows_image,  tf_rows_color,   tf_rows_detect, tf_rows_quant, tf_rows_random,
  tf_rows_signal, tf_rows_linalg,  tf_rows_sparse, tf_rows_state, tf_rows_feed,
  tf_rows_ctc,    tf_rows_flow,    tf_rows_call,   tf_rows_array, tf_rows_rnn,
};

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
