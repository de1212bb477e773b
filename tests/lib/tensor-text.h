#pragma once

#include "ir/tensor.h"

/** tensor_from_text: (transfer full): "2x3: 1 2 3 4 5 6" as a tensor of f32: its shape and
 * elements, the last of which is repeated. */
WeirTensor *tensor_from_text (const char *text);
