#pragma once

#include "base/bytes.h"
#include "ir/attr.h"

/**
 * weir_flex_number:
 * @buffer: a FlexBuffer whose root is a map, as the options of custom operators are
 *
 * Finds the number, or the truth value as 0 or 1, at @key. Returns: %FALSE where there is
 * none, or the buffer is broken.
 */
gboolean weir_flex_number (const WeirBytes *buffer, const char *key, double *value);

/**
 * weir_flex_value:
 * @type: (out): what @value holds: a number, a truth value, text, or a list of numbers
 * @value: (out): empty before
 *
 * Finds what stands at @key; %FALSE where there is nothing, or something else.
 */
gboolean weir_flex_value (const WeirBytes *buffer, const char *key, WeirAttrType *type,
                          WeirAttr *value);
