#pragma once

#include "frontends/frontend.h"
#include "frontends/hdf5.h"
#include "frontends/proto/caffe.pb-c.h"
#include "frontends/wire.h"

/* The weights file, of either form, and what layers take from it. */

typedef struct _CfLayer CfLayer;

/** CfBlobs: the weights of a layer. */
typedef struct {
  Caffe__BlobProto **blobs;
  gsize n;
} CfBlobs;

/**
 * CfWeights: the weights file, of either form
 * @wire, @index: (nullable): unpacked; layer name -> CfBlobs
 * @hdf5: (nullable): where the file is HDF5
 */
typedef struct {
  WeirWire *wire;
  GHashTable *index;
  WeirHdf5 *hdf5;
} CfWeights;

/** cf_weights_open: @weights is to be cleared, on failure too. */
gboolean cf_weights_open (CfWeights *weights, const WeirFrontendInput *input,
                          GError **error);
void cf_weights_clear (CfWeights *weights);
/** cf_blob_read: a blob of @source, which is unpacked as @wire, as singles. */
WeirTensor *cf_blob_read (const WeirWire *wire, WeirSource *source,
                          const Caffe__BlobProto *blob, GError **error);
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
