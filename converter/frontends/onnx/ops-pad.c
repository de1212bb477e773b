#include "attr.h"
#include "node.h"
#include "table.h"

#include <string.h>

/* Pad: widths for the beginnings and the ends of all dimensions, or of those of `axes`.
 */

/* Widths of some axes, spread over all of them. */
static WeirPort
spread (OnnxNode *n, WeirPort widths, WeirPort axes, int rank)
{
  WeirPort zeros = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                                        WEIR_MAKE_INTS (&n->make, rank));
  WeirPort first = WEIR_MAKE_INTS (&n->make, rank), negative;

  negative = WEIR_MAKE (&n->make, "Less", axes, weir_make_int (&n->make, 0));
  axes = WEIR_MAKE (&n->make, "Select", negative,
                    WEIR_MAKE (&n->make, "Add", axes, first), axes);
  return WEIR_MAKE (&n->make, "ScatterElementsUpdate", zeros, axes, widths,
                    weir_make_int (&n->make, 0));
}

/* Repeats the input in all directions: every element comes from where its index, counted
 * from the first of the input, falls into it again. */
static WeirPort
wrap (OnnxNode *n, WeirPort x, WeirPort begin, WeirPort end, int rank)
{
  for (int axis = 0; axis < rank; axis++) {
    WeirPort size = weir_make_length_of (&n->make, x, axis),
             at = weir_make_int (&n->make, axis);
    WeirPort before = weir_make_gather (&n->make, begin, at, 0),
             after = weir_make_gather (&n->make, end, at, 0);
    WeirPort from = WEIR_MAKE (&n->make, "Negative", before),
             to = WEIR_MAKE (&n->make, "Add", size, after);
    WeirNode *node =
        WEIR_MAKE_BEGIN (&n->make, "Range", from, to, weir_make_int (&n->make, 1));
    WeirPort indices;

    weir_node_set_dtype (node, "output_type", WEIR_DTYPE_I64);
    indices = WEIR_MAKE (&n->make, "FloorMod", weir_make_end (&n->make, node), size);
    x = weir_make_gather (&n->make, x, indices, axis);
  }
  return x;
}

/* The value, where only the mode "constant" asks for one. */
static WeirPort
value_of (OnnxNode *n, WeirPort x)
{
  if (n->version >= 11 && onnx_has (n, 2))
    return weir_make_scalar_of (&n->make, onnx_in (n, 2));
  return weir_make_scalar (&n->make, x,
                           n->version < 11 ? onnx_attr_float (n, "value", 0) : 0);
}

/* The first or the second half of the widths. */
static WeirPort
half (OnnxNode *n, WeirPort widths, gint64 begin, gint64 end)
{
  return weir_make_slice (&n->make, widths, WEIR_MAKE_INTS (&n->make, begin),
                          WEIR_MAKE_INTS (&n->make, end), 0);
}

static WeirPort
pad (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), widths, begin, end, axes = WEIR_PORT_NONE;
  int rank = weir_make_rank (&n->make, x);
  const char *mode = onnx_attr_string (n, "mode", "constant");
  gint64 count = rank;
  WeirNode *node;

  widths = onnx_list (n, n->version < 2 ? "paddings" : "pads", 1);
  if (weir_port_is_none (widths))
    return weir_make_invalid (&n->make, "the pads are missing");
  if (onnx_has (n, 3)) {
    axes = weir_make_convert (&n->make, onnx_in (n, 3), WEIR_DTYPE_I64);
    count = weir_make_shape (&n->make, axes)->rank == 1
                ? weir_make_shape (&n->make, axes)->dims[0]
                : -1;
  }
  if (count < 0)
    return weir_make_unsupported (&n->make, "an unknown number of axes");
  begin = half (n, widths, 0, count);
  end = half (n, widths, count, 2 * count);
  if (!weir_port_is_none (axes)) {
    begin = spread (n, begin, axes, rank);
    end = spread (n, end, axes, rank);
  }
  if (strcmp (mode, "wrap") == 0)
    return wrap (n, x, begin, end, rank);
  if (strcmp (mode, "constant") == 0)
    node = WEIR_MAKE_BEGIN (&n->make, "Pad", x, begin, end, value_of (n, x));
  else
    node = WEIR_MAKE_BEGIN (&n->make, "Pad", x, begin, end);
  weir_node_set_string (node, "pad_mode", mode);
  return weir_make_end (&n->make, node);
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
    inputs[1].port =
        weir_make_reshape (&n->make, onnx_in (n, 1), (const gint64[]){ -1 }, 1);
  return pad (&inner);
}

/* Cut or filled with zeros on both sides alike; where that is uneven the end takes more.
 */
static WeirPort
center_crop_pad (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), target, dims, axes, more, less, begin, end, zeros, step;
  int rank = weir_make_rank (&n->make, x);
  gsize count;
  const gint64 *given = onnx_attr_ints (n, "axes", &count);
  WeirNode *node;

  axes = weir_make_range (&n->make, 0, rank);
  target = weir_make_convert (&n->make, onnx_in (n, 1), WEIR_DTYPE_I64);
  dims = weir_make_shape_of (&n->make, x);
  if (given != NULL) {
    target = spread (n, target, weir_make_ints (&n->make, given, count), rank);
    more = spread (n,
                   weir_make_broadcast (&n->make, weir_make_int (&n->make, 1),
                                        WEIR_MAKE_INTS (&n->make, (gint64) count)),
                   weir_make_ints (&n->make, given, count), rank);
    target = WEIR_MAKE (&n->make, "Select",
                        WEIR_MAKE (&n->make, "Equal", more, weir_make_int (&n->make, 0)),
                        dims, target);
  }
  zeros = weir_make_broadcast (&n->make, weir_make_int (&n->make, 0),
                               WEIR_MAKE_INTS (&n->make, rank));
  step = weir_make_broadcast (&n->make, weir_make_int (&n->make, 1),
                              WEIR_MAKE_INTS (&n->make, rank));
  less = WEIR_MAKE (&n->make, "Maximum", WEIR_MAKE (&n->make, "Subtract", dims, target),
                    zeros);
  more = WEIR_MAKE (&n->make, "Maximum", WEIR_MAKE (&n->make, "Subtract", target, dims),
                    zeros);
  begin = weir_make_known (
      &n->make, WEIR_MAKE (&n->make, "Divide", less, weir_make_int (&n->make, 2)));
  end = weir_make_known (
      &n->make,
      WEIR_MAKE (&n->make, "Add", begin, WEIR_MAKE (&n->make, "Minimum", dims, target)));
  x = WEIR_MAKE (&n->make, "Slice", x, begin, end, step, axes);
  begin = weir_make_known (
      &n->make, WEIR_MAKE (&n->make, "Divide", more, weir_make_int (&n->make, 2)));
  end = weir_make_known (&n->make, WEIR_MAKE (&n->make, "Subtract", more, begin));
  node =
      WEIR_MAKE_BEGIN (&n->make, "Pad", x, begin, end, weir_make_scalar (&n->make, x, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_pad[] = {
  { "CenterCropPad", NULL, 0, 0, center_crop_pad },
  { "Pad", NULL, 0, 0, pad },
  { "Pad", "com.microsoft", 0, 0, pad_of_microsoft },
  { NULL },
};
