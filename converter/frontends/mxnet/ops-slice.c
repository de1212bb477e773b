#include "table.h"

#include <string.h>

/* Parts of tensors, copies of them, rims around them; sequences. */

/* begin, end and step may hold None: from the first or to the last element. */
static WeirPort
slice (MxNode *n)
{
  gint64 begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK], step[WEIR_MAX_RANK];
  guint count = mx_ints (n, "begin", begin), n_steps = mx_ints (n, "step", step);

  if (mx_ints (n, "end", end) != count || (n_steps != 0 && n_steps != count))
    return weir_make_invalid (&n->make,
                              "expected as many numbers in 'end' and 'step' as in "
                              "'begin'");
  for (guint i = 0; i < count; i++) {
    if (n_steps == 0 || step[i] == G_MININT64)
      step[i] = 1;
    if (begin[i] == G_MININT64)
      begin[i] = step[i] > 0 ? 0 : G_MAXINT64;
    if (end[i] == G_MININT64)
      end[i] = step[i] > 0 ? G_MAXINT64 : G_MININT64;
  }
  return WEIR_MAKE (
      &n->make, "Slice", mx_in (n, 0), weir_make_ints (&n->make, begin, count),
      weir_make_ints (&n->make, end, count), weir_make_ints (&n->make, step, count),
      weir_make_range (&n->make, 0, count));
}

static WeirPort
axes_attr (MxNode *n, const char *name, int rank)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, name, axes);

  if (count == 0)
    return weir_make_range (&n->make, 0, rank);
  for (guint i = 0; i < count; i++)
    axes[i] = weir_make_axis (&n->make, axes[i], rank);
  return weir_make_ints (&n->make, axes, count);
}

static WeirPort
slice_like (MxNode *n)
{
  WeirPort x = mx_in (n, 0), like = mx_in (n, 1);
  WeirPort axes = axes_attr (n, "axes", weir_make_rank (&n->make, like));
  WeirPort end =
      weir_make_gather (&n->make, weir_make_shape_of (&n->make, like), axes, 0);
  WeirPort zero = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                                       weir_make_shape_of (&n->make, axes));
  WeirPort one = weir_make_broadcast (&n->make, weir_make_int (&n->make, 1),
                                      weir_make_shape_of (&n->make, axes));

  return WEIR_MAKE (&n->make, "Slice", x, zero, end, one, axes);
}

static WeirPort
reverse (MxNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axis", axes);
  WeirPort x = mx_in (n, 0);

  for (guint i = 0; i < count; i++)
    x = WEIR_MAKE (&n->make, "Slice", x, WEIR_MAKE_INTS (&n->make, G_MAXINT64),
                   WEIR_MAKE_INTS (&n->make, G_MININT64), WEIR_MAKE_INTS (&n->make, -1),
                   WEIR_MAKE_INTS (&n->make, axes[i]));
  return x;
}

static WeirPort
tile (MxNode *n)
{
  gint64 reps[WEIR_MAX_RANK];
  guint count = mx_ints (n, "reps", reps);

  return weir_make_2 (&n->make, "Tile", mx_in (n, 0),
                      weir_make_ints (&n->make, reps, count));
}

/* Each element several times in a row: along an axis, or of all as one. */
static WeirPort
repeat (MxNode *n)
{
  gint64 times = mx_int (n, "repeats", 1), axis = 0, reps[WEIR_MAX_RANK];
  WeirPort x = mx_in (n, 0), shape, factor[WEIR_MAX_RANK];
  int rank;

  if (mx_attr (n, "axis") == NULL)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  rank = weir_make_rank (&n->make, x);
  axis = weir_make_axis (&n->make, mx_int (n, "axis", 0), rank);
  if (rank >= WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "data of %d dimensions", rank);
  for (int i = 0; i <= rank; i++)
    reps[i] = i == axis + 1 ? times : 1;
  for (int i = 0; i < rank; i++)
    factor[i] = WEIR_MAKE_INTS (&n->make, i == axis ? times : 1);
  shape = weir_make_2 (&n->make, "Multiply", weir_make_shape_of (&n->make, x),
                       weir_make_concat (&n->make, factor, (guint) rank, 0));
  x = weir_make_unsqueeze (&n->make, x, axis + 1);
  x = weir_make_2 (&n->make, "Tile", x,
                   weir_make_ints (&n->make, reps, (gsize) rank + 1));
  return weir_make_reshape_to (&n->make, x, shape);
}

