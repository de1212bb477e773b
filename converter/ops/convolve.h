#pragma once

#include "window.h"

/* The sums of products that convolution and its transpose share. Both relate a coarse and
 * a fine picture: fine = coarse * stride - pad + tap * dilation. Convolution gathers from
 * the fine one, its transpose scatters into it. */

/**
 * WeirConvolve:
 * @groups: groups of channels
 * @outputs, @inputs: channels a group
 * @w_output, @w_input: elements between the weights of neighbouring output channels of a
 *   group, and of input channels
 * @w_group: elements between the weights of groups
 * @scatter: the input is the coarse picture
 */
typedef struct {
  WeirWindow window;
  gint64 groups, outputs, inputs;
  gsize w_group, w_output, w_input;
  gboolean scatter;
} WeirConvolve;

/** weir_convolve: fills @y, [N, groups * outputs, spatial...], from input and weights. */
gboolean weir_convolve (const WeirConvolve *c, WeirTensor *x, WeirTensor *w,
                        WeirTensor *y, GError **error);
