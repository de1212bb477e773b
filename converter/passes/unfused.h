#pragma once

#include "ir/graph.h"

/** weir_pass_is_unfused: whether the user wants scales and shifts beside @node, or @node
 * itself, left as they are. */
gboolean weir_pass_is_unfused (const WeirNode *node);
