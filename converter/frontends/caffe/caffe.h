#pragma once

#include "frontends/frontend.h"
#include "frontends/make.h"
#include "frontends/proto/caffe.pb-c.h"
#include "frontends/wire.h"

/**
 * SECTION: caffe
 *
 * What the files of this room share. A model is a topology in text (.prototxt) and
 * weights by the names of layers (.caffemodel). Layers are converted in the order of the
 * text; a layer may write over what it reads.
 */

/** CfBlobs: the weights of a layer. */
typedef struct {
  Caffe__BlobProto **blobs;
  gsize n;
} CfBlobs;

/**
 * CfValue:
 * @port: where it stands in the graph
 * @broken: a layer that could not be converted would have written it
 * @read: whether a layer has read it
 */
typedef struct {
  WeirPort port;
  gboolean broken, read;
} CfValue;

/**
 * CfImport:
 * @topology, @weights: the two files, unpacked
 * @blobs: layer name -> CfBlobs
 * @values: top -> CfValue, as it was written last
 * @tops: (element-type utf8): their names in the order in which they were first written
 */
typedef struct {
  const WeirFrontendInput *input;
  const WeirWire *topology;
  WeirWire *weights;
  GHashTable *blobs;
  GHashTable *values;
  GPtrArray *tops;
  GPtrArray *unsupported;
  WeirBuilder builder;
} CfImport;

typedef struct _CfLayer CfLayer;

/**
 * CfRow:
 * @type: of a layer; a row without one ends a table
 * @convert: builds it; returns top 0, or nothing where cf_out() has set it
 * @ir: (nullable): for conversions that serve several rows: the IR's operation
 * @aside: it only looks: what it reads is an output still, where no other layer reads it
 */
typedef struct {
  const char *type;
  WeirPort (*convert) (CfLayer *l);
  const char *ir;
  gboolean aside;
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
  const Caffe__LayerParameter *proto;
  const CfRow *row;
};

/* layer.c */

guint cf_n_in (const CfLayer *l);
/** cf_in: bottom @index, which must be given. */
WeirPort cf_in (CfLayer *l, guint index);
void cf_out (CfLayer *l, guint index, WeirPort port);
/** cf_set: @top stands for @port from now on. */
void cf_set (CfImport *import, const char *top, WeirPort port);
/** cf_layer_convert: adds a layer to the graph, or to what is unsupported. */
gboolean cf_layer_convert (CfImport *import, const Caffe__LayerParameter *proto,
                           GError **error);

/* blobs.c */

/** cf_blobs_index: layer name -> CfBlobs of a weights file. */
GHashTable *cf_blobs_index (const Caffe__NetWeights *net);
/** cf_n_blobs: how many weights a layer has. */
guint cf_n_blobs (const CfLayer *l);
/** cf_blob: (transfer full): weights @index, which must be there, with @shape; %NULL
 * takes the shape of the file. */
WeirTensor *cf_blob (CfLayer *l, guint index, const WeirShape *shape);
/** cf_weights: the same as a constant. */
WeirPort cf_weights (CfLayer *l, guint index, const WeirShape *shape);
/** cf_vector: all of weights @index as one dimension. */
WeirPort cf_vector (CfLayer *l, guint index);
/** cf_blob_count: number of elements. */
gsize cf_blob_count (CfLayer *l, guint index);

/* table.c */

/** cf_row_find: (nullable): how a layer of @type is converted, by its name of either
 * version of the format. */
const CfRow *cf_row_find (const char *type);
const char *const *cf_op_names (guint *count);

/** CF_PARAM: the parameters @field of a layer, of type Caffe__##@Type; with @INIT where
 * it has none. */
#define CF_PARAM(l, field, Type, INIT) \
  ((l)->proto->field != NULL ? (const Type *) (l)->proto->field : &(const Type) INIT)
