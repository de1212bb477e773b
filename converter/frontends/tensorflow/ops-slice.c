#include "table.h"

#include "base/checked.h"

#include <string.h>

/* Parts of values, and values from parts. */

static void
set_mask (WeirNode *node, const char *attr, gint64 bits, gint64 count)
{
  gint64 mask[64] = { 0 };

  count = CLAMP (count, 0, (gint64) G_N_ELEMENTS (mask));
  for (gint64 i = 0; i < count; i++)
    mask[i] = ((guint64) bits >> i) & 1;
  weir_node_set_ints (node, attr, mask, (gsize) count);
}

static WeirPort
strided_slice (TfNode *n)
{
  static const char *const masks[] = { "begin_mask", "end_mask", "ellipsis_mask",
                                       "new_axis_mask", "shrink_axis_mask" };
  WeirPort x = tf_in (n, 0), begin = tf_in (n, 1), end = tf_in (n, 2);
  WeirShape list = *weir_make_shape (&n->make, begin);
  WeirNode *node;

  if (list.rank != 1 || list.dims[0] < 0)
    list = *weir_make_shape (&n->make, tf_in (n, 3));
  if (list.rank != 1 || list.dims[0] < 0)
    return weir_make_unsupported (&n->make, "begin must be a list of known length");
  node = WEIR_MAKE_BEGIN (&n->make, "StridedSlice", x, begin, end, tf_in (n, 3));
  for (guint i = 0; i < G_N_ELEMENTS (masks); i++)
    set_mask (node, masks[i], tf_attr_int (n, masks[i], 0), list.dims[0]);
  return weir_make_end (&n->make, node);
}

/* Where begin and size are known, so are the ends; a size of -1 goes on to the end. */
static gboolean
known_ends (TfNode *n, WeirPort *begin, WeirPort *end)
{
  gint64 first[WEIR_MAX_RANK], size[WEIR_MAX_RANK];
  gsize count, sizes;

  if (!weir_make_known_ints (&n->make, *begin, "begin", first, WEIR_MAX_RANK, &count) ||
      !weir_make_known_ints (&n->make, tf_in (n, 2), "size", size, WEIR_MAX_RANK, &sizes))
    return FALSE;
  if (count != sizes) {
    weir_make_invalid (&n->make, "%zu begins, but %zu sizes", count, sizes);
    return FALSE;
  }
  for (gsize i = 0; i < count; i++)
    if (size[i] == -1 || !weir_add_i64 (first[i], size[i], &size[i]))
      size[i] = G_MAXINT32;
  *begin = weir_make_ints (&n->make, first, count);
  *end = weir_make_ints (&n->make, size, count);
  return TRUE;
}

static WeirPort
slice (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort begin = tf_in (n, 1), size = tf_in (n, 2), end, ones, rest;

  if (weir_make_value (m, begin) != NULL && weir_make_value (m, size) != NULL) {
    if (!known_ends (n, &begin, &end))
      return WEIR_PORT_NONE;
  } else {
    rest = weir_make_2 (m, "Equal", size, weir_make_scalar (m, size, -1));
    end = weir_make_2 (m, "Add", begin, size);
    end = WEIR_MAKE (m, "Select", rest, weir_make_scalar (m, size, G_MAXINT32), end);
  }
  ones = weir_make_broadcast (m, weir_make_scalar (m, begin, 1),
                              weir_make_shape_of (m, begin));
  return WEIR_MAKE (m, "Slice", tf_in (n, 0), begin, end, weir_make_known (m, ones));
}

/* How many outputs attribute @name says. */
static guint
n_outputs (TfNode *n, const char *name)
{
  gint64 count = tf_attr_int (n, name, 0);

  if (count >= 1 && count <= G_MAXUINT16)
    return (guint) count;
  weir_make_invalid (&n->make,
                     "attribute '%s': expected 1 to 65535, found %" G_GINT64_FORMAT, name,
                     count);
  return 1;
}

static WeirPort
give_parts (TfNode *n, WeirNode *node, guint count)
{
  weir_make_end (&n->make, node);
  for (guint i = 1; i < count && !weir_build_failed (n->make.b); i++)
    tf_out (n, i, weir_make_port (&n->make, node, i));
  return weir_make_port (&n->make, node, 0);
}

static WeirNode *
split_node (TfNode *n, WeirPort x, WeirPort axis, guint count)
{
  WeirNode *node;

  if (weir_build_failed (n->make.b))
    return NULL;
  node = weir_build_begin_outputs (n->make.b, "Split", n->make.name,
                                   WEIR_INPUTS (x, axis), count);
  weir_node_set_int (node, "num_splits", count);
  return node;
}

/* The axis comes first. */
static WeirPort
split (TfNode *n)
{
  WeirPort axis = weir_make_scalar_of (&n->make, tf_in (n, 0)), x = tf_in (n, 1);
  guint count = n_outputs (n, "num_split");

  return give_parts (n, split_node (n, x, axis, count), count);
}

static WeirPort
split_v (TfNode *n)
{
  WeirPort axis = weir_make_scalar_of (&n->make, tf_in (n, 2));
  guint count = n_outputs (n, "num_split");
  WeirNode *node;

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  node = weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name,
                                   WEIR_INPUTS (tf_in (n, 0), axis, tf_in (n, 1)), count);
  return give_parts (n, node, count);
}

