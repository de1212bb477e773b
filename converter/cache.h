#pragma once

#include "base/source.h"
#include "weir-convert.h"

/* Converted models on disk, under names made from what they were made of. */

/** weir_cache_key: (transfer full): SHA-256 of the model's bytes, the options and Weir's
 * version, in hexadecimal. */
char *weir_cache_key (WeirSource *source, const WeirConvertOptions *options);
/** weir_cache_folder: (transfer full) (nullable): @wish, or the user's; made with mode 0700
 * where it is missing; %NULL where there can be none. */
char *weir_cache_folder (const char *wish);
/** weir_cache_load: (transfer full) (nullable): an entry that is ours, whole and unchanged;
 * %NULL for any other reason than success: a cache never stands in the way. */
WeirModel *weir_cache_load (const char *folder, const char *key);
/** weir_cache_store: keeps @model; old entries go where all would be too large. */
void weir_cache_store (const char *folder, const char *key, const WeirModel *model);
