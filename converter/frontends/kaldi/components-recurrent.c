#include "table.h"

/* The gates of recurrent networks; the loops themselves are descriptors. */

/* Cells that a component may have. */
#define MAX_CELLS (1 << 21)

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

/* Gates are multiplied by masks of dropout, where the frame ends with three of them. */
static WeirPort
masked (WeirMake *make, WeirPort x, WeirPort gate_, gint64 size, gint64 width, int mask)
{
  return width == 5 * size ? gate_
                           : weir_make_2 (make, "Multiply", gate_,
                                          kd_range (make, x, 5 * size + mask, 1));
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
  double clip = kd_number (component, "CellClip", 0);
  WeirPort parts[5], i, f, c, o, m;

  if (weir_build_failed (make->b))
    return WEIR_PORT_NONE;
  if (size == 0 || shape->dims[0] != 3 || (width != 5 * size && width != 5 * size + 3))
    return weir_make_invalid (
        make, "frames of %" G_GINT64_FORMAT " numbers for %" G_GINT64_FORMAT " cells",
        width, size);
  for (int k = 0; k < 5; k++)
    parts[k] = kd_range (make, x, k * size, size);
  i = masked (make, x, gate (make, parts[0], parts[4], row_of (make, params, 0, size)),
              size, width, 0);
  f = masked (make, x, gate (make, parts[1], parts[4], row_of (make, params, 1, size)),
              size, width, 1);
  c = weir_make_2 (
      make, "Add", weir_make_2 (make, "Multiply", f, parts[4]),
      weir_make_2 (make, "Multiply", i, weir_make_1 (make, "Tanh", parts[2])));
  if (clip > 0)
    c = weir_make_clamp (make, c, -clip, clip);
  o = masked (make, x, gate (make, parts[3], c, row_of (make, params, 2, size)), size,
              width, 2);
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

/* (1 - z) * h + z * c, as h + z * (c - h). */
static WeirPort
mix (WeirMake *make, WeirPort z, WeirPort h, WeirPort c)
{
  WeirPort change = weir_make_2 (make, "Subtract", c, h);

  return weir_make_2 (make, "Add", h, weir_make_2 (make, "Multiply", z, change));
}

static WeirPort
hidden_and_cells (WeirMake *make, WeirPort z, WeirPort h, WeirPort c)
{
  return weir_make_concat (make, (const WeirPort[]){ h, mix (make, z, h, c) }, 2, 1);
}

static gint64
cells_of (const KdComponent *component, const char *key)
{
  return CLAMP (kd_whole (component, key, 0), 0, MAX_CELLS);
}

static WeirPort
wrong_width (WeirMake *make, gint64 width, gint64 expected)
{
  return weir_make_invalid (
      make, "expected frames of %" G_GINT64_FORMAT " numbers, found %" G_GINT64_FORMAT,
      expected, width);
}

/* GRU (nnet3/nnet-combined-component.h): z, r, what goes into h, the last c and, with a
 * projection, the last s; without one that is the last c. h = tanh(hx + W (r * s)). */
static WeirPort
gru_nonlinearity (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 c = cells_of (component, "CellDim");
  gint64 r = cells_of (component, "RecurrentDim");
  gint64 width = weir_make_shape (make, x)->dims[1];
  WeirPort z, h, cells, s;
  WeirNode *node;

  if (c < 1 || r < 1 || r > c || width != 3 * c + r + (r == c ? 0 : r))
    return wrong_width (make, width, 3 * c + r + (r == c ? 0 : r));
  z = kd_range (make, x, 0, c);
  cells = kd_range (make, x, 2 * c + r, c);
  s = weir_make_2 (make, "Multiply", kd_range (make, x, c, r),
                   kd_range (make, x, width - r, r));
  node = WEIR_MAKE_BEGIN (make, "MatMul", s, kd_matrix (make, component, "w_h"));
  weir_node_set_bool (node, "transpose_b", TRUE);
  h = weir_make_2 (make, "Add", kd_range (make, x, c + r, c), weir_make_end (make, node));
  return hidden_and_cells (make, z, weir_make_1 (make, "Tanh", h), cells);
}

/* The same without r, and one weight a cell: z, hx, the last c. */
static WeirPort
output_gru_nonlinearity (WeirMake *make, const KdComponent *component, WeirPort x)
{
  gint64 c = cells_of (component, "CellDim");
  gint64 width = weir_make_shape (make, x)->dims[1];
  WeirPort h, cells;

  if (c < 1 || width != 3 * c)
    return wrong_width (make, width, 3 * c);
  cells = kd_range (make, x, 2 * c, c);
  h = weir_make_2 (
      make, "Add", kd_range (make, x, c, c),
      weir_make_2 (make, "Multiply", cells, kd_row_vector (make, component, "w_h")));
  return hidden_and_cells (make, kd_range (make, x, 0, c), weir_make_1 (make, "Tanh", h),
                           cells);
}

static gint64
gru_size (const KdComponent *component, gint64 input)
{
  (void) input;
  return 2 * cells_of (component, "CellDim");
}

const KdRow kd_rows_recurrent[] = {
  { "LstmNonlinearity", lstm_nonlinearity, lstm_size },
  { "GruNonlinearity", gru_nonlinearity, gru_size },
  { "OutputGruNonlinearity", output_gru_nonlinearity, gru_size },
  { NULL },
};
