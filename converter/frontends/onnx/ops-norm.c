#include "attr.h"
#include "onnx-build.h"
#include "table.h"

/* Normalisation. */

static WeirPort
scale_shift (OnnxNode *n, WeirPort x, WeirPort scale, WeirPort shift)
{
  return ONNX_OP (n, "Add", ONNX_OP (n, "Multiply", x, scale), shift);
}

/* Statistics of the batch in place of the stored ones, and the stored ones moved towards
 * them (BatchNormalization, training_mode). */
static WeirPort
batch_norm_training (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes, mean, variance, centred, momentum, rest, running[2];
  int rank = onnx_rank (n, x);
  gint64 list[WEIR_MAX_RANK] = { 0 };
  WeirPort flat[2];

  for (int i = 2; i < rank; i++)
    list[i - 1] = i;
  axes = onnx_ints (n, list, (gsize) MAX (rank - 1, 1));
  mean = onnx_reduce (n, "ReduceMean", x, axes, TRUE);
  centred = ONNX_OP (n, "Subtract", x, mean);
  variance = onnx_reduce (n, "ReduceMean", ONNX_OP (n, "Multiply", centred, centred),
                          axes, TRUE);
  flat[0] = onnx_reshape (n, mean, (const gint64[]){ -1 }, 1);
  flat[1] = onnx_reshape (n, variance, (const gint64[]){ -1 }, 1);
  for (guint i = 0; i < 2; i++) {
    momentum = onnx_scalar (n, flat[i], onnx_attr_float (n, "momentum", 0.9));
    rest = onnx_scalar (n, flat[i], 1 - onnx_attr_float (n, "momentum", 0.9));
    running[i] = ONNX_OP (n, "Add", ONNX_OP (n, "Multiply", onnx_in (n, 3 + i), momentum),
                          ONNX_OP (n, "Multiply", flat[i], rest));
    onnx_out (n, 1 + i, running[i]);
  }
  variance = ONNX_OP (n, "Add", variance,
                      onnx_scalar (n, x, onnx_attr_float (n, "epsilon", 1e-5)));
  centred = ONNX_OP (n, "Divide", centred, ONNX_OP (n, "Sqrt", variance));
  return scale_shift (n, centred, onnx_channels (n, onnx_in (n, 1), rank),
                      onnx_channels (n, onnx_in (n, 2), rank));
}

static WeirPort
batch_norm (OnnxNode *n)
{
  WeirNode *node;

  if (onnx_attr_int (n, "training_mode", 0) != 0)
    return batch_norm_training (n);
  node = ONNX_BEGIN (n, "BatchNormInference", onnx_in (n, 0), onnx_in (n, 1),
                     onnx_in (n, 2), onnx_in (n, 3), onnx_in (n, 4));
  weir_node_set_float (node, "epsilon", onnx_attr_float (n, "epsilon", 1e-5));
  return onnx_end (n, node);
}

static WeirPort
mvn (OnnxNode *n, WeirPort x, WeirPort axes, double eps, const char *eps_mode)
{
  WeirNode *node = ONNX_BEGIN (n, "MVN", x, axes);

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", eps);
  weir_node_set_string (node, "eps_mode", eps_mode);
  return onnx_end (n, node);
}

static WeirPort
instance_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  int rank = onnx_rank (n, x);

  y = mvn (n, x, onnx_range (n, 2, rank), onnx_attr_float (n, "epsilon", 1e-5),
           "inside_sqrt");
  return scale_shift (n, y, onnx_channels (n, onnx_in (n, 1), rank),
                      onnx_channels (n, onnx_in (n, 2), rank));
}

/* Mean and 1 / standard deviation, which few models read. */
static void
layer_norm_statistics (OnnxNode *n, WeirPort x, WeirPort axes, double eps)
{
  WeirPort mean = onnx_reduce (n, "ReduceMean", x, axes, TRUE);
  WeirPort centred = ONNX_OP (n, "Subtract", x, mean), variance;

  variance = onnx_reduce (n, "ReduceMean", ONNX_OP (n, "Multiply", centred, centred),
                          axes, TRUE);
  variance = ONNX_OP (n, "Add", variance, onnx_scalar (n, variance, eps));
  onnx_out (n, 1, mean);
  onnx_out (
      n, 2,
      ONNX_OP (n, "Divide", onnx_scalar (n, variance, 1), ONNX_OP (n, "Sqrt", variance)));
}

