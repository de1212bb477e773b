#include "table.h"
#include "window.h"

#include <string.h>

/* Layers with weights, pooling, normalisation, softmax. Data is [N, C, spatial...]. */

static WeirPort
add_bias (MxNode *n, WeirPort x, gboolean no_bias, guint spatial)
{
  if (mx_bool (n, "no_bias", no_bias))
    return x;
  return mx_window_bias (n, x, 2, spatial);
}

static gboolean
is_channels_first (MxNode *n)
{
  const char *layout = mx_string (n, "layout", "NCHW");

  if (layout[0] == 'N' && layout[1] == 'C')
    return TRUE;
  weir_make_unsupported (&n->make, "layout %s", layout);
  return FALSE;
}

static WeirPort
convolution (MxNode *n)
{
  gint64 groups = mx_int (n, "num_group", 1);
  WeirPort x, weights;
  WeirNode *node;
  MxWindow w;

  if (!mx_window_read (n, &w) || !is_channels_first (n))
    return WEIR_PORT_NONE;
  x = mx_in_rank (n, 0, (int) w.spatial + 2);
  weights = mx_in (n, 1);
  if (groups != 1)
    weights = weir_make_split_groups (&n->make, weights, groups);
  node = WEIR_MAKE_BEGIN (&n->make, groups != 1 ? "GroupConvolution" : "Convolution", x,
                          weights);
  mx_window_set (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  return add_bias (n, weir_make_end (&n->make, node), FALSE, w.spatial);
}

/* target_shape overrides the pads: what is too much is cut evenly, more at the end. */
static gboolean
apply_target (MxNode *n, MxWindow *w, gint64 adjust[WEIR_MAX_RANK],
              gint64 pads_begin[WEIR_MAX_RANK])
{
  gint64 target[WEIR_MAX_RANK];
  guint count = mx_ints (n, "target_shape", target);
  const WeirShape *shape = weir_make_shape (&n->make, mx_in (n, 0));

  memcpy (pads_begin, w->pads, sizeof w->pads);
  if (count == 0)
    return TRUE;
  if (!mx_window_list (n, "target_shape", 0, w->spatial, target))
    return FALSE;
  if (count != w->spatial || shape->rank != (int) w->spatial + 2 ||
      !weir_shape_is_static (shape)) {
    weir_make_unsupported (&n->make, "target_shape where the data's shape is not known");
    return FALSE;
  }
  for (guint i = 0; i < count; i++) {
    gint64 full = w->strides[i] * (shape->dims[i + 2] - 1) +
                  w->dilations[i] * (w->kernel[i] - 1) + 1;
    gint64 over = full - target[i];

    adjust[i] = over % 2 == 0 ? 0 : 1;
    w->pads[i] = pads_begin[i] = (over + 1) / 2;
  }
  return TRUE;
}

static WeirPort
deconvolution (MxNode *n)
{
  gint64 groups = mx_int (n, "num_group", 1), adjust[WEIR_MAX_RANK], begin[WEIR_MAX_RANK];
  WeirPort x, weights;
  WeirNode *node;
  MxWindow w;

  if (!mx_window_read (n, &w) || !is_channels_first (n) ||
      !mx_window_list (n, "adj", 0, w.spatial, adjust))
    return WEIR_PORT_NONE;
  x = mx_in_rank (n, 0, (int) w.spatial + 2);
  weights = mx_in (n, 1);
  if (!apply_target (n, &w, adjust, begin))
    return WEIR_PORT_NONE;
  if (groups != 1)
    weights = weir_make_split_groups (&n->make, weights, groups);
  node = WEIR_MAKE_BEGIN (
      &n->make, groups != 1 ? "GroupConvolutionBackpropData" : "ConvolutionBackpropData",
      x, weights);
  mx_window_set (node, &w);
  weir_node_set_ints (node, "dilations", w.dilations, w.spatial);
  weir_node_set_ints (node, "output_padding", adjust, w.spatial);
  return add_bias (n, weir_make_end (&n->make, node), TRUE, w.spatial);
}

static WeirPort
fully_connected (MxNode *n)
{
  WeirPort x = mx_in (n, 0), weights = mx_in (n, 1);
  WeirNode *node;
  WeirPort y;

  if (mx_bool (n, "flatten", TRUE))
    x = weir_make_flatten (&n->make, x, 1);
  node = WEIR_MAKE_BEGIN (&n->make, "MatMul", x, weights);
  weir_node_set_bool (node, "transpose_b", TRUE);
  y = weir_make_end (&n->make, node);
  return mx_bool (n, "no_bias", FALSE) ? y
                                       : weir_make_2 (&n->make, "Add", y, mx_in (n, 2));
}

/* Inputs: data, gamma, beta, moving mean, moving variance; fix_gamma takes gamma for 1.
 */
static WeirPort
batch_norm_channels (MxNode *n, WeirPort x)
{
  WeirPort gamma = mx_in (n, 1), ones;
  WeirNode *node;

  if (mx_bool (n, "fix_gamma", TRUE)) {
    ones = weir_make_scalar (&n->make, gamma, 1);
    gamma = weir_make_broadcast (&n->make, ones, weir_make_shape_of (&n->make, gamma));
  }
  node =
      WEIR_MAKE_BEGIN (&n->make, "BatchNormInference", x, gamma, mx_in (n, 2),
                       mx_array (n, 3, "_moving_mean"), mx_array (n, 4, "_moving_var"));
  weir_node_set_float (node, "epsilon", mx_float (n, "eps", 1e-3));
  return weir_make_end (&n->make, node);
}

/* Channels that are elsewhere change places with those of axis 1 and go back. */
static WeirPort
batch_norm (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  gint64 axis = mx_int (n, "axis", 1), order[WEIR_MAX_RANK];
  int rank;

  if (axis == 1)
    return batch_norm_channels (n, x);
  rank = weir_make_rank (&n->make, x);
  axis = weir_make_axis (&n->make, axis, rank);
  for (int i = 0; i < rank; i++)
    order[i] = i == 1 ? axis : i == axis ? 1 : i;
  x = batch_norm_channels (n, weir_make_transpose (&n->make, x, order, (gsize) rank));
  return weir_make_transpose (&n->make, x, order, (gsize) rank);
}

static const struct {
  const char *type, *ir;
} activations[] = {
  { "relu", "Relu" },         { "sigmoid", "Sigmoid" },   { "tanh", "Tanh" },
  { "softrelu", "SoftPlus" }, { "softsign", "SoftSign" },
};

static WeirPort
activation (MxNode *n)
{
  const char *type = mx_string (n, "act_type", "relu");

  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    if (strcmp (type, activations[i].type) == 0)
      return weir_make_1 (&n->make, activations[i].ir, mx_in (n, 0));
  return weir_make_unsupported (&n->make, "act_type %s", type);
}

static WeirPort
elu (MxNode *n, WeirPort x, double alpha)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Elu", x);

  weir_node_set_float (node, "alpha", alpha);
  return weir_make_end (&n->make, node);
}

