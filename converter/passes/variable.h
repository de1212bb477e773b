#pragma once

#include "ir/build.h"

/* Variables that live from one inference to the next. */

/** weir_pass_read_variable: what variable @id holds, typed and shaped like @initial,
 * which it holds at first. */
WeirPort weir_pass_read_variable (WeirBuilder *builder, const char *id, const char *name,
                                  WeirPort initial, const WeirShape *shape);
/** weir_pass_assign_variable: variable @id takes @value at the end of an inference. */
void weir_pass_assign_variable (WeirBuilder *builder, const char *id, const char *name,
                                WeirPort value, const WeirShape *shape);
