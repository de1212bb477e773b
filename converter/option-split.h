#pragma once

#include "base/problem.h"

/** weir_option_split: (transfer full) (nullable) (element-type utf8): @text at commas
 * outside of all brackets; @problem is what a text is whose brackets do not match. */
GPtrArray *weir_option_split (const char *text, WeirProblem problem, GError **error);
