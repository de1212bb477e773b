#pragma once

#include "op.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: offload
 *
 * Who runs a part of a network in the framework that it comes from: operation Offload. A
 * runner is set by the user's option alone, for a framework by name; a model says which
 * framework it needs, and never how that is run.
 */

/**
 * WeirOffloadRunner:
 * @described: (nullable): how errors call it: what the option said
 * @describe: sets type and shape of each output of @part for inputs like these; types
 *   and shapes may stay unknown
 * @run: makes each output
 * @data: (closure): for both
 *
 * Both may be called by several threads at a time. @part is the part as its framework
 * keeps it; it is the same tensor each time.
 */
typedef struct {
  const char *described;
  gboolean (*describe) (gpointer data, WeirTensor *part, const WeirValueInfo *inputs,
                        guint n_inputs, WeirValueInfo *outputs, guint n_outputs,
                        GError **error);
  gboolean (*run) (gpointer data, WeirTensor *part, WeirTensor *const *inputs,
                   guint n_inputs, WeirTensor **outputs, guint n_outputs, GError **error);
  gpointer data;
} WeirOffloadRunner;

/** weir_offload_set: @runner and all that it points to stay as long as the process. Fails
 * where @framework has another one. */
gboolean weir_offload_set (const char *framework, const WeirOffloadRunner *runner,
                           GError **error);
/** weir_offload_find: (nullable): who runs parts of @framework. */
const WeirOffloadRunner *weir_offload_find (const char *framework);

/** weir_offload_outputs: (transfer full): what attribute `outputs` of the operation says
 * of @infos: "f32:1,3,?;i64:..." */
char *weir_offload_outputs (const WeirValueInfo *infos, guint count);
/** weir_offload_infer: sets the outputs of @infer as such a text says. */
gboolean weir_offload_infer (WeirInfer *infer, const char *text, GError **error);

WEIR_END_DECLS
