#include "table.h"

#include <string.h>

/* Parts of tensors, and tensors of parts. */

/* Programs before 2.5 have no scalars: a slice of one element is a vector. */
static WeirPort
drop_axes (PdNode *n, WeirPort y)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = pd_ints (n, "decrease_axis", axes, WEIR_MAX_RANK);
  int rank = weir_make_shape (&n->make, y)->rank;

  if (count == 0)
    return y;
  if ((int) count == rank && pd_out_rank (n, "Out") == 1)
    return weir_make_vector_of (&n->make, y);
  return weir_make_2 (&n->make, "Squeeze", y, weir_make_ints (&n->make, axes, count));
}

/* Where the step is negative, an end of -1 lies before the first element, not at the last
 * one. */
static WeirPort
open_ends (PdNode *n, WeirPort end, WeirPort step)
{
  const WeirTensor *ends = weir_make_value (&n->make, end);
  const WeirTensor *steps = weir_make_value (&n->make, step);
  gint64 values[WEIR_MAX_RANK];
  gsize count = ends != NULL ? weir_tensor_count (ends) : 0;

  if (steps == NULL || count > WEIR_MAX_RANK || weir_tensor_count (steps) != count)
    return end;
  for (gsize i = 0; i < count; i++) {
    values[i] = weir_tensor_get_int (ends, i);
    if (values[i] == -1 && weir_tensor_get_int (steps, i) < 0)
      values[i] = -G_MAXINT32;
  }
  return weir_make_ints (&n->make, values, count);
}

static WeirPort
slice_by (PdNode *n, WeirPort end, WeirPort step, WeirPort axes)
{
  WeirPort begin = pd_vector (n, "StartsTensor", "StartsTensorList", "starts");

  return drop_axes (
      n, WEIR_MAKE (&n->make, "Slice", pd_in (n, "Input"), begin, end, step, axes));
}

static WeirPort
slice (PdNode *n)
{
  WeirPort axes = pd_vector (n, NULL, NULL, "axes");
  WeirPort shape = weir_make_known (&n->make, weir_make_shape_of (&n->make, axes));
  WeirPort ones = weir_make_broadcast (&n->make, weir_make_int (&n->make, 1), shape);

  return slice_by (n, pd_vector (n, "EndsTensor", "EndsTensorList", "ends"),
                   weir_make_known (&n->make, ones), axes);
}

static WeirPort
strided_slice (PdNode *n)
{
  WeirPort step = pd_vector (n, "StridesTensor", "StridesTensorList", "strides");
  WeirPort end = pd_vector (n, "EndsTensor", "EndsTensorList", "ends");

  return slice_by (n, open_ends (n, end, step), step, pd_vector (n, NULL, NULL, "axes"));
}

static int
known_axis (PdNode *n, const char *tensor, const char *attr, int rank)
{
  gint64 axis = pd_int (n, attr, 0);
  gsize count = 1;

  if (pd_has (n, tensor) &&
      (!weir_make_known_ints (&n->make, weir_make_vector_of (&n->make, pd_in (n, tensor)),
                              tensor, &axis, 1, &count)))
    return 0;
  return weir_make_axis (&n->make, axis, rank);
}

static WeirNode *
split_node (PdNode *n, WeirPort x, int axis, guint outputs)
{
  WeirPort along = weir_make_int (&n->make, axis);
  gint64 sizes[WEIR_MAX_RANK * 8];
  guint sections = pd_ints (n, "sections", sizes, G_N_ELEMENTS (sizes));
  WeirNode *node;

  if (pd_has (n, "SectionsTensorList") || sections > 0) {
    WeirPort lengths = pd_has (n, "SectionsTensorList")
                           ? pd_vector (n, NULL, "SectionsTensorList", NULL)
                           : weir_make_ints (&n->make, sizes, sections);
    WeirPort inputs[] = { x, along, lengths };

    return weir_build_begin_outputs (n->make.b, "VariadicSplit", n->make.name, inputs, 3,
                                     outputs);
  }
  node = weir_build_begin_outputs (n->make.b, "Split", n->make.name,
                                   WEIR_INPUTS (x, along), outputs);
  weir_node_set_int (node, "num_splits", outputs);
  return node;
}

