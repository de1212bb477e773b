#pragma once

#include "frontends/frontend.h"

/* The two files of an MXNet model, for tests. */

/** mxnet_params: (transfer full): a list of arrays; names are "arg:NAME". */
GBytes *mxnet_params (const char *const *names, WeirTensor *const *tensors, guint count);
/** mxnet_load: (transfer full) (nullable): the model of a symbol's JSON and arrays. */
WeirModel *mxnet_load (const char *symbol, GBytes *params, const WeirCut *cut,
                       GError **error);
