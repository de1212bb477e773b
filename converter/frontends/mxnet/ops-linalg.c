#include "table.h"

/* Products of matrices, attention, sums that run, Fourier transforms. */

static WeirPort
multiply (MxNode *n, WeirPort a, WeirPort b, gboolean transpose_a, gboolean transpose_b)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MatMul", a, b);

  weir_node_set_bool (node, "transpose_a", transpose_a);
  weir_node_set_bool (node, "transpose_b", transpose_b);
  return weir_make_end (&n->make, node);
}

static WeirPort
times (MxNode *n, WeirPort x, double factor)
{
  return factor == 1 ? x
                     : weir_make_2 (&n->make, "Multiply", x,
                                    weir_make_scalar (&n->make, x, factor));
}

static WeirPort
batch_dot (MxNode *n)
{
  WeirPort a = mx_in_rank (n, 0, 3), b = mx_in_rank (n, 1, 3);

  return multiply (n, a, b, mx_bool (n, "transpose_a", FALSE),
                   mx_bool (n, "transpose_b", FALSE));
}

/* The last axis of the first with the first axis of the second, the others in their
 * order. */
static WeirPort
dot (MxNode *n)
{
  WeirPort a = mx_in (n, 0), b = mx_in (n, 1), y, head, tail;
  gboolean transpose_a = mx_bool (n, "transpose_a", FALSE);
  gboolean transpose_b = mx_bool (n, "transpose_b", FALSE);
  int rank_a = weir_make_rank (&n->make, a), rank_b = weir_make_rank (&n->make, b);

  if (rank_a <= 2 && rank_b <= 2)
    return multiply (n, a, b, transpose_a, transpose_b);
  if (transpose_a || transpose_b)
    return weir_make_unsupported (&n->make, "transposed data of %d and %d dimensions",
                                  rank_a, rank_b);
  head = weir_make_slice (&n->make, weir_make_shape_of (&n->make, a),
                          WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, -1), 0);
  tail = weir_make_slice (&n->make, weir_make_shape_of (&n->make, b),
                          WEIR_MAKE_INTS (&n->make, 1),
                          WEIR_MAKE_INTS (&n->make, G_MAXINT64), 0);
  y = multiply (n, weir_make_flatten (&n->make, a, rank_a - 1),
                weir_make_flatten (&n->make, b, 1), FALSE, FALSE);
  return weir_make_reshape_to (
      &n->make, y, weir_make_concat (&n->make, (const WeirPort[]){ head, tail }, 2, 0));
}

static gboolean
has_rows_last (MxNode *n)
{
  gint64 axis = mx_int (n, "axis", -2);

  if (axis != -2)
    weir_make_unsupported (&n->make, "axis %" G_GINT64_FORMAT, axis);
  return axis == -2;
}

static WeirPort
gemm2 (MxNode *n)
{
  return has_rows_last (n) ? times (n, batch_dot (n), mx_float (n, "alpha", 1))
                           : WEIR_PORT_NONE;
}

static WeirPort
gemm (MxNode *n)
{
  return has_rows_last (n)
             ? weir_make_2 (&n->make, "Add",
                            times (n, batch_dot (n), mx_float (n, "alpha", 1)),
                            times (n, mx_in (n, 2), mx_float (n, "beta", 1)))
             : WEIR_PORT_NONE;
}

static WeirPort
einsum (MxNode *n)
{
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  WeirNode *node;

  for (guint i = 0; i < count; i++)
    parts[i] = mx_in (n, i);
  node = weir_build_begin (n->make.b, "Einsum", n->make.name, parts, count);
  weir_node_set_string (node, "equation", mx_string (n, "subscripts", ""));
  return weir_make_end (&n->make, node);
}

static WeirPort
by_root (MxNode *n, WeirPort x, WeirPort length)
{
  WeirDtype dtype = weir_make_dtype (&n->make, x);

  length = weir_make_convert (&n->make, length, dtype);
  return weir_make_2 (&n->make, "Divide", x, weir_make_1 (&n->make, "Sqrt", length));
}

