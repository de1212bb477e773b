#include "table.h"

#include <string.h>

/* Tensors from numbers. */

/* Newer programs write the value as text where a float would not hold it. */
static double
value_of (PdNode *n)
{
  const char *text = pd_has_attr (n, "str_value") ? pd_string (n, "str_value", "") : "";
  char *end;
  double value = g_ascii_strtod (text, &end);

  return *text != '\0' && *end == '\0' ? value : pd_float (n, "value", 0);
}

static WeirPort
full (PdNode *n, WeirPort shape, double value, WeirDtype dtype)
{
  WeirTensor *scalar = dtype != WEIR_DTYPE_UNKNOWN && !weir_build_failed (n->make.b)
                           ? weir_tensor_new_scalar (dtype, value)
                           : NULL;

  if (scalar == NULL)
    return weir_make_unsupported (&n->make, "a value of an unknown type");
  return weir_make_broadcast (&n->make, weir_make_constant (&n->make, scalar), shape);
}

static WeirPort
fill_constant (PdNode *n)
{
  WeirPort shape = pd_vector (n, "ShapeTensor", "ShapeTensorList", "shape");
  WeirDtype dtype = pd_attr_dtype (n, "dtype", WEIR_DTYPE_F32);

  if (pd_has (n, "ValueTensor"))
    return weir_make_broadcast (
        &n->make,
        weir_make_convert (
            &n->make, weir_make_scalar_of (&n->make, pd_in (n, "ValueTensor")), dtype),
        shape);
  return full (n, shape, value_of (n), dtype);
}

static WeirPort
fill_like (PdNode *n)
{
  WeirPort x = pd_in (n, "X");

  return full (n, weir_make_shape_of (&n->make, x), pd_float (n, "value", 0),
               pd_attr_dtype (n, "dtype", weir_make_dtype (&n->make, x)));
}

/* One dimension of the shape is that of the input. */
static WeirPort
fill_batch_like (PdNode *n)
{
  gint64 shape[WEIR_MAX_RANK];
  guint count = pd_ints (n, "shape", shape, WEIR_MAX_RANK);
  gint64 from = pd_int (n, "input_dim_idx", 0), to = pd_int (n, "output_dim_idx", 0);
  WeirPort x = pd_in (n, "Input"), parts[3];

  if (to < 0 || to >= count)
    return weir_make_invalid (
        &n->make, "attribute 'output_dim_idx': %" G_GINT64_FORMAT " of %u dimensions", to,
        count);
  parts[0] = weir_make_ints (&n->make, shape, (gsize) to);
  parts[1] = weir_make_dim_of (
      &n->make, x, weir_make_axis (&n->make, from, weir_make_rank (&n->make, x)));
  parts[2] = weir_make_ints (&n->make, shape + to + 1, count - (gsize) to - 1);
  return full (n, weir_make_known (&n->make, weir_make_concat (&n->make, parts, 3, 0)),
               value_of (n), pd_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

/* The list that holds the values is named after their type. */
static const char *const value_lists[] = { "values",       "fp32_values", "int32_values",
                                           "int64_values", "bool_values", "int8_values",
                                           "fp64_values" };

static WeirPort
assign_value (PdNode *n)
{
  WeirDtype dtype = pd_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  gint64 dims[WEIR_MAX_RANK];
  guint rank = pd_ints (n, "shape", dims, WEIR_MAX_RANK);
  WeirTensor *values = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (value_lists) && values == NULL; i++)
    values = pd_attr_tensor (n, value_lists[i], dtype);
  if (values == NULL) {
    WeirShape none = WEIR_SHAPE (0);

    values = weir_build_failed (n->make.b)
                 ? NULL
                 : weir_tensor_new (dtype, &none, &n->make.b->error);
  }
  if (values == NULL)
    return WEIR_PORT_NONE;
  return weir_make_reshape (&n->make, weir_make_constant (&n->make, values), dims, rank);
}

static WeirPort
range (PdNode *n)
{
  WeirDtype dtype = weir_make_dtype (&n->make, pd_in (n, "Start"));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Range",
                                    weir_make_scalar_of (&n->make, pd_in (n, "Start")),
                                    weir_make_scalar_of (&n->make, pd_in (n, "End")),
                                    weir_make_scalar_of (&n->make, pd_in (n, "Step")));

  weir_node_set_dtype (node, "output_type", dtype);
  return weir_make_end (&n->make, node);
}

