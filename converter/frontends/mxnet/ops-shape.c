#include "table.h"

#include <string.h>

/* What moves elements. */

static WeirPort
identity (MxNode *n)
{
  return mx_in (n, 0);
}

static WeirPort
flatten (MxNode *n)
{
  return weir_make_flatten (&n->make, mx_in (n, 0), 1);
}

static WeirPort
join (MxNode *n, gint64 axis)
{
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));

  for (guint i = 0; i < count; i++)
    parts[i] = mx_in (n, i);
  return weir_make_concat (&n->make, parts, count, axis);
}

static WeirPort
concat (MxNode *n)
{
  return join (n, mx_int (n, "dim", 1));
}

static WeirPort
concatenate (MxNode *n)
{
  return join (n, mx_int (n, "axis", 0));
}

/* The codes of MXNet's Reshape beyond 0 (the same) and -1 (what is left): -2 all that
 * remain, -3 the product of two, -4 one split into the two that follow. */
static gboolean
resolve_codes (MxNode *n, const WeirShape *from, const gint64 *codes, guint count,
               gint64 dims[WEIR_MAX_RANK], guint *n_dims)
{
  int at = 0;

  *n_dims = 0;
  for (guint i = 0; i < count; i++) {
    if (*n_dims >= WEIR_MAX_RANK ||
        (codes[i] == -2 && from->rank - at > WEIR_MAX_RANK - (int) *n_dims))
      return FALSE;
    if (codes[i] == 0 && at < from->rank) {
      dims[(*n_dims)++] = from->dims[at++];
    } else if (codes[i] == -1 || codes[i] > 0) {
      dims[(*n_dims)++] = codes[i];
      at++;
    } else if (codes[i] == -2) {
      while (at < from->rank)
        dims[(*n_dims)++] = from->dims[at++];
    } else if (codes[i] == -3 && at + 1 < from->rank && from->dims[at] > 0 &&
               from->dims[at + 1] > 0) {
      dims[(*n_dims)++] = from->dims[at] * from->dims[at + 1];
      at += 2;
    } else if (codes[i] == -4 && i + 2 < count && *n_dims + 2 <= WEIR_MAX_RANK &&
               at < from->rank) {
      gint64 whole = from->dims[at++], a = codes[i + 1], b = codes[i + 2];

      if (whole > 0 && a == -1 && b > 0)
        a = whole / b;
      if (whole > 0 && b == -1 && a > 0)
        b = whole / a;
      dims[(*n_dims)++] = a;
      dims[(*n_dims)++] = b;
      i += 2;
    } else {
      weir_make_unsupported (&n->make, "code %" G_GINT64_FORMAT " of its shape here",
                             codes[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static void
turn (gint64 *values, guint count)
{
  for (guint i = 0; i < count / 2; i++) {
    gint64 value = values[i];

    values[i] = values[count - 1 - i];
    values[count - 1 - i] = value;
  }
}

/* With reverse, the codes are read from the end. */
static WeirPort
reshape (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirShape from = *weir_make_shape (&n->make, x);
  gint64 codes[WEIR_MAX_RANK], dims[WEIR_MAX_RANK];
  guint count = mx_ints (n, "shape", codes), n_dims, open = 0;
  gboolean from_end = mx_bool (n, "reverse", FALSE), plain = !from_end;

  if (count == 0)
    count = mx_ints (n, "target_shape", codes);
  for (guint i = 0; i < count; i++)
    plain = plain && codes[i] >= -1;
  if (plain)
    return weir_make_reshape (&n->make, x, codes, count);
  if (from_end) {
    turn (codes, count);
    turn (from.dims, (guint) MAX (from.rank, 0));
  }
  if (!resolve_codes (n, &from, codes, count, dims, &n_dims))
    return weir_build_failed (n->make.b)
               ? WEIR_PORT_NONE
               : weir_make_unsupported (&n->make, "more than %d dimensions",
                                        WEIR_MAX_RANK);
  if (from_end)
    turn (dims, n_dims);
  for (guint i = 0; i < n_dims; i++)
    open += dims[i] == WEIR_DIM_UNKNOWN;
  if (open > 1)
    return weir_make_unsupported (&n->make, "its shape where %u dimensions are not known",
                                  open);
  return weir_make_reshape (&n->make, x, dims, n_dims);
}

static WeirPort
reshape_like (MxNode *n)
{
  if (mx_attr (n, "lhs_begin") != NULL || mx_attr (n, "lhs_end") != NULL ||
      mx_attr (n, "rhs_begin") != NULL || mx_attr (n, "rhs_end") != NULL)
    return weir_make_unsupported (&n->make, "a part of its shape");
  return weir_make_reshape_to (&n->make, mx_in (n, 0),
                               weir_make_shape_of (&n->make, mx_in (n, 1)));
}

static WeirPort
transpose (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  gint64 axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axes", axes);

  if (count > 0)
    return weir_make_transpose (&n->make, x, axes, count);
  count = (guint) weir_make_rank (&n->make, x);
  for (guint i = 0; i < count; i++)
    axes[i] = count - 1 - i;
  return weir_make_transpose (&n->make, x, axes, count);
}

static WeirPort
swap_axis (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);
  int a = weir_make_axis (&n->make, mx_int (n, "dim1", 0), rank);
  int b = weir_make_axis (&n->make, mx_int (n, "dim2", 0), rank);
  gint64 axes[WEIR_MAX_RANK];

  for (int i = 0; i < rank; i++)
    axes[i] = i == a ? b : i == b ? a : i;
  return weir_make_transpose (&n->make, x, axes, (gsize) rank);
}

static WeirPort
expand_dims (MxNode *n)
{
  return weir_make_unsqueeze (&n->make, mx_in (n, 0), mx_int (n, "axis", 0));
}

/* Along one axis from begin to end, None for the end of the data. */
static WeirPort
slice_axis (MxNode *n)
{
  gint64 end = mx_attr (n, "end") != NULL ? mx_int (n, "end", 0) : G_MAXINT64;

  return weir_make_slice (&n->make, mx_in (n, 0),
                          WEIR_MAKE_INTS (&n->make, mx_int (n, "begin", 0)),
                          WEIR_MAKE_INTS (&n->make, end), mx_int (n, "axis", 0));
}

static WeirPort
split_evenly (MxNode *n, const char *name, gint64 axis)
{
  gint64 count = mx_int (n, name, 1);
  gboolean squeeze = mx_bool (n, "squeeze_axis", FALSE);
  WeirNode *node;

  if (count < 1 || count > G_MAXUINT16)
    return weir_make_invalid (&n->make, "attribute '%s': found %" G_GINT64_FORMAT, name,
                              count);
  node = weir_build_begin_outputs (
      n->make.b, "Split", n->make.name,
      WEIR_INPUTS (mx_in (n, 0), weir_make_int (&n->make, axis)), (guint) count);
  weir_node_set_int (node, "num_splits", count);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < count && !weir_build_failed (n->make.b); i++) {
    WeirPort part = weir_make_port (&n->make, node, i);

    mx_out (n, i, squeeze ? weir_make_squeeze (&n->make, part, axis) : part);
  }
  return WEIR_PORT_NONE;
}

static WeirPort
slice_channel (MxNode *n)
{
  return split_evenly (n, "num_outputs", mx_int (n, "axis", 1));
}

/* Where each part begins, the first at 0; or into sections of one size. */
static WeirPort
split_at (MxNode *n)
{
  gint64 axis = mx_int (n, "axis", 1), begins[WEIR_MAX_RANK + 1];
  guint count;

  if (mx_int (n, "sections", 0) > 0)
    return split_evenly (n, "sections", axis);
  count = mx_ints (n, "indices", begins);
  begins[count] = G_MAXINT64;
  for (guint i = 0; i < count; i++) {
    WeirPort part =
        weir_make_slice (&n->make, mx_in (n, 0), WEIR_MAKE_INTS (&n->make, begins[i]),
                         WEIR_MAKE_INTS (&n->make, begins[i + 1]), axis);

    mx_out (n, i,
            mx_bool (n, "squeeze_axis", FALSE) ? weir_make_squeeze (&n->make, part, axis)
                                               : part);
  }
  return WEIR_PORT_NONE;
}

static WeirPort
picture_size (MxNode *n, WeirPort x)
{
  return weir_make_slice (&n->make, weir_make_shape_of (&n->make, x),
                          WEIR_MAKE_INTS (&n->make, 2), WEIR_MAKE_INTS (&n->make, 4), 0);
}

static WeirPort
half_of (MxNode *n, WeirPort size)
{
  return weir_make_2 (&n->make, "Divide", size, weir_make_int (&n->make, 2));
}

/* Height and width of the second input, or of h_w, from the offset on. */
static WeirPort
crop (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4), begin, size;
  gint64 offset[WEIR_MAX_RANK] = { 0 }, h_w[WEIR_MAX_RANK] = { 0 };

  mx_ints (n, "offset", offset);
  mx_ints (n, "h_w", h_w);
  size = mx_n_inputs (n) > 1 ? picture_size (n, mx_in_rank (n, 1, 4))
                             : WEIR_MAKE_INTS (&n->make, h_w[0], h_w[1]);
  begin = mx_bool (n, "center_crop", FALSE)
              ? half_of (n, weir_make_2 (&n->make, "Subtract", picture_size (n, x), size))
              : WEIR_MAKE_INTS (&n->make, offset[0], offset[1]);
  return WEIR_MAKE (&n->make, "Slice", x, begin,
                    weir_make_2 (&n->make, "Add", begin, size),
                    WEIR_MAKE_INTS (&n->make, 1, 1), WEIR_MAKE_INTS (&n->make, 2, 3));
}

/* Over all axes where none is named; exclude means over the others. What has no dimension
 * left has one all the same, unless the operation is NumPy's. */
static WeirPort
reduce (MxNode *n)
{
  WeirPort x = mx_in (n, 0), y;
  int rank = weir_make_rank (&n->make, x);
  gint64 named[WEIR_MAX_RANK], axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axis", named), n_axes = 0;
  gboolean exclude = mx_bool (n, "exclude", FALSE);

  for (int i = 0; i < rank; i++) {
    gboolean is_named = count == 0;

    for (guint k = 0; k < count; k++)
      is_named |= weir_make_axis (&n->make, named[k], rank) == i;
    if (is_named != exclude)
      axes[n_axes++] = i;
  }
  y = weir_make_reduce (&n->make, n->row->ir, x, weir_make_ints (&n->make, axes, n_axes),
                        mx_bool (n, "keepdims", FALSE));
  if (weir_build_failed (n->make.b) || weir_make_rank (&n->make, y) > 0 ||
      n->entry->op[0] == '_')
    return y;
  return weir_make_reshape (&n->make, y, (const gint64[]){ 1 }, 1);
}

const MxRow mx_rows_shape[] = {
  { "_copy", identity },
  { "identity", identity },
  { "BlockGrad", identity },
  { "stop_gradient", identity },
  { "Dropout", identity },
  { "MakeLoss", identity },
  { "IdentityAttachKLSparseReg", identity },
  { "LinearRegressionOutput", identity },
  { "MAERegressionOutput", identity },
  { "make_loss", identity },
  { "SVMOutput", identity },
  { "_identity_with_attr_like_rhs", identity },
  { "Flatten", flatten },
  { "flatten", flatten },
  { "Concat", concat },
  { "concat", concat },
  { "Reshape", reshape },
  { "reshape", reshape },
  { "reshape_like", reshape_like },
  { "_npi_concatenate", concatenate },
  { "_split_v2", split_at },
  { "transpose", transpose },
  { "SwapAxis", swap_axis },
  { "swapaxes", swap_axis },
  { "expand_dims", expand_dims },
  { "slice_axis", slice_axis },
  { "SliceChannel", slice_channel },
  { "split", slice_channel },
  { "Crop", crop },
  { "mean", reduce, "ReduceMean" },
  { "sum", reduce, "ReduceSum" },
  { "sum_axis", reduce, "ReduceSum" },
  { "max", reduce, "ReduceMax" },
  { "min", reduce, "ReduceMin" },
  { "prod", reduce, "ReduceProd" },
  { NULL },
};
