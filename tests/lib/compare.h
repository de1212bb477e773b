#pragma once

#include "ir/tensor.h"

/* Comparing tensors in tests; a difference fails the running GTest with a message. */

/** The largest difference must stay below @tolerance times the largest |expected|, or
 * below
 * @tolerance itself where all is smaller than 1. Types and shapes must be the same. */
void assert_close (const WeirTensor *found, const WeirTensor *expected, double tolerance);

/** Same type, shape and elements. */
void assert_equal (const WeirTensor *found, const WeirTensor *expected);

/** @tensor has @n elements, these. */
void assert_f32 (const WeirTensor *tensor, const float *expected, gsize n);
void assert_ints (const WeirTensor *tensor, const gint64 *expected, gsize n);
void assert_shape (const WeirShape *shape, const char *expected);

/** The message of @error holds @text. */
void assert_says (const GError *error, const char *text);
