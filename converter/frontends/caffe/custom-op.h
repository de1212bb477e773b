#pragma once

#include "ir/op.h"

/**
 * cf_custom_op: (transfer none):
 * @type: how the layer is called
 * @names: (element-type utf8): its attributes, all of them texts
 * @outputs: what weir_offload_outputs() prints
 * @count: the number of outputs
 *
 * An operation that nothing in this process computes, for a layer that passes as it is.
 * It lives as long as the process; the same one is made once.
 */
const WeirOp *cf_custom_op (const char *type, const GPtrArray *names, const char *outputs,
                            guint count);
