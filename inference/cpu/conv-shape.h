#pragma once

#include "runtime/plan.h"

/**
 * ConvShape:
 * @channels, @outputs: input and output channels of all groups
 * @top, @left: zeros before the input; negative where it is cropped
 * @bottom, @right: zeros behind it that are really read
 *
 * The sizes of a two-dimensional convolution.
 */
typedef struct {
  gsize batch, groups, channels, outputs;
  gsize in_height, in_width, out_height, out_width;
  gsize kernel_height, kernel_width;
  gsize stride_y, stride_x, dilation_y, dilation_x;
  gssize top, left, bottom, right;
} ConvShape;

/**
 * weir_conv_shape:
 * @shape: (out)
 *
 * Whether @group is a convolution that the fast kernels can do: f32, rank 4, constant
 * weights, pads of a sane size, a bias and a residual that fit its output.
 */
gboolean weir_conv_shape (const WeirPlan *plan, const WeirGroup *group, ConvShape *shape);

/**
 * weir_deconv_shape:
 * @shape: (out): @top and @left are what is cut off before the output; @bottom and @right
 *   are not set
 *
 * The same for ConvolutionBackpropData and GroupConvolutionBackpropData.
 */
gboolean weir_deconv_shape (const WeirPlan *plan, const WeirGroup *group,
                            ConvShape *shape);

/** weir_conv_demand: input, residual and output in @block channels, the input with the
 * border that its window reads. */
void weir_conv_demand (const ConvShape *shape, const WeirGroup *group, guint block,
                       WeirDemand *inputs, WeirDemand *outputs);

/** weir_conv_has_border: whether any window reads zeros around the input. */
gboolean weir_conv_has_border (const ConvShape *shape);

/** weir_conv_rows_read: `rows_read` of a convolution. */
void weir_conv_rows_read (const WeirPlan *plan, const WeirGroup *group, gsize first,
                          gsize end, gssize *from, gssize *to);

/** weir_conv_macs: multiplications, padding included. */
double weir_conv_macs (const ConvShape *shape);

/** weir_conv_bytes: bytes of input, weights and output. */
double weir_conv_bytes (const ConvShape *shape);
