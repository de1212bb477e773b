#pragma once

#include "base/source.h"
#include "base/unsupported.h"
#include "ir/model.h"

/**
 * WeirFrontendInput:
 * @source: the model file; %NULL where @path is a directory
 * @topology: (nullable): the second file of two-file models (.prototxt, -symbol.json)
 * @path: (nullable): where it lies; %NULL for a model from memory
 * @options: (nullable): the framework's own options, name -> text
 */
typedef struct {
  WeirSource *source;
  WeirSource *topology;
  const char *path;
  GHashTable *options;
} WeirFrontendInput;

/**
 * WeirFrontend:
 * @name: as in --framework
 * @media_type: of the model stream
 * @extensions: file name endings, "onnx" or "pb|pbtxt"
 * @probe: how sure the first bytes (at most 4096) make it, 0 to 100
 * @op_names: (transfer none): operations it converts, sorted, for `weir ops`
 * @load: reads a model into a graph: inferred, verified, not yet optimised. All
 * operations that it cannot convert are added to @unsupported (element-type
 * WeirUnsupported) before it fails with %WEIR_ERROR_UNSUPPORTED and a message that lists
 * them.
 */
typedef struct {
  const char *name;
  const char *media_type;
  const char *extensions;
  int (*probe) (const WeirBytes *head, const char *path);
  const char *const *(*op_names) (guint *count);
  WeirModel *(*load) (const WeirFrontendInput *input, GPtrArray *unsupported,
                      GError **error);
} WeirFrontend;

extern const WeirFrontend weir_frontend_onnx;
extern const WeirFrontend weir_frontend_tflite;

/** weir_frontends: all, in the order in which they are asked. */
const WeirFrontend *const *weir_frontends (guint *count);
/** weir_frontend_find: (nullable): by name. */
const WeirFrontend *weir_frontend_find (const char *name);
/** weir_frontend_probe: (nullable): the one that is most sure of these first bytes, the
 * file name deciding between equals. */
const WeirFrontend *weir_frontend_probe (const WeirBytes *head, const char *path);
