#include "table.h"

/* Random numbers. Uniform ones with a seed are TensorFlow's; normal ones are only of the
 * same distribution. */

static WeirPort
uniform (TfNode *n, WeirPort low, WeirPort high, WeirDtype dtype, gint64 more)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "RandomUniform", tf_in (n, 0), low, high);

  weir_node_set_dtype (node, "output_type", dtype);
  weir_node_set_int (node, "global_seed", tf_attr_int (n, "seed", 0));
  weir_node_set_int (node, "op_seed", tf_attr_int (n, "seed2", 0) + more);
  return weir_make_end (&n->make, node);
}

static WeirPort
fraction (TfNode *n, gint64 more)
{
  WeirDtype dtype = tf_attr_dtype (n, "dtype");
  WeirPort one = weir_make_constant (&n->make, weir_tensor_new_f32_scalar (1));

  one = weir_make_convert (&n->make, one, dtype);
  return uniform (n, weir_make_scalar (&n->make, one, 0), one, dtype, more);
}

static WeirPort
random_uniform (TfNode *n)
{
  return fraction (n, 0);
}

static WeirPort
random_uniform_int (TfNode *n)
{
  WeirPort low = weir_make_scalar_of (&n->make, tf_in (n, 1));

  return uniform (n, low, weir_make_scalar_of (&n->make, tf_in (n, 2)),
                  weir_make_dtype (&n->make, low), 0);
}

/* Two numbers between 0 and 1 as one point of the normal distribution. */
static WeirPort
random_normal (TfNode *n)
{
  WeirMake *m = &n->make;
  WeirPort radius = fraction (n, 0), angle = fraction (n, 1);

  radius = weir_make_2 (m, "Subtract", weir_make_scalar (m, radius, 1), radius);
  radius = weir_make_1 (m, "Log", radius);
  radius = weir_make_2 (m, "Multiply", radius, weir_make_scalar (m, radius, -2));
  radius = weir_make_1 (m, "Sqrt", radius);
  angle = weir_make_2 (m, "Multiply", angle, weir_make_scalar (m, angle, 2 * G_PI));
  return weir_make_2 (m, "Multiply", radius, weir_make_1 (m, "Cos", angle));
}

static WeirPort
multinomial (TfNode *n)
{
  const Tf__AttrValue *type = tf_attr (n, "output_dtype");
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Multinomial", tf_in (n, 0),
                                    weir_make_scalar_of (&n->make, tf_in (n, 1)));

  weir_node_set_dtype (node, "convert_type",
                       type != NULL && type->has_type ? tf_dtype (type->type)
                                                      : WEIR_DTYPE_I64);
  weir_node_set_bool (node, "with_replacement", TRUE);
  weir_node_set_bool (node, "log_probs", TRUE);
  weir_node_set_int (node, "global_seed", tf_attr_int (n, "seed", 0));
  weir_node_set_int (node, "op_seed", tf_attr_int (n, "seed2", 0));
  return weir_make_end (&n->make, node);
}

const TfRow tf_rows_random[] = {
  { "RandomUniform", random_uniform },
  { "RandomUniformInt", random_uniform_int },
  { "RandomStandardNormal", random_normal },
  { "Multinomial", multinomial },
  { NULL },
};
