#include "attr.h"
#include "node.h"
#include "table.h"

/* Normalisation. */

static WeirPort
scale_shift (OnnxNode *n, WeirPort x, WeirPort scale, WeirPort shift)
{
  return WEIR_MAKE (&n->make, "Add", WEIR_MAKE (&n->make, "Multiply", x, scale), shift);
}

/* Statistics of the batch in place of the stored ones, and the stored ones moved towards
 * them (BatchNormalization, training_mode). */
static WeirPort
batch_norm_training (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes, mean, variance, centred, momentum, rest, running[2];
  int rank = weir_make_rank (&n->make, x);
  gint64 list[WEIR_MAX_RANK] = { 0 };
  WeirPort flat[2];

  for (int i = 2; i < rank; i++)
    list[i - 1] = i;
  axes = weir_make_ints (&n->make, list, (gsize) MAX (rank - 1, 1));
  mean = weir_make_reduce (&n->make, "ReduceMean", x, axes, TRUE);
  centred = WEIR_MAKE (&n->make, "Subtract", x, mean);
  variance =
      weir_make_reduce (&n->make, "ReduceMean",
                        WEIR_MAKE (&n->make, "Multiply", centred, centred), axes, TRUE);
  flat[0] = weir_make_reshape (&n->make, mean, (const gint64[]){ -1 }, 1);
  flat[1] = weir_make_reshape (&n->make, variance, (const gint64[]){ -1 }, 1);
  for (guint i = 0; i < 2; i++) {
    momentum = weir_make_scalar (&n->make, flat[i], onnx_attr_float (n, "momentum", 0.9));
    rest = weir_make_scalar (&n->make, flat[i], 1 - onnx_attr_float (n, "momentum", 0.9));
    running[i] = WEIR_MAKE (
        &n->make, "Add", WEIR_MAKE (&n->make, "Multiply", onnx_in (n, 3 + i), momentum),
        WEIR_MAKE (&n->make, "Multiply", flat[i], rest));
    onnx_out (n, 1 + i, running[i]);
  }
  variance =
      WEIR_MAKE (&n->make, "Add", variance,
                 weir_make_scalar (&n->make, x, onnx_attr_float (n, "epsilon", 1e-5)));
  centred =
      WEIR_MAKE (&n->make, "Divide", centred, WEIR_MAKE (&n->make, "Sqrt", variance));
  return scale_shift (n, centred, weir_make_channels (&n->make, onnx_in (n, 1), rank),
                      weir_make_channels (&n->make, onnx_in (n, 2), rank));
}

static WeirPort
batch_norm (OnnxNode *n)
{
  WeirNode *node;

  if (onnx_attr_int (n, "training_mode", 0) != 0)
    return batch_norm_training (n);
  node = WEIR_MAKE_BEGIN (&n->make, "BatchNormInference", onnx_in (n, 0), onnx_in (n, 1),
                          onnx_in (n, 2), onnx_in (n, 3), onnx_in (n, 4));
  weir_node_set_float (node, "epsilon", onnx_attr_float (n, "epsilon", 1e-5));
  return weir_make_end (&n->make, node);
}

static WeirPort
mvn (OnnxNode *n, WeirPort x, WeirPort axes, double eps, const char *eps_mode)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "MVN", x, axes);

  weir_node_set_bool (node, "normalize_variance", TRUE);
  weir_node_set_float (node, "eps", eps);
  weir_node_set_string (node, "eps_mode", eps_mode);
  return weir_make_end (&n->make, node);
}

static WeirPort
instance_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  int rank = weir_make_rank (&n->make, x);

  y = mvn (n, x, weir_make_range (&n->make, 2, rank),
           onnx_attr_float (n, "epsilon", 1e-5), "inside_sqrt");
  return scale_shift (n, y, weir_make_channels (&n->make, onnx_in (n, 1), rank),
                      weir_make_channels (&n->make, onnx_in (n, 2), rank));
}

/* Mean and 1 / standard deviation, which few models read. */
static void
layer_norm_statistics (OnnxNode *n, WeirPort x, WeirPort axes, double eps)
{
  WeirPort mean = weir_make_reduce (&n->make, "ReduceMean", x, axes, TRUE);
  WeirPort centred = WEIR_MAKE (&n->make, "Subtract", x, mean), variance;

  variance =
      weir_make_reduce (&n->make, "ReduceMean",
                        WEIR_MAKE (&n->make, "Multiply", centred, centred), axes, TRUE);
  variance =
      WEIR_MAKE (&n->make, "Add", variance, weir_make_scalar (&n->make, variance, eps));
  onnx_out (n, 1, mean);
  onnx_out (n, 2,
            WEIR_MAKE (&n->make, "Divide", weir_make_scalar (&n->make, variance, 1),
                       WEIR_MAKE (&n->make, "Sqrt", variance)));
}

