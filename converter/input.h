#pragma once

#include "base/folder.h"
#include "frontends/frontend.h"
#include "weir-convert.h"

/**
 * WeirInput:
 * @name: what errors call it
 * @path: (nullable): where it lies
 * @source: (nullable): its file; %NULL for a directory
 * @topology: (nullable): the second file of a two-file model
 * @folder: (nullable): where the files lie that it names
 * @beside: (nullable): what lies beside it and changes its conversion
 * @frontend: (nullable): who reads it; %NULL for an IR
 *
 * What a model is made of, opened.
 */
typedef struct {
  char *name;
  char *path;
  WeirSource *source;
  WeirSource *topology;
  WeirFolder *folder;
  WeirSource *beside;
  const WeirFrontend *frontend;
} WeirInput;

/** weir_input_open: the file or directory @path. @input is to be cleared, on failure too.
 */
gboolean weir_input_open (WeirInput *input, const char *path,
                          const WeirConvertOptions *options, GError **error);
/** weir_input_from_bytes: a framework's file, an IR stream, or a stream of named parts.
 */
gboolean weir_input_from_bytes (WeirInput *input, GBytes *bytes, const char *name,
                                GBytes *topology, const WeirConvertOptions *options,
                                GError **error);
void weir_input_clear (WeirInput *input);
/** weir_input_framework: (nullable): the name of its framework, "ir" for an IR; %NULL
 * where that could not be told. */
const char *weir_input_framework (const WeirInput *input);
/** weir_input_load: (transfer full): reads it; what cannot be converted is added to
 * @unsupported (element-type WeirUnsupported).
 * @cut: (nullable): what the options ask to cut
 * @hint: (nullable): which part could be converted where the whole cannot */
WeirModel *weir_input_load (const WeirInput *input, const WeirConvertOptions *options,
                            const WeirCut *cut, WeirCutHint *hint, GPtrArray *unsupported,
                            GError **error);