static WeirPort
div_sqrt_dim (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  return by_root (n, x,
                  weir_make_length_of (&n->make, x, weir_make_rank (&n->make, x) - 1));
}

/* Data [time, batch, heads × parts × size]: @part of each head as
 * [batch × heads, time, size]. */
static WeirPort
part_of_heads (MxNode *n, WeirPort x, gint64 parts, gint64 part)
{
  gint64 heads = mx_int (n, "heads", 1);
  const WeirShape *shape = weir_make_shape (&n->make, x);
  gint64 width = shape->rank == 3 ? shape->dims[2] : WEIR_DIM_UNKNOWN, size;

  if (width == WEIR_DIM_UNKNOWN || heads < 1 || heads > width || parts > width / heads)
    return weir_make_unsupported (&n->make,
                                  "data that is not [time, batch, heads × parts × size]");
  size = width / heads / parts;
  x = weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, heads, parts, size }, 5);
  x = weir_make_gather (&n->make, x, weir_make_int (&n->make, part), 3);
  x = weir_make_transpose (&n->make, x, (const gint64[]){ 1, 2, 0, 3 }, 4);
  return weir_make_reshape_to (&n->make, x,
                               weir_make_concat (&n->make,
                                                 (const WeirPort[]){
                                                     WEIR_MAKE_INTS (&n->make, -1),
                                                     weir_make_dim_of (&n->make, x, 2),
                                                     WEIR_MAKE_INTS (&n->make, size),
                                                 },
                                                 3, 0));
}

static WeirPort
scores (MxNode *n, WeirPort queries, WeirPort keys)
{
  queries = by_root (n, queries, weir_make_length_of (&n->make, queries, 2));
  return multiply (n, queries, keys, FALSE, TRUE);
}

/* [batch × heads, time, size] as [time, batch, heads × size]. */
static WeirPort
join_heads (MxNode *n, WeirPort x, WeirPort batch)
{
  gint64 heads = mx_int (n, "heads", 1);
  WeirPort dims[] = { batch, WEIR_MAKE_INTS (&n->make, heads),
                      weir_make_dim_of (&n->make, x, 1),
                      weir_make_dim_of (&n->make, x, 2) };

  x = weir_make_reshape_to (&n->make, x,
                            weir_make_concat (&n->make, dims, G_N_ELEMENTS (dims), 0));
  x = weir_make_transpose (&n->make, x, (const gint64[]){ 2, 0, 1, 3 }, 4);
  return weir_make_reshape (&n->make, x, (const gint64[]){ 0, 0, -1 }, 3);
}

static WeirPort
self_scores (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 3), queries = part_of_heads (n, x, 3, 0);

  return scores (n, queries, part_of_heads (n, x, 3, 1));
}

static WeirPort
self_values (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 3), values = part_of_heads (n, x, 3, 2);

  return join_heads (n, multiply (n, mx_in (n, 1), values, FALSE, FALSE),
                     weir_make_dim_of (&n->make, x, 1));
}

static WeirPort
cross_scores (MxNode *n)
{
  WeirPort queries = part_of_heads (n, mx_in_rank (n, 0, 3), 1, 0);

  return scores (n, queries, part_of_heads (n, mx_in_rank (n, 1, 3), 2, 0));
}

static WeirPort
cross_values (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 3), values = part_of_heads (n, x, 2, 1);

  return join_heads (n, multiply (n, mx_in (n, 1), values, FALSE, FALSE),
                     weir_make_dim_of (&n->make, x, 1));
}

