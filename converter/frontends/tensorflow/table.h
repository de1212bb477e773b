#pragma once

#include "node.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const TfRow tf_rows_math[];
extern const TfRow tf_rows_formula[];
extern const TfRow tf_rows_reduce[];
extern const TfRow tf_rows_nn[];
extern const TfRow tf_rows_deconv[];
extern const TfRow tf_rows_shape[];
extern const TfRow tf_rows_make[];
extern const TfRow tf_rows_slice[];
extern const TfRow tf_rows_index[];
extern const TfRow tf_rows_segment[];
extern const TfRow tf_rows_image[];
extern const TfRow tf_rows_color[];
extern const TfRow tf_rows_detect[];
extern const TfRow tf_rows_quant[];
extern const TfRow tf_rows_random[];
extern const TfRow tf_rows_signal[];
extern const TfRow tf_rows_linalg[];
extern const TfRow tf_rows_sparse[];
extern const TfRow tf_rows_state[];
extern const TfRow tf_rows_feed[];
extern const TfRow tf_rows_ctc[];
extern const TfRow tf_rows_flow[];
extern const TfRow tf_rows_call[];
extern const TfRow tf_rows_array[];
extern const TfRow tf_rows_rnn[];

/** TF_PIPELINE: what the Object Detection API exports beside a graph. */
#define TF_PIPELINE "pipeline.config"

/** tf_refusal: (nullable): why there is no conversion of @op, where more can be said than
 * that it is not known. */
const char *tf_refusal (const char *op);
/** tf_atan2: the angle of the point (@x, @y). */
WeirPort tf_atan2 (TfNode *n, WeirPort y, WeirPort x);
