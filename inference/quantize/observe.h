#pragma once

#include "calibration.h"
#include "trial.h"

/** weir_observe: fills the values of @calibration: what is read by its layers, and by
 * what moves values to them. */
gboolean weir_observe (WeirCalibration *calibration, const WeirTrial *trial,
                       WeirModel *model, const WeirRangeMethod *method, GError **error);

/** weir_correct_bias: fills @shift and @snr of the layers of @calibration: from the
 * difference that rounding makes to the mean of each output channel, on exact inputs. */
gboolean weir_correct_bias (WeirCalibration *calibration, const WeirTrial *trial,
                            WeirModel *model, GError **error);

/** weir_drift_measure: how far each output of @quantized is from that of @model, as the
 * new contents of @drifts.
 * @drifts: (element-type WeirDrift): frees their names by itself */
gboolean weir_drift_measure (const WeirTrial *trial, WeirModel *model,
                             WeirModel *quantized, GArray *drifts, GError **error);

/** weir_keep_sensitive: layers of @calibration stay in float, the worst first, until no
 * output drifts by more than @max_drop; fills its drifts. */
gboolean weir_keep_sensitive (WeirCalibration *calibration, const WeirTrial *trial,
                              WeirModel *model, double max_drop, GError **error);
