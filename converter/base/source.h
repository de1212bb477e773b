#pragma once

#include "bytes.h"

#include <gio/gio.h>

WEIR_BEGIN_DECLS

/**
 * WeirSource:
 *
 * The bytes of one input file, read whole, with the name that errors call it by. Files
 * are read, not mapped: a file that is truncated under a map would kill a live pipeline.
 * Reference-counted; tensors that point into a source hold a reference to its bytes.
 */
typedef struct _WeirSource WeirSource;

/** weir_source_open: (constructor): reads the regular file @path. */
WeirSource *weir_source_open (const char *path, GError **error);

/**
 * weir_source_open_beneath: (constructor):
 * @directory: the folder of the model
 * @relative: a path from inside the model
 *
 * Reads a file that a model names: only beneath @directory, only a regular file with one
 * link, without following links. An absolute path or ".." is refused.
 */
WeirSource *weir_source_open_beneath (const char *directory, const char *relative,
                                      GError **error);

/** weir_source_new: (constructor): bytes that are already here; @name is for errors. */
WeirSource *weir_source_new (GBytes *bytes, const char *name);

WeirSource *weir_source_ref (WeirSource *source);
void weir_source_unref (WeirSource *source);

/** weir_source_name: the path, or the name given. */
const char *weir_source_name (const WeirSource *source);
/** weir_source_directory: (nullable): the folder it lies in; %NULL for bytes from memory.
 */
const char *weir_source_directory (const WeirSource *source);
/** weir_source_bytes: a cursor at the beginning. */
WeirBytes weir_source_bytes (const WeirSource *source);
/** weir_source_gbytes: (transfer none): the same bytes, for those who keep them. */
GBytes *weir_source_gbytes (const WeirSource *source);
/** weir_source_hash: (transfer full): the SHA-256 of the bytes, in hexadecimal. */
char *weir_source_hash (const WeirSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirSource, weir_source_unref)

WEIR_END_DECLS
