#pragma once

#include "ir/graph.h"

/** weir_pass_is_unfused: whether scales and shifts beside @node, or @node itself, are to be
 * left as they are: the user wants it, or its sums are exact. */
gboolean weir_pass_is_unfused (const WeirNode *node);
