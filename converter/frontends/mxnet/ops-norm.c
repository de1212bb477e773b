#include "table.h"

#include <string.h>

/* Normalisation by what the values themselves are. */

static WeirPort
standardise (MxNode *n, WeirPort x, WeirPort axes, double eps)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MVN", x, axes);

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", eps);
  weir_node_set_string (node, "eps_mode", "inside_sqrt");
  return weir_make_end (&n->make, node);
}

/* The vector @x along @axis of a value of @rank. */
static WeirPort
along (MxNode *n, WeirPort x, gint64 axis, int rank)
{
  gint64 dims[WEIR_MAX_RANK];

  if (axis == rank - 1)
    return x;
  for (int i = 0; i < rank; i++)
    dims[i] = i == axis ? -1 : 1;
  return weir_make_reshape (&n->make, x, dims, (gsize) rank);
}

static WeirPort
scale_and_shift (MxNode *n, WeirPort x, gint64 axis, int rank)
{
  x = weir_make_2 (&n->make, "Multiply", x, along (n, mx_in (n, 1), axis, rank));
  return weir_make_2 (&n->make, "Add", x, along (n, mx_in (n, 2), axis, rank));
}

static WeirPort
layer_norm (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);
  gint64 axis = weir_make_axis (&n->make, mx_int (n, "axis", -1), rank);

  if (mx_bool (n, "output_mean_var", FALSE))
    return weir_make_unsupported (&n->make, "output_mean_var");
  x = standardise (n, x, WEIR_MAKE_INTS (&n->make, axis), mx_float (n, "eps", 1e-5));
  return scale_and_shift (n, x, axis, rank);
}

static WeirPort
instance_norm (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4);
  int rank = weir_make_rank (&n->make, x);

  x = standardise (n, x, weir_make_range (&n->make, 2, rank), mx_float (n, "eps", 1e-3));
  return scale_and_shift (n, x, 1, rank);
}

/* Scale and shift are one number a group; each of its channels takes it. */
static WeirPort
group_vector (MxNode *n, WeirPort x, WeirPort of_groups, gint64 groups)
{
  const WeirShape *shape = weir_make_shape (&n->make, of_groups);
  gint64 channels = weir_make_shape (&n->make, x)->dims[1];

  if (shape->rank != 1 || shape->dims[0] != groups || channels < groups)
    return of_groups;
  of_groups = weir_make_reshape (&n->make, of_groups, (const gint64[]){ -1, 1 }, 2);
  of_groups = weir_make_2 (&n->make, "Tile", of_groups,
                           WEIR_MAKE_INTS (&n->make, 1, channels / groups));
  return weir_make_reshape (&n->make, of_groups, (const gint64[]){ -1 }, 1);
}

static WeirPort
group_norm (MxNode *n)
{
  WeirPort x = mx_in_rank (n, 0, 4), scale = mx_in (n, 1), shift = mx_in (n, 2);
  gint64 groups = mx_int (n, "num_groups", 1);
  WeirNode *node;

  if (mx_bool (n, "output_mean_var", FALSE))
    return weir_make_unsupported (&n->make, "output_mean_var");
  if (groups < 1 || weir_make_rank (&n->make, x) < 2)
    return weir_make_invalid (&n->make, "attribute 'num_groups': found %" G_GINT64_FORMAT,
                              groups);
  node = WEIR_MAKE_BEGIN (&n->make, "GroupNormalization", x,
                          group_vector (n, x, scale, groups),
                          group_vector (n, x, shift, groups));
  weir_node_set_int (node, "num_groups", groups);
  weir_node_set_float (node, "epsilon", mx_float (n, "eps", 1e-5));
  return weir_make_end (&n->make, node);
}

static WeirPort
l2_normalization (MxNode *n)
{
  const char *mode = mx_string (n, "mode", "instance");
  WeirPort x = mx_in (n, 0), axes;
  int rank = weir_make_rank (&n->make, x);
  WeirNode *node;

  if (strcmp (mode, "channel") == 0)
    axes = WEIR_MAKE_INTS (&n->make, 1);
  else
    axes = weir_make_range (&n->make, strcmp (mode, "spatial") == 0 ? 2 : 1, rank);
  node = WEIR_MAKE_BEGIN (&n->make, "NormalizeL2", x, axes);
  weir_node_set_float (node, "eps", mx_float (n, "eps", 1e-10));
  weir_node_set_string (node, "eps_mode", "add");
  return weir_make_end (&n->make, node);
}

/* The norm of vectors along axes, of all where none is named. */
static WeirPort
norm (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  gint64 order = mx_int (n, "ord", 2), axes[WEIR_MAX_RANK];
  guint count = mx_ints (n, "axis", axes);
  WeirPort over = count > 0 ? weir_make_ints (&n->make, axes, count)
                            : weir_make_range (&n->make, 0, weir_make_rank (&n->make, x));

  if (order != 1 && order != 2)
    return weir_make_unsupported (&n->make, "ord %" G_GINT64_FORMAT, order);
  x = weir_make_reduce (&n->make, order == 1 ? "ReduceL1" : "ReduceL2", x, over,
                        mx_bool (n, "keepdims", FALSE));
  if (count > 0 || weir_make_rank (&n->make, x) > 0)
    return x;
  return weir_make_reshape (&n->make, x, (const gint64[]){ 1 }, 1);
}

const MxRow mx_rows_norm[] = {
  { "LayerNorm", layer_norm },
  { "InstanceNorm", instance_norm },
  { "GroupNorm", group_norm },
  { "L2Normalization", l2_normalization },
  { "norm", norm },
  { NULL },
};
