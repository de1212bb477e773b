#pragma once

#include "weights.h"

/**
 * weir_pass_quantized_weights:
 * @levels: (out): the weights of the layer @node as whole numbers, in the type they have
 * @scales: (out) (array length=channels): what one of them is worth, for each output
 *   channel of all groups; free with g_free()
 *
 * Whether the weights of @node are whole numbers times a scale: written as integers that
 * are converted, shifted and scaled, or under a FakeQuantize.
 */
gboolean weir_pass_quantized_weights (const WeirGraph *graph, const WeirNode *node,
                                      WeirTensor **levels, double **scales,
                                      gsize *channels);
