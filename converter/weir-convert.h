#pragma once

#include "base/unsupported.h"
#include "weir-ir.h"

#include <glib-object.h>

WEIR_BEGIN_DECLS

/**
 * WeirConvertOptions:
 *
 * The options of one conversion, by the names that Model Optimizer gives them, without
 * the dashes: "input_model", "input_shape", "mean_values", "compress_to_fp16", …
 */
typedef struct _WeirConvertOptions WeirConvertOptions;

#define WEIR_TYPE_CONVERT_OPTIONS (weir_convert_options_get_type ())
GType weir_convert_options_get_type (void);

/** weir_convert_options_new: (constructor) */
WeirConvertOptions *weir_convert_options_new (void);
WeirConvertOptions *weir_convert_options_copy (const WeirConvertOptions *options);
void weir_convert_options_free (WeirConvertOptions *options);

/** weir_convert_options_set: checks the grammar of @value; %NULL unsets. An unknown name
 * or a wrong value fails with %WEIR_ERROR_ARGUMENT. Booleans are "true" and "false". */
gboolean weir_convert_options_set (WeirConvertOptions *options, const char *name,
                                   const char *value, GError **error);
/** weir_convert_options_get: (nullable): the text that was set. */
const char *weir_convert_options_get (const WeirConvertOptions *options,
                                      const char *name);
/** weir_convert_options_parse: arguments as on the command line, "--mean_values",
 * "[1,2,3]".
 * @arguments: (array zero-terminated=1) */
gboolean weir_convert_options_parse (WeirConvertOptions *options,
                                     const char *const *arguments, GError **error);
/** weir_convert_options_parse_line: the same from one line, split as a shell does. */
gboolean weir_convert_options_parse_line (WeirConvertOptions *options, const char *line,
                                          GError **error);
/** weir_convert_option_name: (nullable): of option @index; %NULL behind the last. */
const char *weir_convert_option_name (guint index);
const char *weir_convert_option_help (guint index);
gboolean weir_convert_option_is_flag (guint index);
/** weir_convert_options_help: (transfer full): the help text of all options. */
char *weir_convert_options_help (void);
/** weir_convert_options_model: (nullable): the path of the model that the options name:
 * by input_model, saved_model_dir or input_meta_graph. */
const char *weir_convert_options_model (const WeirConvertOptions *options,
                                        GError **error);
/** weir_convert_options_model_name: (transfer full): what the IR shall be called. */
char *weir_convert_options_model_name (const WeirConvertOptions *options);
/** weir_convert_options_ir_version: 10 or 11. */
guint weir_convert_options_ir_version (const WeirConvertOptions *options);
/** weir_convert_options_to_string: (transfer full): what was set, for cache keys. */
char *weir_convert_options_to_string (const WeirConvertOptions *options);

/**
 * WeirProgress:
 * @fraction: 0 to 1
 * @stage: what is being done: "reading", "converting", "optimising", "writing"
 *
 * Returns: %FALSE to stop; the conversion then fails with G_IO_ERROR_CANCELLED. So does
 * one that option tensorflow_custom_operations_config_update asks for, when that is done.
 */
typedef gboolean (*WeirProgress) (double fraction, const char *stage, gpointer user_data);

/**
 * weir_convert_file: (transfer full):
 * @path: a model file of any framework, or an IR
 * @options: (nullable)
 * @progress: (nullable) (scope call) (closure user_data)
 *
 * Reads, converts and optimises.
 */
WeirModel *weir_convert_file (const char *path, const WeirConvertOptions *options,
                              WeirProgress progress, gpointer user_data, GError **error);

/**
 * weir_convert_bytes: (transfer full):
 * @bytes: the model: a framework's file, an IR stream, or a stream of named parts
 * @name: what errors call it
 * @topology: (nullable): the second file of two-file models
 * @options: (nullable)
 * @progress: (nullable) (scope call) (closure user_data)
 */
WeirModel *weir_convert_bytes (GBytes *bytes, const char *name, GBytes *topology,
                               const WeirConvertOptions *options, WeirProgress progress,
                               gpointer user_data, GError **error);