static WeirPort
gelu (MxNode *n, WeirPort x)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&n->make, "Gelu", x);

  weir_node_set_string (node, "approximation_mode", "erf");
  return weir_make_end (&n->make, node);
}

static WeirPort
leaky_relu (MxNode *n)
{
  const char *type = mx_string (n, "act_type", "leaky");
  double slope = mx_float (n, "slope", 0.25);
  WeirPort x = mx_in (n, 0);

  if (strcmp (type, "prelu") == 0)
    return weir_make_2 (&n->make, "PRelu", x, mx_in (n, 1));
  if (strcmp (type, "leaky") == 0)
    return weir_make_2 (&n->make, "PRelu", x, weir_make_scalar (&n->make, x, slope));
  if (strcmp (type, "rrelu") == 0) {
    slope = (mx_float (n, "lower_bound", 0.125) + mx_float (n, "upper_bound", 0.334)) / 2;
    return weir_make_2 (&n->make, "PRelu", x, weir_make_scalar (&n->make, x, slope));
  }
  if (strcmp (type, "elu") == 0)
    return elu (n, x, slope);
  if (strcmp (type, "gelu") == 0)
    return gelu (n, x);
  if (strcmp (type, "selu") == 0)
    return WEIR_MAKE (&n->make, "Selu", x,
                      weir_make_scalar (&n->make, x, 1.6732632423543772),
                      weir_make_scalar (&n->make, x, 1.0507009873554805));
  return weir_make_unsupported (&n->make, "act_type %s", type);
}

static WeirPort
softmax_along (MxNode *n, const char *ir, WeirPort x, gint64 axis)
{
  WeirNode *node = weir_build_begin (n->make.b, ir, n->make.name, &x, 1);

  weir_node_set_int (node, "axis",
                     weir_make_axis (&n->make, axis, weir_make_rank (&n->make, x)));
  return weir_make_end (&n->make, node);
}