/* start + i * (stop - start) / (count - 1) */
static WeirPort
linspace (PdNode *n)
{
  WeirDtype dtype = pd_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  WeirPort start = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, pd_in (n, "Start")), WEIR_DTYPE_F32);
  WeirPort stop = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, pd_in (n, "Stop")), WEIR_DTYPE_F32);
  WeirPort count = weir_make_convert (
      &n->make, weir_make_scalar_of (&n->make, pd_in (n, "Num")), WEIR_DTYPE_I64);
  WeirPort at =
      weir_make_convert (&n->make, weir_make_counting (&n->make, count), WEIR_DTYPE_F32);
  WeirPort parts =
      weir_make_2 (&n->make, "Maximum",
                   weir_make_2 (&n->make, "Subtract", count, weir_make_int (&n->make, 1)),
                   weir_make_int (&n->make, 1));
  WeirPort step =
      weir_make_2 (&n->make, "Divide", weir_make_2 (&n->make, "Subtract", stop, start),
                   weir_make_convert (&n->make, parts, WEIR_DTYPE_F32));

  at = weir_make_2 (&n->make, "Multiply", at, step);
  return weir_make_convert (&n->make, weir_make_2 (&n->make, "Add", at, start), dtype);
}

static WeirPort
one_hot (PdNode *n)
{
  WeirDtype dtype = pd_attr_dtype (n, "dtype", WEIR_DTYPE_F32);
  WeirPort x = pd_in (n, "X"), depth, numbers;
  WeirNode *node;

  depth = pd_has (n, "depth_tensor")
              ? weir_make_scalar_of (&n->make, pd_in (n, "depth_tensor"))
              : weir_make_int (&n->make, pd_int (n, "depth", 0));
  numbers = weir_make_convert (&n->make, WEIR_MAKE_INTS (&n->make, 0, 1), dtype);
  node = WEIR_MAKE_BEGIN (
      &n->make, "OneHot", x, depth,
      weir_make_known (
          &n->make, weir_make_gather (&n->make, numbers, weir_make_int (&n->make, 1), 0)),
      weir_make_known (&n->make, weir_make_gather (&n->make, numbers,
                                                   weir_make_int (&n->make, 0), 0)));
  weir_node_set_int (node, "axis", -1);
  return weir_make_end (&n->make, node);
}

/* Below or above a diagonal, which moves to the right. */
static WeirPort
triangle (PdNode *n)
{
  WeirPort x = pd_in (n, "X"), row, column, distance, kept;
  int rank = weir_make_rank (&n->make, x);
  gboolean lower = pd_bool (n, "lower", TRUE);
  WeirPort diagonal = weir_make_int (&n->make, pd_int (n, "diagonal", 0));

  if (rank < 2)
    return weir_make_invalid (&n->make, "a value of rank %d", rank);
  row = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, rank - 2));
  column = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, rank - 1));
  distance =
      weir_make_2 (&n->make, "Subtract", column, weir_make_unsqueeze (&n->make, row, 1));
  kept = weir_make_2 (&n->make, lower ? "LessEqual" : "GreaterEqual", distance, diagonal);
  return WEIR_MAKE (&n->make, "Select", kept, x, weir_make_scalar (&n->make, x, 0));
}

/* A row and a column for each vector: their cross products by position. */
static WeirPort
meshgrid (PdNode *n)
{
  guint count;
  g_autofree WeirPort *axes = pd_ins (n, "X", &count);
  WeirPort shape;

  if (count > WEIR_MAX_RANK)
    return weir_make_unsupported (&n->make, "%u inputs", count);
  for (guint i = 0; i < count; i++) {
    gint64 dims[WEIR_MAX_RANK] = { 1, 1, 1, 1, 1, 1, 1, 1 };

    dims[i] = -1;
    axes[i] = weir_make_reshape (&n->make, axes[i], dims, count);
  }
  for (guint i = 0; i < count; i++) {
    WeirPort y = axes[i];

    for (guint j = 0; j < count; j++) {
      WeirNode *node;

      if (j == i)
        continue;
      shape = weir_make_shape_of (&n->make, axes[j]);
      node = WEIR_MAKE_BEGIN (&n->make, "Broadcast", y, shape);
      weir_node_set_string (node, "mode", "bidirectional");
      y = weir_make_end (&n->make, node);
    }
    pd_out_at (n, "Out", i, y);
  }
  return WEIR_PORT_NONE;
}

const PdRow pd_rows_make[] = {
  { "fill_constant", fill_constant },
  { "fill_any_like", fill_like },
  { "fill_zeros_like", fill_like },
  { "fill_constant_batch_size_like", fill_batch_like },
  { "assign_value", assign_value },
  { "range", range },
  { "linspace", linspace },
  { "one_hot_v2", one_hot },
  { "tril_triu", triangle },
  { "meshgrid", meshgrid },
  { NULL },
};
