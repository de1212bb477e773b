#pragma once

#include "node.h"

/* What operations share that work with indices. */

/** tf_scatter: @updates at rows @indices of @x; @reduction: "none", "sum", "prod", "min",
 * "max" with what is there. */
WeirPort tf_scatter (TfNode *n, WeirPort x, WeirPort indices, WeirPort updates,
                     const char *reduction);
/** tf_non_zero: [rank, count]: the i64 indices of elements that are not zero. */
WeirPort tf_non_zero (TfNode *n, WeirPort x);
/** tf_split_index: flat indices @x as those of the @count dimensions that @dims holds. */
void tf_split_index (TfNode *n, WeirPort x, WeirPort dims, guint count, WeirPort *parts);