/* Computed in the type that stash_type names, which is float where it is not given. */
static WeirPort
layer_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), axes, y, wide;
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  int rank = weir_make_rank (&n->make, x), axis;
  double eps = onnx_attr_float (n, "epsilon", 1e-5);

  axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);
  axes = weir_make_range (&n->make, axis, rank);
  wide =
      weir_make_convert (&n->make, x, onnx_attr_dtype (n, "stash_type", WEIR_DTYPE_F32));
  if (onnx_wants (n, 1) || onnx_wants (n, 2))
    layer_norm_statistics (n, wide, axes, eps);
  y = weir_make_convert (&n->make, mvn (n, wide, axes, eps, "inside_sqrt"), dtype);
  y = WEIR_MAKE (&n->make, "Multiply", y, onnx_in (n, 1));
  return onnx_has (n, 2) ? WEIR_MAKE (&n->make, "Add", y, onnx_in (n, 2)) : y;
}

static WeirPort
rms_of (OnnxNode *n, WeirPort x, int axis, int rank, double eps)
{
  WeirPort square = WEIR_MAKE (&n->make, "Multiply", x, x), mean;

  mean = weir_make_reduce (&n->make, "ReduceMean", square,
                           weir_make_range (&n->make, axis, rank), TRUE);
  mean = WEIR_MAKE (&n->make, "Add", mean, weir_make_scalar (&n->make, mean, eps));
  return WEIR_MAKE (&n->make, "Divide", x, WEIR_MAKE (&n->make, "Sqrt", mean));
}

static WeirPort
rms_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y;
  WeirDtype dtype = weir_make_dtype (&n->make, x);
  int rank = weir_make_rank (&n->make, x);
  int axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);

  y = weir_make_convert (&n->make, x, onnx_attr_dtype (n, "stash_type", WEIR_DTYPE_F32));
  y = rms_of (n, y, axis, rank, onnx_attr_float (n, "epsilon", 1e-5));
  return WEIR_MAKE (&n->make, "Multiply", weir_make_convert (&n->make, y, dtype),
                    onnx_in (n, 1));
}

/* [N, C, ...] as [N, G, C/G * ...], normalised, and back; scale and shift are given a
 * channel from version 21 on, a group before. */
static WeirPort
group_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), y, shape = weir_make_shape_of (&n->make, x), scale, shift;
  gint64 groups = onnx_attr_int (n, "num_groups", 1);
  int rank = weir_make_rank (&n->make, x);

  y = weir_make_reshape (&n->make, x, (const gint64[]){ 0, groups, -1 }, 3);
  y = mvn (n, y, WEIR_MAKE_INTS (&n->make, 2), onnx_attr_float (n, "epsilon", 1e-5),
           "inside_sqrt");
  scale = onnx_in (n, 1);
  shift = onnx_in (n, 2);
  if (n->version < 21) {
    y = scale_shift (n, y, weir_make_channels (&n->make, scale, 3),
                     weir_make_channels (&n->make, shift, 3));
    return weir_make_reshape_to (&n->make, y, shape);
  }
  y = weir_make_reshape_to (&n->make, y, shape);
  return scale_shift (n, y, weir_make_channels (&n->make, scale, rank),
                      weir_make_channels (&n->make, shift, rank));
}

static WeirPort
mean_variance_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0);
  gsize count;
  const gint64 *axes = onnx_attr_ints (n, "axes", &count);
  const gint64 usual[] = { 0, 2, 3 };

  return mvn (n, x,
              axes != NULL ? weir_make_ints (&n->make, axes, count)
                           : weir_make_ints (&n->make, usual, 3),
              1e-9, "outside_sqrt");
}

static WeirPort
lp_norm (OnnxNode *n)
{
  WeirPort x = onnx_in (n, 0), norm;
  int rank = weir_make_rank (&n->make, x);
  int axis = onnx_axis (n, onnx_attr_int (n, "axis", -1), rank);
  gint64 p = onnx_attr_int (n, "p", 2);

  if (p != 1 && p != 2)
    return weir_make_invalid (
        &n->make, "attribute 'p': expected 1 or 2, found %" G_GINT64_FORMAT, p);
  norm = weir_make_reduce (&n->make, p == 1 ? "ReduceL1" : "ReduceL2", x,
                           WEIR_MAKE_INTS (&n->make, axis), TRUE);
  /* What has no length stays zero. */
  norm = WEIR_MAKE (
      &n->make, "Select",
      WEIR_MAKE (&n->make, "Equal", norm, weir_make_scalar (&n->make, norm, 0)),
      weir_make_scalar (&n->make, norm, 1), norm);
  return WEIR_MAKE (&n->make, "Divide", x, norm);
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
