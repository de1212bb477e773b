#pragma once

#include "option-grammar.h"
#include "weir-convert.h"

/* What convert.c sees of the options beyond the public header. */

/** weir_convert_options_passes: reads every option that concerns the passes; @passes is
 * to be cleared by the caller, on failure too. */
gboolean weir_convert_options_passes (const WeirConvertOptions *options,
                                      WeirPassOptions *passes, GError **error);
/** weir_convert_options_flag: whether a boolean option is on. */
gboolean weir_convert_options_flag (const WeirConvertOptions *options, const char *name);
/** weir_convert_options_check: whether the options suit each other, and the files that
 * they name are there. */
gboolean weir_convert_options_check (const WeirConvertOptions *options, GError **error);
/** weir_convert_options_note: tells of options that change nothing, by g_message(). */
void weir_convert_options_note (const WeirConvertOptions *options);
/** weir_convert_options_describe: says the options that were set as model information,
 * "conversion_parameters/NAME", for version 10 of the IR all of them; of paths only the
 * last part. */
void weir_convert_options_describe (const WeirConvertOptions *options, WeirModel *model);
/** weir_convert_options_table: (transfer container): the options that were set, name ->
 * text; what it holds is @options'. */
GHashTable *weir_convert_options_table (const WeirConvertOptions *options);
