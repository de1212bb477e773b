#include "table.h"

#include <string.h>

/* Values that are made of numbers: ranges, fills, shapes. */

static WeirPort
typed (TfNode *n, WeirPort x, const char *name)
{
  const Tf__AttrValue *type = tf_attr (n, name);
  WeirDtype dtype =
      type != NULL && type->has_type ? tf_dtype (type->type) : WEIR_DTYPE_I32;

  return weir_make_dtype (&n->make, x) == dtype ? x
                                                : weir_make_convert (&n->make, x, dtype);
}

static WeirPort
range (TfNode *n)
{
  WeirPort first = weir_make_scalar_of (&n->make, tf_in (n, 0));
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Range", first,
                                    weir_make_scalar_of (&n->make, tf_in (n, 1)),
                                    weir_make_scalar_of (&n->make, tf_in (n, 2)));

  weir_node_set_dtype (node, "output_type", weir_make_dtype (&n->make, first));
  return weir_make_end (&n->make, node);
}

/* From the first to the last value in as many steps as input 2 says. */
static WeirPort
lin_space (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort first = weir_make_scalar_of (m, tf_in (n, 0));
  WeirPort count = weir_make_scalar_of (m, tf_in (n, 2)), step, at;

  at = weir_make_convert (m, weir_make_counting (m, count), weir_make_dtype (m, first));
  count = weir_make_2 (m, "Subtract", count, weir_make_scalar (m, count, 1));
  count = weir_make_2 (m, "Maximum", count, weir_make_scalar (m, count, 1));
  step = weir_make_2 (m, "Subtract", weir_make_scalar_of (m, tf_in (n, 1)), first);
  step = weir_make_2 (m, "Divide", step,
                      weir_make_convert (m, count, weir_make_dtype (m, first)));
  return weir_make_2 (m, "Add", weir_make_2 (m, "Multiply", at, step), first);
}

static WeirPort
fill (TfNode *n)
{
  return weir_make_broadcast (&n->make, tf_in (n, 1), tf_in (n, 0));
}

static WeirPort
broadcast_to (TfNode *n)
{
  return weir_make_broadcast (&n->make, tf_in (n, 0), tf_in (n, 1));
}

/* The shorter of two shapes gets ones in front; a dimension of 1 takes that of the other.
 */
static WeirPort
broadcast_args (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort shapes[2] = { tf_in (n, 0), tf_in (n, 1) }, first;
  gint64 length[2];

  for (int i = 0; i < 2; i++) {
    const WeirShape *shape = weir_make_shape (m, shapes[i]);

    length[i] = shape->rank == 1 ? shape->dims[0] : -1;
    if (length[i] < 0)
      return weir_make_unsupported (m, "the number of dimensions must be known");
  }
  for (int i = 0; i < 2; i++)
    if (length[i] < length[1 - i]) {
      WeirPort ones = weir_make_scalar (m, shapes[i], 1);

      ones = weir_make_broadcast (m, ones, WEIR_MAKE_INTS (m, length[1 - i] - length[i]));
      shapes[i] = weir_make_concat (m, (WeirPort[]){ ones, shapes[i] }, 2, 0);
    }
  first = weir_make_2 (m, "Equal", shapes[0], weir_make_scalar (m, shapes[0], 1));
  return WEIR_MAKE (m, "Select", first, shapes[1], shapes[0]);
}

static WeirPort
rank (TfNode *n)
{
  int dims = weir_make_rank (&n->make, tf_in (n, 0));
  WeirPort value = weir_make_int (&n->make, dims);

  return weir_make_known (&n->make, weir_make_convert (&n->make, value, WEIR_DTYPE_I32));
}

static WeirPort
size (TfNode *n)
{
  WeirPort shape = weir_make_shape_of (&n->make, tf_in (n, 0));

  shape = weir_make_reduce (&n->make, "ReduceProd", shape, WEIR_MAKE_INTS (&n->make, 0),
                            FALSE);
  return typed (n, shape, "out_type");
}

static WeirPort
shape_n (TfNode *n)
{
  for (guint i = 0; i < tf_n_inputs (n); i++)
    tf_out (n, i, typed (n, weir_make_shape_of (&n->make, tf_in (n, i)), "out_type"));
  return WEIR_PORT_NONE;
}

/* All inputs as they are. */
static WeirPort
identity_n (TfNode *n)
{
  for (guint i = 0; i < tf_n_inputs (n); i++)
    tf_out (n, i, tf_in (n, i));
  return WEIR_PORT_NONE;
}

/* What stands in it where nothing is given. */
static WeirPort
with_default (TfNode *n)
{
  return tf_in (n, 0);
}

const TfRow tf_rows_make[] = {
  { "Range", range },
  { "LinSpace", lin_space },
  { "Fill", fill },
  { "BroadcastTo", broadcast_to },
  { "BroadcastArgs", broadcast_args },
  { "Rank", rank },
  { "Size", size },
  { "ShapeN", shape_n },
  { "IdentityN", identity_n, .is_complex = TRUE },
  { "EnsureShape", with_default },
  { "CheckNumericsV2", with_default },
  { "PlaceholderWithDefault", with_default },
  { NULL },
};
