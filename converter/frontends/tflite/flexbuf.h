#pragma once

#include "base/bytes.h"

/**
 * weir_flex_number:
 * @buffer: a FlexBuffer whose root is a map, as the options of custom operators are
 *
 * Finds the number, or the truth value as 0 or 1, at @key. Returns: %FALSE where there is
 * none, or the buffer is broken.
 */
gboolean weir_flex_number (const WeirBytes *buffer, const char *key, double *value);
