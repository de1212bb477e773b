#pragma once

#include "input.h"

/* Converted models on disk, under names made from what they were made of. */

/** weir_cache_key: (transfer full): SHA-256 of the model's bytes (of a directory: its
 * name), the options, all extensions that are loaded and Weir's version, in hexadecimal.
 */
char *weir_cache_key (const WeirInput *input, const WeirConvertOptions *options);
/** weir_cache_folder: (transfer full) (nullable): @wish, or the user's; made with mode
 * 0700 where it is missing; %NULL where there can be none. */
char *weir_cache_folder (const char *wish);
/** weir_cache_load: (transfer full) (nullable): an entry that is ours, whole and
 * unchanged, and made of files that are still the same; %NULL for any other reason than
 * success: a cache never stands in the way. */
WeirModel *weir_cache_load (const char *folder, const char *key, const WeirInput *input);
/** weir_cache_store: keeps @model, made of @input; old entries go where all would be too
 * large. */
void weir_cache_store (const char *folder, const char *key, const WeirModel *model,
                       const WeirInput *input);
