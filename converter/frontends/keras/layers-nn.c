#include "keras.h"

#include <string.h>

/* Activations by name, as layers and as attributes; convolutions, pooling, Dense. */

static const struct {
  const char *name, *op;
} activations[] = {
  { "relu", "Relu" },       { "sigmoid", "Sigmoid" },   { "tanh", "Tanh" },
  { "exponential", "Exp" }, { "softplus", "SoftPlus" }, { "softsign", "SoftSign" },
};

WeirPort
keras_activate (KerasLayer *l, WeirPort x)
{
  const char *name = keras_text (l, "activation", "linear");
  WeirNode *node;

  if (strcmp (name, "linear") == 0)
    return x;
  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    if (strcmp (name, activations[i].name) == 0)
      return weir_make_1 (&l->make, activations[i].op, x);
  if (strcmp (name, "relu6") == 0)
    return weir_make_clamp (&l->make, x, 0, 6);
  if (strcmp (name, "softmax") != 0)
    return weir_make_unsupported (&l->make, "activation '%s'", name);
  node = WEIR_MAKE_BEGIN (&l->make, "Softmax", x);
  weir_node_set_int (node, "axis", MAX (weir_make_rank (&l->make, x) - 1, 0));
  return weir_make_end (&l->make, node);
}

static WeirPort
activation (KerasLayer *l)
{
  return keras_activate (l, keras_in (l, 0));
}

static WeirPort
rectifier (KerasLayer *l)
{
  double most = keras_float (l, "max_value", G_MAXDOUBLE);

  if (keras_float (l, "negative_slope", 0) != 0 || keras_float (l, "threshold", 0) != 0)
    return weir_make_unsupported (&l->make, "a slope or a threshold");
  return most == G_MAXDOUBLE ? weir_make_1 (&l->make, "Relu", keras_in (l, 0))
                             : weir_make_clamp (&l->make, keras_in (l, 0), 0, most);
}

static WeirPort
leaky (KerasLayer *l)
{
  double alpha = keras_float (l, "alpha", keras_float (l, "negative_slope", 0.3));
  WeirPort x = keras_in (l, 0);

  return weir_make_2 (&l->make, "PRelu", x, weir_make_scalar (&l->make, x, alpha));
}

static WeirPort
first (KerasLayer *l, WeirPort x)
{
  return keras_is_last (l) ? weir_make_to_nchw (&l->make, x) : x;
}

static WeirPort
back (KerasLayer *l, WeirPort x)
{
  return keras_is_last (l) ? weir_make_to_nhwc (&l->make, x) : x;
}

static const char *
padding_of (KerasLayer *l)
{
  const char *padding = keras_text (l, "padding", keras_text (l, "border_mode", "valid"));

  if (strcmp (padding, "valid") != 0 && strcmp (padding, "same") != 0)
    weir_make_unsupported (&l->make, "padding '%s'", padding);
  return strcmp (padding, "same") == 0 ? "same_upper" : "valid";
}

static void
set_window (KerasLayer *l, WeirNode *node, const gint64 *strides)
{
  const gint64 none[2] = { 0, 0 };

  weir_node_set_ints (node, "strides", strides, 2);
  weir_node_set_ints (node, "pads_begin", none, 2);
  weir_node_set_ints (node, "pads_end", none, 2);
  weir_node_set_string (node, "auto_pad", padding_of (l));
}

/* @x has its channels first, as the filters do. */
static WeirPort
convolve (KerasLayer *l, WeirPort x, WeirPort filters, const char *op,
          const gint64 *strides)
{
  WeirNode *node = WEIR_MAKE_BEGIN (&l->make, op, x, filters);
  gint64 dilations[2];

  keras_ints (l, "dilation_rate", 1, dilations, 2);
  set_window (l, node, strides);
  weir_node_set_ints (node, "dilations", dilations, 2);
  return weir_make_end (&l->make, node);
}

static WeirPort
finish (KerasLayer *l, WeirPort x)
{
  if (keras_bool (l, "use_bias", keras_bool (l, "bias", TRUE))) {
    WeirPort bias = weir_make_channels (&l->make, keras_weight (l, "bias"), 4);

    x = weir_make_2 (&l->make, "Add", x, bias);
  }
  return keras_activate (l, back (l, x));
}

static WeirPort
conv_2d (KerasLayer *l)
{
  const gint64 order[] = { 3, 2, 0, 1 };
  WeirPort filters = keras_weight (l, "kernel");
  gint64 strides[2];

  if (keras_int (l, "groups", 1) != 1)
    return weir_make_unsupported (&l->make, "groups");
  keras_ints (l, "strides", 1, strides, 2);
  filters = weir_make_transpose (&l->make, filters, order, 4);
  return finish (
      l, convolve (l, first (l, keras_in (l, 0)), filters, "Convolution", strides));
}

/* Keras 3 calls the only filters of a layer its kernel. */
static const char *
depthwise_name (KerasLayer *l)
{
  return strcmp (l->row->layer, "DepthwiseConv2D") == 0 && keras_has_weight (l, "kernel")
             ? "kernel"
             : "depthwise_kernel";
}

