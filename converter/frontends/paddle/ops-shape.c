#include "table.h"

#include <string.h>

/* Shapes: the elements stay, their arrangement changes. */

static WeirPort
reshape (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), shape = pd_vector (n, "Shape", "ShapeTensor", "shape");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Reshape", x, shape);

  weir_node_set_bool (node, "special_zero", TRUE);
  return weir_make_end (&n->make, node);
}

static WeirPort
transpose (PdNode *n)
{
  gint64 order[WEIR_MAX_RANK];
  WeirPort x = pd_in (n, "X");
  guint count = pd_ints (n, "axis", order, WEIR_MAX_RANK);
  int rank = weir_make_rank (&n->make, x);

  for (guint i = 0; i < count; i++)
    order[i] = weir_make_axis (&n->make, order[i], rank);
  return weir_make_transpose (&n->make, x, order, count);
}

/* From start_axis to stop_axis one dimension is made. */
static WeirPort
flatten_range (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  int rank = weir_make_rank (&n->make, x), start, stop;
  gint64 dims[WEIR_MAX_RANK] = { -1 };
  guint count = 0;
  WeirPort parts[3];

  if (rank == 0)
    return weir_make_vector_of (&n->make, x);
  start = weir_make_axis (&n->make, pd_int (n, "start_axis", 1), rank);
  stop = weir_make_axis (&n->make, pd_int (n, "stop_axis", 1), rank);
  if (start > stop)
    return weir_make_invalid (&n->make, "start_axis %d is behind stop_axis %d", start,
                              stop);
  if (stop == rank - 1) {
    while ((int) count < start)
      dims[count++] = 0;
    dims[count++] = -1;
    return weir_make_reshape (&n->make, x, dims, count);
  }
  parts[0] = weir_make_shape_of (&n->make, x);
  parts[2] = weir_make_gather (&n->make, parts[0],
                               weir_make_range (&n->make, stop + 1, rank), 0);
  parts[0] =
      weir_make_gather (&n->make, parts[0], weir_make_range (&n->make, 0, start), 0);
  parts[1] = WEIR_MAKE_INTS (&n->make, -1);
  return weir_make_reshape_to (
      &n->make, x, weir_make_known (&n->make, weir_make_concat (&n->make, parts, 3, 0)));
}

static WeirPort
flatten (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return weir_make_flatten (&n->make, x, (int) pd_int (n, "axis", 1));
}

/* Axes of another length than 1 stay. */
static WeirPort
squeeze (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  const WeirShape shape = *weir_make_shape (&n->make, x);
  gint64 axes[WEIR_MAX_RANK], kept[WEIR_MAX_RANK];
  guint count = pd_ints (n, "axes", axes, WEIR_MAX_RANK), left = 0;
  int rank = weir_make_rank (&n->make, x);

  for (int i = 0; i < rank && count == 0; i++)
    if (shape.dims[i] == 1)
      kept[left++] = i;
  for (guint i = 0; i < count; i++) {
    int axis = weir_make_axis (&n->make, axes[i], rank);

    if (rank > 0 && (shape.dims[axis] == 1 || shape.dims[axis] == WEIR_DIM_UNKNOWN))
      kept[left++] = axis;
  }
  return left > 0
             ? weir_make_2 (&n->make, "Squeeze", x, weir_make_ints (&n->make, kept, left))
             : x;
}

/* One after the other: each axis counts those that were added before. */
static WeirPort
unsqueeze (PdNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = pd_known (n, "AxesTensor", "AxesTensorList", "axes", axes);
  WeirPort x = pd_in (n, "X");

  for (guint i = 0; i < count; i++) {
    int rank = weir_make_rank (&n->make, x);

    x = weir_make_unsqueeze (&n->make, x, weir_make_axis (&n->make, axes[i], rank + 1));
  }
  return x;
}

