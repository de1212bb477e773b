#include "table.h"

/* What makes values out of attributes and shapes alone. */

/* A symbol writes 0 for a dimension that it leaves to what reads the value: 1 fits all.
 */
static WeirPort
shape_attr (MxNode *n)
{
  gint64 dims[WEIR_MAX_RANK];
  guint count = mx_ints (n, "shape", dims);

  for (guint i = 0; i < count; i++)
    dims[i] = dims[i] == 0 ? 1 : dims[i];
  return weir_make_ints (&n->make, dims, count);
}

static WeirPort
filled (MxNode *n, double value, WeirPort shape)
{
  WeirDtype dtype = mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  WeirTensor *tensor = weir_tensor_new_scalar (dtype, value);

  return weir_make_broadcast (&n->make, weir_make_constant (&n->make, tensor), shape);
}

static WeirPort
zeros (MxNode *n)
{
  return filled (n, 0, shape_attr (n));
}

static WeirPort
ones (MxNode *n)
{
  return filled (n, 1, shape_attr (n));
}

static WeirPort
full (MxNode *n)
{
  const char *name = mx_attr (n, "fill_value") != NULL ? "fill_value" : "value";

  return filled (n, mx_float (n, name, 0), shape_attr (n));
}

static WeirPort
filled_like (MxNode *n, double value)
{
  WeirPort x = mx_in (n, 0);

  return weir_make_broadcast (&n->make, weir_make_scalar (&n->make, x, value),
                              weir_make_shape_of (&n->make, x));
}

static WeirPort
zeros_like (MxNode *n)
{
  return filled_like (n, 0);
}

static WeirPort
ones_like (MxNode *n)
{
  return filled_like (n, 1);
}

static WeirPort
full_like (MxNode *n)
{
  return filled_like (n, mx_float (n, "fill_value", 0));
}

/* Each element @times in a row. */
static WeirPort
repeat_each (MxNode *n, WeirPort x, gint64 times)
{
  WeirPort column;

  if (times == 1)
    return x;
  column = weir_make_unsqueeze (&n->make, x, 1);
  column = weir_make_2 (&n->make, "Tile", column, WEIR_MAKE_INTS (&n->make, 1, times));
  return weir_make_reshape (&n->make, column, (const gint64[]){ -1 }, 1);
}

/* first + step × [0, 1, …, length - 1]. */
static WeirPort
steps (MxNode *n, WeirPort length, double first, double step, WeirDtype dtype)
{
  WeirPort x =
      weir_make_convert (&n->make, weir_make_counting (&n->make, length), WEIR_DTYPE_F32);

  x = weir_make_2 (&n->make, "Multiply", x, weir_make_scalar (&n->make, x, step));
  x = weir_make_2 (&n->make, "Add", x, weir_make_scalar (&n->make, x, first));
  return weir_make_convert (&n->make, x, dtype);
}

static WeirPort
arange (MxNode *n)
{
  double start = mx_float (n, "start", 0), step = mx_float (n, "step", 1);
  double stop = mx_float (n, "stop", start), length;
  gint64 times = mx_int (n, "repeat", 1);

  if (mx_attr (n, "stop") == NULL)
    start = 0;
  length = step != 0 ? (stop - start) / step : -1;
  if (!(length >= 0 && length <= WEIR_MAX_TENSOR_BYTES / 4) || times < 1)
    return weir_make_invalid (&n->make,
                              "expected a step that leads from 'start' to 'stop'");
  return repeat_each (
      n,
      steps (
          n,
          weir_make_int (&n->make, (gint64) length + ((double) (gint64) length < length)),
          start, step, mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32)),
      times);
}

static WeirPort
linspace (MxNode *n)
{
  double start = mx_float (n, "start", 0), stop = mx_float (n, "stop", 0);
  gint64 count = mx_int (n, "num", 50);
  gint64 gaps = mx_bool (n, "endpoint", TRUE) ? count - 1 : count;

  if (count < 1)
    return weir_make_invalid (&n->make, "attribute 'num': expected 1 or more");
  return steps (n, weir_make_int (&n->make, count), start,
                gaps > 0 ? (stop - start) / (double) gaps : 0,
                mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

/* As long as an axis of the input, or as many numbers as it has elements, in its shape.
 */
static WeirPort
arange_like (MxNode *n)
{
  double start = mx_float (n, "start", 0), step = mx_float (n, "step", 1);
  gint64 times = mx_int (n, "repeat", 1);
  WeirPort x = mx_in (n, 0), size, y;
  WeirDtype dtype = weir_make_dtype (&n->make, x);

  if (times != 1)
    return weir_make_unsupported (&n->make, "repeat %" G_GINT64_FORMAT, times);
  if (mx_attr (n, "axis") != NULL)
    return steps (n, weir_make_length_of (&n->make, x, mx_int (n, "axis", 0)), start,
                  step, dtype);
  size = weir_make_reduce (&n->make, "ReduceProd", weir_make_shape_of (&n->make, x),
                           WEIR_MAKE_INTS (&n->make, 0), FALSE);
  y = steps (n, size, start, step, dtype);
  return weir_make_reshape_to (&n->make, y, weir_make_shape_of (&n->make, x));
}

static WeirPort
eye (MxNode *n)
{
  gint64 rows = mx_int (n, "N", 0), columns = mx_int (n, "M", 0);
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Eye", weir_make_int (&n->make, rows),
                       weir_make_int (&n->make, columns > 0 ? columns : rows),
                       weir_make_int (&n->make, mx_int (n, "k", 0)));

  weir_node_set_dtype (node, "output_type", mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
  return weir_make_end (&n->make, node);
}

static WeirPort
random_uniform (MxNode *n)
{
  WeirTensor *low = weir_tensor_new_f32_scalar ((float) mx_float (n, "low", 0));
  WeirTensor *high = weir_tensor_new_f32_scalar ((float) mx_float (n, "high", 1));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "RandomUniform", shape_attr (n),
                                    weir_make_constant (&n->make, low),
                                    weir_make_constant (&n->make, high));

  weir_node_set_dtype (node, "output_type", WEIR_DTYPE_F32);
  return weir_make_convert (&n->make, weir_make_end (&n->make, node),
                            mx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

static WeirPort
shape_array (MxNode *n)
{
  return weir_make_shape_of (&n->make, mx_in (n, 0));
}

static WeirPort
size_array (MxNode *n)
{
  return weir_make_reduce (&n->make, "ReduceProd",
                           weir_make_shape_of (&n->make, mx_in (n, 0)),
                           WEIR_MAKE_INTS (&n->make, 0), TRUE);
}

const MxRow mx_rows_make[] = {
  { "_zeros", zeros },
  { "_zeros_without_dtype", zeros },
  { "_ones", ones },
  { "_full", full },
  { "zeros_like", zeros_like },
  { "ones_like", ones_like },
  { "_npi_full_like", full_like },
  { "_arange", arange },
  { "_linspace", linspace },
  { "_contrib_arange_like", arange_like },
  { "_eye", eye },
  { "_random_uniform", random_uniform },
  { "random_uniform", random_uniform },
  { "shape_array", shape_array },
  { "size_array", size_array },
  { NULL },
};
