#pragma once

#include "base/checked.h"
#include "base/json.h"
#include "frontends/frontend.h"
#include "frontends/hdf5.h"
#include "frontends/make.h"

/**
 * KerasUse:
 * @label: what the user calls it: the layer, and "_1" behind it where it is used again
 * @links: what it reads, [layer, node, output] each
 * @why: (nullable): why that does not tell all
 * @first_read, @n_reads: the same among #KerasModel.reads
 * @tensor: its first output
 * @number: what it is called by where the model is cut; an input has none
 *
 * One use of a layer, as the configuration tells it.
 */
typedef struct {
  const char *name, *class_name, *why;
  char *label;
  JsonObject *config;
  JsonArray *links;
  guint first_read, n_reads, tensor, n_outputs, number;
  gboolean is_input;
  int state;
} KerasUse;

/**
 * KerasModel:
 * @is_archive: a file of Keras 3
 * @groups: (nullable): layer -> where its weights lie in the file of an archive
 * @uses: (element-type KerasUse)
 * @reads: (element-type guint): tensors
 * @writers: (element-type guint): of each tensor the use that gives it
 * @tensors: "layer/node/output" -> the tensor's number + 1
 * @values: of each tensor; none where it was not converted
 * @inputs: what was built for each input of @plan; none where that is yet to come
 * @unsupported: layers that cannot be converted
 *
 * A model on its way into @builder's graph.
 */
typedef struct {
  const WeirFrontendInput *input;
  WeirHdf5 *weights;
  gboolean is_archive;
  GHashTable *groups;
  WeirBuilder *builder;
  WeirCutPlan *plan;
  GArray *uses, *reads, *writers;
  GHashTable *tensors;
  WeirPort *values, *inputs;
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

/** KerasLayer: a use of a layer and what its conversion works with. */
struct _KerasLayer {
  WeirMake make;
  KerasModel *model;
  const KerasRow *row;
  const char *name;
  JsonObject *config;
  WeirPort *inputs;
  guint n_inputs;
};

/* describe.c */

/** keras_describe: fills @model and its plan from @config, the whole configuration, which
 * must live as long. */
gboolean keras_describe (KerasModel *model, JsonNode *config, GError **error);

/* model.c */

/** keras_model_init: of @input; nothing is known of it. */
void keras_model_init (KerasModel *model, const WeirFrontendInput *input);
/** keras_model_convert: what is needed of the model that was described. */
gboolean keras_model_convert (KerasModel *model, GError **error);
void keras_model_clear (KerasModel *model);

/* layer.c */

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
gboolean keras_has_weight (const KerasLayer *l, const char *name);
/** keras_is_last: whether channels stand last. */
gboolean keras_is_last (const KerasLayer *l);
const KerasRow *keras_row_find (const char *layer);
const char *const *keras_layer_names (guint *count);

/* archive.c */

/** keras_archive_probe: whether a file is an archive of Keras 3, by its first bytes and
 * its name. */
gboolean keras_archive_probe (const WeirBytes *head, const char *path);
gboolean keras_is_archive (const WeirBytes *bytes);
/** keras_archive_weights: (transfer full): the file of weights in @archive. */
WeirHdf5 *keras_archive_weights (const WeirBytes *archive, GError **error);
/** keras_archive_config: (transfer full): the configuration in @archive. */
JsonNode *keras_archive_config (const WeirBytes *archive, GError **error);
/** keras_archive_groups: (transfer full): where the weights of @layers lie. */
GHashTable *keras_archive_groups (JsonArray *layers);
/** keras_archive_path: (transfer full) (nullable): where the weight @name of @l lies;
 * what lies there says whose it is, too, as a rule. */
char *keras_archive_path (const KerasLayer *l, const char *name);

/* links.c */

/** keras_links_of_use: (transfer full): a list of [layer, node, output] that a use of a
 * layer reads; @why says where there is more. */
JsonArray *keras_links_of_use (JsonNode *use, const char **why);
/** keras_links_to: (transfer full): such a list of the first output of @layer. */
JsonArray *keras_links_to (const char *layer);
/** keras_links_of_outputs: (transfer full): such a list of what a model gives; Keras 3
 * leaves the outer list out where there is one. */
JsonArray *keras_links_of_outputs (JsonArray *outputs);

/* layers-nn.c, layers-shape.c */

/** keras_activate: @x through the activation that @l's attribute names. */
WeirPort keras_activate (KerasLayer *l, WeirPort x);
extern const KerasRow keras_rows_nn[], keras_rows_shape[];
