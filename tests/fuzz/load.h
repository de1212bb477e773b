#pragma once

#include "frontends/frontend.h"
#include "fuzz.h"

/** fuzz_load_input: loads @input; what can be loaded is a sound graph. Its list of what
 * is unsupported is the function's own. */
void fuzz_load_input (const WeirFrontend *frontend, const WeirFrontendInput *input);
/** fuzz_source: (transfer full): @data as a file. */
WeirSource *fuzz_source (const uint8_t *data, size_t size, const char *name);
/** fuzz_load: loads @data as a file of @frontend; what can be loaded is a sound graph. */
void fuzz_load (const WeirFrontend *frontend, const uint8_t *data, size_t size);
/** fuzz_load_pair: the same for two files: a topology, a byte of 0, and weights. */
void fuzz_load_pair (const WeirFrontend *frontend, const uint8_t *data, size_t size);
/** fuzz_load_binary_pair: the same where both are binary: the first file's size in four
 * bytes, it, and the second. */
void fuzz_load_binary_pair (const WeirFrontend *frontend, const uint8_t *data,
                            size_t size);
