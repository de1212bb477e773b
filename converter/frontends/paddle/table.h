#pragma once

#include "node.h"

/* What can be converted, by family; the tables are read top to bottom. */
extern const PdRow pd_rows_activation[], pd_rows_control[], pd_rows_detect[],
    pd_rows_index[], pd_rows_make[], pd_rows_math[], pd_rows_nn[], pd_rows_norm[],
    pd_rows_reduce[], pd_rows_resize[], pd_rows_rnn[], pd_rows_shape[], pd_rows_slice[];

/** pd_align: @y with dimensions of 1 behind it, so that its first one meets dimension
 * @axis of @x; -1: the last ones meet. */
WeirPort pd_align (PdNode *n, WeirPort x, WeirPort y, gint64 axis);
/** pd_row_unary: an operation of one input "X" without attributes: the row's @ir. */
WeirPort pd_row_unary (PdNode *n);
/** pd_is_last: whether the attribute @name puts the channels last. */
gboolean pd_is_last (PdNode *n, const char *name);
/** pd_softplus: log (1 + e^(@beta x)) / @beta. */
WeirPort pd_softplus (PdNode *n, WeirPort x, double beta);
