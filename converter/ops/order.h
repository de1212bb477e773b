#pragma once

#include "ops.h"

/**
 * weir_order:
 *
 * Compares element @i of @a with element @j of @b, both of @dtype, exactly: -1, 0 or 1.
 * NaN comes after every number and equals NaN, so that sorting always has an answer.
 */
int weir_order (WeirDtype dtype, const void *a, gsize i, const void *b, gsize j);
