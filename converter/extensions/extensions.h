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

/** WEIR_TENSORFLOW: what stands in the list for a library of TensorFlow that is found. */
#define WEIR_TENSORFLOW "tensorflow"

/** weir_tensorflow_is_named: whether @path means TensorFlow's C library. */
gboolean weir_tensorflow_is_named (const char *path);
/** weir_tensorflow_load: loads TensorFlow's C library, once, and registers the operation
 * that runs sub-graphs by it. */
gboolean weir_tensorflow_load (const char *path, GError **error);
/** weir_tensorflow_add_kernels: loads TensorFlow, and into it libraries with operations
 * of its users; @list: paths, separated by commas. */
gboolean weir_tensorflow_add_kernels (const char *list, GError **error);

/** weir_mapping_load: registers the operations of a mapping (docs/extensions.md). */
gboolean weir_mapping_load (WeirSource *source, const char *digest, GError **error);
/** weir_library_load: the same for a shared library. */
gboolean weir_library_load (const char *path, const char *digest, GError **error);
