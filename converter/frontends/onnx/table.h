#pragma once

#include "node.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const OnnxRow onnx_rows_activation[], onnx_rows_attention[], onnx_rows_control[],
    onnx_rows_index[], onnx_rows_loss[], onnx_rows_math[], onnx_rows_microsoft[],
    onnx_rows_microsoft_attention[], onnx_rows_microsoft_layout[],
    onnx_rows_microsoft_norm[], onnx_rows_microsoft_quant[], onnx_rows_ml[],
    onnx_rows_ngrams[], onnx_rows_random[], onnx_rows_trees[], onnx_rows_nn[],
    onnx_rows_norm[], onnx_rows_openvino[], onnx_rows_pad[], onnx_rows_quant[],
    onnx_rows_recent[], onnx_rows_reduce[], onnx_rows_rnn[], onnx_rows_sequence[],
    onnx_rows_shape[], onnx_rows_signal[], onnx_rows_vision[];

/** onnx_row_find: (nullable): how to convert @op in @version of its operation set.
 * @known: (out): whether there is a row for another version. */
const OnnxRow *onnx_row_find (const char *domain, const char *op, gint64 version,
                              gboolean *known);
/** onnx_op_names: (transfer none): all of them, "domain.Op" for those of other domains.
 */
const char *const *onnx_op_names (guint *count);
