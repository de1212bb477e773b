#pragma once

#include "ops.h"

/* One step of an LSTM, a GRU or a plain recurrent network: what cells and sequences
 * share. */

typedef double (*WeirActivation) (double x, double alpha, double beta);

typedef enum { WEIR_CELL_RNN, WEIR_CELL_GRU, WEIR_CELL_LSTM } WeirCellKind;

/**
 * WeirCell:
 * @gates: rows of the weights, in units of @hidden
 * @clip: bound of what goes into an activation; 0 for none
 */
typedef struct {
  WeirCellKind kind;
  gint64 hidden, input;
  int gates;
  struct {
    WeirActivation function;
    double alpha, beta;
  } activation[3];
  double clip;
  gboolean linear_before_reset;
  gboolean input_forget;
} WeirCell;

/**
 * WeirCellWeights:
 * @w: [gates * hidden, input]
 * @r: [gates * hidden, hidden]
 * @b: (nullable): [gates * hidden]; one more gate with linear_before_reset
 * @p: (nullable): peepholes of f, i, o: [3 * hidden]
 */
typedef struct {
  const double *w, *r, *b, *p;
} WeirCellWeights;

/** weir_cell_init: what the attributes of @node say; sizes of the input are the caller's.
 */
gboolean weir_cell_init (WeirCell *cell, const WeirNode *node, GError **error);

/** weir_cell_bias: rows of the bias, in units of the hidden size. */
int weir_cell_bias (const WeirCell *cell);

/**
 * weir_cell_step:
 * @x: the input of this step
 * @h: (inout): the hidden state
 * @c: (inout) (nullable): the cell state of an LSTM
 * @scratch: room for weir_cell_scratch() numbers
 */
void weir_cell_step (const WeirCell *cell, const WeirCellWeights *weights,
                     const double *x, double *h, double *c, double *scratch);
/** weir_cell_scratch: numbers that a step needs room for. */
gsize weir_cell_scratch (const WeirCell *cell);