static WeirPort
stack (MxNode *n)
{
  guint count = mx_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  gint64 axis = mx_int (n, "axis", 0);
  int rank = weir_make_rank (&n->make, mx_in (n, 0)) + 1;

  axis = weir_make_axis (&n->make, axis, rank);
  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_unsqueeze (&n->make, mx_in (n, i), axis);
  return weir_make_concat (&n->make, parts, count, axis);
}

static WeirPort
squeeze (MxNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axis", axes);

  if (count == 0)
    return weir_make_1 (&n->make, "Squeeze", mx_in (n, 0));
  return weir_make_2 (&n->make, "Squeeze", mx_in (n, 0),
                      weir_make_ints (&n->make, axes, count));
}

/* Widths alternate: before and after each dimension. */
static WeirPort
pad (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);
  gint64 begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK];
  double widths[2 * WEIR_MAX_RANK];
  guint count = mx_floats (n, "pad_width", widths, G_N_ELEMENTS (widths));
  WeirNode *node;

  if (count != 2 * (guint) rank)
    return weir_make_invalid (&n->make,
                              "attribute 'pad_width': expected %d numbers, found %u",
                              2 * rank, count);
  for (int i = 0; i < rank; i++) {
    if (!(widths[2 * i] >= 0 && widths[2 * i] <= G_MAXINT32 && widths[2 * i + 1] >= 0 &&
          widths[2 * i + 1] <= G_MAXINT32))
      return weir_make_invalid (&n->make, "attribute 'pad_width': expected sizes");
    begin[i] = (gint64) widths[2 * i];
    end[i] = (gint64) widths[2 * i + 1];
  }
  node =
      WEIR_MAKE_BEGIN (&n->make, "Pad", x, weir_make_ints (&n->make, begin, (gsize) rank),
                       weir_make_ints (&n->make, end, (gsize) rank),
                       weir_make_scalar (&n->make, x, mx_float (n, "constant_value", 0)));
  weir_node_set_string (node, "pad_mode", mx_string (n, "mode", "constant"));
  return weir_make_end (&n->make, node);
}

/* 0 keeps a dimension as it is. */
static WeirPort
broadcast_to (MxNode *n)
{
  gint64 dims[WEIR_MAX_RANK];
  guint count = mx_ints (n, "shape", dims);
  WeirNode *node;

  for (guint i = 0; i < count; i++)
    dims[i] = MAX (dims[i], 1);
  node = WEIR_MAKE_BEGIN (&n->make, "Broadcast", mx_in (n, 0),
                          weir_make_ints (&n->make, dims, count));
  weir_node_set_string (node, "mode", "bidirectional");
  return weir_make_end (&n->make, node);
}

static WeirPort
broadcast_axis (MxNode *n)
{
  gint64 axes[WEIR_MAX_RANK], sizes[WEIR_MAX_RANK], reps[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axis", axes);
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);

  if (mx_ints (n, "size", sizes) != count)
    return weir_make_invalid (&n->make, "attribute 'size': expected %u numbers", count);
  for (int i = 0; i < rank; i++)
    reps[i] = 1;
  for (guint i = 0; i < count; i++) {
    int axis = weir_make_axis (&n->make, axes[i], rank);

    if (weir_build_failed (n->make.b))
      return WEIR_PORT_NONE;
    reps[axis] = sizes[i];
  }
  return weir_make_2 (&n->make, "Tile", x, weir_make_ints (&n->make, reps, (gsize) rank));
}

static WeirPort
broadcast_like (MxNode *n)
{
  WeirPort x = mx_in (n, 0);

  if (mx_attr (n, "lhs_axes") != NULL || mx_attr (n, "rhs_axes") != NULL)
    return weir_make_unsupported (&n->make, "lhs_axes and rhs_axes");
  return weir_make_broadcast (&n->make, x, weir_make_shape_of (&n->make, mx_in (n, 1)));
}

