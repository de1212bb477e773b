#pragma once

#include "layers.h"
#include "ranges.h"
#include "weir-quantize.h"

/* What the files of this room know of a model. */

/** WeirSeen: a value "NODE:INDEX": what was seen, and what of it counts. */
typedef struct {
  char *name;
  double min, max;
  WeirRange range;
} WeirSeen;

/** WeirVerdict: what becomes of a layer; see #WeirLayer and #WeirCalibrationLayer. */
typedef struct {
  char *name, *op, *reason;
  double snr;
  gsize channels;
  double *shift;
} WeirVerdict;

struct _WeirCalibration {
  gatomicrefcount refs;
  char *method;
  gboolean symmetric;
  guint samples;
  GArray *values;    /* WeirSeen */
  GHashTable *names; /* name of a value -> its place among them, counted from 1 */
  GArray *layers;    /* WeirVerdict, as weir_layers_find() had them */
  GArray *equalized; /* WeirEqualized */
  GArray *drifts;    /* WeirDrift, names owned */
};

WeirCalibration *weir_calibration_new (const char *method, gboolean symmetric);
/** weir_calibration_see: adds a value; one of a name that is there widens that one. */
void weir_calibration_see (WeirCalibration *calibration, const WeirSeen *seen);
WeirVerdict *weir_calibration_verdict (const WeirCalibration *calibration, guint index);
/** weir_calibration_forget: what was seen of values. */
void weir_calibration_forget (WeirCalibration *calibration);
/** weir_value_name: (transfer full): what a calibration calls @port. */
char *weir_value_name (const WeirGraph *graph, WeirPort port);

/**
 * WeirPlacing:
 * @ranges: by weir_places_group(), settled; a @low of NaN where no value has any
 *
 * A calibration brought to a graph.
 */
typedef struct {
  GArray *layers;
  WeirPlaces *places;
  WeirRange *ranges;
} WeirPlacing;

/** weir_placing_new: fails where layers or values of @graph are not in @calibration. */
WeirPlacing *weir_placing_new (const WeirCalibration *calibration, const WeirGraph *graph,
                               GError **error);
void weir_placing_free (WeirPlacing *placing);
/** weir_placing_range: of a FakeQuantize behind @port, or of what moves such values. */
WeirRange weir_placing_range (const WeirPlacing *placing, WeirPort port);

/** weir_insert_quantize: a FakeQuantize of @port. */
WeirPort weir_insert_quantize (WeirBuilder *builder, const char *name, WeirPort port,
                               WeirRange range);
/** weir_insert_weights: those of the weighted layer @node in 8 bits, scaled back to
 * float, each output channel by its own step. */
WeirPort weir_insert_weights (WeirBuilder *builder, const WeirNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WeirPlacing, weir_placing_free)