/* Filters are [H, W, C, multiplier]. */
static WeirPort
depthwise (KerasLayer *l)
{
  WeirPort filters = keras_weight (l, depthwise_name (l));
  const WeirShape *shape = weir_make_shape (&l->make, filters);
  const gint64 order[] = { 2, 3, 0, 1 };
  gint64 strides[2], dims[5] = { 0 };

  if (!weir_build_failed (l->make.b) && shape->rank != 4)
    return weir_make_invalid (&l->make, "expected filters of 4 dimensions, found %d",
                              shape->rank);
  memcpy (dims,
          (gint64[]){ shape->dims[2], shape->dims[3], 1, shape->dims[0], shape->dims[1] },
          sizeof dims);
  keras_ints (l, "strides", 1, strides, 2);
  filters = weir_make_transpose (&l->make, filters, order, 4);
  filters = weir_make_reshape (&l->make, filters, dims, 5);
  return convolve (l, first (l, keras_in (l, 0)), filters, "GroupConvolution", strides);
}

static WeirPort
depthwise_conv_2d (KerasLayer *l)
{
  return finish (l, depthwise (l));
}

static WeirPort
separable_conv_2d (KerasLayer *l)
{
  const gint64 order[] = { 3, 2, 0, 1 }, ones[] = { 1, 1 }, none[] = { 0, 0 };
  WeirPort x = depthwise (l), filters = keras_weight (l, "pointwise_kernel");
  WeirNode *node;

  filters = weir_make_transpose (&l->make, filters, order, 4);
  node = WEIR_MAKE_BEGIN (&l->make, "Convolution", x, filters);
  weir_node_set_ints (node, "strides", ones, 2);
  weir_node_set_ints (node, "dilations", ones, 2);
  weir_node_set_ints (node, "pads_begin", none, 2);
  weir_node_set_ints (node, "pads_end", none, 2);
  return finish (l, weir_make_end (&l->make, node));
}

static WeirPort
pool_2d (KerasLayer *l)
{
  WeirPort x = first (l, keras_in (l, 0));
  WeirNode *node = weir_build_begin (l->make.b, l->row->ir, l->make.name, &x, 1);
  const gint64 ones[] = { 1, 1 };
  gint64 kernel[2], strides[2];

  keras_ints (l, "pool_size", 2, kernel, 2);
  keras_ints (l, "strides", 0, strides, 2);
  for (int i = 0; i < 2; i++)
    strides[i] = strides[i] == 0 ? kernel[i] : strides[i];
  set_window (l, node, strides);
  weir_node_set_ints (node, "kernel", kernel, 2);
  weir_node_set_string (node, "rounding_type", "floor");
  if (strcmp (l->row->ir, "AvgPool") == 0)
    weir_node_set_bool (node, "exclude-pad", TRUE);
  else
    weir_node_set_ints (node, "dilations", ones, 2);
  return back (l, weir_make_end (&l->make, node));
}

static WeirPort
global_pool_2d (KerasLayer *l)
{
  WeirPort axes = keras_is_last (l) ? WEIR_MAKE_INTS (&l->make, 1, 2)
                                    : WEIR_MAKE_INTS (&l->make, 2, 3);

  return weir_make_reduce (&l->make, l->row->ir, keras_in (l, 0), axes,
                           keras_bool (l, "keepdims", FALSE));
}

/* The axis of the channels, the last one as a rule; scale and offset may be left out. */
static WeirPort
batch_normalization (KerasLayer *l)
{
  WeirPort x = keras_in (l, 0), mean = keras_weight (l, "moving_mean");
  WeirPort variance = keras_weight (l, "moving_variance"), scale, offset;
  int rank = weir_make_rank (&l->make, x);
  gint64 axis = keras_int (l, "axis", -1);
  gboolean last = axis == -1 || axis == rank - 1;
  WeirNode *node;
  WeirPort y;

  scale = keras_bool (l, "scale", TRUE)
              ? keras_weight (l, "gamma")
              : weir_make_broadcast (&l->make, weir_make_scalar (&l->make, x, 1),
                                     weir_make_shape_of (&l->make, mean));
  offset = keras_bool (l, "center", TRUE)
               ? keras_weight (l, "beta")
               : weir_make_broadcast (&l->make, weir_make_scalar (&l->make, x, 0),
                                      weir_make_shape_of (&l->make, mean));
  if (!last && axis != 1)
    return weir_make_unsupported (&l->make, "axis %" G_GINT64_FORMAT, axis);
  if (last && rank > 2)
    x = weir_make_to_nchw (&l->make, x);
  node =
      WEIR_MAKE_BEGIN (&l->make, "BatchNormInference", x, scale, offset, mean, variance);
  weir_node_set_float (node, "epsilon", keras_float (l, "epsilon", 1e-3));
  y = weir_make_end (&l->make, node);
  return last && rank > 2 ? weir_make_to_nhwc (&l->make, y) : y;
}

static WeirPort
dense (KerasLayer *l)
{
  WeirPort x =
      weir_make_2 (&l->make, "MatMul", keras_in (l, 0), keras_weight (l, "kernel"));

  if (keras_bool (l, "use_bias", keras_bool (l, "bias", TRUE)))
    x = weir_make_2 (&l->make, "Add", x, keras_weight (l, "bias"));
  return keras_activate (l, x);
}

const KerasRow keras_rows_nn[] = {
  { "Activation", activation },
  { "AveragePooling2D", pool_2d, "AvgPool" },
  { "BatchNormalization", batch_normalization },
  { "Conv2D", conv_2d },
  { "Convolution2D", conv_2d },
  { "Dense", dense },
  { "DepthwiseConv2D", depthwise_conv_2d },
  { "GlobalAveragePooling2D", global_pool_2d, "ReduceMean" },
  { "GlobalMaxPooling2D", global_pool_2d, "ReduceMax" },
  { "LeakyReLU", leaky },
  { "MaxPooling2D", pool_2d, "MaxPool" },
  { "ReLU", rectifier },
  { "SeparableConv2D", separable_conv_2d },
  { NULL },
};