static WeirPort
shape_of (PdNode *n)
{
  return weir_make_convert (&n->make, weir_make_shape_of (&n->make, pd_in (n, "Input")),
                            WEIR_DTYPE_I32);
}

/* How many elements there are. */
static WeirPort
size_of (PdNode *n)
{
  WeirPort shape = weir_make_shape_of (&n->make, pd_in (n, "Input"));
  WeirPort y = weir_make_reduce (&n->make, "ReduceProd", shape,
                                 WEIR_MAKE_INTS (&n->make, 0), FALSE);

  return pd_out_rank (n, "Out") == 1 ? weir_make_vector_of (&n->make, y) : y;
}

/* A length of -1 stays as it is: what is broadcast to 1 does. */
static WeirPort
broadcast_to (PdNode *n, WeirPort x, WeirPort shape)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Broadcast", x,
                       weir_make_known (&n->make, weir_make_1 (&n->make, "Abs", shape)));

  weir_node_set_string (node, "mode", "bidirectional");
  return weir_make_end (&n->make, node);
}

static WeirPort
expand (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return broadcast_to (n, x, pd_vector (n, "Shape", "expand_shapes_tensor", "shape"));
}

static WeirPort
expand_as (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return broadcast_to (n, x,
                       pd_has (n, "Y") ? weir_make_shape_of (&n->make, pd_in (n, "Y"))
                                       : pd_vector (n, NULL, NULL, "target_shape"));
}

/* The first version of expand repeats, as tile does. */
static WeirPort
tile (PdNode *n)
{
  gboolean old = strcmp (n->row->op, "expand") == 0;
  WeirPort x = pd_in (n, "X");

  return weir_make_2 (
      &n->make, "Tile", x,
      old ? pd_vector (n, "ExpandTimes", "expand_times_tensor", "expand_times")
          : pd_vector (n, "RepeatTimes", "repeat_times_tensor", "repeat_times"));
}

static WeirPort
depth_space (PdNode *n)
{
  gboolean last = pd_is_last (n, "data_format");
  gboolean up = n->row->ir[0] == 'D';
  WeirPort x = pd_in (n, "X"), y;
  WeirNode *node;

  if (last)
    x = weir_make_to_nchw (&n->make, x);
  node = weir_build_begin (n->make.b, n->row->ir, n->make.name, &x, 1);
  weir_node_set_int (node, "block_size",
                     pd_int (n, up ? "upscale_factor" : "downscale_factor", 1));
  weir_node_set_string (node, "mode", "depth_first");
  y = weir_make_end (&n->make, node);
  return last ? weir_make_to_nhwc (&n->make, y) : y;
}

static WeirPort
shuffle_channel (PdNode *n)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "ShuffleChannels", pd_in (n, "X"));

  weir_node_set_int (node, "axis", 1);
  weir_node_set_int (node, "group", pd_int (n, "group", 1));
  return weir_make_end (&n->make, node);
}

static WeirPort
assign (PdNode *n)
{
  return pd_in (n, "X");
}

const PdRow pd_rows_shape[] = {
  { "reshape", reshape },
  { "reshape2", reshape },
  { "transpose", transpose },
  { "transpose2", transpose },
  { "flatten", flatten },
  { "flatten2", flatten },
  { "flatten_contiguous_range", flatten_range },
  { "squeeze", squeeze },
  { "squeeze2", squeeze },
  { "unsqueeze", unsqueeze },
  { "unsqueeze2", unsqueeze },
  { "shape", shape_of },
  { "size", size_of },
  { "expand", tile },
  { "expand_v2", expand },
  { "expand_as_v2", expand_as },
  { "tile", tile },
  { "pixel_shuffle", depth_space, .ir = "DepthToSpace" },
  { "pixel_unshuffle", depth_space, .ir = "SpaceToDepth" },
  { "shuffle_channel", shuffle_channel },
  { "assign", assign },
  { "share_data", assign },
  { "memcpy", assign },
  { NULL },
};
