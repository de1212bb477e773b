#pragma once

#include <glib.h>
#include <stdint.h>

/** What every file of a target defines: tries @data, and aborts on a broken promise. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
