#pragma once

#include "weir-infer.h"

WEIR_BEGIN_DECLS

/**
 * SECTION: weir-quantize
 *
 * Makes INT8 models of float ones. Samples show which values a network computes; a
 * #WeirCalibration keeps what follows from them, as a file if need be; applied to the
 * float model it gives one with FakeQuantize before its layers and weights of 8 bits.
 */

/**
 * WeirSamples:
 * @count: how many there are
 * @fill: gives all inputs of a request the values of sample @index
 *
 * Data as the network will see it.
 */
typedef struct {
  guint count;
  gboolean (*fill) (WeirRequest *request, guint index, gpointer user_data,
                    GError **error);
  gpointer user_data;
} WeirSamples;

/**
 * WeirCalibrateOptions:
 * @method: (nullable): how a range is found: one of weir_calibrate_method()
 * @preset: (nullable): "performance": ranges around zero, and every layer is quantised;
 *   "mixed" (default): ranges of any place, and layers stay in float until @max_drop
 * holds
 * @max_drop: how far an output may drift from float's, as root mean square of the
 *   difference in units of that of the output; below 0 for the preset's
 * @ignore: (nullable) (array zero-terminated=1): patterns (* and ?) of names of layers
 *   that stay in float
 * @network: (nullable): where and in which shapes the samples are run
 * @progress: (nullable)
 */
typedef struct {
  const char *method;
  const char *preset;
  double max_drop;
  char **ignore;
  const WeirNetworkOptions *network;
  WeirProgress progress;
  gpointer progress_data;
} WeirCalibrateOptions;

typedef struct _WeirCalibration WeirCalibration;

#define WEIR_TYPE_CALIBRATION (weir_calibration_get_type ())
GType weir_calibration_get_type (void);

/** weir_calibrate_method: (nullable): name of method @index; %NULL behind the last. */
const char *weir_calibrate_method (guint index);

/** weir_calibrate: (constructor): runs @samples through @model and decides.
 * @options: (nullable) */
WeirCalibration *weir_calibrate (WeirModel *model, const WeirSamples *samples,
                                 const WeirCalibrateOptions *options, GError **error);
WeirCalibration *weir_calibration_ref (WeirCalibration *calibration);
void weir_calibration_unref (WeirCalibration *calibration);

/** weir_calibration_apply: (transfer full): the quantised model. @model is the float one
 * that was calibrated: the same file, converted by the same options. */
WeirModel *weir_calibration_apply (const WeirCalibration *calibration, WeirModel *model,
                                   GError **error);

/** weir_calibration_to_json: (transfer full): the table that weir_calibration_read()
 * takes. */
char *weir_calibration_to_json (const WeirCalibration *calibration);
/** weir_calibration_read: (constructor): from a file. */
WeirCalibration *weir_calibration_read (const char *path, GError **error);

/**
 * WeirCalibrationLayer:
 * @reason: (nullable): why it stays in float; %NULL where it is quantised
 * @snr: of its own output against float, on inputs from float, in decibels; NaN where
 *   that was not measured
 *
 * A layer that could be quantised; all borrowed.
 */
typedef struct {
  const char *name;
  const char *op;
  const char *reason;
  double snr;
} WeirCalibrationLayer;

guint weir_calibration_n_layers (const WeirCalibration *calibration);
/** weir_calibration_layer: what became of layer @index.
 * @layer: (out caller-allocates) */
void weir_calibration_layer (const WeirCalibration *calibration, guint index,
                             WeirCalibrationLayer *layer);

/** weir_calibration_n_equalized: values whose channels were made alike. */
guint weir_calibration_n_equalized (const WeirCalibration *calibration);

/**
 * WeirDrift:
 * @drop: root mean square of the difference in units of that of float's values
 * @snr: the same in decibels
 * @cosine: of the angle between both, mean over the samples
 * @largest: the largest difference
 *
 * How far output @name of the quantised model is from the float one's; borrowed.
 */
typedef struct {
  const char *name;
  double drop, snr, cosine, largest;
} WeirDrift;

/** weir_calibration_n_drifts: one an output of f32; 0 where nothing was measured. */
guint weir_calibration_n_drifts (const WeirCalibration *calibration);
/** weir_calibration_drift: of one output.
 * @drift: (out caller-allocates) */
void weir_calibration_drift (const WeirCalibration *calibration, guint index,
                             WeirDrift *drift);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirCalibration, weir_calibration_unref)

WEIR_END_DECLS