/**
 * weir_convert_cached: (transfer full):
 * @options: (nullable)
 * @cache_dir: (nullable): %NULL: the user's; "": none
 * @progress: (nullable) (scope call) (closure user_data)
 *
 * Like weir_convert_file(), through the cache folder. Keyed by content, options and
 * version.
 */
WeirModel *weir_convert_cached (const char *path, const WeirConvertOptions *options,
                                const char *cache_dir, WeirProgress progress,
                                gpointer user_data, GError **error);

/** weir_convert_write: writes @directory/@name.xml and .bin, both or none. */
gboolean weir_convert_write (WeirModel *model, const char *directory, const char *name,
                             guint ir_version, GError **error);
/** weir_convert_to_stream: (transfer full): the model as `application/x-openvino-ir`. */
GBytes *weir_convert_to_stream (WeirModel *model, GError **error);

/** weir_convert_optimise: what keeps the network's meaning and interface and makes it
 * fast: folding, fusing, dead code. @model is changed, so nobody else may hold it. */
gboolean weir_convert_optimise (WeirModel *model, GError **error);

/**
 * weir_convert_inspect: (transfer full) (nullable):
 * @framework: (out) (transfer full): which framework's file it is
 * @unsupported: (out) (transfer full) (element-type WeirUnsupported): what cannot be
 *   converted; where this is not empty %NULL is returned without an error
 *
 * Reads a model without optimising it.
 */
WeirModel *weir_convert_inspect (const char *path, char **framework,
                                 GPtrArray **unsupported, GError **error);

/**
 * weir_convert_suggest: (transfer full) (array zero-terminated=1) (nullable):
 * @options: (nullable): what else is asked for; its inputs, their shapes and its outputs
 *   do not count
 * @nodes: (out): how many of the model's nodes that converts
 * @total: (out): how many it has
 *
 * For a model that holds what cannot be converted: arguments that convert its largest
 * part, "--input", "a", "--output", "b,c". That was tried. %NULL where there is no such
 * part, or the whole can be converted.
 */
char **weir_convert_suggest (const char *path, const WeirConvertOptions *options,
                             guint *nodes, guint *total);

/**
 * weir_convert_load_extensions:
 * @list: libraries and mappings (.json), separated by commas: docs/extensions.md
 *
 * What the option "extensions" does before a model is read. Their operations are known to
 * the whole process from then on. A library's code runs with all rights of the process.
 */
gboolean weir_convert_load_extensions (const char *list, GError **error);

/** weir_convert_frameworks: (array length=count) (transfer none): names of the frameworks
 * that are read.
 * @count: (out): how many */
const char *const *weir_convert_frameworks (guint *count);
/** weir_convert_operations: (array length=count) (transfer none) (nullable): the
 * operations of a framework that are converted, sorted; %NULL for an unknown framework.
 * @count: (out): how many */
const char *const *weir_convert_operations (const char *framework, guint *count);
/** weir_convert_extension_operations: (transfer full) (element-type utf8): the same
 * for what extensions translate, "domain.Op" where there is a domain. */
GPtrArray *weir_convert_extension_operations (const char *framework);

/** weir_convert_framework: (nullable): which framework's file begins with @data. */
const char *weir_convert_framework (const guint8 *data, gsize size, const char *path);
/** weir_convert_media_type: (nullable): the media type of a framework's model stream. */
const char *weir_convert_media_type (const char *framework);

/**
 * WeirUtterance:
 * @key: its name
 * @features: a frame a row, f32
 *
 * One entry of a Kaldi archive.
 */
typedef struct {
  char *key;
  WeirTensor *features;
} WeirUtterance;

void weir_utterance_free (WeirUtterance *utterance);
/** weir_utterances_named: whether @path is one: it ends with ".ark" or ".scp", or begins
 * with "ark:" or "scp:". */
gboolean weir_utterances_named (const char *path);
/** weir_utterances_read: (transfer full) (element-type WeirUtterance): the matrices of an
 * archive, binary or text, or those that a script (scp) names. */
GPtrArray *weir_utterances_read (const char *path, GError **error);
/** weir_utterances_write: an archive; text where @path begins with "ark,t:".
 * @utterances: (element-type WeirUtterance) */
gboolean weir_utterances_write (const char *path, const GPtrArray *utterances,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirConvertOptions, weir_convert_options_free)

WEIR_END_DECLS