static WeirPort
split (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  guint outputs = pd_n_out (n, "Out");
  int axis = known_axis (n, "AxisTensor", "axis", weir_make_rank (&n->make, x));
  gint64 parts = pd_int (n, "num", 0);
  WeirNode *node;

  if (outputs == 0)
    return weir_make_invalid (&n->make, "there are no outputs");
  if (parts != 0 && parts != outputs)
    return weir_make_invalid (&n->make,
                              "attribute 'num': %" G_GINT64_FORMAT " with %u outputs",
                              parts, outputs);
  node = split_node (n, x, axis, outputs);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < outputs; i++)
    pd_out_at (n, "Out", i, weir_make_port (&n->make, node, i));
  return WEIR_PORT_NONE;
}

static WeirPort
unstack (PdNode *n)
{
  WeirPort x = pd_in (n, "X");
  const char *out = n->row->out;
  guint outputs = pd_n_out (n, out);
  int axis =
      weir_make_axis (&n->make, pd_int (n, "axis", 0), weir_make_rank (&n->make, x));
  WeirNode *node;

  if (outputs == 0)
    return weir_make_invalid (&n->make, "there are no outputs");
  node =
      weir_build_begin_outputs (n->make.b, "Split", n->make.name,
                                WEIR_INPUTS (x, weir_make_int (&n->make, axis)), outputs);
  weir_node_set_int (node, "num_splits", outputs);
  weir_make_end (&n->make, node);
  for (guint i = 0; i < outputs; i++)
    pd_out_at (n, out, i,
               weir_make_squeeze (&n->make, weir_make_port (&n->make, node, i), axis));
  return WEIR_PORT_NONE;
}

static WeirPort
concat (PdNode *n)
{
  guint count;
  g_autofree WeirPort *parts = pd_ins (n, "X", &count);
  int rank = weir_make_rank (&n->make, parts[0]);

  return weir_make_concat (&n->make, parts, count,
                           known_axis (n, "AxisTensor", "axis", rank));
}

static WeirPort
stack (PdNode *n)
{
  guint count;
  g_autofree WeirPort *parts = pd_ins (n, "X", &count);
  int rank = weir_make_rank (&n->make, parts[0]);
  int axis = weir_make_axis (&n->make, pd_int (n, "axis", 0), rank + 1);

  for (guint i = 0; i < count; i++)
    parts[i] = weir_make_unsqueeze (&n->make, parts[i], axis);
  return weir_make_concat (&n->make, parts, count, axis);
}

static const struct {
  const char *paddle, *ir;
} pad_modes[] = {
  { "constant", "constant" },
  { "reflect", "reflect" },
  { "replicate", "edge" },
  { "edge", "edge" },
};

static WeirPort
pad_by (PdNode *n, WeirPort x, WeirPort begin, WeirPort end, double value)
{
  const char *mode = pd_string (n, "mode", "constant");
  const char *ir = NULL;
  WeirNode *node;

  for (guint i = 0; i < G_N_ELEMENTS (pad_modes); i++)
    if (strcmp (mode, pad_modes[i].paddle) == 0)
      ir = pad_modes[i].ir;
  if (ir == NULL)
    return weir_make_unsupported (&n->make, "mode %s", mode);
  node = strcmp (ir, "constant") == 0
             ? WEIR_MAKE_BEGIN (&n->make, "Pad", x, begin, end,
                                weir_make_scalar (&n->make, x, value))
             : WEIR_MAKE_BEGIN (&n->make, "Pad", x, begin, end);
  weir_node_set_string (node, "pad_mode", ir);
  return weir_make_end (&n->make, node);
}

/* Numbers come from the last spatial dimension to the first (@backwards), or the other
 * way round, before and behind. */
