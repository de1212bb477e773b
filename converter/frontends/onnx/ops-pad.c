#include "attr.h"
#include "onnx-build.h"
#include "table.h"

#include <string.h>

/* Pad: widths for the beginnings and the ends of all dimensions, or of those of `axes`.
 */

/* Widths of some axes, spread over all of them. */
static WeirPort
spread (OnnxNode *n, WeirPort widths, WeirPort axes, int rank)
{
  WeirPort zeros = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, rank));
  WeirPort first = ONNX_INTS (n, rank), negative;

  negative = ONNX_OP (n, "Less", axes, onnx_int (n, 0));
  axes = ONNX_OP (n, "Select", negative, ONNX_OP (n, "Add", axes, first), axes);
  return ONNX_OP (n, "ScatterElementsUpdate", zeros, axes, widths, onnx_int (n, 0));
}

/* Repeats the input in all directions: every element comes from where its index, counted
 * from the first of the input, falls into it again. */
static WeirPort
wrap (OnnxNode *n, WeirPort x, WeirPort begin, WeirPort end, int rank)
{
  for (int axis = 0; axis < rank; axis++) {
    WeirPort size = onnx_length_of (n, x, axis), at = onnx_int (n, axis);
    WeirPort before = onnx_gather (n, begin, at, 0), after = onnx_gather (n, end, at, 0);
    WeirPort from = ONNX_OP (n, "Negative", before), to = ONNX_OP (n, "Add", size, after);
    WeirNode *node = ONNX_BEGIN (n, "Range", from, to, onnx_int (n, 1));
    WeirPort indices;

    weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
    indices = ONNX_OP (n, "FloorMod", onnx_end (n, node), size);
    x = onnx_gather (n, x, indices, axis);
  }
  return x;
}

/* The value, where only the mode "constant" asks for one. */
static WeirPort
value_of (OnnxNode *n, WeirPort x)
{
  if (n->version >= 11 && onnx_has (n, 2))
    return onnx_scalar_of (n, onnx_in (n, 2));
  return onnx_scalar (n, x, n->version < 11 ? onnx_attr_float (n, "value", 0) : 0);
}

/* The first or the second half of the widths. */
static WeirPort
half (OnnxNode *n, WeirPort widths, gint64 begin, gint64 end)
{
  return onnx_slice (n, widths, ONNX_INTS (n, begin), ONNX_INTS (n, end), 0);
}

static WeirPort
pad (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), widths, begin, end, axes = WEIR_PORT_NONE;
  int rank = onnx_rank (n, x);
  const char *mode = onnx_attr_string (n, "mode", "constant");
  gint64 count = rank;
  WeirNode *node;

  widths = onnx_list (n, n->version < 2 ? "paddings" : "pads", 1);
  if (weir_port_is_none (widths))
    return onnx_invalid (n, "the pads are missing");
  if (onnx_has (n, 3)) {
    axes = onnx_convert (n, onnx_in (n, 3), WEIR_DTYPE_I64);
    count = onnx_shape (n, axes)->rank == 1 ? onnx_shape (n, axes)->dims[0] : -1;
  }
  if (count < 0)
    return onnx_unsupported (n, "an unknown number of axes");
  begin = half (n, widths, 0, count);
  end = half (n, widths, count, 2 * count);
  if (!weir_port_is_none (axes)) {
    begin = spread (n, begin, axes, rank);
    end = spread (n, end, axes, rank);
  }
  if (strcmp (mode, "wrap") == 0)
    return wrap (n, x, begin, end, rank);
  if (strcmp (mode, "constant") == 0)
    node = ONNX_BEGIN (n, "Pad", x, begin, end, value_of (n, x));
  else
    node = ONNX_BEGIN (n, "Pad", x, begin, end);
  weir_node_set_string (node, "pad_mode", mode);
  return onnx_end (n, node);
}

/* That of com.microsoft is version 13 of the standard's; its pads may be a row. */
static WeirPort
pad_of_microsoft (OnnxNode *n)
{
  g_autofree OnnxValue *inputs =
      g_memdup2 (n->inputs, MAX (n->n_inputs, 1) * sizeof *inputs);
  OnnxNode inner = *n;

  inner.version = 13;
  inner.inputs = inputs;
  if (onnx_has (n, 1))
    inputs[1].port = onnx_reshape (n, onnx_in (n, 1), (const gint64[]){ -1 }, 1);
  return pad (&inner);
}

/* Cut or filled with zeros on both sides alike; where that is uneven the end takes more.
 */
static WeirPort
center_crop_pad (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), target, dims, axes, more, less, begin, end, zeros, step;
  int rank = onnx_rank (n, x);
  gsize count;
  const gint64 *given = onnx_attr_ints (n, "axes", &count);
  WeirNode *node;

  axes = onnx_range (n, 0, rank);
  target = onnx_convert (n, onnx_in (n, 1), WEIR_DTYPE_I64);
  dims = onnx_shape_of (n, x);
  if (given != NULL) {
    target = spread (n, target, onnx_ints (n, given, count), rank);
    more = spread (n, onnx_broadcast (n, onnx_int (n, 1), ONNX_INTS (n, (gint64) count)),
                   onnx_ints (n, given, count), rank);
    target =
        ONNX_OP (n, "Select", ONNX_OP (n, "Equal", more, onnx_int (n, 0)), dims, target);
  }
  zeros = onnx_broadcast (n, onnx_int (n, 0), ONNX_INTS (n, rank));
  step = onnx_broadcast (n, onnx_int (n, 1), ONNX_INTS (n, rank));
  less = ONNX_OP (n, "Maximum", ONNX_OP (n, "Subtract", dims, target), zeros);
  more = ONNX_OP (n, "Maximum", ONNX_OP (n, "Subtract", target, dims), zeros);
  begin = onnx_known (n, ONNX_OP (n, "Divide", less, onnx_int (n, 2)));
  end = onnx_known (n, ONNX_OP (n, "Add", begin, ONNX_OP (n, "Minimum", dims, target)));
  x = ONNX_OP (n, "Slice", x, begin, end, step, axes);
  begin = onnx_known (n, ONNX_OP (n, "Divide", more, onnx_int (n, 2)));
  end = onnx_known (n, ONNX_OP (n, "Subtract", more, begin));
  node = ONNX_BEGIN (n, "Pad", x, begin, end, onnx_scalar (n, x, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return onnx_end (n, node);
}

const OnnxRow onnx_rows_pad[] = {
  { "CenterCropPad", NULL, 0, 0, center_crop_pad },
  { "Pad", NULL, 0, 0, pad },
  { "Pad", "com.microsoft", 0, 0, pad_of_microsoft },
  { NULL },
};
