#pragma once

#include "runtime/plan.h"

/** weir_value_has_border: whether there are zeros around its planes. */
gboolean weir_value_has_border (const WeirValue *value);

/** weir_value_clear_border: writes them, on the team; @data is element (0,0,0,0). */
void weir_value_clear_border (const WeirValue *value, void *data, WeirThreads *threads);
