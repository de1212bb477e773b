#pragma once

#include "blobs.h"
#include "custom-map.h"
#include "frontends/frontend.h"
#include "frontends/make.h"
#include "frontends/offload-ops.h"
#include "frontends/text-tree.h"

/**
 * SECTION: caffe
 *
 * What the files of this room share. A model is a topology in text (.prototxt) and
 * weights by the names of layers (.caffemodel). Layers are converted in the order of the
 * text; a layer may write over what it reads, so that a name is as many tensors as layers
 * write it.
 */

/**
 * CfValue: of a tensor of the plan
 * @port: where it stands in the graph
 * @broken: a layer that could not be converted would have written it
 */
typedef struct {
  WeirPort port;
  gboolean broken;
} CfValue;

/**
 * CfEntry: a layer that belongs to the network; its number is that of its node in the
 * plan
 * @field: as it stands in the text
 * @bottoms, @tops: tensors of the plan; %WEIR_CUT_NONE for what nothing before it writes
 */
typedef struct {
  const Caffe__LayerParameter *proto;
  const WeirTextField *field;
  guint *bottoms, *tops;
} CfEntry;

/**
 * CfImport:
 * @topology, @tree: the text, unpacked and as it stands
 * @custom: (nullable): type -> CfCustom, of --k
 * @entries: CfEntry
 * @values: CfValue, by tensor of @plan
 * @inputs: what was built for each new input of @plan; none before it is read
 * @keeps: whether what is converted now is needed
 */
typedef struct {
  const WeirFrontendInput *input;
  const WeirWire *topology;
  const WeirTextTree *tree;
  CfWeights weights;
  GHashTable *custom;
  WeirCutPlan *plan;
  GArray *entries;
  GArray *values;
  WeirPort *inputs;
  gboolean keeps;
  GPtrArray *unsupported;
  WeirBuilder builder;
} CfImport;

/**
 * CfRow:
 * @type: of a layer; a row without one ends a table
 * @convert: builds it; returns top 0, or nothing where cf_out() has set it
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 * @passes: whether fields that are not known are none of Weir's business
 * @aside: it only looks: what it reads is an output still, where no other layer reads it
 */
typedef struct {
  const char *type;
  WeirPort (*convert) (CfLayer *l);
  const char *ir;
  gboolean aside;
  gboolean passes;
} CfRow;

/**
 * CfLayer:
 * @make: where its nodes are added, under its name
 *
 * One layer and what its conversion works with. All functions accept that an earlier call
 * has failed.
 */
struct _CfLayer {
  WeirMake make;
  CfImport *import;
  const CfEntry *entry;
  guint number;
  const Caffe__LayerParameter *proto;
  const CfRow *row;
};

/* net.c */

/** cf_net_describe: fills the plan and the entries by the layers that count. */
gboolean cf_net_describe (CfImport *import, const Caffe__NetParameter *net,
                          GError **error);

/* cut.c */

/** cf_cut_solve: what of the plan is needed. */
gboolean cf_cut_solve (CfImport *import, GError **error);
/** cf_cut_read: (nullable): the new input that layer @number reads at @bottom, in place
 * of what is written. */
const WeirPort *cf_cut_read (CfImport *import, guint number, guint bottom, guint tensor);
/** cf_cut_convert: the layers that are needed. */
gboolean cf_cut_convert (CfImport *import, GError **error);
/** cf_cut_finish: outputs, and inputs in their order. */
gboolean cf_cut_finish (CfImport *import, GError **error);

/* layer.c */

/** cf_value: of a tensor of the plan. */
CfValue *cf_value (const CfImport *import, guint tensor);
guint cf_n_in (const CfLayer *l);
/** cf_in: bottom @index, which must be given. */
WeirPort cf_in (CfLayer *l, guint index);
void cf_out (CfLayer *l, guint index, WeirPort port);
/** cf_layer_convert: adds a layer to the graph, or to what is unsupported. */
gboolean cf_layer_convert (CfImport *import, guint number, GError **error);

/* fields.c */

/** cf_fields_check: of the layer's fields that are not known: an error where what the
 * layer computes may depend on them; others are told. */
gboolean cf_fields_check (CfLayer *l);
/** cf_fields_note: tells of those outside of layers. */
void cf_fields_note (const CfImport *import);

/* mean.c */

/** cf_mean_subtract: the picture of --mean_file from the network's input. */
gboolean cf_mean_subtract (const CfImport *import, WeirGraph *graph, GError **error);

/* extension.c */

/** cf_extension_row: (nullable): where an extension translates the layer. */
const CfRow *cf_extension_row (const CfLayer *l);
/** cf_layer_text: (transfer full) (nullable): "field" of the layer or of any of its
 * messages, or "message.field"; a list has commas. */
char *cf_layer_text (const CfLayer *l, const char *name);

/* custom.c */

/** cf_custom_open: reads what --k names. */
gboolean cf_custom_open (CfImport *import, GError **error);
/** cf_custom_row: (nullable): where layers of @type pass as they are. */
const CfRow *cf_custom_row (const CfImport *import, const char *type);

/* offload.c */

/** cf_layer_inputs: @inputs: (transfer full): bottoms, then weights. Returns: how many.
 */
guint cf_layer_inputs (CfLayer *l, WeirPort **inputs);
/** cf_layer_part: (transfer full): the layer as a runner gets it. */
WeirTensor *cf_layer_part (CfLayer *l);
/** cf_offload_may: whether the user lets Caffe run what is not converted. */
gboolean cf_offload_may (const CfLayer *l);
/** cf_offload_convert: makes the layer an Offload; returns top 0. */
WeirPort cf_offload_convert (CfLayer *l);

/* table.c */

/** cf_row_find: (nullable): how a layer of @type is converted, by its name of either
 * version of the format. */
const CfRow *cf_row_find (const char *type);
const char *const *cf_op_names (guint *count);

/** CF_PARAM: the parameters @field of a layer, of type Caffe__##@Type; with @INIT where
 * it has none. */
#define CF_PARAM(l, field, Type, INIT) \
  ((l)->proto->field != NULL ? (const Type *) (l)->proto->field : &(const Type) INIT)
