#include "table.h"

#include <string.h>

/* What looks elements up: by their numbers or by their order. */

static WeirPort
last_index (MxNode *n, WeirPort x, gint64 axis)
{
  return weir_make_2 (&n->make, "Subtract", weir_make_length_of (&n->make, x, axis),
                      weir_make_int (&n->make, 1));
}

/* Numbers beyond the end of @axis count as mode says: the nearest, or around. */
static WeirPort
fit_indices (MxNode *n, WeirPort x, WeirPort indices, gint64 axis)
{
  const char *mode = mx_string (n, "mode", "clip");

  indices = weir_make_convert (&n->make, indices, WEIR_DTYPE_I64);
  if (strcmp (mode, "raise") == 0)
    return indices;
  if (strcmp (mode, "wrap") == 0)
    return weir_make_2 (&n->make, "FloorMod", indices,
                        weir_make_length_of (&n->make, x, axis));
  indices = weir_make_2 (&n->make, "Maximum", indices, weir_make_int (&n->make, 0));
  return weir_make_2 (&n->make, "Minimum", indices, last_index (n, x, axis));
}

static WeirPort
take (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  gint64 axis =
      weir_make_axis (&n->make, mx_int (n, "axis", 0), weir_make_rank (&n->make, x));

  return weir_make_gather (&n->make, x, fit_indices (n, x, mx_in (n, 1), axis), axis);
}

static WeirPort
embedding (MxNode *n)
{
  WeirPort numbers = weir_make_convert (&n->make, mx_in (n, 0), WEIR_DTYPE_I32);

  return weir_make_gather (&n->make, mx_in (n, 1), numbers, 0);
}

static WeirPort
one_hot (MxNode *n)
{
  WeirDtype dtype = mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  WeirTensor *on = weir_tensor_new_scalar (dtype, mx_float (n, "on_value", 1));
  WeirTensor *off = weir_tensor_new_scalar (dtype, mx_float (n, "off_value", 0));
  WeirPort numbers = weir_make_convert (&n->make, mx_in (n, 0), WEIR_DTYPE_I64);
  WeirNode *node = WEIR_MAKE_BEGIN (
      &n->make, "OneHot", numbers, weir_make_int (&n->make, mx_int (n, "depth", 0)),
      weir_make_constant (&n->make, on), weir_make_constant (&n->make, off));

  weir_node_set_int (node, "axis", -1);
  return weir_make_end (&n->make, node);
}

/* One element along an axis for each place of the rest. */
static WeirPort
pick (MxNode *n)
{
  WeirPort x = mx_in (n, 0), indices = mx_in (n, 1), y;
  int rank = weir_make_rank (&n->make, x);
  gint64 axis = weir_make_axis (&n->make, mx_int (n, "axis", -1), rank);
  WeirNode *node;

  if (weir_make_rank (&n->make, indices) < rank)
    indices = weir_make_unsqueeze (&n->make, indices, axis);
  node =
      WEIR_MAKE_BEGIN (&n->make, "GatherElements", x, fit_indices (n, x, indices, axis));
  weir_node_set_int (node, "axis", axis);
  y = weir_make_end (&n->make, node);
  return mx_bool (n, "keepdims", FALSE) ? y : weir_make_squeeze (&n->make, y, axis);
}

/* MXNet has the coordinates of an element in the first dimension, the IR in the last. */
static WeirPort
gather_nd (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  WeirPort indices = weir_make_convert (&n->make, mx_in (n, 1), WEIR_DTYPE_I64);
  int rank = weir_make_rank (&n->make, indices);
  gint64 order[WEIR_MAX_RANK];

  for (int i = 0; i < rank; i++)
    order[i] = i + 1 < rank ? i + 1 : 0;
  return weir_make_2 (&n->make, "GatherND", x,
                      weir_make_transpose (&n->make, indices, order, (gsize) rank));
}

/* Along @axis, in order; @values and @indices, each where it is asked for. */
static void
top (MxNode *n, WeirPort x, WeirPort count, gint64 axis, gboolean ascend,
     WeirPort *values, WeirPort *indices)
{
  WeirNode *node = weir_build_begin_outputs (n->make.b, "TopK", n->make.name,
                                             WEIR_INPUTS (x, count), 2);

  weir_node_set_int (node, "axis", axis);
  weir_node_set_string (node, "mode", ascend ? "min" : "max");
  weir_node_set_string (node, "sort", "value");
  weir_node_set_bool (node, "stable", TRUE);
  weir_make_end (&n->make, node);
  *values = weir_make_port (&n->make, node, 0);
  *indices = weir_make_port (&n->make, node, 1);
}