static WeirPort
blocks (MxNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, n->row->ir, mx_in_rank (n, 0, 4));

  weir_node_set_string (node, "mode", "blocks_first");
  weir_node_set_int (node, "block_size", mx_int (n, "block_size", 1));
  return weir_make_end (&n->make, node);
}

/* Sequences: time and batch are the first two dimensions, in this order unless axis
 * is 1. */

static WeirPort
lengths (MxNode *n)
{
  return weir_make_convert (&n->make, mx_in (n, 1), WEIR_DTYPE_I64);
}

static WeirPort
sequence_last (MxNode *n)
{
  WeirPort x = mx_in (n, 0), last;
  gint64 axis = mx_int (n, "axis", 0);
  WeirNode *node;

  if (!mx_bool (n, "use_sequence_length", FALSE))
    return weir_make_gather (&n->make, x, weir_make_int (&n->make, -1), axis);
  if (axis == 0) {
    gint64 order[WEIR_MAX_RANK] = { 1, 0, 2, 3, 4, 5, 6, 7 };

    x = weir_make_transpose (&n->make, x, order, (gsize) weir_make_rank (&n->make, x));
  }
  last = weir_make_2 (&n->make, "Subtract", lengths (n), weir_make_int (&n->make, 1));
  node =
      WEIR_MAKE_BEGIN (&n->make, "GatherND", x, weir_make_unsqueeze (&n->make, last, 1));
  weir_node_set_int (node, "batch_dims", 1);
  return weir_make_end (&n->make, node);
}

static WeirPort
sequence_reverse (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirNode *node;

  if (!mx_bool (n, "use_sequence_length", FALSE))
    return WEIR_MAKE (&n->make, "Slice", x, WEIR_MAKE_INTS (&n->make, G_MAXINT64),
                      WEIR_MAKE_INTS (&n->make, G_MININT64),
                      WEIR_MAKE_INTS (&n->make, -1), WEIR_MAKE_INTS (&n->make, 0));
  node = WEIR_MAKE_BEGIN (&n->make, "ReverseSequence", x, lengths (n));
  weir_node_set_int (node, "batch_axis", 1);
  weir_node_set_int (node, "seq_axis", 0);
  return weir_make_end (&n->make, node);
}

/* What lies behind the end of its sequence is replaced. */
static WeirPort
sequence_mask (MxNode *n)
{
  WeirPort x = mx_in (n, 0), times, ends, is_inside;
  gint64 axis = mx_int (n, "axis", 0);
  int rank = weir_make_rank (&n->make, x);

  if (!mx_bool (n, "use_sequence_length", FALSE))
    return x;
  times = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, axis));
  times = weir_make_unsqueeze (&n->make, times, axis == 0 ? 1 : 0);
  ends = weir_make_unsqueeze (&n->make, lengths (n), axis == 0 ? 0 : 1);
  is_inside = weir_make_2 (&n->make, "Less", times, ends);
  for (int i = 2; i < rank; i++)
    is_inside = weir_make_unsqueeze (&n->make, is_inside, i);
  return WEIR_MAKE (&n->make, "Select", is_inside, x,
                    weir_make_scalar (&n->make, x, mx_float (n, "value", 0)));
}

const MxRow mx_rows_slice[] = {
  { "slice", slice },
  { "slice_like", slice_like },
  { "reverse", reverse },
  { "flip", reverse },
  { "tile", tile },
  { "repeat", repeat },
  { "stack", stack },
  { "squeeze", squeeze },
  { "Pad", pad },
  { "pad", pad },
  { "broadcast_to", broadcast_to },
  { "broadcast_axis", broadcast_axis },
  { "broadcast_axes", broadcast_axis },
  { "broadcast_like", broadcast_like },
  { "depth_to_space", blocks, "DepthToSpace" },
  { "space_to_depth", blocks, "SpaceToDepth" },
  { "SequenceLast", sequence_last },
  { "SequenceReverse", sequence_reverse },
  { "SequenceMask", sequence_mask },
  { NULL },
};
