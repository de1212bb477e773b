#pragma once

#include "base/checked.h"
#include "base/error.h"
#include "ir/graph.h"

/* What a file of operations includes: declarations and what `infer` and `evaluate` use.
 */