static WeirPort
unpack (TfNode *n)
{
  WeirPort x = tf_in (n, 0);
  gint64 axis = tf_attr_int (n, "axis", 0);
  guint count = n_outputs (n, "num");
  WeirNode *node = split_node (n, x, weir_make_int (&n->make, axis), count);

  weir_make_end (&n->make, node);
  for (guint i = 0; i < count && !weir_build_failed (n->make.b); i++)
    tf_out (n, i, weir_make_squeeze (&n->make, weir_make_port (&n->make, node, i), axis));
  return WEIR_PORT_NONE;
}

static WeirPort
pack (TfNode *n)
{
  guint count = tf_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  gint64 axis = tf_attr_int (n, "axis", 0);

  if (count == 0)
    return weir_make_invalid (&n->make, "expected at least 1 input, found none");
  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_unsqueeze (&n->make, tf_in (n, i), axis);
  return count == 1 ? parts[0] : weir_make_concat (&n->make, parts, count, axis);
}

/* The axis is the first input. */
static WeirPort
concat (TfNode *n)
{
  guint count = tf_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  gint64 axis;
  gsize known;

  if (count < 2)
    return weir_make_invalid (&n->make, "expected at least 2 inputs, found %u", count);
  for (guint i = 1; i < count; i++)
    parts[i - 1] = tf_in (n, i);
  if (!weir_make_known_ints (&n->make, tf_in (n, 0), "the axis", &axis, 1, &known))
    return WEIR_PORT_NONE;
  return weir_make_concat (&n->make, parts, count - 1, axis);
}

/* @x from the end to the beginning of each of @axes. */
static WeirPort
reverse_along (TfNode *n, WeirPort x, const gint64 *axes, gsize count)
{
  gint64 from[WEIR_MAX_RANK], before[WEIR_MAX_RANK];
  WeirMake *m = &n->make;

  for (gsize i = 0; i < count; i++) {
    from[i] = -1;
    before[i] = G_MININT32;
  }
  if (count == 0)
    return x;
  return WEIR_MAKE (m, "Slice", x, weir_make_ints (m, from, count),
                    weir_make_ints (m, before, count), weir_make_ints (m, from, count),
                    weir_make_ints (m, axes, count));
}

static WeirPort
reverse_v2 (TfNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  gsize count;

  if (!weir_make_known_ints (&n->make, tf_in (n, 1), "the axes", axes, WEIR_MAX_RANK,
                             &count))
    return WEIR_PORT_NONE;
  return reverse_along (n, tf_in (n, 0), axes, count);
}

/* One truth value a dimension. */
static WeirPort
reverse (TfNode *n)
{
  gint64 flags[WEIR_MAX_RANK], axes[WEIR_MAX_RANK];
  gsize count, chosen = 0;

  if (!weir_make_known_ints (&n->make, tf_in (n, 1), "the dimensions", flags,
                             WEIR_MAX_RANK, &count))
    return WEIR_PORT_NONE;
  for (gsize i = 0; i < count; i++)
    if (flags[i] != 0)
      axes[chosen++] = (gint64) i;
  return reverse_along (n, tf_in (n, 0), axes, chosen);
}

static WeirPort
reverse_sequence (TfNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "ReverseSequence", tf_in (n, 0), tf_in (n, 1));

  weir_node_set_int (node, "seq_axis", tf_attr_int (n, "seq_dim", 0));
  weir_node_set_int (node, "batch_axis", tf_attr_int (n, "batch_dim", 0));
  return weir_make_end (&n->make, node);
}

static WeirPort
mirror_pad (TfNode *n)
{
  gboolean reflect = strcmp (tf_attr_string (n, "mode", "REFLECT"), "REFLECT") == 0;
  WeirPort pads = weir_make_convert (&n->make, tf_in (n, 1), WEIR_DTYPE_I64), sides[2];
  WeirNode *node;

  for (int i = 0; i < 2; i++)
    sides[i] = weir_make_gather (&n->make, pads, weir_make_int (&n->make, i), 1);
  node = WEIR_MAKE_BEGIN (&n->make, "Pad", tf_in (n, 0), sides[0], sides[1]);
  weir_node_set_string (node, "pad_mode", reflect ? "reflect" : "symmetric");
  return weir_make_end (&n->make, node);
}

static WeirPort
tile (TfNode *n)
{
  return weir_make_2 (&n->make, "Tile", tf_in (n, 0), tf_in (n, 1));
}

static WeirPort
roll (TfNode *n)
{
  return WEIR_MAKE (&n->make, "Roll", tf_in (n, 0), tf_in (n, 1), tf_in (n, 2));
}

const TfRow tf_rows_slice[] = {
  { "StridedSlice", strided_slice },
  { "Slice", slice },
  { "Split", split },
  { "SplitV", split_v },
  { "Unpack", unpack },
  { "Pack", pack },
  { "Concat", concat },
  { "Reverse", reverse },
  { "ReverseV2", reverse_v2 },
  { "ReverseSequence", reverse_sequence },
  { "MirrorPad", mirror_pad },
  { "Tile", tile },
  { "Roll", roll },
  { NULL },
};