static WeirPort
pad_spatial (PdNode *n, int spatial, gboolean backwards, double value)
{
  gint64 given[WEIR_MAX_RANK], begin[WEIR_MAX_RANK] = { 0 }, end[WEIR_MAX_RANK] = { 0 };
  guint count = pd_known (n, "Paddings", NULL, "paddings", given);
  int first = pd_is_last (n, "data_format") ? 1 : 2;
  WeirPort x = pd_in (n, "X");
  int rank = weir_make_rank (&n->make, x);

  if (count != 2 * (guint) spatial || rank != spatial + 2)
    return weir_make_invalid (&n->make,
                              "%u paddings of a value of rank %d; expected %d and %d",
                              count, rank, 2 * spatial, spatial + 2);
  for (int i = 0; i < spatial; i++) {
    int at = first + (backwards ? spatial - 1 - i : i);

    begin[at] = given[2 * i];
    end[at] = given[2 * i + 1];
  }
  return pad_by (n, x, weir_make_ints (&n->make, begin, (gsize) rank),
                 weir_make_ints (&n->make, end, (gsize) rank), value);
}

static WeirPort
pad_3d (PdNode *n)
{
  return pad_spatial (n, 3, TRUE, pd_float (n, "value", 0));
}

static WeirPort
pad_2d (PdNode *n)
{
  return pad_spatial (n, 2, FALSE, pd_float (n, "pad_value", 0));
}

/* Two numbers for each dimension. */
static WeirPort
pad (PdNode *n)
{
  gint64 given[2 * WEIR_MAX_RANK], begin[WEIR_MAX_RANK], end[WEIR_MAX_RANK];
  guint count = pd_ints (n, "paddings", given, G_N_ELEMENTS (given));
  WeirPort x = pd_in (n, "X");

  for (guint i = 0; i < count / 2; i++) {
    begin[i] = given[2 * i];
    end[i] = given[2 * i + 1];
  }
  return pad_by (n, x, weir_make_ints (&n->make, begin, count / 2),
                 weir_make_ints (&n->make, end, count / 2), pd_float (n, "pad_value", 0));
}

/* Elements go round along each axis: the last ones come first. */
static WeirPort
roll (PdNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  WeirPort x = pd_in (n, "X"), shifts, y;
  guint count = pd_ints (n, "axis", axes, WEIR_MAX_RANK);

  shifts = pd_vector (n, "ShiftsTensor", NULL, "shifts");
  if (count > 0)
    return WEIR_MAKE (&n->make, "Roll", x, shifts,
                      weir_make_ints (&n->make, axes, count));
  y = weir_make_reshape (&n->make, x, (const gint64[]){ -1 }, 1);
  y = WEIR_MAKE (&n->make, "Roll", y, shifts, WEIR_MAKE_INTS (&n->make, 0));
  return weir_make_reshape_to (&n->make, y, weir_make_shape_of (&n->make, x));
}

static WeirPort
flip (PdNode *n)
{
  gint64 axes[WEIR_MAX_RANK];
  guint count = pd_ints (n, "axis", axes, WEIR_MAX_RANK);
  WeirPort y = pd_in (n, "X");

  for (guint i = 0; i < count; i++)
    y = WEIR_MAKE (&n->make, "Slice", y, WEIR_MAKE_INTS (&n->make, -1),
                   WEIR_MAKE_INTS (&n->make, -G_MAXINT32), WEIR_MAKE_INTS (&n->make, -1),
                   WEIR_MAKE_INTS (&n->make, axes[i]));
  return y;
}

const PdRow pd_rows_slice[] = {
  { "slice", slice },
  { "strided_slice", strided_slice },
  { "split", split },
  { "unstack", unstack, "Y" },
  { "unbind", unstack, "Out" },
  { "concat", concat },
  { "stack", stack, "Y" },
  { "pad", pad },
  { "pad2d", pad_2d },
  { "pad3d", pad_3d },
  { "roll", roll },
  { "flip", flip },
  { NULL },
};
