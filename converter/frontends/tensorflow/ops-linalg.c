#include "table.h"

#include <string.h>

/* Matrices. */

static WeirPort
einsum (TfNode *n)
{
  g_autofree WeirPort *ports = g_new (WeirPort, MAX (tf_n_inputs (n), 1));
  WeirNode *node;

  for (guint i = 0; i < tf_n_inputs (n); i++)
    ports[i] = tf_in (n, i);
  node = weir_build_begin (n->make.b, "Einsum", n->make.name, ports, tf_n_inputs (n));
  weir_node_set_string (node, "equation", tf_attr_string (n, "equation", ""));
  return weir_make_end (&n->make, node);
}

static WeirPort
inverse (TfNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Inverse", tf_in (n, 0));

  weir_node_set_bool (node, "adjoint", tf_attr_bool (n, "adjoint", FALSE));
  return weir_make_end (&n->make, node);
}

/* The numbers of the elements of dimension @axis of @x, @axis from the end. */
static WeirPort
numbers (TfNode *n, WeirPort x, int axis)
{
  int rank = weir_make_rank (&n->make, x);

  return weir_make_counting (&n->make,
                             weir_make_length_of (&n->make, x, MAX (rank + axis, 0)));
}

static WeirPort
matrix_diag (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), columns = numbers (n, x, -1), same;

  same = weir_make_2 (m, "Equal", columns, weir_make_unsqueeze (m, columns, 1));
  x = weir_make_unsqueeze (m, x, -1);
  return WEIR_MAKE (m, "Select", same, x, weir_make_scalar (m, x, 0));
}

/* Whether @distance is at most the scalar @most; a negative one keeps all. */
static WeirPort
near (TfNode *n, WeirPort distance, WeirPort most)
{
  WeirMake *m = &n->make;
  WeirPort all;

  most = weir_make_scalar_of (m, weir_make_convert (m, most, WEIR_DTYPE_I64));
  all = weir_make_2 (m, "Less", most, weir_make_int (m, 0));
  return weir_make_2 (m, "LogicalOr", all, weir_make_2 (m, "LessEqual", distance, most));
}

/* Inputs 1 and 2: how many diagonals below and above the main one stay. */
static WeirPort
band_part (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort x = tf_in (n, 0), row, column, keep;

  if (weir_make_rank (m, x) < 2)
    return weir_make_invalid (m, "expected at least 2 dimensions");
  row = weir_make_unsqueeze (m, numbers (n, x, -2), 1);
  column = numbers (n, x, -1);
  keep = weir_make_2 (m, "LogicalAnd",
                      near (n, weir_make_2 (m, "Subtract", row, column), tf_in (n, 1)),
                      near (n, weir_make_2 (m, "Subtract", column, row), tf_in (n, 2)));
  return WEIR_MAKE (m, "Select", weir_make_known (m, keep), x,
                    weir_make_scalar (m, x, 0));
}

/* Of real matrices it is a Transpose. */
static WeirPort
conjugate_transpose (TfNode *n)
{
  return weir_make_2 (&n->make, "Transpose", tf_in (n, 0), tf_in (n, 1));
}

const TfRow tf_rows_linalg[] = {
  { "Einsum", einsum },
  { "MatrixInverse", inverse },
  { "BatchMatrixInverse", inverse },
  { "MatrixDiag", matrix_diag },
  { "MatrixBandPart", band_part },
  { "BatchMatrixBandPart", band_part },
  { "ConjugateTranspose", conjugate_transpose },
  { NULL },
};