/* Computed in the type that stash_type names, which is float where it is not given. */
static WeirPort
layer_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes, y, wide;
  WeirDtype dtype = onnx_dtype (n, x);
  int rank = onnx_rank (n, x), axis;
  double eps = onnx_attr_float (n, "epsilon", 1e-5);

  axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);
  axes = onnx_range (n, axis, rank);
  wide = onnx_convert (n, x, onnx_attr_dtype (n, "stash_type", WEIR_DTYPE_F32));
  if (onnx_wants (n, 1) || onnx_wants (n, 2))
    layer_norm_statistics (n, wide, axes, eps);
  y = onnx_convert (n, mvn (n, wide, axes, eps, "inside_sqrt"), dtype);
  y = ONNX_OP (n, "Multiply", y, onnx_in (n, 1));
  return onnx_has (n, 2) ? ONNX_OP (n, "Add", y, onnx_in (n, 2)) : y;
}

static WeirPort
rms_of (OnnxNode *n, WeirPort x, int axis, int rank, double eps)
{
  WeirPort square = ONNX_OP (n, "Multiply", x, x), mean;

  mean = onnx_reduce (n, "ReduceMean", square, onnx_range (n, axis, rank), TRUE);
  mean = ONNX_OP (n, "Add", mean, onnx_scalar (n, mean, eps));
  return ONNX_OP (n, "Divide", x, ONNX_OP (n, "Sqrt", mean));
}

static WeirPort
rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  WeirDtype dtype = onnx_dtype (n, x);
  int rank = onnx_rank (n, x);
  int axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);

  y = onnx_convert (n, x, onnx_attr_dtype (n, "stash_type", WEIR_DTYPE_F32));
  y = rms_of (n, y, axis, rank, onnx_attr_float (n, "epsilon", 1e-5));
  return ONNX_OP (n, "Multiply", onnx_convert (n, y, dtype), onnx_in (n, 1));
}

/* [N, C, ...] as [N, G, C/G * ...], normalised, and back; scale and shift are given a
 * channel from version 21 on, a group before. */
static WeirPort
group_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y, shape = onnx_shape_of (n, x), scale, shift;
  gint64 groups = onnx_attr_int (n, "num_groups", 1);
  int rank = onnx_rank (n, x);

  y = onnx_reshape (n, x, (const gint64[]){ 0, groups, -1 }, 3);
  y = mvn (n, y, ONNX_INTS (n, 2), onnx_attr_float (n, "epsilon", 1e-5), "inside_sqrt");
  scale = onnx_in (n, 1);
  shift = onnx_in (n, 2);
  if (n->version < 21) {
    y = scale_shift (n, y, onnx_channels (n, scale, 3), onnx_channels (n, shift, 3));
    return onnx_reshape_to (n, y, shape);
  }
  y = onnx_reshape_to (n, y, shape);
  return scale_shift (n, y, onnx_channels (n, scale, rank),
                      onnx_channels (n, shift, rank));
}

static WeirPort
mean_variance_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gsize count;
  const gint64 *axes = onnx_attr_ints (n, "axes", &count);
  const gint64 usual[] = { 0, 2, 3 };

  return mvn (n, x, axes != NULL ? onnx_ints (n, axes, count) : onnx_ints (n, usual, 3),
              1e-9, "outside_sqrt");
}

static WeirPort
lp_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), norm;
  int rank = onnx_rank (n, x);
  int axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);
  gint64 p = onnx_attr_int (n, "p", 2);

  if (p != 1 && p != 2)
    return onnx_invalid (n, "attribute 'p': expected 1 or 2, found %" G_GINT64_FORMAT, p);
  norm = onnx_reduce (n, p == 1 ? "ReduceL1" : "ReduceL2", x, ONNX_INTS (n, axis), TRUE);
  /* What has no length stays zero. */
  norm = ONNX_OP (n, "Select", ONNX_OP (n, "Equal", norm, onnx_scalar (n, norm, 0)),
                  onnx_scalar (n, norm, 1), norm);
  return ONNX_OP (n, "Divide", x, norm);
}

const OnnxRow onnx_rows_norm[] = {
  { "BatchNormalization", NULL, 0, 0, batch_norm },
  { "GroupNormalization", NULL, 0, 0, group_norm },
  { "InstanceNormalization", NULL, 0, 0, instance_norm },
  { "LayerNormalization", NULL, 0, 0, layer_norm },
  { "LpNormalization", NULL, 0, 0, lp_norm },
  { "MeanVarianceNormalization", NULL, 0, 0, mean_variance_norm },
  { "RMSNormalization", NULL, 0, 0, rms_norm },
  { NULL },
};
