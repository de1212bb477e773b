#pragma once

#include "ir/offload.h"

/**
 * weir_offload_load:
 * @list: "FRAMEWORK=RUNNER", separated by commas: ONNX Runtime's library for "onnx", or a
 *   command with its arguments (docs/offload.md)
 *
 * Sets who runs parts of these frameworks. The same again is no error. Commands are
 * started when a part first needs them.
 */
gboolean weir_offload_load (const char *list, GError **error);

/** weir_offload_process: (transfer full): a command that is started for parts of
 * @framework. */
WeirOffloadRunner *weir_offload_process (const char *framework, const char *command,
                                         GError **error);
/** weir_offload_onnxruntime: (transfer full): ONNX Runtime, from its library. */
WeirOffloadRunner *weir_offload_onnxruntime (const char *path, GError **error);