/* What is ordered: @x along the attribute axis, or flat where that is None. */
static WeirPort
ordered_data (MxNode *n, gint64 *axis)
{
  const char *text = mx_entry_attr (n->entry, "axis");
  WeirPort x = mx_in (n, 0);

  if (text != NULL && strcmp (text, "None") == 0) {
    *axis = 0;
    return weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  }
  *axis = weir_make_axis (&n->make, mx_int (n, "axis", -1), weir_make_rank (&n->make, x));
  return x;
}

static WeirPort
sort (MxNode *n)
{
  WeirPort values, indices, x;
  gint64 axis;

  x = ordered_data (n, &axis);
  top (n, x, weir_make_length_of (&n->make, x, axis), axis,
       mx_bool (n, "is_ascend", TRUE), &values, &indices);
  return values;
}

static WeirPort
argsort (MxNode *n)
{
  WeirPort values, indices, x;
  gint64 axis;

  x = ordered_data (n, &axis);
  top (n, x, weir_make_length_of (&n->make, x, axis), axis,
       mx_bool (n, "is_ascend", TRUE), &values, &indices);
  return weir_make_convert (&n->make, indices,
                            mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

/* 1 where an element is among the chosen ones. */
static WeirPort
chosen (MxNode *n, WeirPort x, WeirPort indices, gint64 axis)
{
  WeirPort none = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 0),
                                       weir_make_shape_of (&n->make, x));
  WeirPort some = weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, 1),
                                       weir_make_shape_of (&n->make, indices));

  return WEIR_MAKE (&n->make, "ScatterElementsUpdate", none, indices, some,
                    weir_make_int (&n->make, axis));
}

static WeirPort
topk (MxNode *n)
{
  const char *wanted = mx_string (n, "ret_typ", "indices");
  WeirDtype dtype = mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  gint64 k = mx_int (n, "k", 1), axis;
  WeirPort values, indices, x;

  x = ordered_data (n, &axis);
  top (n, x,
       k > 0 ? weir_make_int (&n->make, k) : weir_make_length_of (&n->make, x, axis),
       axis, mx_bool (n, "is_ascend", FALSE), &values, &indices);
  if (strcmp (wanted, "value") == 0)
    return values;
  if (strcmp (wanted, "mask") == 0)
    return chosen (n, x, indices, axis);
  indices = weir_make_convert (&n->make, indices, dtype);
  if (strcmp (wanted, "both") != 0)
    return indices;
  mx_out (n, 1, indices);
  return values;
}

static WeirPort
arg_extreme (MxNode *n)
{
  gboolean is_flat = mx_attr (n, "axis") == NULL;
  WeirPort x = mx_in (n, 0), values, indices;
  gint64 axis = 0;

  if (is_flat)
    x = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  else
    axis = weir_make_axis (&n->make, mx_int (n, "axis", 0), weir_make_rank (&n->make, x));
  if (is_flat && mx_bool (n, "keepdims", FALSE))
    return weir_make_unsupported (&n->make, "keepdims without an axis");
  top (n, x, weir_make_int (&n->make, 1), axis, strcmp (n->row->ir, "min") == 0, &values,
       &indices);
  if (!mx_bool (n, "keepdims", FALSE) && weir_make_rank (&n->make, x) > 1)
    indices = weir_make_squeeze (&n->make, indices, axis);
  return weir_make_convert (&n->make, indices, WEIR_DTYPE_F32);
}

static WeirPort
argmax_channel (MxNode *n)
{
  WeirPort values, indices;

  top (n, mx_in (n, 0), weir_make_int (&n->make, 1), 1, FALSE, &values, &indices);
  return weir_make_convert (&n->make, weir_make_squeeze (&n->make, indices, 1),
                            WEIR_DTYPE_F32);
}

const MxRow mx_rows_index[] = {
  { "take", take },
  { "Embedding", embedding },
  { "_contrib_SparseEmbedding", embedding },
  { "one_hot", one_hot },
  { "pick", pick },
  { "gather_nd", gather_nd },
  { "sort", sort },
  { "argsort", argsort },
  { "topk", topk },
  { "argmax", arg_extreme, "max" },
  { "argmin", arg_extreme, "min" },
  { "argmax_channel", argmax_channel },
  { NULL },
};
