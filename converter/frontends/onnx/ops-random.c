#include "attr.h"
#include "onnx-build.h"
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
    return onnx_unsupported (n, "random numbers of type %s", weir_dtype_name (dtype));
  first = onnx_constant (n, weir_tensor_new_scalar (dtype, low));
  last = onnx_constant (n, weir_tensor_new_scalar (dtype, high));
  node = ONNX_BEGIN (n, "RandomUniform", shape, first, last);
  weir_node_set_dtype (node, "output_type", dtype);
  weir_node_set_int (node, "global_seed", stream);
  weir_node_set_int (node, "op_seed", seed_of (n));
  return onnx_end (n, node);
}

/* Two uniform numbers make a normal one (Box and Muller, 1958). */
static WeirPort
normal (OnnxNode *n, WeirPort shape, WeirDtype dtype)
{
  WeirPort r = uniform (n, shape, WEIR_DTYPE_F32, 0x1p-24, 1, 1), y;
  WeirPort angle = uniform (n, shape, WEIR_DTYPE_F32, 0, 2 * G_PI, 2);

  r = ONNX_OP (n, "Multiply", ONNX_OP (n, "Log", r), onnx_scalar (n, r, -2));
  y = ONNX_OP (n, "Multiply", ONNX_OP (n, "Sqrt", r), ONNX_OP (n, "Cos", angle));
  y = ONNX_OP (n, "Multiply", y, onnx_scalar (n, y, onnx_attr_float (n, "scale", 1)));
  y = ONNX_OP (n, "Add", y, onnx_scalar (n, y, onnx_attr_float (n, "mean", 0)));
  return onnx_convert (n, y, dtype);
}

static WeirPort
given_shape (OnnxNode *n)
{
  gsize count;
  const gint64 *dims = onnx_attr_ints (n, "shape", &count);

  if (onnx_attr (n, "shape") == NULL)
    return onnx_invalid (n, "attribute 'shape' is missing");
  return onnx_ints (n, dims, count);
}

static WeirDtype
type_like (OnnxNode *n)
{
  WeirDtype dtype = onnx_dtype (n, onnx_in (n, 0));

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
  return uniform_of (n, onnx_shape_of (n, onnx_in (n, 0)), type_like (n));
}

static WeirPort
random_normal (OnnxNode *n)
{
  return normal (n, given_shape (n), onnx_attr_dtype (n, "dtype", WEIR_DTYPE_F32));
}

static WeirPort
random_normal_like (OnnxNode *n)
{
  return normal (n, onnx_shape_of (n, onnx_in (n, 0)), type_like (n));
}

static WeirPort
bernoulli (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  WeirDtype dtype = onnx_dtype (n, x);

  y = uniform (n, onnx_shape_of (n, x), dtype, 0, 1, 0);
  return onnx_convert (n, ONNX_OP (n, "Less", y, x), onnx_attr_dtype (n, "dtype", dtype));
}

static WeirPort
multinomial (OnnxNode *n)
{
  WeirNode *node = ONNX_BEGIN (n, "Multinomial", onnx_in (n, 0),
                               ONNX_INTS (n, onnx_attr_int (n, "sample_size", 1)));

  weir_node_set_dtype (node, "convert_type",
                       onnx_attr_dtype (n, "dtype", WEIR_DTYPE_I32));
  weir_node_set_bool (node, "with_replacement", TRUE);
  weir_node_set_bool (node, "log_probs", TRUE);
  weir_node_set_int (node, "op_seed", seed_of (n));
  return onnx_end (n, node);
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
