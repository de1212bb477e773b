#include "table.h"

/* Inputs, constants, and what moves elements. */

static WeirPort
placeholder (TfNode *n)
{
  WeirDtype dtype = tf_attr_dtype (n, "dtype");
  WeirShape shape = tf_attr_shape (n, "shape");

  if (weir_build_failed (n->make.b))
    return WEIR_PORT_NONE;
  return weir_build_parameter (n->make.b, n->make.name, dtype, &shape);
}

static WeirPort
constant (TfNode *n)
{
  const Tf__AttrValue *value = tf_attr (n, "value");

  if (value == NULL || value->tensor == NULL)
    return weir_make_invalid (&n->make,
                              "attribute 'value' is missing: expected a tensor");
  return weir_make_constant (&n->make, tf_tensor_read (n->scope->import->file,
                                                       value->tensor, &n->make.b->error));
}

static WeirPort
identity (TfNode *n)
{
  const TfValue *value = tf_value (n, 0);

  if (value != NULL)
    tf_give (n, 0, value);
  return WEIR_PORT_NONE;
}

static WeirPort
reshape (TfNode *n)
{
  return weir_make_reshape_to (&n->make, tf_in (n, 0), tf_in (n, 1));
}

static WeirPort
shape (TfNode *n)
{
  const Tf__AttrValue *type = tf_attr (n, "out_type");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "ShapeOf", tf_in (n, 0));

  weir_node_set_dtype (node, "output_type",
                       type != NULL && type->has_type ? tf_dtype (type->type)
                                                      : WEIR_DTYPE_I32);
  return weir_make_end (&n->make, node);
}

static WeirPort
transpose (TfNode *n)
{
  return weir_make_2 (&n->make, "Transpose", tf_in (n, 0), tf_in (n, 1));
}

/* The axis is the last input. */
static WeirPort
concat_v2 (TfNode *n)
{
  guint count = tf_n_inputs (n);
  g_autofree WeirPort *parts = g_new (WeirPort, MAX (count, 1));
  gint64 axis;
  gsize known;

  if (count < 2)
    return weir_make_invalid (&n->make, "expected at least 2 inputs, found %u", count);
  for (guint i = 0; i < count - 1; i++)
    parts[i] = tf_in (n, i);
  if (!weir_make_known_ints (&n->make, tf_in (n, count - 1), "the axis", &axis, 1,
                             &known))
    return WEIR_PORT_NONE;
  return weir_make_concat (&n->make, parts, count - 1, axis);
}

/* Pairs of numbers, [rank, 2]: before and behind each dimension. */
static WeirPort
pad (TfNode *n)
{
  WeirPort x = tf_in (n, 0), pads = tf_in (n, 1), sides[2];
  WeirNode *node;

  pads = weir_make_convert (&n->make, pads, WEIR_DTYPE_I64);
  for (int i = 0; i < 2; i++)
    sides[i] = weir_make_gather (&n->make, pads, weir_make_int (&n->make, i), 1);
  node = tf_n_inputs (n) > 2
             ? WEIR_MAKE_BEGIN (&n->make, "Pad", x, sides[0], sides[1], tf_in (n, 2))
             : WEIR_MAKE_BEGIN (&n->make, "Pad", x, sides[0], sides[1],
                                weir_make_scalar (&n->make, x, 0));
  weir_node_set_string (node, "pad_mode", "constant");
  return weir_make_end (&n->make, node);
}

static WeirPort
expand_dims (TfNode *n)
{
  return weir_make_2 (&n->make, "Unsqueeze", tf_in (n, 0), tf_in (n, 1));
}

static WeirPort
squeeze (TfNode *n)
{
  gsize count;
  const gint64 *axes = tf_attr_ints (n, "squeeze_dims", &count);

  if (axes == NULL)
    return weir_make_1 (&n->make, "Squeeze", tf_in (n, 0));
  return weir_build_squeeze (n->make.b, n->make.name, tf_in (n, 0), axes, count);
}

const TfRow tf_rows_shape[] = {
  { "Placeholder", placeholder },
  { "Const", constant },
  { "Identity", identity, .is_complex = TRUE },
  { "StopGradient", identity, .is_complex = TRUE },
  { "CheckNumerics", identity },
  { "PreventGradient", identity },
  { "Snapshot", identity, .is_complex = TRUE },
  { "Reshape", reshape },
  { "Shape", shape },
  { "Transpose", transpose },
  { "ConcatV2", concat_v2 },
  { "Pad", pad },
  { "PadV2", pad },
  { "ExpandDims", expand_dims },
  { "Squeeze", squeeze },
  { NULL },
};
