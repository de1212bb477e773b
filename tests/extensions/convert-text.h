#pragma once

#include "weir-convert.h"

/* Models with operations of extensions, for the tests of this folder. */

/** library_path: (transfer full): of an extension that was built for the tests. */
char *library_path (const char *name);
/** convert_text: (transfer full) (nullable): an ONNX model written as text
 * (onnx-text.h), converted with @extensions, which may be %NULL. */
WeirModel *convert_text (const char *text, const char *extensions, GError **error);
/** run_text: converts, expecting success, and compares what comes out with what the text
 * says. */
void run_text (const char *text, const char *extensions);
/** threshold_tflite: (transfer full): [5] -> [5] by a custom operator SOFT_THRESHOLD with
 * a lambda of 0.25. */
GBytes *threshold_tflite (void);

/** THRESHOLD_OPTIONS: a FlexBuffer made by Google's library: lambda 0.25, mode "soft", on
 * true, n -3, ints [1, -2, 300] and pair [0.5, 1.5] typed, mixed [1, 2.5] not, flags
 * [true, false] typed, and inner, a map. */
extern const guint8 threshold_options[168];
