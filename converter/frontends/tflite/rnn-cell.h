#pragma once

#include "operator.h"

/* What one step of a recurrent layer computes, with the ports of its weights. */

enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT, N_GATES };

/**
 * WeirTfliteCellPort:
 *
 * Each is none where the layer does not have it. Without %CELL_W the input gate is one
 * minus the forget gate.
 */
typedef enum {
  CELL_W,                           /* [units, inputs] a gate */
  CELL_R = CELL_W + N_GATES,        /* [units, outputs] a gate */
  CELL_PEEPHOLE = CELL_R + N_GATES, /* [units] a gate */
  CELL_NORM = CELL_PEEPHOLE + N_GATES,
  CELL_BIAS = CELL_NORM + N_GATES,
  CELL_PROJECTION = CELL_BIAS + N_GATES, /* [outputs, units] */
  CELL_PROJECTION_BIAS,
  N_CELL_PORTS
} WeirTfliteCellPort;

/**
 * WeirTfliteCell:
 * @lstm: four gates, else one without a gate: in the places of %GATE_INPUT
 * @cell_clip, @projection_clip: bounds of the state and the output; 0: none
 */
typedef struct {
  gboolean lstm;
  gint32 activation;
  double cell_clip, projection_clip;
  WeirPort ports[N_CELL_PORTS];
} WeirTfliteCell;

/** weir_tflite_cell_step: one step: @x is [batch, inputs]; @h and @c are replaced by what
 * they are after it. */
void weir_tflite_cell_step (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x,
                            WeirPort *h, WeirPort *c);
/**
 * weir_tflite_cell_run:
 * @x: [batch, time, inputs]
 * @h, @c: the states, replaced by the last ones
 *
 * Returns: the outputs of all steps, [batch, time, outputs].
 */
WeirPort weir_tflite_cell_run (WeirTfliteOp *op, const WeirTfliteCell *cell, WeirPort x,
                               gboolean backwards, WeirPort *h, WeirPort *c);
