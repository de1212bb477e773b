#pragma once

#include "frontend.h"
#include "ir/offload.h"
#include "make.h"

/* What frontends do with an operation that its own framework shall run. */

/** weir_offload_op: whether the options of this conversion say who runs parts of
 * @framework: that others in this process have said so is not enough. */
gboolean weir_offload_op (const WeirFrontendInput *input, const char *framework);

/**
 * weir_offload_op_convert:
 * @part: (transfer full): what the runner gets
 *
 * Adds an Offload whose outputs are as the runner describes them. Returns: %FALSE after a
 * failure, which the builder tells.
 */
gboolean weir_offload_op_convert (WeirMake *make, const char *framework, WeirTensor *part,
                                  const WeirPort *inputs, guint n_inputs,
                                  WeirPort *outputs, guint n_outputs);

/** weir_offload_op_describe: type and shape of each output of @part, of whose inputs the
 * types and shapes are those of @inputs; a failure names what is left open. */
gboolean weir_offload_op_describe (WeirMake *make, const char *framework,
                                   WeirTensor *part, const WeirPort *inputs,
                                   guint n_inputs, WeirValueInfo *infos, guint n_outputs);
