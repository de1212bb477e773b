#include "attr.h"
#include "node.h"
#include "table.h"

#include <math.h>

/* Random numbers. The standard leaves the generator open; these are the IR's. */

/* A seed of 0 gives other numbers in each run. */
static gint64
seed_of (OnnxNode *n)
{
  double seed = onnx_attr_float (n, "seed", 0);

  return isfinite (seed) && fabs (seed) < 1e15 ? (gint64) (seed * 1000) : 1;
}

/* Numbers from @low up to @high; @stream tells those of one node apart. */
static WeirPort
uniform (OnnxNode *n, WeirPort shape, WeirDtype dtype, double low, double high,
         gint64 stream)
{
  WeirPort first, last;
  WeirNode *node;

  if (!weir_dtype_is_float (dtype))
    return weir_make_unsupported (&n->make, "random numbers of type %s",
                                  weir_dtype_name (dtype));
  first = weir_make_constant (&n->make, weir_tensor_new_scalar (dtype, low));
  last = weir_make_constant (&n->make, weir_tensor_new_scalar (dtype, high));
  node = WEIR_MAKE_BEGIN (&n->make, "RandomUniform", shape, first, last);
  weir_node_set_dtype (node, "output_type", dtype);
  weir_node_set_int (node, "global_seed", stream);
  weir_node_set_int (node, "op_seed", seed_of (n));
  return weir_make_end (&n->make, node);
}

/* Two uniform numbers make a normal one (Box and Muller, 1958). */
static WeirPort
normal (OnnxNode *n, WeirPort shape, WeirDtype dtype)
{
  WeirPort r = uniform (n, shape, WEIR_DTYPE_F32, 0x1p-24, 1, 1), y;
  WeirPort angle = uniform (n, shape, WEIR_DTYPE_F32, 0, 2 * G_PI, 2);

  r = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Log", r),
                 weir_make_scalar (&n->make, r, -2));
  y = WEIR_MAKE (&n->make, "Multiply", WEIR_MAKE (&n->make, "Sqrt", r),
                 WEIR_MAKE (&n->make, "Cos", angle));
  y = WEIR_MAKE (&n->make, "Multiply", y,
                 weir_make_scalar (&n->make, y, onnx_attr_float (n, "scale", 1)));
  y = WEIR_MAKE (&n->make, "Add", y,
                 weir_make_scalar (&n->make, y, onnx_attr_float (n, "mean", 0)));
  return weir_make_convert (&n->make, y, dtype);
}

static WeirPort
given_shape (OnnxNode *n)
{
  gsize count;
  const gint64 *dims = onnx_attr_ints (n, "shape", &count);

  if (onnx_attr (n, "shape") == NULL)
    return weir_make_invalid (&n->make, "attribute 'shape' is missing");
  return weir_make_ints (&n->make, dims, count);
}

static WeirDtype
type_like (OnnxNode *n)
{
  WeirDtype dtype = weir_make_dtype (&n->make, onnx_in (n, 0));

  return onnx_attr_dtype (n, "dtype",
                          weir_dtype_is_float (dtype) ? dtype : WEIR_DTYPE_F32);
}

static WeirPort
uniform_of (OnnxNode *n, WeirPort shape, WeirDtype dtype)
{
  double low = onnx_attr_float (n, "low", 0), high = onnx_attr_float (n, "high", 1);

  return uniform (n, shape, dtype, low, high, 0);
}

static WeirPort
random_uniform (OnnxNode *n)
{
  return uniform_of (n, given_shape (n), onnx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

static WeirPort
random_uniform_like (OnnxNode *n)
{
  return uniform_of (n, weir_make_shape_of (&n->make, onnx_in (n, 0)), type_like (n));
}

static WeirPort
random_normal (OnnxNode *n)
{
  return normal (n, given_shape (n), onnx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

static WeirPort
random_normal_like (OnnxNode *n)
{
  return normal (n, weir_make_shape_of (&n->make, onnx_in (n, 0)), type_like (n));
}

static WeirPort
bernoulli (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  WeirDtype dtype = weir_make_dtype (&n->make, x);

  y = uniform (n, weir_make_shape_of (&n->make, x), dtype, 0, 1, 0);
  return weir_make_convert (&n->make, WEIR_MAKE (&n->make, "Less", y, x),
                            onnx_attr_dtype (n, "dtype", dtype));
}

static WeirPort
multinomial (OnnxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "Multinomial", onnx_in (n, 0),
                       WEIR_MAKE_INTS (&n->make, onnx_attr_int (n, "sample_size", 1)));

  weir_node_set_dtype (node, "convert_type",
                       onnx_attr_dtype (n, "dtype", WEIR_DTYPE_I32));
  weir_node_set_bool (node, "with_replacement", TRUE);
  weir_node_set_bool (node, "log_probs", TRUE);
  weir_node_set_int (node, "op_seed", seed_of (n));
  return weir_make_end (&n->make, node);
}

const OnnxRow onnx_rows_random[] = {
  { "Bernoulli", NULL, 0, 0, bernoulli },
  { "Multinomial", NULL, 0, 0, multinomial },
  { "RandomNormal", NULL, 0, 0, random_normal },
  { "RandomNormalLike", NULL, 0, 0, random_normal_like },
  { "RandomUniform", NULL, 0, 0, random_uniform },
  { "RandomUniformLike", NULL, 0, 0, random_uniform_like },
  { NULL },
};
