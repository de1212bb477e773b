#pragma once

#include "rewrite.h"

WEIR_BEGIN_DECLS

/* The constant weights of a layer, whichever operation it is: Convolution,
 * GroupConvolution, their BackpropData forms, or MatMul with a matrix as second input. */

/**
 * WeirPassWeights:
 * @tensor: what they are
 * @groups, @inputs, @outputs: input and output channels of each group
 * @inner: elements for each pair of channels
 * @inputs_first: whether they lie as [groups][inputs][outputs][inner], else outputs first
 * @channel_axis: dimension of the layer's input and output where the channels are,
 * counted from the end where it is negative
 */
typedef struct {
  WeirTensor *tensor;
  gsize groups, inputs, outputs, inner;
  gboolean inputs_first;
  int channel_axis;
} WeirPassWeights;

/** weir_pass_weights_form: all but @tensor, for weights of @shape, which is static.
 * %FALSE where @node is no such layer. */
gboolean weir_pass_weights_form (const WeirNode *node, const WeirShape *shape,
                                 WeirPassWeights *weights);
/** weir_pass_weights: %FALSE where @node is no such layer, or its weights are not
 * constant, not of a float type, or used elsewhere too. */
gboolean weir_pass_weights (const WeirGraph *graph, const WeirNode *node,
                            WeirPassWeights *weights);
void weir_pass_weights_clear (WeirPassWeights *weights);

/** weir_pass_weights_output: which output channel, of those of all groups, element @i of
 * the weights belongs to. */
gsize weir_pass_weights_output (const WeirPassWeights *weights, gsize i);
/** weir_pass_weights_along: whether @factor, on a value of rank @rank, belongs to the
 * channels: one for all, or one each of @channels. */
gboolean weir_pass_weights_along (const WeirPassWeights *weights,
                                  const WeirTensor *factor, int rank, gsize channels);

/**
 * weir_pass_weights_scale: (transfer full) (nullable):
 * @factor: one element, or one a channel
 * @of_inputs: whether the channels are those of the input
 *
 * %NULL out of memory, and where a product is not finite.
 */
WeirTensor *weir_pass_weights_scale (const WeirPassWeights *weights,
                                     const WeirTensor *factor, gboolean of_inputs);

/** weir_pass_weights_shift: (transfer full): for each output channel what a layer adds to
 * its result where @shift (one element, or one an input channel) is added to its input.
 */
double *weir_pass_weights_shift (const WeirPassWeights *weights, const WeirTensor *shift);

/** weir_pass_weights_reverse: (transfer full) (nullable): the input channels in reverse
 * order. */
WeirTensor *weir_pass_weights_reverse (const WeirPassWeights *weights);

/** weir_pass_weights_rebuild: a layer like @node on @data with other weights; these are
 * compressed to the type that the old ones were stored in, where it holds them exactly.
 * @tensor: (transfer full) */
WeirPort weir_pass_weights_rebuild (WeirBuilder *builder, const WeirNode *node,
                                    WeirPort data, WeirTensor *tensor);

WEIR_END_DECLS
