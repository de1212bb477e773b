#pragma once

#include "tflite.h"

/** weir_tflite_extension: (nullable): the row of a custom operator that an extension
 * translates. */
const WeirTfliteRow *weir_tflite_extension (const char *custom);