static WeirPort
cumsum (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  if (mx_attr (n, "dtype") != NULL)
    x = weir_make_convert (&n->make, x, mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
  if (mx_attr (n, "axis") == NULL)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  return weir_make_2 (&n->make, "CumSum", x,
                      weir_make_int (&n->make, mx_int (n, "axis", 0)));
}

/* Without an axis, all elements move as one row. */
static WeirPort
roll (MxNode *n)
{
  WeirPort x = mx_in (n, 0), flat = x, y;
  gint64 shift[WEIR_MAX_RANK], axes[WEIR_MAX_RANK] = { 0 };
  guint n_shift = mx_ints (n, "shift", shift), n_axes = mx_ints (n, "axis", axes);

  if (n_axes == 0)
    flat = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  y = WEIR_MAKE (&n->make, "Roll", flat, weir_make_ints (&n->make, shift, n_shift),
                 weir_make_ints (&n->make, axes, MAX (n_axes, 1)));
  return n_axes > 0
             ? y
             : weir_make_reshape_to (&n->make, y, weir_make_shape_of (&n->make, x));
}

/* Real rows of d numbers become d pairs, written one after the other. */
static WeirPort
fft (MxNode *n)
{
  WeirPort x = mx_in (n, 0), dims = weir_make_shape_of (&n->make, x), zero;
  int rank = weir_make_rank (&n->make, x);

  if (rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "data of %d dimensions", rank);
  zero = weir_make_scalar (&n->make, x, 0);
  x = weir_make_unsqueeze (&n->make, x, rank);
  zero = weir_make_broadcast (&n->make, zero, weir_make_shape_of (&n->make, x));
  x = weir_make_concat (&n->make, (const WeirPort[]){ x, zero }, 2, rank);
  x = weir_make_2 (&n->make, "DFT", x, WEIR_MAKE_INTS (&n->make, rank - 1));
  dims = weir_make_slice (&n->make, dims, WEIR_MAKE_INTS (&n->make, 0),
                          WEIR_MAKE_INTS (&n->make, -1), 0);
  dims = weir_make_concat (
      &n->make, (const WeirPort[]){ dims, WEIR_MAKE_INTS (&n->make, -1) }, 2, 0);
  return weir_make_reshape_to (&n->make, x, dims);
}

/* The way back hands out the real parts and does not divide by their number. */
static WeirPort
ifft (MxNode *n)
{
  WeirPort x = mx_in (n, 0), dims, length;
  int rank = weir_make_rank (&n->make, x);
  WeirDtype dtype = weir_make_dtype (&n->make, x);

  if (rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "data of %d dimensions", rank);
  dims = weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                          WEIR_MAKE_INTS (&n->make, 0), WEIR_MAKE_INTS (&n->make, -1), 0);
  dims = weir_make_concat (
      &n->make, (const WeirPort[]){ dims, WEIR_MAKE_INTS (&n->make, -1, 2) }, 2, 0);
  x = weir_make_reshape_to (&n->make, x, dims);
  x = weir_make_2 (&n->make, "IDFT", x, WEIR_MAKE_INTS (&n->make, rank - 1));
  x = weir_make_gather (&n->make, x, weir_make_int (&n->make, 0), rank);
  length =
      weir_make_convert (&n->make, weir_make_length_of (&n->make, x, rank - 1), dtype);
  return weir_make_2 (&n->make, "Multiply", x, length);
}

const MxRow mx_rows_linalg[] = {
  { "batch_dot", batch_dot },
  { "dot", dot },
  { "_linalg_gemm", gemm },
  { "linalg_gemm", gemm },
  { "_linalg_gemm2", gemm2 },
  { "linalg_gemm2", gemm2 },
  { "_npi_einsum", einsum },
  { "_contrib_div_sqrt_dim", div_sqrt_dim },
  { "_contrib_interleaved_matmul_selfatt_qk", self_scores },
  { "_contrib_interleaved_matmul_selfatt_valatt", self_values },
  { "_contrib_interleaved_matmul_encdec_qk", cross_scores },
  { "_contrib_interleaved_matmul_encdec_valatt", cross_values },
  { "_np_cumsum", cumsum },
  { "cumsum", cumsum },
  { "_np_roll", roll },
  { "_contrib_fft", fft },
  { "fft", fft },
  { "_contrib_ifft", ifft },
  { "ifft", ifft },
  { NULL },
};