/* Softmax over the first elements of each row along @axis, as many as input 1 says; the
 * rest is 0. */
static WeirPort
softmax_within (MxNode *n, WeirPort x, gint64 axis)
{
  int rank = weir_make_rank (&n->make, x);
  WeirPort ends = weir_make_convert (&n->make, mx_in (n, 1), WEIR_DTYPE_I64), places, y;
  WeirPort is_inside, least = weir_make_scalar (&n->make, x, -G_MAXFLOAT);
  gint64 dims[WEIR_MAX_RANK];

  axis = weir_make_axis (&n->make, axis, rank);
  for (int i = 0; i < rank; i++)
    dims[i] = i == axis ? -1 : 1;
  places = weir_make_counting (&n->make, weir_make_length_of (&n->make, x, axis));
  places = weir_make_reshape (&n->make, places, dims, (gsize) rank);
  is_inside =
      weir_make_2 (&n->make, "Less", places, weir_make_unsqueeze (&n->make, ends, axis));
  y = softmax_along (n, n->row->ir, WEIR_MAKE (&n->make, "Select", is_inside, x, least),
                     axis);
  return WEIR_MAKE (&n->make, "Select", is_inside, y, weir_make_scalar (&n->make, y, 0));
}

static WeirPort
softmax (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  double temperature = mx_float (n, "temperature", 1);

  if (temperature != 1)
    x = weir_make_2 (&n->make, "Divide", x, weir_make_scalar (&n->make, x, temperature));
  if (mx_bool (n, "use_length", FALSE))
    return softmax_within (n, x, mx_int (n, "axis", -1));
  return softmax_along (n, n->row->ir, x, mx_int (n, "axis", -1));
}

static WeirPort
softmin (MxNode *n)
{
  return softmax_along (n, "Softmax", weir_make_1 (&n->make, "Negative", mx_in (n, 0)),
                        mx_int (n, "axis", -1));
}

/* Along the last axis, unless it is asked for over channels. */
static WeirPort
softmax_activation (MxNode *n)
{
  return softmax_along (n, "Softmax", mx_in (n, 0),
                        strcmp (mx_string (n, "mode", "instance"), "channel") == 0 ? 1
                                                                                   : -1);
}

/* Its second input, the label, is of training alone. Over all but the batch as one,
 * unless it is asked for otherwise. */
static WeirPort
softmax_output (MxNode *n)
{
  WeirPort x = mx_in (n, 0);
  int rank = weir_make_rank (&n->make, x);

  if (mx_bool (n, "preserve_shape", FALSE))
    return softmax_along (n, "Softmax", x, -1);
  if (mx_bool (n, "multi_output", FALSE) || rank == 2)
    return softmax_along (n, "Softmax", x, 1);
  return weir_make_reshape_to (
      &n->make, softmax_along (n, "Softmax", weir_make_flatten (&n->make, x, 1), 1),
      weir_make_shape_of (&n->make, x));
}

static WeirPort
lrn (MxNode *n)
{
  WeirNode *node =
      WEIR_MAKE_BEGIN (&n->make, "LRN", mx_in (n, 0), WEIR_MAKE_INTS (&n->make, 1));

  weir_node_set_float (node, "alpha", mx_float (n, "alpha", 1e-4));
  weir_node_set_float (node, "beta", mx_float (n, "beta", 0.75));
  weir_node_set_float (node, "bias", mx_float (n, "knorm", 2));
  weir_node_set_int (node, "size", mx_int (n, "nsize", 5));
  return weir_make_end (&n->make, node);
}

const MxRow mx_rows_nn[] = {
  { "Convolution", convolution },
  { "Convolution_v1", convolution },
  { "Deconvolution", deconvolution },
  { "FullyConnected", fully_connected },
  { "BatchNorm", batch_norm },
  { "BatchNorm_v1", batch_norm },
  { "Activation", activation },
  { "LeakyReLU", leaky_relu },
  { "softmax", softmax, "Softmax" },
  { "log_softmax", softmax, "LogSoftmax" },
  { "softmin", softmin },
  { "SoftmaxActivation", softmax_activation },
  { "SoftmaxOutput", softmax_output },
  { "Softmax", softmax_output },
  { "LRN", lrn },
  { NULL },
};
