#pragma once

#include "base/source.h"

/**
 * weir_extensions_load:
 * @list: paths, separated by commas: libraries, and mappings that end in .json
 *
 * Loads what is not loaded yet, in order, and registers all that each brings, or nothing
 * of it. An extension is known by its contents: the same one again is no error.
 */
gboolean weir_extensions_load (const char *list, GError **error);

/** weir_mapping_load: registers the operations of a mapping (docs/extensions.md). */
gboolean weir_mapping_load (WeirSource *source, const char *digest, GError **error);
/** weir_library_load: the same for a shared library. */
gboolean weir_library_load (const char *path, const char *digest, GError **error);
