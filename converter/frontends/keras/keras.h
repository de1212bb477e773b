#pragma once

#include "base/json.h"
#include "frontends/frontend.h"
#include "frontends/hdf5.h"
#include "frontends/make.h"

/**
 * KerasModel:
 * @values: "layer/node/output" -> WeirPort
 * @unsupported: layers that cannot be converted
 *
 * A model on its way into @builder's graph.
 */
typedef struct {
  WeirHdf5 *weights;
  WeirBuilder *builder;
  GHashTable *values;
  GPtrArray *unsupported;
} KerasModel;

typedef struct _KerasLayer KerasLayer;

/**
 * KerasRow:
 * @layer: its class
 * @convert: builds it; returns its output
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 */
typedef struct {
  const char *layer;
  WeirPort (*convert) (KerasLayer *l);
  const char *ir;
} KerasRow;

/** KerasLayer: one use of a layer and what its conversion works with. */
struct _KerasLayer {
  WeirMake make;
  KerasModel *model;
  const KerasRow *row;
  const char *name;
  JsonObject *config;
  WeirPort *inputs;
  guint n_inputs;
};

/* model.c */

/** keras_model_convert: the model that @config, the whole configuration, describes. */
gboolean keras_model_convert (KerasModel *model, JsonNode *config, GError **error);
WeirPort keras_in (KerasLayer *l, guint index);
gint64 keras_int (const KerasLayer *l, const char *name, gint64 fallback);
double keras_float (const KerasLayer *l, const char *name, double fallback);
gboolean keras_bool (const KerasLayer *l, const char *name, gboolean fallback);
const char *keras_text (const KerasLayer *l, const char *name, const char *fallback);
/** keras_ints: a list of @count numbers, or one number for all; @fallback where it is not
 * given. */
void keras_ints (KerasLayer *l, const char *name, gint64 fallback, gint64 *values,
                 guint count);
/** keras_weight: the weight of this name, "kernel". */
WeirPort keras_weight (KerasLayer *l, const char *name);
/** keras_is_last: whether channels stand last. */
gboolean keras_is_last (const KerasLayer *l);
const KerasRow *keras_row_find (const char *layer);
const char *const *keras_layer_names (guint *count);

/* layers-nn.c, layers-shape.c */

/** keras_activate: @x through the activation that @l's attribute names. */
WeirPort keras_activate (KerasLayer *l, WeirPort x);
extern const KerasRow keras_rows_nn[], keras_rows_shape[];
