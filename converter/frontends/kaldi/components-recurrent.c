#include "table.h"

/* The gates of recurrent networks; the loops themselves are descriptors. */

/* Row @row of a matrix as [1, n]. */
static WeirPort
row_of (WeirMake *make, WeirTensor *matrix, gint64 row, gint64 size)
{
  WeirShape shape = WEIR_SHAPE (1, size);
  const float *data = weir_tensor_data (matrix);
  WeirTensor *part =
      weir_tensor_new_copy (WEIR_DTYPE_F32, &shape, data + row * size, &make->b->error);

  return part != NULL ? weir_make_constant (make, part) : WEIR_PORT_NONE;
}

/* x + c * w, through a gate. */
static WeirPort
gate (WeirMake *make, WeirPort x, WeirPort c, WeirPort w)
{
  return weir_make_1 (make, "Sigmoid",
                      weir_make_2 (make, "Add", x, weir_make_2 (make, "Multiply", c, w)));
}

/* LSTM (nnet3/nnet-combined-component.h): the input holds i, f, c, o before their
 * non-linearities and the last c; the parameters are the weights of peep-holes for i, f
 * and o. The output is the new c, then m. */
static WeirPort
lstm_nonlinearity (WeirMake *make, const KdComponent *component, WeirPort x)
{
  WeirTensor *params = kd_get_tensor (make, component, "Params");
  const WeirShape *shape = params != NULL ? weir_tensor_shape (params) : NULL;
  gint64 size = shape != NULL && shape->rank == 2 ? shape->dims[1] : 0;
  gint64 width = weir_make_shape (make, x)->dims[1];
  WeirPort parts[5], i, f, c, o, m;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (size == 0 || shape->dims[0] != 3 || (width != 5 * size && width != 5 * size + 3))
    return weir_make_invalid (
        make, "frames of %" G_GINT64_FORMAT " numbers for %" G_GINT64_FORMAT " cells",
        width, size);
  if (width != 5 * size)
    return weir_make_unsupported (make, "dropout masks in the frame");
  for (int k = 0; k < 5; k++)
    parts[k] = kd_range (make, x, k * size, size);
  i = gate (make, parts[0], parts[4], row_of (make, params, 0, size));
  f = gate (make, parts[1], parts[4], row_of (make, params, 1, size));
  c = weir_make_2 (
      make, "Add", weir_make_2 (make, "Multiply", f, parts[4]),
      weir_make_2 (make, "Multiply", i, weir_make_1 (make, "Tanh", parts[2])));
  o = gate (make, parts[3], c, row_of (make, params, 2, size));
  m = weir_make_2 (make, "Multiply", o, weir_make_1 (make, "Tanh", c));
  return weir_make_concat (make, (const WeirPort[]){ c, m }, 2, 1);
}

static gint64
lstm_size (const KdComponent *component, gint64 input)
{
  const KdField *field = kd_field (component, "Params");

  (void) input;
  return field != NULL && field->tensor != NULL &&
                 weir_tensor_shape (field->tensor)->rank == 2
             ? 2 * weir_tensor_shape (field->tensor)->dims[1]
             : -1;
}

const KdRow kd_rows_recurrent[] = {
  { "LstmNonlinearity", lstm_nonlinearity, lstm_size },
  { NULL },
};
