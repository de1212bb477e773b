#pragma once

#include "rewrite.h"

#define WEIR_CELL_MAX_GATES 4
#define WEIR_CELL_MAX_TERMS 6

/**
 * WeirCell:
 * @graph: where the cell is written out, formula by formula
 * @x, @h, @c: what it reads: input, hidden state, state of the cell (LSTM)
 * @sequence: the operation of the IR that many of it are
 * @activation: of a plain cell; %NULL for the usual ones
 * @gates: how many there are
 * @place: where the IR's gates stand in the weights
 * @forget: is added to the forget gate
 * @from_x, @from_h: weights, [input, gates * hidden]; %NULL where @from_both holds both
 * @from_both: rows for x, then for h, or the other way round if not @x_first
 * @biases: vectors that are added
 * @reset_after: a GRU that resets what is made of h, to which @reset_bias (nullable) is
 *   added before
 *
 * A recurrent cell as frameworks write it where they have no operation for it.
 */
typedef struct {
  const WeirGraph *graph;
  WeirPort x, h, c;
  const char *sequence, *activation;
  guint gates, place[WEIR_CELL_MAX_GATES];
  double forget;
  WeirTensor *from_x, *from_h, *from_both;
  gboolean x_first;
  WeirTensor *biases[WEIR_CELL_MAX_TERMS];
  guint n_biases;
  gboolean reset_after;
  WeirTensor *reset_bias;
} WeirCell;

/** weir_cell_match_lstm: whether @h and @c are what an LSTM makes of @cell->x, h, c. */
gboolean weir_cell_match_lstm (WeirCell *cell, WeirPort h, WeirPort c);
/** weir_cell_match_plain: whether @h is an activation of what is made of x and h. */
gboolean weir_cell_match_plain (WeirCell *cell, WeirPort h);
/** weir_cell_match_gru: whether @h is what a GRU that resets behind the product makes of
 * x and h. */
gboolean weir_cell_match_gru (WeirCell *cell, WeirPort h);
void weir_cell_clear (WeirCell *cell);
